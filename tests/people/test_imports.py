"""Files of organisations and people: what is right is staged, what is wrong comes back, nothing is stored unseen."""

import csv
import io
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from people import actions
from people.actions.staged import AlreadyDecided, RowRefused
from people.models import Employment, Import, Organisation, Person
from tests.cast import NOW

HEAD = "Namn;E-post;Arbetsgivare;Enhet;Befattning;Från"


def lines(*rows, head=HEAD):
    return "\r\n".join([head, *rows]) + "\r\n"


def send(client, content, name="personer.csv", kind="people", **more):
    data = content if isinstance(content, bytes) else content.encode("utf-8-sig")
    return client.post("/people/imports/", {"kind": kind, "file": SimpleUploadedFile(name, data), **more})


def workbook(rows):
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(y, x, cell, days)
            elif isinstance(cell, str) and cell.startswith("FORMULA"):
                sheet.write_formula(y, x, cell.removeprefix("FORMULA"), None, "Beräknad")
            else:
                sheet.write(y, x, cell)
    book.close()
    return buffer.getvalue()


def test_997_of_1000_rows_are_staged_three_come_back_and_nothing_is_stored_before_yes(cast, sign_in):
    client = sign_in(cast.malin)
    rows = [f"Ny Person {n};ny{n}@flen.example;Flen;;Socialsekreterare;2027-03-01" for n in range(997)]
    rows[10:10] = [
        "Fel Datum;fel@flen.example;Flen;;;31.11.2026",
        "Okänd Kommun;okand@flen.example;Lidköping;;;2027-03-01",
        "Dubbel;NY5@flen.example;Flen;;;2027-03-01",
    ]
    before = Person.objects.count()
    answer = send(client, lines(*rows), region=cast.sormland.pk)
    staged = Import.objects.get()
    assert answer["Location"] == f"/people/imports/{staged.pk}/"
    assert (len(staged.good), len(staged.bad), Person.objects.count()) == (997, 3, before)
    page = client.get(answer["Location"]).content.decode()
    assert "997" in page
    table = b"".join(client.get(f"/people/imports/{staged.pk}/errors/").streaming_content).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert len(back) == 4
    assert back[0][1:7] == HEAD.split(";")
    assert "30" in back[1][-1]  # November has 30 days
    assert "Lidköping" in back[2][-1]
    assert [row[0] for row in back[1:]] == ["12", "13", "14"]
    assert client.post(f"/people/imports/{staged.pk}/confirm/").status_code == 302
    assert Person.objects.count() == before + 997
    someone = Person.objects.get(email="ny5@flen.example")
    assert (someone.home_region, someone.employments.get().unit) == (cast.sormland, cast.flen)
    assert EmailAddress.objects.filter(user=someone, primary=True, verified=False).exists()
    staged.refresh_from_db()
    assert (staged.state, staged.good, staged.bad) == ("confirmed", [], [])
    with pytest.raises(AlreadyDecided):
        actions.confirm_import(staged=staged, by=cast.malin, now=NOW)


def test_1001_rows_are_refused_whole_by_hand_and_read_for_an_administrator(cast, sign_in):
    content = lines(*(f"P {n};p{n}@flen.example;;;;" for n in range(1001)))
    answer = send(sign_in(cast.malin), content)
    assert answer.status_code == 422
    assert "1001" in str(answer.context["form"].errors["file"])
    assert not Import.objects.exists()
    assert send(sign_in(cast.ada), content).status_code == 302
    assert len(Import.objects.get().good) == 1001


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("parting", [";", ",", "\t"])
def test_the_usual_ways_to_write_csv_are_read(cast, sign_in, encoding, parting):
    content = lines("Åsa Öström;asa@flen.example;Flen;;Chef, enhet;1.3.2027").replace("Chef, enhet", "Chef")
    send(sign_in(cast.malin), content.replace(";", parting).encode(encoding))
    assert [row["name"] for row in Import.objects.get().good] == ["Åsa Öström"]


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "utf-16-le"])
def test_letters_that_cannot_be_read_for_certain_are_refused(cast, sign_in, encoding):
    answer = send(sign_in(cast.malin), lines("Åsa Öström;asa@flen.example;Flen;;;1.3.2027").encode(encoding))
    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_letters_broken_before_they_came_are_refused(cast, sign_in):
    broken = lines("Åsa;asa@flen.example;;;;").encode().decode("cp1252", "replace").encode()
    assert send(sign_in(cast.malin), broken).status_code == 422


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"Namn;E-post\r\n"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("a.csv", b"<html><script>alert(1)</script></html>"),
        ("a.xlsx", b"%PDF-1.7 not a workbook"),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.csv", b"Vem;Var\r\nTuva;Flen\r\n"),
        ("a.csv", b'Namn;E-post\r\n"oavslutad;x\r\n' + b"y" * 200_000),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(cast, sign_in, name, content):
    answer = send(sign_in(cast.malin), content, name=name)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_workbook_is_read_with_its_dates_and_formulas_come_back(cast, sign_in):
    data = workbook(
        [
            ["Nimi", "Sähköposti", "Kunta", "Yksikkö", "Alkaen", "Kieli", "Puhelin"],
            ["Sirpa Mäki", "s@flen.example", "Eskilstuna", "Barn och familj", date(2027, 3, 1), "suomi", 701234567],
            ["FORMULA=1+1", "kaava@eskilstuna.example", "", "", "", "", ""],
            ["=cmd|' /C calc'!A0", "paha@eskilstuna.example", "", "", "", "", ""],
        ]
    )  # fmt: skip
    send(sign_in(cast.malin), data, name="henkilöt.xlsx")
    staged = Import.objects.get()
    (row,) = staged.good
    assert (row["name"], row["unit"], row["valid_from"], row["language"], row["phone"]) == (
        "Sirpa Mäki",
        cast.barn.pk,
        "2027-03-01",
        "fi",
        "701234567",
    )
    assert [line["line"] for line in staged.bad] == [3, 4]


def test_a_person_already_known_is_employed_and_otherwise_left_alone(cast, sign_in):
    send(sign_in(cast.malin), lines(
        "Tuva Annan;TUVA@eskilstuna.example;Eskilstuna;Mottagning;Handläggare;1.3.2027",
        "Tuva Annan;;Eskilstuna;Mottagning;;1.3.2027",
        "Edvin;edvin@eskilstuna.example;Eskilstuna;Barn och familj;;1.3.2027",
    ))  # fmt: skip
    actions.confirm_import(staged=Import.objects.get(), by=cast.malin, now=NOW)
    cast.tuva.refresh_from_db()
    assert cast.tuva.name == "Tuva Ljungdahl"
    assert cast.tuva.employments.count() == 2
    assert cast.edvin.employments.count() == 1
    assert Person.objects.filter(name="Tuva Annan", email=None).count() == 1


def test_near_duplicates_are_pointed_out_before_anything_is_stored(cast, sign_in):
    client = sign_in(cast.malin)
    send(client, lines("tuva ljungdahl;tuva.ny@flen.example;Flen;;;1.3.2027"))
    page = client.get(f"/people/imports/{Import.objects.get().pk}/")
    assert [row["line"] for row in page.context["namesakes"]] == [2]


@pytest.mark.parametrize(
    "row",
    [
        ";utan.namn@flen.example;;;;",
        "Namn;inte en adress;;;;",
        "Namn;a@flen.example;Flen;;;",
        "Namn;a@flen.example;Flen;Finns inte;;1.3.2027",
        "Namn;a@flen.example;Flen;;;1.1.0001",
        "+Namn;a@flen.example;;;;",
        "@SUM(A1);a@flen.example;;;;",
        "=HYPERLINK(1);a@flen.example;;;;",
        "x" * 201 + ";a@flen.example;;;;",
    ],
)
def test_a_wrong_line_comes_back_with_its_reason(cast, sign_in, row):
    send(sign_in(cast.malin), lines(row))
    staged = Import.objects.get()
    assert staged.good == []
    assert staged.bad[0]["reason"]


@pytest.mark.parametrize("name", ["O'Brien", "Åström", "Å", "Ann-Marie von Äg 🙂", 'Kalle "Kula" Ek'])
def test_names_are_read_as_their_owners_write_them(cast, sign_in, name):
    send(sign_in(cast.malin), lines(f'"{name.replace(chr(34), chr(34) * 2)}";;;;;'))
    assert [row["name"] for row in Import.objects.get().good] == [name]


def test_organisations_come_with_parts_of_each_other(cast, sign_in):
    client = sign_in(cast.ada)
    content = lines(
        "Trosa;kommun;;TR;0488",
        "Barn Trosa;enhet;Trosa;;",
        "Stab Flen;enhet;Flen;;",
        "Flen;kommun;;FX;",
        "Utan förälder;enhet;;;",
        "Område;hyvinvointialue;;;",
        "Märke;kommun;;ABC;",
        head="Namn;Typ;Del av;Märke;Kod",
    )
    send(client, content, kind="organisations")
    staged = Import.objects.get()
    assert [row["name"] for row in staged.good] == ["Trosa", "Barn Trosa", "Stab Flen"]
    assert [row["line"] for row in staged.bad] == [5, 6, 7, 8]
    assert client.get(f"/people/imports/{staged.pk}/").status_code == 200
    actions.confirm_import(staged=staged, by=cast.ada, now=NOW)
    assert Organisation.objects.get(name_sv="Barn Trosa").parent.name == "Trosa"
    assert Organisation.objects.get(name_sv="Stab Flen").parent == cast.flen


def test_what_a_coordinator_brings_stays_in_the_region(cast, sign_in):
    send(
        sign_in(cast.malin),
        lines("Trosa;kommun;", "Stab;enhet;Lidköping", head="Namn;Typ;Del av"),
        kind="organisations",
    )
    assert Import.objects.get().good == []


def test_confirming_stores_all_or_none(cast, sign_in):
    content = lines("Första;enhet;Flen", "Andra;enhet;Nyköping", head="Namn;Typ;Del av")
    send(sign_in(cast.ada), content, kind="organisations")
    staged = Import.objects.get()
    staged.good[1]["kind"] = "municipality"  # no longer possible under an employer
    staged.save()
    with pytest.raises(RowRefused, match="3"):
        actions.confirm_import(staged=staged, by=cast.ada, now=NOW)
    assert not Organisation.objects.filter(name_sv="Första").exists()
    staged.refresh_from_db()
    assert staged.state == "staged"


def test_a_file_is_seen_and_decided_by_the_one_who_brought_it(cast, sign_in):
    send(sign_in(cast.malin), lines("Namn;a@flen.example;;;;"))
    staged = Import.objects.get()
    for client in (sign_in(cast.vera), sign_in(cast.ada)):
        for path in ("", "errors/"):
            assert client.get(f"/people/imports/{staged.pk}/{path}").status_code == 404
        for path in ("confirm/", "discard/"):
            assert client.post(f"/people/imports/{staged.pk}/{path}").status_code == 404
    client = sign_in(cast.malin)
    assert client.get(f"/people/imports/{staged.pk}/confirm/").status_code == 405
    client.post(f"/people/imports/{staged.pk}/discard/")
    assert client.get(f"/people/imports/{staged.pk}/").status_code == 200
    staged.refresh_from_db()
    assert (staged.state, staged.good) == ("discarded", [])
    assert not Person.objects.filter(email="a@flen.example").exists()


def test_files_that_nobody_decides_on_are_erased_after_30_days(cast, sign_in):
    send(sign_in(cast.malin), lines("Namn;a@flen.example;;;;"))
    assert actions.erase_old_imports(NOW + timedelta(days=29)) == 0
    assert actions.erase_old_imports(NOW + timedelta(days=31)) == 1
    assert Import.objects.get().good == []


def test_thousands_are_stored_in_few_questions(cast, sign_in, django_assert_max_num_queries):
    send(sign_in(cast.ada), lines(*(f"P {n};p{n}@flen.example;Flen;;;1.3.2027" for n in range(2000))))
    staged = Import.objects.get()
    with django_assert_max_num_queries(120):
        assert actions.confirm_import(staged=staged, by=cast.ada, now=NOW) == 2000
    assert Employment.objects.filter(unit=cast.flen).count() == 2000
