from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Statistics, exports, rights of the person."""

    name = "reports"

    def ready(self) -> None:
        """Tell the outbox which letters this app writes."""
        from reports import letters  # noqa: F401 - registers its kinds
