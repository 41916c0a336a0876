"""Applications: drafts, sending, taking back, staff that a manager registers, what an application counts for."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from audit.actions import record
from base.actions import drop_draft, keep_draft, start_draft
from base.models import Draft
from base.tokens import in_fours, seal, spoken_code, unseal
from people.actions import employ, register_person, set_language
from people.models import Employment, Organisation, Person
from people.rules import find_person
from people.states import EmploymentForm
from programmes.actions import approvals, conditions, selection, sides
from programmes.letters import applications as letters
from programmes.models import Cohort, Condition, Enrolment, Share, Transition, Workplace
from programmes.rules.applications import (
    CONTACTS_BEFORE,
    RECEIPT,
    AlreadyApplied,
    NobodyToRegister,
    NotYourStaff,
    flags_for,
    form_of,
    local_day,
    takes_part,
    why_not_apply,
    why_not_register,
    why_not_withdraw,
)
from programmes.rules.conditions import Replies, decide, start_of
from programmes.rules.selection import gives_places
from programmes.rules.undo import UNDO
from programmes.states import LIVE_SIDES, CohortState, EmployerSide, Fact, ProgrammeSide, Side, Source

APPLICATION = "application"
STAFF = "staff"


# ---------- Drafts ----------


def open_draft(*, cohort: Cohort, data: dict[str, Any], now: datetime) -> tuple[Draft, str]:
    """Begin an application; returns the draft with the token that opens it, and nothing else does."""
    draft, _secret = start_draft(form=APPLICATION, about=f"programmes.cohort:{cohort.pk}", data=data, now=now)
    return draft, draft_token(draft)


def draft_token(draft: Draft) -> str:
    """The token of a draft's address: signed, so that a letter can write the link without storing it."""
    return seal(APPLICATION, {"d": draft.pk.hex})


def find_application_draft(*, token: str, cohort: Cohort, now: datetime) -> Draft | None:
    """The draft of this cohort that the token opens, unless its time is over; an altered token is refused."""
    draft = Draft.objects.filter(pk=UUID(hex=unseal(APPLICATION, token)["d"]))[:1]
    ours = APPLICATION, f"programmes.cohort:{cohort.pk}"
    return next((row for row in draft if (row.form, row.about) == ours and row.expires_at > now), None)


def save_draft(*, draft: Draft, data: dict[str, Any], now: datetime) -> Draft:
    """Keep what has been typed, each step over the last."""
    return keep_draft(draft=draft, data=data, now=now)


@transaction.atomic
def save_for_later(*, draft: Draft, cohort: Cohort, language: str, now: datetime) -> None:
    """Mail the draft's link to the address in it; asked again within a minute, one letter goes."""
    letters.draft_saved(draft, cohort, address=draft.data.get("email", ""), language=language, now=now)


def discard_draft(*, draft: Draft) -> None:
    """Throw an unsent application away."""
    drop_draft(draft=draft)


@dataclass(frozen=True)
class Facts:
    """What an application says, read from a form."""

    name: str
    email: str
    language: str
    organisation: Organisation
    unit: Organisation
    manager_address: str = ""
    phone: str = ""
    typed_unit: str = ""
    employed_since: date | None = None
    degree: str = ""
    exercises_authority: bool | None = None
    replies: Replies = field(default_factory=dict)


# ---------- Applying ----------


@transaction.atomic
def send(*, draft: Draft, cohort: Cohort, facts: Facts, now: datetime) -> str:
    """Send a draft; returns the number on the receipt, the same however often the button is pressed.

    Refused when the cohort takes no applications. Whether the address is known, or has applied before, shows nowhere:
    the receipt looks the same, and the address' owner gets a letter that explains. What was typed leaves the draft.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if code := draft.data.get("sent"):
        return str(code)
    try:
        code = apply(cohort=cohort, by=None, now=now, **vars(facts)).code
    except AlreadyApplied:
        code = in_fours(spoken_code(RECEIPT))
        if applicant := find_person(facts.email):
            letters.applied_again(applicant, cohort, draft, now=now)
    keep_draft(draft=draft, data=dict.fromkeys(draft.data) | {"sent": code}, now=now)
    return code


@transaction.atomic
def apply(
    *,
    cohort: Cohort,
    name: str,
    email: str,
    language: str,
    organisation: Organisation,
    unit: Organisation,
    by: Person | None,
    now: datetime,
    manager_address: str = "",
    phone: str = "",
    typed_unit: str = "",
    employed_since: date | None = None,
    degree: str = "",
    exercises_authority: bool | None = None,
    replies: Replies | None = None,
) -> Enrolment:
    """Someone applies to a cohort: the receipt and the question to the manager are written.

    Refused when the cohort takes no applications or the person has one. What a stranger typed makes a new person or
    none; it changes no fact of a person that exists. The cohort's row is locked from the check to the end.
    """
    person = register_person(
        name=name, email=email, phone=phone, language=language, region=cohort.programme.region, by=by, now=now
    )
    enrolment = _enrol_as_applied(
        cohort=cohort,
        person=person,
        now=now,
        source=Source.SELF,
        organisation=organisation,
        unit=unit,
        typed_unit=typed_unit,
        employed_since=employed_since,
        degree=degree,
        exercises_authority=exercises_authority,
        manager_address=manager_address,
        form=form_of(person, organisation, local_day(cohort, now)),
        replies=replies or {},
        by=by or person,
    )
    letters.received(enrolment, now=now)
    if manager_address:
        approvals.ask(enrolment=enrolment, address=manager_address, by=by or person, now=now, first=True)
    return enrolment


def _enrol_as_applied(
    *, cohort: Cohort, person: Person, now: datetime, form: str, by: Person | None, replies: Replies, **facts: Any
) -> Enrolment:
    """The row, what it says about the programme's conditions, and its first transition, under the cohort's lock."""
    locked = (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "responsible")
        .annotate(
            shared=Exists(Share.objects.filter(cohort=OuterRef("pk"))),
            partner=Exists(Share.objects.filter(cohort=OuterRef("pk"), organisation=facts["organisation"])),
            asks=Exists(Condition.objects.standing().filter(programme=OuterRef("programme"))),
            begins=F("places__starts_at"),
        )
        .get(pk=cohort.pk)
    )
    if refusal := why_not_apply(locked, now=now):
        raise refusal
    # Asked after the lock: what the locking query itself reads may be from before it waited.
    if Enrolment.objects.live().filter(cohort=locked, person=person).exists():
        raise AlreadyApplied(name=person.name)
    partner = locked.partner or (not locked.shared and takes_part(locked, facts["organisation"]))
    flags = flags_for(form=form, partner=partner)
    asked = list(Condition.objects.standing().filter(programme=locked.programme_id)) if locked.asks else []
    replies = {row.pk: replies[row.pk] for row in asked if row.pk in replies}
    flags = decide(asked, replies, base=flags, start=start_of(locked, locked.begins, now))
    enrolment = Enrolment.objects.create(
        cohort=locked,
        person=person,
        code=in_fours(spoken_code(RECEIPT)),
        applied_at=now,
        flags_at=now,
        **asdict(flags),
        **(facts | _facts_in(asked, replies)),
    )
    if replies:
        conditions.keep_answers(enrolment=enrolment, replies=replies, now=now)
    Transition.objects.create(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.APPLIED, by=by, at=now)
    record("applied", by=by, about=enrolment, scope=locked.scope, now=now, source=enrolment.source)
    return enrolment


def _facts_in(asked: Iterable[Condition], replies: Replies) -> dict[str, bool]:
    """What an answer to a condition says in passing about the work."""
    said = [replies[row.pk].yes for row in asked if row.fact == Fact.AUTHORITY and row.pk in replies]
    return {"exercises_authority": said[0]} if said and said[0] is not None else {}


# ---------- Taking back, and filling in ----------


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: Person | None, now: datetime, why: str = "") -> Enrolment:
    """The applicant takes the application back; pressed twice, it is done once.

    Refused after the deadline or once a place has been offered. Open questions to managers are closed.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region")
        .get(pk=enrolment.pk)
    )
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return enrolment
    if refusal := why_not_withdraw(enrolment, now=now):
        raise refusal
    transition = sides.change(
        enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, by=by, now=now, why=why
    )
    approvals.close_open(enrolment=enrolment, now=now)
    letters.withdrawn(enrolment, transition, now=now)
    return enrolment


@transaction.atomic
def complete(
    *,
    enrolment: Enrolment,
    employed_since: date | None,
    degree: str,
    exercises_authority: bool | None,
    language: str,
    by: Person,
    now: datetime,
    replies: Replies | None = None,
) -> Enrolment:
    """A person whom the manager registered fills in what only she knows; her answers decide what it counts for."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "organisation", "person")
        .get(pk=enrolment.pk)
    )
    enrolment.employed_since = employed_since
    enrolment.degree = degree
    enrolment.exercises_authority = exercises_authority
    enrolment.save(update_fields=["employed_since", "degree", "exercises_authority"])
    if replies:
        conditions.keep_answers(enrolment=enrolment, replies=replies, now=now)
        conditions.recompute(enrolment=enrolment, now=now)
    if language != enrolment.person.language:
        set_language(person=enrolment.person, language=language)
    record("application.completed", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now)
    return enrolment


# ---------- Staff whom a manager registers ----------


@dataclass(frozen=True)
class Newcomer:
    """Someone that Helmi does not know yet, as her manager writes her down."""

    name: str
    email: str
    language: str
    unit: Organisation
    form: str = EmploymentForm.PERMANENT
    replies: Replies = field(default_factory=dict)
    since: date | None = None
    # Whom to ask for the yes, where a coordinator registers.
    manager_address: str = ""


@transaction.atomic
def register_staff(
    *,
    cohort: Cohort,
    people: Iterable[Person],
    newcomers: Iterable[Newcomer],
    by: Person,
    now: datetime,
    replies: Mapping[int, Replies] | None = None,
    on_behalf: bool = False,
) -> tuple[list[Enrolment], list[Person]]:
    """A manager registers several of her staff; the employer's yes is given with it.

    Returns the new enrolments and the people who had applied already. Each gets an own letter with an own link, to
    fill in the rest or to decline. Someone without an address is kept as contact missing. All or nobody is stored.
    `replies` are what the manager answers for people by their key; what she leaves out the person is asked. With
    `on_behalf` the one who runs the round registers people of any unit in it, and the managers are asked.
    """
    people, newcomers = list(people), list(newcomers)
    if not people and not newcomers:
        raise NobodyToRegister()
    day = local_day(cohort, now)
    said = replies or {}
    chosen: list[tuple[Person, Organisation, str, date | None, Replies, str]] = [
        (person, *_unit_under(person, by, day), said.get(person.pk, {}), by.email or "") for person in people
    ]
    for newcomer in newcomers:
        if not on_behalf and (refusal := why_not_register(by, newcomer.unit)):
            raise refusal
        person = register_person(
            name=newcomer.name,
            email=newcomer.email,
            phone="",
            language=newcomer.language,
            region=cohort.programme.region,
            by=by,
            now=now,
        )
        unit = newcomer.unit
        if not Employment.objects.on(day).filter(person=person, unit__path__startswith=f"{unit.top_id}/").exists():
            begins = min(newcomer.since or day, day)
            employ(person=person, unit=unit, form=newcomer.form, job_title="", valid_from=begins, by=by, now=now)
        asked = newcomer.manager_address if on_behalf else by.email or ""
        chosen.append((person, unit, newcomer.form, newcomer.since, newcomer.replies, asked))
    made, before = [], []
    tops = Organisation.objects.in_bulk({unit.top_id for _person, unit, *_rest in chosen})
    for person, unit, form, since, answers, manager in chosen:
        try:
            with transaction.atomic():
                enrolment = _enrol_as_applied(
                    cohort=cohort,
                    person=person,
                    now=now,
                    by=by,
                    form=form,
                    source=Source.COORDINATOR if on_behalf else Source.MANAGER,
                    organisation=tops[unit.top_id],
                    unit=unit,
                    employed_since=since,
                    manager_address=manager,
                    replies=answers,
                )
        except AlreadyApplied:
            before.append(person)
            continue
        if not on_behalf:
            sides.change(enrolment=enrolment, side=Side.EMPLOYER, after=EmployerSide.APPROVED, by=by, now=now)
        elif manager:
            approvals.ask(enrolment=enrolment, address=manager, by=by, now=now, first=True)
        if person.email:
            letters.registered(enrolment, by, now=now)
        made.append(enrolment)
    return made, before


def _unit_under(person: Person, manager: Person, day: date) -> tuple[Organisation, str, date]:
    """Where among the manager's units the person works on the day; refused when nowhere."""
    rows = Employment.objects.on(day).filter(person=person).select_related("unit").order_by("-main", "-valid_from")
    for row in rows:
        if why_not_register(manager, row.unit) is None:
            return row.unit, row.form, row.valid_from
    raise NotYourStaff()


def start_staff_draft(*, by: Person, data: dict[str, Any], now: datetime) -> Draft:
    """What a manager chose on the first screen, kept for the second; her own and nobody else's."""
    draft, _secret = start_draft(form=STAFF, person=by, data=data, now=now)
    return draft


def find_staff_draft(*, pk: UUID, by: Person, now: datetime) -> Draft | None:
    """The manager's own unsent registration."""
    return Draft.objects.filter(pk=pk, form=STAFF, person=by, expires_at__gt=now).first()


@transaction.atomic
def send_staff_draft(
    *,
    draft: Draft,
    cohort: Cohort,
    people: Iterable[Person],
    newcomers: Iterable[Newcomer],
    by: Person,
    now: datetime,
    replies: Mapping[int, Replies] | None = None,
) -> tuple[int, int]:
    """Register the people of a staff draft once, however often the button is pressed; how many new, how many before."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.data.get("sent"):
        return int(draft.data["made"]), int(draft.data["before"])
    made, before = register_staff(cohort=cohort, people=people, newcomers=newcomers, by=by, now=now, replies=replies)
    done = {"sent": True, "made": len(made), "before": len(before), "new": [], "people": []}
    keep_draft(draft=draft, data=done, now=now)
    return len(made), len(before)


# ---------- The clock ----------


def remind_of_missing_contacts(now: datetime) -> int:
    """14 days before the first day, tell the coordinator who has no address; once a cohort."""
    states = (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)
    cohorts = (
        Cohort.objects.filter(
            Q(enrolments__person__email__isnull=True) | Q(enrolments__person__email=""),
            enrolments__programme_side__in=LIVE_SIDES,
            state__in=states,
            places__starts_at__gt=now,
            places__starts_at__lte=now + CONTACTS_BEFORE + timedelta(hours=12),
        )
        .select_related("programme__region", "responsible", "places")
        .distinct()
    )
    written = 0
    for cohort in cohorts:
        start = cohort.places.starts_at
        if start and local_day(cohort, now) >= local_day(cohort, start) - CONTACTS_BEFORE:
            letters.contacts_missing(cohort, now=now)
            written += 1
    return written


def settle_approved(now: datetime) -> int:
    """What follows from a yes that can no longer be undone; how many applications it concerned.

    Who applied from a unit and is not known at that employer is employed there. Where places are given one by one, the
    application gets its place, or its place in line.
    """
    approved = (
        Enrolment.objects.applied()
        .filter(
            employer_side=EmployerSide.APPROVED,
            cohort__state__in=(CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING),
            transitions__side=Side.EMPLOYER,
            transitions__after=EmployerSide.APPROVED,
            transitions__undone_at__isnull=True,
            transitions__at__lte=now - UNDO,
        )
        .select_related("person", "unit", "organisation", "cohort__programme__region", "cohort__places")
        .distinct()
    )
    known = Employment.objects.on(now.date()).filter(
        person=OuterRef("person"), unit__path__startswith=OuterRef("organisation__path")
    )
    moved = Workplace.objects.filter(enrolment=OuterRef("pk"))
    unknown = list(approved.filter(~Exists(known), ~Exists(moved)))
    for enrolment in unknown:
        day = local_day(enrolment.cohort, now)
        since = min(enrolment.employed_since or day, now.date())
        employ(person=enrolment.person, unit=enrolment.unit, valid_from=since, by=None, now=now)
    one_by_one = [row for row in approved if gives_places(row.cohort, now=now)]
    for enrolment in one_by_one:
        selection.consider(enrolment=enrolment, by=None, now=now)
    return len({row.pk for row in (*unknown, *one_by_one)})
