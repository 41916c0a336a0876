from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """What a region offers again and again."""

    name = "programmes"

    def ready(self) -> None:
        """Tell the outbox which letters this app writes."""
        from programmes.letters import certificates  # noqa: F401 - registers its kinds
