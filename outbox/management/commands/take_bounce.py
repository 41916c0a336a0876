"""Takes a report of a mail server that a letter did not arrive."""

import sys
from email import policy
from email.parser import BytesParser
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from base import clock
from outbox import actions


class Command(BaseCommand):
    """For a pipe from the mail server: `|manage.py take_bounce --to ${recipient}`."""

    help = "Read a delivery report from standard input and mark the letter that it is about."

    def add_arguments(self, parser: CommandParser) -> None:
        """The envelope's recipient, which the mail server knows."""
        parser.add_argument("--to", default="", help="the address that the report was sent to")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, mark, and end with 0 in any case: a report that is not ours must not bounce in its turn."""
        message = BytesParser(policy=policy.default).parse(sys.stdin.buffer)
        letter = actions.take_bounce(message=message, recipient=options["to"], now=clock.now())
        self.stdout.write("A letter came back." if letter else "Not a report about a letter of ours.")
