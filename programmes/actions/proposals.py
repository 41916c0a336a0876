"""A group agrees on proposals, they go to the municipalities' directors, and come back answered."""

from datetime import datetime

from django.db import transaction

from audit.actions import record
from base.tokens import fresh
from outbox.models import Batch
from people.models import Person
from programmes.actions.closing import locked
from programmes.actions.improvements import follow
from programmes.letters import closing as letters
from programmes.models import Closing, Decision, Proposal, ProposalAnswer
from programmes.rules import improvements
from programmes.rules import proposals as rules
from programmes.rules.together import why_not_replace


def _open(closing: Closing, by: Person) -> Closing:
    closing = locked(closing)
    if refusal := rules.why_not_write(closing, by=by):
        raise refusal
    return closing


@transaction.atomic
def write(*, closing: Closing, words: str, by: Person, now: datetime) -> Proposal:
    """Add a proposal; refused to those who are not of the round, and once the proposals are agreed."""
    closing = _open(closing, by)
    return Proposal.objects.create(closing=closing, words=words.strip(), by=by, changed_at=now)


@transaction.atomic
def rewrite(*, proposal: Proposal, words: str, version: int, by: Person, now: datetime) -> Proposal:
    """Change a proposal; refused as writing one is, and when somebody saved since `version` was read."""
    _open(proposal.closing, by)
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if refusal := why_not_replace(row.version, version):
        raise refusal
    row.words, row.version, row.by, row.changed_at = words.strip(), row.version + 1, by, now
    row.save(update_fields=["words", "version", "by", "changed_at"])
    return row


@transaction.atomic
def remove(*, proposal: Proposal, by: Person, now: datetime) -> None:
    """Remove a proposal; refused as writing one is."""
    _open(proposal.closing, by)
    proposal.delete()


@transaction.atomic
def agree(*, closing: Closing, agreed: bool, by: Person, now: datetime) -> Closing:
    """The group agrees: nobody changes the proposals any more. They can be opened again until they are sent."""
    closing = locked(closing)
    if agreed and (refusal := rules.why_not_agree(closing)):
        raise refusal
    if not agreed and closing.sent_at is not None:
        raise rules.SentAlready()
    closing.agreed_at = now if agreed else None
    closing.save(update_fields=["agreed_at"])
    deed = "proposals.agreed" if agreed else "proposals.opened"
    record(deed, by=by, about=closing, scope=closing.cohort.scope, now=now)
    return closing


@transaction.atomic
def send(*, closing: Closing, by: Person, now: datetime) -> Batch:
    """Send the proposals to the director of each participating municipality; the letters can be held for ten minutes.

    Refused before the group has agreed, a second time, and when there is no director to write to.
    """
    closing = locked(closing)
    if refusal := rules.why_not_send(closing):
        raise refusal
    towns = [share.organisation for share in closing.cohort.shares.select_related("organisation")]
    directors = rules.directors_of(towns, now.date())
    if not any(directors.values()):
        raise rules.NoDirector()
    rows = [
        ProposalAnswer.objects.create(closing=closing, organisation=town, nonce=fresh(), asked_at=now) for town in towns
    ]
    closing.sent_at = now
    closing.save(update_fields=["sent_at"])
    record("proposals.sent", by=by, about=closing, scope=closing.cohort.scope, now=now, count=len(rows))
    return letters.proposals_sent(closing, [(row, directors[row.organisation_id]) for row in rows], by=by, now=now)


@transaction.atomic
def answer(*, row: ProposalAnswer, answer: str, words: str, way: str, by: Person, now: datetime) -> ProposalAnswer:
    """A director answers for the municipality, late or again: the last answer stands. Refused to everybody else."""
    row = (
        ProposalAnswer.objects.select_for_update(of=("self",))
        .select_related("organisation", "closing__cohort__programme")
        .get(pk=row.pk)
    )
    if refusal := rules.why_not_answer(row, by=by, now=now):
        raise refusal
    row.answer, row.words, row.way = answer, words.strip(), way
    row.answered_by, row.answered_at = by, now
    row.save(update_fields=["answer", "words", "way", "answered_by", "answered_at"])
    scope = row.closing.cohort.scope
    record("proposals.answered", by=by, about=row, scope=scope, now=now, answer=answer, way=way)
    return row


@transaction.atomic
def to_checklist(*, proposal: Proposal, by: Person, now: datetime) -> Decision:
    """Put a proposal on the checklist of the next round, as an improvement that the decision asks for.

    Refused while nothing is decided about the round. What stands there already stays once.
    """
    closing = locked(proposal.closing)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("cohort__programme")
    row = decision.filter(cohort=closing.cohort_id).first()
    if row is None:
        raise rules.NoDecision()
    line = " ".join(proposal.words.split())
    if line not in improvements.lines(row.improvements):
        row.improvements = f"{row.improvements}\n{line}".strip()
        row.save(update_fields=["improvements"])
        follow(row)
        record("proposals.to_checklist", by=by, about=closing, scope=closing.cohort.scope, now=now)
    return row


def remind(now: datetime) -> int:
    """Fourteen days after the proposals were sent, write once more to the directors who have not answered."""
    due = ProposalAnswer.objects.waiting().filter(reminded_at__isnull=True, asked_at__lte=now - rules.REMIND_AFTER)
    written = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            row = ProposalAnswer.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=pk)
            if row.answered_at is not None or row.reminded_at is not None:
                continue
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            for director in rules.directors_of([row.organisation], now.date())[row.organisation_id]:
                letters.proposals_reminder(row, director, now=now)
                written += 1
    return written
