"""What must be right in the settings before uploads are taken in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from documents import scanner


def scanner_has_a_place(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The virus scanner's address, when there is one, is of a kind that we can reach."""
    if not settings.VIRUS_SCANNER:
        return []
    try:
        scanner.place(settings.VIRUS_SCANNER)
    except ValueError as error:
        hint = "VIRUS_SCANNER is tcp://host:3310 or unix:///run/clamav/clamd.ctl, or absent."
        return [Error(f"VIRUS_SCANNER cannot be read: {error}.", hint=hint, id="helmi.E004")]
    return []
