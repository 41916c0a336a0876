import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tasks that groups hand in, and the closing day with needs of support, proposals and answers."""

    dependencies = [
        ("documents", "0003_uploads"),
        ("people", "0004_somebody_who_was_erased"),
        ("programmes", "0011_role_certificates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figures", models.JSONField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="GroupTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("instruction", models.TextField(verbose_name="instruction")),
                ("due", models.DateField(verbose_name="last day to hand in")),
                ("alone", models.BooleanField(default=False, verbose_name="each alone")),
                ("shown_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["due", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HandIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("handed_in_at", models.DateTimeField(blank=True, null=True)),
                ("late", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="MentorInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer", models.CharField(blank=True, choices=[("yes", "yes"), ("no", "no")], max_length=3)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["person__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="proposal")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ProposalAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("will_do", "we will do it"),
                            ("will_think", "we will think about it"),
                            ("not_now", "not now"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="in your own words")),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("link", "by the link in the letter"),
                            ("page", "signed in"),
                            ("phone", "by telephone"),
                        ],
                        max_length=5,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["organisation__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SupportNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("supervision", "professional supervision"),
                            ("mentor", "a mentor"),
                            ("introduction", "introduction at work"),
                            ("colleagues", "collegial support"),
                            ("training", "more training"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="kind of support",
                    ),
                ),
                ("text", models.TextField(verbose_name="what is needed")),
                ("from_whom", models.CharField(blank=True, max_length=160, verbose_name="from whom")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("passed_at", models.DateTimeField(blank=True, null=True, verbose_name="passed to the manager")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="TaskGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="TaskMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="closing",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="cohort",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="closing", to="programmes.cohort"
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="day",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closing",
                to="programmes.courseday",
                verbose_name="closing day",
            ),
        ),
        migrations.AddField(
            model_name="grouptask",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grouptask",
            name="cohort",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="group_tasks", to="programmes.cohort"
            ),
        ),
        migrations.AddField(
            model_name="grouptask",
            name="day",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="group_tasks",
                to="programmes.courseday",
                verbose_name="course day",
            ),
        ),
        migrations.AddField(
            model_name="handin",
            name="changed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="handin",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="documents.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="handin",
            name="handed_in_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mentorinvitation",
            name="closing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="programmes.closing"
            ),
        ),
        migrations.AddField(
            model_name="mentorinvitation",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closing_invitations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="closing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="programmes.closing"
            ),
        ),
        migrations.AddField(
            model_name="proposalanswer",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposalanswer",
            name="closing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="programmes.closing"
            ),
        ),
        migrations.AddField(
            model_name="proposalanswer",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
            ),
        ),
        migrations.AddField(
            model_name="supportneed",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="supportneed",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="support_needs", to="programmes.enrolment"
            ),
        ),
        migrations.AddField(
            model_name="supportneed",
            name="passed_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="support_passed",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="taskgroup",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="programmes.grouptask"
            ),
        ),
        migrations.AddField(
            model_name="handin",
            name="group",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="hand_in", to="programmes.taskgroup"
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="task_places", to="programmes.enrolment"
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="programmes.taskgroup"
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="programmes.grouptask"
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at__isnull", True), ("agreed_at__isnull", False), _connector="OR"),
                name="closing_agreed_before_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(("counted_at__isnull", True), ("figures__isnull", False), _connector="OR"),
                name="closing_counted_with_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="mentorinvitation",
            constraint=models.UniqueConstraint(fields=("closing", "person"), name="mentor_invited_once"),
        ),
        migrations.AddConstraint(
            model_name="mentorinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="mentor_answered_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalanswer",
            constraint=models.UniqueConstraint(fields=("closing", "organisation"), name="proposal_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="proposalanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="proposal_answered_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskgroup",
            constraint=models.UniqueConstraint(fields=("task", "number"), name="task_group_number"),
        ),
        migrations.AddConstraint(
            model_name="handin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_in_at__isnull", False),
                    models.Q(("handed_in_by__isnull", True), ("late", False)),
                    _connector="OR",
                ),
                name="hand_in_late_only_when_handed_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskmember",
            constraint=models.UniqueConstraint(fields=("task", "enrolment"), name="task_member_once"),
        ),
    ]
