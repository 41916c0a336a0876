"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from programmes.models import CourseDay, Funder, Programme


@register(Funder)
class FunderWords(TranslationOptions):
    """The funder's name and the statement it demands."""

    fields = ("name", "statement")


@register(Programme)
class ProgrammeWords(TranslationOptions):
    """What the public page says."""

    fields = ("title", "summary", "description", "audience", "conditions", "themes")


@register(CourseDay)
class CourseDayWords(TranslationOptions):
    """What the day is for and how to prepare."""

    fields = ("aims", "preparation")
