from django.apps import AppConfig
from django.core.checks import Tags, register


class AnswersConfig(AppConfig):
    """Sealed ballots, the publication plan and its audit, releases."""

    name = "answers"

    def ready(self) -> None:
        from answers.checks import nothing_notes_the_order

        register(nothing_notes_the_order, Tags.database)
