from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Time, place, places, attendance."""

    name = "events"
