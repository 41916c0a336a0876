"""The tree of organisations: rows begin, are corrected, are followed by others, and end."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from audit import actions as audit
from documents import actions as documents
from documents.models import StoredFile
from people import rules
from people.models import Employment, Organisation, Participation, Person, RoleAssignment
from people.states import Language

Names = str | dict[str, str]


def in_all_languages(names: Names) -> dict[str, str]:
    """The three columns of a name; where a language has none of its own, the first one given stands."""
    given = {"sv": names} if isinstance(names, str) else {code: name for code, name in names.items() if name}
    tidy = {code: rules.tidy_name(name) for code, name in given.items()}
    first = next(iter(tidy.values()))
    return {f"name_{code}": tidy.get(code, first) for code in Language.values}


def scope_of_organisation(organisation: Organisation) -> str:
    """The key of the region that may see deeds about `organisation`: where it or its parent first took part."""
    above = [int(key) for key in organisation.path.strip("/").split("/") if key]
    region_id = (
        Participation.objects.filter(organisation_id__in=above)
        .order_by("valid_from", "pk")
        .values_list("region_id", flat=True)
        .first()
    )
    return f"region:{region_id}" if region_id else ""


def _place(organisation: Organisation) -> None:
    """Write the path of a new row, which holds its own key."""
    organisation.path = f"{organisation.parent.path if organisation.parent else ''}{organisation.pk}/"
    organisation.save(update_fields=["path"])


@transaction.atomic
def create_organisation(
    *,
    name: Names,
    kind: str,
    country: str,
    parent: Organisation | None = None,
    code: str = "",
    mark: str = "",
    valid_from: date,
    valid_to: date | None = None,
    by: Person | None,
    now: datetime,
) -> Organisation:
    """An employer, or a part of `parent`, that exists from a day.

    `name` is one name, or one for each language. Refused when the country has no such kind, when a unit has nothing
    above it, or when an employer has.
    """
    if refusal := rules.why_not_period(valid_from, valid_to):
        raise refusal
    if refusal := rules.why_not_create_organisation(kind=kind, country=country, parent=parent):
        raise refusal
    organisation = Organisation.objects.create(
        **in_all_languages(name),
        kind=kind,
        country=country,
        parent=parent,
        code=code.strip(),
        mark=mark.strip().upper(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _place(organisation)
    audit.record(
        "organisation_created",
        by=by,
        about=organisation,
        scope=scope_of_organisation(organisation),
        now=now,
        kind=str(kind),
    )
    return organisation


@transaction.atomic
def correct_organisation(
    *, organisation: Organisation, name: Names, code: str, mark: str, by: Person | None, now: datetime
) -> Organisation:
    """Correct a misspelt name, the official code or the mark; the row stays. A new name is `rename_organisation`."""
    if refusal := rules.why_not_mark(organisation, mark.strip().upper()):
        raise refusal
    wanted = {**in_all_languages(name), "code": code.strip(), "mark": mark.strip().upper()}
    changed = [field for field, value in wanted.items() if getattr(organisation, field) != value]
    if changed:
        for field in changed:
            setattr(organisation, field, wanted[field])
        organisation.save(update_fields=changed)
        audit.record(
            "organisation_corrected",
            by=by,
            about=organisation,
            scope=scope_of_organisation(organisation),
            now=now,
            facts=changed,
        )
    return organisation


def _names(organisation: Organisation) -> dict[str, str]:
    return {code: getattr(organisation, f"name_{code}") or "" for code in Language.values}


def _succeed(
    olds: list[Organisation], *, day: date, by: Person | None, now: datetime, deed: str, **facts: Any
) -> Organisation:
    """End `olds` the day before `day` and begin their successor: the living parts, employments, roles and
    participations of the old rows go on in the new one; what happened before keeps the row that was valid."""
    keys = [old.pk for old in olds]
    locked = list(Organisation.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    for old in locked:
        if refusal := rules.why_not_change_organisation(old, day=day, today=now.date()):
            raise refusal
    first = locked[0]
    past = sorted({path for old in locked for path in [old.path, *old.past_paths]})
    new = Organisation.objects.create(
        **{
            "kind": first.kind,
            "country": first.country,
            "parent": first.parent,
            "code": first.code,
            "mark": first.mark,
            "contact": first.contact,
            "emblem": first.emblem,
            **{f"emblem_alt_{code}": getattr(first, f"emblem_alt_{code}") for code in Language.values},
            **in_all_languages(_names(first)),
            **facts,
        },
        past_paths=past,
        valid_from=day,
    )
    new.predecessors.set(locked)
    _place(new)
    last = day - timedelta(days=1)
    for old in locked:
        _move_parts(old, new, last)
        old.valid_to = last
        old.save(update_fields=["valid_to"])
    _go_on(Employment.objects.filter(unit_id__in=keys), "unit", new, day, last, same=("person_id",))
    _go_on(
        RoleAssignment.objects.filter(organisation_id__in=keys),
        "organisation",
        new,
        day,
        last,
        same=("person_id", "role"),
    )
    _go_on(Participation.objects.filter(organisation_id__in=keys), "organisation", new, day, last, same=("region_id",))
    audit.record(deed, by=by, about=new, scope=scope_of_organisation(new), now=now, from_rows=keys, day=day.isoformat())
    return new


def _move_parts(old: Organisation, new: Organisation, last: date) -> None:
    """The living parts of `old` are parts of `new` from now on; their paths follow."""
    parts = Organisation.objects.filter(path__startswith=old.path).exclude(pk=old.pk)
    living = [part for part in parts if part.valid_to is None or part.valid_to > last]
    for part in living:
        if part.parent_id == old.pk:
            part.parent = new
        part.past_paths = sorted({*part.past_paths, part.path})
        part.path = new.path + part.path.removeprefix(old.path)
    Organisation.objects.bulk_update(living, ["parent", "path", "past_paths"])


def _go_on(rows: Any, field: str, new: Organisation, day: date, last: date, *, same: Iterable[str]) -> None:
    """End the rows that are in force on `last` and later, and begin their like on the new organisation, each once."""
    seen: set[tuple[Any, ...]] = set()
    living = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last)).order_by("pk")
    for row in living:
        mark = tuple(getattr(row, name) for name in same)
        began_before = row.valid_from <= last
        if mark in seen:  # two merged units knew the same person: one row goes on
            if began_before:
                row.valid_to = last
                row.save(update_fields=["valid_to"])
            else:
                row.delete()
            continue
        seen.add(mark)
        if not began_before:
            setattr(row, field, new)
            row.save(update_fields=[field])
            continue
        until, row.valid_to = row.valid_to, last
        row.save(update_fields=["valid_to"])
        row.pk = None
        row._state.adding = True
        row.valid_from, row.valid_to = day, until
        setattr(row, field, new)
        row.save(force_insert=True)


@transaction.atomic
def rename_organisation(
    *, organisation: Organisation, name: Names, day: date, by: Person | None, now: datetime
) -> Organisation:
    """A new name from `day`: the row ends the day before, and the one returned goes on from it."""
    return _succeed([organisation], day=day, by=by, now=now, deed="organisation_renamed", **in_all_languages(name))


@transaction.atomic
def change_kind(*, organisation: Organisation, kind: str, day: date, by: Person | None, now: datetime) -> Organisation:
    """Another kind from `day`, as when a branch becomes a unit; refused where there can be no such kind."""
    if refusal := rules.why_not_create_organisation(
        kind=kind, country=organisation.country, parent=organisation.parent
    ):
        raise refusal
    return _succeed([organisation], day=day, by=by, now=now, deed="organisation_changed_kind", kind=kind)


@transaction.atomic
def move_organisation(
    *, organisation: Organisation, parent: Organisation | None, day: date, by: Person | None, now: datetime
) -> Organisation:
    """Part of another organisation from `day`; refused when that is a part of the organisation itself."""
    if parent is not None and parent.path.startswith(organisation.path):
        raise rules.InsideItself()
    if refusal := rules.why_not_create_organisation(
        kind=organisation.kind, country=organisation.country, parent=parent
    ):
        raise refusal
    return _succeed([organisation], day=day, by=by, now=now, deed="organisation_moved", parent=parent)


@transaction.atomic
def merge_organisations(
    *,
    organisations: list[Organisation],
    name: Names,
    kind: str,
    parent: Organisation | None,
    mark: str = "",
    code: str = "",
    day: date,
    by: Person | None,
    now: datetime,
) -> Organisation:
    """Several become one from `day`, which names them all as its predecessors."""
    if parent is not None and any(parent.path.startswith(old.path) for old in organisations):
        raise rules.InsideItself()
    if refusal := rules.why_not_create_organisation(kind=kind, country=organisations[0].country, parent=parent):
        raise refusal
    return _succeed(
        organisations,
        day=day,
        by=by,
        now=now,
        deed="organisations_merged",
        kind=kind,
        parent=parent,
        mark=mark.strip().upper(),
        code=code.strip(),
        **in_all_languages(name),
    )


@transaction.atomic
def end_organisation(*, organisation: Organisation, last_day: date, by: Person | None, now: datetime) -> Organisation:
    """The last day of an organisation that nothing follows; refused while parts, people or roles are left in it."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if refusal := rules.why_not_end_organisation(organisation, last_day=last_day):
        raise refusal
    organisation.valid_to = last_day
    organisation.save(update_fields=["valid_to"])
    audit.record("organisation_ended", by=by, about=organisation, scope=scope_of_organisation(organisation), now=now)
    return organisation


@transaction.atomic
def replace_contact(
    *, organisation: Organisation, person: Person | None, by: Person | None, now: datetime
) -> Organisation:
    """Another person is the named contact (or nobody); nothing about either of them changes."""
    if organisation.contact_id != (person.pk if person else None):
        organisation.contact = person
        organisation.save(update_fields=["contact"])
        audit.record(
            "contact_replaced",
            by=by,
            about=organisation,
            scope=scope_of_organisation(organisation),
            now=now,
            contact=person.pk if person else None,
        )
    return organisation


@transaction.atomic
def put_up_emblem(
    *,
    organisation: Organisation,
    picture: bytes | StoredFile | None,
    words: Mapping[str, str],
    by: Person | None,
    now: datetime,
) -> Organisation:
    """The coat of arms or logo that stands on certificates, and what it shows; None: other words only.

    Certificates that are issued already keep what they were issued with.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    scope = scope_of_organisation(organisation)
    if picture is not None:
        organisation.emblem = documents.keep_emblem(
            picture=picture, about=audit.key(organisation), scope=scope, by=by, now=now
        )
    for code, text in words.items():
        setattr(organisation, f"emblem_alt_{code}", text)
    organisation.save(update_fields=["emblem", *(f"emblem_alt_{code}" for code in words)])
    stored = str(organisation.emblem_id or "")
    audit.record("organisation_emblem", by=by, about=organisation, scope=scope, now=now, file=stored)
    return organisation


@transaction.atomic
def take_down_emblem(*, organisation: Organisation, by: Person | None, now: datetime) -> Organisation:
    """No picture stands for the organisation any more: its two letters do. The words about the picture go with it."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    words = {f"emblem_alt_{code}": "" for code in Language.values}
    organisation.emblem = None
    for name, text in words.items():
        setattr(organisation, name, text)
    organisation.save(update_fields=["emblem", *words])
    scope = scope_of_organisation(organisation)
    audit.record("organisation_emblem_removed", by=by, about=organisation, scope=scope, now=now)
    return organisation
