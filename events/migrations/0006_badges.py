import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_uploads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("events", "0005_taken_back_at_the_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="badge_words",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.CreateModel(
            name="BadgePrint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sheet",
                    models.CharField(
                        choices=[
                            ("90x60", "cards of 90 × 60 mm, 8 on plain paper with lines to cut along"),
                            ("99x68", "labels of 99 × 68 mm, 8 on a sheet"),
                            ("99x57", "labels of 99 × 57 mm, 10 on a sheet"),
                            ("80x50", "labels of 80 × 50 mm, 10 on a sheet"),
                            ("105x74", "labels of 105 × 74 mm, 8 on a sheet without gaps"),
                        ],
                        max_length=10,
                        verbose_name="labels",
                    ),
                ),
                ("start", models.PositiveSmallIntegerField(default=1)),
                ("registrations", models.JSONField(default=list)),
                ("count", models.PositiveIntegerField(default=0)),
                ("language", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("ready", "ready"), ("failed", "failed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("print_after", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
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
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="badge_prints", to="events.event"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="documents.storedfile",
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
    ]
