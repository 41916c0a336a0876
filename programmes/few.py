"""What may be told of few people to those who may not see who they are: employers beside their own, boards, readers.

A reader may know everything about one municipality, her own. So a figure is given only where it still says nothing
exact about one to four people when any one municipality is taken out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5
# With two municipalities either would know the other.
FEWEST_TOGETHER = 3
ENOUGH_FOR_THREE_BANDS = 10


class Band(StrEnum):
    """How large a part of a group, where a number would tell too much."""

    MOST = "most"  # three quarters or more
    HALF = "half"  # half or more
    UNDER_HALF = "under_half"
    NOTHING = ""  # too few to say anything


@dataclass(frozen=True)
class Groups:
    """Those that stand alone, and those that stand as one; by their place in what was handed in."""

    alone: tuple[int, ...]
    together: tuple[int, ...]


def groups(sizes: Sequence[int]) -> Groups:
    """Put small groups together until none of those in the sum can work out what the others are.

    Whoever has nobody is left out. Where it does not suffice, everybody stands as one.
    """
    there = [n for n, size in enumerate(sizes) if size]
    alone = sorted((n for n in there if sizes[n] >= FEWEST), key=lambda n: (sizes[n], n))
    together = [n for n in there if sizes[n] < FEWEST]
    while together and alone and not _stands([sizes[n] for n in together]):
        together.append(alone.pop(0))
    return Groups(tuple(sorted(alone)), tuple(sorted(together)))


def _stands(sizes: Sequence[int]) -> bool:
    return len(sizes) >= FEWEST_TOGETHER and sum(sizes) - max(sizes) >= FEWEST


def may_be_exact(parts: Sequence[int]) -> bool:
    """Whether a sum over municipalities may be told as it is: without any one of them it is still of five or more."""
    return sum(parts) - max(parts, default=0) >= FEWEST


def band(part: int, whole: int) -> Band:
    """About how many of `whole`: every answer is true of at least three numbers, so that none can be worked out."""
    if whole < FEWEST:
        return Band.NOTHING
    if whole >= ENOUGH_FOR_THREE_BANDS and 4 * part >= 3 * whole:
        return Band.MOST
    return Band.HALF if 2 * part >= whole else Band.UNDER_HALF
