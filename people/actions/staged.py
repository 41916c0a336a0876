"""Files that came in: staged, then stored whole or thrown away."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import actions as audit
from base.refusal import Refusal
from people import rules
from people.actions.employments import employ
from people.actions.organisations import create_organisation
from people.actions.persons import register_person
from people.models import Import, Organisation, Person, Region
from people.states import ImportState

KEPT = timedelta(days=30)


class AlreadyDecided(Refusal):
    """One confirmation stores once."""

    message = _("This file has already been stored or thrown away.")


class RowRefused(Refusal):
    """What was right when the file came in is wrong now."""

    message = _("Nothing was stored. Line %(line)s: %(reason)s")


@transaction.atomic
def stage_import(
    *,
    kind: str,
    region: Region | None,
    source: str,
    good: list[dict[str, Any]],
    bad: list[dict[str, Any]],
    by: Person,
    now: datetime,
) -> Import:
    """Keep the rows of a file until they are confirmed; nothing else is stored yet."""
    staged = Import.objects.create(
        kind=kind, region=region, by=by, source=source[:200], good=good, bad=bad, created_at=now
    )
    audit.record(
        "import staged",
        by=by,
        about=staged,
        scope=f"region:{region.pk}" if region else "",
        now=now,
        kind=kind,
        good=len(good),
        bad=len(bad),
    )
    return staged


@transaction.atomic
def confirm_import(*, staged: Import, by: Person, now: datetime) -> int:
    """Store every staged row, or none: the first row that is refused takes the others with it. Returns how many.

    The staged copy is erased in the same moment.
    """
    staged = Import.objects.select_for_update().get(pk=staged.pk)
    if staged.state != ImportState.STAGED:
        raise AlreadyDecided()
    store = _store_organisation if staged.kind == "organisations" else _store_person
    known: dict[str, Any] = {}
    for row in staged.good:
        try:
            store(row, staged=staged, known=known, by=by, now=now)
        except RowRefused:
            raise
        except Refusal as refusal:
            raise RowRefused(line=row["line"], reason=str(refusal)) from refusal
    count = len(staged.good)
    _decide(staged, ImportState.CONFIRMED, now)
    audit.record(
        "import stored",
        by=by,
        about=staged,
        scope=f"region:{staged.region_id}" if staged.region_id else "",
        now=now,
        kind=staged.kind,
        rows=count,
    )
    return count


def _store_organisation(
    row: dict[str, Any], *, staged: Import, known: dict[str, Any], by: Person, now: datetime
) -> None:
    parent = known.get(f"new:{row['parent_line']}") if row.get("parent_line") else None
    if parent is None and row.get("parent"):
        parent = known.get(f"old:{row['parent']}") or Organisation.objects.get(pk=row["parent"])
        known[f"old:{row['parent']}"] = parent
    known[f"new:{row['line']}"] = create_organisation(
        name=row["name"],
        kind=row["kind"],
        country=row["country"],
        parent=parent,
        code=row["code"],
        mark=row["mark"],
        valid_from=date.fromisoformat(row["valid_from"]),
        by=by,
        now=now,
    )


def _store_person(row: dict[str, Any], *, staged: Import, known: dict[str, Any], by: Person, now: datetime) -> None:
    person = register_person(
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        language=row["language"],
        region=staged.region,
        by=by,
        now=now,
    )
    if not row.get("unit"):
        return
    unit = known.get(f"old:{row['unit']}") or Organisation.objects.get(pk=row["unit"])
    known[f"old:{row['unit']}"] = unit
    first = date.fromisoformat(row["valid_from"])
    if isinstance(rules.why_not_employ(person=person, unit=unit, valid_from=first), rules.AlreadyEmployed):
        return
    employ(person=person, unit=unit, form=row["form"], job_title=row["job_title"], valid_from=first, by=by, now=now)


def _decide(staged: Import, state: ImportState, now: datetime) -> None:
    staged.state, staged.decided_at, staged.good, staged.bad = state, now, [], []
    staged.save(update_fields=["state", "decided_at", "good", "bad"])


@transaction.atomic
def discard_import(*, staged: Import, by: Person | None, now: datetime) -> Import:
    """Throw the staged rows away; nothing was stored."""
    staged = Import.objects.select_for_update().get(pk=staged.pk)
    if staged.state != ImportState.STAGED:
        raise AlreadyDecided()
    _decide(staged, ImportState.DISCARDED, now)
    audit.record(
        "import discarded", by=by, about=staged, scope=f"region:{staged.region_id}" if staged.region_id else "", now=now
    )
    return staged


def erase_old_imports(now: datetime) -> int:
    """Discard the files that nobody has decided on for 30 days; returns how many."""
    old = Import.objects.filter(state=ImportState.STAGED, created_at__lte=now - KEPT)
    count = 0
    for staged in old:
        discard_import(staged=staged, by=None, now=now)
        count += 1
    return count
