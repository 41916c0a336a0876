"""Unsent forms: kept while somebody types, opened only with the link or by their person, erased after 30 days."""

from datetime import datetime, timedelta
from typing import Any

from base.models import Draft
from base.tokens import digest, fresh

KEPT = timedelta(days=30)


def start_draft(
    *, form: str, about: str = "", person: Any = None, data: dict[str, Any] | None = None, now: datetime
) -> tuple[Draft, str]:
    """Begin a draft; returns it with the secret of its link, which is stored nowhere."""
    token = fresh()
    draft = Draft.objects.create(
        form=form,
        about=about,
        token_digest=digest(token),
        person=person,
        data=data or {},
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT,
    )
    return draft, token


def find_draft(*, form: str, token: str, now: datetime) -> Draft | None:
    """The draft that this link opens, unless its time is over."""
    return Draft.objects.for_holder(digest(token)).filter(form=form, expires_at__gt=now).first()


def keep_draft(*, draft: Draft, data: dict[str, Any], now: datetime) -> Draft:
    """Save what has been typed; the 30 days begin anew."""
    draft.data = {**draft.data, **data}
    draft.version += 1
    draft.updated_at = now
    draft.expires_at = now + KEPT
    draft.save(update_fields=["data", "version", "updated_at", "expires_at"])
    return draft


def drop_draft(*, draft: Draft) -> None:
    """The form was sent, or thrown away."""
    draft.delete()


def erase_expired_drafts(now: datetime) -> int:
    """Erase the drafts whose 30 days are over; returns how many."""
    return Draft.objects.all().expired(now).delete()[0]
