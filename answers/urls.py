"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from answers import views

app_name = "answers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("b/", views.enter, name="enter"),
    path("b/<slug:language>/", views.ballot, name="ballot"),
    path("b/<slug:language>/thanks/", views.thanks, name="thanks"),
]
