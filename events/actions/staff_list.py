"""A manager's list: kept between the two screens, sent once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from base.actions import keep_draft, start_draft
from base.models import Draft
from events.actions.sign_up import Guest, register_group
from events.models import Event, Places
from events.states import ClaimState
from people.models import Person

FORM = "events.staff"


def _about(event: Event) -> str:
    return f"{event._meta.label_lower}:{event.pk}"


def start(*, event: Event, data: dict[str, Any], by: Person, now: datetime) -> Draft:
    """What a manager chose on the first screen, kept for the second; her own and nobody else's."""
    draft, _secret = start_draft(form=FORM, about=_about(event), person=by, data=data, now=now)
    return draft


def find(*, pk: UUID, event: Event, by: Person, now: datetime) -> Draft | None:
    """The manager's own list for this event."""
    return Draft.objects.filter(pk=pk, form=FORM, about=_about(event), person=by, expires_at__gt=now).first()


@transaction.atomic
def send(
    *,
    draft: Draft,
    event: Event,
    places: Places,
    group: Sequence[Guest],
    by: Person,
    now: datetime,
    together: bool | None = None,
) -> tuple[int, list[str], int]:
    """Register the people of a list once, however often the button is pressed.

    Returns how many are new, the names of those who were registered before, and how many of the new wait. Refused as
    `register_group`. What was typed leaves the draft.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.data.get("sent"):
        return int(draft.data["made"]), list(draft.data["before"]), int(draft.data["waiting"])
    rows, before = register_group(
        event=event,
        places=places,
        group=group,
        language=str(draft.data["language"]),
        by=by,
        now=now,
        together=together,
    )
    waiting = sum(row.claim is not None and row.claim.state == ClaimState.WAITLISTED for row in rows)
    done = {"sent": True, "made": len(rows), "before": before, "waiting": waiting, "rows": "", "people": []}
    keep_draft(draft=draft, data=done, now=now)
    return len(rows), before, waiting


__all__ = ["Guest", "find", "send", "start"]
