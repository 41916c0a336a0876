"""The demonstration: prepares the data, runs the web server and the worker with its clock, and ends both together.

Started by `./run`. The children are `./run web` and `./run worker`, as in a real installation.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
COMMANDS = (["./run", "web"], ["./run", "worker", "-B"])
PATIENCE = 8.0  # seconds that the children get to end by themselves


class Interrupted(Exception):
    """Somebody pressed Ctrl-C or asked us to end."""


def interrupted(number: int, frame: FrameType | None) -> None:
    """The first signal ends us; those that follow change nothing."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted


def answers() -> bool:
    """Whether the web server says that all is well."""
    try:
        with urllib.request.urlopen(f"{ADDRESS}/health/", timeout=5) as answer:  # noqa: S310  (our own http address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def prepare() -> int:
    """Bring the database up to date, fill it when it is empty, and say who may sign in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo")
    call_command("demo", signins=True)
    return 0


def stop(children: list[subprocess.Popen[bytes]]) -> None:
    """End the children, at first politely."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def serve() -> int:
    """Run until somebody ends us, or until a child ends."""
    children: list[subprocess.Popen[bytes]] = []
    # In a container everything is root's, and Celery need not say so.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    try:
        # In a process of its own, which gives its memory back.
        subprocess.run([sys.executable, __file__, "prepare"], cwd=ROOT, check=True)
        children = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in COMMANDS]
        while not answers():
            if any(child.poll() is not None for child in children):
                print(f"Helmi did not start on {ADDRESS}. Is the port taken? PORT=8001 ./run takes another.")
                return 1
            time.sleep(0.2)
        print(f"Helmi runs at {ADDRESS} (Ctrl-C ends it; passkeys need the name localhost)", flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        print("A part of Helmi ended by itself; ending the rest.", file=sys.stderr)
        return 1
    except Interrupted:
        return 0
    except subprocess.CalledProcessError as error:
        return error.returncode
    finally:
        stop(children)


if __name__ == "__main__":
    if sys.argv[1:] == ["prepare"]:
        sys.exit(prepare())
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, interrupted)
    sys.exit(serve())
