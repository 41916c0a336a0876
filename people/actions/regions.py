"""Regions: made and changed, who takes part in them, and when they rest."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import actions as audit
from people import rules
from people.actions.organisations import Names, in_all_languages
from people.models import ClosedPeriod, Organisation, Participation, Person, Region

CHANGEABLE = (
    "slug",
    "country",
    "languages",
    "time_zone",
    "sender_name",
    "sender_address",
    "phone",
    "smallest_group",
    "parts",
)


@transaction.atomic
def create_region(*, name: Names, by: Person | None, now: datetime, **facts: Any) -> Region:
    """A region with its address, country, languages, zone, sender and parts; refused when the address is taken."""
    if refusal := rules.why_not_address(facts["slug"]):
        raise refusal
    _only_known(facts)
    region = Region.objects.create(**in_all_languages(name), **facts)
    audit.record("region_created", by=by, about=region, scope=f"region:{region.pk}", now=now)
    return region


@transaction.atomic
def change_region(
    *, region: Region, name: Names | None = None, by: Person | None, now: datetime, **facts: Any
) -> Region:
    """Change a region's facts; refused when its new address is taken."""
    _only_known(facts)
    if "slug" in facts and (refusal := rules.why_not_address(facts["slug"], but=region)):
        raise refusal
    wanted = {**facts, **(in_all_languages(name) if name else {})}
    changed = [field for field, value in wanted.items() if getattr(region, field) != value]
    if changed:
        for field in changed:
            setattr(region, field, wanted[field])
        region.save(update_fields=changed)
        audit.record("region_changed", by=by, about=region, scope=f"region:{region.pk}", now=now, facts=changed)
    return region


def _only_known(facts: dict[str, Any]) -> None:
    if unknown := set(facts) - set(CHANGEABLE):
        raise TypeError(f"Not facts of a region: {', '.join(sorted(unknown))}")


@transaction.atomic
def take_part(
    *,
    region: Region,
    organisation: Organisation,
    sub_region: str = "",
    order: int | None = None,
    valid_from: date,
    valid_to: date | None = None,
    by: Person | None,
    now: datetime,
) -> Participation:
    """`organisation` takes part in `region` from a day, last in the round of hosts unless `order` says otherwise."""
    Region.objects.select_for_update().get(pk=region.pk)
    if refusal := rules.why_not_take_part(
        region=region, organisation=organisation, valid_from=valid_from, valid_to=valid_to
    ):
        raise refusal
    if order is None:
        last = region.participations.order_by("-order").values_list("order", flat=True).first()
        order = 0 if last is None else last + 1
    participation = Participation.objects.create(
        region=region,
        organisation=organisation,
        sub_region=sub_region.strip(),
        order=order,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    audit.record(
        "takes_part", by=by, about=organisation, scope=f"region:{region.pk}", now=now, participation=participation.pk
    )
    return participation


@transaction.atomic
def end_participation(
    *, participation: Participation, last_day: date, by: Person | None, now: datetime
) -> Participation:
    """The last day on which the organisation takes part."""
    if refusal := rules.why_not_period(participation.valid_from, last_day):
        raise refusal
    participation.valid_to = last_day
    participation.save(update_fields=["valid_to"])
    audit.record(
        "takes_part_no_longer",
        by=by,
        about=participation.organisation,
        scope=f"region:{participation.region_id}",
        now=now,
        participation=participation.pk,
    )
    return participation


@transaction.atomic
def add_closed_period(
    *, region: Region, name: str, valid_from: date, valid_to: date, by: Person | None, now: datetime
) -> ClosedPeriod:
    """Days, besides public holidays, in which limits stand still."""
    if refusal := rules.why_not_period(valid_from, valid_to):
        raise refusal
    period = ClosedPeriod.objects.create(region=region, name=name.strip(), valid_from=valid_from, valid_to=valid_to)
    audit.record("closed_period_added", by=by, about=region, scope=f"region:{region.pk}", now=now, period=period.pk)
    return period


@transaction.atomic
def remove_closed_period(*, period: ClosedPeriod, by: Person | None, now: datetime) -> None:
    """The period is an ordinary one again."""
    region, key = period.region, period.pk
    period.delete()
    audit.record("closed_period_removed", by=by, about=region, scope=f"region:{region.pk}", now=now, period=key)
