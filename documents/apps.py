from django.apps import AppConfig
from django.core.checks import register


class DocumentsConfig(AppConfig):
    """The PDF press, private files, sheets."""

    name = "documents"

    def ready(self) -> None:
        from documents.checks import scanner_has_a_place

        register(scanner_has_a_place)
