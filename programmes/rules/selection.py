"""Who counts in a selection, how the seats would be split, and why a place can not be given or taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.states import ClaimState
from people.models import Organisation
from programmes import seats
from programmes.models import Cohort, Enrolment, Share
from programmes.states import CohortState, ProgrammeSide


class SelectionNotBegun(Refusal):
    """Applications are still coming in, or never did."""

    message = _("The seats can be shared when applications have closed.")


class SelectionDone(Refusal):
    """Somebody has already confirmed."""

    message = _("The seats have already been shared. Look at the page again.")


class WrongSum(Refusal):
    """The numbers do not add up."""

    message = _("The numbers add up to %(given)s. There are %(seats)s seats to give.")


class MoreThanApplied(Refusal):
    """A municipality would get seats without people."""

    message = _("%(organisation)s has %(applicants)s applicants and cannot get %(given)s seats.")


class ReasonMissing(Refusal):
    """A number was changed without a word."""

    message = _("Say why %(organisation)s gets %(given)s seats and not %(proposed)s.")


class NoOffer(Refusal):
    """The offer was answered, or taken back."""

    message = _("This offer is no longer open.")


class OfferOver(Refusal):
    """The time to answer is over."""

    message = _("The time to answer this offer is over, and the place has gone to the next in line.")


class NotAnApplicant(Refusal):
    """Only somebody who waits for the selection can be let in."""

    message = _("This application does not wait for the selection.")


class IncludeReasonMissing(Refusal):
    """Letting an application count needs a reason."""

    message = _("Say why the application counts although the manager has not answered.")


class NothingFree(Refusal):
    """There is no seat to give."""

    message = _("All seats in this cohort are taken.")


@dataclass(frozen=True)
class Row:
    """One municipality on the page of the selection."""

    organisation: Organisation
    line: seats.Line[int]
    given: int
    reason: str = ""

    @property
    def exact(self) -> float:
        """The exact share of the seats left after the guarantees, to be shown."""
        return float(self.line.exact)

    @property
    def changed(self) -> bool:
        """Whether the coordinator gives another number than the rule proposes."""
        return self.given != self.line.seats

    @property
    def waiting(self) -> int:
        """How many of its applicants will wait."""
        return self.line.applicants - self.given


@dataclass(frozen=True)
class Proposal:
    """The split of a cohort's seats with the municipalities it is about."""

    rows: tuple[Row, ...]
    split: seats.Split[int]

    @property
    def given(self) -> dict[int, int]:
        """Seats by organisation."""
        return {row.organisation.pk: row.given for row in self.rows}

    @property
    def seats(self) -> int:
        """Seats that are given in all."""
        return sum(row.given for row in self.rows)

    @property
    def waiting(self) -> int:
        """Applicants on the waiting list in all."""
        return self.split.applicants - self.seats

    @property
    def tied(self) -> list[Organisation]:
        """Those that stood equal at the last seat."""
        return [row.organisation for row in self.rows if row.organisation.pk in self.split.tied]

    @property
    def tie_to(self) -> list[Organisation]:
        """Those of them that got it, having fewer seats."""
        return [row.organisation for row in self.rows if row.organisation.pk in self.split.tie_to]


def proposal(
    cohort: Cohort, *, given: Mapping[int, int] | None = None, reasons: Mapping[int, str] | None = None
) -> Proposal:
    """How the seats would be split now; with `given`, as the coordinator has changed it."""
    counts = dict(
        Enrolment.objects.counting().filter(cohort=cohort).order_by().values_list("organisation").annotate(Count("pk"))
    )
    shares: list[Share] = list(cohort.shares.select_related("organisation"))
    organisations = {share.organisation_id: share.organisation for share in shares}
    guarantees = {share.organisation_id: share.guaranteed for share in shares}
    missing = [pk for pk in counts if pk not in organisations]
    if missing:
        organisations |= {row.pk: row for row in Organisation.objects.filter(pk__in=missing).order_by("name")}
    applicants = {pk: counts.get(pk, 0) for pk in organisations}
    capacity = cohort.places.capacity
    split = seats.split(sum(applicants.values()) if capacity is None else capacity, applicants, guarantees)
    changes, words = given or {}, reasons or {}
    rows = tuple(
        Row(
            organisation=organisations[line.key],
            line=line,
            given=changes.get(line.key, line.seats),
            reason=words.get(line.key, ""),
        )
        for line in split.lines
    )
    return Proposal(rows, split)


def why_not_select(cohort: Cohort) -> Refusal | None:
    """The reason that seats cannot be shared in `cohort` now, or None."""
    if cohort.selection_confirmed_at is not None:
        return SelectionDone()
    if cohort.state != CohortState.SELECTION:
        return SelectionNotBegun()
    return None


def why_not_confirm(cohort: Cohort, wanted: Proposal) -> Refusal | None:
    """The reason that these numbers cannot be confirmed, or None; asked by the check page and under the lock."""
    if refusal := why_not_select(cohort):
        return refusal
    for row in wanted.rows:
        if row.given > row.line.applicants:
            return MoreThanApplied(organisation=row.organisation.name, applicants=row.line.applicants, given=row.given)
    if wanted.seats != wanted.split.seats:
        return WrongSum(given=wanted.seats, seats=wanted.split.seats)
    for row in wanted.rows:
        if row.changed and not row.reason.strip():
            return ReasonMissing(organisation=row.organisation.name, given=row.given, proposed=row.line.seats)
    return None


def why_not_answer(enrolment: Enrolment, *, now: datetime) -> Refusal | None:
    """The reason that this offer cannot be answered, or None."""
    claim = enrolment.claim
    if enrolment.programme_side != ProgrammeSide.OFFERED or claim is None:
        return NoOffer()
    if claim.state == ClaimState.LAPSED or (claim.expires_at is not None and claim.expires_at <= now):
        return OfferOver()
    if claim.state != ClaimState.OFFERED:
        return NoOffer()
    return None


def gives_places(cohort: Cohort, *, now: datetime) -> bool:
    """Whether places are given one by one now: the selection is over, or the programme gives them as they come."""
    if cohort.state not in (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING):
        return False
    if cohort.last_entry_on is not None:
        zone = ZoneInfo(cohort.programme.region.time_zone)
        if now.astimezone(zone).date() > cohort.last_entry_on:
            return False
    return cohort.programme.first_come or cohort.selection_confirmed_at is not None
