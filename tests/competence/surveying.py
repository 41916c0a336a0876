"""Surveys for tests: a draft of the cast's two municipalities, taken as far as a test needs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.cast import NOW, employment, person
from tests.competence.conftest import in_three, make_framework

OPENS, CLOSES = date(2027, 4, 20), date(2027, 5, 11)


def drafted(cast: Any, *, units: tuple[str, ...] = ("barn", "mottagning", "nyk_barn"), slips: int = 0) -> Any:
    """A draft with a common part of four competences, one statement and one question, in the cast's units."""
    from competence.actions import surveys as actions

    version = make_framework(cast.sormland)
    by = {"by": cast.malin, "now": NOW}
    survey = actions.begin(region=cast.sormland, title={"sv": "Vad kan vi?"}, **by)
    facts = {
        "opens_on": OPENS,
        "closes_on": CLOSES,
        "reminders": [7, 14],
        **in_three("Gallras enligt Dnr 1", "disposal"),
    }
    survey = actions.set_frame(survey=survey, facts=facts, revision=survey.revision, **by)
    survey = actions.set_questions(
        survey=survey,
        parts=[actions.PartFacts(version.pk, common=True)],
        statements=[{"sv": "Vi lär av varandra."}],
        texts=[{"sv": "Vad behövs?"}],
        asks_need=False,
        asks_wish=False,
        revision=survey.revision,
        **by,
    )
    rows = [actions.UnitFacts(getattr(cast, unit).pk, extra_slips=slips) for unit in units]
    return actions.set_units(survey=survey, units=rows, revision=survey.revision, **by)


def staffed(cast: Any, unit: Any, n: int) -> list[Any]:
    """More employees in a unit."""
    people = [person(f"Person {unit.pk} {k}", f"p{unit.pk}-{k}@eskilstuna.example", cast.sormland) for k in range(n)]
    for one in people:
        employment(one, unit)
    return people


def launched(cast: Any, survey: Any) -> Any:
    """Launched today."""
    from competence.actions import surveys as actions

    return actions.launch(survey=survey, by=cast.malin, now=NOW)


def opened(cast: Any, survey: Any) -> Any:
    """Open since its first morning, with its letters written."""
    from answers import actions as answers

    survey = launched(cast, survey)
    answers.open_due(now=survey.box.opens_at)
    return again(survey)


def standing_open(cast: Any, *, over: bool = False) -> Any:
    """A survey that looks open to its pages, without keys and codes: for whoever only knocks."""
    from answers.models import Box
    from competence.states import SurveyState

    survey = launched(cast, drafted(cast, slips=1))
    facts = {"closes_at": NOW - timedelta(hours=1), "opens_at": NOW - timedelta(days=9)} if over else {}
    Box.objects.filter(pk=survey.box_id).update(state="open", public_key=b"0" * 32, **facts)
    type(survey).objects.filter(pk=survey.pk).update(state=SurveyState.OPEN)
    return again(survey)


def again(survey: Any) -> Any:
    """As it is in the database now."""
    return type(survey).objects.select_related("region", "box", "tryout").get(pk=survey.pk)
