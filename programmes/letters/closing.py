"""What we write about a closing day: to mentors, to a manager whom something was passed to, and to directors."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.tokens import seal
from events.letters import whole_place_of
from outbox.actions import Draft, write, write_released
from outbox.kinds import Mail, register
from outbox.models import Batch, Letter
from people.models import Person
from people.rules import name_for
from programmes.letters.applications import address, compose_for
from programmes.models import Closing, Enrolment, MentorInvitation, ProposalAnswer, SupportNeed
from programmes.querysets import PASSED_AFTER
from programmes.rules import closing as rules
from programmes.rules import proposals

INVITED = rules.INVITED
PASSED = "programmes.support_passed"
MENTOR, DIRECTOR = "closing mentor", "closing director"
ALONG = ("cohort__programme__region", "cohort__programme__funder", "cohort__responsible")


def _through(name: str) -> list[str]:
    return [f"{name}__{one}" for one in ALONG]


def _released(closing: Closing, drafts: Sequence[Draft], by: Person, now: datetime) -> Batch:
    batch = write_released(drafts=drafts, about=closing.cohort, scope=closing.cohort.scope, by=by, now=now)
    if batch is None:  # the actions have refused before, where nobody is written to
        raise ValueError("nobody to write to")
    return batch


# ---------- Mentors ----------


def mentor_token(invitation: MentorInvitation) -> str:
    """The token of the link by which a mentor answers."""
    return seal(MENTOR, {"i": invitation.pk, "p": invitation.person_id})


def mentors_invited(closing: Closing, rows: Iterable[MentorInvitation], *, by: Person, now: datetime) -> Batch:
    """Invite these mentors to the closing day; the letters wait ten minutes."""
    drafts = [Draft(INVITED, f"{INVITED}:{row.pk}", row.person, {"invitation": row.pk}) for row in rows]
    return _released(closing, drafts, by, now)


def build_invited(letter: Letter) -> Mail | None:
    """What the day is, when and where, and how to answer; nothing when the day has begun or is cancelled."""
    found = MentorInvitation.objects.select_related("closing__day__event__host", *_through("closing"), "person")
    row = found.filter(pk=letter.facts["invitation"]).first()
    if row is None or row.answer or rules.why_not_come(row.closing, now=clock.now()):
        return None
    token, event = mentor_token(row), row.closing.day.event
    link = address("programmes:mentor_invitation", token)
    return compose_for(
        row.closing.cohort,
        "programmes/letters/mentor_invited.txt",
        {
            "person": row.person,
            "event": event,
            "place": whole_place_of(event),
            "yes_link": f"{link}?answer=yes",
            "no_link": f"{link}?answer=no",
        },
        why=gettext("You get this letter because you are the mentor of somebody in the round."),
        secrets=[token],
    )


# ---------- A manager ----------


def support_passed(enrolment: Enrolment, rows: Iterable[SupportNeed], manager: Person, *, now: datetime) -> Letter:
    """Tell a manager that somebody on her staff has passed something to her; it waits until it cannot be taken back."""
    keys = [row.pk for row in rows]
    return write(
        kind=PASSED,
        key=f"{PASSED}:{enrolment.pk}:{now:%Y%m%d%H%M%S%f}",
        about=f"people.person:{manager.pk}",
        scope="",
        now=now,
        person=manager,
        facts={"enrolment": enrolment.pk, "needs": keys},
        not_before=now + PASSED_AFTER,
    )


def build_passed(letter: Letter) -> Mail | None:
    """That there is something to read, and where; nothing of what it says, and no letter when it was taken back."""
    manager: Any = letter.person
    rows = SupportNeed.objects.filter(pk__in=letter.facts["needs"], passed_to=manager)
    enrolment = Enrolment.objects.select_related("person", *ALONG).filter(pk=letter.facts["enrolment"]).first()
    count = rows.count()
    if enrolment is None or manager is None or not count:
        return None
    return compose_for(
        enrolment.cohort,
        "programmes/letters/support_passed.txt",
        {
            "person": manager,
            "who": name_for(enrolment.person, manager),
            "count": count,
            "link": address("programmes:support", enrolment.pk),
        },
        why=gettext("You get this letter because somebody on your staff has chosen that you read this."),
    )


# ---------- Directors ----------


def director_token(row: ProposalAnswer, director: Person) -> str:
    """The token of the link by which a director answers for a municipality."""
    return seal(DIRECTOR, {"a": row.pk, "n": row.nonce, "p": director.pk})


def proposals_sent(
    closing: Closing, readers: Iterable[tuple[ProposalAnswer, Iterable[Person]]], *, by: Person, now: datetime
) -> Batch:
    """Send the proposals to the directors; the letters wait ten minutes."""
    drafts = [
        Draft(proposals.ASKED, f"{proposals.ASKED}:{row.pk}:{director.pk}", director, {"answer": row.pk})
        for row, directors in readers
        for director in directors
    ]
    return _released(closing, drafts, by, now)


def proposals_reminder(row: ProposalAnswer, director: Person, *, now: datetime) -> Letter:
    """Once more to a director whose municipality has not answered."""
    cohort = row.closing.cohort
    return write(
        kind=proposals.REMINDED,
        key=f"{proposals.REMINDED}:{row.pk}:{director.pk}",
        about=cohort,
        scope=cohort.scope,
        now=now,
        person=director,
        facts={"answer": row.pk},
    )


def _build_asked(letter: Letter, *, again: bool) -> Mail | None:
    director: Any = letter.person
    found = ProposalAnswer.objects.waiting().select_related("organisation", *_through("closing"))
    row = found.filter(pk=letter.facts["answer"]).first()
    if row is None or director is None or proposals.why_not_answer(row, by=director, now=clock.now()):
        return None
    token = director_token(row, director)
    return compose_for(
        row.closing.cohort,
        "programmes/letters/proposals.txt",
        {
            "person": director,
            "organisation": row.organisation,
            "again": again,
            "proposals": [" ".join(proposal.words.split()) for proposal in row.closing.proposals.all()],
            "link": address("programmes:proposal_link", token),
        },
        why=gettext("You get this letter because you direct %(organisation)s, which takes part in the round.")
        % {"organisation": row.organisation},
        secrets=[token],
    )


def build_asked(letter: Letter) -> Mail | None:
    """What the group proposes, and how to answer; while the municipality has not."""
    return _build_asked(letter, again=False)


def build_reminder(letter: Letter) -> Mail | None:
    """The same once more."""
    return _build_asked(letter, again=True)


register(INVITED, build_invited, title=_("Invitation to the closing day"), careful=True)
register(PASSED, build_passed, title=_("Support that a colleague needs"))
register(proposals.ASKED, build_asked, title=_("Proposals of a round"), careful=True)
register(proposals.REMINDED, build_reminder, title=_("Reminder of proposals"))
