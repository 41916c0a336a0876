"""The step between putting a backup back and starting the workers."""

from typing import Any

from django.core.management.base import BaseCommand

from base import clock
from outbox import actions


class Command(BaseCommand):
    """Nothing is sent twice because the database has forgotten that it was sent."""

    help = (
        "Run once after a backup has been put back, before the workers are started: letters that may have been sent "
        "after the backup was taken wait for a coordinator's decision instead of leaving again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Mark what waited in the backup, then what the clock writes again."""
        now = clock.now()
        waited = actions.doubt_what_may_have_left(now=now)
        written = actions.catch_up(now=now)
        self.stdout.write(
            f"{waited + written} letters may have been sent before: {waited} that waited in the backup, and "
            f"{written} that the clock wrote again. They stand under Letters, In trouble, until somebody decides."
        )
