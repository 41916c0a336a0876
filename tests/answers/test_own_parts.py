"""A survey with own parts: who sees which page, what is kept of it, and that no question says anything of a few people.

The worked example of the design stands in `worked_example.csv`, and is counted here as ballots are counted.
"""

import json
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import strategies as st

from answers import actions, ballots, keys, kinds, rules, seals
from answers.actions.boxes import Invited
from answers.ballots import Form, Page, Question
from answers.models import AnswerDraft, Ballot, BallotCode, FreeText, SlipSheet
from answers.plan import Node, Stratum, make_plan, tables_of_item
from tests.answers.conftest import STEPS, make_people, open_box
from tests.answers.test_plan import EXAMPLES, exposed, holds, people_of, regions, vectors_of
from tests.answers.test_unlinkable import dump
from tests.answers.worked import worked_plan
from tests.cast import NOW

TREE = (
    Node("region", "", "region"),
    Node("alavesi", "region", "municipality"),
    Node("home", "alavesi"),
    Node("day", "alavesi"),
)


def about(key, words, **facts):
    """Level and wish of one competence, which stand together."""
    name = {"sv": words, "fi": f"{words} fi"}
    return (
        Question(f"now{key}", "scale", name, steps=STEPS, about=name, ask={"sv": "Där jag är nu"}, **facts),
        Question(f"wish{key}", "scale", {"sv": f"{words}: vill lära"}, steps=STEPS, about=name, **facts),
    )


FORM = Form(
    (
        Page("all", {"sv": "Samverkan"}, about(1, "Leda </script> <b>möten</b>")),
        Page("home", {"sv": "Hemtjänst"}, about(2, "Läkemedel"), units=("home",)),
        Page("day", {"sv": "Förskola"}, about(3, "Lek"), units=("day",)),
        Page("words", {"sv": "Egna ord"}, (Question("text1", "text", {"sv": "Något mer?"}),)),
    )
)
KEPT = kinds.Kind(
    "test.kept",
    words="against",
    guards_time=True,
    keeps_file=True,
    slips=lambda box, unit, links, language: json.dumps([unit, links, language]).encode(),
)
kinds.register(KEPT)


def survey(n=12, form=FORM, **facts):
    units = [("home" if i % 2 else "day", "worker") for i in range(n)]
    return open_box(n, kind="test.kept", owner="tests.kept:1", units=units, nodes=TREE, form=form, **facts)


# ---------- Who sees which page ----------


def test_a_form_is_kept_with_its_own_parts_and_an_older_one_still_reads():
    row = ballots.as_json(FORM)
    assert ballots.from_json(json.loads(json.dumps(row))) == FORM
    for page in row["pages"]:
        del page["units"]
        for question in page["questions"]:
            del question["thrown"], question["about"], question["ask"]
    old = ballots.from_json(row)
    assert all(page.units == () for page in old.pages)
    assert len(old.of("home").questions) == 7


def test_each_unit_sees_the_common_pages_and_its_own():
    assert [page.key for page in FORM.of("home").pages] == ["all", "home", "words"]
    assert [page.key for page in FORM.of("elsewhere").pages] == ["all", "words"]
    assert ballots.faults(FORM, {"region", "home", "day"}) == []
    assert ballots.faults(FORM, {"home"}) == ["day is for a place that is not asked"]


@pytest.mark.django_db
def test_an_answer_to_another_units_page_is_neither_kept_nor_sealed_nor_counted():
    opened = survey()
    ticket = actions.open_ticket(code=opened.codes[1], now=NOW)
    assert [page.key for page in ticket.form.pages] == ["all", "home", "words"]
    foreign = {"now1": 3, "now2": 4, "now3": 5}
    actions.keep_draft(ticket=ticket, answers=foreign)
    assert actions.open_ticket(code=opened.codes[1], now=NOW).draft == {"now1": 3, "now2": 4}
    opened.vote(1, **foreign)
    private = keys.store().read(opened.box.key_name).private
    sealed = seals.unseal(private, bytes(Ballot.objects.get().ciphertext))
    assert ballots.unpack(FORM, sealed) == {"now1": 3, "now2": 4}
    # Sealed by other hands than ours, past every form: it is not counted either.
    public = bytes(opened.box.public_key)
    for code in BallotCode.objects.filter(unit="home", used=False):
        said = seals.seal(public, ballots.pack({"now1": 3, "now3": 5}))
        Ballot.objects.create(id=seals.uuid.uuid4(), box=opened.box, unit=code.unit, role="worker", ciphertext=said)
    end = NOW + timedelta(days=3)
    actions.confirm_plan(box=opened.box, digest=actions.plan_of(opened.box).digest(), now=end)
    actions.count_due(now=end)
    opened.box.refresh_from_db()
    tables = opened.box.release.tables["tables"]
    assert {table["key"] for table in tables} == {"home", "alavesi", "region"}
    assert all("now3" not in table["items"] for table in tables), "nobody there was asked it"


@pytest.mark.django_db
def test_own_pages_are_frozen_with_the_rest_and_only_for_places_that_are_asked():
    opened = survey()
    box = opened.box
    box.questions["pages"][1]["units"] = ["day"]
    assert rules.why_not_open_ballots(box) is not None
    draft = actions.make_box(kind="test.kept", owner="x:1", scope="region:2", form=FORM, title={}, zone="UTC")
    with pytest.raises(rules.FormFaulty):
        actions.launch(
            box=draft, invited=[Invited(opened.people[0].pk, "home")], opens_at=NOW, closes_at=NOW + timedelta(days=9),
            now=NOW, nodes=TREE[:3],
        )  # fmt: skip


@pytest.mark.django_db
def test_what_is_only_tried_out_is_shown_and_never_kept_nor_sealed():
    clear = Question("clear1", "scale", {"sv": "Var frågan tydlig?"}, steps=STEPS)
    form = Form((Page("p", {"sv": "P"}, (*about(1, "Leda", thrown=True), clear)),))
    opened = open_box(6, form=form)
    ticket = actions.open_ticket(code=opened.codes[0], now=NOW)
    assert [question.key for question in ticket.form.questions] == ["now1", "wish1", "clear1"]
    answers, wrong = ballots.read(form.questions, {"now1": "9", "wish1": "4", "clear1": "5"})
    assert (answers, wrong) == ({"clear1": 5}, {"now1": "unknown"})
    actions.keep_draft(ticket=ticket, answers={"now1": 2, "clear1": 5})
    assert actions.open_ticket(code=opened.codes[0], now=NOW).draft == {"clear1": 5}
    with pytest.raises(rules.NothingAnswered):
        opened.vote(0, now1=2)
    for number in range(6):
        opened.vote(number, now1=2, clear1=5)
    (table,) = opened.end().release.tables["tables"]
    assert table["items"].keys() == {"clear1"}


@pytest.mark.django_db
def test_answering_costs_as_many_queries_for_ten_areas_in_six_units_as_for_one(client, at):
    at(NOW)

    def queries(pages, units):
        own = tuple(Page(f"p{n}", {"sv": f"Område {n}"}, about(n, "X")) for n in range(1, pages + 1))
        own += tuple(Page(f"u{n}", {"sv": "Eget"}, about(100 + n, "Y"), units=(f"u{n}",)) for n in range(units))
        nodes = (Node("r", "", "region"), *(Node(f"u{n}", "r") for n in range(units)))
        where = [(f"u{n % units}", "worker") for n in range(6)]
        opened = open_box(
            6, kind="test.kept", owner=f"t:{pages}", units=where, nodes=nodes, form=Form(own), k=5 + pages
        )
        facts = {"code": opened.codes[0], "page": "0", "q-now1": "3"}
        found = []
        for wish in ("next", "send", "file", ""):
            with CaptureQueriesContext(connection) as caught:
                client.post("/b/sv/", {**facts, "do": wish})
            found.append(len(caught))
        actions.destroy(box=opened.box, now=NOW)
        return found

    assert queries(1, 1) == queries(10, 6)


# ---------- What is published of a question that not all are asked ----------


@EXAMPLES
def test_p7_own_parts_and_unanswered_questions_leak_nothing(examples):
    """Each question is asked in some units only, and a few leave it out: counted as ballots are, then attacked."""

    def law(pair):
        (nodes, counts), chance = pair
        units = sorted({one.unit for one in counts})
        asked = {key: tuple(unit for unit in units if chance.random() < 0.6) for key in ("q1", "q2")}
        pages = [
            Page(key, {"sv": key}, (Question(key, "scale", {"sv": key}, steps=STEPS, target="3"),), units=asked[key])
            for key in asked
        ]
        form = Form((*pages, Page("all", {}, (Question("q3", "scale", {"sv": "q3"}, steps=STEPS, target="3"),))))
        rows = []
        for stratum in people_of(counts):
            mine = form.of(stratum.unit).questions
            rows.append((stratum, {one.key: chance.randint(1, 5) for one in mine if chance.random() < 0.85}))
        outcome = ballots.count(form, nodes, rows, invited=len(rows), k=5, words="against")
        by_key = {table.key: table for table in outcome.plan.tables}
        for key in ("q1", "q2", "q3"):
            given = Counter(stratum for stratum, said in rows if key in said)
            shown = [
                by_key[row["key"]] for row in outcome.tables["tables"]
                if row["items"].get(key, {"how": "hidden"})["how"] != "hidden"
            ]  # fmt: skip
            assert all(sum(given[one] for one in table.strata) >= 5 for table in shown)
            vectors = [row for row in vectors_of(shown, people_of(given)) if any(row)]
            assert not vectors or exposed(vectors, 5) is None

    holds(examples // 4, st.tuples(regions(most=13, units=3), st.randoms(use_true_random=False)), law)


def test_a_question_of_one_unit_and_a_few_others_is_shown_for_the_unit_and_not_for_the_whole():
    """14 in A and 3 in B are asked it: with both figures, those of B would be known."""
    nodes = [Node("R", "", "region"), Node("M", "R", "municipality"), *(Node(unit, "M") for unit in "ABC")]
    counts = {Stratum("A"): 14, Stratum("B"): 3, Stratum("C"): 7}
    plan = make_plan(nodes, counts)
    shown = tables_of_item(plan.tables, {Stratum("A"): 14, Stratum("B"): 3})
    assert [table.key for table in shown] == ["A"]


def test_a_small_group_is_not_put_against_a_whole_that_is_hidden():
    """What the whole said is not published of this question, so no word may tell it either."""
    nodes = [Node("R", "", "region"), Node("A", "R"), Node("B", "R")]
    form = Form((Page("p", {"sv": "P"}, (Question("q", "scale", {"sv": "Q"}, steps=STEPS),)),))
    rows = [(Stratum("A"), {"q": 3})] * 9 + [(Stratum("B"), {"q": 5})] * 3 + [(Stratum("B"), {})] * 9
    cells = {row["key"]: row["items"]["q"]["how"] for row in ballots.count(
        form, nodes, rows, invited=30, k=5, words="against"
    ).tables["tables"]}  # fmt: skip
    assert cells == {"A": "hidden", "B": "hidden", "R": "hidden"}


@pytest.mark.parametrize(
    ("units", "kept"),
    [((), {"M", "N"}), (("A", "B"), {"M"}), (("A",), set()), (("A", "C"), {""})],
)
def test_s9_own_words_are_never_those_of_one_unit(units, kept):
    nodes = [Node("R", "", "region"), Node("M", "R", "municipality"), Node("N", "R", "municipality")]
    nodes += [Node("A", "M"), Node("B", "M"), Node("C", "N"), Node("D", "N")]
    form = Form((Page("w", {"sv": "W"}, (Question("text1", "text", {"sv": "Ord?"}),), units=units),))
    rows = []
    for unit in "ABCD":
        said = {"text1": "Ord"} if not units or unit in units else {}
        rows += [(Stratum(unit), said)] * 11
    outcome = ballots.count(form, nodes, rows, invited=44, k=5, words="against")
    assert {place for _question, place, _words in outcome.texts} == kept
    assert len(outcome.texts) + len(outcome.pooled) == 11 * (len(units) or 4)


def test_s9_a_municipality_of_one_unit_has_its_words_read_with_those_of_the_region():
    nodes = [Node("R", "", "region"), Node("M", "R", "municipality"), Node("N", "R", "municipality")]
    nodes += [Node("A", "M"), Node("C", "N"), Node("D", "N")]
    form = Form((Page("w", {"sv": "W"}, (Question("text1", "text", {"sv": "Ord?"}),)),))
    rows = [(Stratum(unit), {"text1": "Ord"}) for unit in "ACD" for _one in range(12)]
    outcome = ballots.count(form, nodes, rows, invited=36, k=5, words="against")
    assert {place for _question, place, _words in outcome.texts} == {""}


@pytest.mark.django_db
def test_s7_own_parts_count_by_themselves_when_the_same_is_asked_again_soon():
    first = survey(24)
    day = [one.pk for number, one in enumerate(first.people) if number % 2 == 0]
    home = [one.pk for number, one in enumerate(first.people) if number % 2]

    def again(number, form, people):
        box = actions.make_box(
            kind="test.kept", owner=f"tests.kept:{number}", scope="region:1", form=form, title={}, zone="UTC"
        )
        later = NOW + timedelta(days=9)
        actions.launch(
            box=box, invited=[Invited(pk, unit, "worker") for pk, unit in people], opens_at=later,
            closes_at=later + timedelta(days=9), now=later, nodes=TREE,
        )  # fmt: skip

    own = Form((Page("other", {"sv": "Annat"}, about(9, "Annat")), FORM.pages[1]))
    with pytest.raises(rules.AlmostTheSame):  # one of the twelve in home care is not asked her own part again
        again(2, own, [(pk, "home") for pk in home[:-1]])
    again(3, own, [(pk, "home") for pk in home])
    again(4, Form((FORM.pages[2],)), [(pk, "day") for pk in day[:-5]])


# ---------- The worked example ----------


def example():
    """The tree, and a ballot for each answer of the file: every level 3, and 2 where only three managers are."""
    nodes, counts = worked_plan()
    rows = [(one, {"now1": 2 if one.unit == "Admin" else 3}) for one, n in counts.items() for _ballot in range(n)]
    return nodes, rows


def test_the_worked_example_from_its_file_is_released_as_exactly_these_tables():
    nodes, rows = example()
    (question, _wish) = about(1, "Leda", target="3.3")
    form = Form((Page("p", {"sv": "P"}, (question,)),))
    outcome = ballots.count(form, nodes, rows, invited=60, k=5, words="against")
    released = outcome.tables
    told = {
        row["key"]: (row["kind"], row["n"], row["items"]["now1"]["mean"] or row["items"]["now1"]["word"])
        for row in released["tables"]
    }
    assert told == {
        "Home care": ("block", "14", "3.0"),
        "Day care": ("block", "5-9", "near"),
        "Admin+Social work": ("block", "10", "2.7"),
        "Child": ("block", "5-9", "near"),
        "Adult+Elder+IFO": ("block", "10", "3.0"),
        "Alavesi": ("node", "33", "2.9"),
        "region": ("node", "49", "2.9"),
        "worker@region": ("role", "40", "3.0"),
        "manager@region": ("role", "5-9", "below"),
    }
    assert set(released["hidden"]) == {"Berga", "Cedersund", "IFO", "Adult", "Elder", "Admin", "Social work"}
    assert released["hidden_roles"] == [["manager", "Alavesi"], ["worker", "Alavesi"]]
    assert released["turnout"] == {"n": "49", "invited": 60, "percent": "82"}


def test_a_band_is_against_the_region_where_there_is_no_target():
    nodes, rows = example()
    rows = [(one, {"now1": 1} if one.unit == "Child" else said) for one, said in rows]
    form = Form((Page("p", {"sv": "P"}, about(1, "Leda")[:1]),))
    tables = ballots.count(form, nodes, rows, invited=60, k=5, words="against").tables["tables"]
    words = {row["key"]: row["items"]["now1"]["word"] for row in tables if row["n"] == "5-9"}
    assert words == {"Child": "below", "Day care": "near", "manager@region": "near"}


# ---------- What whoever answered keeps ----------


class Read(HTMLParser):
    """The data inside a file, as a reader of files finds it."""

    def __init__(self, page):
        super().__init__()
        self.data, self.scripts, self.bold = "", 0, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        self.bold += tag == "b"

    def handle_data(self, data):
        self.data += data if self.lasttag == "script" else ""


@pytest.mark.django_db
def test_after_sending_the_answers_are_offered_as_a_file_and_nothing_is_stored(client, at, caplog):
    at(NOW)
    caplog.set_level("DEBUG")
    opened = survey()
    code = opened.codes[1]
    client.post("/b/sv/", {"code": code, "page": "0", "do": "next", "q-now1": "4", "q-wish1": "2"})
    client.post("/b/sv/", {"code": code, "page": "1", "do": "next", "q-now2": "0"})
    check = client.post("/b/sv/", {"code": code, "page": "2", "do": "next", "q-text1": "Hemliga ord"}).content.decode()
    assert "Hemliga ord" in check
    assert "4 Ganska" in check
    assert not Ballot.objects.exists()
    back = client.post("/b/sv/", {"code": code, "page": "3", "go": "1"}).content.decode()
    assert 'name="from_check"' in back
    facts = {"code": code, "page": "1", "do": "next", "from_check": "1", "q-now2": "0", "q-wish2": "5"}
    assert 'name="page" value="3"' in client.post("/b/sv/", facts).content.decode()
    receipt = client.post("/b/sv/", {"code": code, "page": "3", "do": "send"})
    assert (receipt.status_code, receipt["Cache-Control"]) == (200, "no-store")
    assert not AnswerDraft.objects.exists()
    page = receipt.content.decode()
    assert 'name="q-now1" value="4"' in page
    assert "Hemliga" not in page
    facts = {"code": code, "page": "0", "q-now1": "4", "q-wish1": "2", "q-now2": "0", "q-wish2": "5"}
    assert client.post("/b/sv/", {**facts, "do": "receipt"}).content == receipt.content, "the same the second time"
    before, cached = dump(), repr(getattr(cache, "_cache", None))
    answer = client.post("/b/sv/", {**facts, "do": "file", "q-now3": "5", "q-text1": "Hemliga ord"})
    assert 'attachment; filename="' in answer["Content-Disposition"]
    assert not answer.cookies
    assert dump() == before
    assert repr(getattr(cache, "_cache", None)) == cached
    assert not [words for words in (code, "Hemliga", "/b/") if words in caplog.text]
    file = answer.content.decode()
    assert "Hemliga" not in file
    found = Read(file)
    assert (found.scripts, found.bold) == (1, 0), "no answer or label breaks out of its place"
    assert json.loads(found.data) == {
        "version": 1,
        "box_title": "Dag 3",
        "saved_on": "2027-04-16",
        "answers": [
            {"competence": 1, "level": 4, "wish": 2, "label": "Leda </script> <b>möten</b>"},
            {"competence": 2, "level": 0, "wish": 5, "label": "Läkemedel"},
        ],
    }


@pytest.mark.django_db
def test_a_box_that_keeps_no_file_offers_none(client, at):
    at(NOW)
    opened = open_box(6)
    answer = client.post("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "file", "q-score": "4"})
    assert "Content-Disposition" not in answer
    assert (
        client.post("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "4"}).status_code == 302
    )


# ---------- Slips of paper ----------


@pytest.fixture
def drawn():
    """An open box with slips for two roles in a unit."""
    people = make_people(3)
    box = actions.make_box(kind="test.kept", owner="t:1", scope="region:1", form=FORM, title={}, zone="UTC")
    actions.launch(
        box=box,
        invited=[Invited(one.pk, "day", "worker") for one in people],
        slips=[("home", "manager", 1), ("home", "worker", 4)],
        opens_at=NOW,
        closes_at=NOW + timedelta(days=9),
        now=NOW,
        nodes=TREE,
    )
    actions.open_due(now=NOW)
    box.refresh_from_db()
    return box


@pytest.mark.django_db
def test_slips_are_read_once_and_only_by_the_browser_that_asked(drawn, settings):
    box = drawn
    sheet, key = actions.want_slips(box=box, unit="home", now=NOW)
    with pytest.raises(rules.SlipsNotReady):
        actions.take_slips(sheet=sheet, key=key)
    assert actions.print_slips(now=NOW) == 1
    assert actions.print_slips(now=NOW) == 0
    kept = bytes(SlipSheet.objects.get().ciphertext)
    codes = actions.slip_codes(box=box, unit="home", role="worker")
    assert not any(code.encode() in kept for code in codes)
    other, _other = actions.want_slips(box=box, unit="home", now=NOW)
    assert other.pk == sheet.pk
    actions.print_slips(now=NOW)
    for wrong in (key, "x", ""):
        with pytest.raises(rules.SlipsOfAnother):
            actions.take_slips(sheet=sheet, key=wrong)
    sheet, key = actions.want_slips(box=box, unit="home", now=NOW)
    actions.print_slips(now=NOW)
    unit, links, language = json.loads(actions.take_slips(sheet=sheet, key=key))
    assert (unit, {role: len(rows) for role, rows in links.items()}) == ("home", {"manager": 1, "worker": 4})
    assert {link.rpartition("#")[2] for link in links["worker"]} == set(codes)
    assert all(f"/b/{language}/#" in link for link in links["worker"])
    assert not SlipSheet.objects.exists()
    with pytest.raises(rules.SlipsNotReady):
        actions.take_slips(sheet=sheet, key=key)
    for code in codes:
        actions.cast(ticket=actions.open_ticket(code=code, now=NOW), answers={"now2": 3}, now=NOW)
    assert Ballot.objects.filter(unit="home", role="worker").count() == 4


@pytest.mark.django_db
def test_slips_that_nobody_fetches_are_gone_after_a_day_and_at_closing(drawn, settings, tmp_path):
    with pytest.raises(rules.NoSlips):
        actions.want_slips(box=drawn, unit="day", now=NOW)
    actions.want_slips(box=drawn, unit="home", now=NOW)
    place, settings.KEYS_DIR, settings.KEYS_EMBEDDED = settings.KEYS_DIR, str(tmp_path / "away"), False
    assert actions.print_slips(now=NOW) == 0, "the web server has no keys"
    settings.KEYS_DIR = place
    actions.print_slips(now=NOW + timedelta(hours=23))
    assert SlipSheet.objects.exists()
    actions.print_slips(now=NOW + timedelta(days=1))
    assert not SlipSheet.objects.exists()
    actions.want_slips(box=drawn, unit="home", now=NOW)
    actions.begin_closing(box=drawn)
    actions.count_due(now=NOW + timedelta(days=9))
    assert not SlipSheet.objects.exists()
    assert not FreeText.objects.exists()
    with pytest.raises(rules.NotOpen):
        actions.want_slips(box=drawn, unit="home", now=NOW)
