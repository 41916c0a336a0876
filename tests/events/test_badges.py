"""Name badges: no word leaves its label, only what is new is printed again, and a paper to sign at the door."""

import io
import itertools
import re
import subprocess
from datetime import timedelta
from html import unescape

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Deed
from base.refusal import Refusal
from documents import pdf
from documents.actions import contents
from events import labels
from events.actions import badges as actions
from events.documents import attendance
from events.documents import badges as documents
from events.labels import POINT, SHEETS, Room, fit, sheets_needed
from events.models import BadgePrint, Registration
from events.rules import badges as rules
from events.rules import door as door_rules
from events.rules.badges import Badge
from people.models import Person
from tests.cast import NOW
from tests.events.test_door import comes, hall_of, made

HARD = [
    ("Pirjo-Riitta Valkeakoskenniemeläinen-Hämäläispuolalainen", "Päijät-Hämeen hyvinvointialue"),
    ("Å", ""),
    ("Siobhán O'Brien", "Keski-Pohjanmaan sosiaali- ja terveyspalvelujen kuntayhtymä"),
    ("Åström-Øverland", "Kommunalförbundet för gymnasieutbildning i Trollhättan och Lysekil"),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwe", "Sosiaalihuoltopalvelukokonaisuusjärjestäjäkuntayhtymä"),
]
TITLE = "Stanna och växa: så behåller vi nya socialsekreterare i barn- och ungdomsvården under de första åren"


def hard_badges(number):
    rows = itertools.islice(itertools.cycle(HARD), number)
    return [Badge(7_000_000 + n, name, employer, f"6N{n}-7KQ2M9") for n, (name, employer) in enumerate(rows)]


def printed(badges, sheet="90x60", start=1, title=TITLE):
    return documents.print_badges(
        badges=badges, sheet=sheet, start=start, title=title, region="Sörmland", language="sv"
    )


def words_on(content, path):
    """Each word with its page and its box in millimetres."""
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, text=True).stdout
    box = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
    for number, page in enumerate(re.findall(r"<page .*?</page>", text, re.S)):
        for x, y, right, bottom, word in box.findall(page):
            yield (
                number,
                float(x) / POINT,
                float(y) / POINT,
                float(right) / POINT,
                float(bottom) / POINT,
                unescape(word),
            )


@pytest.fixture
def seminar(cast):
    return made(cast)


@pytest.fixture
def hall(seminar):
    return hall_of(seminar)


@pytest.fixture
def tuva(cast, seminar, hall):
    return comes(seminar, hall, cast.tuva)


@pytest.fixture
def edvin(cast, seminar, hall):
    return comes(seminar, hall, cast.edvin)


def order(cast, seminar, **facts):
    [row] = actions.ask_badges(event=seminar, sheet="90x60", by=cast.malin, now=NOW, **facts)
    return row


def names_of(row):
    return {badge.name for badge in rules.badges_of(list(Registration.objects.filter(pk__in=row.registrations)), None)}


# ---------- Labels ----------


@pytest.mark.parametrize("key", SHEETS)
def test_every_sheet_lies_on_an_a4_with_labels_that_do_not_touch_one_another(key):
    sheet = SHEETS[key]
    places = [sheet.place(n) for n in range(sheet.number)]
    assert all(page == 0 for page, _x, _y in places)
    for _page, x, y in places:
        assert min(x, y) >= -0.01
        assert (x + sheet.width, y + sheet.height) <= (210.01, 297.01)
        assert y + sheet.height <= 297.01
    for (_p, x, y), (_q, other_x, other_y) in itertools.combinations(places, 2):
        assert abs(x - other_x) >= sheet.width - 0.01 or abs(y - other_y) >= sheet.height - 0.01
    assert sheet.place(sheet.number)[0] == 1


def test_a_half_used_sheet_is_filled_and_the_next_begins_at_its_first_label():
    sheet = SHEETS["90x60"]
    assert [sheets_needed(sheet, n, start) for n, start in ((0, 5), (1, 8), (4, 5), (5, 5), (12, 5), (13, 5))] == [
        0, 1, 1, 2, 2, 3,
    ]  # fmt: skip
    papers = documents.papers(sheet, hard_badges(12), 6)
    assert [(len(paper.used), len(paper.labels)) for paper in papers] == [(5, 3), (0, 8), (0, 1)]


def test_words_keep_their_size_until_they_must_be_smaller_and_are_never_cut():
    room, width = Room(70, 20, 30, 7), lambda text: 0.55 * len(text)
    assert fit("Å", room, width) == labels.Fitted(30, ("Å",))
    assert fit("Anna Virtanen", room, width).lines == ("Anna Virtanen",)
    long = fit("Marja-Leena Hyttinen-Kantelinen-Lappalainen", room, width)
    assert "".join(long.lines).replace(" ", "") == "Marja-LeenaHyttinen-Kantelinen-Lappalainen"
    whole = fit("x" * 200, room, width)
    assert "".join(whole.lines) == "x" * 200
    assert all(width(line) * whole.size <= room.width * POINT for line in whole.lines)
    assert len(whole.lines) * whole.size * room.leading <= room.height * POINT


@pytest.mark.parametrize("key", SHEETS)
def test_no_word_of_hard_names_leaves_its_label(key, tmp_path):
    sheet = SHEETS[key]
    badges = hard_badges(sheet.number + 2)
    own = dict.fromkeys(range(1, len(badges) + 1), "")
    for page, x, y, right, bottom, word in words_on(printed(badges, key, start=2).content, tmp_path / "badges.pdf"):
        for n in own:
            where, left, top = sheet.place(n)
            if (
                page == where
                and left <= x
                and right <= left + sheet.width
                and top <= y
                and bottom <= top + sheet.height
            ):
                own[n] += word
                break
        else:
            pytest.fail(f"{word} stands outside its label")
    for n, badge in enumerate(badges, start=1):
        for text in (badge.name, badge.organisation, badge.code):
            assert text.replace(" ", "") in own[n]


def test_badges_are_tagged_small_and_in_our_fonts():
    made = printed(hard_badges(40))
    assert made.refused == ()
    assert len(made.content) <= 40 * 10 * 1024 * 0.4, "4 KB a badge"
    with pikepdf.open(io.BytesIO(made.content)) as paper:
        assert len(paper.pages) == made.pages == 5
        assert str(paper.Root.Lang) == "sv"
        assert paper.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in paper.Root
        assert b"pdfuaid" in paper.Root.Metadata.read_bytes()
        figures = [
            thing for thing in paper.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/Figure"
        ]
        assert len(figures) == 40
        assert all(str(figure.Alt) for figure in figures)


# ---------- What stands there ----------


def test_the_chosen_name_goes_first_and_a_protected_identity_shows_no_name_and_no_employer(cast, seminar, tuva, edvin):
    Registration.objects.filter(pk=tuva.pk).update(badge_name="Tuvis", organisation=cast.eskilstuna)
    Person.objects.filter(pk=cast.edvin.pk).update(protected=True)
    code = Person.objects.get(pk=cast.edvin.pk).substitute_code
    rows = list(rules.registrations_of(seminar))
    shown = {badge.registration: (badge.name, badge.organisation) for badge in rules.badges_of(rows, cast.vera)}
    assert shown[tuva.pk] == ("Tuvis", cast.eskilstuna.name)
    assert shown[edvin.pk] == (code, "")
    Registration.objects.filter(pk=edvin.pk).update(badge_name="Eddie")
    rows = list(rules.registrations_of(seminar))
    by = {
        viewer.pk: {b.registration: b.name for b in rules.badges_of(rows, viewer)} for viewer in (cast.malin, cast.vera)
    }
    assert by[cast.malin.pk][edvin.pk] == "Eddie"
    assert by[cast.vera.pk][edvin.pk] == code


def test_who_said_no_employer_has_the_one_where_she_works(cast, seminar, tuva):
    [badge] = rules.badges_of(list(rules.registrations_of(seminar)), cast.malin)
    assert badge.organisation == cast.eskilstuna.name
    assert badge.code == door_rules.code_of(tuva)
    assert door_rules.registration_of(badge.code, seminar) == tuva


def test_the_broadcast_the_absent_and_those_in_line_get_no_badge(cast, seminar, hall, tuva, edvin):
    comes(seminar, hall_of(seminar, way="remote"), cast.leila)
    Registration.objects.filter(pk=edvin.pk).update(state="absence_reported")
    assert [row.pk for row in rules.registrations_of(seminar)] == [tuva.pk]


# ---------- Printing ----------


def test_only_new_and_changed_badges_are_printed_again(cast, seminar, tuva, edvin):
    first = order(cast, seminar)
    assert (first.count, first.state) == (2, "waiting")
    assert not Registration.objects.filter(badge_printed_at__isnull=False).exists()
    assert actions.print_waiting(now=NOW) == 1
    first.refresh_from_db()
    assert (first.state, first.ready_at) == ("ready", NOW)
    assert contents(first.file).startswith(b"%PDF-")
    assert first.file.expires_at == NOW + timedelta(days=7)
    assert Registration.objects.filter(badge_printed_at=NOW).count() == 2
    with pytest.raises(rules.NoNewBadges):
        order(cast, seminar)
    actions.name_badge(registration=tuva, name="  Tuvis ", by=cast.tuva, now=NOW)
    assert order(cast, seminar).registrations == [tuva.pk]
    assert actions.print_waiting(now=NOW) == 1
    Registration.objects.filter(pk=edvin.pk).update(employer="Region Sörmland")
    assert order(cast, seminar).registrations == [edvin.pk]
    assert actions.print_waiting(now=NOW) == 1
    assert order(cast, seminar, only_new=False).count == 2
    deeds = Deed.objects.filter(deed__startswith="badge").order_by("pk").values_list("deed", flat=True)
    assert list(deeds)[:4] == ["badges.asked", "badges.printed", "badge_named", "badges.asked"]


def test_a_name_changed_while_the_file_waits_stands_in_it_and_who_has_left_is_not_there(cast, seminar, tuva, edvin):
    row = order(cast, seminar)
    actions.name_badge(registration=tuva, name="Tuvis", by=cast.tuva, now=NOW)
    Registration.objects.filter(pk=edvin.pk).update(state="cancelled")
    assert actions.print_waiting(now=NOW) == 1
    row.refresh_from_db()
    assert row.count == 1
    with pytest.raises(rules.NoNewBadges):
        order(cast, seminar)


def test_badges_are_not_ordered_twice_at_once_nor_by_others_nor_beyond_the_sheet(cast, seminar, tuva):
    for by in (cast.vera, cast.tuva):
        with pytest.raises(Refusal):
            actions.ask_badges(event=seminar, sheet="90x60", by=by, now=NOW)
    with pytest.raises(rules.NoSuchLabel):
        order(cast, seminar, start=9)
    order(cast, seminar, start=8)
    with pytest.raises(rules.PrintingNow):
        order(cast, seminar, only_new=False)


def test_many_badges_are_several_files_and_only_the_first_begins_on_a_used_sheet(
    cast, seminar, tuva, edvin, monkeypatch
):
    monkeypatch.setattr(rules, "MOST_IN_FILE", 1)
    rows = actions.ask_badges(event=seminar, sheet="99x68", start=4, by=cast.malin, now=NOW)
    assert [(row.count, row.start) for row in rows] == [(1, 4), (1, 1)]


def test_what_fails_three_times_has_failed_and_marks_nobody(cast, seminar, tuva, monkeypatch):
    row = order(cast, seminar)

    def fails(**_facts):
        raise pdf.PressFailed()

    monkeypatch.setattr(documents, "print_badges", fails)
    for n in range(4):
        assert actions.print_waiting(now=NOW + n * actions.LEASE) == 0
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", 3)
    assert not Registration.objects.filter(badge_printed_at__isnull=False).exists()


def test_a_file_needs_as_many_statements_for_60_badges_as_for_3(cast, seminar, hall):
    def statements(number):
        have = Registration.objects.filter(event=seminar).count()
        people = Person.objects.bulk_create(
            [Person(name=f"Gäst {n}", email=f"g{n}@example.org", is_guest=True) for n in range(have, number)]
        )
        Registration.objects.bulk_create(
            [Registration(event=seminar, person=one, employer="Flen", created_at=NOW, changed_at=NOW) for one in people]
        )
        with CaptureQueriesContext(connection) as captured:
            order(cast, seminar, only_new=False)
            assert actions.print_waiting(now=NOW) == 1
        return len(captured)

    few = statements(3)
    assert statements(60) == few
    assert few <= 50, "0.1 a badge in a file of 500"


# ---------- Pages ----------


def test_the_organiser_orders_badges_on_the_page_and_fetches_the_file(cast, sign_in, seminar, tuva):
    client, page = sign_in(cast.malin), reverse("events:badges", args=[seminar.pk])
    wrong = client.post(page, {"which": "new", "sheet": "90x60", "start": "9"})
    assert wrong.status_code == 422
    assert BadgePrint.objects.count() == 0
    answer = client.post(page, {"which": "new", "sheet": "99x57", "start": "9"})
    assert answer.status_code == 302
    row = BadgePrint.objects.get()
    assert (row.sheet, row.start, row.language) == ("99x57", 9, "sv")
    assert "data-poll" in client.get(page).content.decode()
    assert client.get(reverse("events:badges_file", args=[seminar.pk, row.pk])).status_code == 404
    actions.print_waiting(now=NOW)
    shown = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "data-poll" not in shown
    file = client.get(reverse("events:badges_file", args=[seminar.pk, row.pk]))
    assert file.status_code == 200
    assert file["Content-Type"] == "application/pdf"
    assert file.getvalue().startswith(b"%PDF-")
    assert Deed.objects.filter(deed="badges.fetched").count() == 1


def test_the_page_asks_as_much_of_the_database_for_three_as_for_one(cast, sign_in, seminar, hall, tuva):
    client, page = sign_in(cast.malin), reverse("events:badges", args=[seminar.pk])
    client.get(page)

    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    one = statements()
    comes(seminar, hall, cast.edvin)
    comes(seminar, hall, cast.leila)
    assert statements() == one


def test_one_says_oneself_what_stands_on_the_badge_until_the_event_is_over(cast, sign_in, seminar, tuva, edvin, at):
    page = reverse("events:badge_name", args=[seminar.pk])
    assert sign_in(cast.yasmin).get(page).status_code == 404
    client = sign_in(cast.tuva)
    assert page in client.get(seminar.get_absolute_url()).content.decode()
    assert client.post(page, {"badge_name": "Tuvis"}).status_code == 302
    tuva.refresh_from_db()
    edvin.refresh_from_db()
    assert (tuva.badge_name, edvin.badge_name) == ("Tuvis", "")
    with pytest.raises(Refusal):
        actions.name_badge(registration=edvin, name="Eddie", by=cast.tuva, now=NOW)
    with pytest.raises(Refusal):
        actions.name_badge(registration=tuva, name="T", by=cast.tuva, now=seminar.ends_at)


def test_the_organiser_corrects_a_name_at_the_desk_but_not_of_whom_she_may_not_know(cast, sign_in, seminar, tuva):
    page = reverse("events:badge_of", args=[seminar.pk, tuva.pk])
    client = sign_in(cast.malin)
    assert client.post(page, {"badge_name": "Tuva A."}).status_code == 302
    tuva.refresh_from_db()
    assert tuva.badge_name == "Tuva A."
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    row = Registration.objects.select_related("event", "person").get(pk=tuva.pk)
    assert rules.why_not_name(row, cast.malin, now=NOW) is None
    assert rules.why_not_name(row, cast.vera, now=NOW) is not None


# ---------- The paper to sign ----------


def test_the_paper_to_sign_has_names_and_employers_a_head_on_each_page_and_numbers(cast, tmp_path):
    sheet = attendance.Sheet(
        title=TITLE,
        kind="Seminarium",
        region="Sörmland",
        days=attendance.days_of(NOW.date(), NOW.date() + timedelta(days=1)),
        hours="9.00–15.30",
        where="Kulturhuset Ängeln, Katrineholm",
        lines=[attendance.Line(f"{name} {n}", employer) for n, (name, employer) in enumerate(HARD * 10)],
    )
    made = attendance.print_sheet(sheet)
    assert made.refused == ()
    path = tmp_path / "sheet.pdf"
    path.write_bytes(made.content)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) == made.pages
    assert made.pages % 2 == 0
    for number, page in enumerate(pages, start=1):
        assert re.search(rf"Sida\s+{number}\s+av\s+{made.pages}", page), page[-200:]
        assert "Namnteckning" in page
    assert text.count("O'Brien") == 20
    with pikepdf.open(io.BytesIO(made.content)) as paper:
        assert paper.Root.MarkInfo.Marked
        heads = [thing for thing in paper.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/TH"]
        assert heads
    assert all(
        x >= 0 and right <= 210 and bottom <= 297 for _p, x, _y, right, bottom, _w in words_on(made.content, path)
    )


def test_the_sheet_is_for_those_at_the_door_and_says_nothing_of_absence_or_protected_people(
    cast, sign_in, seminar, tuva, edvin
):
    Person.objects.filter(pk=cast.edvin.pk).update(protected=True)
    lines = door_rules.lines_to_sign(Registration.objects.coming_to(seminar).select_related("person", "organisation"))
    code = Person.objects.get(pk=cast.edvin.pk).substitute_code
    assert sorted(lines) == sorted([(cast.tuva.name, ""), (code, "")])
    page = reverse("events:presence_sheet", args=[seminar.pk])
    answer = sign_in(cast.malin).get(page)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert sign_in(cast.tuva).get(page).status_code == 404
    assert Deed.objects.filter(deed="attendance.seen").count() == 1


def test_a_course_day_has_a_sheet_for_those_who_take_attendance(cast, sign_in):
    cohort = cast.cohort()
    page = reverse("programmes:door_sheet", args=[cohort.pk, 4])
    answer = sign_in(cast.malin).get(page)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
