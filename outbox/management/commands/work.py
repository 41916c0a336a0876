"""Does what is due, without Celery."""

import signal
import threading
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from base import clock, jobs
from outbox.actions.writing import SENDER

PAUSE = 2.0  # seconds between two looks at the letters
ROUND = timedelta(minutes=1)


class Command(BaseCommand):
    """One round, or round after round until a signal."""

    help = "Do every job that is due, once or with --loop until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, or on and on."""
        parser.add_argument("--loop", action="store_true", help="go on until SIGINT or SIGTERM")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        if not options["loop"]:
            if jobs.agrees_with_database():
                for name, number in jobs.run_due(clock.now()).items():
                    self.stdout.write(f"{name}: {number}")
            return
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        next_round: datetime | None = None
        while not stop.is_set():
            try:
                close_old_connections()
                now = clock.now()
                if next_round is None or now >= next_round:
                    next_round = now + ROUND
                    if jobs.agrees_with_database():
                        jobs.run_due(now)
                else:
                    jobs.run(SENDER, now=now, at_once=True)  # letters of the lane "at once" do not wait for the round
            except OperationalError:
                self.stderr.write("The database does not answer; trying again.")
                stop.wait(PAUSE)
            stop.wait(PAUSE)
