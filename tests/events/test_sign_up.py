"""Registering on an event: held, confirmed, in line, offered, changed, cancelled; and what nobody learns."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from audit.models import Deed
from base.refusal import Refusal
from events import actions
from events import rules as places_rules
from events.actions import sign_up
from events.letters.days import own_token
from events.models import Claim, Needs, Places, Question, Registration, Reply
from events.rules import sign_up as rules
from events.states import ClaimState, EventKind, Policy
from outbox import kinds
from outbox.models import Letter
from people import actions as people
from people.models import Person
from tests.bench.measure import locked_of, queries_of
from tests.cast import NOW, person

HOUR = timedelta(hours=1)


@pytest.fixture
def seminar(cast):
    """A published public seminar in half a year, with 3 places and a broadcast without limit."""
    event = actions.create_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"},
        date=date(2027, 11, 12),
        start_time=time(9, 30),
        end_time=time(15, 30),
        venue="Stadshuset",
        audience="public",
        by=cast.malin,
        now=NOW,
    )
    event = actions.publish_event(event=event, by=cast.malin, now=NOW)
    type(event).objects.filter(pk=event.pk).update(asks_diet=True, asks_access=True)
    event.refresh_from_db()
    return event


def way(event, capacity, kind="on_site", **facts):
    row = actions.open_places(region=event.region, capacity=capacity, starts_at=event.starts_at)
    Places.objects.filter(pk=row.pk).update(event=event, way=kind, **facts)
    row.refresh_from_db()
    return row


@pytest.fixture
def hall(seminar):
    return way(seminar, 3)


def facts(n=1, **more):
    return sign_up.Facts(**{"name": f"Gäst {n}", "email": f"gast{n}@annan.example", "language": "sv", **more})


def guest(event, places, n=1, now=NOW, **more):
    return sign_up.sign_up(event=event, places=places, facts=facts(n, **more), now=now)


def states(rows):
    return [Claim.objects.get(registration=row).state for row in rows]


def letters(kind=None, **filters):
    rows = Letter.objects.filter(**filters).order_by("created_at")
    return list(rows.filter(kind=f"events.{kind}") if kind else rows.filter(kind__startswith="events."))


def mail_of(letter):
    with translation.override(letter.reader_language):
        return kinds.find(letter.kind).build(letter)


def path(event, end=""):
    return f"/{event.region.slug}/events/{event.pk}/register/{end}"


def own(row, end=""):
    row.refresh_from_db()
    return f"/r/{own_token(row)}/{end}"


def typed(n=1, **more):
    data = {"name": f"Gäst {n}", "email": f"gast{n}@annan.example", "employer": "Eskilstuna kommun", "language": "sv"}
    return {**data, **more}


# ---------- A guest ----------


def test_a_guest_holds_a_place_for_a_day_and_one_press_confirms_it(cast, seminar, hall, client):
    answer = client.post(path(seminar), typed(diet="Vegetariskt"))
    assert answer.status_code == 302
    row = Registration.objects.get()
    assert (row.name, row.employer, row.organisation) == ("Gäst 1", "Eskilstuna kommun", cast.eskilstuna)
    assert row.claim.state == ClaimState.HELD
    assert abs(row.claim.expires_at - NOW - 24 * HOUR) < HOUR
    assert row.person.is_guest
    [letter] = letters("confirm")
    mail = mail_of(letter)
    assert mail.text.splitlines()[2].startswith("En plats")
    link = re.search(r"/r/[^/]+/", mail.text)[0]
    assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert Claim.objects.get().state == ClaimState.HELD, "a scanner's look confirms nothing"
    assert client.post(link, {"deed": "confirm"}).status_code == 302
    assert client.post(link, {"deed": "confirm"}).status_code == 302
    assert Claim.objects.get().state == ClaimState.CONFIRMED
    [letter] = letters("place")
    place = mail_of(letter)
    assert "text/calendar" in [kind for _name, _file, kind in place.attachments]
    assert Needs.objects.get().diet == "Vegetariskt"
    assert Needs.objects.get().erase_on == date(2027, 12, 12)


def test_near_the_start_a_place_is_held_for_four_hours(seminar, hall):
    near = seminar.starts_at - 71 * HOUR
    assert guest(seminar, hall, now=near).claim.expires_at == near + 4 * HOUR


def test_a_place_that_nobody_confirms_goes_to_the_next_in_line_with_letters_to_both(seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(4)]
    assert states(rows) == ["held"] * 3 + ["waitlisted"]
    assert sign_up.lapse_due(now=NOW + 23 * HOUR) == 0
    assert sign_up.lapse_due(now=NOW + 24 * HOUR) == 3
    assert sign_up.lapse_due(now=NOW + 24 * HOUR) == 0
    assert states(rows) == ["lapsed"] * 3 + ["offered"]
    assert len(letters("sign_up_lapsed")) == 3
    assert len(letters("offer")) == 1
    assert "bekräftades inte i tid" in mail_of(letters("sign_up_lapsed")[0]).text
    hall.refresh_from_db()
    assert hall.sold == 1
    assert Registration.objects.standing().count() == 1


def test_who_confirms_too_late_is_told_and_may_register_again(seminar, hall, client, at):
    row = guest(seminar, hall)
    at(NOW + 25 * HOUR)
    page = client.post(own(row), {"deed": "confirm"}, follow=True)
    assert Claim.objects.get().state == ClaimState.HELD
    assert path(seminar) in page.content.decode()
    sign_up.lapse_due(now=NOW + 25 * HOUR)
    again = guest(seminar, hall, now=NOW + 26 * HOUR)
    assert again.pk == row.pk
    assert again.claim.state == ClaimState.HELD
    assert client.get(f"/r/{own_token(row)}/").status_code == 410, "the old link is used up"


# ---------- What nobody learns ----------


def test_the_answer_is_the_same_for_a_known_an_unknown_and_a_registered_address(cast, seminar, hall, client):
    pages, counts = set(), []
    sign_up.sign_up(event=seminar, places=hall, facts=facts(), person=cast.leila, now=NOW - HOUR)
    for address in (cast.tuva.email, cast.leila.email, "ny@annan.example"):
        before = Letter.objects.count()
        answer = client.post(path(seminar), typed(email=address), follow=True)
        page = answer.content.decode()
        assert address in page
        pages.add(re.sub(r"[A-Za-z0-9_:-]{60,}", "", page.replace(address, "")))
        counts.append(Letter.objects.count() - before)
    assert len(pages) == 1
    assert counts == [1, 1, 1], "each time one letter"
    assert "redan anmäld" in mail_of(letters("sign_up_again")[0]).subject
    assert Person.objects.get(pk=cast.tuva.pk).name == "Tuva Ljungdahl", "what was typed changes no fact of anyone"
    assert Claim.objects.get(person=cast.leila).state == ClaimState.CONFIRMED


def test_asking_for_the_link_says_nothing_about_the_address(seminar, hall, client):
    guest(seminar, hall)
    sign_up.confirm(registration=Registration.objects.get(), now=NOW)
    pages = set()
    for address in ("gast1@annan.example", "okand@annan.example"):
        page = client.post(path(seminar, "link/"), {"email": address}, follow=True).content.decode()
        pages.add(re.sub(r"[A-Za-z0-9_:-]{60,}", "", page.replace(address, "")))
    assert len(pages) == 1
    [letter] = letters("sign_up_link")
    assert letter.person.email == "gast1@annan.example"


def test_a_second_press_and_the_way_back_make_one_registration_and_one_letter(seminar, hall, client):
    for _press in range(3):
        assert client.post(path(seminar), typed()).status_code == 302
    assert Registration.objects.count() == Claim.objects.count() == len(letters()) == 1


def test_who_has_signed_in_has_her_facts_filled_in_and_her_place_at_once(cast, seminar, hall, sign_in):
    tuva = sign_in(cast.tuva)
    page = tuva.get(path(seminar)).content.decode()
    assert 'value="Tuva Ljungdahl"' in page
    assert 'value="Eskilstuna"' in page
    assert 'name="email"' not in page
    answer = tuva.post(path(seminar), {"name": "Tuva Ljungdahl", "employer": "Eskilstuna"})
    assert answer.url.startswith("/r/")
    assert Claim.objects.get().state == ClaimState.CONFIRMED
    assert tuva.get(path(seminar)).url.startswith("/r/"), "the form leads to what is there"


def test_a_town_hall_is_not_locked_out_and_a_machine_is(seminar, hall, client, monkeypatch):
    from events.views import sign_up as views

    assert views.REGISTRATIONS >= 300
    monkeypatch.setattr(views, "REGISTRATIONS", 2)
    assert [client.post(path(seminar), typed(n)).status_code for n in range(3)] == [302, 302, 429]


@pytest.mark.parametrize("name", ["O'Brien", "Åström", "Ö", "Li 🌸", "x" * 200])
def test_names_are_kept_as_their_owners_write_them(seminar, hall, client, name):
    client.post(path(seminar), typed(name=name))
    assert Registration.objects.get().name == name


def test_wrong_answers_come_back_with_what_was_typed(seminar, hall, client):
    answer = client.post(path(seminar), typed(email="inte en adress", name="", diet="801224-1234"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "inte en adress" in page
    assert page.count('href="#id_') >= 3
    assert not Person.objects.filter(is_guest=True).exists()


# ---------- When ----------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "cancelled"}, "Evenemanget är inställt."),
        ({"opens_at": NOW + HOUR}, "öppnar"),
        ({"closes_at": NOW - HOUR}, "stängd"),
        ({"state": "announced"}, "inte öppnat"),
    ],
)
def test_outside_the_window_the_page_says_so_instead_of_the_form(seminar, hall, client, changes, words):
    type(seminar).objects.filter(pk=seminar.pk).update(**changes)
    page = client.get(path(seminar))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert client.post(path(seminar), typed()).status_code == 409
    assert not Registration.objects.exists()


def test_an_event_for_the_region_is_not_there_for_strangers(cast, seminar, hall, client, sign_in):
    type(seminar).objects.filter(pk=seminar.pk).update(audience="region")
    assert client.get(path(seminar)).status_code == 404
    assert client.post(path(seminar), typed()).status_code == 404
    assert sign_in(cast.tuva).get(path(seminar)).status_code == 200


# ---------- The waiting list ----------


def test_a_newcomer_sees_four_ahead_and_is_fifth(seminar, client):
    """EVT-3: one place freed, four wait: the newcomer stands last and overtakes nobody."""
    row = way(seminar, 1, policy=Policy.BY_HAND)
    first = guest(seminar, row, 0)
    for n in range(1, 5):
        guest(seminar, row, n)
    sign_up.cancel(registration=first, by=first.person, now=NOW)
    page = client.get(path(seminar)).content.decode()
    assert "4 före dig" in page
    client.post(path(seminar), typed(5))
    claim = Claim.objects.get(person__email="gast5@annan.example")
    assert (claim.state, claim.position, rules.before_in_line(claim)) == ("waitlisted", 5, 4)
    mail = mail_of(letters("waiting")[-1])
    assert "4 före dig" in mail.text
    page = client.get(own(claim.registration)).content.decode()
    assert "4 före dig" in page
    assert "Arrangören väljer" in page, "the policy is visible"


def test_a_place_given_up_is_offered_at_once_and_taken_by_the_link(seminar, hall, client):
    rows = [guest(seminar, hall, n) for n in range(5)]
    assert client.get(own(rows[0], "cancel/")).status_code == 200
    assert states(rows[:1]) == ["held"]
    client.post(own(rows[0], "cancel/"))
    assert states(rows) == ["cancelled", "held", "held", "offered", "waitlisted"]
    mail = mail_of(letters("offer")[0])
    assert "Svara senast" in mail.text
    link = re.search(r"/r/[^/]+/", mail.text)[0]
    client.get(link)
    assert states(rows)[3] == "offered"
    client.post(link, {"deed": "accept"})
    assert states(rows)[3] == "confirmed", "taking the place confirms the address too"
    assert "avbokat" in mail_of(letters("sign_up_left")[0]).text


def test_an_offer_on_friday_lapses_on_tuesday_evening_and_the_next_is_offered_by_the_clock(seminar):
    """EVT-4."""
    friday = datetime(2026, 10, 2, 13, 0, tzinfo=UTC)
    row = way(seminar, 1)
    rows = [guest(seminar, row, n, now=friday) for n in range(3)]
    sign_up.cancel(registration=rows[0], by=None, now=friday)
    assert Claim.objects.get(registration=rows[1]).expires_at == datetime(2026, 10, 6, 18, 0, tzinfo=UTC)
    assert sign_up.lapse_due(now=datetime(2026, 10, 6, 17, 59, tzinfo=UTC)) == 0
    assert sign_up.lapse_due(now=datetime(2026, 10, 6, 18, 1, tzinfo=UTC)) == 1
    assert states(rows) == ["declined", "lapsed", "offered"] or states(rows) == ["cancelled", "lapsed", "offered"]
    # From Tuesday evening two working days later.
    assert Claim.objects.get(registration=rows[2]).expires_at == datetime(2026, 10, 8, 18, 0, tzinfo=UTC)


def test_the_clock_offers_what_became_free_in_any_way_and_twice_is_once(seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(5)]
    actions.change_capacity(places=hall, capacity=4, reason="Större sal", by=None, now=NOW)
    assert sign_up.fill_due(now=NOW) == 1
    assert sign_up.fill_due(now=NOW) == 0
    assert states(rows)[3:] == ["offered", "waitlisted"]
    assert len(letters("offer")) == 1


def test_nothing_is_offered_after_the_start_or_the_closing_or_when_it_is_cancelled(cast, seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(5)]
    Places.objects.filter(pk=hall.pk).update(offers_until=NOW + HOUR)
    sign_up.cancel(registration=rows[0], by=None, now=NOW + 2 * HOUR)
    assert sign_up.fill_due(now=NOW + 2 * HOUR) == 0
    Places.objects.filter(pk=hall.pk).update(offers_until=None)
    actions.cancel_event(event=seminar, reason="Storm", by=cast.malin, now=NOW)
    assert sign_up.fill_due(now=NOW) == 0
    assert states(rows)[3:] == ["waitlisted"] * 2


def test_places_kept_back_go_to_the_line_when_their_day_comes(cast, seminar, hall):
    actions.reserve_places(places=hall, number=2, whom="Talare", release_at=NOW + HOUR, by=cast.malin, now=NOW)
    rows = [guest(seminar, hall, n) for n in range(3)]
    assert states(rows) == ["held", "waitlisted", "waitlisted"]
    assert sign_up.release_due(now=NOW) == 0
    assert sign_up.release_due(now=NOW + HOUR) == 2
    assert sign_up.release_due(now=NOW + HOUR) == 0
    assert states(rows) == ["held", "offered", "offered"]


def test_a_place_kept_back_for_an_employer_is_taken_by_who_works_there(cast, seminar):
    row = way(seminar, 1)
    actions.reserve_places(
        places=row, number=1, organisation=cast.eskilstuna, release_at=NOW + HOUR, by=cast.malin, now=NOW
    )
    assert guest(seminar, row, employer="Eskilstuna").claim.state == "waitlisted", "words prove no employer"
    tuva = sign_up.sign_up(event=seminar, places=row, facts=facts(2), person=cast.tuva, now=NOW)
    assert tuva.claim.state == "confirmed"


# ---------- Changing, links ----------


def test_answers_needs_and_the_way_are_changed_by_the_link(seminar, hall, client):
    remote = way(seminar, None, "remote", order=1)
    question = Question.objects.create(
        event=seminar, label="Vilket arbetspass?", purpose="Vi planerar salar", erase_on=date(2027, 12, 1)
    )
    row = guest(seminar, hall, diet="Vegan", replies={question.pk: "Mentorer"})
    assert Reply.objects.get().value == "Mentorer"
    page = client.get(own(row, "change/")).content.decode()
    assert "Mentorer" in page
    assert "Vi planerar salar. Svaren raderas" in page
    data = {
        "name": "Gäst Ett", "employer": "Flen", "way": remote.pk, "badge_name": "Ettan",
        f"q{question.pk}": "Handledning",
    }  # fmt: skip
    answer = client.post(own(row, "change/"), data)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.claim.places_id, row.claim.state, row.badge_name) == (remote.pk, "held", "Ettan")
    assert Reply.objects.get().value == "Handledning"
    assert not Needs.objects.exists(), "who follows from elsewhere eats elsewhere"
    hall.refresh_from_db()
    assert hall.sold == 0


def test_a_full_way_is_not_changed_to_and_nothing_is_lost(seminar, hall, client):
    full = way(seminar, 1, "workshop", order=1)
    guest(seminar, full, 9)
    row = guest(seminar, hall)
    answer = client.post(own(row, "change/"), {"name": "Gäst 1", "employer": "Flen", "way": full.pk})
    assert answer.status_code == 422
    assert "behåller" in answer.content.decode()
    assert states([row]) == ["held"]


def test_who_has_confirmed_can_change_and_say_no_long_after_the_place_was_only_held(seminar, hall, client, at):
    row = guest(seminar, hall)
    client.post(own(row), {"deed": "confirm"})
    at(NOW + timedelta(days=9))
    page = client.get(own(row)).content.decode()
    assert "Jag kan inte komma" in page
    assert client.get(own(row, "change/")).status_code == 200
    client.post(own(row, "cancel/"))
    assert states([row]) == ["cancelled"]


def test_a_renewed_link_ends_the_earlier_ones(seminar, hall, client):
    row = guest(seminar, hall)
    old = own(row)
    client.post(old, {"deed": "renew"})
    assert client.get(old).status_code == 410
    assert client.get(own(row)).status_code == 200


def test_links_altered_expired_and_of_a_registration_that_is_gone(seminar, hall, client, at):
    row = guest(seminar, hall)
    link = own(row)
    assert client.get(link.replace("/r/", "/r/x")).status_code == 404
    at(seminar.ends_at + timedelta(days=31))
    assert client.get(link).status_code == 410


def test_everything_about_a_registration_stops_when_the_event_begins(seminar, hall, at):
    row = guest(seminar, hall)
    with pytest.raises(Refusal):
        sign_up.cancel(registration=row, by=row.person, now=seminar.starts_at)


def test_the_calendar_file_is_for_who_has_a_place(seminar, hall, client):
    row = guest(seminar, hall)
    assert client.get(own(row, "calendar.ics")).status_code == 404
    sign_up.confirm(registration=row, now=NOW)
    answer = client.get(own(row, "calendar.ics"))
    assert b"BEGIN:VEVENT" in answer.content


# ---------- Who is told ----------


def test_reminders_go_to_the_confirmed_moves_and_cancellation_to_all_with_links_of_their_own(cast, seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(4)]
    sign_up.confirm(registration=rows[0], now=NOW)
    day_before = datetime(2027, 11, 11, 7, 1, tzinfo=UTC)
    assert actions.enqueue_due_reminders(since=day_before - timedelta(minutes=5), now=day_before) == 1
    reminder = letters("reminder")[0]
    assert reminder.person == rows[0].person
    actions.cancel_event(event=seminar, reason="Storm", by=cast.malin, now=NOW)
    assert {letter.person_id for letter in letters("cancelled")} == {row.person_id for row in rows}
    assert "/r/" not in mail_of(letters("cancelled")[0]).text
    moved = actions.create_event(
        region=cast.sormland, kind=EventKind.SEMINAR, title={"sv": "Annat"}, date=date(2027, 11, 12),
        start_time=time(9), end_time=time(15), by=cast.malin, now=NOW,
    )  # fmt: skip
    actions.publish_event(event=moved, by=cast.malin, now=NOW)
    type(moved).objects.filter(pk=moved.pk).update(asks_diet=True)
    moved.refresh_from_db()
    room = way(moved, 5)
    row = guest(moved, room, diet="Vegan")
    actions.move_event(
        event=moved, date=date(2027, 11, 19), start_time=time(10), end_time=time(15), reason="", by=cast.malin, now=NOW
    )
    [letter] = letters("moved")
    mail = mail_of(letter)
    assert own_token(row) in mail.text
    assert mail.masked(mail.text) != mail.text
    assert Needs.objects.get(claim=row.claim).erase_on == date(2027, 12, 19)


def test_the_letters_of_a_round_cost_the_same_for_one_and_for_three(seminar, hall, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for n in range(6):
        guest(seminar, hall, n)
    waiting = letters("waiting")
    counts = []
    for some in (waiting[:1], waiting):
        rows = list(Letter.objects.filter(pk__in=[letter.pk for letter in some]).select_related("person"))
        kinds.go_together(rows)
        with CaptureQueriesContext(connection) as queries, translation.override("sv"):
            assert all(kinds.find(row.kind).build(row) for row in rows)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_every_letter_is_whole_in_every_language(cast, seminar, hall, language):
    rows = [guest(seminar, hall, n, language=language) for n in range(4)]
    for_all = {letter.kind: mail_of(letter) for letter in letters()}
    sign_up.confirm(registration=rows[0], now=NOW)
    for_all |= {letter.kind: mail_of(letter) for letter in letters("place")}
    sign_up.cancel(registration=rows[0], by=rows[0].person, now=NOW + HOUR)
    for_all |= {letter.kind: mail_of(letter) for letter in [*letters("sign_up_left"), *letters("offer")]}
    sign_up.lapse_due(now=NOW + timedelta(days=10))
    for_all |= {letter.kind: mail_of(letter) for letter in letters("sign_up_lapsed")}
    assert len(for_all) == 6
    for kind, mail in for_all.items():
        assert mail is not None, kind
        assert "{" not in mail.text
        assert "  " not in mail.subject
        assert len(mail.text.splitlines()) > 5


# ---------- Erasure ----------


def test_needs_and_answers_are_erased_on_their_days(seminar, hall):
    question = Question.objects.create(event=seminar, label="Ort?", purpose="Resor", erase_on=date(2027, 11, 20))
    row = guest(seminar, hall, diet="Vegan", replies={question.pk: "Flen"})
    sign_up.confirm(registration=row, now=NOW)
    assert sign_up.erase_replies(now=datetime(2027, 11, 19, tzinfo=UTC)) == 0
    assert sign_up.erase_replies(now=datetime(2027, 11, 20, tzinfo=UTC)) == 1
    assert actions.erase_needs(now=datetime(2027, 12, 11, tzinfo=UTC)) == 0
    assert actions.erase_needs(now=datetime(2027, 12, 12, tzinfo=UTC)) == 1


def test_needs_and_answers_go_at_once_with_the_registration(seminar, hall):
    question = Question.objects.create(event=seminar, label="Ort?", purpose="Resor", erase_on=date(2027, 11, 20))
    row = guest(seminar, hall, diet="Vegan", replies={question.pk: "Flen"})
    sign_up.cancel(registration=row, by=row.person, now=NOW)
    assert not Needs.objects.exists()
    assert not Reply.objects.exists()


def test_a_guest_who_is_registered_as_a_person_keeps_the_registration(cast, seminar, hall):
    row = guest(seminar, hall)
    who = people.register_person(name="Gäst 1", email="GAST1@annan.example", region=cast.sormland, by=None, now=NOW)
    assert who.pk == row.person_id
    assert not who.is_guest


# ---------- By hand ----------


def test_a_place_is_offered_by_hand_with_a_reason_that_is_kept(cast, seminar):
    row = way(seminar, 1, policy=Policy.BY_HAND)
    rows = [guest(seminar, row, n) for n in range(3)]
    sign_up.cancel(registration=rows[0], by=None, now=NOW)
    with pytest.raises(places_rules.ReasonNeeded):
        sign_up.offer_by_hand(registration=rows[2], reason=" ", by=cast.malin, now=NOW)
    with pytest.raises(places_rules.Refusal):
        sign_up.offer_by_hand(registration=rows[2], reason="Talar", by=cast.vera, now=NOW)
    sign_up.offer_by_hand(registration=rows[2], reason="Talar", by=cast.malin, now=NOW)
    assert states(rows)[1:] == ["waitlisted", "offered"]
    assert Deed.objects.filter(deed="offered_by_hand", by=cast.malin).count() == 1


def test_more_people_than_the_number_only_by_a_new_number_with_a_reason(cast, seminar, hall):
    rows = [guest(seminar, hall, n) for n in range(4)]
    with pytest.raises(places_rules.ReasonNeeded):
        sign_up.raise_capacity(places=hall, capacity=4, reason="", by=cast.malin, now=NOW)
    sign_up.raise_capacity(places=hall, capacity=4, reason="En stol till", by=cast.malin, now=NOW)
    assert states(rows)[3] == "offered"


def test_people_of_an_employer_are_matched_as_they_write_it(cast):
    employers = rules.employers_of(cast.sormland, NOW.date())
    for words in ("eskilstuna", "Eskilstuna kommun", "ESKILSTUNA  KOMMUN", "Eskilstunas kommun"):
        assert rules.match_employer(words, employers) == cast.eskilstuna
    for words in ("", "Lidköping", "kommun", "Region Sörmland"):
        assert rules.match_employer(words, employers) is None


def test_a_protected_name_is_not_shown_to_who_may_not_read_it(cast, seminar, hall):
    hidden = person("Hemlig Person", "hemlig@annan.example", protected=True)
    row = sign_up.sign_up(event=seminar, places=hall, facts=facts(email=hidden.email, name="Hemlig Person"), now=NOW)
    assert rules.shown_name(row, cast.malin) == hidden.substitute_code


# ---------- What it costs ----------


def test_little_is_done_while_others_wait_for_the_row_of_the_places(cast, seminar, hall):
    """Speed, row 3: audit and letter included, also with food and with who stands in line."""
    question = Question.objects.create(
        event=seminar, kind="text", label="Vad vill du lära dig?", purpose="Till talarna", erase_on=date(2027, 12, 12)
    )
    for n in range(2):
        assert locked_of(lambda n=n: guest(seminar, hall, n, diet="Vegetariskt", replies={question.pk: ""})) <= 8
    assert Needs.objects.count() == 2
    guest(seminar, hall, 3)
    assert locked_of(lambda: guest(seminar, hall, 4)) <= 10


def test_a_registration_takes_four_requests_and_few_statements(cast, seminar, hall, client):
    """Speed, row 2."""

    def register(n):
        page = f"/{seminar.region.slug}/events/{seminar.pk}/"
        assert path(seminar) in client.get(page).content.decode()
        client.get(path(seminar))
        answer = client.post(path(seminar), typed(n, diet="Vegetariskt"))
        assert client.get(answer["Location"]).status_code == 200

    register(1)
    assert queries_of(lambda: register(2)) <= 30


def test_who_comes_back_on_two_ways_at_once_has_one_place(cast, seminar, hall):
    """A registration that was over is taken up again once: whoever comes second finds it as the first left it."""
    broadcast = way(seminar, None, "remote")
    row = guest(seminar, hall)
    sign_up.cancel(registration=row, by=row.person, now=NOW)
    before = Registration.objects.select_related("claim", "person", "event").get()
    guest(seminar, hall)
    claim = actions.claim_place(places=broadcast, person=before.person, by=None, now=NOW)
    with pytest.raises(places_rules.AlreadyClaimed):
        sign_up._keep(before, seminar, claim, facts(), by=None, now=NOW)


def test_an_answer_of_no_or_nought_is_an_answer(cast, seminar, hall):
    asked = [
        Question.objects.create(
            event=seminar, kind=kind, label="Fråga", purpose="Till maten", erase_on=date(2027, 12, 12)
        )
        for kind in ("number", "yes_no")
    ]
    row = guest(seminar, hall, replies={asked[0].pk: 0, asked[1].pk: False})
    assert [reply.value for reply in Reply.objects.filter(registration=row).order_by("question")] == [0, False]
