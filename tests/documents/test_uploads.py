"""Stored uploads: a share for each person, held until scanned, never served when they hold a virus."""

import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test import override_settings

from base import clock, jobs
from documents import actions, checks, gate, rules, scanner, tasks
from documents.models import StoredFile
from documents.states import FileState
from documents.views import answer_file
from tests.cast import Cast
from tests.documents import clamd, hostile

pytestmark = pytest.mark.django_db
NOWHERE = "tcp://127.0.0.1:1"


def upload(person: Any, data: bytes = b"hej", name: str = "anteckning.txt") -> StoredFile:
    admitted = gate.admit(io.BytesIO(data), name=name, folder=actions.workplace())
    return actions.keep_upload(admitted=admitted, kind="material", by=person, now=clock.now())


def test_an_upload_is_kept_as_the_gate_made_it(cast: Cast) -> None:
    file = upload(cast.malin, hostile.pdf(hostile.scripts, pages=3), "Bilder.pdf")
    assert (file.state, file.pages, file.notes, file.uploaded) == (FileState.READY, 3, ["actions", "scripts"], True)
    assert file.content_type == "application/pdf"
    assert actions.intact(file)
    response = answer_file(file)
    assert response["Content-Disposition"] == 'attachment; filename="Bilder.pdf"'
    response.file_to_stream.close()
    assert not list(actions.workplace().iterdir())


def test_a_share_is_500_mb_a_person_and_said_when_it_is_full(cast: Cast) -> None:
    file = upload(cast.malin)
    StoredFile.objects.filter(pk=file.pk).update(size=rules.QUOTA - 10)
    upload(cast.malin, b"0123456789")
    with pytest.raises(rules.QuotaFull) as said:
        upload(cast.malin)
    assert "500" in str(said.value)
    upload(cast.tuva)
    actions.erase_file(file=file)
    upload(cast.malin)


def test_what_the_portal_prints_counts_for_nobody(cast: Cast) -> None:
    actions.keep_file(
        source=b"x" * 100, kind="export", name="a.csv", content_type="text/csv", by=cast.malin, now=clock.now()
    )
    assert rules.used_by(cast.malin) == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_both_take_the_last_room(cast: Cast) -> None:
    first = upload(cast.malin)
    StoredFile.objects.filter(pk=first.pk).update(size=rules.QUOTA - 5)
    ready, outcomes = threading.Barrier(4), []

    def hand_in() -> None:
        try:
            admitted = gate.admit(io.BytesIO(b"hej"), name="a.txt", folder=actions.workplace())
            ready.wait(10)
            with transaction.atomic():
                actions.keep_upload(admitted=admitted, kind="material", by=cast.malin, now=clock.now())
            outcomes.append("kept")
        except rules.QuotaFull:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["full", "full", "full", "kept"]


def test_without_a_scanner_nothing_is_held(cast: Cast) -> None:
    assert upload(cast.malin, hostile.EICAR).state == FileState.READY
    assert tasks.scan_files(clock.now()) == 0


@pytest.mark.parametrize("unix", [True, False])
def test_with_a_scanner_a_file_is_served_once_it_is_found_clean(cast: Cast, unix: bool, tmp_path: Path) -> None:
    with clamd.scanner(tmp_path if unix else None) as (address, seen), override_settings(VIRUS_SCANNER=address):
        file = upload(cast.malin, b"a" * 200_000)
        assert file.state == FileState.HELD
        with pytest.raises(Http404):
            answer_file(file)
        assert jobs.run(actions.SCANNER, now=clock.now(), at_once=True) == 1
        file.refresh_from_db()
        assert (file.state, file.scanned_at is not None) == (FileState.READY, True)
        answer_file(file).file_to_stream.close()
        assert seen == [200_000]
        assert tasks.scan_files(clock.now()) == 0


def test_a_virus_is_put_away_never_served_and_erased(
    cast: Cast, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with clamd.scanner() as (address, _seen), override_settings(VIRUS_SCANNER=address):
        file, clean = upload(cast.malin, hostile.EICAR), upload(cast.malin)
        assert tasks.scan_files(clock.now()) == 2
    file.refresh_from_db()
    clean.refresh_from_db()
    assert (file.state, file.found, clean.state) == (FileState.REFUSED, "Eicar-Signature", FileState.READY)
    path = actions.root() / file.path
    assert path.stat().st_mode & 0o777 == 0
    with pytest.raises(Http404):
        answer_file(file)
    assert rules.used_by(cast.malin) == clean.size
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase_expired(clock.now() + timedelta(days=31))
    assert not path.exists()


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: \0"])
def test_while_the_scanner_is_down_a_file_is_held_and_asked_about_again(cast: Cast, says: bytes) -> None:
    def held_through(address: str) -> None:
        with override_settings(VIRUS_SCANNER=address):
            assert tasks.scan_files(clock.now()) == 0
        file.refresh_from_db()
        assert file.state == FileState.HELD
        with pytest.raises(Http404):
            answer_file(file)

    with override_settings(VIRUS_SCANNER=NOWHERE):
        file = upload(cast.malin)
    if says:
        with clamd.scanner(says=says) as (address, _seen):
            held_through(address)
    else:
        held_through(NOWHERE)
    with clamd.scanner() as (address, _seen), override_settings(VIRUS_SCANNER=address):
        assert tasks.scan_files(clock.now()) == 1
    file.refresh_from_db()
    assert file.state == FileState.READY


def test_a_scanner_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    import socket

    silent = socket.create_server(("127.0.0.1", 0))
    (tmp_path / "a").write_bytes(b"a")
    with silent, pytest.raises(scanner.ScannerDown):
        scanner.scan(tmp_path / "a", address=f"tcp://127.0.0.1:{silent.getsockname()[1]}", seconds=0.2)


@pytest.mark.parametrize("address", ["127.0.0.1:3310", "http://127.0.0.1", "tcp://", "unix://", ""])
def test_a_scanners_address_is_one_of_two_kinds(address: str) -> None:
    with pytest.raises(ValueError):
        scanner.place(address)
    with override_settings(VIRUS_SCANNER=address):
        assert [one.id for one in checks.scanner_has_a_place(None)] == (["helmi.E004"] if address else [])


def test_a_file_has_no_address_of_its_own(client: Any, cast: Cast) -> None:
    file = upload(cast.malin)
    paths = ["/files/{file.path}", "/media/{file.path}", "/{file.path}", "/documents/{file.pk}/", "/{file.pk}/"]
    for path in [one.format(file=file) for one in paths]:
        assert b"hej" not in client.get(path, follow=True).content
    client.force_login(cast.malin)
    for path in [one.format(file=file) for one in paths]:
        assert client.get(path, follow=True).status_code == 404
