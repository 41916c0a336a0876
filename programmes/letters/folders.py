"""What we write about course folders: it is ready to be looked at, it can be fetched, one was named to fetch it."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from outbox.actions import Draft, write, write_released
from outbox.kinds import Mail, register
from outbox.models import Batch, Letter
from people.models import Person
from programmes.letters.applications import compose_for
from programmes.models import Folder, FolderReader

READY = "programmes.folder_ready"
FAILED = "programmes.folder_failed"
RELEASED = "programmes.folder"
NAMED = "programmes.folder_named"
ALONG = ("cohort__responsible", "cohort__programme__region", "cohort__programme__funder")


def _to_maker(kind: str, folder: Folder, now: datetime) -> None:
    if folder.by is not None:
        write(
            kind=kind,
            key=f"{kind}:{folder.pk}",
            about=key(folder),
            scope=folder.cohort.scope,
            person=folder.by,
            facts={"folder": folder.pk},
            now=now,
        )


def ready(folder: Folder, *, now: datetime) -> None:
    """Write to who asked for it that a version is ready to be looked at and released."""
    _to_maker(READY, folder, now)


def failed(folder: Folder, *, now: datetime) -> None:
    """Write to who asked for it that it could not be made."""
    _to_maker(FAILED, folder, now)


def released(folder: Folder, readers: Iterable[Person], *, by: Person, now: datetime) -> Batch | None:
    """Write to the municipalities that their copy can be fetched; the letters wait ten minutes."""
    drafts = [
        Draft(RELEASED, f"{RELEASED}:{folder.pk}:{reader.pk}", reader, {"folder": folder.pk}) for reader in readers
    ]
    return write_released(drafts=drafts, about=key(folder), scope=folder.cohort.scope, by=by, now=now)


def named(row: FolderReader, *, now: datetime) -> None:
    """Tell somebody that she can fetch a municipality's copy."""
    write(
        kind=NAMED,
        key=f"{NAMED}:{row.pk}",
        about=key(row.share.cohort),
        scope=row.share.cohort.scope,
        person=row.person,
        facts={"reader": row.pk},
        now=now,
    )


def notices_of(folder: Folder, *, at: datetime) -> Batch | None:
    """The letters that a release at this instant wrote; none when nobody was written to."""
    return Batch.objects.filter(about=key(folder), created_at=at).first()


def _mail(folder: Folder, letter: Letter, template: str, route: str, why: str, *, asks: bool) -> Mail:
    cohort = folder.cohort
    path = reverse(route, args=[cohort.pk]) if route == "programmes:folder" else reverse(route)
    return compose_for(
        cohort,
        f"programmes/letters/{template}.txt",
        {"folder": folder, "person": letter.person, "url": f"{settings.BASE_URL}{path}"},
        why=why,
        asks=asks,
    )


def _build_maker(template: str, state: str, letter: Letter) -> Mail | None:
    rows = Folder.objects.standing().filter(pk=letter.facts["folder"], state=state).select_related(*ALONG)
    folder = rows.first()
    if folder is None:
        return None
    why = gettext("You get this letter because you asked for the folder.")
    return _mail(folder, letter, template, "programmes:folder", why, asks=False)


def _build_ready(letter: Letter) -> Mail | None:
    return _build_maker("folder_ready", "ready", letter)


def _build_failed(letter: Letter) -> Mail | None:
    return _build_maker("folder_failed", "failed", letter)


def _build_released(letter: Letter) -> Mail | None:
    folder = Folder.objects.released().filter(pk=letter.facts["folder"]).select_related(*ALONG).first()
    if folder is None:
        return None
    why = gettext("You get this letter because your municipality takes part in %(programme)s.") % {
        "programme": folder.cohort.programme
    }
    return _mail(folder, letter, "folder", "programmes:folders", why, asks=True)


def _build_named(letter: Letter) -> Mail | None:
    rows = FolderReader.objects.standing().filter(pk=letter.facts["reader"])
    row = rows.select_related("share__organisation", *(f"share__{one}" for one in ALONG)).first()
    if row is None:
        return None
    cohort = row.share.cohort
    return compose_for(
        cohort,
        "programmes/letters/folder_named.txt",
        {
            "person": letter.person,
            "organisation": row.share.organisation,
            "url": f"{settings.BASE_URL}{reverse('programmes:folders')}",
        },
        why=gettext("You get this letter because a director of %(organisation)s has named you.")
        % {"organisation": row.share.organisation},
    )


register(READY, _build_ready, title=_("Course folder ready"))
register(FAILED, _build_failed, title=_("Course folder could not be made"))
register(RELEASED, _build_released, title=_("Course folder"))
register(NAMED, _build_named, title=_("Named to fetch a course folder"))
