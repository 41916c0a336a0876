"""Strategic goals: who writes them, which one above each serves, and the tree as a unit reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from competence.models import StrategicGoal
from competence.rules.regions import in_use
from people.models import Employment, Organisation, Participation, Person, Region
from people.querysets import within
from people.rules import EndsBeforeStart


class ServesNothing(Refusal):
    """A unit's goal carries one of those above it."""

    message = _("Choose which goal above this one serves.")


class NothingAbove(Refusal):
    """Goals begin at the top."""

    message = _("There is no goal above yet. The director writes those of the whole employer first.")


class NotAbove(Refusal):
    """A goal serves one of an organisation that this one is part of."""

    message = _("A goal serves a goal of what the unit is part of, in force at the same time.")


class StillServed(Refusal):
    """What others serve stays as long as they do."""

    message = _("Other goals serve this one after that day. End or move those first.")


def above(organisation: Organisation) -> list[str]:
    """The paths of everything that an organisation is part of, from the top down, itself last."""
    keys = organisation.path.strip("/").split("/")
    return ["/".join(keys[: n + 1]) + "/" for n in range(len(keys))]


def region_of(organisation: Organisation, day: date) -> Region | None:
    """The region with competence in use that the organisation, or something above it, takes part in on a day."""
    rows = Participation.objects.on(day).filter(organisation__path__in=above(organisation)).select_related("region")
    return next((row.region for row in rows if in_use(row.region)), None)


def near(person: Person, day: date) -> Q:
    """Organisations that somebody leads, works in, or coordinates: where her own goals stand, or are to be written."""
    works = Employment.objects.on(day).filter(person=person, unit=OuterRef("pk"))
    return Q(path__in=person.reach.all_paths) | Q(Exists(works))


def readable_by(person: Person, day: date) -> Q:
    """Organisations whose page of goals somebody may open: within reach, or at or above where she works or leads."""
    reach = person.reach
    if reach.administrator:
        return Q()
    works = Employment.objects.on(day).filter(person=person, unit__path__startswith=OuterRef("path"))
    return within(reach.all_paths) | Q(Exists(works)) | _above_led(person)


def _above_led(person: Person) -> Q:
    keys = {key for path in person.reach.staff_paths for key in path.strip("/").split("/")}
    return Q(pk__in=[int(key) for key in keys])


def may_write(organisation: Organisation, person: Person) -> bool:
    """Whether somebody writes this organisation's goals: its director or manager, or who coordinates the region."""
    reach = person.reach
    return reach.administrator or any(organisation.path.startswith(path) for path in reach.all_paths)


def to_serve(organisation: Organisation, day: date) -> list[StrategicGoal]:
    """The goals above an organisation that hold on a day or later, from the top down."""
    rows = StrategicGoal.objects.filter(organisation__path__in=above(organisation)[:-1]).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    return list(rows.select_related("organisation").order_by("organisation__path", "position", "pk"))


def why_not_keep(
    organisation: Organisation,
    goal: StrategicGoal | None,
    serves: StrategicGoal | None,
    *,
    valid_from: date,
    valid_to: date | None,
) -> Refusal | None:
    """The reason that a goal cannot be kept so, or None."""
    if valid_to is not None and valid_to < valid_from:
        return EndsBeforeStart()
    if organisation.parent_id is not None and serves is None:
        return ServesNothing() if to_serve(organisation, valid_from) else NothingAbove()
    if serves is not None:
        higher = serves.organisation.path
        if not organisation.path.startswith(higher) or organisation.path == higher:
            return NotAbove()
        if serves.valid_to is not None and serves.valid_to < valid_from:
            return NotAbove()
    if goal is not None and valid_to is not None:
        later = Q(valid_to__isnull=True) | Q(valid_to__gt=valid_to)
        if goal.served_by.filter(later).exists():
            return StillServed()
    return None


@dataclass(frozen=True)
class Branch:
    """A goal, and whose, with those that serve it."""

    goal: StrategicGoal
    below: "list[Branch]"


def tree(goals: Sequence[StrategicGoal]) -> list[Branch]:
    """Goals as a tree along what each serves; one whose goal above is not among them stands at the top."""
    keys = {goal.pk for goal in goals}
    children: dict[int | None, list[StrategicGoal]] = {}
    for goal in goals:
        children.setdefault(goal.serves_id if goal.serves_id in keys else None, []).append(goal)

    def grow(key: int | None) -> list[Branch]:
        return [Branch(goal, grow(goal.pk)) for goal in children.get(key, [])]

    return grow(None)


def goals_for(organisation: Organisation, viewer: Person, day: date) -> list[StrategicGoal]:
    """The goals of an organisation, of everything above it, and of what is below as far as the viewer reaches."""
    near = Q(organisation__path__in=above(organisation)) | Q(organisation__path__startswith=organisation.path)
    rows = (
        StrategicGoal.objects.visible_to(viewer)
        .on(day)
        .filter(near)
        .select_related("organisation", "serves__organisation")
    )
    return list(rows.prefetch_related("competences").order_by("organisation__path", "position", "pk"))
