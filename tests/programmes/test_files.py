"""Staff of a round from a file: what is right waits for a yes, what is wrong comes back, and it is stored once."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Deed
from base.clock import now
from outbox import kinds
from outbox.models import Letter
from people.models import Employment, Person
from programmes.actions import conditions
from programmes.actions import files as actions
from programmes.models import Approval, Cohort, Enrolment, StaffFile
from tests.cast import NOW, Cast
from tests.people.test_imports import lines, workbook
from tests.programmes.test_applications import DAYS, WINDOW

pytestmark = pytest.mark.django_db
WHERE = "/programmes/staff/file/"
HEAD = "Namn;E-post;Enhet;Anställningsform;Anställd sedan"


@pytest.fixture
def round_(cast: Cast) -> Any:
    return cast.cohort(state="open", days=DAYS, **WINDOW)


def send(client: Any, cohort: Any, content: Any, name: str = "personal.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode("utf-8-sig")
    return client.post(WHERE, {"cohort": cohort.pk, "file": SimpleUploadedFile(name, data)})


def staged(client: Any, cohort: Any, *rows: str, head: str = HEAD) -> StaffFile:
    answer = send(client, cohort, lines(*rows, head=head))
    assert answer.status_code == 302, answer.context["form"].errors
    return StaffFile.objects.get(pk=answer["Location"].split("/")[-2])


def reasons(row: StaffFile) -> list[str]:
    return [line["reason"] for line in row.bad]


def test_997_of_1000_rows_are_staged_and_nobody_is_registered_before_yes(cast: Cast, round_: Any, sign_in: Any) -> None:
    stina = sign_in(cast.stina)
    rows = [f"Ny Person {n};ny{n}@x.example;Barn och familj;;" for n in range(997)]
    rows[10:10] = [
        "Fel Datum;fel@x.example;Barn och familj;;31.13",
        "Annan Enhet;annan@x.example;Barn och unga;;",
        "Dubbel;NY5@x.example;Barn och familj;;",
    ]
    before = Person.objects.count()
    row = staged(stina, round_, *rows)
    assert (len(row.good), len(row.bad)) == (997, 3)
    assert (Person.objects.count(), Enrolment.objects.count(), Letter.objects.count()) == (before, 0, 0)
    page = stina.get(row.get_absolute_url()).content.decode()
    assert "997 rader är rätt" in page
    file = b"".join(stina.get(f"{row.get_absolute_url()}errors/").streaming_content).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(file), delimiter=";"))
    assert table[0] == ["Rad", *HEAD.split(";"), "Skäl"]
    assert [line[1] for line in table[1:]] == ["Fel Datum", "Annan Enhet", "Dubbel"]
    assert all(line[-1] for line in table[1:])


def test_1001_rows_are_refused_whole(cast: Cast, round_: Any, sign_in: Any) -> None:
    rows = [f"Ny Person {n};;Barn och familj;;" for n in range(1001)]
    answer = send(sign_in(cast.stina), round_, lines(*rows, head=HEAD))
    assert answer.status_code == 422
    assert not StaffFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("Namn;Enhet\r\nÅke;Barn\r\n".encode("cp850"), "a.csv"),
        ("Namn;E-post\r\nÅke;a@x.example\r\n".encode(), "a.csv"),
        (b"\x00\x01\x02", "a.xlsx"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(cast: Cast, round_: Any, sign_in: Any, content: bytes, name: str) -> None:
    assert send(sign_in(cast.stina), round_, content, name).status_code == 422
    assert not StaffFile.objects.exists()


def test_formulas_numbers_and_who_has_applied_come_back_with_why(cast: Cast, round_: Any, sign_in: Any) -> None:
    cast.enrolment(round_, cast.tuva, side="applied")
    row = staged(
        sign_in(cast.stina),
        round_,
        '"=HYPERLINK(""x"")";a@x.example;Barn och familj;;',
        "Tuva Ljungdahl;tuva@eskilstuna.example;Barn och familj;;",
        "Anna 19900101-1234;b@x.example;Barn och familj;;",
        ";c@x.example;Barn och familj;;",
        "Utan Enhet;d@x.example;;;",
    )
    assert not row.good
    assert [bool(reason) for reason in reasons(row)] == [True] * 5
    assert "formel" in reasons(row)[0]
    assert "redan" in reasons(row)[1]


def test_a_workbook_is_read_like_a_csv(cast: Cast, round_: Any, sign_in: Any) -> None:
    table = workbook([HEAD.split(";"), ["Ny Nilsson", "ny@x.example", "Barn och familj", "inhyrd", date(2027, 2, 1)]])
    answer = send(sign_in(cast.stina), round_, table, "personal.xlsx")
    row = StaffFile.objects.get()
    assert answer.status_code == 302
    assert (row.good[0]["form"], row.good[0]["since"]) == ("agency", "2027-02-01")


def test_confirm_registers_everybody_once_however_often_it_is_pressed(cast: Cast, round_: Any, sign_in: Any) -> None:
    stina = sign_in(cast.stina)
    row = staged(
        stina,
        round_,
        "Ny Nilsson;ny@x.example;Barn och familj;;2.2027",
        "Utan Adress;;Barn och familj;;",
        "Bea Bemanning;bea@x.example;Barn och familj;inhyrd;",
        "Tuva Ljungdahl;tuva@eskilstuna.example;Barn och familj;;",
    )
    for _press in range(2):
        assert stina.post(row.get_absolute_url(), {"confirm": "yes"}).status_code == 302
    made = {one.person.name: one for one in Enrolment.objects.select_related("person")}
    assert set(made) == {"Ny Nilsson", "Utan Adress", "Bea Bemanning", "Tuva Ljungdahl"}
    assert {(one.source, one.employer_side) for one in made.values()} == {("manager", "approved")}
    assert made["Ny Nilsson"].employed_since == date(2027, 2, 1)
    assert made["Bea Bemanning"].counts_reason == "not_partner"
    assert Employment.objects.filter(person__name="Ny Nilsson").count() == 1
    assert Employment.objects.filter(person=cast.tuva).count() == 1
    assert Letter.objects.filter(kind="programmes.application_registered").count() == 3
    row.refresh_from_db()
    assert (row.state, row.good, row.made, row.before) == ("confirmed", [], 4, 0)
    assert Deed.objects.filter(deed="staff_file.stored").count() == 1
    assert "4 personer är anmälda" in stina.get(row.get_absolute_url()).content.decode()


def test_a_large_file_is_registered_by_the_clock(cast: Cast, round_: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    stina = sign_in(cast.stina)
    row = staged(stina, round_, *(f"Ny {n};ny{n}@x.example;Barn och familj;;" for n in range(3)))
    stina.post(row.get_absolute_url(), {"confirm": "yes"})
    assert not Enrolment.objects.exists()
    assert "Personerna anmäls" in stina.get(row.get_absolute_url()).content.decode()
    stina.post(row.get_absolute_url(), {"discard": "yes"})
    assert actions.store_waiting(now()) == 1
    assert actions.store_waiting(now()) == 0
    assert Enrolment.objects.count() == 3


def test_a_round_that_has_closed_meanwhile_registers_nobody_and_says_so(
    cast: Cast, round_: Any, sign_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    stina = sign_in(cast.stina)
    row = staged(stina, round_, *(f"Ny {n};ny{n}@x.example;Barn och familj;;" for n in range(3)))
    stina.post(row.get_absolute_url(), {"confirm": "yes"})
    Cohort.objects.filter(pk=round_.pk).update(state="selection")
    assert actions.store_waiting(now()) == 0
    row.refresh_from_db()
    assert row.trouble
    assert row.confirmed_at is None
    assert not Enrolment.objects.exists()


def test_a_coordinator_registers_for_any_unit_and_the_managers_are_asked(cast: Cast, round_: Any, sign_in: Any) -> None:
    malin = sign_in(cast.malin)
    head = "Name;E-mail;Employer;Unit;Chefens e-postadress"
    row = staged(
        malin,
        round_,
        "Ny Nilsson;ny@x.example;Nyköping;Barn och unga;petra@nykoping.example",
        "Fel Stad;fel@x.example;Lidköping;Barn och familj Lidköping;",
        head=head,
    )
    assert (len(row.good), len(row.bad)) == (1, 1)
    malin.post(row.get_absolute_url(), {"confirm": "yes"})
    made = Enrolment.objects.get()
    assert (made.source, made.employer_side) == ("coordinator", "asked")
    assert Approval.objects.open().get().asked == cast.petra
    letter = Letter.objects.get(kind="programmes.application_registered")
    with translation.override(letter.language):
        mail = kinds.find(letter.kind).build(letter)
    assert "Din chef får frågan" in mail.text
    assert "har sagt ja" not in mail.text
    page = sign_in(cast.malin).get(f"/s/{mail.secrets[0]}/complete/")
    assert "Samordnaren har anmält dig" in page.content.decode()


def test_the_programmes_conditions_are_columns_and_decide(cast: Cast, round_: Any, sign_in: Any) -> None:
    words = {
        "words_sv": "v",
        "question_sv": "Har du examen?",
        "question_fi": "Onko sinulla tutkinto?",
        "reason_sv": "ingen",
    }
    row = conditions.add_condition(
        programme=round_.programme, fact="degree", decides="may_attend", words=words, by=cast.malin, now=now()
    )
    stina = sign_in(cast.stina)
    columns = b"".join(stina.get(f"{WHERE}columns/?cohort={round_.pk}").streaming_content).decode("utf-8-sig")
    assert columns.strip().split(";") == [
        "Namn", "E-post", "Språk", "Enhet", "Anställningsform", "Anställd sedan", "Har du examen?",
    ]  # fmt: skip
    file = staged(
        stina,
        round_,
        "Ja;ja@x.example;Barn och familj;kyllä",
        "Nej;nej@x.example;Barn och familj;Nej",
        "Vet Inte;v@x.example;Barn och familj;",
        "Kanske;k@x.example;Barn och familj;kanske",
        head="Namn;E-post;Enhet;Onko sinulla tutkinto?",
    )
    assert len(file.bad) == 1
    assert "Onko sinulla tutkinto?" in reasons(file)[0]
    stina.post(file.get_absolute_url(), {"confirm": "yes"})
    flags = dict(Enrolment.objects.values_list("person__name", "may_attend"))
    assert flags == {"Ja": True, "Nej": False, "Vet Inte": True}
    assert row.answers.count() == 2


def test_a_name_that_is_here_with_another_address_is_pointed_out(cast: Cast, round_: Any, sign_in: Any) -> None:
    stina = sign_in(cast.stina)
    row = staged(stina, round_, "Tuva Ljungdahl;t.l@x.example;Barn och familj;;")
    assert [line["name"] for line in stina.get(row.get_absolute_url()).context["namesakes"]] == ["Tuva Ljungdahl"]


def test_a_file_is_its_readers_alone_and_is_thrown_away_after_a_month(cast: Cast, round_: Any, sign_in: Any) -> None:
    row = staged(sign_in(cast.stina), round_, "Ny Nilsson;ny@x.example;Barn och familj;;")
    for other in (cast.malin, cast.lars, cast.omar, cast.ada, cast.tuva):
        client = sign_in(other)
        assert client.get(row.get_absolute_url()).status_code == 404
        assert client.post(row.get_absolute_url(), {"confirm": "yes"}).status_code == 404
    assert sign_in(cast.tuva).get(WHERE).status_code == 404
    assert actions.erase_old(NOW + timedelta(days=29)) == 0
    assert actions.erase_old(NOW + timedelta(days=31)) == 1
    row.refresh_from_db()
    assert (row.state, row.good) == ("discarded", [])


def test_a_file_of_three_is_judged_with_as_many_statements_as_a_file_of_one(
    cast: Cast, round_: Any, sign_in: Any
) -> None:
    stina = sign_in(cast.stina)
    counts = []
    for number in (1, 1, 3):
        with CaptureQueriesContext(connection) as queries:
            row = staged(stina, round_, *(f"Ny {n};ny{n}@x.example;Barn och familj;;" for n in range(number)))
        with CaptureQueriesContext(connection) as shown:
            stina.get(row.get_absolute_url())
        counts.append((len(queries), len(shown)))
    assert counts[1] == counts[2]
