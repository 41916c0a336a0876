"""Words for the states of events, claims, registrations and attendance, and which follows which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EventKind(TextChoices):
    COURSE_DAY = "course_day", _("course day")
    SEMINAR = "seminar", _("seminar")
    MEETING = "meeting", _("meeting")
    WORKSHOP = "workshop", _("workshop")
    SUPERVISION = "supervision", _("supervision")


class EventState(TextChoices):
    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", _("cancelled")
    HELD = "held", _("held")


class Audience(TextChoices):
    PUBLIC = "public", _("everyone")
    REGION = "region", _("the region")
    INVITED = "invited", _("those who are invited")


class ClaimState(TextChoices):
    HELD = "held", _("held")
    CONFIRMED = "confirmed", _("has a place")
    WAITLISTED = "waitlisted", _("on the waiting list")
    OFFERED = "offered", _("has an offer")
    LAPSED = "lapsed", _("did not answer in time")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled")


# Which claim states take a place, and which are over.
SOLD = (ClaimState.HELD, ClaimState.OFFERED, ClaimState.CONFIRMED)
LIVE = (*SOLD, ClaimState.WAITLISTED)
FOLLOWS: dict[str, tuple[str, ...]] = {
    ClaimState.HELD: (ClaimState.CONFIRMED, ClaimState.LAPSED, ClaimState.CANCELLED),
    ClaimState.WAITLISTED: (ClaimState.OFFERED, ClaimState.CONFIRMED, ClaimState.DECLINED, ClaimState.CANCELLED),
    ClaimState.OFFERED: (ClaimState.CONFIRMED, ClaimState.LAPSED, ClaimState.DECLINED, ClaimState.CANCELLED),
    ClaimState.CONFIRMED: (ClaimState.CANCELLED,),
    ClaimState.LAPSED: (ClaimState.WAITLISTED,),
    ClaimState.DECLINED: (ClaimState.WAITLISTED,),
    ClaimState.CANCELLED: (ClaimState.WAITLISTED,),
}


class RegistrationState(TextChoices):
    REGISTERED = "registered", _("registered")
    ABSENCE_REPORTED = "absence_reported", _("reported absence")
    CANCELLED = "cancelled", _("cancelled")


class Mark(TextChoices):
    PRESENT = "present", _("present")
    EXCUSED = "excused", _("reported absence")
    ABSENT = "absent", _("absent")


class CheckIn(TextChoices):
    LIST = "list", _("from the list")
    CODE = "code", _("with a code")
    SELF = "self", _("by herself or himself")


class StaffFunction(TextChoices):
    HOST = "host", _("host")
    LECTURER = "lecturer", _("lecturer")
    SUPERVISOR = "supervisor", _("supervisor")
