"""What can be asked about what was said and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from programmes.querysets.rounds import OfRounds
from programmes.states import (
    ImprovementState,
    Shown,
)

if TYPE_CHECKING:
    from programmes.models import Improvement, Said


class SaidQuerySet(OfRounds["Said"]):
    """What participants said, and what was changed."""

    def shown(self) -> SaidQuerySet:
        """Those that the coordinator shows."""
        return self.exclude(shown=Shown.HIDDEN)

    def public(self) -> SaidQuerySet:
        """Those that stand on the programme's public page."""
        return self.filter(shown=Shown.PUBLIC)


class ImprovementQuerySet(OfRounds["Improvement"]):
    """Rows of checklists."""

    def waiting(self) -> ImprovementQuerySet:
        """Those that are neither done nor given up."""
        return self.filter(state=ImprovementState.OPEN)
