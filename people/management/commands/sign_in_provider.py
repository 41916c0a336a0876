"""manage.py sign_in_provider: an organisation's own sign-in, chosen by the domain of the address."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from base import clock
from people import actions
from people.models import Organisation


class Command(BaseCommand):
    """Add or replace an OpenID Connect provider; its secret is read from SIGN_IN_SECRET."""

    help = "Let an organisation's people sign in through its OpenID Connect provider (secret in SIGN_IN_SECRET)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider_id", help="short name, part of the callback address")
        parser.add_argument("--organisation", type=int, required=True, help="key of the organisation")
        parser.add_argument("--domain", action="append", required=True, help="domain of its addresses; may be repeated")
        parser.add_argument("--server", required=True, help="address of the provider, https://...")
        parser.add_argument("--client", required=True, help="our client id there")
        parser.add_argument("--mfa-does-not-count", action="store_true", help="ask for our own second step as well")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(pk=options["organisation"]).first()
        if organisation is None:
            raise CommandError("There is no organisation with that key.")
        secret = os.environ.get("SIGN_IN_SECRET", "")
        if not secret:
            raise CommandError("Put the client's secret into the environment as SIGN_IN_SECRET.")
        if not options["server"].startswith("https://"):
            raise CommandError("The provider's address must begin with https://.")
        actions.set_sign_in_provider(
            organisation=organisation,
            provider_id=options["provider_id"],
            domains=options["domain"],
            server_url=options["server"],
            client_id=options["client"],
            secret=secret,
            mfa_counts=not options["mfa_does_not_count"],
            by=None,
            now=clock.now(),
        )
        self.stdout.write(
            f"/account/oidc/{options['provider_id']}/login/callback/ is the address to give the provider."
        )
