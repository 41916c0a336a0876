"""Words for the states of a box and of free text."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BoxState(TextChoices):
    DRAFT = "draft", _("draft")
    LAUNCHED = "launched", _("about to open")
    OPEN = "open", _("open for answers")
    CLOSING = "closing", _("being counted")
    RELEASED = "released", _("results published")
    DESTROYED = "destroyed", _("thrown away")


FOLLOWS: dict[str, tuple[str, ...]] = {
    BoxState.DRAFT: (BoxState.LAUNCHED, BoxState.DESTROYED),
    BoxState.LAUNCHED: (BoxState.OPEN, BoxState.DESTROYED),
    BoxState.OPEN: (BoxState.CLOSING, BoxState.DESTROYED),
    BoxState.CLOSING: (BoxState.OPEN, BoxState.RELEASED, BoxState.DESTROYED),
    BoxState.RELEASED: (),
    BoxState.DESTROYED: (),
}


class HeldUp(TextChoices):
    """Why a box that is shut has not been counted."""

    PLAN = "plan", _("what was confirmed is not what can be counted")
    ALTERED = "altered", _("what was frozen has been changed")
    KEYS = "keys", _("the keys are away")


class TextState(TextChoices):
    POOLED = "pooled", _("waits for more writers")
    WAITING = "waiting", _("waits to be read")
    SHOWN = "shown", _("shown")
    LEFT_OUT = "left_out", _("left out")
