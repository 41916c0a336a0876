"""The languages that Helmi speaks, and the one in which words are said now."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import get_language, override

# What each calls itself, inside a sentence.
NAMES = {"sv": "svenska", "fi": "suomi", "en": "English"}


def spoken() -> str:
    """The code of the language spoken now, without a country: sv, fi or en."""
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]


def in_each(say: Callable[[], str]) -> dict[str, str]:
    """The same words in every language of the portal, by its code."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = say()
    return found
