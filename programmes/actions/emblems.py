"""A funder's own emblem: a picture with its words, put up, replaced, taken down; and pictures that nothing needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from audit.actions import key, record
from documents import actions as documents
from documents.models import StoredFile
from people.models import Organisation, Person
from people.states import Language
from programmes.models import Certificate, Funder, Programme
from programmes.rules.emblems import NoFunder, why_not_emblem

KEPT_FOR = timedelta(days=1)


def _funder_of(programme: Programme) -> Funder:
    refusal, funder = why_not_emblem(programme), programme.funder
    if funder is None or refusal:
        raise refusal or NoFunder()
    return Funder.objects.select_for_update().get(pk=funder.pk)


@transaction.atomic
def put_up(
    *,
    programme: Programme,
    picture: bytes | StoredFile | None,
    words: Mapping[str, str],
    by: Person,
    now: datetime,
) -> Funder:
    """A picture of its own stands beside the funder's statement, instead of what stood there; None: other words only.

    Refused while no funder is named. What was issued before keeps the picture it was issued with.
    """
    funder = _funder_of(programme)
    scope = f"region:{programme.region_id}"
    if picture is not None:
        funder.emblem = documents.keep_emblem(picture=picture, about=key(programme), scope=scope, by=by, now=now)
        funder.emblem_name = ""
    for code, text in words.items():
        setattr(funder, f"emblem_alt_{code}", text)
    funder.save()
    record("programme.emblem", by=by, about=programme, scope=scope, now=now, file=str(funder.emblem_id or ""))
    return funder


@transaction.atomic
def take_down(*, programme: Programme, by: Person, now: datetime) -> Funder:
    """No picture of its own stands beside the funder's statement any more; its words go with it."""
    funder = _funder_of(programme)
    clear(funder)
    funder.save()
    record("programme.emblem_removed", by=by, about=programme, scope=f"region:{programme.region_id}", now=now)
    return funder


def clear(funder: Funder) -> None:
    """Let go of the picture and its words, in memory."""
    funder.emblem = None
    for code in Language.values:
        setattr(funder, f"emblem_alt_{code}", "")


def erase_unused(now: datetime) -> int:
    """Erase the pictures, a day after they came, that no funder, organisation or certificate needs; how many."""
    old = StoredFile.objects.emblems().filter(created_at__lte=now - KEPT_FOR, expires_at__isnull=True)
    if not old.exists():
        return 0
    needed = {str(pk) for pk in Funder.objects.exclude(emblem=None).values_list("emblem", flat=True)}
    needed |= {str(pk) for pk in Organisation.objects.exclude(emblem=None).values_list("emblem", flat=True)}
    printed = Certificate.objects.order_by().values_list("facts__funder__picture", "facts__organisation__emblem")
    needed |= {str(name) for row in printed.distinct() for name in row if name}
    count = 0
    for file in old:
        if str(file.pk) not in needed:
            with transaction.atomic():
                documents.erase_file(file=file)
            count += 1
    return count
