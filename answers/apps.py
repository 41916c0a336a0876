from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """Sealed ballots, the publication plan and its audit, releases."""

    name = "answers"

    def ready(self) -> None:
        from answers import checks  # noqa: F401  (registers itself)
