"""Goals: the director's for the whole, each unit's serving one above, to be read by all who work there."""

from datetime import date

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Deed
from competence.actions import goals as actions
from competence.documents.goals import NoGoals, Poster, Printable, TooMuch, print_poster
from competence.models import Competence, StrategicGoal
from competence.rules import goals as rules
from programmes.rules.together import SavedMeanwhile
from tests.cast import NOW
from tests.competence.conftest import make_framework

pytestmark = pytest.mark.django_db
YEAR = (date(2027, 1, 1), date(2027, 12, 31))


def keep(place, words, serves=None, *, by, goal=None, until=YEAR[1], **facts):
    said = {f"words_{code}": f"{words} ({code})" for code in ("sv", "fi", "en")}
    period = {"valid_from": YEAR[0], "valid_to": until}
    return actions.keep(
        organisation=place, goal=goal, words=said, serves=serves, competences=[], by=by, now=NOW, **period, **facts
    )


def at(name, place):
    return reverse(f"competence:{name}", args=[place.pk])


@pytest.fixture
def top(cast):
    return keep(cast.eskilstuna, "Rätt stöd i tid", by=cast.lars)


def test_a_units_goal_serves_one_above_and_never_one_beside_or_below(cast, top):
    with pytest.raises(rules.NothingAbove):
        keep(cast.nyk_barn, "Eget", by=cast.petra)
    with pytest.raises(rules.ServesNothing):
        keep(cast.barn, "Eget", by=cast.stina)
    own = keep(cast.barn, "Möte inom en vecka", top, by=cast.stina)
    for place, serves in ((cast.mottagning, own), (cast.barn, own), (cast.nyk_barn, top), (cast.eskilstuna, own)):
        with pytest.raises(rules.NotAbove):
            keep(place, "Fel", serves, by=cast.malin)
    with pytest.raises(rules.StillServed):
        keep(cast.eskilstuna, "Rätt", by=cast.lars, goal=top, until=date(2027, 6, 30), revision=1)


def test_who_changes_a_goal_later_is_refused(cast, top):
    keep(cast.eskilstuna, "Nytt", by=cast.lars, goal=top, revision=1)
    with pytest.raises(SavedMeanwhile):
        keep(cast.eskilstuna, "Annat", by=cast.malin, goal=top, revision=1)
    assert set(Deed.objects.values_list("deed", flat=True)) == {"goal.written", "goal.changed"}


def test_everybody_in_a_unit_reads_its_goals_and_those_above_and_nobody_elsewhere(cast, top, sign_in):
    keep(cast.barn, "Möte inom en vecka", top, by=cast.stina)
    keep(cast.mottagning, "Svar samma dag", top, by=cast.omar)
    for who in (cast.tuva, cast.stina, cast.lars, cast.malin, cast.ada):
        page = sign_in(who).get(at("goals", cast.barn)).content.decode()
        assert "Rätt stöd i tid" in page
        assert "Möte inom en vecka" in page
        assert "Svar samma dag" not in page
    assert "Svar samma dag" not in sign_in(cast.tuva).get(at("goals", cast.eskilstuna)).content.decode()
    assert "Svar samma dag" in sign_in(cast.lars).get(at("goals", cast.eskilstuna)).content.decode()
    for who in (cast.leila, cast.omar, cast.yasmin, cast.vera, cast.outsider):
        for name in ("goals", "goals_poster", "goal_edit"):
            assert sign_in(who).get(at(name, cast.barn)).status_code == 404
    for who, place in ((cast.tuva, cast.barn), (cast.stina, cast.eskilstuna), (cast.omar, cast.barn)):
        assert sign_in(who).get(at("goal_edit", place)).status_code == 404
    assert not StrategicGoal.objects.visible_to(cast.yasmin).exists()


def test_a_manager_writes_a_goal_with_competences_on_its_page(cast, top, sign_in):
    make_framework(cast.sormland, areas=1, each=2)
    asked = Competence.objects.first()
    client = sign_in(cast.stina)
    typed = {"revision": 0, "words_sv": "Ingen är ensam", "competence0": asked.pk, "valid_from": "1.1.2027"}
    assert client.post(at("goal_edit", cast.barn), typed).status_code == 422, "it serves nothing"
    assert client.post(at("goal_edit", cast.barn), {**typed, "serves": top.pk}).status_code == 302
    goal = StrategicGoal.objects.get(organisation=cast.barn)
    assert (goal.serves, list(goal.competences.all())) == (top, [asked])
    page = client.post(f"{at('goal_edit', cast.barn)}?goal={goal.pk}", {**typed, "serves": top.pk})
    assert page.status_code == 422, "somebody saved meanwhile"
    assert page.context["form"]["revision"].value() == "1"


def test_a_goal_that_is_over_is_not_shown_and_is_off_where_competence_is_off(cast, top, sign_in):
    keep(cast.eskilstuna, "Rätt stöd i tid", by=cast.lars, goal=top, until=date(2027, 4, 15), revision=1)
    page = sign_in(cast.lars).get(at("goals", cast.eskilstuna))
    assert (page.context["tree"], page.context["others"]) == ([], [top])
    cast.sormland.parts = ["course"]
    cast.sormland.save()
    assert sign_in(cast.lars).get(at("goals", cast.eskilstuna)).status_code == 404


def test_the_page_asks_as_much_for_three_goals_as_for_one(cast, top, sign_in):
    client = sign_in(cast.lars)

    def asked():
        client.get(at("goals", cast.eskilstuna))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at("goals", cast.eskilstuna)).status_code == 200
        return len(captured)

    keep(cast.barn, "Ett", top, by=cast.stina)
    one = asked()
    keep(cast.mottagning, "Två", top, by=cast.omar)
    keep(cast.barn, "Tre", top, by=cast.stina)
    assert asked() == one


def poster(goals):
    return Poster("Våra mål", "Barn och familj", "Eskilstuna", "Sörmland", "sv", goals, "1 maj 2027")


@pytest.mark.parametrize("count", [2, 7])
def test_a_poster_is_one_sheet_for_two_goals_as_for_seven(count):
    goals = [Printable(f"Mål {n}: varje barn har träffat sin handläggare", "Samma dag", "", "") for n in range(count)]
    made = print_poster(poster(goals), "A3")
    [page] = pypdfium2.PdfDocument(made.content)
    assert [round(side) for side in page.get_size()] == [842, 1191]
    assert f"Mål {count - 1}" in page.get_textpage().get_text_range()


def test_a_poster_without_goals_or_with_too_much_is_refused():
    with pytest.raises(NoGoals):
        print_poster(poster([]), "A4")
    with pytest.raises(TooMuch):
        print_poster(poster([Printable("Mål " * 40, "Ord " * 120, "", "")] * 14), "A4")
