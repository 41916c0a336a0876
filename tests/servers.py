"""Throw-away PostgreSQL and Redis for the tests: a pytest plugin, on with TEST_SERVICES=1.

For each service: the address that the environment gives, else a server started in a temporary folder, reached by a
unix socket. It runs before pytest-django reads the settings, and xdist's workers inherit the environment. A service
that is asked for and missing stops the run; nothing is skipped.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

MIGRATED = "migrated"
ASK = "Run ./run test, which installs what is missing, or give DATABASE_URL and REDIS_URL."


def _binary(*names: str) -> str:
    """The newest server binary of one of these names; Debian keeps PostgreSQL's off the PATH."""
    for name in names:
        if found := shutil.which(name):
            return found
        debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
        if debian:
            return str(debian[-1])
    raise pytest.UsageError(f"{names[0]} is not installed. {ASK}")


def _unprivileged() -> dict[str, Any]:
    """How to start PostgreSQL when we are root, as whom it refuses to run."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise pytest.UsageError("running as root, and there is neither a user 'postgres' nor 'nobody'")


def postgres(root: Path) -> str:
    """Start a PostgreSQL cluster under `root`; its address as DATABASE_URL writes it."""
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    drop = _unprivileged()
    home = root / "pg"
    home.mkdir(mode=0o700)
    if drop:
        os.chown(home, drop["user"], drop["group"])
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": home, **drop}
    # C.UTF-8, not C: with C, upper("å") stays "å" and icontains misses "Å".
    as_root = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([initdb, "-D", home / "data", *as_root], check=True, **quiet)
    options = (
        "listen_addresses= fsync=off synchronous_commit=off full_page_writes=off max_wal_size=1GB max_connections=200 "
        f"unix_socket_permissions=0777 unix_socket_directories={home}"
    )
    flags = " ".join(f"-c {option}" for option in options.split())
    log = home / "log"
    subprocess.run([pg_ctl, "-D", home / "data", "-l", log, "-w", "-o", flags, "start"], check=True, **quiet)
    home.chmod(0o711)
    stop = [pg_ctl, "-D", home / "data", "-m", "immediate", "stop"]
    atexit.register(lambda: subprocess.run(stop, check=False, **quiet))
    return f"postgres://postgres@/postgres?host={home}"


def redis(root: Path) -> str:
    """Start Redis under `root`; its address as Celery writes it."""
    path = root / "redis.sock"
    command = [_binary("redis-server", "valkey-server"), "--port", "0", "--unixsocket", str(path)]
    command += ["--save", "", "--appendonly", "no", "--dir", str(root)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    atexit.register(server.terminate)
    for _ in range(200):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(os.fspath(path))
                return f"redis+socket://{path}"
            except OSError:
                time.sleep(0.05)
    raise pytest.UsageError("redis-server does not answer")


def migrate(root: Path) -> subprocess.Popen[bytes]:
    """Begin to make the database that each worker copies (see `copy_migrated`), while they do what needs none."""
    address = f"sqlite:///{root}/{MIGRATED}"
    if real := os.environ.get("DATABASE_URL"):
        address = real.replace("/postgres?", f"/{MIGRATED}?")
        psycopg.connect(real, autocommit=True).execute(f"CREATE DATABASE {MIGRATED}").connection.close()
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    command = '"$0" manage.py migrate -v0 >"$1/log" 2>&1; echo $? >"$1/status"; mv "$1/status" "$1/done"'
    child = subprocess.Popen(["sh", "-c", command, sys.executable, root], env=environment)
    atexit.register(child.terminate)
    os.environ["TEST_MIGRATED"] = str(root)
    return child


def skip_migrations() -> None:
    """Let a single process make its tables from the models, in a moment; several, as in `./run test`, migrate.

    The one thing that models do not say, the order of letters, is put into the throw-away server beforehand.
    """
    if real := os.environ.get("DATABASE_URL"):
        with psycopg.connect(real.replace("/postgres?", "/template1?"), autocommit=True) as server:
            server.execute("CREATE COLLATION nordic (provider = icu, locale = 'sv')")
    os.environ["TEST_UNMIGRATED"] = "1"


def copy_migrated() -> None:
    """Give this worker its own copy of the migrated database under the name that Django will look for."""
    root = Path(os.environ["TEST_MIGRATED"])
    end = time.monotonic() + 900  # it takes 20 s, on a machine with much else to do many times as long
    while not (root / "done").exists() and time.monotonic() < end:
        time.sleep(0.1)
    if not (root / "done").exists() or (root / "done").read_text().strip() != "0":
        raise pytest.UsageError(f"the test database was not migrated: {(root / 'log').read_text()}")
    name = connection.creation._get_test_db_name()
    if connection.vendor == "sqlite":
        shutil.copy(root / MIGRATED, name)
        return
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE {MIGRATED}")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start what is asked for and not given; with several workers, migrate once for all of them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    services = os.environ.get("TEST_SERVICES") == "1"
    several = bool(getattr(early_config.known_args_namespace, "numprocesses", None))
    ours = not os.environ.get("DATABASE_URL")
    root = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    root.chmod(0o711)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    for name, start in (("DATABASE_URL", postgres), ("REDIS_URL", redis)):
        if services and not os.environ.get(name):
            os.environ[name] = start(root)
    if not ours:
        return
    if not several:
        skip_migrations()
    elif "TEST_MIGRATED" not in os.environ:
        migrate(root)


def pytest_report_header() -> str:
    """Name the database in the log."""
    real = os.environ.get("DATABASE_URL", "").startswith("postgres")
    return f"database: {'PostgreSQL' if real else 'SQLite'}"


if __name__ == "__main__":
    # Migrate the embedded default ahead of a later run, into the folder that is named.
    sys.exit(migrate(Path(sys.argv[1])).wait())
