import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0010_running_pairs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="certificate",
            name="enrolment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="programmes.enrolment",
            ),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("participation", "certificate of participation"),
                    ("completion", "certificate of completion"),
                    ("role", "certificate of a role"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="role_certificates",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="cohort",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="role_certificates",
                to="programmes.cohort",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="function",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lecturer", "lecturer"),
                    ("host", "host"),
                    ("mentor", "mentor"),
                    ("supervisor", "supervisor"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=Q(("person__isnull", False), ("state", "valid")),
                fields=("person", "cohort", "function"),
                name="certificate_one_valid_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(
                        ("cohort__isnull", True),
                        ("enrolment__isnull", False),
                        ("function", ""),
                        ("person__isnull", True),
                    ),
                    Q(
                        ("cohort__isnull", False),
                        ("enrolment__isnull", True),
                        ("kind", "role"),
                        ("person__isnull", False),
                        Q(("function", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="certificate_of_enrolment_or_role",
            ),
        ),
    ]
