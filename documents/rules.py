"""How much a person may store."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from documents.models import StoredFile

QUOTA = 500 * 1024 * 1024


class QuotaFull(Refusal):
    """A person's uploads fill their share."""

    message = _(
        "Your files fill %(used)s of %(limit)s MB, and there is no room for this one (%(size)s MB). "
        "Remove files that nobody needs any more, and try again."
    )


def used_by(person: object) -> int:
    """How many bytes a person's uploads fill."""
    return StoredFile.objects.uploads_of(person).total_size()


def why_not_store(person: object, size: int) -> Refusal | None:
    """The reason why a person cannot store `size` more bytes, or None."""
    used = used_by(person)
    if used + size <= QUOTA:
        return None
    mega = 1024 * 1024
    return QuotaFull(used=-(-used // mega), limit=QUOTA // mega, size=-(-size // mega))
