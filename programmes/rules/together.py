"""What several people write together: whoever saves later sees the other text first."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal


class SavedMeanwhile(Refusal):
    """Somebody else saved after this page was opened."""

    message = _("Somebody else saved while you were writing. Nothing of either text is lost.")


def why_not_replace(stored: int, read: int) -> Refusal | None:
    """The reason that a text cannot be saved over the stored version, or None: another one was read."""
    return None if stored == read else SavedMeanwhile()
