"""What exists around events, and what the database forbids; one module per subject."""

from events.models.badges import BadgePrint
from events.models.calls import Abstract, Author, Call, Consent, Review
from events.models.evaluations import Evaluation
from events.models.events import AgendaItem, Change, Event, Interest, Invited, Question, Reminder, Staff
from events.models.material import Material
from events.models.places import CapacityChange, Claim, Needs, Party, Places, Reserve
from events.models.registrations import Attendance, Registration, Reply, Scan

__all__ = [
    "Abstract",
    "AgendaItem",
    "Attendance",
    "Author",
    "BadgePrint",
    "Call",
    "CapacityChange",
    "Change",
    "Claim",
    "Consent",
    "Evaluation",
    "Event",
    "Interest",
    "Invited",
    "Material",
    "Needs",
    "Party",
    "Places",
    "Question",
    "Registration",
    "Reminder",
    "Reply",
    "Reserve",
    "Review",
    "Scan",
    "Staff",
]
