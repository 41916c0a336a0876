from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done, by whom, about what; sealed."""

    name = "audit"
