"""Places are given once, the line is kept, and only a person with a reason exceeds a number."""

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Deed
from events import actions, rules
from events.models import Claim, Needs, Places
from events.states import FOLLOWS, LIVE, SOLD, ClaimState
from tests.cast import NOW, person

LATER = NOW + timedelta(days=5)


@pytest.fixture
def crowd(cast):
    """Somebody to take places: `crowd(n)` people."""
    return lambda n, name="Person": [
        person(f"{name} {i}", f"{name.lower()}{i}@helmi.example", cast.sormland) for i in range(n)
    ]


def places(cast, capacity=2, **facts):
    return actions.open_places(region=cast.sormland, capacity=capacity, label="prov", **facts)


def take(row, who, **facts):
    return actions.claim_place(places=row, person=who, by=who, now=NOW, **facts)


def line(row):
    return [claim.person.name for claim in Claim.objects.waiting().filter(places=row)]


def sold(row):
    """The counter, after checking it against the claims it counts."""
    row.refresh_from_db()
    assert row.sold == Claim.objects.filter(places=row, state__in=SOLD).count()
    return row.sold


def test_places_are_given_until_they_are_gone_and_then_the_line_begins(cast, crowd):
    row, people = places(cast, 2), crowd(5)
    claims = [take(row, who) for who in people]
    assert [claim.state for claim in claims] == ["confirmed"] * 2 + ["waitlisted"] * 3
    assert [claim.position for claim in claims[2:]] == [1, 2, 3]
    assert sold(row) == 2


def test_without_a_number_there_is_always_a_place(cast, crowd):
    row = places(cast, None)
    assert {take(row, who).state for who in crowd(4)} == {"confirmed"}
    assert sold(row) == 4


def test_nobody_has_two_claims_on_the_same_places(cast):
    row = places(cast)
    take(row, cast.tuva)
    with pytest.raises(rules.AlreadyClaimed):
        take(row, cast.tuva)
    with pytest.raises(rules.AlreadyClaimed):
        actions.join_waiting_list(places=row, person=cast.tuva, by=None, now=NOW)
    with pytest.raises(rules.AlreadyClaimed):
        actions.give_offer(places=row, person=cast.tuva, expires_at=LATER, by=None, now=NOW)
    assert sold(row) == 1


def test_a_newcomer_does_not_overtake_those_who_wait_for_a_freed_place(cast, crowd):
    row, people = places(cast, 1), crowd(6)
    first = take(row, people[0])
    for who in people[1:5]:
        take(row, who)
    actions.cancel_claim(claim=first, by=people[0], now=NOW)
    assert sold(row) == 0
    late = take(row, people[5])
    assert (late.state, late.position) == ("waitlisted", 5)
    assert sold(row) == 0


def test_a_freed_place_is_offered_to_the_first_in_line_and_held_while_the_offer_runs(cast, crowd):
    row, people = places(cast, 1), crowd(3)
    first = take(row, people[0])
    second, third = take(row, people[1]), take(row, people[2])
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW) is None
    actions.cancel_claim(claim=first, by=people[0], now=NOW)
    offered = actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW)
    assert (offered, offered.state, offered.offers, offered.expires_at) == (second, "offered", 1, LATER)
    assert sold(row) == 1
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW) is None
    declined = actions.decline_offer(claim=second, by=people[1], now=NOW)
    assert declined.state == "declined"
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW) == third
    assert actions.accept_offer(claim=third, by=people[2], now=NOW).state == "confirmed"
    assert sold(row) == 1


def test_an_offer_that_is_not_answered_lapses_and_its_place_is_free(cast, crowd):
    row, people = places(cast, 1), crowd(1)
    claim = actions.give_offer(places=row, person=people[0], expires_at=LATER, by=cast.malin, now=NOW)
    assert list(Claim.objects.lapsing(LATER)) == [claim]
    with pytest.raises(rules.NotPossibleNow):
        actions.lapse_offer(claim=claim, now=NOW)
    with pytest.raises(rules.OfferOver):
        actions.accept_offer(claim=claim, by=people[0], now=LATER)
    assert actions.lapse_offer(claim=claim, now=LATER).state == "lapsed"
    assert actions.lapse_offer(claim=claim, now=LATER).state == "lapsed"
    assert sold(row) == 0
    with pytest.raises(rules.OfferOver):
        actions.accept_offer(claim=claim, by=people[0], now=NOW)


def test_accepting_and_declining_twice_is_once(cast):
    row = places(cast, 2)
    one = actions.give_offer(places=row, person=cast.tuva, expires_at=LATER, by=cast.malin, now=NOW)
    two = actions.give_offer(places=row, person=cast.edvin, expires_at=LATER, by=cast.malin, now=NOW)
    for _again in range(2):
        actions.accept_offer(claim=one, by=cast.tuva, now=NOW)
        actions.decline_offer(claim=two, by=cast.edvin, now=NOW)
    assert sold(row) == 1
    assert Deed.objects.filter(deed__in=["offer_accepted", "offer_declined"]).count() == 2


def test_offers_are_refused_when_nothing_is_free(cast):
    row = places(cast, 1)
    take(row, cast.tuva)
    with pytest.raises(rules.PlacesFull):
        actions.give_offer(places=row, person=cast.edvin, expires_at=LATER, by=cast.malin, now=NOW)
    assert not Claim.objects.filter(person=cast.edvin).exists()


@pytest.mark.parametrize("over", ["offers_until", "starts_at"])
def test_nothing_is_offered_after_the_last_entry_day_or_the_start(cast, over):
    row = places(cast, 1, **{over: NOW})
    actions.join_waiting_list(places=row, person=cast.tuva, by=None, now=NOW)
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW) is None
    with pytest.raises(rules.OffersEnded):
        actions.give_offer(places=row, person=cast.edvin, expires_at=LATER, by=None, now=NOW)
    assert sold(row) == 0
    earlier = NOW - timedelta(seconds=1)
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=earlier) is not None


def test_who_is_carried_over_stands_before_all_others_in_the_order_they_came(cast, crowd):
    row, people = places(cast, 0), crowd(3, "Ny")
    for who in people:
        take(row, who)
    for who in crowd(3, "Gammal"):
        actions.join_waiting_list(places=row, person=who, by=None, now=NOW, first=True)
    take(row, cast.tuva)
    assert line(row) == ["Gammal 0", "Gammal 1", "Gammal 2", "Ny 0", "Ny 1", "Ny 2", "Tuva Ljungdahl"]


def test_who_declined_can_join_the_line_again_at_its_end(cast, crowd):
    row = places(cast, 1)
    claim = actions.give_offer(places=row, person=cast.tuva, expires_at=LATER, by=None, now=NOW)
    actions.decline_offer(claim=claim, by=cast.tuva, now=NOW)
    take(row, cast.edvin)
    take(row, crowd(1)[0])
    again = actions.join_waiting_list(places=row, person=cast.tuva, by=cast.tuva, now=NOW)
    assert (again.pk, again.position) == (claim.pk, 2)
    actions.cancel_claim(claim=Claim.objects.get(person=cast.edvin), by=None, now=NOW)
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW).person != cast.tuva


def test_a_held_place_is_confirmed_in_time_or_lapses(cast):
    row = places(cast, 2)
    soon = NOW + timedelta(hours=24)
    one, two = take(row, cast.tuva, hold_until=soon), take(row, cast.edvin, hold_until=soon)
    assert (one.state, sold(row)) == ("held", 2)
    assert actions.confirm_claim(claim=one, by=cast.tuva, now=NOW).state == "confirmed"
    with pytest.raises(rules.OfferOver):
        actions.confirm_claim(claim=two, by=cast.edvin, now=soon)
    actions.lapse_offer(claim=two, now=soon)
    assert sold(row) == 1


def test_the_number_changes_with_a_reason_that_is_kept_and_not_below_what_is_taken(cast, crowd):
    row, people = places(cast, 2), crowd(3)
    for who in people:
        take(row, who)
    with pytest.raises(rules.ReasonNeeded):
        actions.change_capacity(places=row, capacity=3, reason="  ", by=cast.malin, now=NOW)
    with pytest.raises(rules.FewerThanTaken, match="2"):
        actions.change_capacity(places=row, capacity=1, reason="Mindre sal", by=cast.malin, now=NOW)
    change = actions.change_capacity(places=row, capacity=3, reason="Större sal", by=cast.malin, now=NOW)
    assert (change.before, change.after, change.reason, change.by) == (2, 3, "Större sal", cast.malin)
    deed = Deed.objects.get(deed="capacity_changed")
    assert (deed.by, deed.codes["after"], deed.words.text) == (cast.malin, 3, {"reason": "Större sal"})
    assert actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW).person == people[2]


@pytest.mark.parametrize("before", ClaimState.values)
@pytest.mark.parametrize(
    ("deed", "after"),
    [
        ("accept_offer", "confirmed"),
        ("decline_offer", "declined"),
        ("lapse_offer", "lapsed"),
        ("cancel_claim", "cancelled"),
    ],
)
def test_a_claim_goes_only_where_its_state_leads(cast, before, deed, after):
    row = places(cast, 5)
    waiting = before == ClaimState.WAITLISTED
    claim = Claim.objects.create(
        places=row,
        person=cast.tuva,
        state=before,
        position=1 if waiting else None,
        expires_at=LATER,
        created_at=NOW,
        changed_at=NOW,
    )
    if before in SOLD:
        Places.objects.filter(pk=row.pk).update(sold=1)
    now = LATER if deed == "lapse_offer" else NOW
    facts = {"claim": claim, "now": now} if deed == "lapse_offer" else {"claim": claim, "by": None, "now": now}
    with contextlib.suppress(rules.Refusal):
        getattr(actions, deed)(**facts)
    claim.refresh_from_db()
    assert claim.state == before or claim.state in FOLLOWS[before]
    if deed == "cancel_claim" and before in LIVE:
        assert claim.state == after
    sold(row)


@pytest.mark.parametrize("full", [False, True])
def test_from_lock_to_commit_there_are_few_statements(cast, full):
    row = places(cast, 0 if full else 5)
    with CaptureQueriesContext(connection) as queries:
        take(row, cast.tuva)
    ours = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(ours) <= 6, ours  # two remain for a letter


def test_needs_are_kept_with_the_claim_and_erased_everywhere_when_their_day_comes(cast):
    row = places(cast)
    claim = take(row, cast.tuva)
    actions.keep_needs(
        claim=claim, diet=" glutenfritt ", access="hörslinga", erase_on=date(2027, 12, 3), by=cast.tuva, now=NOW
    )
    assert (claim.needs.diet, claim.needs.access) == ("glutenfritt", "hörslinga")
    assert "glutenfritt" not in str([(d.codes, getattr(d, "words", None)) for d in Deed.objects.all()])
    assert actions.erase_needs(now=datetime(2027, 12, 2, 23, tzinfo=UTC)) == 0
    assert actions.erase_needs(now=datetime(2027, 12, 3, 0, 1, tzinfo=UTC)) == 1
    assert not Needs.objects.exists()


def test_needs_that_are_emptied_are_not_kept(cast):
    claim = take(places(cast), cast.tuva)
    for diet in ("vegan", ""):
        actions.keep_needs(claim=claim, diet=diet, access="", erase_on=date(2027, 12, 3), by=cast.tuva, now=NOW)
    assert not Needs.objects.exists()
