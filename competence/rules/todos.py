"""What is to be done about surveys now: computed from what stands, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _

from answers.models import FreeText
from answers.states import BoxState, HeldUp, TextState
from base.languages import spoken
from competence.models import Survey
from competence.rules.regions import PART
from competence.states import SurveyState
from events.rules.todos import Todo
from people.models import Person

SHOWN = timedelta(days=14)  # how long what a try-out or a survey has brought is announced
DUE = timedelta(days=7)  # within which the plan is confirmed: until then the answers lie sealed

Row = tuple[int, str, str, date | None]  # of the survey: its key, what is to be done, its title, its last day


def waiting(person: Person, *, now: datetime) -> QuerySet[Survey, Row]:
    """A row for each survey that the person runs and has something to do about, to be asked together with others."""
    unread = FreeText.objects.filter(box=OuterRef("box"), state=TextState.WAITING)
    over = Q(state=SurveyState.OPEN, box__closes_at__lte=now)
    stages = {
        "again": over & Q(box__held_up=HeldUp.PLAN),
        "plan": over,
        "held_up": Q(box__held_up__gt="", state__in=[SurveyState.LAUNCHED, SurveyState.COUNTING]),
        "tried": Q(state=SurveyState.DRAFT, tryout__state=BoxState.RELEASED, tryout__released_at__gt=now - SHOWN),
        "words": Q(state=SurveyState.RELEASED) & Q(Exists(unread)),
        "results": Q(state=SurveyState.RELEASED, box__released_at__gt=now - SHOWN),
    }
    if person.reach.staff_paths:  # whoever leads somebody who was asked reads no words before the others
        del stages["words"]
    language = spoken()
    codes = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != language)
    title = Coalesce(*(NullIf(f"title_{code}", Value("")) for code in codes), Value(""), output_field=TextField())
    kinds = Case(
        *(When(one, then=Value(stage)) for stage, one in stages.items()),
        default=Value(""),
        output_field=CharField(),
    )
    # Read plainly: what translates the words of models puts the columns in any order, and others stand beside them.
    own: QuerySet[Survey] = QuerySet(Survey).filter(pk__in=Survey.objects.run_by(person).order_by().values("pk"))
    rows = own.annotate(uses=Cast("region__parts", TextField()), kind=kinds, name=title)
    rows = rows.filter(uses__contains=f'"{PART}"').exclude(kind="")
    return rows.order_by().values_list("pk", "kind", "name", "closes_on")


def todos(rows: Iterable[Any], *, today: date) -> list[Todo]:
    """What is to be done about these, each in a sentence and with where."""
    words = {
        "again": (_("Confirm once more what the survey publishes"), "survey_plan"),
        "plan": (_("Close the survey: see and confirm what it publishes"), "survey_plan"),
        "held_up": (_("See why the survey does not go on"), "survey"),
        "tried": (_("See what the try-out of the survey says"), "survey"),
        "words": (_("Read what was written in the survey"), "survey_texts"),
        "results": (_("Read the results of the survey"), "results"),
    }
    found = []
    for pk, kind, title, closes_on in rows:
        what, page = words[kind]
        by = closes_on + DUE if kind in ("plan", "again") and closes_on else today if kind == "held_up" else None
        found.append(Todo(what, title, reverse(f"competence:{page}", args=[pk]), by, today))
    return found
