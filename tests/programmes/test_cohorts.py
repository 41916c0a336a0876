"""Rounds: made from the last one, opened, moved on by the clock, and shown to those who run them."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from base import clock
from events.actions import set_reminders
from events.models import Claim, Event, Registration
from events.rules import FewerThanTaken
from programmes.actions import cohorts as actions
from programmes.actions import decisions
from programmes.models import Cohort, CourseDay, Decision, Enrolment
from programmes.rules import cohorts as rules
from programmes.rules import todos
from programmes.rules.decisions import StillRuns, TooEarly, improvements
from tests.cast import employment, person


def make_next(cast, programme, **changes):
    preset = actions.preset(programme, today=clock.today("Europe/Stockholm"))
    facts = {
        "start": preset.start,
        "days": preset.days,
        "capacity": preset.capacity,
        "opens_on": preset.opens_on,
        "closes_on": preset.closes_on,
        "guaranteed": preset.guaranteed,
        "responsible": cast.malin,
    }
    return actions.make_next(programme=programme, by=cast.malin, now=clock.now(), **{**facts, **changes})


@pytest.fixture
def last(cast):
    cohort = cast.cohort(state="finished")
    cast.enrolment(cohort, cast.tuva)
    cast.enrolment(cohort, cast.yasmin, side="waitlisted")
    return cohort


def test_the_next_round_copies_the_plan_and_no_people(cast, last):
    old = last.days.get(number=3)
    set_reminders(event=old.event, rules=[(10, time(7))], by=cast.malin, now=clock.now())
    made = make_next(cast, last.programme)
    days = list(made.days.select_related("event"))
    assert made.number == 13
    assert (made.state, made.previous) == ("draft", last)
    assert [day.event.title for day in days] == [day.event.title for day in last.days.select_related("event")]
    assert days[0].preparation == last.days.first().preparation
    assert days[0].event.date == date(2028, 3, 7)
    assert [day.event.date.weekday() for day in days] == [1, 2, 2, 2, 3, 2, 2, 2]
    assert {day.event.state for day in days} == {"draft"}
    assert not any(day.event.venue or day.event.venue_confirmed_at for day in days)
    assert (made.enrolments.count(), made.places.claims.count()) == (0, 0)
    assert not Registration.objects.filter(event__course_day__cohort=made).exists()
    assert [(row.days_before, row.at_time) for row in days[2].event.reminders.all()] == [(10, time(7))]
    assert days[0].event.reminders.count() == 3
    assert (made.opens_on, made.closes_on, made.last_entry_on) == (
        date(2028, 1, 10),
        date(2028, 2, 11),
        date(2028, 3, 8),
    )


def test_the_fair_next_hosts_are_proposed(cast, last):
    made = make_next(cast, last.programme)
    hosts = [day.event.host.name for day in made.days.select_related("event__host")]
    # Eight days over three towns ended with Nyköping, so Flen is next.
    assert hosts[:4] == ["Flen", "Eskilstuna", "Nyköping", "Flen"]


def test_a_town_that_comes_in_later_hosts_once_and_is_not_made_to_catch_up(cast, last):
    from people.models import Participation
    from tests.cast import organisation

    trosa = organisation("Trosa", mark="TR")
    Participation.objects.create(region=cast.sormland, organisation=trosa, order=9, valid_from=date(2027, 1, 1))
    made = make_next(cast, last.programme)
    hosts = [day.event.host.name for day in made.days.select_related("event__host")]
    assert hosts.count("Trosa") == 2
    assert made.shares.count() == 4


def test_a_programme_without_rounds_gets_its_first(cast):
    made = make_next(cast, cast.programme(slug="ledare"), opens_on=date(2027, 5, 1), closes_on=date(2027, 6, 1))
    assert made.number == 1
    assert made.days.count() == 8
    assert all(day.event.date.weekday() < 5 for day in made.days.select_related("event")[1:])


def test_numbers_that_do_not_fit_are_refused(cast, last):
    with pytest.raises(rules.NoSeats):
        make_next(cast, last.programme, capacity=5, guaranteed=2)
    with pytest.raises(rules.WindowBackwards):
        make_next(cast, last.programme, closes_on=date(2028, 3, 7))
    assert Cohort.objects.count() == 1


def test_a_finished_round_without_a_decision_blocks_opening_and_a_preliminary_one_is_enough(cast, last):
    made = make_next(cast, last.programme)
    with pytest.raises(rules.DecisionMissing) as refused:
        actions.open_for_applications(cohort=made, by=cast.malin, now=clock.now())
    assert str(last) in str(refused.value)
    decisions.decide(
        cohort=last,
        outcome="change",
        preliminary=True,
        why="-",
        improvements="Shorter day 2\n\nMore cases",
        by=cast.malin,
        now=clock.now(),
    )
    actions.open_for_applications(cohort=made, by=cast.malin, now=clock.now())
    made.refresh_from_db()
    assert made.state == "open"
    assert set(Event.objects.filter(course_day__cohort=made).values_list("state", flat=True)) == {"published"}
    assert improvements(Cohort.objects.get(pk=made.pk)) == ["Shorter day 2", "More cases"]


def test_a_running_round_blocks_nothing(cast):
    running = cast.cohort(state="running")
    made = make_next(cast, running.programme)
    actions.open_for_applications(cohort=made, by=cast.malin, now=clock.now())
    assert Cohort.objects.get(pk=made.pk).state == "open"


def test_a_decision_is_final_only_when_the_round_is_over(cast):
    cohort = cast.cohort(state="running")
    facts = {"outcome": "continue", "why": "It works", "improvements": "", "by": cast.malin, "now": clock.now()}
    with pytest.raises(StillRuns):
        decisions.decide(cohort=cohort, preliminary=False, **facts)
    decisions.decide(cohort=cohort, preliminary=True, **facts)
    Cohort.objects.filter(pk=cohort.pk).update(state="finished")
    decisions.decide(cohort=cohort, preliminary=False, **facts)
    assert Cohort.objects.get(pk=cohort.pk).state == "decided"
    assert Decision.objects.get().preliminary is False
    with pytest.raises(TooEarly):
        decisions.decide(cohort=cast.cohort(number=13, state="open"), preliminary=True, **facts)


def test_the_clock_starts_and_finishes_rounds(cast, at):
    cohort = cast.cohort(state="selection")
    assert actions.move_on(at("2027-03-09 06:00")) == 0  # nobody has shared the seats
    Cohort.objects.filter(pk=cohort.pk).update(selection_confirmed_at=clock.now())
    assert actions.move_on(at("2027-03-08 23:59")) == 0
    assert actions.move_on(at("2027-03-09 00:00")) == 1
    assert Cohort.objects.get().state == "running"
    assert actions.move_on(at("2027-11-03 15:59")) == 0
    assert actions.move_on(at("2027-11-03 16:00")) == 1
    assert Cohort.objects.get().state == "finished"
    assert actions.move_on(clock.now()) == 0


def test_seats_change_with_a_reason_and_go_to_the_first_in_line(cast):
    cohort = cast.cohort(
        state="running", capacity=1, selection_confirmed_at=clock.now(), last_entry_on=date(2027, 6, 1)
    )
    Cohort.objects.get(pk=cohort.pk)
    cohort.places.starts_at = None
    cohort.places.save()
    cast.enrolment(cohort, cast.tuva)
    waiting = cast.enrolment(cohort, cast.edvin, side="waitlisted")
    with pytest.raises(FewerThanTaken):
        actions.change_capacity(cohort=cohort, capacity=0, reason="x", by=cast.malin, now=clock.now())
    actions.change_capacity(cohort=cohort, capacity=2, reason="A larger room", by=cast.malin, now=clock.now())
    waiting.refresh_from_db()
    assert waiting.programme_side == "offered"
    assert Claim.objects.get(pk=waiting.claim_id).state == "offered"
    assert cohort.places.changes.get().reason == "A larger room"


# ---------- What is to be done ----------


def titles(cohort):
    row = Cohort.objects.select_related("programme__region", "decision").get(pk=cohort.pk)
    return {todo.url.rsplit("/", 2)[-2]: todo for todo in todos.todos([row], now=clock.now())}


def test_to_dos_name_the_day_and_the_deadline(cast):
    cohort = cast.cohort()
    one, two = cast.enrolment(cohort, cast.tuva), cast.enrolment(cohort, cast.edvin)
    cast.attendance(one, "n", "n", "n")
    cast.attendance(two, "n", "n")
    found = titles(cohort)
    assert found["attendance"].by == date(2027, 4, 28)
    assert found["attendance"].url == reverse("programmes:door", args=[cohort.pk, 3])
    assert found["place"].by == date(2027, 4, 21)
    assert not found["place"].late
    cast.attendance(two, "", "", "f")
    assert "attendance" not in titles(cohort)


def test_to_dos_follow_the_round_from_draft_to_decision(cast, at):
    cohort = cast.cohort(state="selection")
    cast.enrolment(cohort, cast.tuva, side="applied")
    assert "seats" in titles(cohort)
    Cohort.objects.update(state="finished")
    enrolment = Enrolment.objects.get()
    Enrolment.objects.update(programme_side="enrolled")
    Registration.objects.bulk_create(
        Registration(
            event=day.event, person=cast.tuva, from_enrolment=True, created_at=clock.now(), changed_at=clock.now()
        )
        for day in cohort.days.select_related("event")
    )
    cast.attendance(enrolment, *"nnnnnn")
    at("2027-12-10 09:00")
    found = titles(cohort)
    assert found["decision"].late
    assert "certificates" not in found
    cast.attendance(enrolment, "", "", "", "", "", "", "n")
    assert "certificates" in titles(cohort)


# ---------- Pages ----------


def count_queries(client, address):
    client.get(address)  # warm
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured), [query["sql"][:150] for query in captured.captured_queries]


def fill(cast, cohort, count, first=0):
    for n in range(first, first + count):
        who = person(f"Deltagare {n:02}", f"d{cohort.pk}-{n}@example.org", cast.sormland)
        employment(who, cast.barn)
        cast.attendance(cast.enrolment(cohort, who, cast.barn), "n", "n")


@pytest.mark.parametrize("name", ["cohort", "cohort_participants", "cohort_letters", "days", "seats"])
def test_pages_of_a_round_ask_as_much_for_one_as_for_three(cast, sign_in, name):
    cohort = cast.cohort()
    fill(cast, cohort, 1)
    client = sign_in(cast.malin)
    address = reverse(f"programmes:{name}", args=[cohort.pk])
    one, _sql = count_queries(client, address)
    fill(cast, cohort, 2, first=1)
    three, sql = count_queries(client, address)
    assert three == one, "\n".join(sql)


def test_the_list_of_participants_asks_at_most_ten_times(cast, sign_in):
    cohort = cast.cohort(capacity=40)
    fill(cast, cohort, 30)
    client = sign_in(cast.malin)
    for address in (
        reverse("programmes:participants"),
        reverse("programmes:participants") + "?q=Deltagare&side=enrolled&page=2",
        reverse("programmes:cohort_participants", args=[cohort.pk]),
    ):
        asked, sql = count_queries(client, address)
        assert asked <= 10, "\n".join(sql)


def test_filters_stand_in_the_address_and_find_by_name(cast, sign_in):
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    cast.enrolment(cohort, cast.yasmin, side="waitlisted")
    client = sign_in(cast.malin)
    address = reverse("programmes:cohort_participants", args=[cohort.pk])
    assert client.get(address + "?q=ljung").context["page"].paginator.count == 1
    assert client.get(address + "?side=waitlisted").context["page"].paginator.count == 1
    assert client.get(address + f"?organisation={cast.nykoping.pk}").context["page"].paginator.count == 1
    assert client.get(address + "?q=nobody").context["page"].paginator.count == 0
    assert client.get(address + "?side=nonsense").status_code == 200
    assert client.get(address + "?page=99").status_code == 200


def test_a_coordinators_home_asks_the_same_at_4_and_at_40_rounds(cast, sign_in):
    for number in range(4):
        cohort = cast.cohort(number=number + 1, state="finished" if number == 0 else "running")
    fill(cast, cohort, 2)
    client = sign_in(cast.malin)
    address = reverse("home:home")
    four, _sql = count_queries(client, address)
    for number in range(4, 40):
        cohort = cast.cohort(number=number + 1, state="running")
        fill(cast, cohort, 1)
    forty, sql = count_queries(client, address)
    assert forty == four, "\n".join(sql)
    assert forty <= 12, "\n".join(sql)


def test_every_role_has_an_honest_home(cast, sign_in):
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    cast.enrolment(cohort, cast.leila, side="applied", employer="asked")
    for name in ("ada", "malin", "lars", "stina", "omar", "petra", "vera", "outsider", "tuva"):
        assert sign_in(getattr(cast, name)).get(reverse("home:home")).status_code == 200, name
    page = sign_in(cast.omar).get(reverse("home:home"))
    assert [task["title"] for task in page.context["tasks"]]
    page = sign_in(cast.stina).get(reverse("home:home"))
    assert [line.name for line in page.context["staff"]] == ["Tuva Ljungdahl"]
    page = sign_in(cast.lars).get(reverse("home:home"))
    assert [(line.applied, line.taking_part) for line in page.context["lines"]] == [(1, 1)]
    assert not sign_in(cast.vera).get(reverse("home:home")).context["lines"]


@pytest.mark.parametrize("state", ["draft", "open", "selection", "running", "finished", "decided"])
def test_the_hub_opens_in_every_state(cast, sign_in, state):
    cohort = cast.cohort(state=state)
    cast.enrolment(cohort, cast.tuva)
    cast.enrolment(cohort, cast.yasmin, side="waitlisted")
    client = sign_in(cast.malin)
    for language in ("sv", "fi", "en"):
        assert client.get(reverse("programmes:cohort", args=[cohort.pk]) + f"?lang={language}").status_code == 200
    assert client.get(reverse("programmes:decision", args=[cohort.pk])).status_code == 200


def test_a_round_is_made_opened_and_changed_on_its_pages(cast, sign_in):
    programme = cast.cohort(state="running").programme
    client = sign_in(cast.malin)
    address = reverse("programmes:cohort_new", args=[programme.pk])
    page = client.get(address)
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert len(data) == 7
    wrong = client.post(address, {**data, "start": "31.11.2027"})
    assert wrong.status_code == 422
    assert client.post(address, data).status_code == 302
    made = Cohort.objects.get(number=13)
    hub = client.get(made.get_absolute_url())
    assert len(hub.context["steps"]) == 5
    assert client.post(reverse("programmes:cohort_open", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert made.state == "open"
    edit = reverse("programmes:cohort_edit", args=[made.pk])
    form = client.get(edit).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert (
        client.post(edit, {**data, "last_entry_on": "10.3.2028", f"guaranteed_{cast.flen.pk}": "1"}).status_code == 302
    )
    assert made.shares.get(organisation=cast.flen).guaranteed == 1
    assert client.get(reverse("programmes:programmes")).status_code == 200
    assert client.get(reverse("programmes:programme_inside", args=[programme.pk])).status_code == 200


def test_texts_and_funder_are_kept_in_each_language(cast, sign_in):
    programme = cast.programme()
    client = sign_in(cast.malin)
    edit = reverse("programmes:programme_edit", args=[programme.pk])
    form = client.get(edit).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "first_come"}
    assert client.post(edit, {**data, "title_fi": "Perehdytys"}).status_code == 302
    programme.refresh_from_db()
    assert programme.title_fi == "Perehdytys"
    funder = reverse("programmes:programme_funder", args=[programme.pk])
    form = client.get(funder).context["form"]
    assert form["statement_fi"].value() == "Euroopan unionin osarahoittama"
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(funder, {**data, "name_sv": "Europeiska socialfonden plus"}).status_code == 302
    programme.refresh_from_db()
    assert programme.funder.statement_sv == "Medfinansieras av Europeiska unionen"
    assert sign_in(cast.vera).get(edit).status_code == 404


def test_a_day_is_changed_hosted_moved_and_cancelled_on_its_pages(cast, sign_in):
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    day = cohort.days.get(number=5)
    client = sign_in(cast.malin)

    def at(name):
        return reverse(f"programmes:{name}", args=[cohort.pk, 5])

    assert client.get(at("day")).status_code == 200
    form = client.get(at("day_edit")).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(at("day_edit"), {**data, "title_fi": "Yhteistyö", "aims_sv": "Ett mål"}).status_code == 302
    assert client.post(at("day_host"), {"host": cast.flen.pk}).status_code == 302
    place = {"venue": "Stadshuset", "arrival_sv": "kaffe 8.30", "confirmed": "on"}
    assert "Stadshuset" in client.post(at("day_place"), place).context["previews"][0].mail.text
    assert client.post(at("day_place"), {**place, "confirm": "yes"}).status_code == 302
    moved = {"on": "17.6.2027", "start_time": "10.00", "end_time": "16", "reason": ""}
    for wrong, field in (
        ({"end_time": "9"}, "end_time"),
        ({"on": "31.6.2027"}, "on"),
        ({"on": "1.1.2020"}, "on"),  # a time that has been, and a letter to everyone about it
    ):
        refused = client.post(at("day_move"), {**moved, **wrong})
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, [field])
    assert Event.objects.get(pk=day.event_id).date == day.event.date
    assert "torsdag 17 juni" in client.post(at("day_move"), moved).context["previews"][0].mail.subject
    assert Event.objects.get(pk=day.event_id).date == day.event.date
    assert client.post(at("day_move"), {**moved, "confirm": "yes"}).status_code == 302
    event = Event.objects.get(pk=day.event_id)
    assert (event.title_fi, event.host, event.date) == ("Yhteistyö", cast.flen, date(2027, 6, 17))
    assert event.venue_confirmed_at is not None
    check = client.post(at("day_cancel"), {"reason": "Snow"})
    assert check.status_code == 200
    assert "Snow" in check.context["previews"][0].mail.text
    back = client.post(at("day_cancel"), {"reason": "Snow", "change": "yes"})
    assert (back.status_code, back.context["form"]["reason"].value()) == (200, "Snow")
    assert Event.objects.get(pk=event.pk).state == "published"
    assert client.post(at("day_cancel"), {"reason": "Snow", "confirm": "yes"}).status_code == 302
    assert Event.objects.get(pk=event.pk).state == "cancelled"
    assert Cohort.objects.get(pk=cohort.pk).days_required == 7
    assert client.get(at("day")).status_code == 200
    other = sign_in(cast.vera)
    for name in ("day", "day_edit", "day_host", "day_place", "day_move", "day_cancel"):
        assert other.get(at(name)).status_code == 404


def test_the_host_of_one_day_is_not_the_host_of_another(cast, sign_in):
    cohort = cast.cohort()
    day = CourseDay.objects.get(cohort=cohort, number=5)
    assert [town.name for town in rules.fair_hosts(cohort, 1, before=5)] == ["Nyköping"]
    assert day.event.host == cast.nykoping
    assert timedelta(0) < day.event.starts_at - datetime(2027, 4, 16, tzinfo=day.event.starts_at.tzinfo)


def test_a_coordinator_finds_what_she_can_do_with_a_participant(cast, sign_in):
    cohort = cast.cohort()
    taking_part = cast.enrolment(cohort, cast.tuva)
    client = sign_in(cast.malin)
    page = client.get(taking_part.get_absolute_url())
    paths = [url for url, _words in page.context["more"]]
    assert paths == [
        reverse(f"programmes:{name}", args=[taking_part.pk])
        for name in ("make_up", "employer", "break", "transfer", "leave")
    ]
    assert all(path in page.content.decode() for path in paths)
    assert [client.get(path).status_code for path in paths] == [200] * 5
    assert sign_in(cast.stina).get(taking_part.get_absolute_url()).context["more"] == []
    assert reverse("programmes:leave", args=[taking_part.pk]) in sign_in(cast.tuva).get("/").content.decode()


def test_the_number_of_seats_is_refused_beside_its_field(cast, sign_in):
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    cast.enrolment(cohort, cast.yasmin)
    page = sign_in(cast.malin).post(
        reverse("programmes:capacity", args=[cohort.pk]), {"capacity": "1", "reason": "A smaller room"}
    )
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["capacity"])


def test_the_list_of_everybody_is_narrowed_to_a_programme_or_a_round(cast, sign_in):
    first, second = cast.cohort(number=11, state="finished", days=(date(2026, 10, 9),)), cast.cohort()
    other = cast.cohort(programme=cast.programme(slug="annat", title_sv="Ett annat program"), number=1)
    for cohort, who in ((first, cast.tuva), (second, cast.edvin), (other, cast.leila)):
        cast.enrolment(cohort, who)
    client = sign_in(cast.malin)

    def listed(chosen):
        answer = client.get("/programmes/participants/", {"round": chosen})
        assert answer.status_code == 200
        return {row.person for row in answer.context["page"]}

    assert listed("") == {cast.tuva, cast.edvin, cast.leila}
    assert listed(f"p{first.programme_id}") == {cast.tuva, cast.edvin}
    assert listed(second.pk) == {cast.edvin}
    foreign = cast.cohort(programme=cast.programme(cast.skaraborg), number=20)
    assert listed(foreign.pk) == listed("p1;") == listed("")
    assert 'name="round"' not in client.get(f"/programmes/cohorts/{first.pk}/participants/").content.decode()
