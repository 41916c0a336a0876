"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from events.models import AgendaItem, Call, Event, Places, Question


@register(Event)
class EventWords(TranslationOptions):
    """What the invitation says."""

    fields = ("title", "summary", "description", "for_whom", "good_to_know", "cost", "arrival")


@register(Places)
class PlacesWords(TranslationOptions):
    """What a way to take part is called."""

    fields = ("name",)


@register(AgendaItem)
class AgendaWords(TranslationOptions):
    """A line of the programme."""

    fields = ("title", "text")


@register(Question)
class QuestionWords(TranslationOptions):
    """What is asked, why, and the choices."""

    fields = ("label", "purpose", "choices")


@register(Call)
class CallWords(TranslationOptions):
    """What authors read."""

    fields = ("guidance", "section", "topics")
