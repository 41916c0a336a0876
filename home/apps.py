from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Start pages, search, errors, health."""

    name = "home"
