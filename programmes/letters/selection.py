"""What we write about places: an offer, a place on the waiting list, a place, an offer that has ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from base.tokens import seal
from events.models import Claim
from events.states import ClaimState, EventState
from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from programmes.letters.applications import compose_for
from programmes.models import Enrolment
from programmes.states import ProgrammeSide

OFFER = "programmes.offer"
WAITING = "programmes.waiting"
PLACE = "programmes.place"
OVER = "programmes.offer_over"
CARRIED = "programmes.carried"
# Letters that say in their own words what an answer to them is for.
ASKING_THEMSELVES = ("carried", "offer_over")


def offer_token(enrolment: Enrolment, offers: int) -> str:
    """The token of the link that answers this offer; another offer of the same place has another."""
    return seal("offer", {"enrolment": enrolment.pk, "offers": offers})


def _write(kind: str, enrolment: Enrolment, reason: str, now: datetime, **facts: Any) -> None:
    write(
        kind=kind,
        key=f"{kind}:{enrolment.pk}:{reason}",
        about=key(enrolment),
        scope=enrolment.cohort.scope,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk, **facts},
        now=now,
    )


def offered(enrolment: Enrolment, claim: Claim, *, now: datetime) -> None:
    """Write that a place is offered, and until when it is held; each offer of a claim is a reason."""
    _write(OFFER, enrolment, str(claim.offers), now, offers=claim.offers)


def waitlisted(enrolment: Enrolment, reason: int, *, now: datetime) -> None:
    """Write that the person stands on the waiting list; the transition is the reason."""
    _write(WAITING, enrolment, str(reason), now)


def has_place(enrolment: Enrolment, reason: int, *, now: datetime) -> None:
    """Write that the place is the person's, with the days; the transition is the reason."""
    _write(PLACE, enrolment, str(reason), now)


def offer_over(enrolment: Enrolment, reason: int, *, now: datetime) -> None:
    """Write that an offer was not answered in time; the transition is the reason."""
    _write(OVER, enrolment, str(reason), now)


def carried(enrolment: Enrolment, *, now: datetime) -> None:
    """Write that the person now stands first in line to the next cohort."""
    _write(CARRIED, enrolment, "1", now)


# ---------- Builders ----------


def _enrolment(letter: Letter) -> Enrolment | None:
    return (
        Enrolment.objects.filter(pk=letter.facts["enrolment"])
        .select_related(
            "cohort__programme__region",
            "cohort__programme__funder",
            "cohort__responsible",
            "cohort__places",
            "person",
            "claim",
        )
        .first()
    )


def _mail(template: str, enrolment: Enrolment, *, secrets: tuple[str, ...] = (), **facts: Any) -> Mail:
    cohort = enrolment.cohort
    first = cohort.days.exclude(event__state=EventState.CANCELLED).select_related("event").first()
    return compose_for(
        cohort,
        f"programmes/letters/{template}.txt",
        {
            "enrolment": enrolment,
            "person": enrolment.person,
            "first": first.event if first else None,
            **facts,
        },
        why=gettext("You get this letter because you have applied to %(programme)s.") % {"programme": cohort.programme},
        asks=template not in ASKING_THEMSELVES,
        secrets=secrets,
    )


def offer_mail(enrolment: Enrolment, expires_at: datetime, token: str) -> Mail:
    """The letter that offers a place; also what the check page shows before it goes."""
    zone = ZoneInfo(enrolment.cohort.programme.region.time_zone)
    return _mail(
        "offer",
        enrolment,
        secrets=(token,),
        expires_at=expires_at.astimezone(zone),
        link=settings.BASE_URL + reverse("programmes:offer", args=[token]),
    )


def waiting_mail(enrolment: Enrolment) -> Mail:
    """The letter to somebody on the waiting list; also what the check page shows."""
    return _mail("waiting", enrolment)


def _build_offer(letter: Letter) -> Mail | None:
    enrolment = _enrolment(letter)
    claim = enrolment.claim if enrolment else None
    if enrolment is None or claim is None or claim.state != ClaimState.OFFERED or claim.expires_at is None:
        return None
    if claim.offers != letter.facts["offers"]:
        return None
    return offer_mail(enrolment, claim.expires_at, offer_token(enrolment, claim.offers))


def _when(side: str, template: str) -> Callable[[Letter], Mail | None]:
    """A builder for a letter that is true only while the programme's side says `side`."""

    def build(letter: Letter) -> Mail | None:
        enrolment = _enrolment(letter)
        if enrolment is None or enrolment.programme_side != side:
            return None
        days = [
            day
            for day in enrolment.cohort.days.select_related("event__host")
            if day.event.state != EventState.CANCELLED
        ]
        return _mail(template, enrolment, days=days, home=settings.BASE_URL + "/")

    return build


register(OFFER, _build_offer, title=_("Offer of a place"), careful=True)
register(WAITING, _when(ProgrammeSide.WAITLISTED, "waiting"), title=_("Place on the waiting list"))
register(PLACE, _when(ProgrammeSide.ENROLLED, "place"), title=_("You have a place"))
register(OVER, _when(ProgrammeSide.WITHDRAWN, "offer_over"), title=_("The offer has ended"))
register(CARRIED, _when(ProgrammeSide.APPLIED, "carried"), title=_("First in line to the next round"))
