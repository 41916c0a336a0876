"""Guests: people without sign-in, known only for the events that they come to."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from audit import actions as audit
from people import rules
from people.models import Person
from people.states import Language


@transaction.atomic
def know_guest(*, name: str, email: str, language: str, now: datetime) -> Person:
    """The person behind a main or confirmed address, whatever its case; else a new guest with that address.

    Nothing that was typed changes what is known of a person already there. A guest belongs to no region and stands in
    no picker, cannot sign in, and becomes a person like others when `register_person` meets the address.
    """
    address = rules.tidy_address(email)
    if known := rules.find_person(address):
        return known
    guest = Person(
        name=rules.tidy_name(name),
        email=address,
        language=language if language in Language.values else Language.SWEDISH,
        is_guest=True,
        created_at=now,
    )
    guest.set_unusable_password()
    try:
        with transaction.atomic():
            guest.save(force_insert=True)
    except IntegrityError:
        # The same address was met twice in the same moment: the first counts.
        return Person.objects.with_address(address).get()
    return guest


@transaction.atomic
def join_guest(*, person: Person, address: str, now: datetime) -> int:
    """What a guest with this address had becomes `person`'s, who has shown that the address is hers; how many rows.

    Where both have the same thing (a place on one event), the person's own stays and the guest's goes.
    """
    guest = (
        Person.objects.select_for_update()
        .filter(email__iexact=rules.tidy_address(address), is_guest=True)
        .exclude(pk=person.pk)
        .first()
    )
    if guest is None:
        return 0
    moved = sum(_hand_over(relation, guest, person) for relation in guest._meta.related_objects)
    audit.record(
        "guest_joined", by=person, about=person, scope=f"region:{person.home_region_id or ''}", now=now, rows=moved
    )
    guest.delete()
    return moved


def _hand_over(relation: Any, guest: Person, person: Person) -> int:
    """The rows of one table that name the guest name the person instead, as far as the table allows it."""
    if relation.many_to_many:
        return 0
    moved = 0
    name = relation.field.name
    for key in relation.related_model._base_manager.filter(**{name: guest}).values_list("pk", flat=True):
        row: models.QuerySet[Any] = relation.related_model._base_manager.filter(pk=key)
        try:
            with transaction.atomic():
                moved += row.update(**{name: person})
        except IntegrityError:
            continue
    return moved


@transaction.atomic
def erase_guest(*, guest: Person, now: datetime) -> None:
    """Erase a guest with everything that names her; refused for who is no guest."""
    if not guest.is_guest:
        raise ValueError("only guests are erased by the clock")
    audit.record("guest_erased", by=None, about=guest, scope="", now=now)
    guest.delete()
