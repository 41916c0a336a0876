"""A coordinator's start page says what is to be done about surveys, and asks no more for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from competence.rules import todos
from tests.cast import NOW
from tests.competence.surveying import standing_open

pytestmark = pytest.mark.django_db


def said(person: Any, now: Any = NOW) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(one.title, one.url) for one in todos.todos(todos.waiting(person, now=now), today=now.date())]


def test_each_stage_of_a_survey_is_said_where_it_can_be_done(cast: Any) -> None:
    from answers.models import Box, FreeText
    from competence.models import Survey

    survey = standing_open(cast, over=True)
    page = survey.get_absolute_url()
    assert said(cast.malin) == [("Close the survey: see and confirm what it publishes", f"{page}plan/")]
    assert said(cast.malin, NOW - timedelta(hours=2)) == [], "it is still open"
    assert said(cast.stina) == said(cast.vera) == []
    box, mine = Box.objects.filter(pk=survey.box_id), Survey.objects.filter(pk=survey.pk)
    box.update(held_up="plan")
    assert said(cast.malin) == [("Confirm once more what the survey publishes", f"{page}plan/")]
    box.update(held_up="keys")
    mine.update(state="counting")
    assert said(cast.malin) == [("See why the survey does not go on", page)]
    box.update(held_up="", state="released", released_at=NOW)
    mine.update(state="released")
    assert said(cast.malin) == [("Read the results of the survey", f"{page}results/")]
    assert said(cast.malin, NOW + timedelta(days=15)) == []
    FreeText.objects.create(box=box.get(), scope="region:1", question="text1", words="Ord")
    assert said(cast.malin, NOW + timedelta(days=15)) == [("Read what was written in the survey", f"{page}texts/")]
    mine.update(state="draft", box=None, tryout=box.get())
    assert said(cast.malin) == [("See what the try-out of the survey says", page)]
    cast.sormland.parts = []
    cast.sormland.save(update_fields=["parts"])
    assert said(cast.malin) == []


def test_the_start_page_costs_as_much_without_surveys_as_with_them(cast: Any, sign_in: Any, at: Any) -> None:
    at(NOW)
    client = sign_in(cast.malin)
    client.get("/")
    counts, pages = [], []
    for surveys in (0, 1):
        if surveys:
            standing_open(cast, over=True)
        with CaptureQueriesContext(connection) as asked:
            pages.append(client.get("/").content.decode())
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert [page.count("/plan/") for page in pages] == [0, 1]
