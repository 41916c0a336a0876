"""Who can be whose mentor, why just these two, and which proposal comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from base import dates
from base.refusal import Refusal
from events.limits import end_of_working_day_limit, wall
from events.rules import working_day
from people.models import Employment, Organisation, Participation, Person, Region, RoleAssignment
from people.rules import find_person
from people.states import Role
from programmes import matching
from programmes.models import Enrolment, Mentor, Mentorship, Programme
from programmes.models.mentoring import MOST
from programmes.rules.applications import local_day
from programmes.states import PAIRING, MentorKind, PairEnd, PairState, ProgrammeSide

# A proposal is answered within so many working days; on this one the mentor is reminded.
ANSWER_DAYS, REMIND_DAY = 7, 4
REMIND_AT = time(8)
# How much each thing that speaks against a pair weighs, and one mentee more with the same mentor.
NO_LANGUAGE, NO_THEME, FAR, OTHER_WORK, SAME_UNIT, AGAIN, CROWDING = 40, 10, 15, 20, 12, 30, 4

# What a pair is read with for its letters and for the page that the links open.
ALONG = (
    "mentor__person",
    "enrolment__person",
    "enrolment__unit",
    "enrolment__organisation",
    "enrolment__cohort__programme__region",
    "enrolment__cohort__programme__funder",
    "enrolment__cohort__responsible",
)


# ---------- Refusals ----------


class NoMentorsHere(Refusal):
    """The programme has no mentoring."""

    message = gettext_lazy("This programme has no mentors. Choose which kind on the programme's page first.")


class NoPlaceToMentor(Refusal):
    """Only who takes part gets a mentor."""

    message = gettext_lazy("Only somebody who has a place in a round that is not over gets a mentor.")


class HasMentor(Refusal):
    """One mentor at a time."""

    message = gettext_lazy("%(mentee)s has a mentor, or one has been asked.")


class NotInPool(Refusal):
    """Mentors are those in the region's pool."""

    message = gettext_lazy("%(mentor)s is not in the region's pool of mentors.")


class OnPause(Refusal):
    """The mentor takes nobody new for a while."""

    message = gettext_lazy("%(mentor)s takes no new mentees before %(day)s.")


class NoRoom(Refusal):
    """The mentor has as many mentees as she has chosen."""

    message = gettext_lazy("No room: %(mentor)s has %(load)s of %(cap)s.")


class Oneself(Refusal):
    """Nobody is her own mentor."""

    message = gettext_lazy("Nobody is her or his own mentor.")


class OwnManager(Refusal):
    """A manager or a director is no mentor of her staff."""

    message = gettext_lazy("%(mentor)s is the manager of %(mentee)s.")


class SameEmployer(Refusal):
    """External mentors come from another employer."""

    message = gettext_lazy("Both work in %(employer)s. The programme asks for a mentor from another employer.")


class OtherEmployer(Refusal):
    """Local mentors come from the same municipality."""

    message = gettext_lazy(
        "%(mentor)s does not work in %(employer)s. The programme asks for a mentor from the same municipality."
    )


class NoAddress(Refusal):
    """Who cannot be written to cannot be asked."""

    message = gettext_lazy("No e-mail address is known of %(mentor)s, so no letter can go.")


class NotProposed(Refusal):
    """The question is answered, taken back, or its time is over."""

    message = gettext_lazy("This question is no longer open.")


class NotAgreed(Refusal):
    """Only a new pair can be taken apart by asking for somebody else."""

    message = gettext_lazy("This can no longer be done by the link. Talk to the coordinator.")


class MoreThanMost(Refusal):
    """Five is the most."""

    message = gettext_lazy("A mentor has %(most)s mentees at a time at most.")


class CapNotYours(Refusal):
    """Nobody chooses for somebody else how many."""

    message = gettext_lazy("Only the mentor decides how many mentees she or he has.")


class InPoolAlready(Refusal):
    """Once is enough."""

    message = gettext_lazy("%(mentor)s is in the pool already.")


class NameNeeded(Refusal):
    """Somebody whom Helmi does not know needs a name."""

    message = gettext_lazy("Helmi does not know this address. Write the person's name too.")


class AccountClosed(Refusal):
    """Who cannot sign in is in no pool."""

    message = gettext_lazy("This person's account is closed. Open it first.")


class NobodyChosen(Refusal):
    """There is nothing to propose."""

    message = gettext_lazy("Choose a mentor for at least one person.")


# ---------- What is known of the people ----------


@dataclass(frozen=True)
class Job:
    """An employment, as far as mentoring asks for it."""

    path: str
    title: str

    @property
    def employer(self) -> int:
        """The key of the employer at the top."""
        return int(self.path.split("/", 1)[0])


@dataclass
class Facts:
    """What the rules look at, read for many people in a fixed number of statements."""

    day: date
    jobs: dict[int, list[Job]] = field(default_factory=lambda: defaultdict(list))
    # Of those who have no employment any more the last one, and every job title somebody has had.
    last: dict[int, Job] = field(default_factory=dict)
    titles: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    # What somebody manages or directs, and below: paths.
    leads: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)
    areas: dict[int, str] = field(default_factory=dict)
    # Pairs of people that have been, and mentors who have been asked about an enrolment.
    before: set[tuple[int, int]] = field(default_factory=set)
    asked: set[tuple[int, int]] = field(default_factory=set)
    live: set[int] = field(default_factory=set)

    def employers(self, person: int) -> set[int]:
        """Where somebody works on the day."""
        return {job.employer for job in self.jobs[person]}

    def of_mentee(self, enrolment: Enrolment) -> list[Job]:
        """The mentee's employments of the day; without any, the one on the application."""
        return self.jobs[enrolment.person_id] or [Job(enrolment.unit.path, "")]


def facts_of(mentors: Collection[Mentor], enrolments: Collection[Enrolment], region: Region, *, day: date) -> Facts:
    """What is known of these mentors and mentees: five statements, however many they are."""
    found = Facts(day)
    own = {mentor.person_id for mentor in mentors}
    people = own | {enrolment.person_id for enrolment in enrolments}
    rows = Employment.objects.filter(person__in=people, valid_from__lte=day).order_by("valid_from", "pk")
    for person, path, title, until in rows.values_list("person_id", "unit__path", "job_title", "valid_to"):
        job = Job(path, title.strip())
        found.last[person] = job
        found.titles[person].add(job.title.casefold())
        if until is None or until >= day:
            found.jobs[person].append(job)
    roles = RoleAssignment.objects.on(day).filter(person__in=own, role__in=(Role.MANAGER, Role.DIRECTOR))
    for person, path, past in roles.values_list("person_id", "organisation__path", "organisation__past_paths"):
        found.leads[person] += [path, *past]
    parts = Participation.objects.on(day).filter(region=region).values_list("organisation_id", "sub_region")
    found.areas = dict(parts)
    tops = {job.employer for jobs in found.jobs.values() for job in jobs} | set(found.areas)
    tops |= {enrolment.unit.top_id for enrolment in enrolments}
    found.names = dict(Organisation.objects.filter(pk__in=tops).values_list("pk", "name"))
    about = Q(enrolment__in=[row.pk for row in enrolments]) | Q(
        enrolment__person__in={row.person_id for row in enrolments}, agreed_at__isnull=False
    )
    blocking = Mentorship.objects.blocking().filter(pk=OuterRef("pk"))
    pairs = Mentorship.objects.filter(about).values_list(
        "enrolment_id", "enrolment__person_id", "mentor_id", "mentor__person_id", "agreed_at", "closed_why",
        Exists(blocking),
    )  # fmt: skip
    for enrolment, mentee, mentor, person, agreed_at, why, blocks in pairs:
        if blocks:
            found.live.add(enrolment)
        elif why != PairEnd.WITHDRAWN:
            found.asked.add((enrolment, mentor))
        if agreed_at is not None:
            found.before.add((mentee, person))
    return found


# ---------- Why not ----------


def load_of(mentor: Mentor) -> int:
    """How many mentees the mentor has, those who are only proposed too."""
    known: int | None = getattr(mentor, "load", None)
    return mentor.mentorships.live().count() if known is None else known


def in_pool(mentor: Mentor, day: date) -> bool:
    """Whether the mentor is in the pool on the day, with an account that is open."""
    over = mentor.valid_to is not None and mentor.valid_to < day
    return mentor.valid_from <= day and not over and mentor.person.is_active


def why_not_pair(mentor: Mentor, enrolment: Enrolment, *, day: date, facts: Facts | None = None) -> Refusal | None:
    """The reason that `mentor` cannot be the mentor of whom the enrolment is, or None.

    Asked for the list of proposals, and under the lock when a pair is made. `facts` are read here when they do not come
    along, so a form that was open for a while is judged by what holds then.
    """
    programme = enrolment.cohort.programme
    names = {"mentor": str(mentor.person), "mentee": str(enrolment.person)}
    if not programme.mentor_kind:
        return NoMentorsHere()
    if enrolment.programme_side != ProgrammeSide.ENROLLED or enrolment.cohort.state not in PAIRING:
        return NoPlaceToMentor()
    facts = facts or facts_of([mentor], [enrolment], programme.region, day=day)
    if enrolment.pk in facts.live:
        return HasMentor(**names)
    if mentor.region_id != programme.region_id or not in_pool(mentor, day):
        return NotInPool(**names)
    if mentor.paused_until is not None and day < mentor.paused_until:
        return OnPause(**names, day=dates.plain_day(mentor.paused_until, today=day))
    if (load := load_of(mentor)) >= mentor.cap:
        return NoRoom(**names, load=load, cap=mentor.cap)
    if not mentor.person.email:
        return NoAddress(**names)
    return _why_not_these_two(mentor, enrolment, facts, programme, names)


def _why_not_these_two(
    mentor: Mentor, enrolment: Enrolment, facts: Facts, programme: Programme, names: Mapping[str, str]
) -> Refusal | None:
    """What the two people's work says against it, whatever room there is."""
    if mentor.person_id == enrolment.person_id:
        return Oneself()
    theirs = facts.of_mentee(enrolment)
    if any(job.path.startswith(path) for job in theirs for path in facts.leads[mentor.person_id]):
        return OwnManager(**names)
    where, here = {job.employer for job in theirs}, facts.employers(mentor.person_id)
    if programme.mentor_kind == MentorKind.EXTERNAL:
        if both := where & here:
            return SameEmployer(employer=facts.names.get(min(both), ""))
        return None
    # Who has no employment any more is of the place where the last one was; of whom none is known, nothing is said.
    last = facts.last.get(mentor.person_id)
    here = here or ({last.employer} if last else where)
    if not where & here:
        return OtherEmployer(**names, employer=facts.names.get(theirs[0].employer, ""))
    return None


# ---------- Why just these two ----------


@dataclass(frozen=True)
class Fit:
    """How well two suit each other: what speaks against it as a number, what for it as codes with facts."""

    cost: int
    reasons: list[dict[str, Any]]


def fit(mentor: Mentor, enrolment: Enrolment, facts: Facts) -> Fit:
    """How well the two suit each other."""
    cost = 0
    reasons: list[dict[str, Any]] = []
    theirs, own = facts.of_mentee(enrolment), facts.jobs[mentor.person_id]
    where, here = {job.employer for job in theirs}, facts.employers(mentor.person_id)
    if both := where & here:
        same = {job.path for job in theirs} & {job.path for job in own}
        reasons.append({"code": "same_unit" if same else "same_employer", "name": facts.names.get(min(both), "")})
        cost += SAME_UNIT if same else 0
    elif near := {facts.areas.get(key, "") for key in where} & {facts.areas.get(key, "") for key in here} - {""}:
        reasons.append({"code": "near", "name": min(near)})
    else:
        cost += FAR
    titles = {job.title.casefold(): job.title for job in theirs if job.title}
    if known := sorted(set(titles) & facts.titles[mentor.person_id]):
        reasons.append({"code": "work", "title": titles[known[0]]})
    else:
        cost += OTHER_WORK
    if enrolment.person.language in mentor.languages:
        reasons.append({"code": "language", "language": enrolment.person.language})
    elif mentor.languages:
        cost += NO_LANGUAGE
    if themes := [theme for theme in themes_of(enrolment.cohort.programme) if theme in mentor.themes]:
        reasons.append({"code": "themes", "themes": themes[:3]})
    else:
        cost += NO_THEME
    if (enrolment.person_id, mentor.person_id) in facts.before:
        reasons.append({"code": "again"})
        cost += AGAIN
    return Fit(cost, reasons)


def _language(code: str) -> str:
    return {
        "sv": pgettext("the language that somebody speaks", "Swedish"),
        "fi": pgettext("the language that somebody speaks", "Finnish"),
        "en": pgettext("the language that somebody speaks", "English"),
    }.get(code, code)


def reason_words(reasons: Iterable[Mapping[str, Any]], programme: Programme) -> str:
    """Why these two, in words in the reader's language, to stand inside a sentence."""
    labels = theme_labels(programme.region, [programme])
    words = []
    for reason in reasons:
        code = reason["code"]
        if code == "same_employer":
            words.append(_("same municipality, another unit"))
        elif code == "same_unit":
            words.append(_("same unit"))
        elif code == "near":
            words.append(_("near: %(area)s") % {"area": reason["name"]})
        elif code == "work":
            words.append(_("knows the work: %(title)s") % {"title": reason["title"][:1].lower() + reason["title"][1:]})
        elif code == "language":
            words.append(_("both speak %(language)s") % {"language": _language(reason["language"])})
        elif code == "themes":
            told = ", ".join(labels.get(theme, theme) for theme in reason["themes"])
            words.append(_("themes: %(themes)s") % {"themes": told})
        elif code == "again":
            words.append(_("they have been a pair before"))
    return "; ".join(words)


def room_words(load: int, cap: int) -> str:
    """How full a mentor is, as the rules count."""
    return ngettext("%(load)s mentee of %(cap)s", "%(load)s mentees of %(cap)s", load) % {"load": load, "cap": cap}


def workplaces(people: Collection[int], *, day: date) -> dict[int, str]:
    """Where each of these people works on the day, "Barn och familj, Eskilstuna"; those who do not are not in it."""
    rows = Employment.objects.on(day).filter(person__in=people).select_related("unit").order_by("-main", "pk")
    units: dict[int, Organisation] = {}
    for row in rows:
        units.setdefault(row.person_id, row.unit)
    tops = Organisation.objects.in_bulk({unit.top_id for unit in units.values()})
    return {
        person: unit.name if unit.pk == unit.top_id else f"{unit.name}, {tops[unit.top_id].name}"
        for person, unit in units.items()
    }


# ---------- Themes and languages ----------


def lines_of(text: str | None) -> list[str]:
    """Themes as they are typed: one a line."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def themes_of(programme: Programme) -> list[str]:
    """A programme's themes in the region's first language, by which mentors' themes are kept."""
    return lines_of(getattr(programme, f"themes_{(programme.region.languages or ['sv'])[0]}", ""))


def theme_labels(region: Region, programmes: Iterable[Programme]) -> dict[str, str]:
    """The themes of these programmes of the region, each as it is kept and in the reader's language."""
    found: dict[str, str] = {}
    for programme in programmes:
        kept, shown = themes_of(programme), lines_of(programme.themes)
        for n, theme in enumerate(kept):
            found.setdefault(theme, shown[n] if len(shown) == len(kept) else theme)
    return found


# ---------- Proposals ----------


@dataclass(frozen=True)
class Option:
    """A mentor who may be proposed for somebody."""

    mentor: Mentor
    fit: Fit


def pool(region: Region, *, day: date) -> list[Mentor]:
    """The region's mentors on the day, each with her load."""
    return list(Mentor.objects.filter(region=region).on(day).with_load().select_related("person"))


def without_mentor(enrolments: Any) -> list[Enrolment]:
    """Those of these enrolments with a place that have no mentor, or ask for another one, and nobody asked; by name."""
    has = Mentorship.objects.blocking().values("enrolment")
    rows = enrolments.filter(programme_side=ProgrammeSide.ENROLLED, cohort__state__in=PAIRING).exclude(pk__in=has)
    return list(
        rows.select_related("person", "unit", "organisation", "cohort__programme__region").order_by(
            "person__name", "pk"
        )
    )


def options(
    enrolments: Collection[Enrolment], mentors: Collection[Mentor], facts: Facts
) -> dict[int, dict[int, Option]]:
    """For each enrolment those mentors whom the rules allow, the best fit first; who has said no to it is not asked."""
    found: dict[int, dict[int, Option]] = {}
    for enrolment in enrolments:
        allowed = [
            Option(mentor, fit(mentor, enrolment, facts))
            for mentor in mentors
            if (enrolment.pk, mentor.pk) not in facts.asked
            and why_not_pair(mentor, enrolment, day=facts.day, facts=facts) is None
        ]
        allowed.sort(key=lambda one: (one.fit.cost + CROWDING * load_of(one.mentor), one.mentor.pk))
        found[enrolment.pk] = {one.mentor.pk: one for one in allowed}
    return found


def proposal(choices: Mapping[int, Mapping[int, Option]]) -> dict[int, int]:
    """The best mentor for each enrolment, all of them together; those for whom nobody is left are not in it."""
    mentors = {key: one.mentor for row in choices.values() for key, one in row.items()}
    load = {key: load_of(mentor) for key, mentor in mentors.items()}
    costs = {(row, key): one.fit.cost for row, some in choices.items() for key, one in some.items()}
    room = {key: mentor.cap - load[key] for key, mentor in mentors.items()}
    return matching.match(costs, room, load=load, crowding=CROWDING)


# ---------- The time to answer ----------


def answer_limit(region: Region, *, start: datetime) -> datetime:
    """Until when a mentor who was written to at `start` can answer: the evening of the seventh working day."""
    return end_of_working_day_limit(
        start=start,
        working_days=ANSWER_DAYS,
        starts_at=None,
        zone=region.time_zone,
        is_working_day=working_day(region),
    )


def reminder_time(region: Region, *, start: datetime) -> datetime:
    """When a mentor who has not answered is reminded: the morning of the fourth working day."""
    works = working_day(region)
    day, left = start.astimezone(ZoneInfo(region.time_zone)).date(), REMIND_DAY
    while left > 0:
        day += timedelta(days=1)
        left -= works(day)
    return wall(day, REMIND_AT, region.time_zone)


def why_not_answer(pair: Mentorship, *, now: datetime) -> Refusal | None:
    """The reason that the mentor cannot answer any more, or None; asked under the lock."""
    if pair.state != PairState.PROPOSED or (pair.answer_by is not None and now >= pair.answer_by):
        return NotProposed()
    return None


def why_not_somebody_else(pair: Mentorship) -> Refusal | None:
    """The reason that the mentee cannot ask for somebody else by herself, or None: it has begun, or is over."""
    return None if pair.state == PairState.AGREED else NotAgreed()


# ---------- The pool ----------


def why_not_cap(mentor: Mentor, cap: int, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot let the mentor have so many mentees at a time, or None."""
    if cap == mentor.cap:
        return None
    if mentor.person_id != by.pk:
        return CapNotYours()
    return MoreThanMost(most=MOST) if cap > MOST else None


def why_not_add(region: Region, address: str, name: str, *, day: date) -> Refusal | None:
    """The reason that whoever has this address cannot be taken into the pool, or None."""
    person = find_person(address)
    if person is None:
        return None if name.strip() else NameNeeded()
    if not person.is_active:
        return AccountClosed()
    if Mentor.objects.filter(region=region, person=person).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)):
        return InPoolAlready(mentor=str(person))
    return None


def day_of(enrolment: Enrolment, now: datetime) -> date:
    """The day in the round's region."""
    return local_day(enrolment.cohort, now)


# ---------- How the two reach each other ----------


def mentees_of(viewer: Any) -> Q:
    """The people whose mentor `viewer` is, once she has said yes: whom she knows by name."""
    return Q(pk__in=Mentorship.objects.agreed().of_mentor(viewer).values("enrolment__person"))


@dataclass(frozen=True)
class Contact:
    """What one of a pair gets to know of the other."""

    email: str
    phone: str


def contact_of_mentor(pair: Mentorship) -> Contact:
    """The mentor's address, and the telephone number where she has chosen so."""
    mentor = pair.mentor
    return Contact(mentor.person.email or "", mentor.person.phone if mentor.shows_phone else "")


def contact_of_mentee(pair: Mentorship) -> Contact:
    """The mentee's address, which a mentor needs, and the telephone number where she shows it to her group."""
    person, card = pair.enrolment.person, getattr(pair.enrolment, "card", None)
    shown = card is not None and card.phone and not person.protected
    return Contact(person.email or "", person.phone if shown else "")
