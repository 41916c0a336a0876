"""Exports: asked for with a purpose, made in the background, stopped, erased."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from audit.actions import record
from base import clock
from base.clock import today
from base.jobs import wake
from documents.actions import erase_file, keep_file, workplace
from documents.sheets import CsvTable, Workbook
from people.models import Person, Region
from reports import letters, rules
from reports.documents import Participants, file_name
from reports.models import Export
from reports.states import ExportFormat, ExportState

MAKER = "make exports"
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=7)
TRIES = 3

log = logging.getLogger("helmi.exports")


class _Stopped(Exception):
    """The export was stopped, or another maker has taken it over."""


def _scope(region: Region | None) -> str:
    return f"region:{region.pk}" if region else ""


@transaction.atomic
def ask_export(
    *, kind: str, form: str, region: Region | None, purpose: str, language: str, by: Person, now: datetime
) -> Export:
    """Ask for a file, and say what for; it is made in the background and a letter tells when it is ready.

    Refused as `rules.why_not_export` says, and while three of one's files are in the making.
    """
    if refusal := rules.why_not_export(by, region):
        raise refusal
    if Export.objects.filter(by=by).unfinished().count() >= rules.MOST_AT_ONCE:
        raise rules.TooMany(n=rules.MOST_AT_ONCE)
    export = Export.objects.create(
        kind=kind, form=form, region=region, by=by, purpose=purpose, language=language, created_at=now
    )
    record(
        "export.asked",
        by=by,
        about=export,
        scope=_scope(region),
        now=now,
        kind=str(kind),
        form=str(form),
        words={"purpose": purpose},
    )
    wake(MAKER)
    return export


@transaction.atomic
def stop_export(*, export: Export, by: Person, now: datetime) -> Export:
    """Stop a file in the making; refused when it is finished."""
    stopped = Export.objects.filter(pk=export.pk).unfinished().update(state=ExportState.CANCELLED, lease="")
    if not stopped:
        raise rules.AlreadyDone()
    export.state = ExportState.CANCELLED
    record("export.stopped", by=by, about=export, scope=_scope(export.region), now=now)
    return export


# ---------- Making ----------


def make_waiting(*, now: datetime, most: int = 20) -> int:
    """Make the files that wait, one after the other; how many became ready.

    Each is taken by a conditional update with a lease of two minutes, renewed with every 2,000 rows. When a maker is
    killed the next one begins the file anew after the lease; after three tries the file has failed.
    """
    ready = 0
    for _turn in range(most):
        export = _take_next(clock.now())
        if export is None:
            break
        ready += _make(export)
    return ready


def _take_next(now: datetime) -> Export | None:
    while export := Export.objects.to_make(now).order_by("created_at").first():
        lease = uuid.uuid4().hex
        taken = (
            Export.objects.to_make(now)
            .filter(pk=export.pk, lease=export.lease)
            .update(
                state=ExportState.RUNNING,
                lease=lease,
                leased_until=now + LEASE,
                attempts=export.attempts + 1,
                done=0,
            )
        )
        if not taken:
            continue
        export = Export.objects.select_related("region", "by").get(pk=export.pk)
        if export.attempts <= TRIES and not rules.why_not_export(export.by, export.region):
            return export
        _fail(export, now)
    return None


def _fail(export: Export, now: datetime) -> None:
    with transaction.atomic():
        if Export.objects.filter(pk=export.pk, lease=export.lease, state=ExportState.RUNNING).update(
            state=ExportState.FAILED, lease=""
        ):
            record("export.failed", by=None, about=export, scope=_scope(export.region), now=now)
            letters.failed(export, now=now)


def _renew(export: Export) -> Callable[[int], None]:
    def progress(done: int) -> None:
        held = Export.objects.filter(pk=export.pk, lease=export.lease, state=ExportState.RUNNING)
        if not held.update(done=done, leased_until=clock.now() + LEASE):
            raise _Stopped

    return progress


def _make(export: Export) -> int:
    path = workplace() / uuid.uuid4().hex
    try:
        table = Participants(viewer=export.by, region=export.region, language=export.language)
        Export.objects.filter(pk=export.pk, lease=export.lease).update(total=table.total())
        rows = table.write(path, export.form, _renew(export))
        return _finish(export, path, rows)
    except _Stopped:
        return 0
    except Exception as error:  # a poisoned row must not stop the other files; it is tried again after the lease
        log.exception("an export failed", extra={"facts": {"export": str(export.pk), "error": type(error).__name__}})
        if export.attempts >= TRIES:
            _fail(export, clock.now())
        return 0
    finally:
        path.unlink(missing_ok=True)


def _finish(export: Export, path: Path, rows: int) -> int:
    now = clock.now()
    content_type = CsvTable.content_type if export.form == ExportFormat.CSV else Workbook.content_type
    zone = export.region.time_zone if export.region else "Europe/Stockholm"
    with transaction.atomic():
        held = Export.objects.select_for_update().filter(pk=export.pk, lease=export.lease, state=ExportState.RUNNING)
        if not held.exists():
            return 0
        file = keep_file(
            source=path,
            kind="export",
            name=file_name(export.region, export.form, today(zone), export.language),
            content_type=content_type,
            about=f"reports.export:{export.pk}",
            scope=_scope(export.region),
            by=export.by,
            expires_at=now + KEPT,
            now=now,
        )
        held.update(
            state=ExportState.READY, done=rows, total=rows, file=file, ready_at=now, expires_at=now + KEPT, lease=""
        )
        record("export.ready", by=None, about=export, scope=_scope(export.region), now=now, rows=rows)
        letters.ready(export, now=now)
    return 1


def expire_exports(*, now: datetime) -> int:
    """Erase the files whose seven days are over; the rows stay and say so."""
    count = 0
    for export in Export.objects.expired(now).select_related("file"):
        with transaction.atomic():
            file, export.file, export.state = export.file, None, ExportState.EXPIRED
            export.save(update_fields=["file", "state"])
            if file:
                erase_file(file=file)
        count += 1
    return count
