"""What can be asked about people and organisations, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Lower

from base.clock import now

if TYPE_CHECKING:
    # Named in the base classes below, where only mypy reads them.
    from people.models import (
        Employment,
        Organisation,
        Participation,
        Person,
        Region,
        RoleAssignment,
    )


DEMO_ROLES = ("administrator", "coordinator", "director", "manager", "mentor", "supervisor", "lecturer", "participant")


def valid_on(day: date, prefix: str = "") -> Q:
    """Rows whose period (`valid_from` to `valid_to`, both days included) holds `day`."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    )


def within(paths: list[str], field: str = "path") -> Q:
    """Organisations at or below any of the materialised `paths`; nothing when there are none."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def works_below(person: Any, day: date, field: str = "path") -> Exists:
    """Whether the person works, on `day`, in the organisation whose path stands in `field`, or below it."""
    Employment = apps.get_model("people", "Employment")
    return Exists(Employment.objects.on(day).filter(person=person, unit__path__startswith=OuterRef(field)))


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Employers and their parts."""

    def on(self, day: date) -> OrganisationQuerySet:
        """Those that exist on `day`."""
        return self.filter(valid_on(day))

    def below(self, organisation: Organisation) -> OrganisationQuerySet:
        """`organisation` and everything under it."""
        return self.filter(path__startswith=organisation.path)

    def employers(self) -> OrganisationQuerySet:
        """The tops of the trees that employ people."""
        from people.states import EMPLOYER_KINDS

        return self.filter(kind__in=EMPLOYER_KINDS)

    def in_region(self, region: Region, day: date) -> OrganisationQuerySet:
        """Organisations that take part in `region` on `day` (the participating nodes themselves)."""
        return self.filter(valid_on(day, "participations__"), participations__region=region).distinct()

    def visible_to(self, person: Any) -> OrganisationQuerySet:
        """What a role reaches: administrators all, coordinators their regions' trees, others their own branch."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(within(reach.all_paths))


class RegionQuerySet(models.QuerySet["Region"]):
    """The collaborations that run programmes."""

    def with_size(self, day: date) -> RegionQuerySet:
        """With `size`: how many organisations take part on `day`."""
        taking_part = models.Count("participations", filter=valid_on(day, "participations__"), distinct=True)
        return self.annotate(size=taking_part)

    def visible_to(self, person: Any) -> RegionQuerySet:
        """The regions that a person coordinates, or all for an administrator."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(pk__in=person.reach.region_ids)


def _employed_under(paths: list[str], day: date) -> models.QuerySet[Any, Any]:
    """The keys of people with an employment on `day` at or below any of the `paths`."""
    Employment = apps.get_model("people", "Employment")
    return Employment.objects.filter(valid_on(day), within(paths, "unit__path")).values("person_id")


Acquainted = Callable[[Any], Q]
_acquainted: list[Acquainted] = []


def acquaint(whom: Acquainted) -> None:
    """Tell of people whose names a reader may know beside those of her region and her staff, such as her mentees."""
    if whom not in _acquainted:
        _acquainted.append(whom)


def acquainted_with(viewer: Any) -> Q:
    """The people whose names `viewer` may know as an upper app says."""
    condition = Q(pk__in=[])
    for whom in _acquainted:
        condition |= whom(viewer)
    return condition


class PersonQuerySet(models.QuerySet["Person"]):
    """People, with or without an account in use."""

    def active(self) -> PersonQuerySet:
        """Those who may sign in."""
        return self.filter(is_active=True)

    def members(self) -> PersonQuerySet:
        """Everyone but guests, who are in no picker."""
        return self.filter(is_guest=False)

    def demonstration(self) -> PersonQuerySet:
        """The people whom a demonstration offers to sign in as."""
        return self.filter(email__in=[f"{role}@demo.example" for role in DEMO_ROLES], is_active=True)

    def with_address(self, address: str) -> PersonQuerySet:
        """Whoever has `address` as the main address or as a confirmed one, whatever the case."""
        from allauth.account.models import EmailAddress

        if not address:
            return self.none()
        # Two keys and a union, since an index serves each half, and neither serves "this or that".
        main = self.model.objects.order_by().alias(folded=Lower("email")).filter(folded=Lower(Value(address)))
        confirmed = EmailAddress.objects.filter(email__iexact=address, verified=True)
        return self.filter(pk__in=main.values("pk").union(confirmed.values("user_id"), all=True))

    def named_to(self, viewer: Any) -> Q:
        """The condition that `viewer` may know who a person is; the same rule as `rules.may_read_name`."""
        reach = viewer.reach
        condition = Q(protected=False) | Q(pk=viewer.pk) | acquainted_with(viewer)
        if reach.region_ids:
            condition |= Q(home_region_id__in=reach.region_ids)
        paths = [*reach.region_paths, *reach.manager_paths]
        if paths:
            condition |= Q(pk__in=_employed_under(paths, now().date()))
        return condition

    def holding(self, role: str, day: date) -> PersonQuerySet:
        """People who hold `role` anywhere on `day`."""
        RoleAssignment = apps.get_model("people", "RoleAssignment")
        return self.filter(Exists(RoleAssignment.objects.on(day).filter(role=role, person=OuterRef("pk"))))

    def employed_under(self, paths: list[str], day: date) -> PersonQuerySet:
        """People with an employment on `day` at or below any of the `paths`."""
        return self.filter(pk__in=_employed_under(paths, day))

    def visible_to(self, person: Any) -> PersonQuerySet:
        """Oneself; a manager's and a director's staff of today; a coordinator's region; everyone for administrators."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        today = now().date()
        condition = Q(pk=person.pk)
        if reach.region_ids:
            condition |= Q(home_region_id__in=reach.region_ids)
        if reach.all_paths:
            condition |= Q(pk__in=_employed_under(reach.all_paths, today))
        return self.filter(condition)


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]  # a base that is made
    """People by their address, as sign-in asks for them."""

    use_in_migrations = True

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """One person with her region: sign-in's backend finds by this who reads, and every page tells time as there."""
        return self.get_queryset().select_related("home_region").get(*args, **kwargs)

    def get_by_natural_key(self, address: str | None) -> Any:
        """The person whose main address this is, whatever the case."""
        return self.get(email__iexact=address)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Who holds which role where, and when."""

    def on(self, day: date) -> RoleAssignmentQuerySet:
        """Those in force on `day`."""
        return self.filter(valid_on(day))

    def visible_to(self, person: Any) -> RoleAssignmentQuerySet:
        """All for administrators; for coordinators those in their regions; one's own."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(
            Q(person=person) | Q(region_id__in=reach.region_ids) | within(reach.region_paths, "organisation__path")
        )


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Who works where, and when."""

    def on(self, day: date) -> EmploymentQuerySet:
        """Those in force on `day`."""
        return self.filter(valid_on(day))

    def visible_to(self, person: Any) -> EmploymentQuerySet:
        """One's own, and those within reach of one's roles."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(Q(person=person) | within(reach.all_paths, "unit__path"))


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Which organisations take part in which region, and when."""

    def on(self, day: date) -> ParticipationQuerySet:
        """Those in force on `day`."""
        return self.filter(valid_on(day))


class ImportQuerySet(models.QuerySet[Any]):
    """Files that came in and wait."""

    def visible_to(self, person: Any) -> ImportQuerySet:
        """Only the one who uploaded sees it."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(by=person)
