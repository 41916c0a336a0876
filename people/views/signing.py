"""Signing in: by code or through one's own organisation, in a demonstration with one click, and the second step."""

import secrets
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import perform_login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic.edit import FormView

from people import rules
from people.models import Person, SignInProvider


@method_decorator(login_not_required, name="dispatch")
class RequestCode(account.RequestLoginCodeView):
    """Sends a code; where the organisation has its own sign-in for the address's domain, leads there instead."""

    def form_valid(self, form: Any) -> HttpResponse:
        provider = rules.provider_for(form.cleaned_data["email"])
        if provider is None or self.request.POST.get("by") == "code":
            return super().form_valid(form)
        facts = {"next": self.request.POST.get("next", "")}
        address = reverse("openid_connect_login", args=[provider.provider_id])
        return redirect(f"{address}?{urlencode(facts)}" if rules.is_own_path(facts["next"]) else address)


request_code = RequestCode.as_view()


class TellsExpired(FormView):
    """A page for a code, which says so when the code is too old instead of leading on without a word."""

    state: str  # where allauth keeps what it knows of the code, in the session

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began = self.state in request.session
        response = super().dispatch(request, *args, **kwargs)
        if began and getattr(self, "_process", True) is None:
            messages.error(request, _("The code has expired: it works for ten minutes. Ask for a new one."))
        return response


@method_decorator(login_not_required, name="dispatch")
class ConfirmCode(TellsExpired, account.ConfirmLoginCodeView):
    """Takes the code that signs in."""

    state = LOGIN_SESSION_KEY


@method_decorator(login_not_required, name="dispatch")
class ConfirmReset(TellsExpired, account.ConfirmPasswordResetCodeView):
    """Takes the code with which a new password is chosen."""

    state = PASSWORD_RESET_VERIFICATION_SESSION_KEY


@method_decorator(login_not_required, name="dispatch")
class ChoosePassword(TellsExpired, account.CompletePasswordResetView):
    """Takes a new password from who has shown the code."""

    state = PASSWORD_RESET_VERIFICATION_SESSION_KEY


@method_decorator(login_not_required, name="dispatch")
class ConfirmAddress(TellsExpired, account.ConfirmEmailVerificationCodeView):
    """Takes the code that shows that an address is one's own."""

    state = EMAIL_VERIFICATION_CODE_SESSION_KEY


confirm_code = ConfirmCode.as_view()
confirm_reset = ConfirmReset.as_view()
choose_password = ChoosePassword.as_view()
confirm_address = ConfirmAddress.as_view()


@login_not_required
def closed(request: HttpRequest, rest: str = "") -> HttpResponse:
    """A page of allauth's that Helmi does not have."""
    raise Http404


# ---------- An organisation's own sign-in (OpenID Connect) ----------

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class SignedTokens(OpenIDConnectOAuth2Adapter):
    """As allauth's, but believes only a signed token, also when it came straight from the provider."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """The sign-in that an id token tells of; the user-info page is asked only when the token has no address."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("no id_token")
        data = {"id_token": self._decode_id_token(app, id_token)}
        if "email" not in data["id_token"]:
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"].get("sub") != data["id_token"].get("sub"):
                raise OAuth2Error("userinfo is about somebody else")
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            header = jwtkit.jwt.get_unverified_header(id_token)
        except jwtkit.jwt.PyJWTError as error:
            raise OAuth2Error("no token") from error
        if header.get("alg") not in ALGORITHMS or not header.get("kid"):
            raise OAuth2Error("the token is not signed as it should be")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the token was made for somebody else")
        return claims


@login_not_required
@require_http_methods(["GET", "POST"])
def provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Says where the sign-in goes on, and goes there."""
    ours = get_object_or_404(SignInProvider.objects.select_related("organisation"), provider_id=provider_id)
    try:
        theirs = get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    following = request.POST.get("next") or request.GET.get("next") or ""
    following = following if rules.is_own_path(following) else ""
    if request.method == "GET":
        return render(request, "people/signing/provider.html", {"provider": ours, "next": following})
    nonce = secrets.token_urlsafe(24)
    return theirs.redirect(
        request,
        process="login",
        next_url=following or None,
        auth_params={**theirs.get_auth_params(), "nonce": nonce},
        nonce=nonce,
    )


@login_not_required
@require_GET
def provider_answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the organisation's sign-in sends the person back to."""
    get_object_or_404(SignInProvider, provider_id=provider_id)
    try:
        return OAuth2CallbackView.adapter_view(SignedTokens(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None


# ---------- The demonstration ----------


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click signs in as one of the demonstration's people; outside a demonstration there is no such page."""
    if not settings.DEMO:
        raise Http404
    person = get_object_or_404(Person.objects.demonstration(), email=request.POST.get("person", ""))
    following = request.POST.get("next", "")
    if request.user.is_authenticated:
        account.logout(request)
    return perform_login(
        request,
        person,
        email_verification="none",
        redirect_url=following if rules.is_own_path(following) else reverse("home:home"),
    )


# ---------- The second step ----------


@require_GET
def second_step(request: HttpRequest) -> HttpResponse:
    """Why a second step is needed and how to set it up; who has one or needs none is sent on."""
    if not rules.lacks_second_step(request.user):  # type: ignore[arg-type]  # signed in
        return HttpResponseRedirect(reverse("home:home"))
    return render(request, "people/signing/second_step.html")
