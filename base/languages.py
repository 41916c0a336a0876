"""The languages that Helmi speaks, and the one in which words are said now."""

from django.conf import settings
from django.utils.translation import get_language

# What each calls itself, inside a sentence.
NAMES = {"sv": "svenska", "fi": "suomi", "en": "English"}


def spoken() -> str:
    """The code of the language spoken now, without a country: sv, fi or en."""
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]
