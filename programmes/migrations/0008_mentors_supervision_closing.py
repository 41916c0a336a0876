import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("answers", "0002_parts"),
        ("documents", "0003_uploads"),
        ("events", "0006_badges"),
        ("people", "0004_somebody_who_was_erased"),
        ("programmes", "0007_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cohort",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="closing", to="programmes.cohort"
                    ),
                ),
                (
                    "day",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closing",
                        to="programmes.courseday",
                        verbose_name="closing day",
                    ),
                ),
                ("figures", models.JSONField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_at__isnull", True), ("agreed_at__isnull", False), _connector="OR"),
                        name="closing_agreed_before_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted_at__isnull", True), ("figures__isnull", False), _connector="OR"),
                        name="closing_counted_with_figures",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entry", to="programmes.programme"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "fact",
                    models.CharField(
                        choices=[
                            ("degree", "degree"),
                            ("authority", "exercise of authority"),
                            ("work", "kind of work"),
                            ("months_most", "months in the profession, at most"),
                            ("months_least", "months in the profession, at least"),
                            ("partner", "employed by a partner"),
                        ],
                        max_length=12,
                        verbose_name="what it is about",
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="months")),
                (
                    "decides",
                    models.CharField(
                        choices=[("may_attend", "may attend"), ("counts", "counts for the funder")],
                        max_length=10,
                        verbose_name="what it decides",
                    ),
                ),
                ("words", models.CharField(max_length=200, verbose_name="the condition in words")),
                ("words_sv", models.CharField(max_length=200, null=True, verbose_name="the condition in words")),
                ("words_fi", models.CharField(max_length=200, null=True, verbose_name="the condition in words")),
                ("words_en", models.CharField(max_length=200, null=True, verbose_name="the condition in words")),
                ("question", models.CharField(max_length=200, verbose_name="question")),
                ("question_sv", models.CharField(max_length=200, null=True, verbose_name="question")),
                ("question_fi", models.CharField(max_length=200, null=True, verbose_name="question")),
                ("question_en", models.CharField(max_length=200, null=True, verbose_name="question")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("reason_sv", models.CharField(max_length=200, null=True, verbose_name="reason")),
                ("reason_fi", models.CharField(max_length=200, null=True, verbose_name="reason")),
                ("reason_en", models.CharField(max_length=200, null=True, verbose_name="reason")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["order", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fact__in", ("months_most", "months_least")), ("months__isnull", False)),
                            models.Q(
                                models.Q(("fact__in", ("months_most", "months_least")), _negated=True),
                                ("months__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="condition_months",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="group_tasks", to="programmes.cohort"
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="group_tasks",
                        to="programmes.courseday",
                        verbose_name="course day",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("instruction", models.TextField(verbose_name="instruction")),
                ("due", models.DateField(verbose_name="last day to hand in")),
                ("alone", models.BooleanField(default=False, verbose_name="each alone")),
                ("shown_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["due", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Mentor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentors", to="people.region"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentoring",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cap", models.PositiveSmallIntegerField(default=3, verbose_name="mentees at a time")),
                ("languages", models.JSONField(blank=True, default=list, verbose_name="languages")),
                ("themes", models.JSONField(blank=True, default=list, verbose_name="themes")),
                ("about", models.CharField(blank=True, max_length=400, verbose_name="about the mentor")),
                ("shows_phone", models.BooleanField(default=False, verbose_name="mentees get the mobile number too")),
                ("paused_until", models.DateField(blank=True, null=True, verbose_name="no new mentees before")),
                ("valid_from", models.DateField(verbose_name="in the pool from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="in the pool until")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["person__name", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("cap__gte", 0), ("cap__lte", 5)), name="mentor_cap"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="mentor_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("region", "person"),
                        name="mentor_once_in_pool",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rulings", to="programmes.enrolment"
                    ),
                ),
                (
                    "flag",
                    models.CharField(
                        choices=[("may_attend", "may attend"), ("counts", "counts for the funder")],
                        max_length=10,
                        verbose_name="what it decides",
                    ),
                ),
                ("value", models.BooleanField(verbose_name="decided")),
                ("why", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StaffFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "waiting for confirmation"),
                            ("confirmed", "stored"),
                            ("discarded", "discarded"),
                        ],
                        default="staged",
                        max_length=12,
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("good", models.JSONField(default=list)),
                ("bad", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="staff_files", to="programmes.cohort"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_files",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("made", models.PositiveIntegerField(default=0)),
                ("before", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SupervisionGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervision",
                        to="programmes.programme",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "supervisor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervises",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="supervisor",
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
            ],
            options={
                "ordering": ["programme", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "number"), name="supervision_group_number"),
                    models.CheckConstraint(
                        condition=models.Q(("sessions__gte", 1), ("sessions__lte", 60)),
                        name="supervision_group_sessions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 30), ("minutes__lte", 240)),
                        name="supervision_group_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weeks__gte", 1), ("weeks__lte", 12)), name="supervision_group_weeks"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "ended")),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="supervision_group_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupportNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="support_needs",
                        to="programmes.enrolment",
                    ),
                ),
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
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "passed_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="support_passed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("passed_at", models.DateTimeField(blank=True, null=True, verbose_name="passed to the manager")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Workplace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workplaces",
                        to="programmes.enrolment",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workplaces",
                        to="people.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unit_workplaces",
                        to="people.organisation",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
                ("partner", models.BooleanField(default=True, verbose_name="employed by a partner")),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": [models.OrderBy(models.F("valid_from"), nulls_first=True), "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="workplace_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", True), ("unit__isnull", True)),
                            models.Q(("organisation__isnull", False), ("unit__isnull", False)),
                            _connector="OR",
                        ),
                        name="workplace_unit",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_from__isnull", True)),
                        fields=("enrolment",),
                        name="workplace_one_first",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)), fields=("enrolment",), name="workplace_one_last"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="programmes.enrolment"
                    ),
                ),
                (
                    "condition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="programmes.condition"
                    ),
                ),
                ("yes", models.BooleanField(blank=True, null=True, verbose_name="yes")),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "condition"), name="condition_answered_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("since__isnull", False), ("yes__isnull", True)),
                            models.Q(("since__isnull", True), ("yes__isnull", False)),
                            _connector="OR",
                        ),
                        name="condition_one_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="programmes.closing"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closing_invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answer", models.CharField(blank=True, choices=[("yes", "yes"), ("no", "no")], max_length=3)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["person__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("closing", "person"), name="mentor_invited_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mentor_answered_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mentorship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentorships",
                        to="programmes.enrolment",
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentorships", to="programmes.mentor"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("agreed", "agreed"),
                            ("active", "active"),
                            ("closed", "closed"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("reasons", models.JSONField(blank=True, default=list)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("answer_by", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("nonce", models.CharField(max_length=32)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("link", "by the link in the letter"),
                            ("page", "signed in"),
                            ("coordinator", "told to the coordinator"),
                        ],
                        max_length=12,
                    ),
                ),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("aims", models.TextField(blank=True, verbose_name="what the mentee wants out of it")),
                ("rhythm", models.CharField(blank=True, max_length=300, verbose_name="how often and how you meet")),
                (
                    "reached",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=300, verbose_name="how you reach each other"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("started_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("declined", "the mentor could not"),
                            ("lapsed", "no answer in time"),
                            ("withdrawn", "taken back before the answer"),
                            ("somebody_else", "the mentee asked for somebody else"),
                            ("mentee_left", "the mentee has left the round"),
                            ("mentor_left", "the mentor has left the pool"),
                            ("no_fault", "ended without anybody's fault"),
                            ("replaced", "another mentor took over"),
                            ("finished", "the time is over"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("agreed", "active"))),
                        fields=("enrolment",),
                        name="mentorship_one_agreed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("enrolment",), name="mentorship_one_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "closed"),
                                models.Q(("closed_why", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at__isnull", True),
                                ("closed_why", ""),
                            ),
                            _connector="OR",
                        ),
                        name="mentorship_closed_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("started_on__isnull", True),
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="mentorship_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="programmes.closing"
                    ),
                ),
                ("words", models.TextField(verbose_name="proposal")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="programmes.closing"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
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
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["organisation__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("closing", "organisation"), name="proposal_answer_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="proposal_answered_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupervisionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="programmes.supervisiongroup",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervision_answers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("term", models.PositiveSmallIntegerField(verbose_name="term")),
                (
                    "answer",
                    models.CharField(choices=[("yes", "yes"), ("no", "no")], max_length=3, verbose_name="answer"),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("group", "person", "term"), name="supervision_answer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SupervisionEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evaluations",
                        to="programmes.supervisiongroup",
                    ),
                ),
                ("term", models.PositiveSmallIntegerField(verbose_name="term")),
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
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("group", "term"), name="supervision_evaluation_once")],
            },
        ),
        migrations.CreateModel(
            name="SupervisionMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="programmes.supervisiongroup",
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                        verbose_name="municipality",
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
                ("joined_on", models.DateField(verbose_name="in the group from")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="in the group until")),
            ],
            options={
                "ordering": ["person__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "person"), name="supervision_member_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True), ("left_on__gte", models.F("joined_on")), _connector="OR"
                        ),
                        name="supervision_member_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupervisionSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held",
                        to="programmes.supervisiongroup",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision_session",
                        to="events.event",
                    ),
                ),
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
            ],
            options={
                "ordering": ["event__starts_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 30), ("minutes__lte", 240)),
                        name="supervision_session_length",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="programmes.grouptask"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("task", "number"), name="task_group_number")],
            },
        ),
        migrations.CreateModel(
            name="HandIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hand_in", to="programmes.taskgroup"
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
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
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("handed_in_at", models.DateTimeField(blank=True, null=True)),
                ("late", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("handed_in_at__isnull", False),
                            models.Q(("handed_in_by__isnull", True), ("late", False)),
                            _connector="OR",
                        ),
                        name="hand_in_late_only_when_handed_in",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="programmes.mentorship"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentor_checks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("until", models.DateTimeField(verbose_name="can be answered until")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "works",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        max_length=6,
                        verbose_name="does it work",
                    ),
                ),
                (
                    "often",
                    models.CharField(
                        blank=True,
                        choices=[("enough", "often enough"), ("seldom", "too seldom"), ("often", "too often")],
                        max_length=6,
                        verbose_name="do you meet often enough",
                    ),
                ),
                ("call", models.BooleanField(default=False, verbose_name="wants the coordinator to call")),
                ("called_at", models.DateTimeField(blank=True, null=True, verbose_name="called")),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "constraints": [models.UniqueConstraint(fields=("mentorship", "person"), name="mentor_check_once")],
            },
        ),
        migrations.CreateModel(
            name="MentorMeeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="programmes.mentorship"
                    ),
                ),
                ("date", models.DateField(verbose_name="day")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(480),
                        ],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("in_person", "in person"), ("remote", "remotely"), ("phone", "by telephone")],
                        default="in_person",
                        max_length=10,
                        verbose_name="how you met",
                    ),
                ),
                (
                    "tag",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("start", "getting to know each other"),
                            ("role", "the professional role"),
                            ("work", "the work and its methods"),
                            ("workplace", "the workplace and cooperation"),
                            ("strength", "time and strength"),
                            ("ahead", "learning and the way ahead"),
                            ("other", "something else"),
                            ("closing", "closing talk"),
                        ],
                        max_length=10,
                        verbose_name="topic",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("held_at", models.DateTimeField(blank=True, null=True, verbose_name="written down as held")),
            ],
            options={
                "ordering": ["-date", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 5), ("minutes__lte", 480)), name="mentor_meeting_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_at__isnull", True), models.Q(("tag", ""), _negated=True), _connector="OR"
                        ),
                        name="mentor_meeting_topic",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="programmes.mentorship"
                    ),
                ),
                (
                    "writer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentor_notes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MentorWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="programmes.mentorship"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentor_wishes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="seen to")),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("mentorship", "person"),
                        name="mentor_wish_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="programmes.grouptask"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="programmes.taskgroup"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="task_places",
                        to="programmes.enrolment",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("task", "enrolment"), name="task_member_once")],
            },
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
            model_name="programme",
            name="mentor_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("local", "local: from the same municipality, knows the work"),
                    ("external", "external: from another employer, for leaders"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="mentors",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="mentor_meetings",
            field=models.PositiveSmallIntegerField(db_default=7, default=7, verbose_name="meetings with the mentor"),
        ),
        migrations.AddField(
            model_name="programme",
            name="mentor_minutes",
            field=models.PositiveSmallIntegerField(db_default=90, default=90, verbose_name="minutes a meeting"),
        ),
        migrations.AddField(
            model_name="programme",
            name="mentor_months",
            field=models.PositiveSmallIntegerField(db_default=12, default=12, verbose_name="within this many months"),
        ),
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
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("state", "valid")),
                fields=("person", "cohort", "function"),
                name="certificate_one_valid_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cohort__isnull", True),
                        ("enrolment__isnull", False),
                        ("function", ""),
                        ("person__isnull", True),
                    ),
                    models.Q(
                        ("cohort__isnull", False),
                        ("enrolment__isnull", True),
                        ("kind", "role"),
                        ("person__isnull", False),
                        models.Q(("function", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="certificate_of_enrolment_or_role",
            ),
        ),
    ]
