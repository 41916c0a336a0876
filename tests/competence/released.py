"""Released surveys for tests: the tally of given answers as closing makes it, without sealing a ballot for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from answers.ballots import Form, Page, Question, as_json, count
from answers.plan import Node, Stratum
from tests.answers.worked import worked_rows
from tests.cast import NOW, organisation

STEPS = tuple({"sv": words, "en": words} for words in ("Ett", "Två", "Tre", "Fyra", "Fem"))
ALL = ("sv", "fi", "en")


def form_for(version: Any, targets: Mapping[int, str], *, wish: bool = True, statements: Sequence[str] = ()) -> Form:
    """A page an area; the level now and the wish; statements; one text."""
    from competence.models import Competence

    pages: dict[Any, list[Question]] = {}
    for one in Competence.objects.filter(area__version=version).select_related("area"):
        label = {code: getattr(one, f"name_{code}") or one.name for code in ALL}
        rows = pages.setdefault(one.area, [])
        rows.append(Question(f"now{one.pk}", "scale", label, steps=STEPS, target=targets.get(one.pk, "")))
        if wish:
            rows.append(Question(f"wish{one.pk}", "scale", label, steps=STEPS))
    made = [
        Page(f"area{area.pk}", {code: getattr(area, f"name_{code}") or area.name for code in ALL}, tuple(rows))
        for area, rows in pages.items()
    ]
    said = tuple(
        Question(f"st{n}", "scale", dict.fromkeys(ALL, words), steps=STEPS)
        for n, words in enumerate(statements, start=1)
    )
    made += [Page("statements", dict.fromkeys(ALL, "Villkor"), said)] if said else []
    return Form((*made, Page("texts", dict.fromkeys(ALL, "Ord"), (Question("text1", "text", {"sv": "Vad behövs?"}),))))


def release(
    survey: Any,
    form: Form,
    units: Sequence[Any],
    said: Sequence[tuple[Any, str, dict[str, Any]]],
    *,
    towns: Sequence[Any],
    k: int = 5,
) -> Any:
    """The survey with a box whose release holds what these people said: unit, role, answers."""
    from answers.models import Box, FreeText, Release

    top = f"r{survey.region_id}"
    nodes = [Node(top, "", "region"), *(Node(str(town.pk), top, "municipality") for town in towns)]
    nodes += [Node(str(unit.pk), str(unit.parent_id), "unit") for unit in units]
    rows = [(Stratum(str(unit.pk), role), answers) for unit, role, answers in said]
    whom = Counter(stratum for stratum, _answers in rows)
    whom[rows[0][0]] += 6
    outcome = count(form, nodes, rows, invited=whom.total(), k=k, words="against", whom=whom)
    box = Box.objects.create(
        kind="competence.survey",
        owner=f"competence.survey:{survey.pk}",
        scope=f"region:{survey.region_id}",
        questions=as_json(form),
        tree={"nodes": [list(node) for node in nodes]},
        state="released",
        frozen_digest="x",
        public_key=b"x" * 32,
        k=k,
        closes_at=NOW,
        released_at=NOW,
    )
    Release.objects.create(box=box, tables=outcome.tables, digest="x", at=NOW)
    FreeText.objects.bulk_create(
        FreeText(box=box, scope=box.scope, question=question, place=place, words=words)
        for question, place, words in outcome.texts
    )
    survey.box, survey.state = box, "released"
    survey.save(update_fields=["box", "state"])
    return survey


def make_survey(region: Any, units: Sequence[Any], title: str = "Våren 2027", **facts: Any) -> Any:
    """A survey of these units."""
    from competence.models import Survey, SurveyUnit

    if "competence" not in region.parts:
        region.parts = [*region.parts, "competence"]
        region.save(update_fields=["parts"])
    survey = Survey.objects.create(
        region=region,
        **{f"title_{code}": title for code in ALL},
        opens_on=date(2027, 3, 1),
        closes_on=date(2027, 3, 19),
        created_at=NOW - timedelta(days=40),
        **facts,
    )
    SurveyUnit.objects.bulk_create(SurveyUnit(survey=survey, organisation=unit) for unit in units)
    return survey


def worked_example(region: Any, version: Any, *, writers: int = 0, **facts: Any) -> Any:
    """The worked example: 49 answers in eight units of three municipalities."""
    from competence.models import Competence

    towns: dict[str, Any] = {}
    units: dict[str, Any] = {}
    for town, unit, _role, _n in worked_rows():
        towns.setdefault(town, None)
        towns[town] = towns[town] or organisation(town)
        units[unit] = units.get(unit) or organisation(unit, "unit", towns[town])
    competences = list(Competence.objects.filter(area__version=version))
    targets = {one.pk: target for one, target in zip(competences, ("3.8", "4.0", "2.0", ""), strict=False)}
    form = form_for(version, targets, statements=("Jag har tid",))
    keys = [question.key for question in form.questions if question.kind == "scale"]
    said = []
    who = [(unit, role) for _town, unit, role, n in worked_rows() for _one in range(n)]
    place = list(units)
    for at, (unit, role) in enumerate(who):
        nth = sum(one == unit for one, _role in who[:at])
        answers: dict[str, Any] = {key: 1 + (place.index(unit) + nth + 2 * i) % 5 for i, key in enumerate(keys)}
        if at < writers:
            answers["text1"] = f"Text {at} av Tuva"
        said.append((units[unit], role, answers))
    survey = make_survey(region, list(units.values()), **facts)
    release(survey, form, list(units.values()), said, towns=list(towns.values()))
    return survey, towns, units
