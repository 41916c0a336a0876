"""Who may, and why not, about people, organisations and roles."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from base import clock
from base.refusal import Forbidden, Refusal
from people.models import Employment, Organisation, Participation, Person, Region, RoleAssignment, SignInProvider
from people.querysets import acquainted_with, valid_on, within
from people.states import EMPLOYER_KINDS, KINDS_BY_COUNTRY, Role

# ---------- Refusals ----------


class EndsBeforeStart(Refusal):
    """A period that ends before it begins."""

    message = _("The last day comes before the first day.")


class AlreadyEmployed(Refusal):
    """Two employments of one person in one unit overlap."""

    message = _("This person already works in that unit during that time. End the earlier employment first.")


class UnitEnded(Refusal):
    """An employment or role in a unit that no longer exists."""

    message = _("%(unit)s ended before that day. Choose the unit that came after it.")


class AlreadyHolds(Refusal):
    """The same role twice over the same thing."""

    message = _("This person already has that role there during that time.")


class RoleNeedsScope(Refusal):
    """A role without what it is over, or over the wrong thing."""

    message = _("A coordinator's role is for a region, a director's and a manager's for an organisation.")


class DirectorOfEmployer(Refusal):
    """Directors direct a municipality or another employer, not a unit."""

    message = _("A director's role is for a whole employer, such as a municipality. Choose manager for a unit.")


class NotYoursToGive(Forbidden):
    """Coordinators appoint directors and managers in their own regions only."""

    message = _("You can appoint directors and managers in your own regions. An administrator gives the other roles.")


class NotYourOwnRole(Forbidden):
    """Nobody gives or ends her own role."""

    message = _("You cannot give yourself a role or end your own. Ask someone else who may.")


class LastAdministrator(Refusal):
    """Somebody must be left who can appoint others."""

    message = _("This is the only administrator. Appoint another one first.")


class AddressTaken(Refusal):
    """Two people cannot sign in with one address."""

    message = _("Somebody else in Helmi already has that e-mail address.")


class AddressConfirmed(Refusal):
    """An address that its owner has confirmed is hers to change."""

    message = _(
        "This person has confirmed the e-mail address and signs in with it. "
        "Only the owner can change it, under My settings."
    )


class WrongKind(Refusal):
    """Kinds of organisations belong to countries."""

    message = _("That kind of organisation does not exist in that country.")


class NeedsParent(Refusal):
    """A unit belongs to an employer."""

    message = _("A service area, unit or sub-unit is part of an organisation. Choose which one.")


class NoParent(Refusal):
    """An employer stands at the top of its tree."""

    message = _("An employer stands at the top and is not part of another organisation.")


class InsideItself(Refusal):
    """A tree has no rings."""

    message = _("An organisation cannot be moved into itself or into a part of itself.")


class OrganisationHasEnded(Refusal):
    """What has ended does not change."""

    message = _("This organisation has ended and can no longer be changed.")


class ChangeLiesAhead(Refusal):
    """The tree shows today."""

    message = _("Write today's date or an earlier one. A change that lies ahead is entered when its day has come.")


class ChangeTooEarly(Refusal):
    """A change cannot be older than what it changes."""

    message = _("The change must come after the day when the organisation began.")


class StillInUse(Refusal):
    """An organisation ends when nobody is left in it."""

    message = _("%(name)s still has parts, employments or roles after that day. End or move them first.")


class MarkTaken(Refusal):
    """Two letters tell the organisations of a region apart."""

    message = _("%(other)s already has the mark %(mark)s in the same region. Choose two other letters.")


class AlreadyTakesPart(Refusal):
    """Once is enough."""

    message = _("%(organisation)s already takes part in this region during that time.")


class AddressReserved(Refusal):
    """Words that Helmi's own pages use."""

    message = _("That address is used by Helmi itself. Choose another.")


class AddressInUse(Refusal):
    """Two regions, one address."""

    message = _("Another region has that address.")


class NoContact(Refusal):
    """There is nobody whose details could be corrected."""

    message = _("This organisation has no named contact yet. Choose one first.")


class NotYourself(Refusal):
    """Nobody closes her own account from the list of people."""

    message = _("You cannot close your own account here.")


# ---------- Addresses and names ----------


def tidy_address(address: str | None) -> str:
    """An e-mail address as it is kept: composed characters, lower case, no spaces around."""
    return unicodedata.normalize("NFC", address or "").strip().lower()


def tidy_name(name: str) -> str:
    """A name as it is kept: composed characters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def find_person(address: str) -> Person | None:
    """The person whose main or confirmed address this is, whatever the case."""
    address = tidy_address(address)
    if not address:
        return None
    return Person.objects.with_address(address).order_by("is_guest", "pk").first()


def name_for(person: Person, viewer: Any = None) -> str:
    """What `viewer` reads for `person`: the name, or the code that stands for a protected identity.

    `viewer` is a person, or None where nobody in particular reads: public pages, files for others, letters outside.
    """
    if person.erased_at is not None:
        return pgettext("instead of a person's name", "Erased")
    return person.name if may_read_name(person, viewer) else person.substitute_code


def may_read_name(person: Person, viewer: Any = None) -> bool:
    """Whether `viewer` may know who `person` is: always, unless the identity is protected.

    Then only the person, the coordinators of regions that the person takes part in, the person's managers, and who
    else is acquainted with her, such as her mentor.
    """
    if not person.protected:
        return True
    if viewer is None or not viewer.is_authenticated:
        return False
    if viewer.pk == person.pk:
        return True
    reach = viewer.reach
    if person.home_region_id and person.home_region_id in reach.region_ids:
        return True
    paths = [*reach.region_paths, *reach.manager_paths]
    if paths:
        today = clock.now().date()
        units = Employment.objects.on(today).filter(person=person).values_list("unit__path", flat=True)
        if any(unit.startswith(path) for unit in units for path in paths):
            return True
    return Person.objects.filter(acquainted_with(viewer), pk=person.pk).exists()


def near_duplicates(*, name: str, email: str = "", employer: Organisation | None = None) -> list[Person]:
    """People who may be the same as someone about to be added: the same address, or the same name with one employer.

    Without an employer the same name anywhere counts. Case and the way å is composed make no difference.
    """
    today = clock.now().date()
    found = {person.pk: person for person in Person.objects.members().with_address(tidy_address(email))}
    namesakes = Person.objects.members().filter(name__iexact=tidy_name(name))
    if employer:
        namesakes = namesakes.employed_under([f"{employer.top_id}/"], today)
    for person in namesakes.order_by("pk")[:10]:
        found.setdefault(person.pk, person)
    return list(found.values())


# ---------- Managers ----------


def managers_of(person: Person | Organisation, day: date) -> list[Person]:
    """Whoever holds a manager's role on the nearest unit at or above the employment (or the unit) that day.

    Never the person: where the nearest unit has no other manager, the next one above is asked.
    """
    if isinstance(person, Organisation):
        return _nearest([person.path], _managers_by_unit([person.path], day), but=None)
    return managers_by_person([person], day)[person.pk]


def managers_by_person(people: Iterable[Person], day: date) -> dict[int, list[Person]]:
    """`managers_of` for many people at once, in two queries."""
    keys = [person.pk for person in people]
    paths: dict[int, list[str]] = {key: [] for key in keys}
    rows = Employment.objects.on(day).filter(person_id__in=keys).order_by("-main", "pk")
    main_found: set[int] = set()
    for person_id, path, main in rows.values_list("person_id", "unit__path", "main"):
        if main or person_id not in main_found:
            paths[person_id].append(path)
        if main:
            main_found.add(person_id)
    by_unit = _managers_by_unit([path for some in paths.values() for path in some], day)
    return {key: _nearest(paths[key], by_unit, but=key) for key in keys}


def _upward(path: str) -> list[str]:
    """The keys on a path, from the unit itself to the top."""
    return path.strip("/").split("/")[::-1]


def _managers_by_unit(paths: list[str], day: date, roles: tuple[str, ...] = (Role.MANAGER,)) -> dict[str, list[Person]]:
    units = {key for path in paths for key in _upward(path) if key}
    found: dict[str, list[Person]] = {}
    rows = RoleAssignment.objects.on(day).filter(role__in=roles, organisation_id__in=units, person__is_active=True)
    for row in rows.select_related("person").order_by("pk"):
        found.setdefault(str(row.organisation_id), []).append(row.person)
    return found


def _nearest(paths: list[str], by_unit: dict[str, list[Person]], *, but: int | None) -> list[Person]:
    managers: dict[int, Person] = {}
    for path in paths:
        for unit in _upward(path):
            found = [person for person in by_unit.get(unit, []) if person.pk != but]
            if found:
                managers |= {person.pk: person for person in found}
                break
    return list(managers.values())


def managers_above(unit: Organisation, day: date) -> list[Person]:
    """Everyone who holds a manager's or director's role on `unit` or above it that day, nearest first."""
    by_unit = _managers_by_unit([unit.path], day, (Role.MANAGER, Role.DIRECTOR))
    found: dict[int, Person] = {}
    for key in _upward(unit.path):
        for person in by_unit.get(key, []):
            found.setdefault(person.pk, person)
    return list(found.values())


def manager_by_address(address: str, unit: Organisation, day: date) -> Person | None:
    """The person behind `address`, main or confirmed, if she manages or directs `unit` or what is above it that day."""
    person = find_person(address)
    if person is None:
        return None
    return next((manager for manager in managers_above(unit, day) if manager.pk == person.pk), None)


# ---------- Why not ----------


def why_not_period(valid_from: date, valid_to: date | None) -> Refusal | None:
    """A period does not end before it begins."""
    return EndsBeforeStart() if valid_to and valid_to < valid_from else None


def overlapping(valid_from: date, valid_to: date | None) -> Q:
    """Rows whose period shares a day with this one."""
    apart = Q(valid_to__isnull=False, valid_to__lt=valid_from)
    if valid_to:
        apart |= Q(valid_from__gt=valid_to)
    return ~apart


def why_not_employ(
    *, person: Person, unit: Organisation, valid_from: date, valid_to: date | None = None, but: Employment | None = None
) -> Refusal | None:
    """The reason `person` cannot be employed in `unit` for that time, or None.

    `but` is the employment that is being changed and does not stand in its own way.
    """
    if refusal := why_not_period(valid_from, valid_to):
        return refusal
    if unit.valid_to and unit.valid_to < valid_from:
        return UnitEnded(unit=unit.name)
    rows = Employment.objects.filter(overlapping(valid_from, valid_to), person=person, unit=unit)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return AlreadyEmployed() if rows.exists() else None


def may_give(by: Person, role: str, region: Region | None, organisation: Organisation | None) -> bool:
    """Whether `by` may give or end such a role: administrators any, coordinators those below them in their regions."""
    reach = by.reach
    if reach.administrator:
        return True
    if role not in (Role.DIRECTOR, Role.MANAGER) or organisation is None:
        return False
    return any(organisation.path.startswith(path) for path in reach.region_paths)


def why_not_give_role(
    *,
    person: Person,
    role: str,
    region: Region | None = None,
    organisation: Organisation | None = None,
    valid_from: date,
    valid_to: date | None = None,
    by: Person | None,
) -> Refusal | None:
    """The reason `by` cannot give `person` this role for that time, or None; the clock (`by` None) may give any."""
    needs = {Role.ADMINISTRATOR: (False, False), Role.COORDINATOR: (True, False)}.get(Role(role), (False, True))
    if (region is not None, organisation is not None) != needs:
        return RoleNeedsScope()
    if role == Role.DIRECTOR and organisation is not None and organisation.kind not in EMPLOYER_KINDS:
        return DirectorOfEmployer()
    if by is not None:
        if not may_give(by, role, region, organisation):
            return NotYoursToGive()
        if by.pk == person.pk:
            return NotYourOwnRole()
    if refusal := why_not_period(valid_from, valid_to):
        return refusal
    if organisation is not None and organisation.valid_to and organisation.valid_to < valid_from:
        return UnitEnded(unit=organisation.name)
    same = RoleAssignment.objects.filter(
        overlapping(valid_from, valid_to), person=person, role=role, region=region, organisation=organisation
    )
    return AlreadyHolds() if same.exists() else None


def why_not_end_role(*, assignment: RoleAssignment, last_day: date, by: Person | None) -> Refusal | None:
    """The reason `by` cannot let this role end on that day, or None."""
    if by is not None:
        if by.pk == assignment.person_id:
            return NotYourOwnRole()
        if not may_give(by, assignment.role, assignment.region, assignment.organisation):
            return NotYoursToGive()
    if refusal := why_not_period(assignment.valid_from, last_day):
        return refusal
    if assignment.role == Role.ADMINISTRATOR:
        others = RoleAssignment.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=last_day), role=Role.ADMINISTRATOR, person__is_active=True
        )
        if not others.exclude(person_id=assignment.person_id).exists():
            return LastAdministrator()
    return None


def why_not_confirm_address(person: Person, address: str) -> Refusal | None:
    """The reason `person` cannot confirm `address` as one of her own, or None: it is the main one of somebody else.

    A guest's address is hers who confirms it, and with it what the guest has.
    """
    others = Person.objects.members().with_address(tidy_address(address)).exclude(pk=person.pk)
    return AddressTaken() if others.exists() else None


def address_is_confirmed(person: Person) -> bool:
    """Whether the person has confirmed an address, and so is the only one who changes it."""
    return EmailAddress.objects.filter(user=person, verified=True).exists()


def addresses_of(person: Person) -> list[EmailAddress]:
    """The person's addresses, the main one first; the invited have one that is not confirmed yet."""
    return list(EmailAddress.objects.filter(user=person).order_by("-primary", "email"))


def why_not_change_address(person: Person, address: str) -> Refusal | None:
    """The reason somebody else cannot write another main address for `person`, or None."""
    address = tidy_address(address)
    if address == tidy_address(person.email):
        return None
    if address_is_confirmed(person):
        return AddressConfirmed()
    if address and Person.objects.with_address(address).exclude(pk=person.pk).exists():
        return AddressTaken()
    return None


def why_not_create_organisation(*, kind: str, country: str, parent: Organisation | None) -> Refusal | None:
    """The reason such an organisation cannot stand there, or None."""
    if kind not in KINDS_BY_COUNTRY[country]:
        return WrongKind()
    if kind in ("branch", "unit", "sub_unit") and parent is None:
        return NeedsParent()
    if kind in EMPLOYER_KINDS and parent is not None:
        return NoParent()
    return None


def why_not_change_organisation(organisation: Organisation, *, day: date, today: date) -> Refusal | None:
    """The reason `organisation` cannot get another name, kind or place in the tree from `day`, or None."""
    if organisation.valid_to is not None:
        return OrganisationHasEnded()
    if day > today:
        return ChangeLiesAhead()
    if day <= organisation.valid_from:
        return ChangeTooEarly()
    return None


def why_not_end_organisation(organisation: Organisation, *, last_day: date) -> Refusal | None:
    """The reason `organisation` cannot end on that day, or None."""
    if organisation.valid_to is not None:
        return OrganisationHasEnded()
    if refusal := why_not_period(organisation.valid_from, last_day):
        return refusal
    after = Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)
    left = (organisation.children, organisation.employments, organisation.role_assignments, organisation.participations)
    if any(rows.filter(after).exists() for rows in left):
        return StillInUse(name=organisation.name)
    return None


def why_not_mark(organisation: Organisation, mark: str) -> Refusal | None:
    """The reason `organisation` cannot have these two letters, or None: they are its own in each of its regions."""
    if not mark:
        return None
    other = (
        Organisation.objects.filter(
            mark__iexact=mark, valid_to__isnull=True, participations__region__participations__organisation=organisation
        )
        .exclude(pk=organisation.pk)
        .first()
    )
    return MarkTaken(other=other.name, mark=mark) if other else None


def why_not_take_part(
    *, region: Region, organisation: Organisation, valid_from: date, valid_to: date | None = None
) -> Refusal | None:
    """The reason `organisation` cannot take part in `region` for that time, or None."""
    if refusal := why_not_period(valid_from, valid_to):
        return refusal
    if organisation.valid_to and organisation.valid_to < valid_from:
        return UnitEnded(unit=organisation.name)
    rows = Participation.objects.filter(overlapping(valid_from, valid_to), region=region, organisation=organisation)
    if rows.exists():
        return AlreadyTakesPart(organisation=organisation.name)
    if organisation.mark:
        other = (
            Organisation.objects.filter(
                valid_on(valid_from, "participations__"), participations__region=region, mark__iexact=organisation.mark
            )
            .exclude(pk=organisation.pk)
            .first()
        )
        if other:
            return MarkTaken(other=other.name, mark=organisation.mark)
    return None


# Words with which the addresses of Helmi's own pages begin.
RESERVED = frozenset(
    {
        "a",
        "about",
        "account",
        "accessibility",
        "api",
        "audit",
        "c",
        "components",
        "competence",
        "contact",
        "documents",
        "events",
        "f",
        "health",
        "help",
        "home",
        "language",
        "letters",
        "media",
        "news",
        "newsletter",
        "o",
        "people",
        "personal-data",
        "programmes",
        "region",
        "regions",
        "reports",
        "static",
        "support",
    }
)


def why_not_address(slug: str, *, but: Region | None = None) -> Refusal | None:
    """The reason a region's pages cannot stand under this address, or None."""
    if slug in RESERVED:
        return AddressReserved()
    taken = Region.objects.filter(slug=slug)
    if but is not None:
        taken = taken.exclude(pk=but.pk)
    return AddressInUse() if taken.exists() else None


def why_not_close_account(person: Person, *, by: Person | None) -> Refusal | None:
    """The reason `by` cannot keep `person` from signing in, or None."""
    if by is not None and by.pk == person.pk:
        return NotYourself()
    today = clock.now().date()
    administrators = RoleAssignment.objects.on(today).filter(role=Role.ADMINISTRATOR, person__is_active=True)
    if administrators.filter(person=person).exists() and not administrators.exclude(person=person).exists():
        return LastAdministrator()
    return None


# ---------- Signing in ----------


class SignInAltered(Refusal):
    """A token that was not made for this attempt."""

    message = _("This sign-in did not begin here, or it took too long. Begin again from the sign-in page.")


class AddressNotConfirmed(Refusal):
    """The organisation's sign-in vouches for no address."""

    message = _(
        "Your organisation's sign-in did not confirm your e-mail address. Sign in with a code by e-mail instead."
    )


class NotOfTheirDomains(Refusal):
    """A provider speaks for its own addresses only."""

    message = _("Your organisation's sign-in cannot be used for that e-mail address. Sign in with a code instead.")


class NobodyKnown(Refusal):
    """Nobody is made by signing in."""

    message = _("Helmi does not know you yet. Apply to a programme, or ask your region's coordinator to add you.")


class OtherProvider(Refusal):
    """Two providers never lead to one account by themselves."""

    message = _("You already sign in another way. Sign in as you usually do.")


def domain_of(address: str) -> str:
    """What stands after the @, in lower case."""
    return tidy_address(address).rpartition("@")[2]


def provider_for(address: str) -> SignInProvider | None:
    """The organisation's own sign-in that is meant for addresses of this domain."""
    domain = domain_of(address)
    if not domain:
        return None
    providers = SignInProvider.objects.select_related("organisation")
    return next((one for one in providers if domain in [str(name).lower() for name in one.domains]), None)


def why_not_link(provider: SignInProvider, address: str, *, confirmed: bool, uid: str) -> Refusal | None:
    """The reason a first sign-in through `provider` with `address` does not open that person's account, or None."""
    if not address or not confirmed:
        return AddressNotConfirmed()
    if domain_of(address) not in [str(name).lower() for name in provider.domains]:
        return NotOfTheirDomains()
    person = find_person(address)
    if person is None or person.is_guest:
        return NobodyKnown()
    if SocialAccount.objects.filter(user=person).exclude(provider=provider.provider_id, uid=uid).exists():
        return OtherProvider()
    return None


def needs_second_step(person: Person) -> bool:
    """Whether the person's roles ask for a two-step sign-in: administrators and coordinators."""
    reach = person.reach
    return bool(reach.administrator or reach.coordinator)


def has_second_step(person: Person) -> bool:
    """Whether an app or a passkey is set up."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=person, type__in=kinds).exists()


def lacks_second_step(person: Person) -> bool:
    """Whether a second step is asked of the person and none is set up."""
    return needs_second_step(person) and not has_second_step(person)


def is_own_path(address: str) -> bool:
    """Whether an address that came from outside leads to a page of ours, by any browser's reading."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return False
    if any(ord(letter) < 32 or letter == "\\" for letter in address):
        return False
    return url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def staff_of(manager: Person, day: date) -> list[tuple[Person, Organisation]]:
    """A manager's staff of a day with their units, each person once and without the manager."""
    rows = (
        Employment.objects.visible_to(manager)
        .on(day)
        .filter(within(manager.reach.staff_paths, "unit__path"))
        .exclude(person=manager)
        .select_related("person", "unit")
        .order_by("person__name", "-main", "pk")
    )
    found: dict[int, tuple[Person, Organisation]] = {}
    for row in rows:
        found.setdefault(row.person_id, (row.person, row.unit))
    return list(found.values())
