"""Two publish the same version at once, and two surveys that must not stand beside each other are launched at once.

On PostgreSQL, with threads. Each race has a control: the same run with the lock taken away lets both through.
"""

import threading
from contextlib import contextmanager, suppress

import pytest

from answers import rules as boxes
from answers.models import Box
from answers.states import BoxState
from base.refusal import Refusal
from competence.actions import frameworks, profiles, surveys
from competence.models import (
    Competence,
    FrameworkVersion,
    ProfileVersion,
    RoleProfile,
    Target,
    Task,
)
from people.models import Region
from tests.cast import NOW, make_cast
from tests.competence.conftest import in_three, make_framework
from tests.competence.surveying import drafted, staffed
from tests.events.test_races import at_once

SHORT, LONG = 0.3, 20  # seconds: long enough for the other to come past, where nothing keeps her
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@contextmanager
def meeting(monkeypatch, rules, name, *, patience):
    """Whoever gets past this rule waits a while for the other before the deed."""
    real, met = getattr(rules, name), threading.Barrier(2)

    def ask(*args, **kwargs):
        refusal = real(*args, **kwargs)
        if refusal is None:
            with suppress(threading.BrokenBarrierError):
                met.wait(timeout=patience)
        return refusal

    with monkeypatch.context() as patch:
        patch.setattr(rules, name, ask)
        yield


def refused(answers):
    """How many were refused; any other error is one."""
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refusal):
            raise answer
    return sum(isinstance(answer, Refusal) for answer in answers)


def a_draft(cast):
    """A role's first version, ready to be published."""
    framework = make_framework(cast.sormland)
    role = RoleProfile.objects.create(region=cast.sormland, created_at=NOW, **in_three("Handläggare", "title"))
    draft = ProfileVersion.objects.create(
        profile=role, framework=framework, number=1, created_at=NOW,
        **in_three("Skydda barn", "purpose"), **in_three("Socionom", "requirements"),
    )  # fmt: skip
    Task.objects.create(version=draft, **in_three("Utreder", "words"))
    Target.objects.create(version=draft, competence=Competence.objects.filter(area__version=framework)[0], level=3)
    return draft


def test_a_version_that_two_publish_at_once_is_published_once(monkeypatch):
    cast = make_cast()

    def both(room, version, patience):
        with meeting(monkeypatch, room.rules, "why_not_publish", patience=patience):
            return refused(at_once([lambda: room.publish(version=version, by=cast.malin, now=NOW)] * 2))

    assert both(frameworks, make_framework(cast.sormland, published=False), SHORT) == 1
    assert both(profiles, a_draft(cast), SHORT) == 1
    monkeypatch.setattr(frameworks, "_locked", lambda version: FrameworkVersion.objects.get(pk=version.pk))
    monkeypatch.setattr(profiles, "_locked", lambda version: ProfileVersion.objects.get(pk=version.pk))
    assert both(frameworks, make_framework(cast.sormland, published=False), LONG) == 0
    assert both(profiles, a_draft(cast), LONG) == 0


def test_of_two_surveys_of_almost_the_same_people_one_is_launched(monkeypatch):
    cast = make_cast()
    staffed(cast, cast.barn, 9)

    def both(patience):
        first, second = drafted(cast), drafted(cast, slips=1)
        second.parts.update(framework=first.parts.get().framework)
        with meeting(monkeypatch, boxes, "why_not_again", patience=patience):
            return at_once(
                [lambda one=one: surveys.launch(survey=one, by=cast.malin, now=NOW) for one in (first, second)]
            )

    answers = both(SHORT)
    assert refused(answers) == 1
    assert any(isinstance(answer, boxes.AlmostTheSame) for answer in answers)
    Box.objects.update(state=BoxState.DESTROYED)
    monkeypatch.setattr(surveys, "_one_at_a_time", lambda survey: Region.objects.get(pk=survey.region_id))
    assert refused(both(LONG)) == 0
