"""What we write about mentors: welcome to the pool, the question and its reminder, the pair, somebody else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock
from base.tokens import seal
from outbox.actions import cancel_about, open_batch, release_batch, write
from outbox.kinds import Mail, compose, register
from outbox.models import Batch, Letter
from people.models import Person
from people.rules import name_for
from programmes.letters.applications import address, compose_for
from programmes.models import Cohort, Mentor, Mentorship
from programmes.rules import mentoring as rules
from programmes.rules.applications import local_day
from programmes.states import AGREED_PAIRS, PairEnd, PairState

ANSWER = "mentorship"
WELCOME, ASKED, REMINDER = "programmes.mentor_welcome", "programmes.mentor_asked", "programmes.mentor_reminder"
MENTOR_AGREED, MENTEE_AGREED = "programmes.mentor_agreed", "programmes.mentee_agreed"
RELEASED = "programmes.mentor_released"


def token(pair: Mentorship, *, mentee: bool = False) -> str:
    """The token of the link by which the mentor answers, or the mentee asks for somebody else."""
    return seal(ANSWER, {"p": pair.pk, "n": pair.nonce, "m": mentee})


def asked_key(pair: Mentorship) -> str:
    """The key of the letter that asks: its row is the reason."""
    return f"{ASKED}:{pair.pk}:{pair.mentor.person_id}"


# ---------- The pool ----------


def welcome(mentor: Mentor, *, now: datetime) -> Letter:
    """Tell a new mentor that she is in the pool, and where she says what she offers."""
    return write(
        kind=WELCOME,
        key=f"{WELCOME}:{mentor.pk}:{mentor.person_id}",
        about=mentor,
        scope=f"region:{mentor.region_id}",
        now=now,
        person=mentor.person,
        facts={"mentor": mentor.pk},
        undoable=True,
    )


def build_welcome(letter: Letter) -> Mail | None:
    """While she is in the pool."""
    mentor = (
        Mentor.objects.filter(pk=letter.facts["mentor"], valid_to__isnull=True)
        .select_related("region", "person")
        .first()
    )
    if mentor is None:
        return None
    region = mentor.region
    return compose(
        "programmes/letters/mentor_welcome.txt",
        {"mentor": mentor, "person": mentor.person, "region": region, "link": address("programmes:mentor", mentor.pk)},
        ask="",
        why=_("You get this letter because a coordinator has written you down as a mentor."),
        region=", ".join(line for line in (region.sender_name, region.phone) if line),
        reply_to=region.sender_address,
        sender=region.sender_name,
    )


# ---------- The question ----------


def asked(cohort: Cohort, pairs: Sequence[Mentorship], *, by: Person, now: datetime) -> Batch | None:
    """One letter to each mentor that is asked; the coordinator has read it, and they can be held for ten minutes."""
    batch = open_batch(kind=ASKED, about=cohort, scope=cohort.scope, by=by, now=now)
    for pair in pairs:
        _ask(pair, now=now, batch=batch)
    return release_batch(batch=batch, by=by, now=now)


def asked_next(pair: Mentorship, *, now: datetime) -> Letter:
    """The next mentor is asked when the one before could not, after the two minutes in which others undo."""
    return _ask(pair, now=now)


def _ask(pair: Mentorship, *, now: datetime, batch: Batch | None = None) -> Letter:
    return _tell(ASKED, pair, pair.mentor.person, now=now, batch=batch, undoable=batch is None)


def _tell(kind: str, pair: Mentorship, person: Person, *, now: datetime, **facts: Any) -> Letter:
    """One of the two gets a letter about the pair, which is its reason; it stands with the mentee's place."""
    return write(
        kind=kind,
        key=f"{kind}:{pair.pk}:{person.pk}",
        about=pair.enrolment,
        scope=pair.enrolment.cohort.scope,
        now=now,
        person=person,
        facts={"pair": pair.pk},
        **facts,
    )


def reminder(pair: Mentorship, *, now: datetime) -> Letter:
    """Once, when four working days have gone."""
    return _tell(REMINDER, pair, pair.mentor.person, now=now, useful_until=pair.answer_by)


def take_back(pair: Mentorship, *, now: datetime) -> int:
    """Letters that ask and have not left do not leave; how many."""
    return cancel_about(about=pair.enrolment, kinds=(ASKED, REMINDER), now=now)


def _pair(letter: Letter) -> Mentorship | None:
    return Mentorship.objects.filter(pk=letter.facts["pair"]).select_related(*rules.ALONG).first()


def _facts(pair: Mentorship, reader: Person) -> dict[str, Any]:
    enrolment, programme = pair.enrolment, pair.enrolment.cohort.programme
    return {
        "pair": pair,
        "person": reader,
        "mentee": name_for(enrolment.person, reader),
        "mentor": name_for(pair.mentor.person, reader),
        "unit": enrolment.unit.name,
        "employer": enrolment.organisation.name,
        "local": programme.mentor_kind == "local",
        "meetings": programme.mentor_meetings,
        "minutes": programme.mentor_minutes,
        "months": programme.mentor_months,
    }


def _build_question(letter: Letter, template: str) -> Mail | None:
    """The question, while it is open."""
    pair = _pair(letter)
    if pair is None or pair.state != PairState.PROPOSED or letter.person is None:
        return None
    cohort, moment = pair.enrolment.cohort, clock.now()
    limit = pair.answer_by or rules.answer_limit(cohort.programme.region, start=moment)
    key = token(pair)
    link = address("programmes:mentor_answer", key)
    return compose_for(
        cohort,
        template,
        {
            **_facts(pair, letter.person),
            "reasons": rules.reason_words(pair.reasons, cohort.programme),
            "until": limit,
            "yes_link": f"{link}?answer=yes",
            "no_link": f"{link}?answer=no",
            "today": local_day(cohort, moment),
        },
        why=_("You get this letter because you are in the region's pool of mentors."),
        secrets=[key],
    )


def build_asked(letter: Letter) -> Mail | None:
    """Who needs a mentor, why just this one is asked, and until when she answers."""
    return _build_question(letter, "programmes/letters/mentor_asked.txt")


def build_reminder(letter: Letter) -> Mail | None:
    """The same, shorter."""
    return _build_question(letter, "programmes/letters/mentor_reminder.txt")


# ---------- The pair ----------


def agreed(pair: Mentorship, *, now: datetime) -> None:
    """Tell the two, each with the other's contact details."""
    for kind, person in ((MENTOR_AGREED, pair.mentor.person), (MENTEE_AGREED, pair.enrolment.person)):
        if person.email:
            _tell(kind, pair, person, now=now)


def _build_agreed(letter: Letter, template: str, *, mentee: bool, why: str) -> Mail | None:
    pair = _pair(letter)
    if pair is None or pair.state not in AGREED_PAIRS or letter.person is None:
        return None
    key = token(pair, mentee=True) if mentee else ""
    contact = rules.contact_of_mentor(pair) if mentee else rules.contact_of_mentee(pair)
    return compose_for(
        pair.enrolment.cohort,
        template,
        {
            **_facts(pair, letter.person),
            "email": contact.email,
            "phone": contact.phone,
            "about": pair.mentor.about,
            "link": address("programmes:mentor_answer", key) if mentee else "",
        },
        why=why,
        secrets=[key] if key else [],
    )


def build_mentor_agreed(letter: Letter) -> Mail | None:
    """To the mentor: who the mentee is, how to reach her, and to take the first step."""
    why = _("You get this letter because you have said yes to being a mentor.")
    return _build_agreed(letter, "programmes/letters/mentor_agreed.txt", mentee=False, why=why)


def build_mentee_agreed(letter: Letter) -> Mail | None:
    """To the mentee: who the mentor is, and how to ask for somebody else without a reason."""
    why = _("You get this letter because you take part in a round with mentors.")
    return _build_agreed(letter, "programmes/letters/mentee_agreed.txt", mentee=True, why=why)


def released(pair: Mentorship, *, now: datetime) -> Letter:
    """Tell the mentor that the mentee has asked for somebody else."""
    return _tell(RELEASED, pair, pair.mentor.person, now=now)


def build_released(letter: Letter) -> Mail | None:
    """That it has nothing to do with her."""
    pair = _pair(letter)
    if pair is None or pair.closed_why != PairEnd.SOMEBODY_ELSE or letter.person is None:
        return None
    return compose_for(
        pair.enrolment.cohort,
        "programmes/letters/mentor_released.txt",
        _facts(pair, letter.person),
        why=_("You get this letter because you had said yes to being a mentor."),
    )


register(WELCOME, build_welcome, title=gettext_lazy("Welcome as a mentor"))
register(ASKED, build_asked, title=gettext_lazy("Question to a mentor"), careful=True)
register(REMINDER, build_reminder, title=gettext_lazy("Reminder to a mentor"))
register(MENTOR_AGREED, build_mentor_agreed, title=gettext_lazy("To the mentor: you are a pair"))
register(MENTEE_AGREED, build_mentee_agreed, title=gettext_lazy("To the mentee: you have a mentor"))
register(RELEASED, build_released, title=gettext_lazy("To the mentor: somebody else is asked"))
