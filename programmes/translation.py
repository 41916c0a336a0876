"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from programmes.models import Condition, CourseDay, Funder, Programme, Said


@register(Funder)
class FunderWords(TranslationOptions):
    """The funder's name, the statement it demands, and what its emblem shows."""

    fields = ("name", "statement", "emblem_alt")


@register(Programme)
class ProgrammeWords(TranslationOptions):
    """What the public page says."""

    fields = ("title", "summary", "description", "audience", "conditions", "themes")


@register(CourseDay)
class CourseDayWords(TranslationOptions):
    """What the day is for and how to prepare."""

    fields = ("aims", "preparation")


@register(Said)
class SaidWords(TranslationOptions):
    """What participants said, and what was changed."""

    fields = ("said", "changed")


@register(Condition)
class ConditionWords(TranslationOptions):
    """A condition as the public page says it, as the application asks it, and why not."""

    fields = ("words", "question", "reason")
