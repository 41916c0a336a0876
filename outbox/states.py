"""Words for the states of letters, and which follows which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


# ---------- Newsletters ----------


class SubscriptionState(TextChoices):
    ASKED = "asked", pgettext_lazy("a subscription", "not confirmed yet")
    CONFIRMED = "confirmed", pgettext_lazy("a subscription", "subscribes")
    LEFT = "left", pgettext_lazy("a subscription", "has left")


class Left(TextChoices):
    """How somebody left a newsletter."""

    LINK = "link", _("by the link in an issue")
    ONE_CLICK = "one_click", _("by the mail program's own button")
    OWN_PAGE = "own_page", _("on the person's own page")
    ASKED = "asked", _("a coordinator, who was asked to")


class IssueState(TextChoices):
    DRAFT = "draft", pgettext_lazy("an issue", "draft")
    RELEASED = "released", pgettext_lazy("an issue", "waits for its time")
    SENDING = "sending", pgettext_lazy("an issue", "being sent")
    PAUSED = "paused", pgettext_lazy("an issue", "paused")
    SENT = "sent", pgettext_lazy("an issue", "sent")


BEGUN = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
RESTORED = "restored"  # the trouble of a letter that may have left after the backup that was put back
