"""People: added, corrected, invited to sign in, kept from it."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from audit import actions as audit
from people import rules
from people.models import Organisation, Person, Region
from people.states import Language, Theme


def scope_of(person: Person) -> str:
    """The key of the region that may see deeds about `person`."""
    return f"region:{person.home_region_id}" if person.home_region_id else ""


@transaction.atomic
def register_person(
    *,
    name: str,
    email: str = "",
    phone: str = "",
    language: str = Language.SWEDISH,
    region: Region | None = None,
    by: Person | None,
    now: datetime,
) -> Person:
    """The person behind a main or confirmed address, whatever its case; else a new one, invited to sign in.

    What is known of a person already there is never changed by what somebody typed. Without an address the person is
    new and has no way to be reached yet. A guest who is registered stops being one.
    """
    address = rules.tidy_address(email)
    person = rules.find_person(address)
    if person is None:
        person = Person(
            name=rules.tidy_name(name),
            email=address or None,
            phone=phone.strip(),
            language=language if language in Language.values else Language.SWEDISH,
            home_region=region,
            created_at=now,
            invited_at=now if address else None,
        )
        person.set_unusable_password()
        try:
            with transaction.atomic():
                person.save(force_insert=True)
        except IntegrityError:
            # Somebody else registered the same address in the same moment: theirs counts.
            return Person.objects.with_address(address).get()
        know_address(person=person)
        audit.record(
            "person_registered", by=by, about=person, scope=scope_of(person), now=now, words={"name": person.name}
        )
    elif person.is_guest:
        person.is_guest = False
        person.invited_at = now
        if person.home_region_id is None:
            person.home_region = region
        person.save(update_fields=["is_guest", "invited_at", "home_region"])
        know_address(person=person)
        audit.record("guest_registered", by=by, about=person, scope=scope_of(person), now=now)
    return person


def know_address(*, person: Person) -> None:
    """Write the main address where sign-in looks for it; it is confirmed once a code sent there comes back."""
    if person.email and not EmailAddress.objects.filter(user=person).exists():
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)


def confirm_address(*, person: Person, address: str) -> None:
    """An organisation's own sign-in vouches for `address`: it counts as confirmed."""
    know_address(person=person)
    EmailAddress.objects.filter(user=person, email__iexact=address).update(verified=True)


CHANGEABLE = ("name", "email", "phone", "language", "protected", "home_region")


@transaction.atomic
def change_person(*, person: Person, by: Person | None, now: datetime, **facts: Any) -> Person:
    """Correct what Helmi knows of `person`: name, email, phone, language, protected, home_region.

    Somebody else's confirmed address cannot be changed (`rules.why_not_change_address`), so that nobody signs in as
    another. The audit keeps which facts changed; the names stand in its erasable words.
    """
    if unknown := set(facts) - set(CHANGEABLE):
        raise TypeError(f"Not facts of a person that can be changed: {', '.join(sorted(unknown))}")
    person = Person.objects.select_for_update().get(pk=person.pk)
    if "name" in facts:
        facts["name"] = rules.tidy_name(facts["name"])
    if "email" in facts:
        facts["email"] = rules.tidy_address(facts["email"]) or None
        if refusal := rules.why_not_change_address(person, facts["email"] or ""):
            raise refusal
    changed = [name for name, value in facts.items() if getattr(person, name) != value]
    if not changed:
        return person
    for name in changed:
        setattr(person, name, facts[name])
    if "email" in changed:
        person.invited_at = now if person.email else None
    try:
        with transaction.atomic():
            person.save(update_fields=[*changed, "invited_at"])
    except IntegrityError as error:
        raise rules.AddressTaken() from error
    if "email" in changed:
        EmailAddress.objects.filter(user=person).delete()
        know_address(person=person)
    audit.record(
        "person_changed",
        by=by,
        about=person,
        scope=scope_of(person),
        now=now,
        words={"name": person.name},
        facts=changed,
    )
    return person


@transaction.atomic
def set_own_facts(*, person: Person, name: str, phone: str, language: str, theme: str, now: datetime) -> Person:
    """What a person says about herself under My settings; the theme and the language hold from the next page."""
    wanted = {"name": rules.tidy_name(name), "phone": phone.strip(), "language": language, "theme": theme}
    changed = [key for key, value in wanted.items() if getattr(person, key) != value]
    if changed:
        for key in changed:
            setattr(person, key, wanted[key])
        person.save(update_fields=changed)
        audit.record("own_facts_changed", by=person, about=person, scope=scope_of(person), now=now, facts=changed)
    return person


def set_language(*, person: Person, language: str) -> Person:
    """The language that pages and letters come in; another word than sv, fi or en changes nothing."""
    if language in Language.values and language != person.language:
        person.language = language
        person.save(update_fields=["language"])
    return person


def set_theme(*, person: Person, theme: str) -> Person:
    """Light, dark or as the device says; another word changes nothing."""
    if theme in Theme.values and theme != person.theme:
        person.theme = theme
        person.save(update_fields=["theme"])
    return person


@transaction.atomic
def close_account(*, person: Person, by: Person | None, now: datetime) -> Person:
    """Keep `person` from signing in, at once and everywhere; everything about the person stays."""
    if refusal := rules.why_not_close_account(person, by=by):
        raise refusal
    if person.is_active:
        person.is_active = False
        person.save(update_fields=["is_active"])
        audit.record("account_closed", by=by, about=person, scope=scope_of(person), now=now)
    return person


@transaction.atomic
def open_account(*, person: Person, by: Person | None, now: datetime) -> Person:
    """Let `person` sign in again."""
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit.record("account_opened", by=by, about=person, scope=scope_of(person), now=now)
    return person


def correct_contact(*, organisation: Organisation, by: Person | None, now: datetime, **facts: Any) -> Person:
    """Correct the details of an organisation's named contact, who stays the contact: name, email, phone, language."""
    if organisation.contact is None:
        raise rules.NoContact()
    return change_person(person=organisation.contact, by=by, now=now, **facts)
