"""Files that came in: staged, then stored whole or thrown away."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from audit import actions as audit
from base.refusal import Refusal
from people.actions.organisations import create_organisation
from people.models import Employment, Import, Organisation, Person, Region, StagedFile
from people.states import ImportState

KEPT = timedelta(days=30)


class AlreadyDecided(Refusal):
    """One confirmation stores once."""

    message = _("This file has already been stored or thrown away.")


class ChangedMeanwhile(Refusal):
    """Somebody was added between the reading and the storing."""

    message = _("Nothing was stored: somebody in the file was added in the same moment. Confirm once more.")


class RowRefused(Refusal):
    """What was right when the file came in is wrong now."""

    message = _("Nothing was stored. Line %(line)s: %(reason)s")


@transaction.atomic
def stage_import(
    *,
    kind: str,
    region: Region | None,
    source: str,
    good: list[dict[str, Any]],
    bad: list[dict[str, Any]],
    by: Person,
    now: datetime,
) -> Import:
    """Keep the rows of a file until they are confirmed; nothing else is stored yet."""
    staged = Import.objects.create(
        kind=kind, region=region, by=by, source=source[:200], good=good, bad=bad, created_at=now
    )
    audit.record(
        "import_staged",
        by=by,
        about=staged,
        scope=f"region:{region.pk}" if region else "",
        now=now,
        kind=kind,
        good=len(good),
        bad=len(bad),
    )
    return staged


@transaction.atomic
def confirm_import(*, staged: Import, by: Person, now: datetime) -> int:
    """Store every staged row, or none: the first row that is refused takes the others with it. Returns how many.

    The staged copy is erased in the same moment.
    """
    staged = Import.objects.select_for_update().get(pk=staged.pk)
    if staged.state != ImportState.STAGED:
        raise AlreadyDecided()
    if staged.kind == "people":
        _store_people(staged, now=now)
    else:
        _store_organisations(staged, by=by, now=now)
    count = len(staged.good)
    decide(staged, ImportState.CONFIRMED, now)
    audit.record(
        "import_stored",
        by=by,
        about=staged,
        scope=f"region:{staged.region_id}" if staged.region_id else "",
        now=now,
        kind=staged.kind,
        rows=count,
    )
    return count


def _store_organisations(staged: Import, *, by: Person, now: datetime) -> None:
    made: dict[int, Organisation] = {}
    for row in staged.good:
        parent = made.get(row["parent_line"]) if row["parent_line"] else None
        if row["parent"]:
            parent = Organisation.objects.get(pk=row["parent"])
        try:
            made[row["line"]] = create_organisation(
                name=row["name"],
                kind=row["kind"],
                country=row["country"],
                parent=parent,
                code=row["code"],
                mark=row["mark"],
                valid_from=date.fromisoformat(row["valid_from"]),
                by=by,
                now=now,
            )
        except Refusal as refusal:
            raise RowRefused(line=row["line"], reason=str(refusal)) from refusal


CHUNK = 500


def _store_people(staged: Import, *, now: datetime) -> None:
    """As register_person and employ for every row, in a few queries for thousands of them."""
    known = known_people([row["email"] for row in staged.good if row["email"]])
    people: dict[int, Person] = {}
    new: list[Person] = []
    for row in staged.good:
        person = known.get(row["email"]) if row["email"] else None
        if person is None:
            person = Person(
                name=row["name"],
                email=row["email"] or None,
                phone=row["phone"],
                language=row["language"],
                home_region=staged.region,
                password=make_password(None),
                created_at=now,
                invited_at=now if row["email"] else None,
            )
            new.append(person)
        people[row["line"]] = person
    try:
        with transaction.atomic():
            Person.objects.bulk_create(new, batch_size=CHUNK)
    except IntegrityError as error:
        raise ChangedMeanwhile() from error
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=person, email=person.email, primary=True, verified=False) for person in new if person.email],
        batch_size=CHUNK,
    )
    guests = [person.pk for person in known.values() if person.is_guest]
    Person.objects.filter(pk__in=guests).update(is_guest=False, invited_at=now)
    _employ_all(staged.good, people)


def known_people(addresses: list[str]) -> dict[str, Person]:
    """Whoever has one of these as the main or as a confirmed address."""
    found: dict[str, Person] = {}
    for start in range(0, len(addresses), CHUNK):
        some = addresses[start : start + CHUNK]
        found |= {str(person.email).lower(): person for person in Person.objects.filter(email__in=some)}
        confirmed = EmailAddress.objects.filter(email__in=some, verified=True).select_related("user")
        found |= {row.email.lower(): row.user for row in confirmed}
    return found


def _employ_all(rows: list[dict[str, Any]], people: dict[int, Person]) -> None:
    """Employ the people of the rows that name a unit; who works there already stays as she is."""
    wanted = [(people[row["line"]], row) for row in rows if row["unit"]]
    keys = sorted({person.pk for person, _row in wanted})
    there: dict[tuple[int, int], list[date]] = {}
    for start in range(0, len(keys), CHUNK):
        some = Person.objects.select_for_update().filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
        list(some.values_list("pk", flat=True))
        rows_there = Employment.objects.filter(person_id__in=keys[start : start + CHUNK])
        for person_id, unit_id, last in rows_there.values_list("person_id", "unit_id", "valid_to"):
            there.setdefault((person_id, unit_id), []).append(last or date.max)
    Employment.objects.bulk_create(
        [
            Employment(
                person=person,
                unit_id=row["unit"],
                form=row["form"],
                job_title=row["job_title"],
                valid_from=date.fromisoformat(row["valid_from"]),
            )
            for person, row in wanted
            if all(last < date.fromisoformat(row["valid_from"]) for last in there.get((person.pk, row["unit"]), []))
        ],
        batch_size=CHUNK,
    )


def decide(staged: StagedFile, state: ImportState, now: datetime) -> None:
    """The file is dealt with: its rows are erased here."""
    staged.state, staged.decided_at, staged.good, staged.bad = state, now, [], []
    staged.save(update_fields=["state", "decided_at", "good", "bad"])


@transaction.atomic
def discard_import(*, staged: Import, by: Person | None, now: datetime) -> Import:
    """Throw the staged rows away; nothing was stored."""
    staged = Import.objects.select_for_update().get(pk=staged.pk)
    if staged.state != ImportState.STAGED:
        raise AlreadyDecided()
    decide(staged, ImportState.DISCARDED, now)
    audit.record(
        "import_discarded", by=by, about=staged, scope=f"region:{staged.region_id}" if staged.region_id else "", now=now
    )
    return staged


def erase_old_imports(now: datetime) -> int:
    """Discard the files that nobody has decided on for 30 days; returns how many."""
    old = Import.objects.filter(state=ImportState.STAGED, created_at__lte=now - KEPT)
    count = 0
    for staged in old:
        discard_import(staged=staged, by=None, now=now)
        count += 1
    return count
