import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0004_checklists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Break",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="first day of the break")),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="expected back")),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="back since")),
                ("keeps_seat", models.BooleanField(default=True, verbose_name="keeps the seat")),
                ("seat_freed_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaks",
                        to="programmes.enrolment",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("expected_on__isnull", True),
                                ("expected_on__gt", models.F("starts_on")),
                                _connector="OR",
                            ),
                            models.Q(
                                ("returned_on__isnull", True),
                                ("returned_on__gt", models.F("starts_on")),
                                _connector="OR",
                            ),
                        ),
                        name="break_forwards",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_on__isnull", True), ("undone_at__isnull", True)),
                        fields=("enrolment",),
                        name="break_one_open",
                    ),
                ],
            },
        ),
    ]
