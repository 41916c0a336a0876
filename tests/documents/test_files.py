"""Stored files: private, unchanged, erased when their time is over."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.test import override_settings

from base import clock
from documents import actions
from documents.models import StoredFile
from documents.views import answer_file

pytestmark = pytest.mark.django_db


def kept(content: bytes = b"hej", **facts: object) -> StoredFile:
    return actions.keep_file(
        **{
            "source": content,
            "kind": "export",
            "name": "Deltagare.csv",
            "content_type": "text/csv",
            "now": clock.now(),
            **facts,
        }
    )


def test_a_file_stands_under_a_random_name_with_its_digest() -> None:
    file = kept(name="../../etc/pass\u202ewd.csv")
    assert "wd" not in file.path
    assert file.name == "passwd.csv"
    assert file.sha256 == hashlib.sha256(b"hej").hexdigest()
    path = Path(settings.MEDIA_ROOT) / file.path
    assert path.read_bytes() == b"hej"
    assert path.stat().st_mode & 0o077 == 0
    assert actions.intact(file)
    path.write_bytes(b"annat")
    assert not actions.intact(file)


def test_a_finished_file_is_moved_not_copied(tmp_path: Path) -> None:
    source = tmp_path / "made"
    source.write_bytes(b"x" * 10)
    file = kept(source)
    assert file.size == 10
    assert not source.exists()


def test_it_is_served_as_an_attachment_that_no_cache_keeps() -> None:
    response = answer_file(kept(name="Åsas lista.csv"))
    assert b"".join(response) == b"hej"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%85sas%20lista.csv")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    response.file_to_stream.close()


@override_settings(FILES_ACCEL="/private/")
def test_the_web_server_may_send_the_bytes() -> None:
    file = kept()
    response = answer_file(file)
    assert response["X-Accel-Redirect"] == f"/private/{file.path}"
    assert response.content == b""


def test_an_expired_file_is_not_served_even_before_it_is_erased() -> None:
    file = kept(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Http404):
        answer_file(file)
    with pytest.raises(Http404):
        answer_file(None)


def test_expired_files_are_erased_and_others_stay(django_capture_on_commit_callbacks: object) -> None:
    old, new = kept(expires_at=clock.now() - timedelta(seconds=1)), kept(expires_at=clock.now() + timedelta(days=7))
    forever = kept()
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.erase_expired(clock.now()) == 1
    assert not (actions.root() / old.path).exists()
    assert (actions.root() / new.path).exists()
    assert set(StoredFile.objects.all()) == {new, forever}


def test_bytes_of_a_transaction_that_failed_are_removed_after_a_day() -> None:
    with transaction.atomic():
        lost = kept()
        transaction.set_rollback(True)
    assert not StoredFile.objects.exists()
    stray, standing = actions.root() / lost.path, kept()
    assert stray.exists()
    actions.erase_expired(clock.now())
    assert stray.exists()
    actions.erase_expired(clock.now() + timedelta(days=2))
    assert not stray.exists()
    assert (actions.root() / standing.path).exists()
