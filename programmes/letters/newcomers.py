"""The letter that asks a manager to register new staff."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from base import clock, dates
from outbox import actions as outbox
from outbox.kinds import Mail, register
from outbox.models import Batch, Letter
from people.models import Employment, Person
from people.rules import name_for
from programmes.letters.applications import compose_for
from programmes.models import Cohort
from programmes.rules import newcomers as rules
from programmes.rules.applications import local_day


def asked(cohort: Cohort, groups: Sequence[rules.Group], *, since: date, by: Person, now: datetime) -> Batch:
    """One letter to each manager, about the people who are new with her; the number of the letter is in its key."""
    drafts = [
        outbox.Draft(
            rules.ASKED,
            f"{rules.ASKED}:{cohort.pk}:{group.manager.pk}:{len(group.asked) + 1}",
            group.manager,
            {"cohort": cohort.pk, "since": since.isoformat(), "people": [one.person.pk for one in group.people]},
        )
        for group in groups
    ]
    batch = outbox.write_released(
        drafts=drafts, about=cohort, scope=cohort.scope, by=by, now=now, useful_until=rules.last_moment(cohort)
    )
    if batch is None:
        raise rules.NobodyToWriteTo()
    return batch


def build_asked(letter: Letter) -> Mail | None:
    """Who is new and how to register, of those who still have not applied; nothing when nobody is left."""
    cohort = (
        Cohort.objects.filter(pk=letter.facts["cohort"])
        .select_related("programme__region", "programme__funder", "responsible", "places")
        .first()
    )
    manager: Person | None = letter.person
    if cohort is None or manager is None or rules.why_not_write(cohort, now=clock.now()):
        return None
    people = rules.newcomers(
        Employment.objects.visible_to(manager).filter(person__in=letter.facts["people"]),
        cohort,
        rules.towns_of(cohort),
        since=date.fromisoformat(letter.facts["since"]),
        day=local_day(cohort, clock.now()),
    )
    if not people:
        return None
    lines = [
        gettext("%(name)s, %(unit)s, since %(day)s")
        % {"name": name_for(one.person, manager), "unit": one.unit.name, "day": dates.full_day(one.since)}
        for one in people
    ]
    return compose_for(
        cohort,
        "programmes/letters/newcomers.txt",
        {
            "name": manager.first_name,
            "lines": lines,
            "count": len(lines),
            "told": ngettext(
                "%(n)s person is new with you and has not applied to %(programme)s:",
                "%(n)s people are new with you and have not applied to %(programme)s:",
                len(lines),
            )
            % {"n": dates.number(len(lines)), "programme": cohort.programme},
            "closes": cohort.closes_on,
            "link": f"{settings.BASE_URL}{reverse('programmes:staff_register')}?cohort={cohort.pk}",
        },
        why=gettext("You get this letter because you are the manager of staff who are new in the region."),
    )


register(rules.ASKED, build_asked, title=_("New staff who can be registered"))
