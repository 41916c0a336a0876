"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from events.models import Event


@register(Event)
class EventWords(TranslationOptions):
    """What the invitation says."""

    fields = ("title", "description", "arrival")
