"""Guests of events: erased a year after their last one without the figures, and joined with who owns their address."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from audit import actions as audit
from events.actions.events import scope_of
from events.actions.places import cancel_claim, give_back, lock_places
from events.actions.sign_up import fill
from events.letters import sign_up as letters
from events.models import (
    Abstract,
    Attendance,
    Author,
    Claim,
    Interest,
    Needs,
    Registration,
    Reply,
    Review,
    Scan,
    Staff,
)
from events.rules import sign_up as rules
from events.states import LIVE, SOLD, AbstractState, ClaimState, Mark, RegistrationState
from outbox.actions import erasing
from people import actions as people
from people.models import Person

AT_ONCE = 500


# ---------- Erased ----------


def erase_guests(*, now: datetime) -> int:
    """Erase guests 12 months after the last event that they had to do with; how many.

    What names them goes everywhere: what they typed, needs and answers, letters and the words of the log. Two things
    stay. A registration that had a place stays as a number: half-days, hours, municipality and way, on a row of nobody
    of its own, so that no two rows tell that they were one person. An accepted abstract stands in the book, and where
    the author said yes on the site, with the names as they are printed there and no address.
    """
    before = now - rules.GUESTS_KEPT
    later = (
        Registration.objects.filter(person=OuterRef("pk"), event__ends_at__gt=before),
        Abstract.objects.filter(person=OuterRef("pk"), call__event__ends_at__gt=before),
        Staff.objects.filter(person=OuterRef("pk"), event__ends_at__gt=before),
        Review.objects.filter(reviewer=OuterRef("pk"), abstract__call__event__ends_at__gt=before),
    )
    due = Person.objects.filter(is_guest=True, erased_at__isnull=True, created_at__lte=before)
    for rows in later:
        due = due.exclude(Exists(rows))
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    done = sum(_erase(key, now) for key in keys)
    return done + _forget_coauthors(before) + _erase_taken_back(now)


@transaction.atomic
def _erase(key: int, now: datetime) -> int:
    guest = Person.objects.select_for_update(of=("self",)).filter(pk=key, is_guest=True).first()
    if guest is None:
        return 0
    registrations = list(Registration.objects.filter(person=guest).select_related("claim", "attendance"))
    abstracts = list(Abstract.objects.filter(person=guest))
    claims = list(Claim.objects.filter(person=guest))
    about = [audit.key(row) for row in (*registrations, *abstracts, *claims)]
    figures = [row for row in registrations if _counts(row)]
    for row in figures:
        _stand_as_number(row, now)
    printed = [abstract for abstract in abstracts if abstract.state == AbstractState.ACCEPTED]
    for abstract in printed:
        _stand_as_printed(abstract, now)
    Interest.objects.filter(address__iexact=guest.email).delete()
    erasing.forget_reader(address=guest.email or "", about=about)
    audit.erase_words_about(about=about)
    for places, reserve in Claim.objects.filter(person=guest, state__in=SOLD).values_list("places_id", "reserve_id"):
        lock_places(places)
        give_back(places, reserve)
    people.erase_guest(guest=guest, now=now, registrations=len(figures), abstracts=len(printed))
    return 1


def _counts(row: Registration) -> bool:
    """Whether the registration is part of an event's figures: it had a place to the end, or somebody was seen."""
    if hasattr(row, "attendance") or Scan.objects.filter(registration=row).exists():
        return True
    return row.state != RegistrationState.CANCELLED and (row.claim is None or row.claim.state in SOLD)


def _stand_as_number(row: Registration, now: datetime) -> None:
    """The registration without what was typed and without a link: nobody's, and nobody's else."""
    nobody = people.make_nobody(now=now)
    Needs.objects.filter(claim=row.claim_id).delete()
    Reply.objects.filter(registration=row).delete()
    if row.claim is not None:
        Claim.objects.filter(pk=row.claim.pk).update(person=nobody, party=None)
    Registration.objects.filter(pk=row.pk).update(
        person=nobody,
        name="",
        badge_name="",
        phone="",
        employer="",
        by=None,
        absence_reason="",
        badge_printed_at=None,
        badge_words="",
        link_version=F("link_version") + 1,
        changed_at=now,
    )


def _stand_as_printed(row: Abstract, now: datetime) -> None:
    """The abstract as the book has it: the names that are printed, without addresses and reviews.

    The author's link still opens it, so that a yes to publication can be taken back as easily as it was given.
    """
    Abstract.objects.filter(pk=row.pk).update(person=people.make_nobody(now=now), blind_title=None, blind_text=None)
    row.authors.filter(order__gt=0, confirmed_at__isnull=True).delete()
    row.authors.update(address="")
    row.reviews.all().delete()


@transaction.atomic
def _forget_coauthors(before: datetime) -> int:
    """Co-authors, who are known by an address alone: it goes 12 months after the event, whoever the author is."""
    over = Author.objects.filter(order__gt=0, abstract__call__event__ends_at__lte=before)
    never = over.filter(confirmed_at__isnull=True).delete()[0]
    return never + over.exclude(address="").update(address="")


def _erase_taken_back(now: datetime) -> int:
    """Abstracts whose author is erased, and which are accepted no longer, stand nowhere: they go too."""
    rows = Person.objects.filter(erased_at__isnull=False, abstracts__isnull=False)
    rows = rows.exclude(abstracts__state=AbstractState.ACCEPTED)
    gone = list(rows.order_by("pk").distinct()[:AT_ONCE])
    for nobody in gone:
        people.erase_guest(guest=nobody, now=now)
    return len(gone)


# ---------- Joined ----------


def settle_before_joining(guest: Person, person: Person, now: datetime) -> None:
    """A guest is about to become `person`: where both are on one event, one registration and one claim stay.

    The one that stands better stays: who was there, then who has a place, then who is nearer one; of equals the
    person's own. The other's place goes to the next in line, and what only it has (presence, answers, needs) moves.
    """
    theirs = {row.event_id: row for row in _registrations(guest)}
    both = [(row, theirs[row.event_id]) for row in _registrations(person).filter(event__in=theirs)]
    for places in sorted({row.claim.places_id for pair in both for row in pair if row.claim is not None}):
        lock_places(places)
    for own, other in both:
        own, other = _registrations(person).get(pk=own.pk), _registrations(guest).get(pk=other.pk)
        if own.from_enrolment or _standing(own) >= _standing(other):
            _give_up(other, own, person, now)
        else:
            _give_up(own, other, person, now)


def _registrations(person: Person) -> Any:
    rows = Registration.objects.filter(person=person).select_related("event__region", "claim__places", "attendance")
    return rows.order_by("event_id")


def _standing(row: Registration) -> tuple[bool, int, int]:
    """How well a registration stands: whether somebody was there, how near a place, how far ahead in line."""
    attendance: Attendance | None = getattr(row, "attendance", None)
    there = attendance is not None and attendance.mark == Mark.PRESENT
    if row.state == RegistrationState.CANCELLED:
        return there, 0, 0
    if row.claim is None:
        return there, 5, 0
    order = (ClaimState.WAITLISTED, ClaimState.HELD, ClaimState.OFFERED, ClaimState.CONFIRMED)
    near = order.index(ClaimState(row.claim.state)) + 1 if row.claim.state in LIVE else 0
    return there, near, -(row.claim.position or 0)


def _give_up(row: Registration, stays: Registration, person: Person, now: datetime) -> None:
    """Of two registrations of one person this one goes, and its place is free for the next in line."""
    letters.take_back(row, now=now)
    if not hasattr(stays, "attendance"):
        Attendance.objects.filter(registration=row).update(registration=stays)
    Scan.objects.filter(registration=row).update(registration=stays)
    answered = Reply.objects.filter(registration=stays).values("question")
    Reply.objects.filter(registration=row).exclude(question__in=answered).update(registration=stays)
    claim = stays.claim
    if claim is not None and rules.asks_needs(stays.event, claim.places) and not Needs.objects.filter(claim=claim):
        Needs.objects.filter(claim=row.claim_id).update(claim=claim)
    Needs.objects.filter(claim=row.claim_id).delete()
    if row.claim is not None:
        cancel_claim(claim=row.claim, by=person, now=now)
    audit.record(
        "registrations_joined",
        by=person,
        about=stays,
        scope=scope_of(stays.event),
        now=now,
        event=stays.event_id,
        person=person.pk,
    )
    Registration.objects.filter(pk=row.pk).delete()
    if row.claim is not None and row.claim.places_id is not None:
        fill(places=row.claim.places, now=now)
