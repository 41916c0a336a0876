from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class CompetenceConfig(AppConfig):
    """Frameworks, role profiles, surveys, and the own profile."""

    name = "competence"

    def ready(self) -> None:
        """Tell the outbox which letters this app writes: every module of `letters` registers its kinds."""
        from competence import letters
        from competence.actions import surveys

        for module in iter_modules(letters.__path__):
            import_module(f"{letters.__name__}.{module.name}")
        # What a survey and its try-out are to the ballots.
        surveys.register()
