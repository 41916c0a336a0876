"""Pages about one's days: what is next, that one cannot come, the practical side, and who sees what."""

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Deed
from events import actions
from events.models import Event, Needs, Registration, Staff
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def taking_part(cast):
    """Tuva takes part in the running cohort; she was there on three days."""
    cohort = cast.cohort()
    enrolment = cast.enrolment(cohort, cast.tuva)
    cast.attendance(enrolment, "n", "n", "n")
    return cohort, enrolment


def event_of(cohort, number):
    return cohort.days.get(number=number).event


def url(name, event):
    return reverse(f"events:{name}", args=[event.pk])


def test_the_start_page_shows_the_next_day_with_place_preparation_and_standing(cast, sign_in, taking_part):
    page = sign_in(cast.tuva).get("/").content.decode()
    assert "Utredning enligt BBIC och LVU" in page
    assert "kaffe från 8.30" in page
    assert "Kommunhuset, sal Djulö, Eskilstuna" in page
    assert "Läs fallet om familjen Ask före dagen." in page
    assert "Du har gått 3 av 8 dagar och kan missa 1 dag till." in page
    assert "Malin Ekdahl" in page
    assert "mailto:malin@sormland.example" in page


def test_the_start_page_costs_the_same_for_a_short_and_a_long_round(cast, client, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number, who, days in ((21, cast.tuva, 1), (22, cast.edvin, 3), (23, cast.leila, 8)):
        cohort = cast.cohort(number=number, days=tuple(date(2027, 5, 3 + n) for n in range(days)))
        cast.enrolment(cohort, who)
        sign_in(who).get("/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 26, counts


def test_the_list_of_days_costs_the_same_for_one_day_and_for_three(cast, client, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number, who, days in ((21, cast.tuva, 1), (22, cast.edvin, 3)):
        cohort = cast.cohort(number=number, days=tuple(date(2027, 5, 3 + n) for n in range(days)))
        cast.enrolment(cohort, who)
        sign_in(who).get("/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("programmes:my_days")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_i_cannot_come_takes_two_taps_and_can_be_undone(cast, sign_in, taking_part):
    cohort, _enrolment = taking_part
    event, client = event_of(cohort, 4), sign_in(cast.tuva)
    assert url("absence", event) in client.get("/").content.decode()
    answer = client.post(url("absence", event), {"reason": ""})
    assert answer.url == event.get_absolute_url()
    mine = Registration.objects.get(event=event, person=cast.tuva)
    assert mine.state == "absence_reported"
    page = client.get("/").content.decode()
    assert url("absence_undo", event) in page
    assert f'href="{url("absence", event)}"' not in page
    client.post(url("absence_undo", event))
    mine.refresh_from_db()
    assert mine.state == "registered"
    deeds = Deed.objects.filter(deed__in=["absence_reported", "absence_taken_back"]).values_list("by_id", flat=True)
    assert list(deeds) == [cast.tuva.pk] * 2


def test_a_reason_is_kept_and_a_page_that_is_only_looked_at_changes_nothing(cast, sign_in, taking_part):
    cohort, _enrolment = taking_part
    event, client = event_of(cohort, 4), sign_in(cast.tuva)
    client.get(url("absence", event))
    mine = Registration.objects.get(event=event, person=cast.tuva)
    assert mine.state == "registered"
    client.post(url("absence", event), {"reason": "Förhandling i rätten"})
    mine.refresh_from_db()
    assert mine.absence_reason == "Förhandling i rätten"
    assert "Förhandling i rätten" in client.get(event.get_absolute_url()).content.decode()


def test_nobody_reports_absence_when_the_day_is_over_or_for_another(cast, sign_in, taking_part):
    cohort, _enrolment = taking_part
    answer = sign_in(cast.tuva).post(url("absence", event_of(cohort, 3)), {"reason": ""})
    assert answer.status_code == 409
    assert "Dagen har börjat eller är över." in answer.content.decode()
    assert sign_in(cast.edvin).post(url("absence", event_of(cohort, 4))).status_code == 404
    assert sign_in(cast.malin).post(url("absence", event_of(cohort, 4))).status_code == 404


def test_an_event_is_not_there_for_outsiders_and_other_regions(cast, client, sign_in, taking_part):
    cohort, _enrolment = taking_part
    event = event_of(cohort, 4)
    for name in ("event", "event_file", "absence", "practicalities", "needs"):
        for who in (cast.outsider, cast.vera, cast.selma, cast.petra):
            assert sign_in(who).get(url(name, event)).status_code == 404, (name, who)
    client.logout()
    assert client.get(event.get_absolute_url()).status_code == 302


def test_the_host_of_day_three_cannot_edit_day_two_and_the_attempt_is_written_down(cast, sign_in):
    cohort = cast.cohort(days=(date(2027, 5, 3), date(2027, 5, 10), date(2027, 5, 17)))
    cast.enrolment(cohort, cast.tuva)
    second, third = event_of(cohort, 2), event_of(cohort, 3)
    actions.staff_event(event=third, person=cast.tuva, function="host", by=cast.malin, now=NOW)
    client = sign_in(cast.tuva)
    facts = {"venue": "Biblioteket", "address": "Torget 1", "arrival": "", "access_notes": "", "remote_link": ""}
    answer = client.post(url("practicalities", second), facts)
    assert answer.status_code == 403
    second.refresh_from_db()
    assert second.venue == "Kommunhuset, sal Djulö"
    deed = Deed.objects.get(deed="practicalities_changed_refused")
    assert (deed.by, deed.about) == (cast.tuva, f"events.event:{second.pk}")
    assert client.get(url("practicalities", second)).status_code == 403
    assert "Biblioteket" in client.post(url("practicalities", third), facts).context["previews"][0].mail.text
    done = client.post(url("practicalities", third), {**facts, "confirm": "yes"})
    assert done.url == third.get_absolute_url()
    third.refresh_from_db()
    assert (third.venue, third.address, third.version) == ("Biblioteket", "Torget 1", 2)


def test_organisers_see_needs_with_initials_and_hosts_see_numbers_of_diets_only(cast, sign_in, taking_part):
    cohort, enrolment = taking_part
    event = event_of(cohort, 4)
    other = cast.enrolment(cohort, cast.edvin)
    for one, diet in ((enrolment, "Vegetariskt"), (other, "vegetariskt")):
        actions.keep_needs(claim=one.claim, diet=diet, access="ramp", erase_on=date(2027, 12, 3), by=None, now=NOW)
    Staff.objects.create(event=event, person=cast.petra, function="host")
    seen_by_host = sign_in(cast.petra).get(url("needs", event)).content.decode()
    assert ("Vegetariskt" in seen_by_host, "<td>2</td>" in seen_by_host) == (True, True)
    for secret in ("ramp", ">TL<", ">EK<", "Tuva", "Edvin"):
        assert secret not in seen_by_host
    seen_by_coordinator = sign_in(cast.malin).get(url("needs", event)).content.decode()
    assert ">TL</th>" in seen_by_coordinator
    assert "ramp" in seen_by_coordinator
    assert "Tuva" not in seen_by_coordinator
    assert sign_in(cast.tuva).get(url("needs", event)).status_code == 403
    assert Deed.objects.filter(deed="needs_seen").count() == 2


def test_who_reported_absence_is_not_fed(cast, sign_in, taking_part):
    cohort, enrolment = taking_part
    actions.keep_needs(claim=enrolment.claim, diet="fisk", access="", erase_on=date(2027, 12, 3), by=None, now=NOW)
    sign_in(cast.tuva).post(url("absence", event_of(cohort, 4)), {"reason": ""})
    assert not Needs.objects.of_expected_at(event_of(cohort, 4))
    assert Needs.objects.of_expected_at(event_of(cohort, 5)).count() == 1


def test_a_participant_tells_and_changes_food_and_access_needs(cast, sign_in, taking_part):
    _cohort, enrolment = taking_part
    client, mine = sign_in(cast.tuva), reverse("programmes:my_needs", args=[enrolment.pk])
    assert mine in client.get("/").content.decode()
    client.post(mine, {"diet": "Glutenfritt", "access": "Hörslinga"})
    needs = Needs.objects.get(claim=enrolment.claim)
    assert (needs.diet, needs.access, needs.erase_on) == ("Glutenfritt", "Hörslinga", date(2027, 12, 3))
    assert "Glutenfritt" in client.get("/").content.decode()
    assert sign_in(cast.edvin).get(mine).status_code == 404
    assert sign_in(cast.malin).get(mine).status_code == 404


def test_an_offer_and_a_place_in_line_stand_on_the_start_page(cast, sign_in):
    cohort = cast.cohort(state="selection")
    offered = cast.enrolment(cohort, cast.tuva, side="offered")
    cast.enrolment(cohort, cast.edvin, side="waitlisted")
    cast.enrolment(cohort, cast.leila, side="waitlisted")
    page = sign_in(cast.tuva).get("/").content.decode()
    assert reverse("programmes:answer_offer", args=[offered.pk]) in page
    assert "Senast fre 23 april kl. 9.00" in page
    assert "Nummer 2 på listan" in sign_in(cast.leila).get("/").content.decode()


def test_the_days_page_names_each_day_and_its_state(cast, sign_in, taking_part):
    cohort, enrolment = taking_part
    actions.cancel_event(event=event_of(cohort, 8), reason="Snö", by=cast.malin, now=NOW)
    page = sign_in(cast.tuva).get(reverse("programmes:my_days")).content.decode()
    assert page.count("Dag ") >= 8
    assert "Genomförd" in page
    assert "Inställd" in page
    assert reverse("programmes:my_days_file", args=[cohort.pk]) in page


def test_without_any_day_the_page_says_what_will_be_here(cast, sign_in):
    page = sign_in(cast.outsider).get(reverse("programmes:my_days")).content.decode()
    assert "Inga kursdagar än" in page


def test_a_participants_time_is_told_in_the_zone_of_the_day(cast, sign_in, taking_part):
    cohort, _enrolment = taking_part
    Event.objects.filter(pk=event_of(cohort, 4).pk).update(zone="Europe/Helsinki")
    page = sign_in(cast.tuva).get("/").content.decode()
    assert "10.00–17.00" in page
    assert "finsk tid" in page


def test_a_day_that_has_passed_is_not_next(cast, sign_in, taking_part, at):
    at("2027-05-12 16:01")
    page = sign_in(cast.tuva).get("/").content.decode()
    assert "Nästa kursdag, dag 5" in page


def test_names_and_reasons_are_text_whatever_they_look_like(cast, sign_in, taking_part):
    cohort, _enrolment = taking_part
    event = event_of(cohort, 4)
    client = sign_in(cast.tuva)
    client.post(url("absence", event), {"reason": "<script>alert(1)</script> O'Brien"})
    page = client.get(event.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "O&#x27;Brien" in page
    answer = client.post(url("absence", event), {"reason": "x" * 301})
    assert answer.status_code == 422
