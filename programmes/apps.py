from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """What a region offers again and again."""

    name = "programmes"

    def ready(self) -> None:
        """Tell the outbox which letters this app writes: every module of `letters` registers its kinds."""
        from events.actions.evaluations import pool_by
        from events.letters import read_along
        from people.querysets import acquaint
        from programmes import letters
        from programmes.actions import evaluations, supervision_evaluations
        from programmes.rules.cohorts import pool_of
        from programmes.rules.mentoring import mentees_of

        for module in iter_modules(letters.__path__):
            import_module(f"{letters.__name__}.{module.name}")
        # What the letters about a course day say of its funder, its aims and whom to answer.
        read_along("course_day__cohort__programme__funder", "course_day__cohort__responsible")
        # Where the days of a round are summed up, and what few wrote is read with the words about the others.
        pool_by(pool_of)
        evaluations.register()
        # A mentor knows by name whose mentor she is, whoever that is.
        acquaint(mentees_of)
        supervision_evaluations.register()
