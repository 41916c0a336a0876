"""Results of a survey: who sees what, in which words, the same in every file; and who reads own words first."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pypdfium2
import pytest
from lxml import html as markup
from python_calamine import CalamineWorkbook

from tests.cast import organisation, person, role
from tests.competence.conftest import make_framework
from tests.competence.released import form_for, make_survey, release, worked_example

pytestmark = pytest.mark.django_db

GROUPS = {  # the worked example's groups, by where they are read, with their number as it is shown
    "r": {("Hela regionen", "49"), ("Alavesi", "33"), ("Child (Berga)", "5–9"), ("JOINT", "10")},
    "Alavesi": {("Hela kommunen", "33"), ("Home care", "14"), ("Day care", "5–9"), ("Admin och Social work", "10")},
    "Berga": {("Child", "5–9"), ("Adult, Elder och IFO (Cedersund)", "10")},
    "Cedersund": {("Adult (Berga), Elder (Berga) och IFO", "10")},
}


@pytest.fixture
def example(cast: Any) -> Any:
    """The worked example in Sörmland, with a manager of Child, one of Adult, and directors of two municipalities."""
    survey, towns, units = worked_example(cast.sormland, make_framework(cast.sormland))
    cast.made |= {"survey": survey, "towns": towns, "units": units}
    for name, duty, place in (
        ("child", "manager", units["Child"]),
        ("adult", "manager", units["Adult"]),
        ("alavesi", "director", towns["Alavesi"]),
        ("berga", "director", towns["Berga"]),
    ):
        cast.made[name] = person(f"Chef {name}", f"{name}@helmi.example", cast.sormland)
        role(cast.made[name], duty, organisation=place)
    return cast


def address(cast: Any, place: Any = None, form: str = "", **more: str) -> str:
    key = f"r{cast.sormland.pk}" if place == "r" else str(place.pk) if place is not None else ""
    wanted = {"place": key, **more} if key else more
    file = f"file/{form}/" if form else ""
    return f"/competence/surveys/{cast.survey.pk}/results/{file}?" + "&".join(f"{k}={v}" for k, v in wanted.items())


def page_of(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return markup.fromstring(answer.content.decode())


def words_in(node: Any) -> str:
    return re.sub(r"\s+", " ", node.text_content()).strip()


def groups_on(page: Any) -> set[tuple[str, str]]:
    """The groups that a page shows, with their number of answers."""
    found = set()
    for head in page.xpath("//table[contains(@class, 'heat')]//th[@scope='col']"):
        number = words_in(head.find("span"))
        found.add((words_in(head)[: -len(number)].strip(), number.removesuffix(" svar")))
    return found


def table_of(client: Any, path: str) -> list[list[str]]:
    text = client.get(path).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def sheet_of(data: bytes) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name(book.sheet_names[0]).to_python()]


def paper_of(data: bytes) -> str:
    sheets = pypdfium2.PdfDocument(data)
    return plain(" ".join(sheet.get_textpage().get_text_range() for sheet in sheets))


def plain(words: str) -> str:
    return re.sub(r"[\s\u00ad\xa0]+", "", words)


# ---------- The worked example, and nothing else (P10) ----------


def test_the_worked_example_gives_its_groups_on_every_page(example, sign_in):
    client = sign_in(example.malin)
    for name, wanted in GROUPS.items():
        place = "r" if name == "r" else example.towns[name]
        found = groups_on(page_of(client, address(example, place)))
        joint = "Adult (Berga), Elder (Berga) och IFO (Cedersund)"
        wanted = {(joint if group == "JOINT" else group, n) for group, n in wanted}
        roles = {("Medarbetare", "40"), ("Chefer", "5–9")} if name == "r" else set()
        assert found == wanted | roles, name
        table = table_of(client, address(example, place, "csv"))
        assert {(row[0], row[1].removesuffix(" svar")) for row in table[1:]} == found, name
        assert sheet_of(client.get(address(example, place, "xlsx")).content) == table, name
        paper = paper_of(client.get(address(example, place, "pdf")).content)
        assert all(plain(group + n) in paper for group, n in found), name


def test_of_how_many_stands_only_beside_a_number_that_is_shown(example, sign_in):
    """The municipality of 33 answers says of how many; one without figures of its own and a unit of 5–9 do not."""
    client = sign_in(example.malin)

    def facts(place):
        return words_in(page_of(client, address(example, place)).xpath("//header//ul[contains(@class, 'facts')]")[0])

    assert "49 av 55 har svarat (89 %)" in facts("r")
    assert "33 av 39 har svarat (85 %)" in facts(example.towns["Alavesi"])
    assert "14 av 20 har svarat (70 %)" in facts(example.units["Home care"])
    for place in (example.towns["Berga"], example.units["Child"], example.units["Adult"]):
        assert " av " not in facts(place)


def test_no_page_of_any_role_shows_a_group_outside_the_release(example, sign_in):
    """P10: whatever somebody opens, each group and each cell is one of the release's."""
    release = example.survey.box.release.tables
    numbers = {str(table["n"]).replace("-", "–") for table in release["tables"]}
    seen = 0
    for name in ("malin", "berga", "child", "adult"):
        client = sign_in(example.made[name])
        start = page_of(client, address(example))
        places = start.xpath("//nav[contains(@class, 'subnav')]//a/@href | //select[@id='place']/option/@value")
        for place in {str(one).rpartition("=")[2] for one in places} or {""}:
            page = page_of(
                client, f"/competence/surveys/{example.survey.pk}/results/" + (f"?place={place}" * bool(place))
            )
            for _group, n in groups_on(page):
                assert n in numbers
                seen += 1
            text = words_in(page)
            assert not re.search(r"(?<![–\d])[1-9] svar\b", text)
    assert seen > 30


def test_each_sees_her_own_places_and_what_stands_for_the_whole_above(example, sign_in):
    client = sign_in(example.child)
    own = groups_on(page_of(client, address(example)))
    assert own == {("Hela enheten", "5–9"), ("Sörmland", "49")}
    above = groups_on(page_of(client, address(example, "r")))
    assert above == {("Hela regionen", "49"), ("Child (Berga)", "5–9"), ("Medarbetare", "40"), ("Chefer", "5–9")}
    for other in (example.towns["Alavesi"], example.units["Adult"], example.units["Home care"]):
        assert client.get(address(example, other)).status_code == 404
        assert client.get(address(example, other, "csv")).status_code == 404


def test_a_manager_of_a_small_unit_sees_it_with_those_it_stands_together_with_and_why(example, sign_in):
    page = page_of(sign_in(example.adult), address(example))
    assert ("Adult, Elder och IFO (Cedersund)", "10") in groups_on(page)
    assert "Adult, Elder och IFO (Cedersund) står tillsammans så att ingen kan kännas igen." in words_in(page)


def test_a_director_sees_the_municipality_and_why_it_has_no_figure_of_its_own(example, sign_in):
    page = page_of(sign_in(example.berga), address(example))
    assert groups_on(page) == GROUPS["Berga"]
    assert "Berga har ingen siffra för helheten" in words_in(page)


def test_nobody_else_sees_anything_and_nothing_shows_before_it_is_published(example, sign_in):
    for name in ("outsider", "tuva", "vera", "stina", "lars"):
        assert sign_in(example.made[name]).get(address(example)).status_code == 404
    example.survey.state = "counting"
    example.survey.save(update_fields=["state"])
    assert sign_in(example.malin).get(address(example)).status_code == 404


def test_where_the_region_does_not_use_competence_there_is_nothing(example, sign_in):
    example.sormland.parts = ["course"]
    example.sormland.save(update_fields=["parts"])
    assert sign_in(example.malin).get(address(example)).status_code == 404


# ---------- The same everywhere (P9) ----------


@pytest.mark.parametrize(
    ("who", "where", "language"), [("malin", "r", "sv"), ("alavesi", "Alavesi", "fi"), ("adult", "Adult", "en")]
)
def test_p9_page_csv_xlsx_and_pdf_say_the_same(example, sign_in, who, where, language):
    reader = example.made[who]
    reader.language = language
    reader.save(update_fields=["language"])
    client = sign_in(reader)
    place = "r" if where == "r" else {**example.towns, **example.units}[where]
    files = {form: client.get(address(example, place, form)).content for form in ("csv", "xlsx", "pdf")}
    text = io.StringIO(files["csv"].decode("utf-8-sig"))
    _heads, *rows = table = list(csv.reader(text, delimiter="," if language == "en" else ";"))
    assert sheet_of(files["xlsx"]) == table
    paper = paper_of(files["pdf"])
    page = page_of(client, address(example, place))
    heat = {}
    details = {}
    for one in page.xpath("//table[contains(@class, 'heat')]"):
        for line in one.findall("tbody/tr"):
            link = line.find("th/a")
            for head, cell in zip(one.xpath(".//th[@scope='col']"), line.findall("td"), strict=True):
                shown = [words_in(part) for part in cell.xpath("*[@aria-hidden='true'][not(self::i)]")]
                heat[plain(words_in(head)), words_in(link)] = sorted(shown)
            details[words_in(link)] = (
                f"/competence/surveys/{example.survey.pk}/results/{link.get('href').rpartition('/')[2]}"
            )
    said = {name: plain(words_in(page_of(client, href))) for name, href in details.items()}
    whole = plain(words_in(page))
    for group, answers, _area, question, _target, own, gap, *bins, word in rows:
        for cell in (group, answers, question, own, gap, *bins, word):
            assert plain(cell) in paper, cell
        # A row on paper reads as it does in the table.
        assert plain("".join([question, _target, own, gap, *bins, word])) in paper
        if (plain(group + answers), question) in heat:
            assert heat[plain(group + answers), question] == sorted(part for part in (own, gap, word) if part)
        subject = next((name for name in said if question == name or question.startswith(f"{name}:")), "")
        for cell in (group, own, gap, *bins, word):
            assert plain(cell) in (said[subject] if subject else whole), (question, cell)
    assert len({row[0] for row in rows}) >= 2


# ---------- Words and figures ----------


def test_a_group_of_ten_has_figures_and_a_smaller_one_a_word(example, sign_in):
    rows = table_of(sign_in(example.malin), address(example, example.towns["Alavesi"], "csv"))
    by_group = {row[0]: row for row in rows if row[3] == "Kompetens 1.1"}
    assert by_group["Home care"][6][0] in "+−0"
    assert by_group["Day care"][5:10] == ["", "", "", "", ""]
    assert by_group["Day care"][10] in ("Under målet", "Nära målet", "Över målet")
    without_target = [row for row in rows if row[3] == "Kompetens 2.2" and row[0] == "Day care"]
    assert without_target[0][10] in ("Under regionen", "Nära regionen", "Över regionen")


def test_a_screen_reader_meets_each_cell_as_a_sentence_in_the_order_of_the_table(example, sign_in):
    page = page_of(sign_in(example.malin), address(example, example.towns["Alavesi"]))
    line = page.xpath("//table[contains(@class, 'heat')]/tbody/tr[1]")[0]
    table = line.xpath("ancestor::table")[0]
    assert table.find("caption") is not None
    order = [
        words_in(one).removesuffix(words_in(one.find("span"))).strip() for one in table.xpath(".//th[@scope='col']")
    ]
    told = [words_in(one.xpath("span[contains(@class, 'visually-hidden')]")[0]) for one in line.findall("td")]
    assert [sentence.split(", ")[0] for sentence in told] == order
    assert re.fullmatch(r"Hela kommunen, Kompetens 1\.1: nivå \d,\d, mål 3,8, avstånd [−+]?\d,\d\.", told[0])
    assert re.fullmatch(r"Day care, Kompetens 1\.1: (under|nära|över) målet\.", told[-1])
    for one in line.xpath("td/*[not(contains(@class, 'visually-hidden'))]"):
        assert one.get("aria-hidden") == "true"


def test_the_switch_is_a_link_and_shows_own_level_first(example, sign_in):
    client = sign_in(example.malin)
    page = page_of(client, address(example, example.towns["Alavesi"], view="level"))
    first = page.xpath("//table[contains(@class, 'heat')]/tbody/tr[1]/td[1]/b")[0]
    assert re.fullmatch(r"[1-5],\d", words_in(first))


def test_needs_in_words_stay_in_the_order_of_the_questions(example, sign_in):
    """Sorted by score, the words of a small group would say more than a word (S6)."""
    from competence.documents.results import results_of
    from competence.rules.results import sight_of

    sight = sight_of(example.survey, example.child)
    found = results_of(example.survey.box, sight, sight.start)
    order = [line.asked.label for line in found.heat.lines]
    assert found.needs
    assert (found.findings, found.bars) == ([], [])
    for listed in (found.needs, found.strengths):
        assert [name for name, _word in listed] == [name for name in order if name in dict(listed)]


def test_the_page_asks_as_much_of_the_database_for_one_unit_as_for_three(cast, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    version = make_framework(cast.sormland)
    town = organisation("Storstad")
    units = [organisation(f"Enhet {n}", "unit", town) for n in range(3)]
    costs = []
    for chosen in (units[:1], units):
        survey = make_survey(cast.sormland, chosen)
        form = form_for(version, {})
        said = [
            (unit, "worker", {question.key: 3 for question in form.questions[:4]})
            for unit in chosen
            for _n in range(11)
        ]
        release(survey, form, chosen, said, towns=[town])
        client = sign_in(cast.malin)
        client.get(f"/competence/surveys/{survey.pk}/results/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/competence/surveys/{survey.pk}/results/").status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


# ---------- Since an earlier survey ----------


def test_figures_are_compared_only_where_both_are_of_ten_and_the_competence_is_the_same(cast, sign_in):
    from competence.models import Competence, Descent

    old, new = make_framework(cast.sormland), make_framework(cast.sormland, title="Barnavård 2")
    before = list(Competence.objects.filter(area__version=old))
    after = list(Competence.objects.filter(area__version=new))
    kinds = ("same", "renamed", "split")
    for was, is_now, kind in zip(before, after, kinds, strict=False):
        Descent.objects.create(old=was, new=is_now, kind=kind)
    town = organisation("Storstad")
    big, small = (organisation(name, "unit", town) for name in ("Stor", "Liten"))
    first, second = make_survey(cast.sormland, [big, small], "Våren 2025"), make_survey(cast.sormland, [big, small])
    for survey, rows, version in ((first, (2, 3, 3, 3), old), (second, (4, 3, 2, 5), new)):
        form = form_for(version, {}, wish=False)
        answers = {q.key: step for q, step in zip(form.questions, rows, strict=False)}
        said = [(big, "worker", answers)] * 12 + [(small, "worker", answers)] * 6
        release(survey, form, [big, small], said, towns=[town])
    second.earlier = first
    second.save(update_fields=["earlier"])
    cast.made["survey"] = second
    rows = table_of(sign_in(cast.malin), address(cast, town, "csv"))
    told = {(row[0], row[3]): row[11] for row in rows[1:]}
    assert rows[0][11] == "Våren 2025"
    assert told["Stor", "Kompetens 1.1"] == "2,0 ▲ ökat"
    assert told["Stor", "Kompetens 1.2"] == "3,0 → oförändrat"
    assert told["Stor", "Kompetens 2.1"] == "Kan inte jämföras: kompetensen har delats"
    assert told["Stor", "Kompetens 2.2"] == ""
    assert {told["Liten", f"Kompetens {n}"] for n in ("1.1", "1.2", "2.1", "2.2")} == {""}
    assert told["Hela kommunen", "Kompetens 1.1"] == "2,0 ▲ ökat"
    # A third unit has come: the municipality is not what it was, the unit is.
    new_unit = organisation("Ny", "unit", town)
    third = make_survey(cast.sormland, [big, small, new_unit], earlier=first)
    said += [(new_unit, "worker", answers)] * 10
    cast.made["survey"] = release(third, form, [big, small, new_unit], said, towns=[town])
    rows = table_of(sign_in(cast.malin), address(cast, town, "csv"))
    told = {(row[0], row[3]): row[11] for row in rows[1:]}
    broken = "Kan inte jämföras: andra enheter tillfrågades då"
    assert told["Hela kommunen", "Kompetens 1.1"] == broken
    assert told["Hela kommunen", "Kompetens 2.2"] == "", "not asked then"
    assert told["Stor", "Kompetens 1.1"] == "2,0 ▲ ökat"
    page = page_of(sign_in(cast.malin), address(cast, town))
    trend = [words_in(row) for row in page.xpath("//*[@aria-labelledby='h-trend']//tbody/tr")]
    assert trend == [f"Hela kommunen{broken}"]


# ---------- Own words (S9) ----------


def test_a_coordinator_takes_names_out_before_anybody_reads_and_the_original_is_gone(cast, sign_in):
    from answers.models import FreeText
    from audit.models import Deed

    survey, _towns, _units = worked_example(cast.sormland, make_framework(cast.sormland), writers=12)
    cast.made["survey"] = survey
    client = sign_in(cast.malin)
    assert "av Tuva" not in words_in(page_of(client, address(cast)))
    page = page_of(client, f"/competence/surveys/{survey.pk}/texts/")
    first = page.xpath("//main//form/@action")[0]
    client.post(first, {"words": "Tid för [namn]"})
    assert client.post(first, {"words": "En gång till"}).status_code == 302
    second = page_of(client, f"/competence/surveys/{survey.pk}/texts/").xpath("//main//form/@action")[0]
    client.post(second, {"do": "leave_out"})
    assert FreeText.objects.filter(words__contains="Tuva").count() == 10
    assert sorted(Deed.objects.filter(deed__startswith="survey.text_").values_list("deed", flat=True)) == [
        "survey.text_left_out",
        "survey.text_shown",
    ]
    place = FreeText.objects.filter(box=survey.box).first().place
    shown = page_of(client, f"/competence/surveys/{survey.pk}/results/?place={place or f'r{cast.sormland.pk}'}")
    assert "Tid för [namn]" in words_in(shown)


def test_who_leads_a_unit_that_was_asked_does_not_read_words_first(example, sign_in):
    role(example.malin, "manager", organisation=example.units["Child"])
    assert sign_in(example.malin).get(f"/competence/surveys/{example.survey.pk}/texts/").status_code == 403
    assert sign_in(example.child).get(f"/competence/surveys/{example.survey.pk}/texts/").status_code == 403


def test_files_are_logged(example, sign_in):
    from audit.models import Deed

    sign_in(example.child).get(address(example, form="csv"))
    assert Deed.objects.filter(deed="survey.results_fetched", by=example.child).count() == 1
