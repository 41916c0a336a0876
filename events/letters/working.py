"""What we write to lecturers and hosts: which day is theirs, and what they do in Helmi."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from base import clock
from events.letters.days import because_works, foot_of, place_of, scope_of, with_organiser
from events.models import Staff
from events.states import EventState
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Letter
from people.models import Person
from people.rules import name_for

NAMED = "events.named"


def named(row: Staff, *, by: Person | None, now: datetime) -> Letter | None:
    """Tell somebody of the part that she or he has been given; who names herself needs no letter."""
    if not row.person.email or row.person == by:
        return None
    return outbox.write(
        kind=NAMED,
        key=f"{NAMED}:{row.pk}",
        about=row.event,
        scope=scope_of(row.event),
        now=now,
        person=row.person,
        facts={"staff": row.pk, "by": name_for(by) if by else ""},
        undoable=True,
    )


def build_named(letter: Letter) -> Mail | None:
    """Not when the part is taken away, or the event is cancelled."""
    along = [f"event__{path}" for path in with_organiser()]
    row = Staff.objects.select_related("person", *along).filter(pk=letter.facts["staff"]).first()
    if row is None or row.event.state == EventState.CANCELLED:
        return None
    event = row.event
    facts = {
        "event": event,
        "name": row.person.first_name,
        "by": letter.facts["by"] or str(event.region.sender_name),
        "function": row.function,
        "to_come": event.ends_at > clock.now(),
        "starts": event.starts_at.astimezone(ZoneInfo(event.zone)),
        "place": place_of(event),
        "page": settings.BASE_URL + event.get_absolute_url(),
    }
    return kinds.compose("events/letters/named.txt", facts, why=because_works(), **foot_of(event))


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(NAMED, build_named, title=_("A part in a day or an event"))
