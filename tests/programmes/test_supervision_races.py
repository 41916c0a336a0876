"""A manager and her staff are put in one group by two coordinators at once. On PostgreSQL, with threads.

The race has a control: the same run with the programme's lock taken away lets both in.
"""

import threading
import time
from contextlib import contextmanager

import pytest

from base.refusal import Refusal
from programmes.actions import supervision as actions
from programmes.models import Programme, SupervisionGroup
from programmes.rules import supervision as rules
from tests.cast import NOW, employment, make_cast, person
from tests.events.test_races import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def passed(monkeypatch):
    """How many got past the rule."""
    seen, real = [], rules.why_not_add

    def ask(*args, **kwargs):
        refusal = real(*args, **kwargs)
        if refusal is None:
            seen.append(threading.get_ident())
            time.sleep(0.3)
        return refusal

    monkeypatch.setattr(rules, "why_not_add", ask)
    return seen


@contextmanager
def without_the_lock(monkeypatch):
    """As a careless programmer writes it: read, look, write."""
    groups = SupervisionGroup.objects.select_related("programme__region", "supervisor", "responsible")
    with monkeypatch.context() as patch:
        patch.setattr(actions, "lock_programme", lambda programme: Programme.objects.get(pk=programme.pk))
        patch.setattr(actions, "lock_group", lambda group: groups.get(pk=group.pk))
        yield


def both(cast):
    """Stina, and Tuva whom she leads, are added to a group at once."""
    sara = person("Sara Handledare", "sara@utanfor.example")
    nora = person("Nora Nyman", "nora@nykoping.example", cast.sormland)
    employment(nora, cast.nyk_barn)
    actions.form_groups(
        programme=cast.programme(),
        groups=[(sara, [cast.yasmin, cast.leila, nora])],
        terms=actions.Terms(2, 90, 4),
        by=cast.malin,
        now=NOW,
    )
    group = SupervisionGroup.objects.get()
    return group, at_once(
        [
            lambda who=who: actions.add_member(group=group, person=who, by=cast.malin, now=NOW)
            for who in (cast.stina, cast.tuva)
        ]
    )


def test_of_a_manager_and_her_staff_one_joins_the_group(cast, passed):
    group, answers = both(cast)
    assert sum(isinstance(answer, rules.LeadsMembers | rules.LedByMember) for answer in answers) == 1
    assert len(passed) == 1
    assert not rules.conflicts([group], by=cast.malin, day=NOW.date())


def test_without_the_lock_both_join(cast, passed, monkeypatch):
    with without_the_lock(monkeypatch):
        group, answers = both(cast)
    assert not any(isinstance(answer, Refusal) for answer in answers)
    assert len(passed) == 2
    assert rules.conflicts([group], by=cast.malin, day=NOW.date())
