from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who, where, in which role."""

    name = "people"
