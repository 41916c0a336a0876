"""Words for the states of letters, and which follows which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterState(TextChoices):
    HELD = "held", _("held for reading")
    QUEUED = "queued", _("waiting")
    INFLIGHT = "inflight", _("being sent")
    SENT = "sent", _("sent")
    UNCERTAIN = "uncertain", _("delivery unknown")
    RETRY = "retry", _("will be tried again")
    FAILED = "failed", _("could not be sent")
    BOUNCED = "bounced", _("came back")
    EXPIRED = "expired", _("no longer useful")
    CANCELLED = "cancelled", _("cancelled")


class Lane(TextChoices):
    NOW = "now", _("at once")
    REMINDER = "reminder", _("reminder")
    BULK = "bulk", _("to many")


WAITING = (LetterState.QUEUED, LetterState.RETRY)
OPEN = (LetterState.HELD, LetterState.QUEUED, LetterState.RETRY, LetterState.INFLIGHT, LetterState.UNCERTAIN)
TROUBLE = (LetterState.FAILED, LetterState.BOUNCED, LetterState.UNCERTAIN)
