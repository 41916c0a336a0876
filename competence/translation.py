"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from competence.models import (
    Area,
    Competence,
    Descriptor,
    Framework,
    FrameworkVersion,
    ProfileVersion,
    RoleProfile,
    Statement,
    StrategicGoal,
    Survey,
    SurveyText,
    Task,
)


@register(Framework)
class FrameworkWords(TranslationOptions):
    """What a framework is called, and for which work it is."""

    fields = ("title", "kind_of_work")


@register(FrameworkVersion)
class FrameworkVersionWords(TranslationOptions):
    """The introduction and the steps of the scale."""

    fields = ("introduction", "step_1", "step_2", "step_3", "step_4", "step_5")


@register(Area)
class AreaWords(TranslationOptions):
    """What an area is called."""

    fields = ("name", "description")


@register(Competence)
class CompetenceWords(TranslationOptions):
    """What a competence is called."""

    fields = ("name", "description")


@register(Descriptor)
class DescriptorWords(TranslationOptions):
    """What a step means."""

    fields = ("words",)


@register(RoleProfile)
class RoleProfileWords(TranslationOptions):
    """What a role is called."""

    fields = ("title",)


@register(ProfileVersion)
class ProfileVersionWords(TranslationOptions):
    """What a role is for and what it asks for."""

    fields = ("purpose", "requirements")


@register(Task)
class TaskWords(TranslationOptions):
    """A task."""

    fields = ("words",)


@register(StrategicGoal)
class StrategicGoalWords(TranslationOptions):
    """A goal."""

    fields = ("words", "explanation")


@register(Survey)
class SurveyWords(TranslationOptions):
    """What a survey is called and for, and what becomes of the answers."""

    fields = ("title", "purpose", "disposal")


@register(Statement)
class StatementWords(TranslationOptions):
    """A statement."""

    fields = ("words",)


@register(SurveyText)
class SurveyTextWords(TranslationOptions):
    """A question in own words."""

    fields = ("words",)
