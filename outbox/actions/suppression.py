"""Addresses from which letters come back: after the third time no newsletter goes there until somebody lifts it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from outbox.models import Subscription, Suppression
from outbox.rules import NotSuppressed

BOUNCES = 3
FORGOTTEN = timedelta(days=365)  # bounces that lie further apart do not add up, and are then erased


@transaction.atomic
def count_bounce(*, address: str, code: str, now: datetime) -> Suppression:
    """A letter to this address came back for good; the third one suppresses the address."""
    address = address.strip().lower()
    Suppression.objects.bulk_create([Suppression(address=address, last_at=now)], ignore_conflicts=True)
    row = Suppression.objects.select_for_update().get(address=address)
    if row.last_at < now - FORGOTTEN:
        row.bounces = 0
    row.bounces += 1
    row.code, row.last_at = code[:40], now
    if row.bounces >= BOUNCES and row.suppressed_at is None:
        row.suppressed_at = now
    row.save(update_fields=["bounces", "code", "last_at", "suppressed_at"])
    return row


@transaction.atomic
def lift(*, suppression: Suppression, reason: str, by: Any, now: datetime) -> Suppression:
    """Write to the address again, for a reason that is kept; the count begins anew.

    Refused when the address is not suppressed.
    """
    row = Suppression.objects.select_for_update().get(pk=suppression.pk)
    if row.suppressed_at is None:
        raise NotSuppressed()
    row.suppressed_at, row.bounces = None, 0
    row.lifted_at, row.lifted_by, row.reason = now, by, reason
    row.save(update_fields=["suppressed_at", "bounces", "lifted_at", "lifted_by", "reason"])
    return row


def forget_bounces(*, now: datetime) -> int:
    """Erase what is a year old and stops nobody who subscribes; how many."""
    old = Suppression.objects.filter(last_at__lt=now - FORGOTTEN)
    return old.exclude(address__in=Subscription.objects.values("address")).delete()[0]
