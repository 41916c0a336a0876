"""What we write about surveys: the link, the same once more to everybody, and that there are results.

Nobody knows who has answered. So every round goes to all who are asked, in the same words but for the link, and a
letter to a single person does not exist.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from answers.models import Box
from answers.states import BoxState
from base import clock
from competence.models import Survey, SurveyUnit
from competence.states import SurveyState
from events.letters.evaluations import link_in, write_to_all
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Letter
from people.models import Person, RoleAssignment
from people.states import Role

ASKED, AGAIN, LONGER = "competence.survey", "competence.survey_again", "competence.survey_longer"
TRYOUT, RESULTS = "competence.tryout", "competence.survey_results"
TO_ALL = (ASKED, AGAIN, LONGER)
MORNING = time(8)


def invite(survey: Survey, box: Box, *, now: datetime) -> int:
    """The invitation now, and the reminders on their mornings, to all alike (SUR-8); how many people are asked."""
    rounds = [(ASKED, "", now), *((AGAIN, str(days), _morning(survey, box, days)) for days in survey.reminders)]
    return write_to_all(box, rounds, about=survey, facts={"survey": survey.pk}, now=now)


def _morning(survey: Survey, box: Box, days: int) -> datetime:
    opened = (box.opens_at or clock.now()).astimezone(ZoneInfo(box.zone)).date()
    return clock.wall(opened + timedelta(days=days), MORNING, box.zone)


def tell_longer(survey: Survey, box: Box, *, now: datetime) -> int:
    """Everybody is told that there is more time; how many people."""
    mark = survey.closes_on.isoformat() if survey.closes_on else ""
    return write_to_all(box, [(LONGER, mark, now)], about=survey, facts={"survey": survey.pk}, now=now)


def ask_to_try_out(survey: Survey, box: Box, *, now: datetime) -> int:
    """Those who try the survey out get the link; how many."""
    return write_to_all(box, [(TRYOUT, "", now)], about=survey, facts={"survey": survey.pk}, now=now)


def stop(survey: Survey, *, now: datetime) -> int:
    """A survey that is thrown away reminds nobody; how many letters are cancelled."""
    return outbox.cancel_about(about=survey, kinds=TO_ALL, now=now)


def readers_of(survey: Survey, *, now: datetime) -> list[Person]:
    """Those who lead one of the units, as its manager or as director above it."""
    paths = SurveyUnit.objects.filter(survey=survey).values_list("organisation__path", flat=True)
    keys: set[str] = set()
    for path in paths:
        parts = [key for key in path.split("/") if key]
        keys |= {"/".join(parts[: n + 1]) + "/" for n in range(len(parts))}
    leading = RoleAssignment.objects.on(now.astimezone(ZoneInfo(survey.region.time_zone)).date())
    leading = leading.filter(Q(role__in=[Role.MANAGER, Role.DIRECTOR]), organisation__path__in=keys)
    return list(Person.objects.filter(pk__in=leading.values("person_id"), is_active=True).exclude(email=None))


def tell_results(survey: Survey, *, now: datetime) -> int:
    """Whoever leads a unit that was asked is told that there are results; how many letters are written."""
    people = readers_of(survey, now=now)
    for person in people:
        outbox.write(
            kind=RESULTS,
            key=f"{RESULTS}:{survey.pk}:{person.pk}",
            about=survey,
            scope=f"region:{survey.region_id}",
            now=now,
            person=person,
            facts={"survey": survey.pk},
        )
    return len(people)


# ---------- Building ----------


def _read(letters: Sequence[Letter]) -> dict[int, Survey]:
    wanted = {letter.facts.get("survey") for letter in letters if letter.kind in (*TO_ALL, TRYOUT, RESULTS)}
    rows = Survey.objects.filter(pk__in=wanted).select_related("region", "box", "tryout")
    return {row.pk: row for row in rows}


def _survey(letter: Letter) -> Survey | None:
    return kinds.round_of(letter).once("surveys", _read).get(letter.facts["survey"])


def _foot(survey: Survey) -> dict[str, Any]:
    region = survey.region
    ask = gettext("Do you have a question? Answer this letter, or write to %(name)s, %(address)s.")
    return {
        "ask": ask % {"name": region.sender_name, "address": region.sender_address},
        "reply_to": region.sender_address,
        "region": ", ".join(line for line in (region.sender_name, region.phone) if line),
        "sender": region.sender_name,
    }


def _asking(letter: Letter, template: str, *, tryout: bool = False) -> Mail | None:
    survey = _survey(letter)
    box = (survey.tryout if tryout else survey.box) if survey is not None else None
    if survey is None or box is None or letter.person is None:
        return None
    if box.pk != letter.facts["box"] or box.state != BoxState.OPEN:
        return None
    if box.closes_at is None or box.closes_at <= clock.now():
        return None
    link, secret = link_in(letter, box)
    last = box.closes_at.astimezone(ZoneInfo(box.zone)) - timedelta(minutes=1)
    return kinds.compose(
        f"competence/letters/{template}.txt",
        {"survey": survey, "link": link, "last": last.date()},
        why=gettext(
            "You get this letter because you work in one of the units that are asked, like everybody else there."
        ),
        **_foot(survey),
        secrets=[secret] if secret else (),
    )


def build_asked(letter: Letter) -> Mail | None:
    """The link to the form; not when it is closed."""
    return _asking(letter, "survey")


def build_again(letter: Letter) -> Mail | None:
    """The same link, in the same words for those who have answered and those who have not."""
    return _asking(letter, "survey_again")


def build_longer(letter: Letter) -> Mail | None:
    """There is more time; the same to everybody."""
    return _asking(letter, "survey_longer")


def build_tryout(letter: Letter) -> Mail | None:
    """The link to the try-out."""
    return _asking(letter, "tryout", tryout=True)


def build_results(letter: Letter) -> Mail | None:
    """Where the results are."""
    survey = _survey(letter)
    if survey is None or survey.state != SurveyState.RELEASED:
        return None
    return kinds.compose(
        "competence/letters/survey_results.txt",
        {"survey": survey, "link": settings.BASE_URL + reverse("competence:results", args=[survey.pk])},
        why=gettext("You get this letter because you lead one of the units that were asked."),
        **_foot(survey),
    )


kinds.register(ASKED, build_asked, title=_("Invitation to a survey"))
kinds.register(AGAIN, build_again, title=_("A survey once more, to all alike"))
kinds.register(LONGER, build_longer, title=_("More time for a survey, to all alike"))
kinds.register(TRYOUT, build_tryout, title=_("Trying out a survey"))
kinds.register(RESULTS, build_results, title=_("Results of a survey"))
