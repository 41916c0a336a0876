"""The demonstration's own profiles: two people have assessed themselves twice and share the newer with a manager."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from competence.actions import own as actions
from competence.models import Competence, FrameworkVersion
from competence.states import RatedBy
from people.models import Person
from people.rules import managers_of

# The levels of a year ago and of now, one for each competence in turn; 0 is "cannot say".
BEFORE = (2, 2, 1, 3, 2, 0, 2, 1, 3)
NOW = (3, 3, 2, 4, 2, 2, 3, 2, 4)
MANAGER = (3, 2, 3, 4)


def tell(framework: FrameworkVersion, who: Person, *, today: date, at: Callable[[date], Any]) -> None:
    """She assesses herself, a year later again, and shares it with her manager, who puts some levels."""
    keys = list(
        Competence.objects.filter(area__version=framework)
        .order_by("area__position", "position")
        .values_list("pk", flat=True)
    )
    for day, levels in ((today - timedelta(days=290), BEFORE), (today - timedelta(days=9), NOW)):
        with at(day) as now:
            row = _assess(framework, keys, levels, who, day, now)
    manager = next(iter(managers_of(who, today)), None)
    if manager is None:
        return
    day = today - timedelta(days=8)
    with at(day) as now:
        actions.share(assessment=row, reader=manager.pk, by=who, today=day, now=now)
    day = today - timedelta(days=3)
    with at(day) as now:
        actions.rate(
            person=who,
            framework=framework,
            levels=dict(zip(keys, MANAGER, strict=False)),
            rated_by=RatedBy.MANAGER,
            by=manager,
            today=day,
            now=now,
        )


def _assess(
    framework: FrameworkVersion, keys: list[int], levels: tuple[int, ...], who: Person, day: date, now: datetime
) -> Any:
    row = actions.begin(framework=framework, by=who, today=day, now=now)
    said = {
        key: (levels[n % len(levels)] or None, levels[n % len(levels)] == min(filter(None, levels)))
        for n, key in enumerate(keys)
    }
    return actions.put_levels(assessment=row, levels=said, by=who, today=day, now=now)
