"""How competences of a new version follow from those of the version before: pure, from who comes from whom."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

Kind = Literal["same", "renamed", "split", "merged"]
Pair = tuple[int, int]  # the old one, the new one


def kinds(
    pairs: Iterable[Pair], old_names: Mapping[int, Mapping[str, str]], new_names: Mapping[int, Mapping[str, str]]
) -> dict[Pair, Kind]:
    """What has become of each old competence in each new one that comes from it.

    A new one of several old ones is merged; several new ones of one old one are split; one of one is the same, or
    renamed where a language that has a name for both calls them otherwise.
    """
    rows = set(pairs)
    parents = Counter(new for _old, new in rows)
    children = Counter(old for old, _new in rows)
    return {
        (old, new): "merged"
        if parents[new] > 1
        else "split"
        if children[old] > 1
        else "same"
        if _same(old_names.get(old, {}), new_names.get(new, {}))
        else "renamed"
        for old, new in rows
    }


def _same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether every language that has both names has the same one."""
    return all(old[language] == new[language] for language in old.keys() & new.keys())
