"""The settings come from the environment: what is missing is said in a sentence, and production is safe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bin.check import PRODUCTION

ROOT = Path(settings.BASE_DIR)
NEEDED = ["SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"]


def start(var, **environment):
    """Start manage.py with exactly this environment."""
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HELMI_VAR": str(var)}
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASK],
        cwd=ROOT,
        env={**bare, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


ASK = "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_variable_stops_the_start_with_a_sentence(tmp_path, name):
    done = start(tmp_path, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode == 1
    assert f"Helmi cannot start: the environment lacks {name}." in done.stderr
    assert "Traceback" not in done.stderr


def test_production_has_no_debug_and_secure_cookies(tmp_path):
    done = start(tmp_path, **PRODUCTION)
    assert done.stdout.split() == ["False", "True", "True"], done.stderr


def test_the_demonstration_needs_nothing_and_keeps_its_key(tmp_path):
    first = start(tmp_path, HELMI_DEMO="1")
    assert first.stdout.split() == ["False", "False", "False"], first.stderr
    key = (tmp_path / "secret-key").read_text()
    assert len(key) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    start(tmp_path, HELMI_DEMO="1")
    assert (tmp_path / "secret-key").read_text() == key


def test_the_page_may_load_only_our_own_things():
    assert "unsafe" not in settings.CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in settings.CONTENT_SECURITY_POLICY
    assert "http" not in settings.CONTENT_SECURITY_POLICY
