"""Sends the letters whose time has come."""

from typing import Any

from django.core.management.base import BaseCommand

from base import clock
from outbox import actions


class Command(BaseCommand):
    """The letters part of `manage.py work`."""

    help = "Send the letters whose time has come."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send once."""
        self.stdout.write(f"{actions.send_due(now=clock.now())} letters sent.")
