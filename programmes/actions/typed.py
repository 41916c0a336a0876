"""What somebody has typed on a page and not saved: kept for her, and opened by nobody else."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from audit.actions import key
from base import actions as base
from base.models import Draft
from people.models import Person


def typed_by(person: Person, *, form: str, about: Model, now: datetime) -> Draft | None:
    """What the person has typed about this and not saved."""
    return Draft.objects.filter(form=form, about=key(about), person=person, expires_at__gt=now).first()


def keep_typed(person: Person, *, form: str, about: Model, data: dict[str, Any], now: datetime) -> Draft:
    """Keep what the person has typed so far; in the transaction of who has locked what it is about."""
    draft = typed_by(person, form=form, about=about, now=now)
    if draft is not None:
        return base.keep_draft(draft=draft, data=data, now=now)
    forget_typed(person, form=form, about=about)
    draft, _token = base.start_draft(form=form, about=key(about), person=person, data=data, now=now)
    return draft


def forget_typed(person: Person, *, form: str, about: Model) -> None:
    """It was saved, or what it is about is gone."""
    Draft.objects.filter(form=form, about=key(about), person=person).delete()
