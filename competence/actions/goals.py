"""Strategic goals are written, from the top down."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from audit.actions import record
from competence.models import Competence, GoalCompetence, StrategicGoal
from competence.rules import goals as rules
from people.models import Organisation, Person
from programmes.rules.together import why_not_replace


@transaction.atomic
def keep(
    *,
    organisation: Organisation,
    goal: StrategicGoal | None,
    words: Mapping[str, str],
    serves: StrategicGoal | None,
    competences: Collection[Competence],
    valid_from: date,
    valid_to: date | None,
    revision: int = 1,
    by: Person,
    now: datetime,
) -> StrategicGoal:
    """Write a goal of an organisation, or change one: words by field and language ("words_fi"), and what it serves.

    Refused as `rules.why_not_keep` says, and when somebody else changed it meanwhile. The organisation is locked.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if goal is not None:
        goal = StrategicGoal.objects.select_for_update(of=("self",)).get(pk=goal.pk, organisation=organisation)
        if refusal := why_not_replace(goal.revision, revision):
            raise refusal
    if refusal := rules.why_not_keep(organisation, goal, serves, valid_from=valid_from, valid_to=valid_to):
        raise refusal
    deed = "goal.changed"
    if goal is None:
        deed = "goal.written"
        last = organisation.strategic_goals.aggregate(most=Max("position"))["most"]
        goal = StrategicGoal(organisation=organisation, position=0 if last is None else last + 1, revision=0)
    for name, text in words.items():
        setattr(goal, name, text.strip())
    goal.serves, goal.valid_from, goal.valid_to = serves, valid_from, valid_to
    goal.revision += 1
    goal.save()
    goal.links.all().delete()
    GoalCompetence.objects.bulk_create(GoalCompetence(goal=goal, competence=one) for one in competences)
    region = rules.region_of(organisation, now.date())
    record(
        deed,
        by=by,
        about=goal,
        scope=f"region:{region.pk}" if region else "",
        now=now,
        valid_from=valid_from,
        valid_to=valid_to,
        words={"goal": goal.words},
    )
    return goal
