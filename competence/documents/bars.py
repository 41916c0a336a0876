"""Own level and target as a line of the picture: places on a scale from 1 to 5, in hundredths of its width."""

from dataclasses import dataclass
from decimal import Decimal

from base import dates

LOWEST, WIDTH = Decimal(1), Decimal(25)  # the first step, and how much of the width a step takes


@dataclass(frozen=True)
class Bar:
    """A line: where the dot and the target stand, and both as they are read."""

    name: str
    value: str
    goal: str
    at: str
    goal_at: str
    short: bool


def bar(name: str, level: Decimal, target: Decimal, value: str = "") -> Bar:
    """A competence with one's own level and the target; `value` is how the level is read where it is clamped."""
    return Bar(
        name, value or dates.number(level, 1), dates.number(target, 1), _at(level), _at(target), short=level < target
    )


def _at(level: Decimal) -> str:
    return str(((level - LOWEST) * WIDTH).quantize(Decimal("0.1")))
