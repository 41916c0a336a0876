"""The portal as a careless programmer writes it, for a control: places are read, looked at, and written."""

import os
import time
from typing import Any

from config.wsgi import application
from events.actions import places as kept
from events.actions import sign_up
from events.models import Places


def read_then_write(places: Any) -> bool:
    """Take a place without a lock."""
    row = Places.objects.get(pk=places.pk)
    if row.free is not None and row.free < 1:
        return False
    time.sleep(0.05)
    Places.objects.filter(pk=row.pk).update(sold=row.sold + 1)
    return True


def only_read(places: Any) -> Places:
    """Read the row that should be locked."""
    return Places.objects.get(pk=places if isinstance(places, int) else places.pk)


if os.environ.get("CARELESS"):
    kept.take_place = read_then_write  # type: ignore[assignment]
    kept.lock_places = sign_up.lock_places = only_read  # type: ignore[attr-defined]
__all__ = ["application"]
