"""Whom a survey asks: employees of its units on a day, each once and where she belongs on that day (S1)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q

from answers.actions.boxes import Invited
from answers.plan import Level, Node, Stratum
from competence.models import Survey, SurveyUnit
from competence.states import RoleGroup
from people.models import Absence, Employment, Organisation, Participation, Region, RoleAssignment
from people.querysets import valid_on
from people.states import Role

BELOW = " › "


@dataclass(frozen=True)
class Circle:
    """Who gets the link by letter, who draws a slip, and the tree of places they belong to."""

    units: Sequence[SurveyUnit]
    nodes: Sequence[Node]
    invited: Sequence[Invited]
    slips: Mapping[Stratum, int] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[Stratum]:
        """How many could answer in each stratum."""
        counts = Counter(Stratum(one.unit, one.role) for one in self.invited)
        counts.update(self.slips)
        return counts

    @property
    def asked(self) -> int:
        """How many could answer in all."""
        return len(self.invited) + sum(self.slips.values())

    @property
    def slip_rows(self) -> list[tuple[str, str, int]]:
        """How many slips each unit and role gets, as a box keeps it."""
        return [(stratum.unit, stratum.role, n) for stratum, n in sorted(self.slips.items())]

    def letters_to(self, unit: int) -> int:
        """How many of a unit get the link by letter."""
        return sum(one.unit == str(unit) for one in self.invited)

    def slips_of(self, unit: int) -> int:
        """How many slips of paper a unit gets."""
        return sum(n for stratum, n in self.slips.items() if stratum.unit == str(unit))


def places_of(region: Region, day: date) -> list[Organisation]:
    """The region's tree on a day: the employers that take part, and all below them."""
    tops = Participation.objects.filter(valid_on(day), region=region).values_list("organisation__path", flat=True)
    below = Q(pk__in=[])
    for path in tops:
        below |= Q(path__startswith=path)
    return list(Organisation.objects.filter(below, valid_on(day)).order_by("path"))


def circle_of(survey: Survey, day: date, *, only: Sequence[int] | None = None) -> Circle:
    """The circle of a survey as it is on `day`; of `only` these units, where they are given.

    Whoever has no address of her own draws a slip: a letter and a slip are never given for the same ballot. A leave
    through the whole window keeps out; somebody with several employments is asked once, where her main one is.
    """
    units = list(survey.units.select_related("organisation"))
    if only is not None:
        units = [unit for unit in units if unit.organisation_id in only]
    places = {unit.organisation_id: unit.organisation for unit in units}
    leading = _leaders(places, day) if survey.by_role else {}
    invited: list[Invited] = []
    slips: Counter[Stratum] = Counter()
    seen: set[int] = set()
    for employment in _employments(survey, list(places), day):
        if employment.person_id in seen:
            continue
        seen.add(employment.person_id)
        group = RoleGroup.MANAGERS if employment.person_id in leading.get(employment.unit_id, ()) else RoleGroup.WORKERS
        role = group.value if survey.by_role else ""
        if employment.person.contact_missing:
            slips[Stratum(str(employment.unit_id), role)] += 1
        else:
            invited.append(Invited(employment.person_id, str(employment.unit_id), role))
    for unit in units:
        if unit.extra_slips:
            slips[Stratum(str(unit.organisation_id), RoleGroup.WORKERS.value if survey.by_role else "")] += (
                unit.extra_slips
            )
    return Circle(units, nodes_of(survey.region, list(places.values()), day), invited, slips)


def _employments(survey: Survey, units: list[int], day: date) -> list[Employment]:
    """Employments in these units on the day, main ones first."""
    first, last = survey.opens_on or day, survey.closes_on or day
    away = Absence.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=last), employment=OuterRef("pk"), valid_from__lte=first
    )
    rows = Employment.objects.on(day).filter(~Exists(away), unit__in=units, person__is_guest=False)
    rows = rows.filter(person__is_active=True, person__erased_at__isnull=True)
    if survey.employment_forms:
        rows = rows.filter(form__in=survey.employment_forms)
    return list(rows.select_related("person").order_by("-main", "valid_from", "pk"))


def _leaders(places: Mapping[int, Organisation], day: date) -> dict[int, set[int]]:
    """Who leads each of these units, as its manager or from above it."""
    rows = RoleAssignment.objects.on(day).filter(role__in=[Role.MANAGER, Role.DIRECTOR], organisation__isnull=False)
    by_path: defaultdict[str, set[int]] = defaultdict(set)
    for path, person in rows.values_list("organisation__path", "person_id"):
        by_path[path or ""].add(person)
    found: dict[int, set[int]] = {}
    for pk, place in places.items():
        keys = [key for key in place.path.split("/") if key]
        above = ["/".join(keys[: n + 1]) + "/" for n in range(len(keys))]
        found[pk] = set().union(*(by_path.get(path, set()) for path in above))
    return found


def nodes_of(region: Region, places: Sequence[Organisation], day: date) -> list[Node]:
    """The tree of these places under their employers and the region."""
    taking_part = Participation.objects.filter(valid_on(day), region=region)
    tops = set(taking_part.values_list("organisation_id", flat=True))
    root = top_key(region)
    chains = []
    for place in sorted(places, key=lambda one: one.path):
        above = [int(key) for key in place.path.split("/") if key]
        start = next((n for n, pk in enumerate(above) if pk in tops), 0)
        chains.append(above[start:])
    inner = {pk for chain in chains for pk in chain[:-1]}
    nodes = {root: Node(root, "", "region")}
    for chain in chains:
        parent = root
        for depth, pk in enumerate(chain):
            level: Level = "municipality" if depth == 0 else "area" if pk in inner else "unit"
            nodes.setdefault(str(pk), Node(str(pk), parent, level))
            parent = str(pk)
    return list(nodes.values())


def top_key(region: Region) -> str:
    """The region's key among the places of a box."""
    return f"r{region.pk}"


def names_of(region: Region, keys: Sequence[str]) -> dict[str, str]:
    """What the places of a box are called, in the reader's language."""
    wanted = [int(key) for key in keys if key.isdecimal()]
    names = {str(pk): name for pk, name in Organisation.objects.filter(pk__in=wanted).values_list("pk", "name")}
    return {top_key(region): str(region.name), **names}


def full_names_of(region: Region, keys: Sequence[str]) -> dict[str, str]:
    """The same with the municipality before each place below it: units of several share their names."""
    wanted = Organisation.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    rows = list(wanted.values_list("pk", "name", "path"))
    tops = names_of(region, sorted({path.split("/")[0] for _pk, _name, path in rows}))
    names = {str(pk): (name, tops.get(path.split("/")[0], "")) for pk, name, path in rows}
    full = {key: name if name == top else f"{top}{BELOW}{name}" for key, (name, top) in names.items()}
    return {top_key(region): str(region.name), **full}


def joined(names: Sequence[str]) -> str:
    """Several of these names as one: the municipality once where it is the same."""
    tops = {name.partition(BELOW)[0] for name in names}
    if len(tops) == 1 and all(BELOW in name for name in names):
        return f"{tops.pop()}{BELOW}{' + '.join(name.partition(BELOW)[2] for name in names)}"
    return " + ".join(names)
