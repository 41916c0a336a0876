"""Exports: asked for with a purpose, made in the background, seen by nobody else, erased; nothing said too much."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from python_calamine import CalamineWorkbook

from audit.models import Deed, Words
from base import clock
from base.refusal import Forbidden
from documents.actions import contents, root
from events.models import Attendance, Registration
from outbox.kinds import find
from outbox.models import Letter
from programmes.models import CourseDay, MakeUp
from reports import actions, rules
from reports.documents import Participants
from reports.models import Export
from reports.states import ExportKind, ExportState
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db
EXPORTS = "/reports/exports/"


@pytest.fixture
def course(cast: Any) -> Any:
    """A running round in Sörmland: Tuva there three days, Yasmin protected, Selma in another region."""
    cohort = cast.cohort()
    cast.attendance(cast.enrolment(cohort, cast.tuva), "n", "n", "3.25")
    cast.yasmin.protected = True
    cast.yasmin.save()
    cast.attendance(cast.enrolment(cohort, cast.yasmin, counts_for_funder=False, counts_reason="=1+1"), "n")
    other = cast.cohort(programme=cast.programme(cast.skaraborg), number=4)
    cast.attendance(cast.enrolment(other, cast.selma), "n")
    return cohort


def asked(who: Any, form: str = "csv", region: Any = None, **more: Any) -> Export:
    return actions.ask_export(
        **{
            "kind": ExportKind.PARTICIPANTS,
            "form": form,
            "region": region,
            "purpose": "Årsrapport",
            "language": "sv",
            "by": who,
            "now": clock.now(),
            **more,
        }
    )


def made(export: Export) -> Export:
    actions.make_waiting(now=clock.now())
    export.refresh_from_db()
    return export


def table(export: Export) -> list[list[str]]:
    text = contents(export.file).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


# ---------- What the file says ----------


def test_a_coordinator_gets_the_own_region_with_hours_and_days(cast: Any, course: Any) -> None:
    rows = table(made(asked(cast.malin, region=cast.sormland)))
    assert len(rows) == 3
    tuva = dict(zip(rows[0], rows[1], strict=True))
    assert tuva["År"] == "2027"
    assert tuva["Kommun"] == "Eskilstuna"
    assert tuva["Namn"] == "Tuva Ljungdahl"
    assert tuva["Timmar"] == "15,25"
    assert tuva["Dagar närvarande"] == "3"
    assert tuva["Räknas för finansiären"] == "ja"
    assert "Selma" not in str(rows)
    assert "@" not in str(rows)


def test_a_protected_person_stands_with_a_code_and_for_others_with_nothing_else(cast: Any, course: Any) -> None:
    own = str(table(made(asked(cast.malin, region=cast.sormland))))
    assert cast.yasmin.substitute_code in own
    assert "Haddadi" not in own
    rows = table(made(asked(cast.ada)))
    [row] = [row for row in rows if cast.yasmin.substitute_code in row]
    assert row.count("") == len(row) - 5
    assert "Nyköping" not in str(rows)


def test_a_formula_in_a_field_is_text(cast: Any, course: Any) -> None:
    rows = table(made(asked(cast.malin, region=cast.sormland)))
    assert "'=1+1" in rows[2]
    export = made(asked(cast.malin, "xlsx", region=cast.sormland))
    path = root() / export.file.path
    sheets = CalamineWorkbook.from_path(path)
    assert sheets.get_sheet_by_name("Deltagare").to_python()[2][-1] == "=1+1"


def test_the_workbook_has_the_sums_by_municipality_and_year(cast: Any, course: Any) -> None:
    export = made(asked(cast.ada, "xlsx"))
    sums = CalamineWorkbook.from_path(root() / export.file.path).get_sheet_by_name("Per kommun och år").to_python()
    assert sums[1:] == [
        ["Skaraborg", 2027, "Lidköping", 1, 0, 1, 6.0, 6.0],
        ["Sörmland", 2027, "Eskilstuna", 1, 0, 1, 15.25, 15.25],
        ["Sörmland", 2027, "Nyköping", 1, 0, 0, 6.0, 0.0],
    ]


def test_a_made_up_day_counts_once_and_no_longer_than_the_day(cast: Any, course: Any) -> None:
    enrolment = course.enrolments.get(person=cast.tuva)
    other = CourseDay.objects.get(cohort__number=4, number=1)
    there = Registration.objects.create(event=other.event, person=cast.tuva, created_at=NOW, changed_at=NOW)
    Attendance.objects.create(registration=there, mark="present", hours=Decimal(6), at=NOW)
    missed = CourseDay.objects.get(cohort=course, number=3)
    MakeUp.objects.create(enrolment=enrolment, missed=missed, registration=there, at=NOW)
    rows = table(made(asked(cast.malin, region=cast.sormland)))
    tuva = dict(zip(rows[0], rows[1], strict=True))
    assert (tuva["Timmar"], tuva["Dagar närvarande"]) == ("18,00", "3")


# ---------- Who may, and what for ----------


def test_who_may_not_is_refused_and_nothing_is_stored(cast: Any, course: Any) -> None:
    for who, region in (
        (cast.malin, cast.skaraborg),
        (cast.malin, None),
        (cast.lars, cast.sormland),
        (cast.tuva, None),
    ):
        with pytest.raises(Forbidden):
            asked(who, region=region)
    assert not Export.objects.exists()


def test_the_purpose_is_required_and_logged(cast: Any, course: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    wrong = client.post(EXPORTS, {"region": cast.sormland.pk, "form": "csv", "purpose": ""})
    assert wrong.status_code == 422
    assert "Skriv vad filen ska användas till" in wrong.content.decode()
    client.post(EXPORTS, {"region": cast.sormland.pk, "form": "csv", "purpose": "Underlag till styrgruppen"})
    deed = Deed.objects.get(deed="export.asked")
    assert deed.by == cast.malin
    assert Words.objects.get(deed=deed).text == {"purpose": "Underlag till styrgruppen"}


def test_a_right_that_is_lost_before_the_file_is_made_gives_no_file(cast: Any, course: Any) -> None:
    export = asked(cast.malin, region=cast.sormland)
    cast.malin.roles.all().delete()
    assert made(export).state == ExportState.FAILED
    assert export.file is None


def test_a_file_is_its_askers_alone_and_only_while_the_role_lasts(cast: Any, course: Any, sign_in: Any) -> None:
    export = made(asked(cast.malin, region=cast.sormland))
    pages = (f"{EXPORTS}{export.pk}/", f"{EXPORTS}{export.pk}/file/")
    for who in (cast.ada, cast.vera, cast.lars, cast.tuva, cast.outsider):
        for page in pages:
            assert sign_in(who).get(page).status_code == 404, (who, page)
        assert sign_in(who).post(f"{EXPORTS}{export.pk}/stop/").status_code == 404
    mine = sign_in(cast.malin).get(pages[1])
    assert mine.status_code == 200
    assert mine["Content-Disposition"].startswith("attachment")
    assert mine.getvalue() == contents(export.file)
    assert Deed.objects.filter(deed="export.fetched", by=cast.malin).exists()
    cast.malin.roles.all().delete()
    assert sign_in(cast.malin).get(pages[1]).status_code == 404


def test_others_do_not_know_the_page(cast: Any, sign_in: Any) -> None:
    for who in (cast.lars, cast.stina, cast.tuva, cast.outsider):
        assert sign_in(who).get(EXPORTS).status_code == 404
    assert sign_in(cast.ada).get(EXPORTS).status_code == 200


# ---------- In the background ----------


def test_progress_is_shown_polled_and_ends_with_a_letter(cast: Any, course: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    client.post(EXPORTS, {"region": cast.sormland.pk, "form": "xlsx", "purpose": "Årsrapport"})
    export = Export.objects.get()
    page = client.get(f"{EXPORTS}{export.pk}/").content.decode()
    assert 'data-hx-trigger="every 5s"' in page
    assert "Du kan lämna sidan. Vi mejlar när filen är klar." in page
    Export.objects.update(
        state=ExportState.RUNNING, done=610, total=1000, leased_until=clock.now() + timedelta(minutes=1)
    )
    part = client.get(f"{EXPORTS}{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'value="61"' in part
    assert "<html" not in part
    Export.objects.update(state=ExportState.WAITING)
    export = made(export)
    part = client.get(f"{EXPORTS}{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "every 5s" not in part
    assert f"{EXPORTS}{export.pk}/file/" in part
    letter = Letter.objects.get()
    with translation.override("sv"):
        mail = find(letter.kind).build(letter)
    assert mail is not None
    assert "är klar" in mail.text
    assert f"{EXPORTS}{export.pk}/" in mail.text
    assert not mail.attachments


def test_a_killed_maker_is_followed_by_another_after_its_lease(cast: Any, course: Any, at: Any) -> None:
    at("2027-04-16 09:00")
    export = asked(cast.malin, region=cast.sormland)
    assert actions._take_next(clock.now()) == export  # taken, and then killed
    assert actions.make_waiting(now=clock.now()) == 0
    at("2027-04-16 09:03")
    assert made(export).state == ExportState.READY
    assert export.attempts == 2
    assert Letter.objects.count() == 1


def test_a_maker_that_wakes_after_its_lease_writes_nothing(cast: Any, course: Any, at: Any, tmp_path: Path) -> None:
    at("2027-04-16 09:00")
    export = asked(cast.malin, region=cast.sormland)
    slow = actions._take_next(clock.now())
    assert slow is not None
    at("2027-04-16 09:03")
    first = made(export).file
    with pytest.raises(actions._Stopped):
        actions._renew(slow)(2000)
    path = tmp_path / "late"
    path.write_bytes(b"late")
    assert actions._finish(slow, path, 1) == 0
    export.refresh_from_db()
    assert export.file == first


def test_after_three_tries_it_has_failed_and_says_so(cast: Any, course: Any, at: Any) -> None:
    at("2027-04-16 09:00")
    export = asked(cast.malin, region=cast.sormland)
    for minute in (0, 3, 6, 9):
        at(f"2027-04-16 09:0{minute}")
        actions._take_next(clock.now())
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert Letter.objects.get().kind == "reports.export_failed"


def test_a_file_in_the_making_can_be_stopped(cast: Any, course: Any, sign_in: Any) -> None:
    export = asked(cast.malin, region=cast.sormland)
    taken = actions._take_next(clock.now())
    assert taken is not None
    client = sign_in(cast.malin)
    assert client.post(f"{EXPORTS}{export.pk}/stop/").status_code == 302
    assert actions._make(taken) == 0
    export.refresh_from_db()
    assert (export.state, export.file) == (ExportState.CANCELLED, None)
    again = client.post(f"{EXPORTS}{export.pk}/stop/", follow=True)
    assert "redan färdig" in again.content.decode()


def test_a_fourth_file_waits_for_the_others(cast: Any, course: Any) -> None:
    for _number in range(3):
        asked(cast.malin, region=cast.sormland)
    with pytest.raises(rules.TooMany):
        asked(cast.malin, region=cast.sormland)
    assert actions.make_waiting(now=clock.now()) == 3
    asked(cast.malin, region=cast.sormland)


def test_after_seven_days_the_file_is_gone_and_its_row_says_so(
    cast: Any, course: Any, sign_in: Any, at: Any, django_capture_on_commit_callbacks: Any
) -> None:
    export = made(asked(cast.malin, region=cast.sormland))
    path = root() / export.file.path
    at(clock.now() + timedelta(days=7, minutes=1))
    client = sign_in(cast.malin)
    assert client.get(f"{EXPORTS}{export.pk}/file/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.expire_exports(now=clock.now()) == 1
    assert not path.exists()
    assert client.get(f"{EXPORTS}{export.pk}/file/").status_code == 404
    assert "raderad efter 7 dagar" in client.get(f"{EXPORTS}{export.pk}/").content.decode()


# ---------- What it costs ----------


def many(cast: Any, cohort: Any, count: int) -> None:
    cohort.places.capacity = None
    cohort.places.save()
    for number in range(count):
        cast.enrolment(cohort, person(f"P {number}", f"p{number}@eskilstuna.example", cast.sormland), unit=cast.barn)


def test_the_queries_do_not_grow_with_the_rows(cast: Any, course: Any, tmp_path: Path, monkeypatch: Any) -> None:
    counts = []
    for more in (0, 30):
        many(cast, course, more)
        for form in ("csv", "xlsx"):
            with CaptureQueriesContext(connection) as found:
                Participants(cast.malin, cast.sormland, "sv").write(tmp_path / f"{more}.{form}", form, lambda _n: None)
            counts.append(len(found))
    assert max(counts) <= 10, counts
    assert len(set(counts[1:])) == 1, counts


def test_the_list_costs_the_same_for_one_file_and_for_three(cast: Any, course: Any, sign_in: Any) -> None:
    client, counts = sign_in(cast.ada), []
    client.get(EXPORTS)
    for region in (None, cast.sormland, cast.skaraborg):
        made(asked(cast.ada, region=region))
        with CaptureQueriesContext(connection) as found:
            client.get(EXPORTS)
        counts.append(len(found))
    assert counts[0] == counts[2], counts


def test_progress_is_written_every_2000_rows_and_stops_the_file_when_it_is_cancelled(
    cast: Any, course: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("reports.documents.exports.CHUNK", 2)
    many(cast, course, 7)
    export = asked(cast.malin, region=cast.sormland)
    taken = actions._take_next(clock.now())
    assert taken is not None
    seen: list[int] = []
    real = actions._renew(taken)

    def progress(done: int) -> None:
        seen.append(done)
        if done == 4:
            Export.objects.update(state=ExportState.CANCELLED)
        real(done)

    monkeypatch.setattr(actions, "_renew", lambda _export: progress)
    assert actions._make(taken) == 0
    assert seen == [2, 4]
    export.refresh_from_db()
    assert export.file is None
