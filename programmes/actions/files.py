"""Files of staff: staged, confirmed once, stored whole at once or by the clock, or thrown away."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actions import record
from base.jobs import wake
from base.refusal import Refusal
from people.actions.staged import KEPT, AlreadyDecided, decide
from people.models import Organisation, Person
from people.states import ImportState
from programmes.actions.applications import Newcomer, register_staff
from programmes.models import Cohort, Condition, StaffFile
from programmes.rules.applications import why_not_apply
from programmes.rules.conditions import Reply, name_of

STORER = "register staff of files"
# As many people as are registered while the reader waits.
AT_ONCE = 40


@transaction.atomic
def stage(
    *, cohort: Cohort, source: str, good: list[dict[str, Any]], bad: list[dict[str, Any]], by: Person, now: datetime
) -> StaffFile:
    """Keep the rows of a file until they are confirmed; nobody is registered yet."""
    staged = StaffFile.objects.create(cohort=cohort, by=by, source=source[:200], good=good, bad=bad, created_at=now)
    _record("staff_file.staged", staged, by=by, now=now, good=len(good), bad=len(bad))
    return staged


def _record(deed: str, staged: StaffFile, *, by: Person | None, now: datetime, **codes: Any) -> None:
    record(deed, by=by, about=staged, scope=staged.cohort.scope, now=now, **codes)


@transaction.atomic
def confirm(*, staged: StaffFile, by: Person, now: datetime) -> StaffFile:
    """Register everybody in the file: at once when they are few, else the clock does it in a moment.

    Pressed twice, it is done once. Refused when the file was thrown away, or the round takes no applications.
    """
    staged = _locked(staged)
    if staged.state == ImportState.DISCARDED:
        raise AlreadyDecided()
    if staged.state == ImportState.CONFIRMED or staged.confirmed_at is not None:
        return staged
    if refusal := why_not_apply(staged.cohort, now=now):
        raise refusal
    staged.confirmed_at, staged.trouble = now, ""
    staged.save(update_fields=["confirmed_at", "trouble"])
    _record("staff_file.confirmed", staged, by=by, now=now, rows=len(staged.good))
    if len(staged.good) <= AT_ONCE:
        return _store(staged, now=now)
    wake(STORER)
    return staged


def _locked(staged: StaffFile) -> StaffFile:
    return (
        StaffFile.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "by")
        .get(pk=staged.pk)
    )


def _store(staged: StaffFile, *, now: datetime) -> StaffFile:
    """Everybody or nobody: who has applied meanwhile stays as before."""
    cohort, by = staged.cohort, staged.by
    conditions = list(Condition.objects.standing().filter(programme=cohort.programme_id))
    units = Organisation.objects.in_bulk({row["unit"] for row in staged.good})
    runs = by.reach.administrator or cohort.programme.region_id in by.reach.region_ids
    newcomers = [
        Newcomer(
            name=row["name"],
            email=row["email"],
            language=row["language"],
            unit=units[row["unit"]],
            form=row["form"],
            since=date.fromisoformat(row["since"]) if row["since"] else None,
            manager_address=row["manager"],
            replies=_replies(conditions, row),
        )
        for row in staged.good
    ]
    made, before = register_staff(cohort=cohort, people=[], newcomers=newcomers, by=by, now=now, on_behalf=runs)
    staged.made, staged.before = len(made), len(before)
    staged.save(update_fields=["made", "before"])
    decide(staged, ImportState.CONFIRMED, now)
    _record("staff_file.stored", staged, by=by, now=now, rows=len(made))
    return staged


def _replies(conditions: list[Condition], row: dict[str, Any]) -> dict[int, Reply]:
    """The answers in a row."""
    found = {}
    for condition in conditions:
        said = row.get(name_of(condition))
        if said in ("yes", "no"):
            found[condition.pk] = Reply(yes=said == "yes")
        elif said:
            found[condition.pk] = Reply(since=date.fromisoformat(said))
    return found


def store_waiting(now: datetime) -> int:
    """Register the people of the files that are confirmed and wait; one that cannot be stored says why, and waits."""
    waiting = StaffFile.objects.filter(state=ImportState.STAGED, confirmed_at__isnull=False).order_by("confirmed_at")
    count = 0
    for staged in waiting.defer("good", "bad"):
        try:
            count += _store_one(staged, now=now)
        except Refusal as refusal:
            StaffFile.objects.filter(pk=staged.pk).update(confirmed_at=None, trouble=str(refusal)[:300])
    return count


@transaction.atomic
def _store_one(staged: StaffFile, *, now: datetime) -> int:
    staged = _locked(staged)
    if staged.state != ImportState.STAGED or staged.confirmed_at is None:
        return 0
    _store(staged, now=now)
    return 1


@transaction.atomic
def discard(*, staged: StaffFile, by: Person | None, now: datetime) -> StaffFile:
    """Throw the rows away; refused once they are confirmed."""
    staged = _locked(staged)
    if staged.state != ImportState.STAGED or staged.confirmed_at is not None:
        raise AlreadyDecided()
    decide(staged, ImportState.DISCARDED, now)
    _record("staff_file.discarded", staged, by=by, now=now)
    return staged


def erase_old(now: datetime) -> int:
    """Throw away the files that nobody has confirmed for 30 days; returns how many."""
    old = StaffFile.objects.filter(state=ImportState.STAGED, confirmed_at__isnull=True, created_at__lte=now - KEPT)
    rows = list(old.defer("good", "bad"))
    for staged in rows:
        discard(staged=staged, by=None, now=now)
    return len(rows)
