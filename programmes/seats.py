"""How the seats of a cohort are split: first what each is guaranteed, then the rest by largest remainder."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Line(Generic[Key]):
    """What one municipality gets, step by step."""

    key: Key
    applicants: int
    guarantee: int
    # Step 1: the guarantee, up to the number of applicants.
    guaranteed: int
    # Applicants left after step 1, their exact share of the seats left, and what became of it.
    left: int
    exact: Fraction
    whole: int
    extra: int

    @property
    def by_remainder(self) -> int:
        """Step 2: seats out of the rest."""
        return self.whole + self.extra

    @property
    def seats(self) -> int:
        """Both steps together."""
        return self.guaranteed + self.by_remainder

    @property
    def waiting(self) -> int:
        """Applicants without a seat."""
        return self.applicants - self.seats


@dataclass(frozen=True)
class Split(Generic[Key]):
    """The proposal: a line for each, in the order they were given, and who stood equal at the last seat."""

    capacity: int
    lines: tuple[Line[Key], ...]
    # Those with equal remainders of whom some got a seat and some did not, and who of them got it.
    tied: tuple[Key, ...] = ()
    tie_to: tuple[Key, ...] = ()

    @property
    def guaranteed(self) -> int:
        """Seats given in the first step."""
        return sum(line.guaranteed for line in self.lines)

    @property
    def by_remainder(self) -> int:
        """Seats given in the second step."""
        return sum(line.by_remainder for line in self.lines)

    @property
    def seats(self) -> int:
        """Seats given in all."""
        return self.guaranteed + self.by_remainder

    @property
    def applicants(self) -> int:
        """Everyone who counts."""
        return sum(line.applicants for line in self.lines)

    @property
    def waiting(self) -> int:
        """Everyone without a seat."""
        return self.applicants - self.seats

    def of(self, key: Key) -> Line[Key]:
        """The line of one municipality."""
        return next(line for line in self.lines if line.key == key)


@dataclass(frozen=True)
class _Shares:
    exact: list[Fraction]
    whole: list[int]
    extra: list[int]
    tied: list[int]


def _largest_remainder(seats: int, wanted: list[int], have: list[int]) -> _Shares:
    """Share `seats` in proportion to `wanted`; equal remainders go to whoever has fewer seats, then to the first."""
    total = sum(wanted)
    if seats >= total:
        return _Shares([Fraction(n) for n in wanted], list(wanted), [0] * len(wanted), [])
    exact = [Fraction(seats * n, total) for n in wanted]
    whole = [share.numerator // share.denominator for share in exact]
    rest = [share - floor for share, floor in zip(exact, whole, strict=True)]
    order = sorted(range(len(wanted)), key=lambda n: (-rest[n], have[n] + whole[n], n))
    spare = seats - sum(whole)
    lucky = set(order[:spare])
    tied: list[int] = []
    if spare:
        edge = rest[order[spare - 1]]
        level = [n for n in range(len(wanted)) if rest[n] == edge]
        if any(n not in lucky for n in level):
            tied = level
    return _Shares(exact, whole, [int(n in lucky) for n in range(len(wanted))], tied)


def split(capacity: int, applicants: Mapping[Key, int], guarantees: Mapping[Key, int]) -> Split[Key]:
    """Split `capacity` seats over municipalities.

    Each first gets its guarantee, or as many as have applied there; what is left is shared by largest remainder in
    proportion to the applicants left, and a tie goes to the one with fewer seats, then to the one that stands first.
    Where the guarantees together are more than the seats, they are themselves shared by largest remainder.
    """
    keys = list(applicants)
    counts = [applicants[key] for key in keys]
    first = [min(guarantees.get(key, 0), count) for key, count in zip(keys, counts, strict=True)]
    if sum(first) > capacity:
        cut = _largest_remainder(capacity, first, [0] * len(keys))
        first = [whole + extra for whole, extra in zip(cut.whole, cut.extra, strict=True)]
    left = [count - given for count, given in zip(counts, first, strict=True)]
    shares = _largest_remainder(capacity - sum(first), left, first)
    lines = tuple(
        Line(
            key=key,
            applicants=counts[n],
            guarantee=guarantees.get(key, 0),
            guaranteed=first[n],
            left=left[n],
            exact=shares.exact[n],
            whole=shares.whole[n],
            extra=shares.extra[n],
        )
        for n, key in enumerate(keys)
    )
    return Split(
        capacity=capacity,
        lines=lines,
        tied=tuple(keys[n] for n in shares.tied),
        tie_to=tuple(keys[n] for n in shares.tied if shares.extra[n]),
    )
