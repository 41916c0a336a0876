"""The one letter to those who wanted to know when registration opens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from events.letters.days import foot_of, place_of, scope_of
from events.models import Event
from events.states import EventState
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Letter

if TYPE_CHECKING:
    from events.models import Interest

OPENED = "events.opened"


def opened(event: Event, interest: Interest, *, now: datetime) -> Letter:
    """Tell one address that registration has opened."""
    return outbox.write(
        kind=OPENED,
        key=f"{OPENED}:{event.pk}:{interest.pk}",
        about=event,
        scope=scope_of(event),
        now=now,
        address=interest.address,
        language=interest.language,
        facts={"event": event.pk},
        useful_until=event.closes_at or event.starts_at,
    )


def build_opened(letter: Letter) -> Mail | None:
    """Not when the event is no longer published, nor when registration has closed."""
    event = Event.objects.select_related("region", "host", "contact").filter(pk=letter.facts["event"]).first()
    if event is None or event.state != EventState.PUBLISHED or (event.closes_at or event.starts_at) <= clock.now():
        return None
    page = settings.BASE_URL + reverse("events:public", args=[event.region.slug, event.pk])
    return kinds.compose(
        "events/letters/opened.txt",
        {"event": event, "page": page, "place": place_of(event), "closes": event.closes_at},
        why=gettext(
            "You get this one letter because you asked to be told when registration opens. Your address is not kept."
        ),
        **foot_of(event),
    )


def register_kinds() -> None:
    """Tell the outbox how our letter is built."""
    kinds.register(OPENED, build_opened, title=_("Registration has opened"))
