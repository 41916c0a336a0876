"""The evaluation of a supervision group: opened by the clock after the agreed sessions, counted, summed by supervisor.

Only steps on a scale are asked: so few people are in the room that words would tell who wrote them.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from answers import actions as answers
from answers import kinds
from answers.actions.boxes import Invited
from answers.ballots import Form, Page, Question
from answers.models import Box
from answers.states import BoxState
from audit import actions as audit
from base.languages import in_each
from events.actions.evaluations import agreement
from programmes.actions.supervision import lock_group
from programmes.letters import supervision as letters
from programmes.models import SupervisionEvaluation, SupervisionGroup
from programmes.rules import supervision as rules
from programmes.rules import supervision_evaluations as evaluating
from programmes.states import SupervisionState


def register() -> None:
    """Tell the answers what a group's evaluation is, and what a supervisor's groups give together."""
    kinds.register(kinds.Kind(evaluating.KIND, words="thirds", by_itself=True, opened=opened, released=released))
    kinds.register(kinds.Kind(evaluating.TOTAL, gathers=True, released=summed_up))


def form() -> Form:
    """Four statements, and how far one agrees; nothing to write."""
    steps = agreement()
    asked = (
        ("useful", lambda: _("The supervision has helped me in my work.")),
        ("safe", lambda: _("I could bring up what I needed to, and it stayed in the group.")),
        ("room", lambda: _("The time and the number of sessions were right.")),
        ("on", lambda: _("I would like the group to go on.")),
    )
    questions = tuple(Question(key, "scale", in_each(say), steps=steps, shared=key) for key, say in asked)
    return Form((Page("supervision", in_each(lambda: _("Evaluation")), questions),))


def open_due(*, now: datetime) -> int:
    """Launch the evaluations of groups whose agreed sessions have been; how many."""
    made = SupervisionEvaluation.objects.filter(group=OuterRef("pk"), term=OuterRef("term"))
    rows = SupervisionGroup.objects.filter(~Exists(made), state=SupervisionState.RUNNING).select_related("programme")
    return sum(_open(group, now=now) for group in rows if evaluating.why_not_evaluate(group, now=now) is None)


@transaction.atomic
def _open(group: SupervisionGroup, *, now: datetime) -> int:
    """Ask all members; where they are too few to say anything of, nobody is asked and the group may go on."""
    group = lock_group(group)
    row, made = SupervisionEvaluation.objects.get_or_create(group=group, term=group.term, defaults={"at": now})
    if not made:
        return 0
    region, people = group.programme.region, rules.members_of(group)
    if len(people) >= max(evaluating.FEWEST_ANSWERS, region.smallest_group):
        year = now.astimezone(ZoneInfo(region.time_zone)).year
        title = in_each(lambda: str(group))
        box = answers.make_box(
            kind=evaluating.KIND,
            owner=audit.key(row),
            scope=group.scope,
            form=form(),
            title=title,
            zone=region.time_zone,
            k=region.smallest_group,
            pool=evaluating.total_of(group.supervisor_id, year),
        )
        row.box = answers.launch(
            box=box,
            invited=[Invited(one.person_id) for one in sorted(people, key=lambda one: one.person_id)],
            opens_at=now,
            closes_at=now + evaluating.OPEN_FOR,
            now=now,
        )
        row.save(update_fields=["box"])
    audit.record(
        "supervision.evaluation_opened",
        by=None,
        about=group,
        scope=group.scope,
        now=now,
        invited=len(people) if row.box_id else 0,
    )
    return 1


def opened(box: Box, now: datetime) -> None:
    """The box is open: all members get the link, and five days later the same once more."""
    letters.evaluate(SupervisionEvaluation.objects.select_related("group").get(box=box), box, now=now)


def released(box: Box, now: datetime) -> None:
    """The answers are counted and gone: the log says so."""
    row = SupervisionEvaluation.objects.select_related("group__programme").get(box=box)
    audit.record(
        "supervision.evaluation_released",
        by=None,
        about=row.group,
        scope=row.group.scope,
        now=now,
        box=box.pk,
        release=box.release.digest,
    )


def close_totals(*, now: datetime) -> int:
    """Let a supervisor's total of a year be counted when the year is over and every group in it is counted."""
    closed = 0
    for box in Box.objects.filter(kind=evaluating.TOTAL, state=BoxState.OPEN):
        _supervisor, year = evaluating.supervisor_of(box)
        waiting = Box.objects.filter(pool=box.owner).exclude(state__in=[BoxState.RELEASED, BoxState.DESTROYED])
        if year < now.astimezone(ZoneInfo(box.zone)).year and not waiting.exists():
            closed += answers.close_pool(owner=box.owner)
    return closed


def summed_up(box: Box, now: datetime) -> None:
    """A supervisor's groups are summed up, and nothing of each is left but what is shown: the log says so."""
    supervisor, year = evaluating.supervisor_of(box)
    audit.record(
        "supervision.total_released",
        by=None,
        about=f"people.person:{supervisor}",
        scope=box.scope,
        now=now,
        year=year,
        release=box.release.digest,
    )
