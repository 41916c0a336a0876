"""Letters that ask a manager for a yes, and tell the coordinator of answers that she must confirm."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import dates
from base.tokens import seal
from outbox import kinds
from outbox.actions import write
from outbox.kinds import Mail
from outbox.models import Letter
from people.rules import name_for
from programmes.letters.applications import address, answered, compose_for, day_lines, days_of
from programmes.models import Approval
from programmes.rules.approvals import waits_for_confirmation
from programmes.rules.workplaces import asked_of
from programmes.states import EmployerSide, ProgrammeSide

__all__ = ["answer_token", "answered", "asked", "reminder", "to_confirm"]

ANSWER = "approval"


def answer_token(approval: Approval) -> str:
    """The token of the link to answer this question: its row and its nonce."""
    return seal(ANSWER, {"a": approval.pk, "n": approval.nonce})


def _reader(approval: Approval) -> dict[str, Any]:
    if approval.asked is not None:
        return {"person": approval.asked}
    languages = approval.enrolment.cohort.programme.region.languages
    return {"address": approval.address, "language": languages[0] if languages else ""}


def asked(approval: Approval, *, now: datetime) -> Letter:
    """The question, to the known manager or to the address that was given."""
    return write(
        kind="programmes.approval_asked",
        key=f"approval_asked:{approval.pk}",
        about=approval.enrolment,
        scope=approval.enrolment.cohort.scope,
        now=now,
        facts={"approval": approval.pk},
        useful_until=approval.expires_at,
        **_reader(approval),
    )


def reminder(approval: Approval, *, now: datetime) -> Letter:
    """Once more before the deadline."""
    return write(
        kind="programmes.approval_reminder",
        key=reminder_key(approval),
        about=approval.enrolment,
        scope=approval.enrolment.cohort.scope,
        now=now,
        facts={"approval": approval.pk},
        useful_until=approval.expires_at,
        **_reader(approval),
    )


def reminder_key(approval: Approval) -> str:
    """One reminder a question."""
    return f"approval_reminder:{approval.pk}"


def _build(letter: Letter, template: str) -> Mail | None:
    approval = (
        Approval.objects.open()
        .select_related(
            "asked",
            "enrolment__person",
            "enrolment__unit",
            "enrolment__organisation",
            "enrolment__cohort__programme__region",
            "enrolment__cohort__programme__funder",
            "enrolment__cohort__responsible",
        )
        .filter(pk=letter.facts["approval"])
        .first()
    )
    if approval is None:
        return None
    enrolment = approval.enrolment
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN or enrolment.employer_side != EmployerSide.ASKED:
        return None
    token = answer_token(approval)
    link = address("programmes:answer", token)
    days = days_of(enrolment.cohort)
    employer, unit = asked_of(enrolment)
    return compose_for(
        enrolment.cohort,
        template,
        {
            "who": name_for(enrolment.person, approval.asked),
            "unit": (enrolment.typed_unit if unit == enrolment.unit else "") or unit.name,
            "employer": employer.name,
            "count": len(days),
            "days": day_lines(days),
            "closes": enrolment.cohort.closes_on,
            "expires": dates.plain_day(approval.expires_at.date()),
            "yes_link": f"{link}?answer=yes",
            "no_link": f"{link}?answer=no",
            "forward_link": f"{link}?answer=forward",
            "known": approval.asked is not None,
        },
        why=_("You get this letter because your address was given as the manager's."),
        secrets=[token],
    )


def build_asked(letter: Letter) -> Mail | None:
    """Who applies, to what, when, and what a yes means; while nobody has answered."""
    return _build(letter, "programmes/letters/approval_asked.txt")


def build_reminder(letter: Letter) -> Mail | None:
    """The same, with the deadline first."""
    return _build(letter, "programmes/letters/approval_reminder.txt")


def to_confirm(approval: Approval, *, now: datetime) -> Letter:
    """An address that is not a known manager's has answered: the coordinator decides whether it counts."""
    cohort = approval.enrolment.cohort
    return write(
        kind="programmes.approval_to_confirm",
        key=f"approval_to_confirm:{approval.pk}:{now:%Y%m%d%H%M%S}",
        about=approval.enrolment,
        scope=cohort.scope,
        now=now,
        person=cohort.responsible,
        facts={"approval": approval.pk},
        undoable=True,
    )


def build_to_confirm(letter: Letter) -> Mail | None:
    """Who answered what, and where to confirm."""
    approval = (
        Approval.objects.select_related(
            "enrolment__person",
            "enrolment__unit",
            "enrolment__cohort__programme__region",
            "enrolment__cohort__programme__funder",
            "enrolment__cohort__responsible",
        )
        .filter(pk=letter.facts["approval"])
        .first()
    )
    if approval is None or not waits_for_confirmation(approval):
        return None
    cohort = approval.enrolment.cohort
    return compose_for(
        cohort,
        "programmes/letters/approval_to_confirm.txt",
        {
            "who": name_for(approval.enrolment.person, cohort.responsible),
            "unit": approval.enrolment.typed_unit or approval.enrolment.unit.name,
            "answered_name": approval.answered_name,
            "answered_at": approval.address,
            "yes": approval.answer == "yes",
            "link": address("programmes:approvals", cohort.pk),
        },
        why=_("You get this letter because you are responsible for the round."),
        asks=False,
    )


kinds.register("programmes.approval_asked", build_asked, title=gettext_lazy("Question to the manager"), careful=True)
kinds.register("programmes.approval_reminder", build_reminder, title=gettext_lazy("Reminder to the manager"))
kinds.register("programmes.approval_to_confirm", build_to_confirm, title=gettext_lazy("Answer from an unknown address"))
