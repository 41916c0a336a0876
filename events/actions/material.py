"""Files and links of an event: added, changed, looked at again, removed, and put away when they hold a virus."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from audit import actions as audit
from documents.actions import erase_file, keep_upload
from documents.gate import Admitted
from documents.models import StoredFile
from documents.states import FileState
from events.actions.events import scope_of
from events.letters import material as letters
from events.models import Event, Material
from events.rules import material as rules
from people.models import Person

KIND = "material"
REVIEW_AFTER = timedelta(days=365)


def _check(event: Event, *, seen_by: str, link: str) -> None:
    if refusal := rules.why_not_seen_by(event, seen_by) or (rules.why_not_link(link) if link else None):
        raise refusal


def _stored(event: Event, admitted: Admitted | None, by: Person, now: datetime) -> StoredFile | None:
    if admitted is None:
        return None
    return keep_upload(admitted=admitted, kind=KIND, about=audit.key(event), scope=scope_of(event), by=by, now=now)


@transaction.atomic
def add(
    *,
    event: Event,
    title: str,
    admitted: Admitted | None = None,
    link: str = "",
    language: str = "",
    seen_by: str,
    seen_from: datetime | None = None,
    owner: Person | None = None,
    review_on: date | None = None,
    by: Person,
    now: datetime,
) -> Material:
    """Add a file or a link to an event; who adds it looks after it unless somebody else is named.

    Refused to those who neither organise nor work on the event, on supervision sessions, for links that lead nowhere,
    to more readers than the event has, and when the file fills its uploader's share.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if refusal := rules.why_not_add(event, by):
        raise refusal
    _check(event, seen_by=seen_by, link=link)
    last = event.material.order_by("-order").values_list("order", flat=True).first()
    material = Material.objects.create(
        event=event,
        title=title,
        file=_stored(event, admitted, by, now),
        link="" if admitted else link,
        language=language,
        seen_by=seen_by,
        seen_from=seen_from,
        owner=owner or by,
        review_on=review_on,
        order=0 if last is None else last + 1,
        created_at=now,
        changed_at=now,
    )
    audit.record("material_added", by=by, about=event, scope=scope_of(event), now=now, material=material.pk)
    return material


@transaction.atomic
def change(
    *,
    material: Material,
    title: str,
    admitted: Admitted | None = None,
    link: str = "",
    language: str = "",
    seen_by: str,
    seen_from: datetime | None = None,
    owner: Person | None = None,
    review_on: date | None = None,
    by: Person,
    now: datetime,
) -> Material:
    """Change what is said of material, or replace its file or link; the file before is erased.

    Without a new file and a link, what there is stays. Refused as `rules.why_not_touch` says, and as `add` is.
    """
    material = Material.objects.select_for_update(of=("self",)).select_related("event", "file").get(pk=material.pk)
    if refusal := rules.why_not_touch(material, by):
        raise refusal
    event, before = material.event, material.file
    _check(event, seen_by=seen_by, link=link)
    if admitted is not None:
        material.file, material.link = _stored(event, admitted, by, now), ""
    elif link:
        material.file, material.link = None, link
    material.title, material.language = title, language
    material.seen_by, material.seen_from = seen_by, seen_from
    material.owner, material.review_on, material.changed_at = owner or material.owner, review_on, now
    material.save()
    replaced = before is not None and before != material.file
    if before is not None and replaced:
        erase_file(file=before)
    audit.record(
        "material_changed",
        by=by,
        about=event,
        scope=scope_of(event),
        now=now,
        material=material.pk,
        replaced=replaced or bool(link),
    )
    return material


@transaction.atomic
def review(*, material: Material, today: date, by: Person, now: datetime) -> Material:
    """Say that material still holds: it is looked at again in a year. Refused as changing it is."""
    material = Material.objects.select_for_update(of=("self",)).select_related("event").get(pk=material.pk)
    if refusal := rules.why_not_touch(material, by):
        raise refusal
    material.review_on = today + REVIEW_AFTER
    material.save(update_fields=["review_on"])
    audit.record(
        "material_reviewed", by=by, about=material.event, scope=scope_of(material.event), now=now, material=material.pk
    )
    return material


@transaction.atomic
def remove(*, material: Material, by: Person | None, now: datetime) -> None:
    """Remove material and erase its file. Refused as changing it is."""
    material = Material.objects.select_for_update(of=("self",)).select_related("event", "file").get(pk=material.pk)
    if refusal := rules.why_not_touch(material, by):
        raise refusal
    event, file, number = material.event, material.file, material.pk
    material.delete()
    if file is not None:
        erase_file(file=file)
    audit.record("material_removed", by=by, about=event, scope=scope_of(event), now=now, material=number)


def put_away_refused(*, now: datetime) -> int:
    """Take material off its event when the scanner found a virus in its file, and tell who uploaded it; how many."""
    refused = Material.objects.filter(file__state=FileState.REFUSED).values_list("pk", flat=True)
    return sum(_put_away(pk, now) for pk in list(refused))


@transaction.atomic
def _put_away(pk: int, now: datetime) -> int:
    """The row goes, its file stays where nobody is served it until it is erased by itself."""
    rows: Any = Material.objects.select_for_update(of=("self",)).select_related("event", "file")
    material = rows.filter(pk=pk, file__state=FileState.REFUSED).first()
    if material is None:
        return 0
    event, file = material.event, material.file
    letters.refused(material, now=now)
    material.delete()
    audit.record(
        "material_refused", by=None, about=event, scope=scope_of(event), now=now, material=pk, found=file.found
    )
    return 1


def remind_owners(*, now: datetime, today: date) -> int:
    """Write to the owners of material that may be out of date, once for each review date; how many are written to."""
    rows = Material.objects.out_of_date(today).filter(owner__isnull=False).select_related("event", "owner")
    return sum(letters.review(material, now=now) is not None for material in rows)
