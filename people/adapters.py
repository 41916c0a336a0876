"""allauth's hooks."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in as Helmi wants it."""


class SocialAdapter(DefaultSocialAccountAdapter):
    """Sign-in through an organisation's own provider."""
