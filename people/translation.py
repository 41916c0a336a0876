"""Which fields have words in several languages."""

from modeltranslation.translator import TranslationOptions, register

from people.models import Organisation, Region


@register(Organisation)
class OrganisationWords(TranslationOptions):
    """Bilingual municipalities have two names; and what the emblem shows."""

    fields = ("name", "emblem_alt")


@register(Region)
class RegionWords(TranslationOptions):
    """The collaboration's name."""

    fields = ("name",)
