"""The wheel of one person: a numbered sector for each competence, filled to her own level, with the target as an arc.

Pure geometry: levels in, SVG path data out. No mean is drawn; whoever has set no level has an empty sector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

CENTRE = 160.0
RING = 28.0  # the width of one step
STEPS = 5
LABELS = 156.0  # how far out the numbers stand
DROP = 5.0  # from the middle of a number down to its line


@dataclass(frozen=True)
class Sector:
    """One competence: what is filled, where the target is, where its number stands, and whether it is short of it."""

    number: int
    own: str
    goal: str
    x: str
    y: str
    short: bool


def rings() -> list[str]:
    """The radius of each step."""
    return [f"{RING * step:g}" for step in range(1, STEPS + 1)]


def sectors(levels: Sequence[tuple[int | None, int | None]]) -> list[Sector]:
    """A sector for each pair of own level and target, clockwise from the top; either may be missing."""
    if not levels:
        return []
    whole = 2 * pi / len(levels)
    gap = min(0.021, whole * 0.04)
    inset = min(0.053, whole * 0.1)
    found = []
    for index, (own, goal) in enumerate(levels):
        start, end = index * whole, (index + 1) * whole
        x, y = _at(LABELS, (start + end) / 2)
        found.append(
            Sector(
                number=index + 1,
                own=_slice(own * RING, start + gap, end - gap) if own else "",
                goal=_arc(goal * RING, start + inset, end - inset) if goal else "",
                x=f"{x:.1f}",
                y=f"{y + DROP:.1f}",
                short=own is not None and goal is not None and own < goal,
            )
        )
    return found


def _at(radius: float, angle: float) -> tuple[float, float]:
    return CENTRE + radius * sin(angle), CENTRE - radius * cos(angle)


def _curve(radius: float, start: float, end: float) -> str:
    x, y = _at(radius, end)
    return f"A{radius:.1f} {radius:.1f} 0 {int(end - start > pi)} 1 {x:.1f} {y:.1f}"


def _arc(radius: float, start: float, end: float) -> str:
    x, y = _at(radius, start)
    return f"M{x:.1f} {y:.1f}{_curve(radius, start, end)}"


def _slice(radius: float, start: float, end: float) -> str:
    x, y = _at(radius, start)
    return f"M{CENTRE:g} {CENTRE:g}L{x:.1f} {y:.1f}{_curve(radius, start, end)}z"
