"""What must hold before a commit, in under a minute: `./run check`, or `./run check mypy ruff` for a few."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
PRODUCTION = {
    "HELMI_DEMO": "0",
    "SECRET_KEY": "for-check-deploy-only-" + "k3Y" * 15,
    "ALLOWED_HOSTS": "helmi.example.org",
    "BASE_URL": "https://helmi.example.org",
    "DATABASE_URL": "postgres://helmi@localhost/helmi",
    "REDIS_URL": "redis://localhost:6379/0",
    "EMAIL_URL": "smtp+tls://localhost:587",
}
TESTING = {"DJANGO_SETTINGS_MODULE": "config.settings_test"}
CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "mypy": ([f"{BIN}/mypy"], {}),
    "house": ([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/house"], {}),
    "imports": ([f"{BIN}/lint-imports"], {}),
    "migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], TESTING),
    "deploy": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "djade": (["sh", "-c", f"find templates -name '*.html' | xargs {BIN}/djade --check --target-version 5.2"], {}),
    "ruff": ([f"{BIN}/ruff", "check", "--quiet", "--output-format", "concise"], {}),
    "format": ([f"{BIN}/ruff", "format", "--check", "--quiet", "--output-format", "concise"], {}),
}


def run(name: str) -> tuple[str, bool, str, float]:
    """Run one check: its name, whether it holds, what it said, and how long it took."""
    command, extra = CHECKS[name]
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **extra}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return name, done.returncode == 0, done.stdout.strip(), time.monotonic() - start


def main(names: list[str]) -> int:
    """Run the named checks, or all; the number of those that fail."""
    if unknown := set(names) - set(CHECKS):
        print(f"There is no check called {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}.")
        return 2
    failed = 0
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for name, holds, said, took in pool.map(run, names or list(CHECKS)):
            print(f"{'ok  ' if holds else 'FAIL'} {name} ({took:.1f} s)", flush=True)
            if not holds:
                failed += 1
                print("\n".join(f"     {line}" for line in said.splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
