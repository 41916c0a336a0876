"""How long the one who made a change can take it back."""

from datetime import datetime, timedelta

from people.models import Person
from programmes.models import Transition

# Letters that a change causes wait as long.
UNDO = timedelta(minutes=2)


def can_undo(transition: Transition, person: Person, *, now: datetime) -> bool:
    """Whether the page offers `person` to take this change back; `sides.undo` decides under the lock."""
    return transition.by_id == person.pk and transition.undone_at is None and now <= transition.at + UNDO
