"""Organisations' own sign-ins."""

from datetime import datetime

from allauth.socialaccount.models import SocialApp
from django.db import transaction

from audit import actions as audit
from people.actions.organisations import scope_of_organisation
from people.models import Organisation, Person, SignInProvider


@transaction.atomic
def set_sign_in_provider(
    *,
    organisation: Organisation,
    provider_id: str,
    domains: list[str],
    server_url: str,
    client_id: str,
    secret: str,
    mfa_counts: bool,
    by: Person | None,
    now: datetime,
) -> SignInProvider:
    """Let people with addresses of `domains` sign in through the organisation's OpenID Connect provider.

    Done again with the same short name, it replaces what was said before.
    """
    row, _made = SignInProvider.objects.update_or_create(
        provider_id=provider_id,
        defaults={
            "organisation": organisation,
            "domains": sorted({domain.strip().lower() for domain in domains if domain.strip()}),
            "mfa_counts": mfa_counts,
        },
    )
    SocialApp.objects.update_or_create(
        provider="openid_connect",
        provider_id=provider_id,
        defaults={
            "name": organisation.name[:40],
            "client_id": client_id,
            "secret": secret,
            "settings": {"server_url": server_url},
        },
    )
    audit.record(
        "sign_in_provider_set",
        by=by,
        about=organisation,
        scope=scope_of_organisation(organisation),
        now=now,
        provider=provider_id,
    )
    return row
