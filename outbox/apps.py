from importlib import import_module

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Letters: rows before they are mails."""

    name = "outbox"

    def ready(self) -> None:
        """Make the outbox's own kinds of letters known."""
        import_module("outbox.letters")
