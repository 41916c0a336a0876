"""Every address: the apps', and the pages of errors.

Apps mount themselves at the root and write their own prefixes; `programmes` comes last, since its public pages begin
with a region's name.
"""

from django.urls import include, path

from people.views import signing

urlpatterns = [
    # Before allauth's own at the same addresses: a code, or the way to an organisation's own sign-in, whose tokens must
    # be signed.
    path("account/login/code/", signing.request_code, name="account_request_login_code"),
    path("account/oidc/<slug:provider_id>/login/", signing.provider, name="openid_connect_login"),
    path("account/oidc/<slug:provider_id>/login/callback/", signing.provider_answer, name="openid_connect_callback"),
    path("account/", include("allauth.urls")),
    path("", include("home.urls")),
    path("", include("people.urls")),
    path("", include("events.urls")),
    path("", include("outbox.urls")),
    path("", include("audit.urls")),
    path("", include("documents.urls")),
    path("", include("reports.urls")),
    path("", include("programmes.urls")),
]

handler400 = "home.views.errors.bad_request"
handler403 = "home.views.errors.forbidden"
handler404 = "home.views.errors.not_found"
handler500 = "home.views.errors.server_error"
