"""Words for what a stored file is in."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FileState(TextChoices):
    """Whether a stored file may be served."""

    READY = "ready", _("Ready")
    HELD = "held", _("Being checked for viruses")
    REFUSED = "refused", _("Refused: it holds a virus")
