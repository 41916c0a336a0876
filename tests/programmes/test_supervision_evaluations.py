"""Before a group is extended its members are asked, and nobody can work out who said what."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from answers import actions as answers
from answers.states import BoxState
from audit.models import Deed
from outbox import kinds
from outbox.models import Letter
from programmes.actions import supervision
from programmes.actions import supervision_evaluations as actions
from programmes.models import SupervisionEvaluation
from programmes.rules import supervision as rules
from programmes.rules import supervision_evaluations as evaluating
from programmes.states import SupervisionState
from tests.cast import NOW, employment, person
from tests.events.test_evaluations import close, vote
from tests.programmes.test_supervision import TERMS, agreed, stage, write

__all__ = ["stage"]
pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=10, minutes=1)


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path):
    settings.KEYS_DIR, settings.KEYS_EMBEDDED = str(tmp_path / "keys"), True


def people_of(cast, n, name="Medlem"):
    found = []
    for number in range(n):
        who = person(f"{name} {number}", f"{name.lower()}{number}@eskilstuna.example", cast.sormland)
        employment(who, cast.barn)
        found.append(who)
    return found


def held(cast, n, name="Medlem"):
    """A group of so many whose two sessions have been."""
    people = people_of(cast, n, name)
    group = agreed(cast, *people, terms=TERMS)
    for day in (date(2027, 4, 12), date(2027, 4, 14)):
        write(cast, group, None, *people, day=day)
    group.refresh_from_db()
    return group


def opened(group, now=NOW):
    actions.open_due(now=now)
    answers.open_due(now=now)
    return SupervisionEvaluation.objects.select_related("box").get(group=group)


def test_a_group_is_extended_only_when_its_evaluation_is_closed(stage):
    people = people_of(stage, 6)
    group = agreed(stage, *people)
    write(stage, group, None, *people, day=date(2027, 4, 12))
    with pytest.raises(evaluating.SessionsLeft):
        supervision.extend(group=group, sessions=3, by=stage.malin, now=NOW)
    assert actions.open_due(now=NOW) == 0
    write(stage, group, None, *people)
    with pytest.raises(evaluating.EvaluationToCome):
        supervision.extend(group=group, sessions=3, by=stage.malin, now=NOW)
    evaluation = opened(group)
    assert evaluation.box.state == BoxState.OPEN
    with pytest.raises(evaluating.EvaluationOpen):
        supervision.extend(group=group, sessions=3, by=stage.malin, now=NOW)
    vote(evaluation, 6, useful="4", safe="5", room="3", on="5")
    close(LATER)
    supervision.extend(group=group, sessions=3, by=stage.malin, now=LATER)
    group.refresh_from_db()
    assert (group.state, group.term, group.sessions) == (SupervisionState.PROPOSED, 2, 5)
    assert rules.answers_of(group) == {}
    for who in (stage.sara, *people):
        group = supervision.answer(group=group, answer="yes", by=who, now=LATER)
    assert group.state == SupervisionState.RUNNING


def test_six_answers_are_a_word_to_the_members_and_nothing_to_the_supervisor(stage, sign_in):
    group = held(stage, 6)
    evaluation = opened(group)
    vote(evaluation, 6, useful="5", safe="5", room="1", on="5")
    close(LATER)
    member = rules.members_of(group)[0].person
    page = sign_in(member).get(group.get_absolute_url()).content.decode()
    assert "5–9 har svarat" in page
    assert "höga" in page
    page = sign_in(stage.sara).get(group.get_absolute_url()).content.decode()
    assert "5–9" not in page
    assert "höga" not in page
    assert sign_in(stage.stina).get(group.get_absolute_url()).status_code == 404


def test_four_answers_show_nothing_and_a_group_of_four_is_not_asked(stage, sign_in):
    group = held(stage, 6)
    vote(opened(group), 4, useful="5")
    close(LATER)
    page = sign_in(stage.malin).get(group.get_absolute_url()).content.decode()
    assert "För få svar" in page
    small = held(stage, 4, "Liten")
    evaluation = opened(small)
    assert evaluation.box is None
    assert evaluating.why_not_extend(small, stage.malin, now=NOW) is None


def test_the_supervisor_reads_all_her_groups_of_a_year_together_from_ten_answers(stage, sign_in):
    for name in ("Ett", "Två"):
        group = held(stage, 6, name)
        vote(opened(group), 6, useful="4", safe="4", room="4", on="4")
    close(LATER)
    assert evaluating.totals_of(stage.sara) == []
    assert actions.close_totals(now=LATER) == 0, "the year is not over"
    after = NOW.replace(year=2028, month=1, day=2)
    assert actions.close_totals(now=after) == 1
    answers.count_due(now=after)
    [(year, box)] = evaluating.totals_of(stage.sara)
    assert year == 2027
    assert box.release.tables["tables"][0]["n"] == "12"
    page = sign_in(stage.sara).get("/programmes/supervision/").content.decode()
    assert "4,0" in page
    assert evaluating.totals_of(stage.malin) == []
    assert Deed.objects.filter(deed="supervision.total_released").count() == 1


def test_one_group_alone_is_no_total_for_its_supervisor(stage):
    vote(opened(held(stage, 6)), 6, useful="4")
    close(LATER)
    after = NOW.replace(year=2028, month=1, day=2)
    actions.close_totals(now=after)
    answers.count_due(now=after)
    assert evaluating.totals_of(stage.sara) == []


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_everybody_gets_the_same_letters_in_the_readers_language(stage, language):
    group = held(stage, 5)
    opened(group)
    letters = Letter.objects.filter(kind__startswith="programmes.supervision_evaluation")
    assert letters.count() == 10
    for letter in letters.order_by("kind")[:6]:
        with translation.override(language):
            mail = kinds.find(letter.kind).build(letter)
        assert mail is not None
        assert f"/b/{language}/#" in mail.text
        assert mail.secrets
