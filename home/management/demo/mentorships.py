"""What mentors and mentees have written down: agreements, meetings, notes, what they ask for.

Of the round that runs, and of the one before: there one pair has ended with its closing talk, and one has been silent.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from base.clock import wall
from people.models import ClosedPeriod, Person
from programmes.actions import mentorships as actions
from programmes.lights import AMBER, Pause, silence
from programmes.models import Cohort, MentorCheck, Mentorship
from programmes.states import PairState

from .people import SIGN_INS

WORDS = (
    (
        "Känna mig trygg i mina utredningar.\nVåga säga ifrån när det blir för mycket.",
        "Var tredje vecka, halvannan timme, på biblioteket i Katrineholm.",
        "Sms, svar inom en arbetsdag.",
    ),
    ("Förstå min roll i samverkan.", "Varannan vecka, på distans.", "Mejl eller telefon."),
    ("Hitta ett sätt att planera min tid.", "En gång i månaden, lunch.", "Sms."),
)
# After how many days: minutes, form, topic. The newest pair has only begun, one has been silent since the start.
MEETINGS = (
    ((1, 90, "in_person", "start"), (12, 90, "in_person", "work")),
    ((2, 60, "remote", "start"), (9, 60, "remote", "workplace"), (20, 45, "phone", "strength")),
    ((3, 75, "in_person", "start"),),
)
TOPICS = ("start", "work", "workplace", "strength", "work")
NOTES = (
    "Bra samtal om gränser. Fråga nästa gång hur veckan utan jour blev.",
    "Ta med fallet om att avsluta samtal. Be Johan berätta hur han gjorde.",
)
ZONE = "Europe/Stockholm"


def run(cohort: Cohort, *, since: date, today: date) -> None:
    """Most pairs have agreed and met, the two who sign in have a meeting booked, one asks for another mentor."""
    own = SIGN_INS["participant"].email
    pairs = list(
        Mentorship.objects.filter(enrolment__cohort=cohort, state=PairState.AGREED)
        .select_related("mentor__person", "enrolment__person")
        .order_by("pk")
    )
    pairs.sort(key=lambda pair: pair.enrolment.person.email != own)
    for n, pair in enumerate(pairs[:-1]):
        mentee, mentor = pair.enrolment.person, pair.mentor.person
        aims, rhythm, reached = WORDS[n % len(WORDS)]
        at = _on(since + timedelta(days=1))
        pair = actions.write_agreement(pair=pair, aims=aims, rhythm=rhythm, reached=reached, by=mentee, now=at)
        if n == len(pairs) - 2:
            continue
        pair = actions.confirm_agreement(pair=pair, written_at=at, by=mentor, now=at + timedelta(hours=3))
        for day, minutes, form, tag in MEETINGS[n % len(MEETINGS)]:
            on = since + timedelta(days=day)
            _meet(pair, on, minutes, form, tag, by=mentor, at=_on(on) + timedelta(hours=2))
        if n == 0:
            _meet(pair, today + timedelta(days=4), 90, "in_person", "", by=mentee, at=_on(today - timedelta(days=3)))
            for person, text in zip((mentor, mentee), NOTES, strict=True):
                at = _on(today - timedelta(days=14))
                actions.keep_note(pair=pair, note=None, text=text, by=person, now=at)
        if n == 2:
            actions.wish_another(pair=pair, by=mentee, now=_on(today - timedelta(days=2)))


def run_earlier(cohort: Cohort, *, since: date, last: date, today: date, send: Callable[[datetime], None]) -> None:
    """Of two pairs of the round before one has met until the closing day, `last`, and one until its light was amber."""
    days = ClosedPeriod.objects.filter(region=cohort.programme.region).values_list("valid_from", "valid_to")
    closed = [Pause(first, until + timedelta(days=1)) for first, until in days]
    quiet = today - timedelta(days=AMBER)
    while silence(after=quiet, today=today, pauses=closed) < AMBER + 10:
        quiet -= timedelta(days=1)
    pairs = Mentorship.objects.filter(enrolment__cohort=cohort, state=PairState.AGREED)
    ended, silent = pairs.select_related("mentor__person", "enrolment__person").order_by("mentor_id")
    for n, (pair, end) in enumerate(((ended, last), (silent, quiet))):
        aims, rhythm, reached = WORDS[n]
        at = _on(since + timedelta(days=1))
        mentor, mentee = pair.mentor.person, pair.enrolment.person
        pair = actions.write_agreement(pair=pair, aims=aims, rhythm=rhythm, reached=reached, by=mentee, now=at)
        pair = actions.confirm_agreement(pair=pair, written_at=at, by=mentor, now=at + timedelta(hours=3))
        apart = (end - since) // (len(TOPICS) + 1)
        for number, tag in enumerate(TOPICS, start=1):
            on = end - apart * (len(TOPICS) - number)
            _meet(pair, on, 75, "in_person", tag, by=mentor, at=_on(on) + timedelta(hours=2))
        if n == 0:
            _meet(pair, end, 60, "in_person", "closing", by=mentee, at=_on(end) + timedelta(hours=2))
    later = _on(since + timedelta(days=70))
    actions.ask_checks(later)
    for check in MentorCheck.objects.filter(mentorship=silent).select_related("mentorship", "person"):
        actions.answer_check(check=check, works="yes", often="enough", call=False, by=check.person, now=later)
    send(later)


def _on(day: date) -> datetime:
    return wall(day, datetime.min.time().replace(hour=14), ZONE)


def _meet(pair: Mentorship, day: date, minutes: int, form: str, tag: str, *, by: Person, at: datetime) -> None:
    actions.keep_meeting(pair=pair, meeting=None, day=day, minutes=minutes, form=form, tag=tag, by=by, now=at)
