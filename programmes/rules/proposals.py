"""Proposals of a round: who writes them, when they are agreed, and how the municipalities answer."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from people.models import Organisation, Person, RoleAssignment
from people.states import Role
from programmes.models import Closing, ProposalAnswer
from programmes.states import ProposalReply

ASKED, REMINDED = "programmes.proposals", "programmes.proposals_reminder"
REMIND_AFTER = timedelta(days=14)


class NotOneOfYou(Forbidden):
    """Those who were there write."""

    message = _("Proposals are written by those who take part and by the coordinators.")


class Agreed(Refusal):
    """What is agreed stays."""

    message = _("The proposals are agreed. The coordinator can open them again until they are sent.")


class NoProposals(Refusal):
    """Nothing to agree on."""

    message = _("Write at least one proposal first.")


class NotAgreed(Refusal):
    """Only what the group agrees on goes to the directors."""

    message = _("The proposals are sent when the group has agreed on them.")


class SentAlready(Refusal):
    """Once is enough."""

    message = _("The proposals have been sent to the municipalities.")


class NoDirector(Refusal):
    """Nobody to write to."""

    message = _("Helmi knows no director with an e-mail address in any of the municipalities.")


class NotTheDirector(Forbidden):
    """The municipality is not theirs."""

    message = _("The answer is given by those who direct the municipality today.")


class NoDecision(Refusal):
    """Improvements follow from the decision."""

    message = _("Record the decision about the round first: improvements follow from it into the next round.")


def why_not_write(closing: Closing, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot write proposals, or None."""
    if not Closing.objects.shared_with(by).filter(pk=closing.pk).exists():
        return NotOneOfYou()
    return Agreed() if closing.agreed_at is not None else None


def why_not_agree(closing: Closing) -> Refusal | None:
    """The reason that the proposals cannot be agreed, or None."""
    if closing.agreed_at is not None:
        return Agreed()
    return None if closing.proposals.exists() else NoProposals()


def why_not_send(closing: Closing) -> Refusal | None:
    """The reason that the proposals cannot go to the directors, or None."""
    if closing.sent_at is not None:
        return SentAlready()
    return NotAgreed() if closing.agreed_at is None else None


def directors_of(organisations: list[Organisation], day: date) -> dict[int, list[Person]]:
    """Who directs each of these municipalities on a day and can be written to: one statement."""
    held = RoleAssignment.objects.on(day).filter(
        role=Role.DIRECTOR,
        organisation__in=organisations,
        person__is_active=True,
        person__email__isnull=False,
    )
    found: dict[int, list[Person]] = {one.pk: [] for one in organisations}
    for row in held.select_related("person").order_by("person__name", "pk"):
        if row.organisation_id is not None and row.person not in found[row.organisation_id]:
            found[row.organisation_id].append(row.person)
    return found


def why_not_answer(answer: ProposalAnswer, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that `by` cannot answer for the municipality, or None; late is never too late."""
    return None if by in directors_of([answer.organisation], now.date())[answer.organisation_id] else NotTheDirector()


def counted(answers: list[ProposalAnswer]) -> list[tuple[str, int]]:
    """How many municipalities answered what, in the order of the answers; then how many have not."""
    numbers = Counter(row.answer for row in answers)
    found = [(str(ProposalReply(reply).label), numbers[reply]) for reply in ProposalReply.values if numbers[reply]]
    return [*found, (str(_("no answer yet")), numbers[""])] if numbers[""] else found
