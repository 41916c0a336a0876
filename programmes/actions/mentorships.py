"""A mentor and a mentee from the agreement to the closing talk: words, meetings, notes, questions, and ways out."""

from datetime import date, datetime, timedelta

from django.db import transaction

from base.refusal import Refusal
from people.models import Person
from programmes.actions.mentoring import close_pair, locked, record_about, withdraw
from programmes.letters import mentorships as letters
from programmes.lights import CHECK_MONTHS, Colour, months_after
from programmes.models import MentorCheck, MentorMeeting, MentorNote, Mentorship, MentorWish
from programmes.rules import mentorships as rules
from programmes.states import MeetingTag, PairEnd, PairState


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal


# ---------- The agreement ----------


@transaction.atomic
def write_agreement(*, pair: Mentorship, aims: str, rhythm: str, reached: str, by: Person, now: datetime) -> Mentorship:
    """Keep what one of the two has written down for both; it holds when the other one says yes.

    An agreement can be written anew while the pair goes on; the new words wait for the other's yes. Refused as
    `rules.why_not_take_part` says. The other one gets a letter, which holds none of the words.
    """
    pair = locked(pair)
    _refuse(rules.why_not_take_part(pair, by=by))
    pair.aims, pair.rhythm, pair.reached = aims.strip(), rhythm.strip(), reached.strip()
    pair.written_by, pair.written_at, pair.confirmed_by, pair.confirmed_at = by, now, None, None
    pair.save(update_fields=["aims", "rhythm", "reached", "written_by", "written_at", "confirmed_by", "confirmed_at"])
    record_about("mentorship.agreement_written", pair, by=by, now=now)
    letters.agreement(pair, to=rules.other_of(pair, by), now=now)
    return pair


@transaction.atomic
def confirm_agreement(*, pair: Mentorship, written_at: datetime, by: Person, now: datetime) -> Mentorship:
    """Say yes to what the other one wrote at that time; the first yes makes the pair active from today.

    It is thought to last as long as the programme says. Refused as `rules.why_not_confirm` says, and when the words
    were changed since. The writer gets a letter.
    """
    pair = locked(pair)
    _refuse(rules.why_not_confirm(pair, by=by))
    if pair.written_at != written_at:
        raise rules.WordsChanged()
    pair.confirmed_by, pair.confirmed_at = by, now
    if pair.state == PairState.AGREED:
        pair.state, pair.started_on = PairState.ACTIVE, rules.today_of(pair, now)
        pair.ends_on = months_after(pair.started_on, pair.enrolment.cohort.programme.mentor_months)
    pair.save(update_fields=["confirmed_by", "confirmed_at", "state", "started_on", "ends_on"])
    record_about("mentorship.agreement_confirmed", pair, by=by, now=now)
    letters.confirmed(pair, to=rules.other_of(pair, by), now=now)
    return pair


# ---------- Meetings ----------


@transaction.atomic
def keep_meeting(
    *,
    pair: Mentorship,
    meeting: MentorMeeting | None,
    day: date,
    minutes: int,
    form: str,
    tag: str,
    again: bool = False,
    by: Person,
    now: datetime,
) -> MentorMeeting:
    """Book a meeting on a day to come, or write one down that has been or is today; either of the two does.

    Without `meeting` a booked one of that day is written down rather than a second one made. `again` says that a
    meeting of the same day and length is another one. A closing talk that is written down closes the pair. Refused as
    `rules.why_not_meet` says, and with the hint of `rules.twin_of`.
    """
    pair = locked(pair)
    _refuse(rules.why_not_meet(pair, day, tag, by=by, now=now))
    if meeting is not None:
        meeting = pair.meetings.select_for_update().get(pk=meeting.pk)
    held = day <= rules.today_of(pair, now)
    if held and not again:
        _refuse(rules.twin_of(pair, day, minutes, but=meeting))
    if meeting is None:
        meeting = pair.meetings.booked().filter(date=day).order_by("pk").first() or MentorMeeting(mentorship=pair)
    known = meeting.held_at is not None
    meeting.date, meeting.minutes, meeting.form, meeting.tag = day, minutes, form, tag
    meeting.by, meeting.at = by, now
    meeting.held_at = (meeting.held_at or now) if held else None
    if held and tag == MeetingTag.CLOSING:
        meeting.held_at = now
    meeting.mentorship = pair
    meeting.save()
    deed = "mentor_meeting.changed" if known and held else "mentor_meeting.logged" if held else "mentor_meeting.booked"
    record_about(deed, pair, by=by, now=now, day=day, minutes=minutes)
    if held and tag == MeetingTag.CLOSING:
        _finish(pair, by=by, now=now)
    return meeting


@transaction.atomic
def remove_meeting(*, meeting: MentorMeeting, by: Person, now: datetime) -> None:
    """Take a meeting away that was not held, or was written down by mistake.

    A closing talk that ended the pair can be taken back for a week: then the pair goes on. Refused as
    `rules.why_not_remove` says.
    """
    pair = locked(meeting.mentorship)
    meeting = pair.meetings.select_for_update().get(pk=meeting.pk)
    meeting.mentorship = pair
    _refuse(rules.why_not_remove(meeting, by=by, now=now))
    if pair.state == PairState.CLOSED:
        pair.state, pair.closed_at, pair.closed_why, pair.closed_by = PairState.ACTIVE, None, "", None
        pair.save(update_fields=["state", "closed_at", "closed_why", "closed_by"])
        record_about("mentorship.reopened", pair, by=by, now=now)
    record_about("mentor_meeting.removed", pair, by=by, now=now, day=meeting.date, minutes=meeting.minutes)
    meeting.delete()


# ---------- Notes of one's own ----------


@transaction.atomic
def keep_note(*, pair: Mentorship, note: MentorNote | None, text: str, by: Person, now: datetime) -> MentorNote:
    """Keep a note that only its writer can read, a new one or one of hers anew; the log holds nothing of it.

    Refused as `rules.why_not_note` says.
    """
    pair = locked(pair)
    if note is not None:
        note = MentorNote.objects.select_for_update().get(pk=note.pk)
    _refuse(rules.why_not_note(pair, note, by=by))
    note = note or MentorNote(mentorship=pair, writer=by, created_at=now)
    note.text, note.changed_at = text, now
    note.save()
    return note


@transaction.atomic
def remove_note(*, note: MentorNote, by: Person, now: datetime) -> None:
    """Erase one's own note; nothing of it is left."""
    note = MentorNote.objects.select_for_update().get(pk=note.pk)
    _refuse(rules.why_not_note(note.mentorship, note, by=by))
    note.delete()


# ---------- The questions after two months ----------


def ask_checks(now: datetime) -> int:
    """Two months after a pair began, ask each of the two once how it goes; how many were asked."""
    asked = MentorCheck.objects.values("mentorship")
    rows = Mentorship.objects.filter(state=PairState.ACTIVE, started_on__isnull=False).exclude(pk__in=asked)
    return sum(_ask(row, now) for row in rows.select_related("enrolment__cohort__programme__region"))


@transaction.atomic
def _ask(row: Mentorship, now: datetime) -> int:
    today = rules.today_of(row, now)
    if row.started_on is None or today < months_after(row.started_on, CHECK_MONTHS):
        return 0
    pair = locked(row)
    if pair.state != PairState.ACTIVE or pair.checks.exists():
        return 0
    checks = [
        MentorCheck.objects.create(mentorship=pair, person=person, asked_at=now, until=now + rules.CHECK_OPEN)
        for person in (pair.mentor.person, pair.enrolment.person)
    ]
    for check in checks:
        letters.check(check, now=now)
    return len(checks)


@transaction.atomic
def answer_check(*, check: MentorCheck, works: str, often: str, call: bool, by: Person, now: datetime) -> MentorCheck:
    """Answer the three questions; the other one reads two of the answers when both have answered, or the time is out.

    That somebody wants a call is for the coordinator alone. The log keeps that there was an answer, and not which.
    Refused as `rules.why_not_answer` says.
    """
    pair = locked(check.mentorship)
    check = MentorCheck.objects.select_for_update().get(pk=check.pk)
    check.mentorship = pair
    _refuse(rules.why_not_answer(check, by=by, now=now))
    check.works, check.often, check.call, check.answered_at = works, often, call, now
    check.save(update_fields=["works", "often", "call", "answered_at"])
    record_about("mentor_check.answered", pair, by=by, now=now)
    return check


@transaction.atomic
def called(*, check: MentorCheck, by: Person, now: datetime) -> MentorCheck:
    """The coordinator has called who wanted it; once."""
    pair = locked(check.mentorship)
    _refuse(rules.why_not_see_to(pair, by=by))
    check = MentorCheck.objects.select_for_update().get(pk=check.pk)
    if check.call and check.called_at is None:
        check.called_at = now
        check.save(update_fields=["called_at"])
        record_about("mentor_check.called", pair, by=by, now=now)
    return check


# ---------- Another mentor, and ways out ----------


@transaction.atomic
def wish_another(*, pair: Mentorship, by: Person, now: datetime) -> MentorWish:
    """Ask the coordinator for another mentor, without a reason; the pair goes on meanwhile and the other is not told.

    The pair ends when another mentor has said yes, or when somebody ends it.
    Refused as `rules.why_not_wish` says.
    """
    pair = locked(pair)
    _refuse(rules.why_not_wish(pair, by=by))
    row = MentorWish.objects.create(mentorship=pair, person=by, at=now)
    record_about("mentorship.another_asked", pair, by=by, now=now)
    return row


@transaction.atomic
def settle_wishes(*, pair: Mentorship, by: Person, now: datetime) -> Mentorship:
    """The coordinator has talked about it and the pair goes on; who was asked instead is not asked any more."""
    pair = locked(pair)
    _refuse(rules.why_not_see_to(pair, by=by))
    if pair.wishes.waiting().update(settled_at=now):
        for asked in pair.enrolment.mentorships.filter(state=PairState.PROPOSED):
            withdraw(pair=asked, by=by, now=now)
        record_about("mentorship.another_settled", pair, by=by, now=now)
    return pair


@transaction.atomic
def end(*, pair: Mentorship, another: bool, by: Person, now: datetime) -> Mentorship:
    """End the pair at once; nobody is asked why. With `another` the coordinator sees that a new mentor is wanted.

    Either of the two can, and who runs the round. The others get a letter that says that it is over and thanks them,
    and not who ended it. Refused as `rules.why_not_end` says.
    """
    pair = locked(pair)
    _refuse(rules.why_not_end(pair, by=by))
    pair.wishes.waiting().update(settled_at=now)
    close_pair(pair, PairEnd.REPLACED if another else PairEnd.NO_FAULT, by=by, now=now)
    pair.meetings.booked().delete()
    for person in (pair.mentor.person, pair.enrolment.person):
        if person.pk != by.pk:
            letters.over(pair, to=person, now=now)
    return pair


def _finish(pair: Mentorship, *, by: Person, now: datetime) -> None:
    """The closing talk is held, and with it the pair is over."""
    close_pair(pair, PairEnd.FINISHED, by=by, now=now)
    pair.meetings.booked().delete()


def tell_of_ends(now: datetime) -> int:
    """When the time that was agreed on is out, write to the two about the closing talk, once; how many letters.

    Nothing ends by it.
    """
    rows = Mentorship.objects.filter(state=PairState.ACTIVE, ends_on__lte=now.date() + timedelta(days=1))
    due = letters.not_told(list(rows.select_related(*rules.ALONG)))
    return sum(_tell(row, now) for row in due if row.ends_on and row.ends_on <= rules.today_of(row, now))


@transaction.atomic
def tell_of_lights(now: datetime) -> int:
    """When a light has turned amber or red, write to the two and to whoever is responsible; how many letters.

    Once for each colour of one silence, and not while its days do not count. Nothing ends by it.
    """
    along = (*rules.ALONG, "enrolment__cohort__responsible", "enrolment__cohort__deputy")
    pairs = list(Mentorship.objects.filter(state=PairState.ACTIVE).select_related(*along).order_by("pk"))
    found = rules.lights(pairs, now=now)
    dark = [
        (pair, found[pair.pk])
        for pair in pairs
        if pair.pk in found and found[pair.pk].colour != Colour.GREEN and not found[pair.pk].paused
    ]
    return letters.lights(dark, now=now)


@transaction.atomic
def _tell(row: Mentorship, now: datetime) -> int:
    pair = locked(row)
    if pair.state != PairState.ACTIVE:
        return 0
    people = (pair.mentor.person, pair.enrolment.person)
    for person in people:
        letters.closing(pair, to=person, now=now)
    return len(people)
