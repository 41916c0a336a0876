"""Programmes: what a region begins to offer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from base.refusal import Refusal
from people.models import Person, Region
from programmes.models import Programme
from programmes.states import Part


class AddressTaken(Refusal):
    """Two programmes of a region cannot have the same address."""

    message = _("Another programme of the region has this address. Choose another one.")


@transaction.atomic
def create_programme(
    *,
    region: Region,
    slug: str,
    words: Mapping[str, str],
    parts: Sequence[str] = (Part.COURSE,),
    published: bool = False,
    by: Person,
    now: datetime,
) -> Programme:
    """A new programme of a region, with its texts by field and language such as "title_fi"; refused when the address
    is taken.
    """
    programme = Programme(region=region, slug=slug, parts=[str(part) for part in parts], published=published)
    for name, text in words.items():
        setattr(programme, name, text)
    try:
        with transaction.atomic():
            programme.save(force_insert=True)
    except IntegrityError as error:
        raise AddressTaken() from error
    record("programme.created", by=by, about=programme, scope=f"region:{region.pk}", now=now, words={"slug": slug})
    return programme
