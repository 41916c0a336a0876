from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """What a region offers again and again."""

    name = "programmes"
