"""The emblem of whoever pays a part, as it goes along with a letter."""

import io
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image

from documents.actions import contents
from documents.models import StoredFile
from outbox.kinds import Emblem

SHIPPED = Path(settings.BASE_DIR) / "static" / "pdf" / "emblems"
LARGEST = (432, 144)  # three times as large as it is shown


@lru_cache(maxsize=32)
def emblem(name: str, key: str, alt: str) -> Emblem | None:
    """The stored picture `key`, small, or the one named `name` that ships; None without one, or when it is gone.

    Read once in a process: what is stored under a key never changes.
    """
    try:
        if key:
            file = StoredFile.objects.filter(pk=key).first()
            return Emblem(_small(contents(file)), "image/png", alt) if file else None
        return Emblem((SHIPPED / f"{name}.png").read_bytes(), "image/png", alt) if name else None
    except FileNotFoundError:
        return None


def _small(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as drawn:
        small = drawn.convert("RGBA")
    small.thumbnail(LARGEST)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
