"""What follows after a round: its page for a board, what was changed, the next look, improvements as rows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0003_group"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="evidence",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="what it rests on"),
        ),
        migrations.AddField(
            model_name="decision",
            name="look_again_on",
            field=models.DateField(blank=True, null=True, verbose_name="next look"),
        ),
        migrations.CreateModel(
            name="BoardPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cohort",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="board_page", to="programmes.cohort"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="what we see now")),
                ("at", models.DateTimeField()),
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
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="programmes.decision"
                    ),
                ),
            ],
            options={"ordering": ["at", "pk"]},
        ),
        migrations.CreateModel(
            name="Said",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("said", models.TextField(verbose_name="what participants said")),
                ("said_sv", models.TextField(null=True, verbose_name="what participants said")),
                ("said_fi", models.TextField(null=True, verbose_name="what participants said")),
                ("said_en", models.TextField(null=True, verbose_name="what participants said")),
                ("changed", models.TextField(verbose_name="what was changed")),
                ("changed_sv", models.TextField(null=True, verbose_name="what was changed")),
                ("changed_fi", models.TextField(null=True, verbose_name="what was changed")),
                ("changed_en", models.TextField(null=True, verbose_name="what was changed")),
                (
                    "shown",
                    models.CharField(
                        choices=[
                            ("hidden", "to nobody yet"),
                            ("inside", "on the page about the round, and to the participants of the next one"),
                            ("public", "there, and on the programme's public page"),
                        ],
                        default="hidden",
                        max_length=10,
                        verbose_name="shown",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="said", to="programmes.cohort"
                    ),
                ),
            ],
            options={"ordering": ["order", "pk"]},
        ),
        migrations.CreateModel(
            name="Improvement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("words", models.TextField(verbose_name="improvement")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("not_done", "not done")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("due", models.DateField(blank=True, null=True, verbose_name="date")),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="improvements",
                        to="programmes.cohort",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followed_up",
                        to="programmes.decision",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who sees to it",
                    ),
                ),
            ],
            options={
                "ordering": ["order", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(state="not_done") | ~models.Q(reason=""), name="improvement_not_done_why"
                    )
                ],
            },
        ),
    ]
