"""Who runs surveys, when what may be changed, and what stops a launch or a closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from answers import rules as boxes
from answers.ballots import Form
from answers.models import Box
from answers.rounds import round_of
from answers.states import BoxState, HeldUp
from audit.actions import key
from base import clock
from base.refusal import Forbidden, Refusal
from competence.models import Survey
from competence.rules.circles import Circle
from competence.rules.frameworks import why_not_ask
from competence.rules.questions import asked_in
from competence.states import SurveyState
from people.models import Person
from people.states import EmploymentForm

KIND, TRYOUT = "competence.survey", "competence.tryout"
OPENS_AT = time(8)
SHORTEST = timedelta(days=2)
TRYOUT_DAYS = 7
REMINDERS = (7, 14, 21)


class NotRunner(Forbidden):
    """Surveys are run by the coordinators of their region."""

    message = _("A survey is prepared and closed by the coordinators of the region.")


class Frozen(Refusal):
    """Nothing is changed after the launch (SUR-7)."""

    message = _(
        "The survey has been launched, so its questions, units and limits are frozen. What would change them is a new "
        "survey; this one can be thrown away, unread, as long as it is not counted."
    )


class CircleChanged(Refusal):
    """Other people are asked than the page has said."""

    message = _("Whom the survey asks has changed since you opened the page. Look at it again, then launch.")


class WindowMissing(Refusal):
    """When it opens and closes must be known."""

    message = _("Say when the survey opens and closes.")


class WindowPast(Refusal):
    """It cannot open in the past."""

    message = _("The day on which the survey opens has passed. Choose today or later.")


class WindowShort(Refusal):
    """Answering must be possible for two days."""

    message = _("A survey is open for at least two days.")


class NothingAsked(Refusal):
    """There is no common part."""

    message = _("Choose the framework that everybody is asked about.")


class DisposalMissing(Refusal):
    """Which decision the answers are destroyed by must be said."""

    message = _("Write which disposal decision the answers are destroyed by. It stands on the form.")


class NoUnits(Refusal):
    """Nobody to ask."""

    message = _("Choose the units that are asked.")


class NobodyThere(Refusal):
    """The chosen units have too few people."""

    message = _("Fewer than %(least)s people work in the chosen units, so nothing could ever be published.")


class OutOfRange(Refusal):
    """A target lies outside the scale."""

    message = _("A target level lies between 1 and 5.")


class TooLate(Refusal):
    """The time to answer is over (SUR-3)."""

    message = _("The time to answer is over. No late answers can be taken, and there is no second publication.")


class NotLater(Refusal):
    """An extension is later."""

    message = _("Choose a day after %(day)s.")


class StillOpen(Refusal):
    """The plan is made when nobody answers any more."""

    message = _("What will be published is planned when nobody can answer any more.")


class ReasonMissing(Refusal):
    """Throwing away needs a reason."""

    message = _("Write why the survey is thrown away.")


class TryoutRuns(Refusal):
    """One try-out at a time."""

    message = _("A try-out is open. Wait until it has closed.")


class TryoutSmall(Refusal):
    """Of fewer nothing could be shown."""

    message = _("Fewer than %(least)s people with an address work in the units of the try-out. Choose more units.")


def runs(survey: Survey, person: Person) -> bool:
    """Whether the person coordinates the survey's region, or is an administrator."""
    return person.reach.administrator or survey.region_id in person.reach.region_ids


def why_not_change(survey: Survey, by: Person | None) -> Refusal | None:
    """The reason `by` cannot change what the survey asks whom, or None."""
    if by is not None and not runs(survey, by):
        return NotRunner()
    return None if survey.state == SurveyState.DRAFT else Frozen()


def why_not_window(opens_on: date | None, closes_on: date | None, *, today: date) -> Refusal | None:
    """The reason a survey cannot be open from one day to the other, or None."""
    if opens_on is None or closes_on is None:
        return WindowMissing()
    if opens_on < today:
        return WindowPast()
    return WindowShort() if closes_on < opens_on + SHORTEST else None


def why_not_questions(survey: Survey) -> Refusal | None:
    """The reason the survey cannot be asked as it is, or None (COM-5)."""
    parts = list(survey.parts.select_related("framework"))
    if not any(part.common for part in parts):
        return NothingAsked()
    for part in parts:
        for competence in asked_in(part):
            if refusal := why_not_ask(competence):
                return refusal
    return None


def why_not_launch(survey: Survey, by: Person | None, *, now: datetime) -> Refusal | None:
    """The first reason the survey cannot be launched, or None; who is asked is looked at under the lock."""
    if refusal := why_not_change(survey, by):
        return refusal
    today = now.astimezone(ZoneInfo(survey.region.time_zone)).date()
    if refusal := why_not_window(survey.opens_on, survey.closes_on, today=today) or why_not_questions(survey):
        return refusal
    if not survey.disposal.strip():
        return DisposalMissing()
    return None if survey.units.exists() else NoUnits()


def why_not_circle(survey: Survey, asked: int) -> Refusal | None:
    """The reason nothing could come out of asking so many, or None."""
    least = survey.region.smallest_group
    return NobodyThere(least=least) if asked < least else None


def why_not_so_soon(survey: Survey, form: Form, circle: Circle, *, now: datetime) -> Refusal | None:
    """The reason these people cannot be asked so soon, or None: as the launch asks the answers (S7)."""
    return boxes.why_not_again(
        kind=KIND,
        scope=f"region:{survey.region_id}",
        owner=key(survey),
        now_asked=round_of(form, [(one.person_id, one.unit) for one in circle.invited], circle.slip_rows),
        k=survey.region.smallest_group,
        now=now,
    )


def why_not_try_out(survey: Survey, by: Person | None) -> Refusal | None:
    """The reason no try-out can begin, or None."""
    if refusal := why_not_change(survey, by) or why_not_questions(survey):
        return refusal
    if survey.tryout is not None and survey.tryout.state not in (BoxState.RELEASED, BoxState.DESTROYED):
        return TryoutRuns()
    return None if survey.units.filter(tries_out=True).exists() else NoUnits()


def is_over(survey: Survey, *, now: datetime) -> bool:
    """Whether nobody can answer any more."""
    box = survey.box
    return box is not None and box.closes_at is not None and box.closes_at <= now


def why_not_extend(survey: Survey, by: Person | None, until: date, *, now: datetime) -> Refusal | None:
    """The reason the time to answer cannot be made longer, or None."""
    if by is not None and not runs(survey, by):
        return NotRunner()
    if survey.state not in (SurveyState.LAUNCHED, SurveyState.OPEN) or is_over(survey, now=now):
        return TooLate()
    if survey.closes_on is not None and until <= survey.closes_on:
        return NotLater(day=survey.closes_on.isoformat())
    return None


def why_not_end(survey: Survey, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason answering cannot be ended now, or None."""
    if by is not None and not runs(survey, by):
        return NotRunner()
    if survey.state != SurveyState.OPEN or survey.box is None or is_over(survey, now=now):
        return TooLate()
    return boxes.why_not_close(survey.box, now=now)


def why_not_plan(survey: Survey, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason there is no plan to look at or to confirm, or None.

    A plan that could be looked at while people answer would be a live counter of answers.
    """
    if by is not None and not runs(survey, by):
        return NotRunner()
    if survey.state != SurveyState.OPEN or survey.box is None or not is_over(survey, now=now):
        return StillOpen()
    return boxes.why_not_close(survey.box, now=now)


def why_not_throw_away(survey: Survey, by: Person | None) -> Refusal | None:
    """The reason the survey cannot be thrown away, or None."""
    if by is not None and not runs(survey, by):
        return NotRunner()
    return boxes.NotOpen() if survey.state in (SurveyState.RELEASED, SurveyState.DESTROYED) else None


def unreadable_in(box: Box) -> int:
    """How many answers cannot be opened."""
    return sum(n for _unit, _role, n in box.unreadable or ())


def held_up(box: Box | None) -> str:
    """Why the answers have not been counted, and what is to be done, for whoever runs the survey; else nothing."""
    if box is None or not box.held_up:
        return ""
    n = unreadable_in(box)
    if box.held_up == HeldUp.PLAN and n:
        return ngettext(
            "%(n)s answer cannot be opened: it was damaged or changed after it was sent. The other answers lie sealed "
            "as before, nothing has been published, and the plan is made anew without it. Look at the plan, and "
            "confirm it once more.",
            "%(n)s answers cannot be opened: they were damaged or changed after they were sent. The other answers lie "
            "sealed as before, nothing has been published, and the plan is made anew without them. Look at the plan, "
            "and confirm it once more.",
            n,
        ) % {"n": n}
    words = {
        HeldUp.PLAN: gettext(
            "The number of answers is not the one for which the plan was confirmed. The answers lie sealed as before, "
            "and nothing has been published. Look at the plan, and confirm it once more."
        ),
        HeldUp.ALTERED: gettext(
            "The questions or limits are not those that were frozen at the launch: somebody has changed them in the "
            "database. So no answer is opened. Nothing is lost: as soon as whoever runs the server has put "
            "back what was launched, the survey goes on by itself. If that cannot be done, throw it away, unread."
        ),
        HeldUp.KEYS: gettext(
            "The keys of the survey are not where the answers are counted, so they cannot be opened. Tell whoever runs "
            "the server. As soon as the keys are back, the answers are counted by themselves. If they are lost, nobody "
            "can ever read the answers, and the survey can only be thrown away."
        ),
    }
    return words[HeldUp(box.held_up)]


def forms_asked(survey: Survey) -> Sequence[str]:
    """The forms of employment that are asked, in words; all of them when none is chosen."""
    chosen = survey.employment_forms or EmploymentForm.values
    return [str(EmploymentForm(form).label) for form in chosen]


def opens_at(survey: Survey, *, now: datetime) -> datetime:
    """The instant at which it opens: the morning of its day, or now when that has begun."""
    if survey.opens_on is None:
        raise WindowMissing()
    return max(now, clock.wall(survey.opens_on, OPENS_AT, survey.region.time_zone))


def closes_at(survey: Survey, day: date) -> datetime:
    """The instant at which a day that is the last is over."""
    return clock.wall(day + timedelta(days=1), time(0), survey.region.time_zone)
