"""What we write about exports: the file is ready, or could not be made."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from outbox.actions import write
from outbox.kinds import Mail, compose, register
from outbox.models import Letter
from reports.models import Export
from reports.states import ExportState

READY = "reports.export_ready"
FAILED = "reports.export_failed"


def ready(export: Export, *, now: datetime) -> None:
    """Write that the file can be downloaded, and until when."""
    _write(READY, export, now)


def failed(export: Export, *, now: datetime) -> None:
    """Write that the file could not be made."""
    _write(FAILED, export, now)


def _write(kind: str, export: Export, now: datetime) -> None:
    write(
        kind=kind,
        key=f"{kind}:{export.pk}",
        about=key(export),
        scope=f"region:{export.region_id}" if export.region_id else "",
        person=export.by,
        facts={"export": str(export.pk)},
        now=now,
    )


def _mail(letter: Letter, state: str, template: str) -> Mail | None:
    export = Export.objects.filter(pk=letter.facts["export"], state=state).select_related("region").first()
    if export is None:
        return None
    return compose(
        f"reports/letters/{template}.txt",
        {"export": export, "kind": export.get_kind_display(), "url": f"{settings.BASE_URL}{export.get_absolute_url()}"},
        why=gettext("You get this letter because you asked for the file."),
        region=export.region.name if export.region else "",
    )


def _build_ready(letter: Letter) -> Mail | None:
    return _mail(letter, ExportState.READY, "ready")


def _build_failed(letter: Letter) -> Mail | None:
    return _mail(letter, ExportState.FAILED, "failed")


register(READY, _build_ready, title=_("Export ready"))
register(FAILED, _build_failed, title=_("Export failed"))
