"""A survey from its first draft to its launch, and from its opening to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from answers import actions as answers
from answers import kinds
from answers.actions.boxes import Invited
from answers.ballots import say
from answers.models import Box, FreeText, SlipSheet
from answers.plan import Plan
from answers.states import BoxState
from audit import actions as audit
from base import clock
from base.languages import in_each
from competence.documents.slips import print_slips
from competence.letters import surveys as letters
from competence.models import Statement, Survey, SurveyPart, SurveyText, SurveyUnit
from competence.rules import forecasts, questions
from competence.rules import surveys as rules
from competence.rules.circles import Circle, circle_of
from competence.states import SurveyState
from outbox.clock import wake
from people.models import Person, Region
from programmes.rules.together import why_not_replace

FORECAST = "forecast surveys"


def register() -> None:
    """Tell the answers what a survey and its try-out are."""
    kinds.register(
        kinds.Kind(
            rules.KIND,
            words="against",
            guards_time=True,
            keeps_file=True,
            opened=opened,
            given_back=given_back,
            released=released,
            destroyed=destroyed,
            slips=print_slips,
        )
    )
    kinds.register(kinds.Kind(rules.TRYOUT, words="thirds", by_itself=True, opened=tryout_opened, released=tried_out))


def scope_of(survey: Survey) -> str:
    """Who may see what is written about a survey."""
    return f"region:{survey.region_id}"


def _lock(survey: Survey, *, revision: int | None = None) -> Survey:
    rows = Survey.objects.select_for_update(of=("self",)).select_related("region", "box", "tryout")
    survey = rows.get(pk=survey.pk)
    if revision is not None and (refusal := why_not_replace(survey.revision, revision)):
        raise refusal
    return survey


# ---------- Set-up: a draft that is kept ----------


@transaction.atomic
def begin(*, region: Region, title: Mapping[str, str], by: Person, now: datetime) -> Survey:
    """A new survey of a region, as a draft. Refused to whoever does not coordinate the region."""
    survey = Survey(region=region, created_at=now, created_by=by, reminders=list(rules.REMINDERS))
    for code, words in title.items():
        setattr(survey, f"title_{code}", words)
    if not rules.runs(survey, by):
        raise rules.NotRunner()
    survey.save()
    audit.record("survey.begun", by=by, about=survey, scope=scope_of(survey), now=now)
    return survey


def _saved(survey: Survey, page: str, *, by: Person, now: datetime) -> Survey:
    """One more revision; what could be published is asked for anew."""
    survey.revision += 1
    survey.forecast_wanted_at = now
    survey.save()
    audit.record("survey.changed", by=by, about=survey, scope=scope_of(survey), now=now, fields=page)
    wake(FORECAST)
    return survey


@transaction.atomic
def set_frame(*, survey: Survey, facts: Mapping[str, Any], revision: int, by: Person, now: datetime) -> Survey:
    """What the survey is for, its window, its reminders, and who is asked. Refused after the launch (SUR-7)."""
    survey = _lock(survey, revision=revision)
    if refusal := rules.why_not_change(survey, by):
        raise refusal
    for name, value in facts.items():
        setattr(survey, name, value)
    if survey.opens_on and survey.closes_on and survey.closes_on < survey.opens_on + rules.SHORTEST:
        raise rules.WindowShort()
    return _saved(survey, "frame", by=by, now=now)


@dataclass(frozen=True)
class PartFacts:
    """A part as it is to be: its framework, whether everybody is asked, what of it, and the target levels."""

    framework_id: int
    common: bool
    chosen: Sequence[int] = ()
    targets: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def set_questions(
    *,
    survey: Survey,
    parts: Sequence[PartFacts],
    statements: Sequence[Mapping[str, str]],
    texts: Sequence[Mapping[str, str]],
    asks_need: bool,
    asks_wish: bool,
    revision: int,
    by: Person,
    now: datetime,
) -> Survey:
    """What is asked. Parts that stay keep their units; statements and questions are kept by their place in the list."""
    survey = _lock(survey, revision=revision)
    if refusal := rules.why_not_change(survey, by):
        raise refusal
    kept = []
    # Whichever part was the common one gives the place up before another takes it.
    survey.parts.update(common=False)
    for part in sorted(parts, key=lambda one: not one.common):
        facts = {"common": part.common, "chosen": sorted(part.chosen), "targets": dict(part.targets)}
        row, _made = SurveyPart.objects.update_or_create(survey=survey, framework_id=part.framework_id, defaults=facts)
        kept.append(row.pk)
    survey.parts.exclude(pk__in=kept).delete()
    _set_lines(survey, Statement, statements)
    _set_lines(survey, SurveyText, texts)
    survey.asks_need, survey.asks_wish = asks_need, asks_wish
    return _saved(survey, "questions", by=by, now=now)


def _set_lines(survey: Survey, model: type[Statement] | type[SurveyText], lines: Sequence[Mapping[str, str]]) -> None:
    manager: Any = model._default_manager
    rows = list(manager.filter(survey=survey))
    for position, words in enumerate(lines):
        row = rows[position] if position < len(rows) else model(survey=survey)
        row.position = position
        for code, text in words.items():
            setattr(row, f"words_{code}", text)
        row.save()
    for row in rows[len(lines) :]:
        row.delete()


@dataclass(frozen=True)
class UnitFacts:
    """A unit as it is asked: with which own part, whether in the try-out, and how many slips more."""

    organisation_id: int
    part_id: int | None = None
    tries_out: bool = False
    extra_slips: int = 0


@transaction.atomic
def set_units(*, survey: Survey, units: Sequence[UnitFacts], revision: int, by: Person, now: datetime) -> Survey:
    """Which units are asked, each with at most one own part."""
    survey = _lock(survey, revision=revision)
    if refusal := rules.why_not_change(survey, by):
        raise refusal
    survey.units.exclude(organisation__in=[unit.organisation_id for unit in units]).delete()
    SurveyUnit.objects.bulk_create(
        [
            SurveyUnit(
                survey=survey,
                organisation_id=unit.organisation_id,
                part_id=unit.part_id,
                tries_out=unit.tries_out,
                extra_slips=unit.extra_slips,
            )
            for unit in units
        ],
        update_conflicts=True,
        unique_fields=["survey", "organisation"],
        update_fields=["part", "tries_out", "extra_slips"],
    )
    return _saved(survey, "units", by=by, now=now)


# ---------- Try-out ----------


@transaction.atomic
def try_out(*, survey: Survey, by: Person, now: datetime) -> Survey:
    """Ask in the chosen units whether each question is clear; what is answered to the questions is not kept."""
    survey = _lock(survey)
    if refusal := rules.why_not_try_out(survey, by):
        raise refusal
    units = list(survey.units.filter(tries_out=True).values_list("organisation_id", flat=True))
    circle = circle_of(survey, _today(survey, now), only=units)
    least = survey.region.smallest_group
    if len(circle.invited) < least:
        raise rules.TryoutSmall(least=least)
    box = answers.make_box(
        kind=rules.TRYOUT,
        owner=f"{audit.key(survey)}:tryout:{survey.revision}:{now:%Y%m%d%H%M%S}",
        scope=scope_of(survey),
        form=questions.tryout_of(survey, [str(unit) for unit in units]),
        title={code: str(_("Try-out: %(title)s")) % {"title": words} for code, words in _title(survey).items()},
        lead=in_each(
            lambda: _(
                "Look at each question and say whether it was clear. What you answer to the question is not kept."
            )
        ),
        zone=survey.region.time_zone,
        k=least,
    )
    survey.tryout = answers.launch(
        box=box,
        invited=[Invited(one.person_id) for one in circle.invited],
        opens_at=now,
        closes_at=rules.closes_at(survey, _today(survey, now) + timedelta(days=rules.TRYOUT_DAYS)),
        now=now,
    )
    survey.save(update_fields=["tryout"])
    audit.record(
        "survey.tryout_begun", by=by, about=survey, scope=scope_of(survey), now=now, invited=len(circle.invited)
    )
    return survey


def tryout_opened(box: Box, now: datetime) -> None:
    """The try-out is open: its units get the link."""
    letters.ask_to_try_out(Survey.objects.get(tryout=box), box, now=now)


def tried_out(box: Box, now: datetime) -> None:
    """The try-out has been counted: the log says so."""
    survey = Survey.objects.get(tryout=box)
    audit.record("survey.tryout_counted", by=None, about=survey, scope=scope_of(survey), now=now, box=box.pk)


# ---------- Launch ----------


def _one_at_a_time(survey: Survey) -> Region:
    """Whoever launches in a region waits for the other: which survey comes too soon is asked of those that stand."""
    return Region.objects.select_for_update(no_key=True).get(pk=survey.region_id)


def _title(survey: Survey) -> dict[str, str]:
    return questions.words_of(survey, "title")


def _today(survey: Survey, now: datetime) -> date:
    return now.astimezone(ZoneInfo(survey.region.time_zone)).date()


@transaction.atomic
def launch(*, survey: Survey, by: Person, now: datetime, asked: int | None = None) -> Survey:
    """Freeze the survey and invite the employees of today; the clock opens it.

    Refused as `rules.why_not_launch` says, when the circle differs by a few from one of a short while ago (S7), and
    when not as many are asked as the page has said (`asked`).
    """
    _one_at_a_time(survey)
    survey = _lock(survey)
    if refusal := rules.why_not_launch(survey, by, now=now):
        raise refusal
    circle = circle_of(survey, _today(survey, now))
    if refusal := rules.why_not_circle(survey, circle.asked):
        raise refusal
    if asked is not None and asked != circle.asked:
        raise rules.CircleChanged()
    box = answers.make_box(
        kind=rules.KIND,
        owner=audit.key(survey),
        scope=scope_of(survey),
        form=questions.form_of(survey),
        title=_title(survey),
        lead=_lead(survey),
        zone=survey.region.time_zone,
        k=survey.region.smallest_group,
    )
    survey.box = _frozen(survey, box, circle, now)
    survey.state = SurveyState.LAUNCHED
    survey.forecast_wanted_at = None
    survey.save(update_fields=["box", "state", "forecast_wanted_at"])
    audit.record(
        "survey.launched",
        by=by,
        about=survey,
        scope=scope_of(survey),
        now=now,
        invited=len(circle.invited),
        slips=sum(circle.slips.values()),
        units=len(circle.units),
        release=survey.box.frozen_digest,
    )
    return survey


def _lead(survey: Survey) -> dict[str, str]:
    """What the survey is for, and the decision by which the answers are destroyed."""
    purpose, disposal = questions.words_of(survey, "purpose"), questions.words_of(survey, "disposal")
    return {
        code: "\n\n".join(words for texts in (purpose, disposal) if (words := say(texts, code)))
        for code, _name in settings.LANGUAGES
    }


def _frozen(survey: Survey, box: Box, circle: Circle, now: datetime) -> Box:
    if survey.closes_on is None:
        raise rules.WindowMissing()
    return answers.launch(
        box=box,
        invited=circle.invited,
        opens_at=rules.opens_at(survey, now=now),
        closes_at=rules.closes_at(survey, survey.closes_on),
        now=now,
        nodes=circle.nodes,
        slips=circle.slip_rows,
    )


# ---------- While open ----------


def _of(box: Box) -> Survey:
    return Survey.objects.select_related("region").get(box=box)


def opened(box: Box, now: datetime) -> None:
    """The box is open: everybody is invited, and on the days of the reminders once more in the same words."""
    survey = _of(box)
    Survey.objects.filter(pk=survey.pk, state=SurveyState.LAUNCHED).update(state=SurveyState.OPEN)
    letters.invite(survey, box, now=now)
    audit.record("survey.opened", by=None, about=survey, scope=scope_of(survey), now=now, box=box.pk)


@transaction.atomic
def want_slips(*, survey: Survey, unit: str, by: Person, now: datetime) -> tuple[SlipSheet, str]:
    """Ask for a unit's slips on paper: the sheet that the clock makes, and the half of its key for this browser."""
    if not rules.runs(survey, by):
        raise rules.NotRunner()
    if survey.box is None:
        raise rules.StillOpen()
    found = answers.want_slips(box=survey.box, unit=unit, now=now)
    audit.record("survey.slips_wanted", by=by, about=survey, scope=scope_of(survey), now=now, unit=unit)
    wake("answers.slips")
    return found


@transaction.atomic
def take_slips(*, survey: Survey, sheet: SlipSheet, key: str, by: Person, now: datetime) -> bytes:
    """The slips on paper, once, for the browser that asked for them."""
    if not rules.runs(survey, by):
        raise rules.NotRunner()
    paper = answers.take_slips(sheet=sheet, key=key)
    audit.record("survey.slips_fetched", by=by, about=survey, scope=scope_of(survey), now=now, unit=sheet.unit)
    return paper


@transaction.atomic
def extend(*, survey: Survey, until: date, by: Person, now: datetime) -> Survey:
    """Give everybody more time, and tell everybody so in the same words; refused when the time is over (SUR-3)."""
    survey = _lock(survey)
    if refusal := rules.why_not_extend(survey, by, until, now=now):
        raise refusal
    if survey.box is None:
        raise rules.TooLate()
    before, survey.closes_on = survey.closes_on, until
    box = answers.move_end(box=survey.box, closes_at=rules.closes_at(survey, until), now=now)
    survey.save(update_fields=["closes_on"])
    if survey.state == SurveyState.OPEN:
        letters.tell_longer(survey, box, now=now)
    audit.record(
        "survey.extended",
        by=by,
        about=survey,
        scope=scope_of(survey),
        now=now,
        before=before.isoformat() if before else "",
        until=until.isoformat(),
    )
    return survey


@transaction.atomic
def end(*, survey: Survey, by: Person, now: datetime) -> Survey:
    """End answering now instead of on its last day, at the earliest after two days; then the plan can be looked at."""
    survey = _lock(survey)
    if refusal := rules.why_not_end(survey, by, now=now):
        raise refusal
    if survey.box is not None:
        answers.move_end(box=survey.box, closes_at=now, now=now)
    audit.record("survey.ended", by=by, about=survey, scope=scope_of(survey), now=now)
    return survey


@transaction.atomic
def throw_away(*, survey: Survey, reason: str, by: Person, now: datetime) -> None:
    """Throw the survey away with all answers, unread, or a draft for good. Refused when it has been counted."""
    survey = _lock(survey)
    if refusal := rules.why_not_throw_away(survey, by):
        raise refusal
    if not reason.strip():
        raise rules.ReasonMissing()
    was = survey.state
    audit.record(
        "survey.thrown_away",
        by=by,
        about=survey,
        scope=scope_of(survey),
        now=now,
        change=was,
        words={"title": str(survey), "reason": reason},
    )
    if survey.tryout is not None and survey.tryout.state not in (BoxState.RELEASED, BoxState.DESTROYED):
        answers.destroy(box=survey.tryout, now=now)
    if survey.box is not None:
        answers.destroy(box=survey.box, now=now)
    else:
        survey.delete()


# ---------- The end ----------


def plan_of(survey: Survey) -> Plan:
    """What would be published of the answers there are, from their counts alone."""
    if survey.box is None:
        raise rules.StillOpen()
    return answers.plan_of(survey.box)


@transaction.atomic
def confirm(*, survey: Survey, digest: str, by: Person, now: datetime) -> Survey:
    """Confirm what will be published; the clock counts once, and the answers and their keys are destroyed."""
    survey = _lock(survey)
    if refusal := rules.why_not_plan(survey, by, now=now):
        raise refusal
    if survey.box is not None:
        answers.confirm_plan(box=survey.box, digest=digest, now=now)
    survey.state = SurveyState.COUNTING
    survey.save(update_fields=["state"])
    audit.record("survey.plan_confirmed", by=by, about=survey, scope=scope_of(survey), now=now, release=digest)
    wake("answers.close")
    return survey


def given_back(box: Box, now: datetime) -> None:
    """What was confirmed could not be counted: the survey waits for another plan, and its page says why."""
    survey = _of(box)
    Survey.objects.filter(pk=survey.pk, state=SurveyState.COUNTING).update(state=SurveyState.OPEN)
    audit.record(
        "survey.plan_given_back",
        by=None,
        about=survey,
        scope=scope_of(survey),
        now=now,
        box=box.pk,
        unreadable=rules.unreadable_in(box),
    )


def released(box: Box, now: datetime) -> None:
    """The answers are counted and gone: the log says so, and whoever leads the units is told that there are results."""
    survey = _of(box)
    Survey.objects.filter(pk=survey.pk).update(state=SurveyState.RELEASED)
    audit.record(
        "survey.released",
        by=None,
        about=survey,
        scope=scope_of(survey),
        now=now,
        box=box.pk,
        release=box.release.digest,
        texts_waiting=FreeText.objects.filter(box=box).count(),
    )
    audit.record(
        "survey.answers_destroyed",
        by=None,
        about=survey,
        scope=scope_of(survey),
        now=now,
        box=box.pk,
        words={"decision": survey.disposal},
    )
    letters.tell_results(survey, now=now)


def destroyed(box: Box, now: datetime) -> None:
    """The box has been thrown away: nobody is reminded of it any more."""
    survey = _of(box)
    Survey.objects.filter(pk=survey.pk).update(state=SurveyState.DESTROYED)
    letters.stop(survey, now=now)


# ---------- The forecast ----------


def forecast_due(*, now: datetime) -> int:
    """Work out what could be published of each draft whose units or questions have changed; how many."""
    done = 0
    for survey in Survey.objects.filter(state=SurveyState.DRAFT, forecast_wanted_at__isnull=False):
        done += forecast(survey=survey, now=now)
    return done


def forecast(*, survey: Survey, now: datetime) -> int:
    """Note for some shares of answers what could be published, from counts alone; 0 when it is wanted anew."""
    wanted = survey.forecast_wanted_at
    circle = circle_of(survey, clock.today(survey.region.time_zone))
    facts = forecasts.of(circle, k=survey.region.smallest_group)
    mine = Survey.objects.filter(pk=survey.pk, forecast_wanted_at=wanted)
    return mine.update(forecast=facts, forecast_wanted_at=None)
