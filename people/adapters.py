"""allauth's hooks: who may sign in, how its letters look, what an organisation's own sign-in may do."""

import unicodedata
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from people import actions, rules
from people.models import Person, SignInProvider

SECOND_STEP = "second_step_elsewhere"  # session key: whose organisation has asked for the second step


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by herself; letters come in the person's language; only our own addresses follow a sign-in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not belong together."),
        "incorrect_code": _("That is not the code in the latest letter. Check it, or ask for a new one."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("Write your password."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or ask for a code by e-mail."),
        "rate_limited": _("Too many attempts in a short time. Wait a minute and try again."),
        "duplicate_email": _("You already have that address."),
        "cannot_remove_primary_email": _("Letters go to that address. Choose another as the main one first."),
        "unverified_primary_email": _("Confirm the address before you make it the main one."),
        "max_email_addresses": _("You can have %d addresses at most."),
        "account_inactive": _("You cannot sign in with this account. Ask your coordinator if that is a mistake."),
        "email_taken": _("Somebody else in Helmi has that address."),
        "same_as_current": _("That is the address you have now. Write another one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation, registration or application, never through the sign-up page."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only a path on this site: no host, no scheme, nothing that a browser could read as one."""
        return bool(url) and rules.is_own_path(str(url))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by address and by where they come from, so that nobody locks another out."""
        return f"{self.get_client_ip(request)}:{super()._get_login_attempts_cache_key(request, **credentials)}"

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The letter in the language of the person behind the address, or in the reader's where there is nobody."""
        person = context.get("user") or rules.find_person(email if isinstance(email, str) else email[0])
        with translation.override(person.language if person else translation.get_language()):
            return super().render_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL}, headers)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """As allauth's, in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code from the app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey or security key"),
        }
        return [{**way, "description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """A changed password ends every session, this one too."""
        return reverse("account_login")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Who has confirmed one more address sees it among the others; who is signing in goes on."""
        if self.request.user.is_authenticated:
            return reverse("account_email")
        return str(super().get_email_verification_redirect_url(email_address))

    def get_login_stages(self) -> list[str]:
        """As allauth's, but the second step is not asked for again where the organisation's own sign-in has done so."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "people.adapters.SecondStepStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]


def address_confirmed(sender: Any, email_address: EmailAddress, request: HttpRequest, **facts: Any) -> None:
    """allauth says that somebody has shown an address to be hers: what was registered with it is hers too."""
    if actions.join_guests(person=email_address.user, now=clock.now()):
        messages.info(
            request, gettext("What was registered with %(address)s is now yours.") % {"address": email_address.email}
        )


def signed_in(sender: Any, user: Person, **facts: Any) -> None:
    """allauth says that somebody has signed in: nothing is left with a guest whose address she has confirmed."""
    actions.join_guests(person=user, now=clock.now())


class SecondStepAdapter(DefaultMFAAdapter):
    """The second step in our words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Turn off the second step before you add an address."),
        "cannot_delete_authenticator": _("Your role needs the second step, so it cannot be turned off."),
        "cannot_generate_recovery_codes": _("Add a passkey or an app first. Then you get recovery codes."),
        "incorrect_code": _("That code does not work. Write the one the app shows now, or an unused recovery code."),
        "unverified_email": _("Confirm your e-mail addresses first, or remove those that are not yours."),
    }

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        """What a new key is called until its owner says otherwise."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("My key %(number)s") % {"number": number} if number > 1 else gettext("My key")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Under which name a device keeps the passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Helmi"}


class SecondStepStage(AuthenticateStage):
    """Asks for the second step, unless the organisation's sign-in has just proved one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        person = self.login.user
        if person is not None and request.session.get(SECOND_STEP) == str(person.key):
            return False
        return super()._should_handle(request)


# What an identity provider says when it has asked for more than one step.
SEVERAL_STEPS = frozenset({"mfa"})


class SocialAdapter(DefaultSocialAccountAdapter):
    """An organisation's own sign-in opens the account of the person whom we already know, and never makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Who is unknown stays unknown."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """What the provider says of a person changes nothing here."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Check what the provider says, and open the person's account for it the first time.

        Refused: a token made for another attempt (nonce), an address that the provider has not confirmed or that is
        not of its domains, an address nobody here has, and a person who already signs in through another provider.
        """
        account = sociallogin.account
        claims = account.extra_data.get("id_token") or {}
        facts = {**(account.extra_data.get("userinfo") or {}), **claims}
        provider = SignInProvider.objects.filter(provider_id=account.provider).select_related("organisation").first()
        nonce = (sociallogin.state or {}).get("nonce")
        if provider is None or not nonce or claims.get("nonce") != nonce:
            raise self._refused(request, rules.SignInAltered())
        if not sociallogin.is_existing:
            address = rules.tidy_address(unicodedata.normalize("NFC", str(facts.get("email") or "")))
            if refusal := rules.why_not_link(
                provider, address, confirmed=facts.get("email_verified") is True, uid=str(account.uid)
            ):
                raise self._refused(request, refusal)
            person = Person.objects.with_address(address).get()
            actions.confirm_address(person=person, address=address)
            sociallogin.connect(request, person)
        if provider.mfa_counts and proves_second_step(sociallogin, claims):
            request.session[SECOND_STEP] = str(sociallogin.user.key)

    @staticmethod
    def _refused(request: HttpRequest, refusal: Refusal) -> ImmediateHttpResponse:
        page = render(request, "people/signing/refused.html", {"reason": str(refusal)}, status=403)
        return ImmediateHttpResponse(page)


def proves_second_step(sociallogin: Any, claims: dict[str, Any]) -> bool:
    """Whether the token says that more than one step was asked for: by `amr`, or by an `acr` that the app lists."""
    methods = claims.get("amr") or []
    levels = sociallogin.provider.app.settings.get("mfa_acr") or []
    return bool(SEVERAL_STEPS & set(methods if isinstance(methods, list) else [methods])) or claims.get("acr") in levels


# Pages that are open before the second step is set up: signing in and out, setting it up, reading in one's language.
OPEN_BEFORE = ("/account/", "/static/", "/health/", "/language/")


class SecondStep:
    """Leads administrators and coordinators to set up a second step before anything else, where it is required."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECOND_STEP_REQUIRED and request.user.is_authenticated:
            page = reverse("people:second_step")
            if not request.path.startswith((*OPEN_BEFORE, page)) and self._missing(request):
                return HttpResponseRedirect(page)
        return self.get_response(request)

    @staticmethod
    def _missing(request: HttpRequest) -> bool:
        person = request.user
        if request.session.get(SECOND_STEP) == str(person.key):  # type: ignore[union-attr]  # signed in
            return False
        return rules.lacks_second_step(person)  # type: ignore[arg-type]  # signed in
