"""A manager registers several people on an event; the organiser's pages of who is registered."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Deed
from events import actions
from events.actions import sign_up
from events.models import Claim, Needs, Party, Places, Question, Registration
from events.states import ClaimState
from outbox.models import Letter
from tests.cast import NOW
from tests.events.test_sign_up import guest, hall, letters, mail_of, own, seminar, states, way

__all__ = ["hall", "seminar"]


def staff_path(event, end=""):
    return f"/events/{event.pk}/register-staff/{end}"


def organise(event, end=""):
    return f"/events/{event.pk}/organise/registrations/{end}"


ROWS = "\n".join(f"Person {n}; person{n}@annan.example; Flen" for n in range(1, 13))


@pytest.fixture
def big_hall(seminar):
    return way(seminar, 90)


# ---------- The staff list ----------


def test_twelve_rows_of_which_two_are_wrong_are_named_and_after_fixing_eleven_get_own_letters(
    cast, seminar, big_hall, sign_in
):
    """EVT-7."""
    guest(seminar, big_hall, 1, email="person4@annan.example")
    stina = sign_in(cast.stina)
    wrong = ROWS.replace("person7@annan.example", "person7 på annan")
    answer = stina.post(staff_path(seminar), {"rows": wrong, "language": "fi"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Rad 7, Person 7: ”person7 på annan” är ingen e-postadress" in page
    assert "Rad 4, Person 4 är redan anmäld" in page
    assert "person12@annan.example" in page, "nothing is lost"
    assert Registration.objects.count() == 1
    fixed = "\n".join(row for row in ROWS.splitlines() if "Person 4;" not in row)
    check = stina.post(staff_path(seminar), {"rows": fixed, "language": "fi"}).url
    assert "Person 12" in stina.get(check).content.decode()
    assert Registration.objects.count() == 1, "nothing is sent before the check"
    Letter.objects.all().delete()
    for _press in range(2):
        page = stina.post(check, follow=True).content.decode()
    assert "11 personer är anmälda" in page
    rows = Registration.objects.filter(by=cast.stina)
    assert rows.count() == 11
    assert {row.claim.state for row in rows} == {"confirmed"}
    sent = letters("sign_up_staff")
    assert len(sent) == len(letters()) == 11
    assert {letter.language for letter in sent} == {"fi"}
    assert len({mail_of(letter).secrets for letter in sent}) == 11
    assert all(letter.not_before <= NOW + timedelta(minutes=5) for letter in sent)


def test_own_staff_are_chosen_by_a_tick_and_get_letters_in_their_own_language(cast, seminar, big_hall, sign_in):
    stina = sign_in(cast.stina)
    page = stina.get(staff_path(seminar)).content.decode()
    assert "Tuva Ljungdahl, Barn och familj" in page
    assert "Leila Mansouri" not in page, "another manager's staff"
    data = {"people": [cast.tuva.pk, cast.edvin.pk], "rows": "", "language": "sv"}
    stina.post(stina.post(staff_path(seminar), data).url)
    assert {letter.language for letter in letters("sign_up_staff")} == {"sv", "en"}
    assert Claim.objects.get(person=cast.tuva).organisation == cast.eskilstuna
    stina.post(staff_path(seminar), {"people": [cast.leila.pk], "rows": "", "language": "sv"})
    assert not Registration.objects.filter(person=cast.leila).exists()


def test_each_declines_with_one_press_and_the_manager_sees_the_state_and_no_needs(
    cast, seminar, big_hall, sign_in, client
):
    stina = sign_in(cast.stina)
    stina.post(stina.post(staff_path(seminar), {"rows": ROWS.splitlines()[0], "language": "sv"}).url)
    row = Registration.objects.get()
    sign_up.change(
        registration=row,
        facts=sign_up.Facts(name="Person 1", email="", language="", diet="Nötallergi"),
        by=row.person,
        now=NOW,
    )
    page = stina.get(staff_path(seminar)).content.decode()
    assert "Person 1" in page
    assert "Har plats" in page
    assert Needs.objects.get().diet == "Nötallergi"
    assert "Nötallergi" not in page
    assert "cancel" in mail_of(letters("sign_up_staff")[0]).text
    client.logout()
    client.get(own(row, "cancel/"))
    assert states([row]) == ["confirmed"]
    client.post(own(row, "cancel/"))
    assert states([row]) == ["cancelled"]
    assert "Avbokad" in sign_in(cast.stina).get(staff_path(seminar)).content.decode()


@pytest.mark.parametrize(
    ("choice", "after"), [("no", ["confirmed", "waitlisted", "waitlisted"]), ("yes", ["waitlisted"] * 3)]
)
def test_a_party_that_does_not_fit_chooses_one_now_or_all_together(cast, seminar, sign_in, choice, after):
    """EVT-2, by one manager."""
    row = way(seminar, 90)
    Places.objects.filter(pk=row.pk).update(sold=89)
    stina = sign_in(cast.stina)
    check = stina.post(staff_path(seminar), {"rows": "\n".join(ROWS.splitlines()[:3]), "language": "sv"}).url
    page = stina.get(check).content.decode()
    assert "1 får plats nu, 2 väntar" in page
    assert "Alla 3 väntar tillsammans" in page
    assert stina.post(check).status_code == 422, "the choice is asked for"
    assert not Registration.objects.exists()
    stina.post(check, {"together": choice})
    assert sorted(states(Registration.objects.order_by("pk"))) == sorted(after)
    assert Party.objects.get().together == (choice == "yes")


def test_who_registered_meanwhile_is_left_as_she_is(cast, seminar, big_hall, sign_in):
    stina = sign_in(cast.stina)
    check = stina.post(staff_path(seminar), {"rows": "\n".join(ROWS.splitlines()[:2]), "language": "sv"}).url
    guest(seminar, big_hall, 1, email="person1@annan.example")
    page = stina.post(check, follow=True).content.decode()
    assert "1 person är anmäld" in page
    assert "Person 1" in page
    assert Registration.objects.count() == 2


def test_the_staff_list_is_for_managers_and_the_check_for_its_own(cast, seminar, big_hall, sign_in):
    check = sign_in(cast.stina).post(staff_path(seminar), {"rows": ROWS, "language": "sv"}).url
    assert sign_in(cast.tuva).get(staff_path(seminar)).status_code == 404
    assert sign_in(cast.petra).get(check).status_code == 404
    assert sign_in(cast.petra).get(staff_path(seminar)).status_code == 200


# ---------- The organiser ----------


def test_the_list_is_filtered_searched_and_shows_the_line_with_its_policy(cast, seminar, hall, sign_in):
    for n in range(5):
        guest(seminar, hall, n, name=f"Gäst Nummer{n}")
    malin = sign_in(cast.malin)
    page = malin.get(organise(seminar)).content.decode()
    assert "5 anmälningar" in page
    assert "Reservlista, 2 personer" in page
    assert "erbjuds den som står först i kön" in page
    assert "1 anmälan" in malin.get(organise(seminar), {"q": "nummer3"}).content.decode()
    assert "2 anmälningar" in malin.get(organise(seminar), {"state": "waitlisted"}).content.decode()
    assert "Inga träffar" in malin.get(organise(seminar), {"q": "nobody"}).content.decode()
    assert malin.get(organise(seminar), {"q": "nobody\x00"}).status_code == 200
    assert malin.get(organise(seminar), {"page": "-1"}).status_code == 200
    assert sign_in(cast.tuva).get(organise(seminar)).status_code == 403
    assert sign_in(cast.vera).get(organise(seminar)).status_code in (403, 404)


def test_the_list_costs_the_same_for_one_and_for_three(cast, seminar, hall, sign_in):
    question = Question.objects.create(event=seminar, label="Ort?", purpose="Resor", erase_on=seminar.date)
    malin = sign_in(cast.malin)
    paths = [organise(seminar), organise(seminar, "answers/")]
    counts = []
    for n in (1, 2, 3, 4, 5, 6):
        guest(seminar, hall, n, replies={question.pk: "Flen"})
        if n in (4, 6):
            malin.get(paths[0])
            with CaptureQueriesContext(connection) as queries:
                for path in paths:
                    assert malin.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_organiser_adds_somebody_cancels_with_a_reason_offers_by_hand_and_changes_the_number(
    cast, seminar, hall, sign_in
):
    rows = [guest(seminar, hall, n) for n in range(4)]
    malin = sign_in(cast.malin)
    added = {"name": "Ny Nilsson", "email": "ny@annan.example", "employer": "Flens kommun", "language": "fi"}
    page = malin.post(organise(seminar, "add/"), added, follow=True).content.decode()
    assert "Ny Nilsson står på reservlistan" in page
    assert malin.post(organise(seminar, "add/"), added).status_code == 422, "once"
    row = Registration.objects.get(name="Ny Nilsson")
    assert row.organisation == cast.flen
    assert malin.get(organise(seminar, f"{rows[0].pk}/")).status_code == 200
    assert malin.post(organise(seminar, f"{rows[0].pk}/cancel/"), {"reason": ""}).status_code == 422
    malin.post(organise(seminar, f"{rows[0].pk}/cancel/"), {"reason": "Dubbel anmälan"})
    assert states(rows) == ["cancelled", "held", "held", "offered"]
    [left] = letters("sign_up_left")
    assert "Dubbel anmälan" in mail_of(left).text
    assert (
        malin.post(f"/events/{seminar.pk}/organise/ways/{hall.pk}/", {"capacity": "1", "reason": "x"}).status_code
        == 422
    )
    Places.objects.filter(pk=hall.pk).update(policy="by_hand")
    malin.post(f"/events/{seminar.pk}/organise/ways/{hall.pk}/", {"capacity": "4", "reason": "En stol till"})
    assert states([row]) == ["waitlisted"]
    assert malin.get(organise(seminar, f"{row.pk}/offer/")).status_code == 200
    malin.post(organise(seminar, f"{row.pk}/offer/"), {"reason": "Ska tala"})
    assert states([row]) == ["offered"]
    assert Deed.objects.filter(deed="capacity_changed").count() == 1


def test_the_file_holds_needs_only_for_a_reason_and_text_is_text(cast, seminar, hall, sign_in):
    row = guest(seminar, hall, name="=HYPERLINK(1)", diet="Nötallergi")
    sign_up.confirm(registration=row, now=NOW)
    malin = sign_in(cast.malin)
    plain = malin.post(organise(seminar, "file/"), {"form": "csv"})
    text = plain.content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "Nötallergi" not in text
    assert malin.post(organise(seminar, "file/"), {"form": "csv", "needs": "on"}).status_code == 422
    assert Deed.objects.filter(deed="registrations.exported").count() == 1
    full = malin.post(organise(seminar, "file/"), {"form": "xlsx", "needs": "on", "reason": "Köket"})
    with zipfile.ZipFile(io.BytesIO(full.content)) as book:
        content = b"".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
    assert "Nötallergi".encode() in content
    assert b"<f>" not in content
    assert Deed.objects.filter(deed="registrations.exported").count() == 2


def test_needs_of_those_with_a_place_on_a_way_are_counted_for_the_organiser(cast, seminar, hall, sign_in):
    rows = [guest(seminar, hall, n, diet="Vegan") for n in range(4)]
    for row in rows[:2]:
        sign_up.confirm(registration=row, now=NOW)
    page = sign_in(cast.malin).get(f"/events/{seminar.pk}/needs/")
    assert page.context["diets"] == [("vegan", 2)]
    assert page.context["expected"] == 2


def test_moved_and_waiting_people_see_it_on_the_line(cast, seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(4)]
    actions.cancel_event(event=seminar, reason="Storm", by=cast.malin, now=NOW)
    told = {letter.person_id for letter in letters("cancelled")}
    assert told == {row.person_id for row in rows}
    assert Claim.objects.filter(state=ClaimState.WAITLISTED).count() == 1
