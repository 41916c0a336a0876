import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Supervision groups: members, answers to the contract, sessions, evaluations."""

    dependencies = [
        ("answers", "0002_parts"),
        ("events", "0006_badges"),
        ("people", "0004_somebody_who_was_erased"),
        ("programmes", "0012_group_tasks_and_closing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SupervisionGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "the contract is being answered"),
                            ("agreed", "agreed"),
                            ("running", "running"),
                            ("ended", "ended"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("term", models.PositiveSmallIntegerField(default=1, verbose_name="term")),
                ("sessions", models.PositiveSmallIntegerField(verbose_name="number of sessions")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                ("weeks", models.PositiveSmallIntegerField(verbose_name="weeks between sessions")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervision",
                        to="programmes.programme",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervises",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="supervisor",
                    ),
                ),
            ],
            options={
                "ordering": ["programme", "number"],
            },
        ),
        migrations.CreateModel(
            name="SupervisionEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.PositiveSmallIntegerField(verbose_name="term")),
                ("at", models.DateTimeField()),
                (
                    "box",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="answers.box",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evaluations",
                        to="programmes.supervisiongroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SupervisionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.PositiveSmallIntegerField(verbose_name="term")),
                (
                    "answer",
                    models.CharField(choices=[("yes", "yes"), ("no", "no")], max_length=3, verbose_name="answer"),
                ),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervision_answers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="programmes.supervisiongroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SupervisionMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_on", models.DateField(verbose_name="in the group from")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="in the group until")),
                (
                    "enrolment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="supervision",
                        to="programmes.enrolment",
                        verbose_name="round",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="programmes.supervisiongroup",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervision",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "ordering": ["person__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SupervisionSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "form",
                    models.CharField(
                        choices=[("room", "in a room"), ("remote", "remote")],
                        default="room",
                        max_length=6,
                        verbose_name="how you meet",
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                ("recorded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision_session",
                        to="events.event",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held",
                        to="programmes.supervisiongroup",
                    ),
                ),
            ],
            options={
                "ordering": ["event__starts_at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="supervisiongroup",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="supervision_group_number"),
        ),
        migrations.AddConstraint(
            model_name="supervisiongroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("sessions__gte", 1), ("sessions__lte", 60)), name="supervision_group_sessions"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisiongroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 30), ("minutes__lte", 240)), name="supervision_group_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisiongroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("weeks__gte", 1), ("weeks__lte", 12)), name="supervision_group_weeks"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisiongroup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                    _connector="OR",
                ),
                name="supervision_group_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisionevaluation",
            constraint=models.UniqueConstraint(fields=("group", "term"), name="supervision_evaluation_once"),
        ),
        migrations.AddConstraint(
            model_name="supervisionanswer",
            constraint=models.UniqueConstraint(fields=("group", "person", "term"), name="supervision_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="supervisionmember",
            constraint=models.UniqueConstraint(fields=("group", "person"), name="supervision_member_once"),
        ),
        migrations.AddConstraint(
            model_name="supervisionmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_on__isnull", True), ("left_on__gte", models.F("joined_on")), _connector="OR"),
                name="supervision_member_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisionsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 30), ("minutes__lte", 240)), name="supervision_session_length"
            ),
        ),
    ]
