"""Every address: the apps', and the pages of errors."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]
