"""Roles: given from a day and ended on one."""

from datetime import date, datetime

from django.db import transaction

from audit import actions as audit
from people import rules
from people.actions.organisations import scope_of_organisation
from people.models import Organisation, Person, Region, RoleAssignment
from people.states import Role


def _scope(region: Region | None, organisation: Organisation | None) -> str:
    if region is not None:
        return f"region:{region.pk}"
    return scope_of_organisation(organisation) if organisation is not None else ""


@transaction.atomic
def give_role(
    *,
    person: Person,
    role: str,
    region: Region | None = None,
    organisation: Organisation | None = None,
    valid_from: date,
    valid_to: date | None = None,
    by: Person | None,
    now: datetime,
) -> RoleAssignment:
    """`person` is administrator, coordinator of `region`, or director or manager of `organisation` from a day.

    Refused as `rules.why_not_give_role` says: not `by`'s to give, one's own, the wrong scope, or held already.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    if refusal := rules.why_not_give_role(
        person=person,
        role=role,
        region=region,
        organisation=organisation,
        valid_from=valid_from,
        valid_to=valid_to,
        by=by,
    ):
        raise refusal
    assignment = RoleAssignment.objects.create(
        person=person,
        role=role,
        region=region,
        organisation=organisation,
        valid_from=valid_from,
        valid_to=valid_to,
        given_by=by,
    )
    audit.record(
        "role_given",
        by=by,
        about=person,
        scope=_scope(region, organisation),
        now=now,
        role=str(role),
        assignment=assignment.pk,
    )
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, last_day: date, by: Person | None, now: datetime) -> RoleAssignment:
    """The last day of a role; refused as `rules.why_not_end_role` says.

    Every administrator's row is locked while they are counted, so that two cannot end each other.
    """
    if assignment.role == Role.ADMINISTRATOR:
        list(RoleAssignment.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk"))
    if refusal := rules.why_not_end_role(assignment=assignment, last_day=last_day, by=by):
        raise refusal
    assignment.valid_to = last_day
    assignment.save(update_fields=["valid_to"])
    audit.record(
        "role_ended",
        by=by,
        about=assignment.person,
        scope=_scope(assignment.region, assignment.organisation),
        now=now,
        role=str(assignment.role),
        assignment=assignment.pk,
    )
    return assignment
