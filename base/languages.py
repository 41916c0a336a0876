"""The language in which words are said now."""

from django.conf import settings
from django.utils.translation import get_language


def spoken() -> str:
    """Its code without a country: sv, fi or en."""
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]
