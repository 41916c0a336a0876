from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Time, place, places, attendance."""

    name = "events"

    def ready(self) -> None:
        from events import letters

        letters.register_kinds()
