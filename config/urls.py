"""Every address: the apps', and the pages of errors.

Apps mount themselves at the root and write their own prefixes; `programmes` comes last, since its public pages begin
with a region's name.
"""

from django.urls import include, path

from people.views import signing

urlpatterns = [
    # Before allauth's own at the same addresses: codes, which say when they have expired, and the way to an
    # organisation's own sign-in, whose tokens must be signed.
    path("account/login/code/", signing.request_code, name="account_request_login_code"),
    path("account/login/code/confirm/", signing.confirm_code, name="account_confirm_login_code"),
    path("account/password/reset/confirm/", signing.confirm_reset, name="account_confirm_password_reset_code"),
    path("account/password/reset/complete/", signing.choose_password, name="account_complete_password_reset"),
    path("account/confirm-email/", signing.confirm_address, name="account_email_verification_sent"),
    path("account/oidc/<slug:provider_id>/login/", signing.provider, name="openid_connect_login"),
    path("account/oidc/<slug:provider_id>/login/callback/", signing.provider_answer, name="openid_connect_callback"),
    # Pages of allauth's that nobody needs here: an organisation's sign-in is set up by an administrator, and codes to
    # keep are shown once.
    path("account/oidc/<path:rest>", signing.closed),
    path("account/social/<path:rest>", signing.closed),
    path("account/3rdparty/", signing.closed, name="socialaccount_connections"),
    path("account/3rdparty/signup/", signing.closed, name="socialaccount_signup"),
    path("account/3rdparty/login/error/", signing.closed, name="socialaccount_login_error"),
    path("account/2fa/recovery-codes/download/", signing.closed, name="mfa_download_recovery_codes"),
    path("account/", include("allauth.urls")),
    path("", include("home.urls")),
    path("", include("people.urls")),
    path("", include("answers.urls")),
    path("", include("events.urls")),
    path("", include("outbox.urls")),
    path("", include("audit.urls")),
    path("", include("documents.urls")),
    path("", include("reports.urls")),
    path("", include("competence.urls")),
    path("", include("programmes.urls")),
]

handler400 = "home.views.errors.bad_request"
handler403 = "home.views.errors.forbidden"
handler404 = "home.views.errors.not_found"
handler429 = "home.views.errors.too_many"  # asked for by allauth
handler500 = "home.views.errors.server_error"
