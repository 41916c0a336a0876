"""Guests: erased after a year without the figures and the book, and joined with who proves the address to be hers."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit.actions import first_broken, seal
from audit.models import Deed, Words
from events import actions as events
from events.actions import abstracts, calls, door, guests, sign_up
from events.actions.abstracts import Writer, Written
from events.letters.abstracts import token_of
from events.letters.days import own_token
from events.models import (
    Abstract,
    Attendance,
    Author,
    Claim,
    Event,
    Invited,
    Needs,
    Places,
    Question,
    Registration,
    Reply,
    Scan,
    Staff,
)
from events.rules import door as doors
from events.states import ClaimState, Mark
from outbox import actions as outbox
from outbox.actions import subscriptions
from outbox.models import FlaggedAddress, Letter, Subscription
from outbox.newsletter import Publisher
from people import actions as people
from people.models import Person
from people.rules import name_for
from tests.cast import NOW, Cast
from tests.events.test_sign_up import guest, hall, seminar, way

__all__ = ["hall", "seminar"]
pytestmark = pytest.mark.django_db

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
NAME, ADDRESS = "Gunborg Kvistgård", "gunborg@kvistgard.example"
# What Gunborg typed and nobody else would: each is looked for everywhere.
NEEDS = ("Glutenfritt-och-inga-jordnötter", "Hörslinga-nära-scenen")
TYPED = ("Gunna-på-skylten", "Svar-om-resan", "Kan-inte-pga-tandläkaren", "Kvistgårds-egen-firma")


def everywhere(*words: str) -> dict[str, set[str]]:
    """In which tables, files and caches each of these words stands; small and capital letters alike."""
    found: dict[str, set[str]] = {}

    def look(place: str, text: str) -> None:
        for word in words:
            if word.casefold() in text.casefold():
                found.setdefault(word, set()).add(place)

    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values_list():
            look(model._meta.db_table, " ".join(_text(value) for value in row))
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            look("a file", path.read_bytes().decode("utf-8", "replace"))
    return found


def _text(value: Any) -> str:
    """A value as it may be read: JSON with letters instead of their numbers."""
    text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
    return text.encode().decode("unicode_escape", "replace") + text if "\\u" in text else text


@pytest.fixture
def talk(seminar: Event) -> Event:
    """The seminar asks a question whose answers go on 20 November, and calls for abstracts."""
    Question.objects.create(event=seminar, label="Resor?", purpose="Bussen", erase_on=date(2027, 11, 20))
    calls.set_call(
        event=seminar,
        by=None,
        now=NOW,
        opens_at=NOW - HOUR,
        closes_at=NOW + 30 * 24 * HOUR,
        section={"sv": "Sammandrag"},
    )
    return seminar


def abstract_of(event: Event, *, publish: bool = True, accept: bool = True) -> Abstract:
    """Gunborg's abstract with two co-authors, of whom one confirms."""
    row = abstracts.begin(call=event.call, name=NAME, address=ADDRESS, language="sv", now=NOW)
    writers = [
        Writer(NAME, "", "Kvistgårds byrå", True),
        Writer("Medea Svan", "medea@annan.example", "Flens kommun"),
        Writer("Otto Obesvarad", "otto@annan.example"),
    ]
    written = Written("Att stanna kvar", "Vi har prövat.", "sv", None, publish, writers)
    row = abstracts.save(abstract=row, written=written, version=row.version, language="sv", now=NOW)
    row = abstracts.submit(abstract=row, version=row.version, now=NOW)
    abstracts.answer_authorship(author=row.authors.get(order=1), yes=True, now=NOW)
    if accept:
        row = calls.decide(abstract=row, accept=True, by=event.contact, now=NOW)
        outbox.release_batch(batch=Letter.objects.filter(batch__isnull=False)[0].batch, by=event.contact, now=NOW)
    return row


def gunborg(event: Event, places: Places) -> Registration:
    """Gunborg registers, with everything that can be typed, and confirms."""
    question = event.questions.get()
    facts = sign_up.Facts(
        name=NAME,
        email=ADDRESS,
        language="sv",
        employer="Kvistgårds-egen-firma",
        badge_name="Gunna-på-skylten",
        diet=NEEDS[0],
        access=NEEDS[1],
        replies={question.pk: "Svar-om-resan"},
        organisation=event.region.organisations.first(),
    )
    row = sign_up.sign_up(event=event, places=places, facts=facts, now=NOW)
    return sign_up.confirm(registration=row, now=NOW)


def test_a_guest_is_erased_and_figures_and_the_book_stay(
    cast: Cast, talk: Event, hall: Places, client: Client, sign_in: Any, at: Any
) -> None:
    row, abstract = gunborg(talk, hall), abstract_of(talk)
    subscriptions.join(
        publisher=Publisher("region:1", "sormland", {"sv": "Sörmland"}, "Helmi", "s@helmi.example", ["sv"]),
        address=ADDRESS,
        language="sv",
        read_in="sv",
        now=NOW,
    )
    FlaggedAddress.objects.create(address=ADDRESS, flagged_at=NOW)
    sign_up.confirm(registration=guest(talk, hall, 2), now=NOW)
    outbox.send_due(now=NOW + HOUR)
    assert Letter.objects.filter(sent_to=ADDRESS, sent_text__contains="Gunborg").exists()
    # The list as a file, with needs: made when it is asked for and kept nowhere.
    file = sign_in(cast.malin).post(
        reverse("events:registrations_file", args=[talk.pk]), {"form": "csv", "needs": "on", "reason": "Köket frågar"}
    )
    assert NEEDS[0] in file.content.decode()
    # She comes; the one half that she is there gives half the hours.
    start = talk.starts_at
    [morning, _afternoon] = doors.halves_of(talk)
    door.check_in(registration=row, half=morning, here=True, by=cast.malin, now=start)
    Registration.objects.filter(pk=row.pk).update(absence_reason="Kan-inte-pga-tandläkaren")
    before = [(stand.mark, stand.hours, stand.cells, stand.row.organisation) for stand in doors.stands_of(talk, None)]
    assert (Mark.PRESENT, Decimal("3.00")) in [(mark, hours) for mark, hours, _cells, _who in before]

    # 30 days after the day no word of her needs is anywhere.
    assert everywhere(*NEEDS)
    events.erase_needs(now=datetime(2027, 12, 11, 23, tzinfo=UTC))
    assert Needs.objects.filter(claim=row.claim_id).exists()
    events.erase_needs(now=datetime(2027, 12, 12, tzinfo=UTC))
    assert everywhere(*NEEDS) == {}
    assert sign_up.erase_replies(now=datetime(2027, 11, 20, tzinfo=UTC)) == 1
    assert everywhere("Svar-om-resan") == {}

    # 12 months after the event she is gone everywhere, but for the book and the newsletter that she subscribes to.
    assert guests.erase_guests(now=talk.ends_at + YEAR - HOUR) == 0
    seal(now=NOW + YEAR)
    over = talk.ends_at + YEAR
    assert guests.erase_guests(now=over) >= 2, "both guests, and an address of a co-author"
    assert everywhere(*TYPED) == {}
    assert everywhere(NAME, ADDRESS, "Kvistgård", "otto@", "Otto Obesvarad", "medea@") == {
        NAME: {"events_author"},
        "Kvistgård": {"events_author"},
        ADDRESS: {"outbox_subscription"},
    }
    assert first_broken() == ""

    # What stays: the half-days, the hours, the municipality and the place that was taken, of nobody.
    row.refresh_from_db()
    after = [(stand.mark, stand.hours, stand.cells, stand.row.organisation) for stand in doors.stands_of(talk, None)]
    assert sorted(map(str, after)) == sorted(map(str, before))
    assert (row.name, row.badge_name, row.employer, row.absence_reason, row.by) == ("", "", "", "", None)
    assert (row.person.name, row.person.email, row.person.is_active) == ("", None, False)
    assert name_for(row.person, cast.malin) == "Raderad"
    assert Person.objects.filter(erased_at__isnull=False).count() == 3, "nobody's rows do not tell that they are one's"
    hall.refresh_from_db()
    assert hall.sold == Claim.objects.filter(places=hall, state=ClaimState.CONFIRMED).count() == 2
    assert not Letter.objects.filter(about__startswith="events.registration:").exists()
    assert Deed.objects.filter(deed="registered").exists()
    assert not Words.objects.filter(deed__about=f"events.registration:{row.pk}").exists()
    assert Deed.objects.get(deed="guest_erased", codes__abstracts=1).codes["registrations"] == 1
    assert Subscription.objects.get().state == "confirmed"

    # The page of registrations stands, without a name.
    at(over)
    page = sign_in(cast.malin).get(reverse("events:registrations", args=[talk.pk])).content.decode()
    assert "Raderad" in page
    assert "Gunborg" not in page

    # The abstract stands in the book and on the site, with its names; and her link still takes the yes back.
    abstract.refresh_from_db()
    assert [author.name for author in abstract.authors.all()] == [NAME, "Medea Svan"]
    public = reverse("events:public_abstract", args=["sormland", talk.pk, abstract.key])
    assert NAME in Client().get(public).content.decode()
    link = reverse("events:abstract_publish", args=[token_of(abstract)])
    assert client.post(link, {"publish": "no"}).status_code == 302
    assert Client().get(public).status_code == 410
    # Withdrawn, it goes at the clock's next round.
    abstracts.withdraw(abstract=abstract, now=over)
    assert guests.erase_guests(now=over + HOUR) == 1
    assert everywhere(NAME, "Medea Svan") == {}


def test_what_is_not_accepted_and_who_left_go_with_the_guest(cast: Cast, talk: Event, hall: Places) -> None:
    row = gunborg(talk, hall)
    abstract_of(talk, accept=False)
    sign_up.cancel(registration=row, by=cast.malin, reason="Gunborg-ringde-återbud", now=NOW)
    assert everywhere("Gunborg-ringde-återbud")
    guests.erase_guests(now=talk.ends_at + YEAR)
    assert everywhere(NAME, ADDRESS, "Gunborg-ringde-återbud", "Medea Svan", *NEEDS, *TYPED) == {}
    assert not Abstract.objects.exists()
    assert not Registration.objects.exists()
    assert not Person.objects.filter(is_guest=True).exists()
    hall.refresh_from_db()
    assert hall.sold == 0


def test_a_guest_stays_until_a_year_after_the_last_thing_there_is(cast: Cast, talk: Event, hall: Places) -> None:
    row = gunborg(talk, hall)
    Event.objects.filter(pk=talk.pk).update(starts_at=NOW + HOUR, ends_at=NOW + 5 * HOUR)
    later = events.create_event(
        region=cast.sormland,
        kind="seminar",
        title="Senare",
        date=date(2028, 3, 1),
        start_time=datetime(2028, 3, 1, 9).time(),
        end_time=datetime(2028, 3, 1, 15).time(),
        by=cast.malin,
        now=NOW,
    )
    staff = Staff.objects.create(event=later, person=row.person, function="lecturer")
    assert guests.erase_guests(now=NOW + YEAR + 6 * HOUR) == 0
    staff.delete()
    assert guests.erase_guests(now=NOW + YEAR + 6 * HOUR) == 1


def test_addresses_of_coauthors_go_a_year_after_the_event_whoever_the_author_is(cast: Cast, talk: Event) -> None:
    row = Abstract.objects.create(
        call=talk.call, person=cast.tuva, language="sv", title="Egen", created_at=NOW, changed_at=NOW
    )
    for order, (name, confirmed) in enumerate([("Tuva", NOW), ("Medea", NOW), ("Otto", None)]):
        Author.objects.create(
            abstract=row, order=order, name=name, address=f"{name}@annan.example".lower(), confirmed_at=confirmed
        )
    assert guests.erase_guests(now=talk.ends_at + YEAR - HOUR) == 0
    guests.erase_guests(now=talk.ends_at + YEAR)
    assert list(row.authors.values_list("name", "address")) == [("Tuva", "tuva@annan.example"), ("Medea", "")]


def test_needs_of_a_round_go_30_days_after_its_last_day_also_when_it_moves(cast: Cast) -> None:
    cohort = cast.cohort()
    enrolment = cast.enrolment(cohort, cast.tuva)
    last = cohort.days.order_by("event__date").last().event
    until = last.date + timedelta(days=30)
    events.keep_needs(claim=enrolment.claim, diet="Vegan", access="", erase_on=until, by=None, now=NOW)
    wall = {"start_time": last.start_time, "end_time": last.end_time, "reason": "Lokalen", "by": cast.malin, "now": NOW}
    events.move_event(event=last, date=last.date + timedelta(days=7), **wall)
    assert Needs.objects.get().erase_on == until + timedelta(days=7)
    events.move_event(event=last, date=last.date - timedelta(days=14), **wall)
    assert Needs.objects.get().erase_on == until - timedelta(days=7)
    events.cancel_event(event=last, reason="Snö", by=cast.malin, now=NOW)
    assert Needs.objects.get().erase_on == date(2027, 10, 6) + timedelta(days=30)


# ---------- Joined ----------


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def add_address(client: Client, address: str) -> None:
    client.post("/account/email/", {"email": address, "action_add": ""})


def code() -> str:
    found = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    return found[1]


def confirm(client: Client) -> Any:
    return client.post("/account/confirm-email/", {"code": code()}, follow=True)


def test_who_confirms_an_address_gets_what_a_guest_had_there(
    cast: Cast, seminar: Event, hall: Places, sign_in: Any
) -> None:
    row = guest(seminar, hall)
    client = sign_in(cast.tuva)
    add_address(client, "Gast1@Annan.example")
    row.refresh_from_db()
    assert row.person.is_guest, "writing an address down gives nothing"
    page = confirm(client).content.decode()
    assert "Det som är anmält med gast1@annan.example är nu ditt." in page
    row.refresh_from_db()
    assert row.person == cast.tuva
    assert Claim.objects.get().person == cast.tuva
    assert not Person.objects.filter(is_guest=True).exists()
    deed = Deed.objects.get(deed="guest_joined")
    assert (deed.by, deed.about) == (cast.tuva, f"people.person:{cast.tuva.pk}")
    # The link in the letter that went to the guest opens it still, and letters go on.
    assert client.get(f"/r/{own_token(row)}/").status_code == 200
    assert Letter.objects.get(kind="events.confirm").person == cast.tuva


def test_nobody_takes_over_registrations_with_an_address_that_is_not_confirmed(
    cast: Cast, seminar: Event, hall: Places, sign_in: Any
) -> None:
    row = guest(seminar, hall)
    client = sign_in(cast.edvin)
    add_address(client, "gast1@annan.example")
    EmailAddress.objects.create(user=cast.edvin, email="gast1@annan.example", verified=False)
    for wrong in ("AAAAAA", "", "000000"):
        client.post("/account/confirm-email/", {"code": wrong})
    # Neither a new sign-in nor a code sent to the guest's own mailbox helps: a guest has no account.
    client.post("/account/logout/")
    before = len(mail.outbox)
    Client().post("/account/login/code/", {"email": "gast1@annan.example"})
    assert not re.search(r"^\s*[A-Z0-9-]{6,12}\s*$", str(mail.outbox[before].body), re.MULTILINE)
    client.post("/account/login/code/", {"email": "edvin@eskilstuna.example"})
    client.post("/account/login/code/confirm/", {"code": code()})
    assert "_auth_user_id" in client.session
    row.refresh_from_db()
    assert row.person.is_guest
    assert not Deed.objects.filter(deed="guest_joined").exists()


def test_a_sign_in_by_code_heals_what_was_left_with_a_guest(
    cast: Cast, seminar: Event, hall: Places, client: Client
) -> None:
    row = guest(seminar, hall)
    EmailAddress.objects.create(user=cast.tuva, email="gast1@annan.example", verified=True)
    client.post("/account/login/code/", {"email": "GAST1@annan.example"})
    client.post("/account/login/code/confirm/", {"code": code()})
    row.refresh_from_db()
    assert row.person == cast.tuva


def test_the_main_address_of_another_person_is_not_confirmed(cast: Cast, seminar: Event, sign_in: Any) -> None:
    nils = people.register_person(name="Nils Ny", email="nils@flen.example", by=cast.malin, now=NOW)
    client = sign_in(cast.tuva)
    add_address(client, "nils@flen.example")
    page = confirm(client).content.decode()
    assert "Någon annan i Helmi har den adressen." in page
    assert not EmailAddress.objects.filter(user=cast.tuva, email="nils@flen.example", verified=True).exists()
    assert Person.objects.with_address("nils@flen.example").get() == nils


@pytest.mark.parametrize(
    ("own", "theirs", "kept"),
    [("confirmed", "held", "own"), ("waitlisted", "confirmed", "theirs"), ("confirmed", "confirmed", "own")],
)
def test_of_two_registrations_on_one_event_one_place_stays_and_the_other_is_freed(
    cast: Cast, seminar: Event, own: str, theirs: str, kept: str
) -> None:
    full, free = way(seminar, 1), way(seminar, 5)
    if own == "waitlisted":
        sign_up.confirm(registration=guest(seminar, full, 9), now=NOW)
    facts = sign_up.Facts(name="Tuva", email="", language="sv")
    mine = sign_up.sign_up(event=seminar, places=full, facts=facts, person=cast.tuva, now=NOW)
    next_in_line = guest(seminar, full, 8)
    other = guest(seminar, free, 1, diet="Vegan")
    if theirs == "confirmed":
        other = sign_up.confirm(registration=other, now=NOW)
    assert [Claim.objects.get(registration=row).state for row in (mine, other)] == [own, theirs]
    EmailAddress.objects.create(user=cast.tuva, email="gast1@annan.example", verified=True)
    assert people.join_guests(person=cast.tuva, now=NOW) == 1
    row = Registration.objects.get(event=seminar, person=cast.tuva)
    assert row.pk == (mine if kept == "own" else other).pk
    assert row.claim is not None
    assert row.claim.state == ClaimState.CONFIRMED
    assert Needs.objects.get().claim == row.claim
    assert Claim.objects.filter(person=cast.tuva, state__in=["confirmed", "held", "waitlisted"]).count() == 1
    for places in (full, free):
        places.refresh_from_db()
        assert places.sold == Claim.objects.sold().filter(places=places).count()
    assert free.sold == (1 if kept == "theirs" else 0)
    assert Claim.objects.get(registration=next_in_line).state == ClaimState.WAITLISTED
    assert Deed.objects.filter(deed="registrations_joined", about=f"events.registration:{row.pk}").count() == 1
    assert people.join_guests(person=cast.tuva, now=NOW) == 0


def test_a_place_that_joining_frees_is_offered_to_the_next_in_line(cast: Cast, seminar: Event) -> None:
    full = way(seminar, 1)
    other = sign_up.confirm(registration=guest(seminar, full, 1), now=NOW)
    waits = guest(seminar, full, 8)
    facts = sign_up.Facts(name="Tuva", email="", language="sv")
    mine = sign_up.sign_up(event=seminar, places=way(seminar, 5), facts=facts, person=cast.tuva, now=NOW)
    EmailAddress.objects.create(user=cast.tuva, email="gast1@annan.example", verified=True)
    people.join_guests(person=cast.tuva, now=NOW)
    assert not Registration.objects.filter(pk=other.pk).exists()
    assert Registration.objects.get(person=cast.tuva, event=seminar) == mine
    assert Claim.objects.get(registration=waits).state == ClaimState.OFFERED


def test_presence_and_answers_that_only_the_guest_has_move_along(cast: Cast, talk: Event, hall: Places) -> None:
    other = gunborg(talk, hall)
    facts = sign_up.Facts(name="Tuva", email="", language="sv")
    sign_up.sign_up(event=talk, places=hall, facts=facts, person=cast.tuva, now=NOW)
    [morning, _afternoon] = doors.halves_of(talk)
    door.check_in(registration=other, half=morning, here=True, by=cast.malin, now=talk.starts_at)
    Invited.objects.create(event=talk, person=other.person)
    Invited.objects.create(event=talk, person=cast.tuva)
    EmailAddress.objects.create(user=cast.tuva, email=ADDRESS, verified=True)
    people.join_guests(person=cast.tuva, now=talk.ends_at)
    row = Registration.objects.get(event=talk)
    assert row.person == cast.tuva
    assert Attendance.objects.get(registration=row).hours == Decimal("3.00")
    assert Scan.objects.get().registration == row
    assert Reply.objects.get().registration == row
    assert Invited.objects.get().person == cast.tuva
    hall.refresh_from_db()
    assert hall.sold == 1


def test_a_link_to_an_evaluation_opens_the_same_form_when_a_guest_has_become_a_person(
    cast: Cast, seminar: Event, hall: Places
) -> None:
    row = guest(seminar, hall)
    letter = outbox.write(
        kind="events.evaluation",
        key="e1",
        about=seminar,
        scope="",
        now=NOW,
        person=row.person,
        facts={"evaluation": 1, "box": 1, "reader": row.person_id},
    )
    EmailAddress.objects.create(user=cast.tuva, email="gast1@annan.example", verified=True)
    people.join_guests(person=cast.tuva, now=NOW)
    letter.refresh_from_db()
    assert (letter.person, letter.facts["reader"]) == (cast.tuva, row.person_id)
