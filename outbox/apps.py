from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Letters: rows before they are mails."""

    name = "outbox"
