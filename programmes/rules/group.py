"""Who stands in a group, and what of each the others see."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from base.nordic import sort_key
from base.refusal import Refusal
from people.models import Organisation, Person
from people.rules import may_read_name, name_for
from programmes.models import Card, Cohort, Enrolment
from programmes.states import TAKING_PART


class CardNotYours(Refusal):
    """Nobody chooses for somebody else."""

    message = _("Only the participant decides what the group sees.")


class ProtectedShowsNothing(Refusal):
    """A protected identity stands with its code alone."""

    message = _("Your identity is protected. The group sees only your code, and nothing else can be shown.")


@dataclass(frozen=True)
class Member:
    """A participant as one reader of the group sees her; of a protected identity the code alone."""

    enrolment: Enrolment
    name: str
    organisation: Organisation | None
    email: str
    phone: str
    about: str
    own: bool


@dataclass(frozen=True)
class Group:
    """The participants of a round, by name; `own` is the reader's enrolment, where she is one of them."""

    cohort: Cohort
    members: list[Member]
    own: Enrolment | None


def why_not_show(enrolment: Enrolment, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot choose what the group sees of this participant, or None."""
    if enrolment.person_id != by.pk or enrolment.programme_side not in TAKING_PART:
        return CardNotYours()
    return ProtectedShowsNothing() if enrolment.person.protected else None


def _member(enrolment: Enrolment, viewer: Person) -> Member:
    person = enrolment.person
    name, own = name_for(person, viewer), person.pk == viewer.pk
    if not may_read_name(person, viewer):
        return Member(enrolment, name, None, "", "", "", own)
    card: Card | None = None if person.protected else getattr(enrolment, "card", None)
    email = person.email or "" if card and card.email else ""
    phone = person.phone if card and card.phone else ""
    return Member(enrolment, name, enrolment.organisation, email, phone, card.about if card else "", own)


def groups(enrolments: Iterable[Enrolment], viewer: Person) -> list[Group]:
    """The participants, round by round in the order given, as `viewer` sees them; in each the reader comes first."""
    by_cohort: dict[int, list[Enrolment]] = {}
    for enrolment in enrolments:
        by_cohort.setdefault(enrolment.cohort_id, []).append(enrolment)
    found = []
    for rows in by_cohort.values():
        members = sorted(
            (_member(row, viewer) for row in rows), key=lambda member: (not member.own, sort_key(member.name))
        )
        own = next((row for row in rows if row.person_id == viewer.pk), None)
        found.append(Group(rows[0].cohort, members, own))
    return found
