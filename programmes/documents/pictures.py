"""Pictures on our papers: emblems as they are stored, and a funder's emblem with its statement."""

from dataclasses import dataclass
from typing import Any

from documents import pdf
from documents.actions import contents
from documents.models import StoredFile
from programmes.models import Funder
from programmes.rules.certificates import EMBLEMS


@dataclass(frozen=True)
class Mark:
    """What stands for a funder on a paper: its statement in the paper's language, and its emblem with its words."""

    name: str
    statement: str
    emblem: str
    picture: pdf.Picture | None
    alt: str


def stored(key: Any) -> pdf.Picture | None:
    """A picture that somebody put up, or None when it is gone."""
    file = StoredFile.objects.filter(pk=key).first() if key else None
    try:
        return pdf.Picture(contents(file), file.content_type) if file else None
    except FileNotFoundError:
        return None


def mark_of(funder: Funder | None) -> Mark | None:
    """A funder as it stands on a paper in the language that is on; its own picture instead of one that ships."""
    if funder is None:
        return None
    picture = stored(funder.emblem_id)
    emblem = "" if picture else EMBLEMS.get(funder.emblem_name, "")
    return Mark(funder.name, funder.statement, emblem, picture, funder.emblem_alt if picture else "")
