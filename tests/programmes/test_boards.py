"""After a round: its page for a board, what was said and changed, improvements as a checklist, the next look."""

import io
from datetime import date
from html import unescape

import pikepdf
import pypdfium2
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from answers import actions as answers
from answers.models import FreeText
from answers.rules import AlreadyRead
from answers.states import TextState
from audit.models import Deed
from base import clock
from programmes.actions import boards as actions
from programmes.actions import cohorts, decisions
from programmes.actions import improvements as checklist
from programmes.documents.boards import print_board
from programmes.documents.pictures import mark_of
from programmes.models import Cohort, Decision, Funder, Improvement, Said
from programmes.rules import boards as rules
from programmes.rules import todos
from programmes.rules.improvements import ReasonMissing
from programmes.views.boards import paper_of
from tests.cast import NOW, employment, organisation, person, role
from tests.programmes.test_cohorts import make_next
from tests.programmes.test_evaluations import evaluate, keys_folder, people, rounds, sum_up

__all__ = ["keys_folder", "people", "rounds"]
pytestmark = pytest.mark.django_db
DAYS = (date(2027, 3, 9), date(2027, 3, 10))


def decide(cohort, cast, improvements="Kortare dag 2\nFler fall", **facts):
    words = {"outcome": "change", "preliminary": True, "why": "Det fungerar", "improvements": improvements}
    return decisions.decide(cohort=cohort, by=cast.malin, now=clock.now(), **{**words, **facts})


def address(cohort, name="board", *rest):
    return reverse(f"programmes:{name}", args=[cohort.pk, *rest])


def main(client, url):
    page = client.get(url)
    assert page.status_code == 200, url
    return " ".join(unescape(page.content.decode().split("<main")[1]).replace("\xa0", " ").split())


def fill(cast, cohort, unit, count, marks="nn"):
    for n in range(count):
        who = person(f"Deltagare {unit.pk}-{n}", f"p{cohort.pk}-{unit.pk}-{n}@helmi.example", cast.sormland)
        employment(who, unit)
        cast.attendance(cast.enrolment(cohort, who, unit), *marks)


@pytest.fixture
def finished(cast):
    """Eskilstuna has six, of whom one missed a day; Nyköping two, Flen three, and Trosa three."""
    cohort = cast.cohort(state="finished", days=DAYS, days_required=2)
    flen = organisation("Barn Flen", "unit", cast.flen)
    trosa = organisation("Barn Trosa", "unit", organisation("Trosa", mark="TR"))
    fill(cast, cohort, cast.barn, 5)
    fill(cast, cohort, cast.mottagning, 1, "nf")
    fill(cast, cohort, cast.nyk_barn, 2)
    fill(cast, cohort, flen, 3)
    fill(cast, cohort, trosa, 3)
    return cohort


# ---------- The page ----------


def test_those_who_run_a_round_read_every_municipality_and_the_totals(finished, sign_in, cast):
    text = main(sign_in(cast.malin), address(finished))
    for line in (
        'Eskilstuna</th><td class="num" data-label="Deltog">6</td><td class="num" data-label="Har gått klart">5</td>',
        'Nyköping</th><td class="num" data-label="Deltog">2</td><td class="num" data-label="Har gått klart">2</td>',
        "<dd>13 av 14</dd>",
        "<dd>96 %</dd>",
        "<dd>162</dd>",
    ):
        assert line in text
    assert "2 dagar" in text
    assert "24 platser" in text
    assert Deed.objects.filter(deed="cohort.board_seen", about=f"programmes.cohort:{finished.pk}").count() == 1


def test_directors_read_it_when_it_is_released_and_learn_nothing_exact_about_a_few(finished, sign_in, cast):
    client = sign_in(cast.lars)
    assert client.get(address(finished)).status_code == 404
    assert address(finished) not in client.get("/").content.decode()
    sign_in(cast.malin).post(address(finished, "board_release"))
    client = sign_in(cast.lars)
    assert address(finished) in client.get("/").content.decode(), "the start page leads there"
    text = main(client, address(finished))
    assert "Flen, Nyköping och Trosa" in text
    assert 'data-label="Deltog">8</td><td class="num" data-label="Har gått klart">hälften eller fler</td>' in text
    assert 'Eskilstuna</th><td class="num" data-label="Deltog">6</td>' in text
    assert "13 av 14" not in text
    assert "tre fjärdedelar eller fler" in text
    assert "Nyköping</th>" not in text
    sign_in(cast.malin).post(address(finished, "board_release"), {"do": "take_back"})
    assert sign_in(cast.lars).get(address(finished)).status_code == 404
    assert Deed.objects.filter(deed__in=["cohort.board_released", "cohort.board_taken_back"]).count() == 2


def test_nobody_else_reads_it_and_a_running_round_is_not_released(finished, sign_in, cast):
    with pytest.raises(rules.NotOverYet):
        actions.release(cohort=cast.cohort(number=13), by=cast.malin, now=NOW)
    actions.release(cohort=finished, by=cast.malin, now=NOW)
    elsewhere = person("Dag", "dag@lidkoping.example", cast.skaraborg)
    role(elsewhere, "director", organisation=cast.lidkoping)
    for who in (cast.vera, cast.stina, cast.tuva, cast.outsider, elsewhere):
        for name in ("board", "board_file"):
            assert sign_in(who).get(address(finished, name)).status_code == 404
    assert sign_in(cast.lars).get(address(finished, "board_file")).status_code == 200
    assert sign_in(cast.lars).post(address(finished, "board_release")).status_code == 404


def test_where_one_municipality_is_nearly_all_only_the_number_of_participants_is_passed_on(sign_in, cast):
    cohort = cast.cohort(state="finished", days=DAYS, days_required=2)
    fill(cast, cohort, cast.barn, 6)
    fill(cast, cohort, cast.nyk_barn, 2)
    actions.release(cohort=cohort, by=cast.malin, now=NOW)
    page = sign_in(cast.lars).get(address(cohort)).context["paper"]
    assert page.lines == []
    assert [value for _label, value in page.totals] == ["8", "hälften eller fler"]


def test_eva_1_the_total_and_earlier_rounds_stand_on_the_page_as_they_were_published(rounds, sign_in, cast):
    text = main(sign_in(cast.malin), address(rounds))
    assert "19 av 24 formulär besvarade (79 %)" in text
    paper = sign_in(cast.malin).get(address(rounds)).context["paper"]
    assert paper.earlier == ["Omgång 11"]
    assert (paper.compared[0].now, paper.compared[0].earlier) == ("3,9", ["3,0"])
    assert "Malin var bra" not in text, "own words stay where they are"


def test_eva_1_five_to_nine_give_a_word_and_four_nothing(cast, people, sign_in):
    small = cast.cohort(number=11, state="finished", days=(date(2027, 3, 2),))
    evaluate(small.days.get(), people, [4] * 7)
    tiny = cast.cohort(number=12, state="finished", days=(date(2027, 3, 9),))
    evaluate(tiny.days.get(), people, [4] * 4)
    sum_up()
    client = sign_in(cast.malin)
    text = main(client, address(small))
    assert "5–9 formulär besvarade" in text
    assert "höga" in text
    assert "4,0" not in text
    text = main(client, address(tiny))
    assert "För få svar" in text
    assert "av 12" not in text


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_paper_says_what_the_page_says_to_those_outside(finished, sign_in, cast, language):
    decide(finished, cast, evidence="Svaren från åtta dagar", look_again_on=date(2027, 10, 1))
    Said.objects.create(cohort=finished, said_sv="Dag 2 var lång", changed_sv="Den är kortare", shown="inside", at=NOW)
    actions.release(cohort=finished, by=cast.malin, now=NOW)
    cast.lars.language = language
    cast.lars.save()
    client = sign_in(cast.lars)
    paper = client.get(address(finished)).context["paper"]
    answer = client.get(address(finished, "board_file"))
    document = pypdfium2.PdfDocument(answer.content)
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    assert len(document) <= 2
    told = [value for pair in paper.totals for value in pair]
    told += [cell for line in paper.lines for cell in (line.name, line.took_part, line.completed, line.hours)]
    told += [paper.decision.outcome, "Det fungerar", "Svaren från åtta dagar", "Kortare dag 2", "Dag 2 var lång"]
    for words in [*told, paper.decision.look_again_on, "Den är kortare"]:
        assert "".join(words.split()) in text, words
    with pikepdf.open(io.BytesIO(answer.content)) as file:
        assert b"pdfuaid:part" in file.Root.Metadata.read_bytes()
    # Whoever runs the round fetches the same paper, which may be passed on.
    mine = pypdfium2.PdfDocument(sign_in(cast.malin).get(address(finished, "board_file")).content)
    assert "13av14" not in "".join("".join(page.get_textpage().get_text_range().split()) for page in mine)


def test_the_page_asks_as_much_for_one_as_for_three(cast, sign_in, finished):
    client = sign_in(cast.malin)

    def asked():
        client.get(address(finished))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(finished)).status_code == 200
        return len(captured)

    decision = decide(finished, cast)
    facts = {"cohort": finished, "shown": "inside", "at": NOW}
    Said.objects.create(said="a", changed="b", **facts)
    one = asked()
    for n in range(2):
        Said.objects.create(said=f"a{n}", changed="b", **facts)
        actions.look_again(decision=decision, words="Ja", look_again_on=None, by=cast.malin, now=NOW)
        cast.cohort(number=8 + n, state="decided", days=DAYS)
    fill(cast, finished, cast.lid_barn, 3)
    assert asked() == one


# ---------- You said, we changed ----------


def test_pairs_are_written_ordered_and_shown_where_the_coordinator_says(finished, sign_in, cast, client):
    following = cast.cohort(number=13, state="running", previous=finished)
    cast.enrolment(following, cast.tuva)
    coordinator = sign_in(cast.malin)
    for said, shown in (("Långt", "inside"), ("Trångt", "public"), ("Dyrt", "hidden")):
        words = {"said_sv": said, "changed_sv": f"{said} inte mer", "said_fi": "", "changed_fi": ""}
        words |= {"said_en": "", "changed_en": "", "shown": shown}
        answer = coordinator.post(address(finished, "said_new"), words)
        assert answer.status_code == 302
    rows = list(finished.said.all())
    assert [row.said for row in rows] == ["Långt", "Trångt", "Dyrt"]
    coordinator.post(address(finished, "said_up", rows[1].pk))
    coordinator.post(address(finished, "said_up", rows[1].pk))
    assert [row.said for row in finished.said.all()] == ["Trångt", "Långt", "Dyrt"]
    text = main(coordinator, address(finished))
    assert text.index("Trångt inte mer") < text.index("Långt inte mer")
    assert "Dyrt" not in text
    edit = address(finished, "said_edit", rows[2].pk)
    wrong = coordinator.post(edit, {"said_sv": "", "changed_sv": "x", "shown": "public"})
    assert wrong.status_code == 422
    mine = main(sign_in(cast.tuva), reverse("programmes:my_days"))
    assert "Trångt inte mer" in mine
    assert "Långt inte mer" in mine
    assert "Dyrt" not in mine
    client.logout()
    public = main(client, "/sormland/introduktion/")
    assert "Trångt inte mer" in public
    assert "Långt" not in public
    assert "Dyrt" not in public
    assert Deed.objects.filter(deed="cohort.said").count() == 3


def test_participants_of_other_rounds_and_coordinators_elsewhere_see_no_pairs(finished, sign_in, cast):
    row = Said.objects.create(cohort=finished, said="Långt", changed="Kort", shown="inside", at=NOW)
    cast.enrolment(cast.cohort(number=20), cast.tuva)
    assert "Långt" not in main(sign_in(cast.tuva), reverse("programmes:my_days"))
    other = cast.cohort(number=14)
    client = sign_in(cast.malin)
    assert client.get(address(other, "said_edit", row.pk)).status_code == 404
    assert client.post(address(other, "said_up", row.pk)).status_code == 404
    client = sign_in(cast.vera)
    for name, rest in (("said", ()), ("said_new", ()), ("said_edit", (row.pk,))):
        assert client.get(address(finished, name, *rest)).status_code == 404


# ---------- The checklist ----------


def test_eva_2_the_next_round_begins_with_the_improvements_as_a_checklist(finished, cast, sign_in):
    decide(finished, cast)
    made = make_next(cast, finished.programme)
    rows = list(made.improvements.all())
    assert [row.words for row in rows] == ["Kortare dag 2", "Fler fall"]
    assert {(row.state, row.owner, row.due) for row in rows} == {("open", cast.malin, made.days.first().event.date)}
    cohorts.open_for_applications(cohort=made, by=cast.malin, now=clock.now())
    assert Cohort.objects.get(pk=made.pk).state == "open"
    text = main(sign_in(cast.malin), made.get_absolute_url())
    assert rows[0].get_absolute_url() in text
    assert "Fler fall" in text


def test_a_later_decision_follows_into_a_round_that_is_made_already(finished, cast):
    made = make_next(cast, finished.programme)
    assert not made.improvements.exists()
    decide(finished, cast, "A\nB\nB\n\n C ")
    assert [row.words for row in made.improvements.all()] == ["A", "B", "C"]
    first = made.improvements.first()
    settled = {"reason": "", "owner": cast.malin, "due": None, "by": cast.malin, "now": NOW}
    checklist.settle(improvement=first, state="done", **settled)
    decide(finished, cast, "C\nD", preliminary=False)
    assert [(row.words, row.state) for row in made.improvements.all()] == [
        ("A", "done"),
        ("C", "open"),
        ("D", "open"),
    ]


def test_eva_2_a_running_round_blocks_nothing_and_its_preliminary_decision_follows(cast):
    running = cast.cohort(state="running")
    made = make_next(cast, running.programme)
    cohorts.open_for_applications(cohort=made, by=cast.malin, now=clock.now())
    decide(running, cast, "Fler fall")
    assert [row.words for row in made.improvements.all()] == ["Fler fall"]


def test_what_is_given_up_has_a_reason(finished, cast, sign_in):
    decide(finished, cast)
    made = make_next(cast, finished.programme)
    row = made.improvements.first()
    client = sign_in(cast.malin)
    page = row.get_absolute_url()
    refused = client.post(page, {"state": "not_done", "reason": " ", "owner": cast.malin.pk, "due": ""})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    with pytest.raises(ReasonMissing):
        checklist.settle(improvement=row, state="not_done", reason=" ", owner=None, due=None, by=cast.malin, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Improvement.objects.filter(pk=row.pk).update(state="not_done")
    answer = client.post(page, {"state": "not_done", "reason": "Ingen tid", "owner": "", "due": "1.9.2027"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason, row.owner, row.due) == ("not_done", "Ingen tid", None, date(2027, 9, 1))
    assert row.settled_at is not None
    assert "Ingen tid" in main(client, made.get_absolute_url())
    assert Deed.objects.get(deed="cohort.improvement").codes["state"] == "not_done"
    assert sign_in(cast.vera).get(page).status_code == 404


def test_what_is_left_is_a_task_at_home_and_costs_no_statement_more(finished, cast, sign_in):
    client = sign_in(cast.malin)

    def asked():
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/")
        return len(captured), page.context["tasks"]

    decide(finished, cast, "")
    made = make_next(cast, finished.programme)
    none, tasks = asked()
    assert not any("h-better" in task["url"] for task in tasks)
    decide(finished, cast, "Kortare dag 2\nFler fall\nMer fika")
    three, tasks = asked()
    [task] = [task for task in tasks if "h-better" in task["url"]]
    assert task["title"] == "Ta hand om 3 förbättringar i omgång 13"
    assert "Kortare dag 2" in task["text"]
    assert three == none
    for row in made.improvements.all():
        checklist.settle(improvement=row, state="done", reason="", owner=None, due=None, by=cast.malin, now=NOW)
    done, tasks = asked()
    assert not any("h-better" in task["url"] for task in tasks)
    assert done == none


# ---------- The next look ----------


def test_the_next_look_is_a_task_two_weeks_before_also_when_all_is_decided(finished, cast, sign_in, at):
    decide(finished, cast, preliminary=False, look_again_on=date(2027, 10, 1))
    look = address(finished, "decision_look")
    at("2027-09-16 09:00")
    client = sign_in(cast.malin)
    assert look not in client.get("/").content.decode()
    at("2027-09-17 09:00")
    page = client.get("/")
    assert look in page.content.decode()
    assert not page.context["lines"], "the round itself is over for good"
    refused = client.post(look, {"words": "Färre slutar", "look_again_on": "17.9.2027"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["look_again_on"])
    assert client.post(look, {"words": "Färre slutar", "look_again_on": "1.10.2028"}).status_code == 302
    assert look not in client.get("/").content.decode()
    decision = Decision.objects.get()
    assert (decision.look_again_on, decision.looks.get().words) == (date(2028, 10, 1), "Färre slutar")
    assert "Färre slutar" in main(client, address(finished))
    assert "Färre slutar" in main(client, address(finished, "decision"))
    assert Deed.objects.filter(deed="cohort.looked_again").count() == 1


def test_a_decision_keeps_what_it_rests_on_and_is_not_looked_at_in_the_past(finished, cast, sign_in):
    client = sign_in(cast.malin)
    page = address(finished, "decision")
    facts = {"outcome": "continue", "why": "Bra", "evidence": "Svaren", "improvements": "", "look_again_on": "1.2.2027"}
    refused = client.post(page, facts)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["look_again_on"])
    assert client.post(page, {**facts, "look_again_on": "1.2.2028"}).status_code == 302
    assert "Svaren" in main(client, page)
    row = Cohort.objects.select_related("programme__region", "decision").get(pk=finished.pk)
    assert not [todo for todo in todos.todos([row], now=NOW) if "look" in todo.url]


# ---------- EVA-4 ----------


def written_anywhere(words):
    """The tables in which these words stand, as text or as bytes."""
    found = []
    for table in apps.get_models():
        for field in table._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField, models.JSONField, models.BinaryField)):
                for value in table._default_manager.values_list(field.name, flat=True):
                    told = bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
                    if words in told:
                        found.append(f"{table._meta.label}.{field.name}")
    return found


def test_eva_4_a_name_is_masked_the_original_is_nowhere_any_more_and_the_log_says_who_did_it(rounds, sign_in, cast):
    row = FreeText.objects.filter(state=TextState.WAITING).first()
    original = row.words
    assert original.startswith("Malin var bra")
    assert written_anywhere(original) == ["answers.FreeText.words"]
    client = sign_in(cast.malin)
    done = client.post(
        reverse("programmes:evaluation_text", args=[rounds.pk, row.pk]),
        {"words": original.replace("Malin", "[namn]")},
    )
    assert done.status_code == 302
    assert written_anywhere(original) == [], "neither in a table, nor in the log, nor sealed in clear"
    page = main(client, reverse("programmes:evaluation", args=[rounds.pk]))
    assert original.replace("Malin", "[namn]") in page
    deed = Deed.objects.get(deed="evaluation.text_shown")
    assert (deed.by, deed.about, deed.codes["changed"]) == (cast.malin, f"programmes.cohort:{rounds.pk}", True)
    table = client.get(reverse("programmes:evaluation_file", args=[rounds.pk, "csv"])).content.decode("utf-8-sig")
    assert original not in table
    with pytest.raises(AlreadyRead):
        answers.redact(text=row, words=original, now=NOW)


@pytest.mark.parametrize(
    ("language", "statement"),
    [
        ("sv", "Medfinansieras av Europeiska unionen"),
        ("fi", "Euroopan unionin osarahoittama"),
        ("en", "Co-funded by the European Union"),
    ],
)
def test_cer_3_the_paper_shows_the_funders_emblem_alone_with_the_statement_in_its_language(cast, language, statement):
    funder = Funder.objects.create(
        region=cast.sormland,
        name="EU",
        emblem_name="eu",
        statement_sv="Medfinansieras av Europeiska unionen",
        statement_fi="Euroopan unionin osarahoittama",
        statement_en="Co-funded by the European Union",
    )
    cohort = cast.cohort(programme=cast.programme(funder=funder))
    with translation.override(language):
        made = print_board(paper_of(cohort, exact=False), mark_of(funder))
    document = pypdfium2.PdfDocument(made.content)
    assert statement in " ".join(document[0].get_textpage().get_text_range().split())
    with pikepdf.open(io.BytesIO(made.content)) as file:
        things = [thing for thing in file.objects if isinstance(thing, pikepdf.Dictionary)]
        [emblem] = [thing for thing in things if thing.get("/S") == pikepdf.Name.Figure]
        assert str(emblem.Alt)
