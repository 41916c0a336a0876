"""What can happen to stored files: kept, erased."""

import hashlib
import logging
import os
import shutil
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from base import jobs
from documents import rules, scanner
from documents.gate import Admitted, safe_name
from documents.models import EMBLEM, StoredFile
from documents.states import FileState

log = logging.getLogger("helmi.documents")
STRAY_AFTER = timedelta(days=1)
QUARANTINE = timedelta(days=30)
SCANNER = "scan files"
AT_ONCE = 100


def root() -> Path:
    """The private folder; nothing in it has an address."""
    return Path(settings.MEDIA_ROOT)


def workplace() -> Path:
    """A folder for files that are being made, beside the finished ones so that moving them is one step."""
    folder = root() / "making"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep_file(
    *,
    source: bytes | Path,
    kind: str,
    name: str,
    content_type: str,
    about: str = "",
    scope: str = "",
    by: Any = None,
    expires_at: datetime | None = None,
    now: datetime,
    **facts: Any,
) -> StoredFile:
    """Store bytes, or move a finished file, under a random name; what is stored is never changed afterwards.

    The bytes reach the disk before the row is written. When the transaction fails they are nobody's, and
    `erase_expired` removes them after a day.
    """
    pk = uuid.uuid4()
    path = f"{pk.hex[:2]}/{pk.hex}"
    target = root() / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    if isinstance(source, Path):
        with source.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
            os.fsync(file.fileno())
        shutil.move(source, target)
    else:
        digest.update(source)
        size = len(source)
        with target.open("xb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
    target.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    return StoredFile.objects.create(
        pk=pk,
        kind=kind,
        about=about,
        scope=scope,
        name=safe_name(name),
        content_type=content_type,
        size=size,
        sha256=digest.hexdigest(),
        path=path,
        by=by,
        created_at=now,
        expires_at=expires_at,
        **facts,
    )


@transaction.atomic
def keep_upload(
    *, admitted: Admitted, kind: str, about: str = "", scope: str = "", by: Any, now: datetime
) -> StoredFile:
    """Store what passed the gate, under its uploader's share; held until it is scanned, where a scanner is set.

    Refused when the uploader's files would fill more than their share. Their row is locked while bytes are counted,
    so two uploads at once cannot both take the last room.
    """
    get_user_model()._default_manager.select_for_update().get(pk=by.pk)
    if refusal := rules.why_not_store(by, admitted.size):
        raise refusal
    held = bool(settings.VIRUS_SCANNER)
    file = keep_file(
        source=admitted.path,
        kind=kind,
        name=admitted.name,
        content_type=admitted.content_type,
        about=about,
        scope=scope,
        by=by,
        now=now,
        uploaded=True,
        state=FileState.HELD if held else FileState.READY,
        pages=admitted.pages,
        notes=list(admitted.notes),
    )
    if held:
        jobs.wake(SCANNER)
    return file


def scan_held(now: datetime) -> int:
    """Scan the files that are held: clean ones are ready, others are put away; how many were scanned.

    A scanner that is down, or no longer set, leaves them held; the next round asks again.
    """
    if not settings.VIRUS_SCANNER:
        return 0
    count = 0
    for file in StoredFile.objects.held()[:AT_ONCE]:
        try:
            found = scanner.scan(root() / file.path, address=settings.VIRUS_SCANNER)
        except scanner.ScannerDown as error:
            log.error("the virus scanner does not answer", extra={"facts": {"said": str(error)}})
            break
        _scanned(file=file, found=found, now=now)
        count += 1
    return count


@transaction.atomic
def _scanned(*, file: StoredFile, found: str, now: datetime) -> None:
    """Write down what the scanner said. What holds a virus is never served, made unreadable and erased in 30 days."""
    file = StoredFile.objects.select_for_update().get(pk=file.pk)
    if file.state != FileState.HELD:
        return
    file.state = FileState.REFUSED if found else FileState.READY
    file.found, file.scanned_at = found, now
    if found:
        file.expires_at = now + QUARANTINE
        (root() / file.path).chmod(0)
        log.warning("an upload holds a virus", extra={"facts": {"file": str(file.pk), "found": found}})
    file.save(update_fields=["state", "found", "scanned_at", "expires_at"])


def keep_emblem(
    *,
    picture: bytes | StoredFile,
    about: str,
    scope: str,
    by: Any,
    now: datetime,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Store a picture that was drawn anew, or go on keeping one that waited for the rest of its form."""
    if isinstance(picture, bytes):
        return keep_file(
            source=picture,
            kind=EMBLEM,
            name="emblem.png",
            content_type="image/png",
            about=about,
            scope=scope,
            by=by,
            expires_at=expires_at,
            now=now,
        )
    picture.expires_at = expires_at
    picture.save(update_fields=["expires_at"])
    return picture


def contents(file: StoredFile) -> bytes:
    """The bytes of a stored file."""
    return (root() / file.path).read_bytes()


def intact(file: StoredFile) -> bool:
    """Whether the bytes on disk are the ones that were stored."""
    try:
        return hashlib.sha256(contents(file)).hexdigest() == file.sha256
    except OSError:
        return False


def erase_file(*, file: StoredFile) -> None:
    """Remove a file's row now and its bytes when the transaction holds."""
    path = root() / file.path
    file.delete()

    def remove() -> None:
        with suppress(FileNotFoundError):
            path.unlink()

    transaction.on_commit(remove)


def erase_expired(now: datetime) -> int:
    """Erase the files whose time is over, and what was left half made; returns how many files there were."""
    count = 0
    for file in StoredFile.objects.expired(now).iterator():
        with transaction.atomic():
            erase_file(file=file)
        count += 1
    _sweep(now)
    return count


def _sweep(now: datetime) -> None:
    """Remove bytes on disk without a row, once they are a day old."""
    before = (now - STRAY_AFTER).timestamp()
    old = [path for path in root().glob("*/*") if path.is_file() and path.stat().st_mtime < before]
    if not old:
        return
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        names = [path.relative_to(root()).as_posix() for path in part]
        known = set(StoredFile.objects.filter(path__in=names).values_list("path", flat=True))
        for path, name in zip(part, names, strict=True):
            if name not in known:
                path.unlink(missing_ok=True)
                log.info("removed bytes without a row")
