"""What we write about supervision groups: the contract, dates, and the evaluation; never what a session is about."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from answers.models import Box
from answers.states import BoxState
from base import clock, dates
from events import ics
from events.letters.days import entry_of, whole_place_of
from events.letters.evaluations import ask_all, link_in
from events.states import EventState
from outbox import actions as outbox
from outbox.kinds import Mail, register
from outbox.models import Batch, Letter
from people.models import Person
from people.rules import name_for
from programmes.letters.applications import address, compose_of
from programmes.models import Programme, SupervisionEvaluation, SupervisionGroup, SupervisionSession
from programmes.rules import supervision as rules
from programmes.states import Answer

ASKED, BOOKED = "programmes.supervision_asked", "programmes.supervision_booked"
EVALUATION, EVALUATION_AGAIN = "programmes.supervision_evaluation", "programmes.supervision_evaluation_again"


def asked(
    groups: Sequence[tuple[SupervisionGroup, Collection[Person]]],
    *,
    about: SupervisionGroup | Programme,
    by: Person,
    now: datetime,
) -> Batch | None:
    """Ask these people for a yes to the contract of their group; each once for a term and a time in the group."""
    drafts = [
        outbox.Draft(
            ASKED,
            f"{ASKED}:{group.pk}:{group.term}:{person.pk}:{now:%Y%m%d%H%M%S}",
            person,
            {"group": group.pk, "term": group.term},
        )
        for group, people in groups
        for person in people
        if person.email
    ]
    scope = groups[0][0].scope if groups else ""
    return outbox.write_released(drafts=drafts, about=about, scope=scope, by=by, now=now)


def booked(
    group: SupervisionGroup,
    sessions: Sequence[SupervisionSession],
    people: Sequence[Person],
    *,
    by: Person,
    now: datetime,
) -> Batch | None:
    """Tell the members of dates, and the supervisor where somebody else has booked them."""
    readers = [*people, *([group.supervisor] if by.pk != group.supervisor_id else [])]
    keys = [row.pk for row in sessions]
    drafts = [
        outbox.Draft(BOOKED, f"{BOOKED}:{keys[0]}:{person.pk}", person, {"group": group.pk, "sessions": keys})
        for person in readers
        if person.email
    ]
    return outbox.write_released(
        drafts=drafts,
        about=group,
        scope=group.scope,
        by=by,
        now=now,
        useful_until=max(row.event.starts_at for row in sessions),
    )


def _group(letter: Letter) -> SupervisionGroup | None:
    """The group, as long as the reader belongs to it."""
    rows = SupervisionGroup.objects.live().filter(pk=letter.facts["group"])
    if letter.person is None:
        return None
    return (
        rows.of(letter.person)
        .select_related("programme__region", "programme__funder", "supervisor", "responsible")
        .first()
    )


def _mail(group: SupervisionGroup, letter: Letter, template: str, context: dict[str, Any], **facts: Any) -> Mail:
    reader = letter.person
    return compose_of(
        group.programme,
        group.responsible,
        template,
        {
            "group": group,
            "person": reader,
            "supervises": reader is not None and reader.pk == group.supervisor_id,
            "supervisor": name_for(group.supervisor, reader),
            **context,
        },
        **facts,
    )


def build_asked(letter: Letter) -> Mail | None:
    """The contract in short, and the way to it; not when the reader has said yes, or the contract is another."""
    group = _group(letter)
    if group is None or letter.person is None or group.term != letter.facts["term"]:
        return None
    if rules.answers_of(group).get(letter.person.pk) == Answer.YES:
        return None
    return _mail(
        group,
        letter,
        "programmes/letters/supervision_asked.txt",
        {"again": group.term > 1, "link": address("programmes:supervision_contract", group.pk)},
        why=gettext("You get this letter because you are to be in a supervision group."),
    )


def build_booked(letter: Letter) -> Mail | None:
    """The dates that are still to come, as they are now, with a calendar file; nothing when none is left."""
    group = _group(letter)
    if group is None:
        return None
    rows = [
        row
        for row in SupervisionSession.objects.filter(pk__in=letter.facts["sessions"], group=group)
        .exclude(event__state=EventState.CANCELLED)
        .select_related("event__region", "event__host")
        if row.event.starts_at > clock.now()
    ]
    if not rows:
        return None
    today = clock.now().date()
    lines = []
    for row in rows:
        words = [
            dates.day_short(row.event.date, today=today),
            dates.time_span(row.event.start_time, row.event.end_time),
            whole_place_of(row.event) or str(row.get_form_display()),
        ]
        lines.append(", ".join(words))
    content = ics.write([entry_of(row.event) for row in rows], name=str(group))
    return _mail(
        group,
        letter,
        "programmes/letters/supervision_booked.txt",
        {"lines": lines, "link": address("programmes:supervision_group", group.pk)},
        why=gettext("You get this letter because you are in a supervision group."),
        attachments=[(f"helmi-{rows[0].event.date:%Y-%m-%d}.ics", content, "text/calendar")],
    )


# ---------- The evaluation ----------


def evaluate(evaluation: SupervisionEvaluation, box: Box, *, now: datetime) -> int:
    """Ask all members how it was, and once more in five days: nobody knows who has answered."""
    facts = {"group": evaluation.group_id}
    return ask_all(box, (EVALUATION, EVALUATION_AGAIN), about=evaluation.group, facts=facts, now=now)


def _build_evaluation(letter: Letter, *, again: bool) -> Mail | None:
    box = Box.objects.filter(pk=letter.facts["box"], state=BoxState.OPEN, closes_at__isnull=False).first()
    group = (
        SupervisionGroup.objects.filter(pk=letter.facts["group"])
        .select_related("programme__region", "programme__funder", "supervisor", "responsible")
        .first()
    )
    if box is None or group is None or letter.person is None or box.closes_at is None:
        return None
    link, secret = link_in(letter, box)
    return _mail(
        group,
        letter,
        "programmes/letters/supervision_evaluation.txt",
        {"again": again, "link": link, "closes": box.closes_at.astimezone(ZoneInfo(box.zone))},
        why=gettext("You get this letter because you are in a supervision group, like everybody else in it."),
        secrets=[secret] if secret else (),
    )


def build_evaluation(letter: Letter) -> Mail | None:
    """The link to the form; not when it is closed."""
    return _build_evaluation(letter, again=False)


def build_evaluation_again(letter: Letter) -> Mail | None:
    """The same link, in the same words to all."""
    return _build_evaluation(letter, again=True)


register(ASKED, build_asked, title=_("A supervision group and its contract"))
register(BOOKED, build_booked, title=_("Dates of supervision"))
register(EVALUATION, build_evaluation, title=_("How was the supervision?"))
register(EVALUATION_AGAIN, build_evaluation_again, title=_("How was the supervision? Once more to all"))
