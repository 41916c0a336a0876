"""Who sees what of a survey's results, who reads own words first, and which figures may be compared over time.

What somebody sees is decided by the tree as it was at launch and by the roles she has now: her own places with
everything below them, and of the places above only what stands for the whole of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from competence.models import Descent
from competence.states import COMPARABLE, Lineage, SurveyState
from people.models import Organisation

if TYPE_CHECKING:
    from competence.models import Survey
    from people.models import Person

MOST_VERSIONS = 6  # back in time that a competence is followed


class NotReader(Forbidden):
    """Own words are read first by a coordinator who leads none of those who wrote."""

    message = _("The answers are read first by a coordinator who does not lead any of the units that were asked.")


@dataclass(frozen=True)
class Place:
    """A place of the tree as it was at launch, with the name it has now."""

    key: str
    parent: str
    level: str
    name: str
    path: str


@dataclass(frozen=True)
class Sight:
    """The tree of a survey, and what of it one reader sees."""

    places: Mapping[str, Place]
    own: frozenset[str]
    above: frozenset[str]

    @property
    def seen(self) -> list[Place]:
        """The places that have a page for this reader, from the top."""
        return [place for key, place in self.places.items() if key in self.own or key in self.above]

    @property
    def start(self) -> Place:
        """The place that is shown first: the uppermost of one's own."""
        return next(place for key, place in self.places.items() if key in self.own)

    def children(self, key: str) -> list[Place]:
        """The places right below."""
        return [place for place in self.places.values() if place.parent == key]

    def below(self, key: str) -> frozenset[str]:
        """A place and everything below it."""
        found, front = {key}, [key]
        while front:
            front = [place.key for one in front for place in self.children(one)]
            found.update(front)
        return frozenset(found)

    def way_up(self, key: str) -> list[Place]:
        """The places above, the nearest first."""
        found: list[Place] = []
        parent = self.places[key].parent
        while parent:
            found.append(self.places[parent])
            parent = self.places[parent].parent
        return found

    def town(self, key: str) -> str:
        """The municipality that a place is in, or nothing."""
        line = [self.places[key], *self.way_up(key)]
        return next((place.key for place in line if place.level == "municipality"), "")

    def shows(self, table: Mapping[str, Any]) -> bool:
        """Whether this table of the release is for this reader."""
        if table["kind"] == "block":
            return any(unit in self.own for unit in table["units"])
        return table["node"] in self.own or table["node"] in self.above


def asked_below(nodes: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    """Each place of a box's tree with everything in and below it."""
    above = {key: parent for key, parent, _level in nodes}
    found: dict[str, set[str]] = {}
    for key in above:
        place = key
        while place:
            found.setdefault(place, set()).add(key)
            place = above[place]
    return {key: frozenset(inside) for key, inside in found.items()}


def is_released(survey: Survey) -> bool:
    """Whether there are results."""
    return survey.state == SurveyState.RELEASED and survey.box is not None and hasattr(survey.box, "release")


def sight_of(survey: Survey, person: Person) -> Sight | None:
    """What this person sees of the results, or None when that is nothing."""
    if not is_released(survey) or survey.box is None:
        return None
    rows = [tuple(row) for row in survey.box.tree["nodes"]]
    wanted = [int(key) for key, _parent, _level in rows if key.isdigit()]
    found = {str(one.pk): one for one in Organisation.objects.filter(pk__in=wanted)}
    places: dict[str, Place] = {}
    for key, parent, level in sorted(rows, key=lambda row: str(found[row[0]].name) if row[0] in found else ""):
        unit = found.get(key)
        name = str(unit.name) if unit is not None else str(survey.region.name) if not parent else ""
        places[key] = Place(key, parent, level, name, unit.path if unit is not None else "")
    places = _from_the_top(places)
    reach = person.reach
    if reach.administrator or survey.region_id in reach.region_ids:
        return Sight(places, frozenset(places), frozenset())
    own = frozenset(key for key, place in places.items() if place.path and reach.over(place.path))
    if not own:
        return None
    sight = Sight(places, own, frozenset())
    above = frozenset(place.key for key in own for place in sight.way_up(key)) - own
    return Sight(places, own, above)


def _from_the_top(places: Mapping[str, Place]) -> dict[str, Place]:
    """The same places, each after the one it is in; siblings stay in their order."""
    ordered: dict[str, Place] = {}

    def walk(parent: str) -> None:
        for place in places.values():
            if place.parent == parent:
                ordered[place.key] = place
                walk(place.key)

    walk("")
    return ordered


def why_not_read_texts(survey: Survey, person: Person) -> Refusal | None:
    """The reason this person does not read what was written before the others, or None (S9)."""
    reach = person.reach
    if not (reach.administrator or survey.region_id in reach.region_ids):
        return NotReader()
    if reach.staff_paths and any(reach.over(unit.organisation.path) for unit in survey.units.all()):
        return NotReader()
    return None


@dataclass(frozen=True)
class Before:
    """Which question of the earlier survey a competence may be put beside; or the break that stands between."""

    competence: int | None = None
    broken: str = ""


def lineage(now: Iterable[int], then: Iterable[int]) -> dict[int, Before]:
    """For each competence asked now: the one asked then that it comes from, or why the two cannot be compared (S7)."""
    asked = set(then)
    found: dict[int, Before] = {pk: Before(pk) for pk in now if pk in asked}
    front = {pk: pk for pk in now if pk not in asked}  # where each has been followed to
    for _version in range(MOST_VERSIONS):
        if not front:
            break
        parents: dict[int, list[tuple[int, str]]] = {}
        for new, old, kind in Descent.objects.filter(new__in=set(front.values())).values_list("new", "old", "kind"):
            parents.setdefault(new, []).append((old, kind))
        further: dict[int, int] = {}
        for pk, reached in front.items():
            lines = parents.get(reached, [])
            broken = next((kind for _old, kind in lines if kind not in COMPARABLE), "")
            if broken or len(lines) > 1:
                found[pk] = Before(broken=broken or Lineage.MERGED)
            elif lines and lines[0][0] in asked:
                found[pk] = Before(lines[0][0])
            elif lines:
                further[pk] = lines[0][0]
        front = further
    return found
