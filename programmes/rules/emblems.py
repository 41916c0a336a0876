"""Who may look at a funder's emblem, and when it can be put up."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from programmes.models import Programme


class NoFunder(Refusal):
    """An emblem stands beside a funder's statement, and nobody is named."""

    message = _("Write down who funds the programme first. The emblem stands beside the funder's statement.")


def why_not_emblem(programme: Programme) -> Refusal | None:
    """The reason that no emblem can be put up, or None."""
    return None if programme.funder_id else NoFunder()
