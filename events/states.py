"""Words for the states of events, claims, registrations and attendance, and which follows which."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


# What the audience may know of; drafts are the organisers' own.
SHOWN = (EventState.ANNOUNCED, EventState.PUBLISHED, EventState.CANCELLED, EventState.HELD)


class Audience(TextChoices):
    PUBLIC = "public", _("everyone")
    REGION = "region", _("the region")
    INVITED = "invited", _("those who are invited")


class Way(TextChoices):
    ON_SITE = "on_site", _("on site")
    REMOTE = "remote", _("broadcast")
    WORKSHOP = "workshop", _("workshop")


class Policy(TextChoices):
    """Who on a waiting list is offered the next place."""

    FIRST = "first", _("first in line")
    BALANCED = "balanced", _("the organisation that has fewest places, then first in line")
    BY_HAND = "by_hand", _("the organiser chooses, with a reason")


class AgendaKind(TextChoices):
    LECTURE = "lecture", _("lecture")
    DISCUSSION = "discussion", _("discussion")
    GROUP_TASK = "group_task", _("group task")
    CASE = "case", _("case")
    WORKSHOP = "workshop", _("workshop")
    BREAK = "break", _("break")


class QuestionKind(TextChoices):
    TEXT = "text", _("a short text")
    NUMBER = "number", _("a number")
    YES_NO = "yes_no", _("yes or no")
    ONE = "one", _("one of several choices")
    SEVERAL = "several", _("one or more of several choices")


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


class Half(TextChoices):
    """Before and after the middle of the day."""

    MORNING = "am", _("morning")
    AFTERNOON = "pm", _("afternoon")


class BadgeSheet(TextChoices):
    """Labels that name badges are printed on; `events.labels` has their measures under the same names."""

    CARDS = "90x60", _("cards of 90 × 60 mm, 8 on plain paper with lines to cut along")
    WIDE = "99x68", _("labels of 99 × 68 mm, 8 on a sheet")
    FLAT = "99x57", _("labels of 99 × 57 mm, 10 on a sheet")
    SMALL = "80x50", _("labels of 80 × 50 mm, 10 on a sheet")
    A7 = "105x74", _("labels of 105 × 74 mm, 8 on a sheet without gaps")


class PrintState(TextChoices):
    WAITING = "waiting", _("waiting")
    READY = "ready", pgettext_lazy("a file", "ready")
    FAILED = "failed", pgettext_lazy("a file", "failed")


class Seen(TextChoices):
    """Who sees material."""

    REGISTERED = "registered", _("those who are registered")
    REGION = "region", _("the region")
    PUBLIC = "public", _("everyone")


# How long after its review date material stands without a word to its readers.
OUT_OF_DATE = timedelta(days=30)


class AbstractState(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("an abstract", "withdrawn")


class ReviewAdvice(TextChoices):
    ACCEPT = "accept", _("accept")
    PERHAPS = "perhaps", _("accept if there is room")
    DECLINE = "decline", _("do not accept")
