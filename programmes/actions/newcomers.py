"""Managers of new staff are asked to register them."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from outbox.models import Batch, Letter
from people.models import Employment, Person
from programmes.letters import newcomers as letters
from programmes.models import Cohort, Enrolment
from programmes.rules import newcomers as rules
from programmes.rules.applications import local_day


@transaction.atomic
def ask_managers(*, cohort: Cohort, choices: Collection[str], since: date, by: Person, now: datetime) -> Batch:
    """Write one letter to each chosen manager about her new staff; the letters can be held for ten minutes.

    A choice names a manager and how many letters about this round she had when she was chosen, so a form that is sent
    twice, or by two coordinators, writes once; another letter to the same manager is a choice of its own. Refused as
    `rules.why_not_write` says, and when nobody is left to write to. The cohort's row is locked.
    """
    cohort = (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "programme__funder", "responsible")
        .get(pk=cohort.pk)
    )
    if refusal := rules.why_not_write(cohort, now=now):
        raise refusal
    day = local_day(cohort, now)
    people = rules.newcomers(Employment.objects.visible_to(by), cohort, rules.towns_of(cohort), since=since, day=day)
    asked = rules.asked_about(cohort, Letter.objects.all(), Enrolment.objects.all())
    groups = [
        group for group in rules.by_manager(people, asked, day=day) if group.manager.email and group.choice in choices
    ]
    if not groups:
        raise rules.NobodyToWriteTo()
    record(
        "newcomers.asked",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        managers=len(groups),
        people=sum(len(group.people) for group in groups),
        since=since.isoformat(),
    )
    return letters.asked(cohort, groups, since=since, by=by, now=now)
