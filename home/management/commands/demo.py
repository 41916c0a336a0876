"""`manage.py demo`: fill an empty database with the demonstration, or begin it anew."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from base import clock
from home.management.demo.people import SIGN_INS
from home.management.demo.story import ZONE, Story


class Command(BaseCommand):
    """Seeds the demonstration region when there is none; `--reseed` throws all data away first."""

    help = "Fill the demonstration's database, say its sign-ins (--signins), or begin it anew (--reseed)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two switches."""
        parser.add_argument("--signins", action="store_true", help="print a line for each role that can sign in")
        parser.add_argument("--reseed", action="store_true", help="erase everything and tell the story again")

    def handle(self, *args: Any, signins: bool = False, reseed: bool = False, **options: Any) -> None:
        """Only where HELMI_DEMO is set: a real region's data is never touched."""
        if not settings.DEMO:
            raise CommandError("This is no demonstration: HELMI_DEMO is not set.")
        if signins:
            for role, who in SIGN_INS.items():
                self.stdout.write(f"{role:<14} {who.email:<28} {who.name}, on the sign-in page")
            return
        region = apps.get_model("people", "Region")
        if reseed:
            call_command("flush", interactive=False, verbosity=0)
        elif region.objects.exists():
            return
        Story(today=clock.now().astimezone(ZONE).date()).tell()
