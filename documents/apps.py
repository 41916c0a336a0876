from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The PDF press, private files, sheets."""

    name = "documents"
