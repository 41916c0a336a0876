"""Whether employers get the same: how many of those who completed a round have been in a supervision group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from answers.plan import Node, Stratum, Table, make_plan
from base.nordic import sort_key
from people.models import Organisation
from programmes.rules.supervision_proposals import Finished

REGION = "region"


@dataclass(frozen=True)
class Row:
    """A group of employees that is large enough to be told of: how many can be in a group, and how many have been."""

    name: str
    eligible: int
    had: int
    town: bool


def rows(people: Sequence[Finished], *, k: int) -> list[Row]:
    """Municipalities and their units with at least `k` eligible people, the municipality first.

    A unit with fewer is merged into its parent: it stands together with other units of the municipality, or of the
    region where the municipality has too few, as the answers of small groups do (S2). So nothing that stands here, and
    no difference of two rows, says anything of fewer than `k` people.
    """
    towns = {one.town.pk: one.town for one in people}
    units = {one.unit.pk: one.unit for one in people}
    nodes = [Node(REGION, "", "region")]
    nodes += [Node(_key(pk), REGION, "municipality") for pk in sorted(towns)]
    nodes += [Node(_key(pk), _key(units[pk].top_id), "unit") for pk in sorted(set(units) - set(towns))]
    eligible = Counter(_key(one.unit.pk) for one in people)
    had = Counter(_key(one.unit.pk) for one in people if one.had)
    plan = make_plan(nodes, {Stratum(unit): n for unit, n in eligible.items()}, k=k)
    names = {_key(pk): row for pk, row in {**units, **towns}.items()}
    found: dict[frozenset[str], tuple[tuple[str, str], Row]] = {}
    for table in sorted(plan.tables, key=lambda table: table.kind == "block"):
        inside = frozenset(stratum.unit for stratum in table.strata)
        if table.node == REGION or inside in found:
            continue
        name, place = _name(table, inside, names)
        row = Row(name, table.n, sum(had[unit] for unit in inside), table.kind == "node")
        found[inside] = place, row
    return [row for _place, row in sorted(found.values(), key=lambda item: item[0])]


def _key(pk: int) -> str:
    return str(pk)


def _name(table: Table, inside: frozenset[str], names: Mapping[str, Organisation]) -> tuple[str, tuple[str, str]]:
    """What the row is called, and where it stands: under its municipality, joint rows of several ones last."""
    if table.kind == "node":
        town = names[table.node]
        return town.name, (sort_key(town.name), "")
    tops = {str(names[unit].top_id) for unit in inside}
    if tops == {str(place.top_id) for place in names.values()} and len(tops) > 1:
        return _("All municipalities together"), ("~", "")
    if len(tops) > 1:
        together = ", ".join(sorted((names[top].name for top in tops), key=sort_key))
        return _("Small units of %(names)s together") % {"names": together}, ("~", together)
    town = names[tops.pop()]
    if len(inside) == 1:
        [unit] = inside
        whole = names[unit] is town
        return (town.name if whole else _("%(unit)s, %(town)s") % {"unit": names[unit].name, "town": town.name}), (
            sort_key(town.name),
            sort_key(names[unit].name),
        )
    return _("Other units, %(town)s") % {"town": town.name}, (sort_key(town.name), "~")
