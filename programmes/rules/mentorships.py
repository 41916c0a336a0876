"""What a mentor and a mentee may do and see, and how their light stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import dates
from base.refusal import Forbidden, Refusal
from events.rules import public_holidays
from people.models import Absence, ClosedPeriod, Person
from people.rules import name_for
from programmes.lights import Colour, Light, Pause, light
from programmes.models import Break, MentorCheck, MentorMeeting, MentorNote, Mentorship
from programmes.rules.applications import local_day
from programmes.states import AGREED_PAIRS, MeetingTag, PairState

# What a pair is read with, so that the rules ask the database for nothing more.
ALONG = (
    "mentor__person",
    "enrolment__person",
    "enrolment__cohort__programme__region",
    "enrolment__cohort__programme__funder",
)
CHECK_OPEN = timedelta(days=14)
# How long a closing talk that was written down by mistake can be taken back.
TAKE_BACK = timedelta(days=7)


class NotOfThePair(Forbidden):
    """What the two do is theirs."""

    message = _("Only the mentor and the mentee can do this.")


class NotTheirsToDo(Forbidden):
    """What the coordinator does is not the pair's."""

    message = _("Only the coordinator can do this.")


class PairOver(Refusal):
    """What is over stands as it is."""

    message = _("This mentorship has ended. What was written down stays.")


class NotYetAPair(Refusal):
    """A proposal without an answer."""

    message = _("The mentor has not answered yet.")


class NothingToConfirm(Refusal):
    """The other one confirms, and only what stands unconfirmed."""

    message = _("There is nothing that waits for your yes.")


class WordsChanged(Refusal):
    """The page was older than the words."""

    message = _("The agreement was changed after you opened the page. Read it again.")


class AgreeFirst(Refusal):
    """A closing talk ends what has begun."""

    message = _("The mentorship has not begun: agree first, or end it without a closing talk.")


class BeforeTheyMet(Refusal):
    """A meeting before there was a pair."""

    message = _("You became mentor and mentee on %(day)s. Write a later day.")


class TopicMissing(Refusal):
    """A meeting that was held was about something."""

    message = _("Choose the topic of the meeting.")


class SameMeeting(Refusal):
    """Two have written down one meeting, or one has pressed twice."""

    message = _(
        "A meeting on %(day)s, %(minutes)s minutes, is written down already. Save once more if this is another one."
    )


class CheckOver(Refusal):
    """Answered, or too late."""

    message = _("These questions are answered, or the time for them is over.")


class WishStands(Refusal):
    """Asked for already, by the same person: the other one learns nothing."""

    message = _("You have asked for another mentor already. The coordinator sees to it.")


class TooLateToTakeBack(Refusal):
    """After a week what is over is over."""

    message = _("The closing talk can be taken back for a week. Write to the coordinator.")


# ---------- Who is who ----------


def is_of_pair(pair: Mentorship, person: Person) -> bool:
    """Whether the person is the mentor or the mentee."""
    return person.pk in (pair.mentor.person_id, pair.enrolment.person_id)


def other_of(pair: Mentorship, person: Person) -> Person:
    """The one of the two who the person is not."""
    return pair.enrolment.person if person.pk == pair.mentor.person_id else pair.mentor.person


def name_in(pair: Mentorship, person: Person, viewer: Person) -> str:
    """What one reads for one of the two: while the pair goes on, they know each other by name, protected or not."""
    if pair.state in AGREED_PAIRS and is_of_pair(pair, viewer) and person.erased_at is None:
        return person.name
    return name_for(person, viewer)


def today_of(pair: Mentorship, now: datetime) -> date:
    """The date where the round is held."""
    return local_day(pair.enrolment.cohort, now)


# ---------- Who may what ----------


def why_not_take_part(pair: Mentorship, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot do what the two do while the pair goes on, or None."""
    if not is_of_pair(pair, by):
        return NotOfThePair()
    if pair.state == PairState.CLOSED:
        return PairOver()
    return None if pair.state in AGREED_PAIRS else NotYetAPair()


def why_not_confirm(pair: Mentorship, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot say yes to the agreement as it stands, or None: the other one wrote it."""
    if refusal := why_not_take_part(pair, by=by):
        return refusal
    waits = pair.written_at is not None and pair.confirmed_at is None
    return None if waits and pair.written_by_id != by.pk else NothingToConfirm()


def why_not_meet(pair: Mentorship, day: date, tag: str, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that this meeting cannot be booked or written down, or None; twins are looked for by `twin_of`."""
    if refusal := why_not_take_part(pair, by=by):
        return refusal
    first = local_day(pair.enrolment.cohort, pair.agreed_at) if pair.agreed_at else None
    if first is not None and day < first:
        return BeforeTheyMet(day=dates.full_day(first))
    if day > today_of(pair, now):
        return None
    if not tag:
        return TopicMissing()
    return AgreeFirst() if tag == MeetingTag.CLOSING and pair.state != PairState.ACTIVE else None


def twin_of(pair: Mentorship, day: date, minutes: int, *, but: MentorMeeting | None = None) -> SameMeeting | None:
    """The hint that this meeting may be written down already, or None."""
    twins = pair.meetings.held().filter(date=day, minutes=minutes)
    if but is not None:
        twins = twins.exclude(pk=but.pk)
    return SameMeeting(day=dates.full_day(day), minutes=minutes) if twins.exists() else None


def why_not_remove(meeting: MentorMeeting, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that `by` cannot take a meeting away, or None; a closing talk that ended the pair, within a week."""
    pair = meeting.mentorship
    if pair.state != PairState.CLOSED:
        return why_not_take_part(pair, by=by)
    if not is_of_pair(pair, by):
        return NotOfThePair()
    if not ended_by(meeting):
        return PairOver()
    fresh = pair.closed_at is not None and now <= pair.closed_at + TAKE_BACK
    again = pair.enrolment.mentorships.live().exists()
    return None if fresh and not again else TooLateToTakeBack()


def ended_by(meeting: MentorMeeting) -> bool:
    """Whether the pair was closed by writing this meeting down."""
    return (
        meeting.tag == MeetingTag.CLOSING
        and meeting.held_at is not None
        and (meeting.held_at == meeting.mentorship.closed_at)
    )


def why_not_note(pair: Mentorship, note: MentorNote | None, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot write this note, or a new one where there is none, or None.

    A note stays its writer's to change and erase, also when the pair is over; a new one needs a pair.
    """
    if note is not None:
        return None if note.writer_id == by.pk else NotOfThePair()
    return why_not_take_part(pair, by=by)


def why_not_answer(check: MentorCheck, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that `by` cannot answer the questions, or None."""
    if check.person_id != by.pk:
        return NotOfThePair()
    open_still = check.answered_at is None and now < check.until and check.mentorship.state in AGREED_PAIRS
    return None if open_still else CheckOver()


def shown_of(checks: Iterable[MentorCheck], viewer: Person, *, now: datetime) -> list[MentorCheck]:
    """The answers that one of the two may read: both, once both have answered or the time is out; else her own."""
    found = list(checks)
    out = all(check.answered_at is not None or now >= check.until for check in found)
    return [check for check in found if check.answered_at is not None and (out or check.person_id == viewer.pk)]


def why_not_wish(pair: Mentorship, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot ask for another mentor, or None."""
    if refusal := why_not_take_part(pair, by=by):
        return refusal
    return WishStands() if pair.wishes.waiting().filter(person=by).exists() else None


def why_not_end(pair: Mentorship, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot end the pair, or None: either of the two can, and who runs the round."""
    if is_of_pair(pair, by):
        return why_not_take_part(pair, by=by)
    return why_not_see_to(pair, by=by) or (PairOver() if pair.state == PairState.CLOSED else None)


def seen_by(pair: Mentorship) -> Person | None:
    """Who hears of the light besides the two: who is responsible for the round, or the deputy of one of the two."""
    cohort = pair.enrolment.cohort
    return next((one for one in (cohort.responsible, cohort.deputy) if one and not is_of_pair(pair, one)), None)


def why_not_see_to(pair: Mentorship, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot see to what the two have asked the coordinator for, or None."""
    reach = by.reach
    runs = reach.administrator or pair.enrolment.cohort.programme.region_id in reach.region_ids
    return None if runs and not is_of_pair(pair, by) else NotTheirsToDo()


# ---------- Preset ----------


def last_booked(meetings: Iterable[MentorMeeting], today: date) -> MentorMeeting | None:
    """The booked meeting that has been, or is today, and that nobody has written down: the newest."""
    due = [row for row in meetings if row.held_at is None and row.date <= today]
    return max(due, key=lambda row: row.date, default=None)


def next_booked(meetings: Iterable[MentorMeeting], today: date) -> MentorMeeting | None:
    """The booked meeting that comes first, today's too."""
    coming = [row for row in meetings if row.held_at is None and row.date >= today]
    return min(coming, key=lambda row: row.date, default=None)


# ---------- The light ----------


def lights(pairs: Sequence[Mentorship], *, now: datetime) -> dict[int, Light]:
    """The light of each pair that is active, by its key; four questions to the database for however many.

    Days of leave of either, breaks of the mentee, public holidays and closed periods of the region do not count.
    """
    found = [pair for pair in pairs if pair.state == PairState.ACTIVE and pair.started_on is not None]
    if not found:
        return {}
    pauses = _pauses(found)
    held: dict[int, list[date]] = defaultdict(list)
    booked: dict[int, list[date]] = defaultdict(list)
    for key, day, held_at in MentorMeeting.objects.filter(mentorship__in=found).values_list(
        "mentorship", "date", "held_at"
    ):
        (booked if held_at is None else held)[key].append(day)
    return {
        pair.pk: light(
            began=pair.started_on,
            held=held[pair.pk],
            booked=booked[pair.pk],
            today=today_of(pair, now),
            pauses=pauses[pair.pk],
            holidays=public_holidays(
                pair.enrolment.cohort.programme.region.country, pair.started_on, today_of(pair, now)
            ),
        )
        for pair in found
        if pair.started_on is not None
    }


def _pauses(pairs: Sequence[Mentorship]) -> dict[int, list[Pause]]:
    """The days that do not count, by pair."""
    day = timedelta(days=1)
    of_people: dict[int, list[Pause]] = defaultdict(list)
    people = {key for pair in pairs for key in (pair.mentor.person_id, pair.enrolment.person_id)}
    for person, first, last in Absence.objects.filter(employment__person__in=people).values_list(
        "employment__person", "valid_from", "valid_to"
    ):
        of_people[person].append(Pause(first, last + day if last else None))
    of_enrolments: dict[int, list[Pause]] = defaultdict(list)
    for row in Break.objects.standing().filter(enrolment__in=[pair.enrolment_id for pair in pairs]):
        of_enrolments[row.enrolment_id].append(Pause(row.starts_on, row.until))
    of_regions: dict[int, list[Pause]] = defaultdict(list)
    regions = {pair.enrolment.cohort.programme.region_id for pair in pairs}
    for region, first, last in ClosedPeriod.objects.filter(region__in=regions).values_list(
        "region", "valid_from", "valid_to"
    ):
        of_regions[region].append(Pause(first, last + day))
    return {
        pair.pk: [
            *of_people[pair.mentor.person_id],
            *of_people[pair.enrolment.person_id],
            *of_enrolments[pair.enrolment_id],
            *of_regions[pair.enrolment.cohort.programme.region_id],
        ]
        for pair in pairs
    }


COLOURS = {Colour.GREEN: _("Green"), Colour.AMBER: _("Amber"), Colour.RED: _("Red")}
RULE = _(
    "The light is amber after 45 days without a meeting that is logged or booked, and red after 90. Leave, breaks, "
    "public holidays and the region's closed periods do not count. Nothing ends by itself."
)


def in_words(found: Light, *, today: date) -> str:
    """What the light says: "no meeting logged since 4 May"."""
    day = dates.plain_day(found.since, today=today)
    if found.colour != Colour.GREEN:
        words = gettext("No meeting logged since %(day)s") % {"day": day}
    elif found.met:
        words = gettext("Last meeting %(day)s") % {"day": day}
    else:
        words = gettext("No meeting logged yet, began %(day)s") % {"day": day}
    return gettext("%(words)s (the days do not count now)") % {"words": words} if found.paused else words
