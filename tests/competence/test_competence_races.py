"""Two publish the same version at once, and two surveys that must not stand beside each other are launched at once.

On PostgreSQL, with threads. Each race has a control: the same run with the lock taken away lets both through.
"""

import time

import pytest

from answers.models import Box
from answers.rules import AlmostTheSame
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
from competence.states import VersionState
from people.models import Region
from tests.cast import NOW, make_cast
from tests.competence.conftest import in_three, make_framework
from tests.competence.surveying import drafted, staffed
from tests.events.test_races import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def slowly(patch, rules, name):
    """Whoever gets past this rule takes her time before the deed."""
    real = getattr(rules, name)

    def ask(*args, **kwargs):
        refusal = real(*args, **kwargs)
        if refusal is None:
            time.sleep(0.3)
        return refusal

    patch.setattr(rules, name, ask)


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
    slowly(monkeypatch, frameworks.rules, "why_not_publish")
    slowly(monkeypatch, profiles.rules, "why_not_publish")

    def both(room, version):
        return at_once([lambda: room.publish(version=version, by=cast.malin, now=NOW)] * 2)

    assert refused(both(frameworks, make_framework(cast.sormland, published=False))) == 1
    assert refused(both(profiles, a_draft(cast))) == 1
    with monkeypatch.context() as patch:
        patch.setattr(frameworks, "_locked", lambda version: FrameworkVersion.objects.get(pk=version.pk))
        patch.setattr(profiles, "_locked", lambda version: ProfileVersion.objects.get(pk=version.pk))
        assert refused(both(frameworks, make_framework(cast.sormland, published=False))) == 0
        assert refused(both(profiles, a_draft(cast))) == 0
    assert FrameworkVersion.objects.exclude(state=VersionState.PUBLISHED).count() == 0


def test_of_two_surveys_of_almost_the_same_people_one_is_launched(monkeypatch):
    cast = make_cast()
    staffed(cast, cast.barn, 9)
    slowly(monkeypatch, surveys.rules, "why_not_launch")

    def both():
        first, second = drafted(cast), drafted(cast, slips=1)
        second.parts.update(framework=first.parts.get().framework)
        return at_once([lambda one=one: surveys.launch(survey=one, by=cast.malin, now=NOW) for one in (first, second)])

    answers = both()
    assert refused(answers) == 1
    assert any(isinstance(answer, AlmostTheSame) for answer in answers)
    Box.objects.update(state=BoxState.DESTROYED)
    with monkeypatch.context() as patch:
        patch.setattr(surveys, "_one_at_a_time", lambda survey: Region.objects.get(pk=survey.region_id))
        assert refused(both()) == 0
