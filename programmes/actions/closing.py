"""A day is made the closing day, and mentors are invited to it and answer."""

from datetime import datetime

from django.db import transaction

from audit.actions import record
from base.refusal import Forbidden
from events import actions as events
from outbox.models import Batch
from people.models import Person
from programmes.letters import closing as letters
from programmes.models import Closing, Cohort, CourseDay, MentorInvitation
from programmes.rules import closing as rules
from programmes.states import Answer

ALONG = ("cohort__programme__region", "cohort__programme__funder", "cohort__responsible", "day__event__host")


def locked(closing: Closing) -> Closing:
    """The closing day with its round, locked."""
    return Closing.objects.select_for_update(of=("self",)).select_related(*ALONG).get(pk=closing.pk)


@transaction.atomic
def choose_day(*, cohort: Cohort, day: CourseDay, by: Person, now: datetime) -> Closing:
    """Make a day of the round the one that closes it; another can be chosen until mentors are invited.

    Refused as `rules.closing.why_not_day` says. The cohort's row is locked.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort.pk)
    row = Closing.objects.filter(cohort=cohort).first()
    if refusal := rules.why_not_day(cohort, day, row):
        raise refusal
    if row is None:
        row = Closing(cohort=cohort, at=now)
    row.day, row.by = day, by
    row.save()
    record("closing.day_chosen", by=by, about=row, scope=cohort.scope, now=now, day=day.number)
    return row


@transaction.atomic
def invite_mentors(*, closing: Closing, by: Person, now: datetime) -> Batch:
    """Invite the mentors of those who take part and are not invited yet; the letters can be held for ten minutes."""
    closing = locked(closing)
    if refusal := rules.why_not_come(closing, now=now):
        raise refusal
    mentors = rules.mentors_to_invite(closing)
    if not mentors:
        raise rules.NoMentorToInvite()
    rows = [MentorInvitation.objects.create(closing=closing, person=mentor, at=now) for mentor in mentors]
    record("closing.mentors_invited", by=by, about=closing, scope=closing.cohort.scope, now=now, people=len(rows))
    return letters.mentors_invited(closing, rows, by=by, now=now)


@transaction.atomic
def answer_invitation(*, invitation: MentorInvitation, answer: str, by: Person, now: datetime) -> MentorInvitation:
    """The mentor says whether she comes; a yes registers her on the day, a no takes her off it again.

    She can change her mind until the day begins. Refused to everybody else.
    """
    row = MentorInvitation.objects.select_for_update(of=("self",)).select_related("person").get(pk=invitation.pk)
    closing = locked(Closing(pk=row.closing_id))
    if row.person_id != by.pk:
        raise Forbidden()
    if refusal := rules.why_not_come(closing, now=now):
        raise refusal
    event = closing.day.event
    if answer == Answer.YES:
        events.register(event=event, person=row.person, by=by, now=now)
    else:
        mine = event.registrations.standing().filter(person=row.person, from_enrolment=False).first()
        if mine is not None:
            events.unregister(registration=mine, by=by, now=now)
    row.answer, row.answered_at = answer, now
    row.save(update_fields=["answer", "answered_at"])
    record("closing.mentor_answered", by=by, about=closing, scope=closing.cohort.scope, now=now, answer=answer)
    return row
