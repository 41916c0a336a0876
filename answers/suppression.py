"""What of an answer is shown: the single function through which every published figure passes (S6, S10).

Fewer than `k` answers show nothing, not even how many they are. From `k` to nine they show one word and "5-9" for
their number. From ten they show the mean with one decimal and three fixed bins in whole tens of per cent. Means at the
ends are clamped to "<=1.5" and ">=4.5", bins to "<=10" and ">=90", so that what all have said alike is not shown as
what each has said. There is no smallest, largest, median or deviation.

Why it is right: what is shown depends on the number of answers and on one exact sum, in integers; the same sum is
rounded in the same way for every channel, because channels read the words made here and never the sum. Half is always
rounded up, so that no two roundings of one figure exist to be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

K = 5  # the fewest people of whom anything is said; configuration may only raise it
EXACT = 10  # from so many on there are figures and free text
LOWEST, HIGHEST = 1, 5
NEAR = Fraction(3, 10)

How = Literal["hidden", "word", "figures"]
Tally = Mapping[int, int]  # how many chose each step of the scale


@dataclass(frozen=True)
class Shown:
    """What may be read of one question in one group, as the words that every channel repeats."""

    how: How
    n: str = ""
    word: str = ""
    mean: str = ""
    bins: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The row that a release keeps."""
        return {"how": self.how, "n": self.n, "word": self.word, "mean": self.mean, "bins": list(self.bins)}


HIDDEN = Shown("hidden")


def floor_of(k: int) -> int:
    """The threshold that holds: what is configured, never below five."""
    return max(K, k)


def exact_from(k: int) -> int:
    """From how many answers there are figures."""
    return max(EXACT, floor_of(k))


def number_shown(n: int, *, k: int = K) -> str:
    """How many, as it is shown: nothing, "5-9", or the number."""
    k = floor_of(k)
    if n < k:
        return ""
    return str(n) if n >= exact_from(k) else f"{k}-{exact_from(k) - 1}"


def shown(
    tally: Tally, *, k: int = K, words: Literal["thirds", "against"] = "thirds", against: Fraction | None = None
) -> Shown:
    """What is shown of these answers on the scale from 1 to 5.

    `words` says which one word is shown below ten answers: by thirds of the scale (evaluations: low, mixed, high), or
    against one level, the target or the region's mean (surveys: below, near, above). A caller gives one level, never
    two: a word against each of two levels would be two statements about a small group.
    """
    k = floor_of(k)
    if any(step < LOWEST or step > HIGHEST or count < 0 for step, count in tally.items()):
        raise ValueError("an answer lies outside the scale")
    n = sum(tally.values())
    if n < k:
        return HIDDEN
    total = sum(step * count for step, count in tally.items())
    if n < exact_from(k):
        word = _third(total, n) if words == "thirds" else _against(Fraction(total, n), against)
        return Shown("word", number_shown(n, k=k), word) if word else HIDDEN
    bins = (_count(tally, 1, 2), _count(tally, 3, 3), _count(tally, 4, 5))
    return Shown("figures", str(n), mean=_mean(total, n), bins=tuple(tens(part, n) for part in bins))


def tens(part: int, whole: int) -> str:
    """A share in whole tens of per cent: "<=10", "20" to "80", ">=90"."""
    rounded = (20 * part + whole) // (2 * whole) * 10
    if rounded <= 10:
        return "<=10"
    return ">=90" if rounded >= 90 else str(rounded)


def _count(tally: Tally, first: int, last: int) -> int:
    return sum(count for step, count in tally.items() if first <= step <= last)


def _mean(total: int, n: int) -> str:
    tenths = (20 * total + n) // (2 * n)
    if tenths <= 15:
        return "<=1.5"
    return ">=4.5" if tenths >= 45 else f"{tenths // 10}.{tenths % 10}"


def _third(total: int, n: int) -> str:
    """Low, mixed or high: in which third of the scale from 1 to 5 the mean lies."""
    if 3 * total < 7 * n:
        return "low"
    return "high" if 3 * total > 11 * n else "mixed"


def _against(mean: Fraction, level: Fraction | None) -> str:
    if level is None:
        return ""
    if abs(mean - level) <= NEAR:
        return "near"
    return "below" if mean < level else "above"


# ---------- How many answered ----------


@dataclass(frozen=True)
class Turnout:
    """How many answered of those invited: the number and the share from ten answers, else less."""

    n: str
    invited: int
    percent: str = ""

    def as_json(self) -> dict[str, object]:
        """The row that a release keeps."""
        return {"n": self.n, "invited": self.invited, "percent": self.percent}


def turnout(n: int, invited: int, *, k: int = K) -> Turnout:
    """How many answered, after closing: "11 of 18 (61 %)", "5-9", or nothing."""
    exact = n >= exact_from(k) and invited > 0
    return Turnout(number_shown(n, k=k), invited, str((200 * n + invited) // (2 * invited)) if exact else "")


def rate_while_open(n: int, invited: int) -> str:
    """The share that has answered, before closing: from ten invited in whole tens, else nothing."""
    return tens(min(n, invited), invited) if invited >= EXACT else ""


def texts_shown(writers: int, *, k: int = K) -> bool:
    """Whether what people wrote may be read, after redaction: from ten writers on (S9)."""
    return writers >= exact_from(k)
