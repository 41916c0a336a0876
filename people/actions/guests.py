"""Guests: people without sign-in, known only for the events that they come to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower

from audit import actions as audit
from people import rules
from people.actions.persons import scope_of
from people.models import Person
from people.states import Language

Hand = Callable[[Person, Person, datetime], None]
_before_joining: list[Hand] = []


def before_joining(hand: Hand) -> None:
    """Let an app that knows more than rows settle what a guest and the person both have, before they become one."""
    if hand not in _before_joining:
        _before_joining.append(hand)


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
def join_guests(*, person: Person, now: datetime) -> int:
    """What guests had under the addresses that `person` has confirmed becomes hers; how many guests.

    An address that is only written down, by whomever, gives nothing: it counts from when a code sent there came back.
    """
    confirmed = EmailAddress.objects.filter(user=person, verified=True).values(folded=Lower("email"))
    guests = Person.objects.alias(folded=Lower("email")).filter(folded__in=confirmed, is_guest=True)
    found = list(guests.exclude(pk=person.pk).order_by("pk").values_list("pk", flat=True))
    for pk in found:
        _join(pk, person, now)
    return len(found)


def _join(pk: int, person: Person, now: datetime) -> None:
    guest = Person.objects.filter(pk=pk, is_guest=True).select_for_update(of=("self",)).first()
    if guest is None:
        return
    for settle in _before_joining:
        settle(guest, person, now)
    moved = sum(_hand_over(relation, guest, person) for relation in guest._meta.related_objects)
    audit.record("guest_joined", by=person, about=person, scope=scope_of(person), now=now, guest=pk, rows=moved)
    guest.delete()


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
            # Both have the same, such as an invitation: the person's own stays, the guest's goes with the guest.
            continue
    return moved


@transaction.atomic
def make_nobody(*, now: datetime) -> Person:
    """A row that stands where a guest stood, so that what is counted stays right; it holds no fact of anybody."""
    nobody = Person(name="", is_guest=True, is_active=False, created_at=now, erased_at=now)
    nobody.set_unusable_password()
    nobody.save(force_insert=True)
    return nobody


@transaction.atomic
def erase_guest(*, guest: Person, now: datetime, **codes: Any) -> None:
    """Erase a guest with everything that names her; refused for who is no guest. The audit keeps that it was done."""
    if not guest.is_guest:
        raise ValueError("only guests are erased by the clock")
    audit.erase_words_about(about=[audit.key(guest)])
    audit.record("guest_erased", by=None, about=guest, scope="", now=now, **codes)
    guest.delete()
