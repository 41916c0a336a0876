from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The PDF press, private files, sheets."""

    name = "documents"

    def ready(self) -> None:
        """Load the system checks."""
        from documents import checks  # noqa: F401  (registers itself)
