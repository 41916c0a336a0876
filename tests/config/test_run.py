"""The one command: what it says, and that the portal starts, names its sign-ins and ends cleanly."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROLES = ["administrator", "coordinator", "director", "manager", "mentor", "supervisor", "participant"]


def run(*arguments, **options):
    return subprocess.run(["./run", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, **options)


def test_it_says_what_there_is():
    done = run("help")
    assert done.returncode == 0
    for word in ("./run test", "./run check", "./run bench", "./run manage"):
        assert word in done.stdout


def test_an_unknown_word_is_answered_with_what_there_is():
    done = run("tset")
    assert done.returncode == 2
    assert "./run test" in done.stderr


def test_continuous_integration_runs_what_a_developer_runs():
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("./run")]
    assert commands == ["./run check", "./run test"]


@pytest.mark.deep
def test_the_portal_starts_names_its_sign_ins_and_ends_within_ten_seconds_of_an_interrupt(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(tmp_path)}
    with (tmp_path / "log").open("w+") as log:
        portal = subprocess.Popen(
            ["./run"],
            cwd=ROOT,
            env={**bare, "PORT": port, "HELMI_VAR": str(tmp_path / "var")},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said = _wait_for(log, f"Helmi runs at http://127.0.0.1:{port}", portal, 180)
            assert all(any(line.startswith(role) for line in said.splitlines()) for role in ROLES), said
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                assert page.status == 200
            os.killpg(portal.pid, signal.SIGINT)
            end = time.monotonic() + 10
            assert portal.wait(10) == 0
            # What a worker had started, such as the press, sees its end and follows within the same ten seconds.
            while _group_lives(portal.pid) and time.monotonic() < end:
                time.sleep(0.1)
            assert not _group_lives(portal.pid)
        finally:
            if portal.poll() is None:
                os.killpg(portal.pid, signal.SIGKILL)
                portal.wait(10)


def _group_lives(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(log, words, portal, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and portal.poll() is None:
        log.seek(0)
        said = log.read()
        if words in said:
            return said
        time.sleep(0.2)
    log.seek(0)
    raise AssertionError(log.read())
