"""Programmes in figures: what each figure counts, who may see whose, and the same in the file as on the page."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from audit.models import Deed
from base import clock
from events.models import Attendance, Registration
from programmes.actions import attendance as marks
from programmes.actions import certificates, leaving, sides, transfers
from reports.documents.figures import Choice, Figures, Year
from tests.cast import NOW, employment, organisation, person

pytestmark = pytest.mark.django_db
PAGE = "/reports/figures/"
FILE = "/reports/figures/file/"
LAST_YEAR = (date(2026, 9, 8), date(2026, 10, 6))


@pytest.fixture
def course(cast: Any) -> Any:
    """Rounds of two years in Sörmland, where people came through, left, did not come through; one in Skaraborg."""
    before = cast.cohort(number=11, state="finished", days=LAST_YEAR)
    cast.attendance(cast.enrolment(before, cast.edvin, side="completed"), "n", "n")
    cast.enrolment(before, cast.leila, side="not_completed")
    now = cast.cohort()
    cast.attendance(cast.enrolment(now, cast.tuva), "n", "n", "3.25")
    cast.enrolment(now, cast.omar, side="applied")
    cast.attendance(cast.enrolment(now, cast.yasmin), "n")
    other = cast.cohort(programme=cast.programme(cast.skaraborg), number=4)
    cast.attendance(cast.enrolment(other, cast.selma), "n")
    return now


def counted(who: Any, **choice: Any) -> dict[tuple[int, str], list[Any]]:
    years: list[Year] = Figures(who).count(Choice(**choice))
    return {(year.year, town.name): town.cells for year in years for town in year.towns}


# ---------- What a figure counts ----------


def test_figures_stand_by_municipality_and_the_year_in_which_the_round_began(cast: Any, course: Any) -> None:
    # applied, took part, completed, not completed, dropped out, hours, certificates
    assert counted(cast.malin) == {
        (2027, "Eskilstuna"): [2, 1, 0, 0, 0, Decimal("15.25"), 0],
        (2027, "Nyköping"): [1, 1, 0, 0, 0, Decimal("6.00"), 0],
        (2026, "Eskilstuna"): [2, 2, 1, 1, 0, Decimal("12.00"), 0],
    }


def test_who_gives_up_the_place_before_the_first_day_has_not_taken_part_and_later_has_dropped_out(
    cast: Any, course: Any
) -> None:
    early = cast.cohort(number=13, days=(date(2027, 9, 8),))
    leaving.leave(enrolment=cast.enrolment(early, cast.edvin), why="Flyttar", by=cast.malin, now=NOW)
    leaving.leave(enrolment=course.enrolments.get(person=cast.tuva), why="Slutar", by=cast.malin, now=NOW)
    assert counted(cast.malin)[2027, "Eskilstuna"] == [3, 1, 0, 0, 1, Decimal("15.25"), 0]


def test_a_leaving_that_is_undone_does_not_count(cast: Any, course: Any) -> None:
    row = course.enrolments.get(person=cast.tuva)
    move = sides.change(enrolment=row, side="programme", after="withdrawn", by=cast.malin, now=NOW, why="Fel")
    assert counted(cast.malin)[2027, "Eskilstuna"][4] == 1
    sides.undo(transition=move, by=cast.malin, now=NOW + timedelta(minutes=1))
    assert counted(cast.malin)[2027, "Eskilstuna"][1:5] == [1, 0, 0, 0]


def test_who_left_and_came_back_counts_once_and_has_not_dropped_out(cast: Any, course: Any) -> None:
    gone = course.enrolments.get(person=cast.tuva)
    sides.change(enrolment=gone, side="programme", after="withdrawn", by=cast.malin, now=NOW, why="Slutar")
    assert counted(cast.malin)[2027, "Eskilstuna"][4] == 1
    gone.code = "tidigare"
    gone.save()
    again = cast.enrolment(course, cast.tuva, side="paused")
    assert again.pk != gone.pk
    assert counted(cast.malin)[2027, "Eskilstuna"] == [2, 1, 0, 0, 0, Decimal("15.25"), 0]


def test_who_goes_on_in_a_later_round_has_not_dropped_out_and_is_counted_once(cast: Any, course: Any, at: Any) -> None:
    begins = date(2027, 10, 5)
    later = cast.cohort(number=13, state="selection", days=(begins, date(2027, 11, 9)), selection_confirmed_at=NOW)
    at("2027-10-01 09:00")
    enrolment = course.enrolments.get(person=cast.tuva)
    moved = transfers.transfer(enrolment=enrolment, to=later, reason="Får plats", by=cast.malin, now=clock.now()).new
    assert moved.programme_side == "enrolled"
    # Until the later round begins she is counted where she was, and takes part still.
    [year] = [row for row in Figures(cast.malin).count(Choice()) if row.year == 2027]
    assert (year.total.took_part, year.total.dropped_out, year.total.under_way) == (2, 0, 2)
    assert year.total.hours == Decimal("21.25")
    later.state = "running"
    later.save()
    [year] = [row for row in Figures(cast.malin).count(Choice()) if row.year == 2027]
    assert (year.total.took_part, year.total.dropped_out, year.total.under_way) == (2, 0, 2)
    assert year.total.hours == Decimal("18.00")  # the later round has no third day, so that one does not count there
    leaving.leave(enrolment=moved, why="", by=cast.malin, now=clock.now() + timedelta(days=30))
    [year] = [row for row in Figures(cast.malin).count(Choice()) if row.year == 2027]
    assert (year.total.took_part, year.total.dropped_out, year.total.under_way) == (2, 1, 1)
    assert year.total.hours == Decimal("18.00")


def test_applicants_to_a_round_that_has_not_begun_take_no_part_yet(cast: Any) -> None:
    cohort = cast.cohort(state="open", number=14)
    cast.enrolment(cohort, cast.tuva, side="applied")
    cast.enrolment(cohort, cast.edvin, side="withdrawn")
    assert counted(cast.malin) == {(2027, "Eskilstuna"): [2, 0, 0, 0, 0, Decimal(0), 0]}


def test_a_day_made_up_elsewhere_adds_at_most_the_missed_hours_and_a_cancelled_day_none(cast: Any, course: Any) -> None:
    row = course.enrolments.get(person=cast.yasmin)
    cast_days = list(course.days.select_related("event").order_by("number"))
    Attendance.objects.create(
        registration=Registration.objects.get(event=cast_days[1].event, person=cast.yasmin),
        mark="absent",
        hours=Decimal(0),
        by=cast.malin,
        at=NOW,
    )
    later = cast.cohort(number=13, days=(date(2027, 4, 12),))
    made = marks.make_up(
        enrolment=row, missed=cast_days[1], day=later.days.get(), by=cast.malin, now=NOW - timedelta(days=6)
    )
    Attendance.objects.create(
        registration=made.registration, mark="present", hours=Decimal("7.00"), by=cast.malin, at=NOW
    )
    assert counted(cast.malin)[2027, "Nyköping"][5] == Decimal("12.00")
    cast_days[0].event.state = "cancelled"
    cast_days[0].event.save()
    assert counted(cast.malin)[2027, "Nyköping"][5] == Decimal("6.00")


def test_a_replaced_certificate_counts_once_and_a_revoked_one_not_at_all(cast: Any, course: Any) -> None:
    row = course.programme.cohorts.get(number=11).enrolments.get(person=cast.edvin)
    paper = certificates.issue(enrolment=row, by=cast.malin, now=NOW)
    assert counted(cast.malin)[2026, "Eskilstuna"][6] == 1
    newer = certificates.replace(certificate=paper, name="Edvin Kronqvist", reason="Namn", by=cast.malin, now=NOW)
    assert counted(cast.malin)[2026, "Eskilstuna"][6] == 1
    certificates.revoke(certificate=newer, reason="Fel person", by=cast.malin, now=NOW)
    assert counted(cast.malin)[2026, "Eskilstuna"][6] == 0


# ---------- Who may see whose ----------


def test_a_director_counts_the_own_municipality_and_no_total_of_others(cast: Any, course: Any, sign_in: Any) -> None:
    assert {town for _year, town in counted(cast.lars)} == {"Eskilstuna"}
    page = sign_in(cast.lars).get(PAGE).content.decode()
    assert "Nyköping" not in page
    assert "Lidköping" not in page
    assert "andra kommuners" in page


def test_a_coordinator_counts_the_own_region_and_an_administrator_all(cast: Any, course: Any) -> None:
    assert {town for _year, town in counted(cast.vera)} == {"Lidköping"}
    assert {town for _year, town in counted(cast.ada)} == {"Eskilstuna", "Nyköping", "Lidköping"}
    assert {town for _year, town in counted(cast.ada, region=cast.skaraborg.pk)} == {"Lidköping"}


@pytest.mark.parametrize("who", ["stina", "tuva", "outsider"])
def test_nobody_else_knows_of_the_page(who: str, cast: Any, course: Any, sign_in: Any) -> None:
    client = sign_in(getattr(cast, who))
    assert client.get(PAGE).status_code == 404
    assert client.get(FILE).status_code == 404


def test_a_director_who_also_takes_part_elsewhere_does_not_count_herself_there(cast: Any, course: Any) -> None:
    other = cast.cohort(programme=cast.programme(cast.skaraborg, slug="chefer"), number=1)
    cast.enrolment(other, cast.lars, unit=cast.lid_barn)
    assert {town for _year, town in counted(cast.lars)} == {"Eskilstuna"}


# ---------- The page ----------


def test_the_page_is_filtered_by_programme_and_years_and_the_table_has_the_sums(
    cast: Any, course: Any, sign_in: Any
) -> None:
    client = sign_in(cast.malin)
    whole = client.get(PAGE)
    assert whole.context["total"].took_part == 4
    assert "4 personer har deltagit" in whole.content.decode()
    assert client.get(PAGE, {"first": "2027"}).context["total"].took_part == 2
    assert client.get(PAGE, {"last": "2026"}).context["total"].cells[:5] == [2, 2, 1, 1, 0]
    programme = course.programme_id
    assert client.get(PAGE, {"programme": programme}).context["total"].took_part == 4
    # What is not hers to choose is no choice: everything of hers is shown, as without it.
    foreign = cast.skaraborg.programmes.get().pk
    assert client.get(PAGE, {"programme": foreign}).context["total"].took_part == 4


def test_years_without_a_hit_say_so_and_lead_back(cast: Any, course: Any, sign_in: Any) -> None:
    page = sign_in(cast.malin).get(PAGE, {"first": "2027", "last": "2026"}).content.decode()
    assert "Inga träffar" in page
    assert f'href="{PAGE}"' in page


def test_before_anybody_has_applied_the_page_says_what_comes(cast: Any, sign_in: Any) -> None:
    page = sign_in(cast.malin).get(PAGE)
    assert page.status_code == 200
    assert "Inga siffror än" in page.content.decode()


def test_as_many_statements_for_three_municipalities_as_for_one(cast: Any, sign_in: Any) -> None:
    cohort = cast.cohort()
    cast.attendance(cast.enrolment(cohort, cast.tuva), "n")
    client = sign_in(cast.malin)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    cast.attendance(cast.enrolment(cohort, cast.yasmin), "n")
    unit = organisation("Familj", "unit", cast.flen)
    new = person("Nora Ek", "nora@flen.example", cast.sormland)
    employment(new, unit)
    cast.attendance(cast.enrolment(cast.cohort(number=11, days=LAST_YEAR), new), "n")
    with CaptureQueriesContext(connection) as three:
        answer = client.get(PAGE)
    assert [sums.name for sums in answer.context["towns"]] == ["Eskilstuna", "Flen", "Nyköping"]
    assert len(three) == len(one)


# ---------- Files ----------


def test_the_files_have_the_rows_of_the_page(cast: Any, course: Any, sign_in: Any, tmp_path: Path) -> None:
    client = sign_in(cast.malin)
    years = client.get(PAGE).context["years"]
    text = client.get(FILE, {"form": "csv"})
    lines = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert lines[0][:3] == ["År", "Kommun", "Anmälda"]
    assert lines[1:] == [
        [str(year.year), town.name, *[str(cell).replace(".", ",") for cell in town.cells]]
        for year in years
        for town in year.towns
    ]
    path = tmp_path / "siffror.xlsx"
    path.write_bytes(client.get(FILE, {"form": "xlsx"}).content)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert sheet[1] == [2027, "Eskilstuna", 2, 1, 0, 0, 0, 15.25, 0]
    assert len(sheet) == len(lines)


def test_a_file_has_the_choice_of_the_page_and_taking_it_is_logged(cast: Any, course: Any, sign_in: Any) -> None:
    client = sign_in(cast.lars)
    [link, _other] = client.get(PAGE, {"first": "2027"}).context["files"]
    answer = client.get(link[0].replace("xlsx", "csv"))
    assert "2026" not in answer.content.decode("utf-8-sig").replace("2026-", "")
    assert "Nyköping" not in answer.content.decode("utf-8-sig")
    assert Deed.objects.filter(deed="figures.fetched", by=cast.lars).count() == 1
    assert client.get(FILE, {"form": "exe"}).status_code == 404
