"""Letters to people who apply, and to the coordinator about those who cannot be written to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock, dates
from base.models import Draft
from base.tokens import seal
from events import ics
from events.letters import entry_of
from events.letters.emblems import emblem
from outbox import kinds
from outbox.actions import write
from outbox.kinds import Mail, compose
from outbox.models import Letter
from people.models import Person
from people.rules import name_for
from programmes.models import Approval, Cohort, Condition, CourseDay, Enrolment, Programme, Transition
from programmes.rules.applications import local_day, why_not_withdraw
from programmes.states import LIVE_SIDES, EmployerSide, ProgrammeSide, Source

OWN_LINK = "own application"


def address(name: str, *arguments: object) -> str:
    """A whole address of ours, for a letter."""
    return settings.BASE_URL + reverse(name, args=arguments)


def own_link(enrolment: Enrolment) -> str:
    """The token by which the owner of an application's mailbox opens it."""
    return seal(OWN_LINK, {"e": enrolment.pk})


def day_lines(days: Sequence[CourseDay]) -> list[str]:
    """Each day in a line: when and where."""
    lines, today = [], clock.now().date()
    for day in days:
        event = day.event
        words = [dates.day_short(event.date, today=today), dates.time_span(event.start_time, event.end_time)]
        if event.host:
            words.append(event.host.name)
        lines.append(", ".join(words))
    return lines


def compose_for(
    cohort: Cohort,
    template: str,
    context: dict[str, Any],
    *,
    why: str,
    asks: bool = True,
    secrets: Sequence[str] = (),
    attachments: Sequence[tuple[str, str | bytes, str]] = (),
) -> Mail:
    """A mail of a cohort: from the region, answers go to the coordinator, the funder's words in the foot.

    The foot says who answers questions, unless not `asks`: the letter says it itself, or its reader is the coordinator.
    """
    return compose_of(
        cohort.programme,
        cohort.responsible,
        template,
        {"cohort": cohort, **context},
        why=why,
        asks=asks,
        secrets=secrets,
        attachments=attachments,
    )


def compose_of(
    programme: Programme,
    responsible: Person,
    template: str,
    context: dict[str, Any],
    *,
    why: str,
    asks: bool = True,
    secrets: Sequence[str] = (),
    attachments: Sequence[tuple[str, str | bytes, str]] = (),
) -> Mail:
    """The same of something else in a programme that somebody is responsible for."""
    region, funder = programme.region, programme.funder
    return compose(
        template,
        {"programme": programme, "region": region, "responsible": responsible, **context},
        ask=_("Do you have a question? Answer this letter: the coordinator reads it.") if asks else "",
        why=why,
        region=", ".join(line for line in (region.sender_name, region.phone) if line),
        funder=funder.statement if funder else "",
        emblem=emblem(funder.emblem_name, str(funder.emblem_id or ""), funder.emblem_alt) if funder else None,
        reply_to=responsible.email or region.sender_address,
        sender=region.sender_name,
        secrets=secrets,
        attachments=attachments,
    )


def _enrolment(letter: Letter) -> Enrolment | None:
    return (
        Enrolment.objects.select_related(
            "cohort__programme__region", "cohort__programme__funder", "cohort__responsible", "person", "organisation"
        )
        .filter(pk=letter.facts["enrolment"])
        .first()
    )


def days_of(cohort: Cohort) -> list[CourseDay]:
    """The cohort's days with their events and hosts."""
    return list(cohort.days.select_related("event__host").order_by("number"))


def calendar_of(cohort: Cohort, days: Sequence[CourseDay]) -> list[tuple[str, bytes, str]]:
    """The days as a calendar file to attach; nothing while there are no days."""
    if not days:
        return []
    # Whoever has no place yet reads when and where, and gets no link into the day.
    entries = [replace(entry_of(day.event), description="", url="") for day in days]
    content = ics.write(entries, name=str(cohort))
    return [(f"{cohort.programme.slug}-{cohort.number}.ics", content, "text/calendar")]


# ---------- The draft ----------


def draft_saved(draft: Draft, cohort: Cohort, *, address: str, language: str, now: datetime) -> Letter:
    """The link to an unsent application, to the address typed in it; at most one an hour."""
    return write(
        kind="programmes.application_draft",
        key=f"application_draft:{draft.pk.hex}:{now:%Y%m%d%H}",
        about=f"base.draft:{draft.pk.hex}",
        scope=cohort.scope,
        now=now,
        address=address,
        language=language,
        facts={"draft": draft.pk.hex, "cohort": cohort.pk},
        useful_until=draft.expires_at,
    )


def build_draft_saved(letter: Letter) -> Mail | None:
    """The link, while there is a draft to open."""
    draft = Draft.objects.filter(pk=UUID(hex=letter.facts["draft"])).first()
    cohort = (
        Cohort.objects.select_related("programme__region", "programme__funder", "responsible")
        .filter(pk=letter.facts["cohort"])
        .first()
    )
    if draft is None or cohort is None or draft.data.get("sent"):
        return None
    token = seal("application", {"d": draft.pk.hex})
    programme = cohort.programme
    link = address("programmes:apply_about", programme.region.slug, programme.slug, cohort.number, token)
    return compose_for(
        cohort,
        "programmes/letters/application_draft.txt",
        {"link": link, "closes": cohort.closes_on, "kept_until": draft.expires_at.date()},
        why=_("You get this letter because someone asked for the link with your address."),
        secrets=[token],
    )


# ---------- The applicant ----------


def received(enrolment: Enrolment, *, now: datetime) -> Letter | None:
    """The receipt."""
    if not enrolment.person.email:
        return None
    return write(
        kind="programmes.application_received",
        key=f"application_received:{enrolment.pk}",
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk},
    )


def build_received(letter: Letter) -> Mail | None:
    """The receipt with number, next steps and the days; not for an application that is taken back."""
    enrolment = _enrolment(letter)
    if enrolment is None or enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return None
    days = days_of(enrolment.cohort)
    token = own_link(enrolment)
    return compose_for(
        enrolment.cohort,
        "programmes/letters/application_received.txt",
        {
            "name": enrolment.person.first_name,
            "code": enrolment.code,
            "asked_at": enrolment.manager_address,
            "closes": enrolment.cohort.closes_on,
            "days": day_lines(days),
            "link": address("programmes:application", token),
        },
        why=_("You get this letter because your address was given in an application."),
        secrets=[token],
        attachments=calendar_of(enrolment.cohort, days),
    )


def applied_again(person: Person, cohort: Cohort, draft: Draft, *, now: datetime) -> Letter | None:
    """Someone applied with an address that has an application already: its owner hears of it, once a day."""
    if not person.email:
        return None
    enrolment = Enrolment.objects.live().filter(person=person, cohort=cohort).get()
    return write(
        kind="programmes.application_again",
        key=f"application_again:{enrolment.pk}:{local_day(cohort, now).isoformat()}",
        about=enrolment,
        scope=cohort.scope,
        now=now,
        person=person,
        facts={"enrolment": enrolment.pk},
    )


def build_applied_again(letter: Letter) -> Mail | None:
    """There is an application, nothing has changed, here it is."""
    enrolment = _enrolment(letter)
    if enrolment is None or enrolment.programme_side not in LIVE_SIDES:
        return None
    token = own_link(enrolment)
    return compose_for(
        enrolment.cohort,
        "programmes/letters/application_again.txt",
        {
            "name": enrolment.person.first_name,
            "code": enrolment.code,
            "link": address("programmes:application", token),
        },
        why=_("You get this letter because your address was given in an application."),
        asks=False,
        secrets=[token],
    )


def withdrawn(enrolment: Enrolment, transition: Transition, *, now: datetime) -> Letter | None:
    """A receipt of the withdrawal, so that nobody's application vanishes unnoticed."""
    if not enrolment.person.email:
        return None
    return write(
        kind="programmes.application_withdrawn",
        key=f"application_withdrawn:{transition.pk}",
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk, "transition": transition.pk},
    )


def build_withdrawn(letter: Letter) -> Mail | None:
    """Said while it is so."""
    enrolment = _enrolment(letter)
    if enrolment is None or enrolment.programme_side != ProgrammeSide.WITHDRAWN:
        return None
    programme = enrolment.cohort.programme
    return compose_for(
        enrolment.cohort,
        "programmes/letters/application_withdrawn.txt",
        {
            "name": enrolment.person.first_name,
            "code": enrolment.code,
            "closes": enrolment.cohort.closes_on,
            "link": address("programmes:programme", programme.region.slug, programme.slug),
        },
        why=_("You get this letter because you had applied."),
    )


def registered(enrolment: Enrolment, manager: Person, *, now: datetime) -> Letter:
    """The manager registered the person: fill in the rest, or decline."""
    return write(
        kind="programmes.application_registered",
        key=f"application_registered:{enrolment.pk}",
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk, "manager": manager.pk},
    )


def build_registered(letter: Letter) -> Mail | None:
    """Who registered, for what, when; an own link to fill in the rest and one to decline."""
    enrolment = _enrolment(letter)
    if enrolment is None or enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return None
    manager = Person.objects.get(pk=letter.facts["manager"])
    days = days_of(enrolment.cohort)
    token = own_link(enrolment)
    return compose_for(
        enrolment.cohort,
        "programmes/letters/application_registered.txt",
        {
            "name": enrolment.person.first_name,
            "manager": name_for(manager, enrolment.person),
            "by_manager": enrolment.source != Source.COORDINATOR,
            "asks": Condition.objects.standing().filter(programme=enrolment.cohort.programme_id).exists(),
            "code": enrolment.code,
            "closes": enrolment.cohort.closes_on,
            "days": day_lines(days),
            "link": address("programmes:complete", token),
            "decline_link": address("programmes:withdraw", token),
            "can_decline": why_not_withdraw(enrolment, now=letter.created_at) is None,
        },
        why=_("You get this letter because your manager has registered you.")
        if enrolment.source != Source.COORDINATOR
        else _("You get this letter because the coordinator has registered you."),
        secrets=[token],
        attachments=calendar_of(enrolment.cohort, days),
    )


# ---------- The answer ----------


def answered(approval: Approval, transition: Transition, *, now: datetime) -> Letter | None:
    """The manager said yes or no; written when the answer can no longer be undone."""
    enrolment = approval.enrolment
    if not enrolment.person.email:
        return None
    return write(
        kind="programmes.application_answered",
        key=f"application_answered:{transition.pk}",
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk, "transition": transition.pk, "approval": approval.pk},
        undoable=True,
    )


def build_answered(letter: Letter) -> Mail | None:
    """The answer as it stands, unless it was undone or another came after."""
    enrolment = _enrolment(letter)
    transition = Transition.objects.filter(pk=letter.facts["transition"], undone_at__isnull=True).first()
    approval = Approval.objects.select_related("answered_by").filter(pk=letter.facts["approval"]).first()
    if enrolment is None or transition is None or approval is None:
        return None
    if enrolment.employer_side != transition.after or enrolment.programme_side not in LIVE_SIDES:
        return None
    token = own_link(enrolment)
    return compose_for(
        enrolment.cohort,
        "programmes/letters/application_answered.txt",
        {
            "name": enrolment.person.first_name,
            "yes": transition.after == EmployerSide.APPROVED,
            "who": approval.answered_name,
            "reason": approval.reason,
            "closes": enrolment.cohort.closes_on,
            "first_come": enrolment.cohort.programme.first_come,
            "link": address("programmes:application", token),
        },
        why=_("You get this letter because you have applied."),
        asks=transition.after == EmployerSide.APPROVED,
        secrets=[token],
    )


# ---------- The coordinator ----------


def contacts_missing(cohort: Cohort, *, now: datetime) -> Letter:
    """14 days before the start: who has no address."""
    start = cohort.places.starts_at
    return write(
        kind="programmes.contacts_missing",
        key=f"contacts_missing:{cohort.pk}:{cohort.responsible_id}",
        about=cohort,
        scope=cohort.scope,
        now=now,
        person=cohort.responsible,
        facts={"cohort": cohort.pk},
        useful_until=start,
    )


def build_contacts_missing(letter: Letter) -> Mail | None:
    """Their names and managers, as long as there are any."""
    cohort = (
        Cohort.objects.select_related("programme__region", "programme__funder", "responsible", "places")
        .filter(pk=letter.facts["cohort"])
        .first()
    )
    if cohort is None:
        return None
    without = cohort.enrolments.live().filter(person__email__isnull=True).select_related("person", "unit")
    rows = [
        f"{name_for(row.person, cohort.responsible)}, {row.unit.name}: {address('programmes:enrolment', row.pk)}"
        for row in without
    ]
    if not rows:
        return None
    start = cohort.places.starts_at
    return compose_for(
        cohort,
        "programmes/letters/contacts_missing.txt",
        {"rows": rows, "count": len(rows), "start": local_day(cohort, start) if start else None},
        why=_("You get this letter because you are responsible for the round."),
        asks=False,
    )


kinds.register("programmes.application_draft", build_draft_saved, title=gettext_lazy("Link to an unsent application"))
kinds.register("programmes.application_received", build_received, title=gettext_lazy("Receipt of an application"))
kinds.register("programmes.application_again", build_applied_again, title=gettext_lazy("Applied once more"))
kinds.register("programmes.application_withdrawn", build_withdrawn, title=gettext_lazy("Application withdrawn"))
kinds.register("programmes.application_registered", build_registered, title=gettext_lazy("Registered by the manager"))
kinds.register("programmes.application_answered", build_answered, title=gettext_lazy("The manager's answer"))
kinds.register("programmes.contacts_missing", build_contacts_missing, title=gettext_lazy("People without an address"))


def names_of_enrolments(pks: list[str]) -> dict[str, str]:
    """What enrolments are called on pages about letters: their round, since the reader stands beside it."""
    rows = Enrolment.objects.filter(pk__in=[int(pk) for pk in pks]).select_related("cohort__programme")
    return {str(row.pk): str(row.cohort) for row in rows}


def names_of_cohorts(pks: list[str]) -> dict[str, str]:
    """What rounds are called on pages about letters."""
    rows = Cohort.objects.filter(pk__in=[int(pk) for pk in pks]).select_related("programme")
    return {str(row.pk): str(row) for row in rows}


kinds.name_about("programmes.enrolment", names_of_enrolments)
kinds.name_about("programmes.cohort", names_of_cohorts)
