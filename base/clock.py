"""The only reader of time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()


def today(zone: str) -> date:
    """The date that a wall calendar in `zone` (an IANA name) shows now."""
    return now().astimezone(ZoneInfo(zone)).date()
