"""Letters of somebody who is erased: what was sent, and what an address was known for."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from outbox.models import FlaggedAddress, Letter

# A newsletter has a consent and an end of its own: who is erased elsewhere still gets what she subscribes to.
NEWSLETTERS = "newsletter."


@transaction.atomic
def forget_reader(*, address: str, about: Iterable[str]) -> int:
    """Erase the letters about these things, whoever read them, and those to this address; how many."""
    found = Q(about__in=list(about))
    if address:
        found |= Q(person__isnull=True, address__iexact=address)
        FlaggedAddress.objects.filter(address__iexact=address).delete()
    return Letter.objects.filter(found).exclude(kind__startswith=NEWSLETTERS).delete()[0]
