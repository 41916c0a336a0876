"""Checks every seal over the deeds."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from audit import actions
from audit.models import Deed, Seal


class Command(BaseCommand):
    """Exit code 0 when every seal holds, 1 when one is broken; says which is the first."""

    help = "Check the seals over the audit, and say the first that is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say the digest of the last seal: noted outside, it shows later whether the end was cut off."""
        if wrong := actions.first_broken():
            self.stderr.write(wrong)
            sys.exit(1)
        last = Seal.objects.order_by("-pk").first()
        waiting = Deed.objects.unsealed().count()
        self.stdout.write(f"Every seal holds: {Seal.objects.count()} seals, {waiting} deeds not sealed yet.")
        if last:
            self.stdout.write(f"Last seal: {last.pk} {last.digest}")
