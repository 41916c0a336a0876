"""The waiting list of an event's own places: parties, places kept back, whose turn it is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from audit.models import Deed
from events import actions, rules
from events.models import Claim, Party, Places, Reserve
from events.states import ClaimState, EventKind, Policy
from tests.cast import NOW, organisation, person

LATER = NOW + timedelta(days=60)


@pytest.fixture
def crowd(cast):
    return [person(f"Person {i}", f"crowd{i}@helmi.example", cast.sormland) for i in range(12)]


@pytest.fixture
def seminar(cast):
    """A published seminar; `ways` are made by the tests."""
    event = actions.create_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx"},
        date=date(2027, 11, 12),
        start_time=time(9, 30),
        end_time=time(15, 30),
        by=cast.malin,
        now=NOW,
    )
    return actions.publish_event(event=event, by=cast.malin, now=NOW)


def way(seminar, capacity, **facts):
    row = actions.open_places(region=seminar.region, capacity=capacity, starts_at=seminar.starts_at)
    Places.objects.filter(pk=row.pk).update(event=seminar, **facts)
    row.refresh_from_db()
    return row


def take(row, who, **facts):
    return actions.claim_place(places=row, person=who, by=who, now=NOW, **facts)


def party(row, people, together=None, organisation=None):
    return actions.claim_party(
        places=row, people=[(who, organisation) for who in people], by=people[0], now=NOW, together=together
    )


def states(claims):
    return [Claim.objects.get(pk=claim.pk).state for claim in claims]


def line(row):
    return [claim.person.name for claim in Claim.objects.waiting().filter(places=row).select_related("person")]


def test_a_party_that_fits_gets_its_places_at_once(seminar, crowd):
    row = way(seminar, 5)
    assert [claim.state for claim in party(row, crowd[:3])] == ["confirmed"] * 3
    row.refresh_from_db()
    assert row.sold == 3


def test_a_party_that_does_not_fit_is_asked_and_nothing_is_taken_meanwhile(seminar, crowd):
    row = way(seminar, 90)
    Places.objects.filter(pk=row.pk).update(sold=89)
    with pytest.raises(rules.PartyDoesNotFit) as refused:
        party(row, crowd[:3])
    assert (refused.value.free, refused.value.asked) == (1, 3)
    row.refresh_from_db()
    assert row.sold == 89
    assert not Claim.objects.filter(places=row).exists()
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("together", "after"), [(False, ["confirmed", "waitlisted", "waitlisted"]), (True, ["waitlisted"] * 3)]
)
def test_one_now_and_two_wait_or_all_wait_together(seminar, crowd, together, after):
    row = way(seminar, 90)
    Places.objects.filter(pk=row.pk).update(sold=89)
    assert [claim.state for claim in party(row, crowd[:3], together=together)] == after
    row.refresh_from_db()
    assert row.sold == 89 + after.count("confirmed")
    assert len(line(row)) == after.count("waitlisted")


def test_a_party_does_not_overtake_who_waits_already(seminar, crowd):
    row = way(seminar, 2)
    for who in crowd[:3]:
        first = take(row, who)
    actions.cancel_claim(claim=Claim.objects.filter(places=row, state="confirmed").first(), by=None, now=NOW)
    claims = party(row, crowd[4:6], together=False)
    assert [claim.state for claim in claims] == ["waitlisted"] * 2
    assert line(row)[0] == first.person.name


def test_freed_places_are_offered_in_order_until_none_is_free(seminar, crowd):
    row = way(seminar, 2)
    claims = [take(row, who) for who in crowd[:5]]
    assert actions.offer_freed(places=row, now=NOW) == []
    for claim in claims[:2]:
        actions.cancel_claim(claim=claim, by=None, now=NOW)
    offered = actions.offer_freed(places=row, now=NOW)
    assert [claim.pk for claim in offered] == [claims[2].pk, claims[3].pk]
    assert states(claims[2:]) == ["offered", "offered", "waitlisted"]
    assert actions.offer_freed(places=row, now=NOW) == []


def test_a_party_that_comes_only_together_is_offered_when_all_fit_and_nobody_passes_it(seminar, crowd):
    row = way(seminar, 3)
    here = [take(row, who) for who in crowd[:3]]
    group = party(row, crowd[3:5], together=True)
    alone = take(row, crowd[5])
    actions.cancel_claim(claim=here[0], by=None, now=NOW)
    assert actions.offer_freed(places=row, now=NOW) == []
    assert states([*group, alone]) == ["waitlisted"] * 3
    actions.cancel_claim(claim=here[1], by=None, now=NOW)
    assert {claim.pk for claim in actions.offer_freed(places=row, now=NOW)} == {claim.pk for claim in group}
    assert states([*group, alone]) == ["offered", "offered", "waitlisted"]


def test_balanced_gives_the_next_place_to_the_organisation_that_has_fewest(seminar, crowd):
    many, few = organisation("Stora"), organisation("Lilla")
    row = way(seminar, 3, policy=Policy.BALANCED)
    here = [take(row, who, organisation=many) for who in crowd[:3]]
    earlier, later = take(row, crowd[3], organisation=many), take(row, crowd[4], organisation=few)
    actions.cancel_claim(claim=here[0], by=None, now=NOW)
    assert [claim.pk for claim in actions.offer_freed(places=row, now=NOW)] == [later.pk]
    actions.cancel_claim(claim=here[1], by=None, now=NOW)
    assert [claim.pk for claim in actions.offer_freed(places=row, now=NOW)] == [earlier.pk]


def test_by_hand_nothing_is_offered_by_itself(seminar, crowd):
    row = way(seminar, 1, policy=Policy.BY_HAND)
    here, waits = take(row, crowd[0]), take(row, crowd[1])
    actions.cancel_claim(claim=here, by=None, now=NOW)
    assert actions.offer_freed(places=row, now=NOW) == []
    assert states([waits]) == ["waitlisted"]


@pytest.mark.parametrize("field", ["offers_until", "starts_at"])
def test_nothing_is_offered_when_registration_is_closed_or_the_event_has_begun(seminar, crowd, field):
    row = way(seminar, 1)
    here, waits = take(row, crowd[0]), take(row, crowd[1])
    Places.objects.filter(pk=row.pk).update(**{field: NOW})
    actions.cancel_claim(claim=here, by=None, now=NOW)
    assert actions.offer_freed(places=row, now=NOW) == []
    assert states([waits]) == ["waitlisted"]


def test_nothing_is_offered_on_a_cancelled_event(cast, seminar, crowd):
    row = way(seminar, 1)
    here, _waits = take(row, crowd[0]), take(row, crowd[1])
    actions.cancel_event(event=seminar, reason="Storm", by=cast.malin, now=NOW)
    actions.cancel_claim(claim=here, by=None, now=NOW)
    assert actions.offer_freed(places=row, now=NOW) == []


def test_an_offer_on_a_friday_afternoon_lapses_on_tuesday_evening(cast, seminar, crowd):
    friday = datetime(2026, 10, 2, 13, 0, tzinfo=UTC)  # 15.00 in Stockholm
    row = way(seminar, 1)
    here, _waits = take(row, crowd[0]), take(row, crowd[1])
    actions.cancel_claim(claim=here, by=None, now=friday)
    [claim] = actions.offer_freed(places=row, now=friday)
    assert claim.expires_at == datetime(2026, 10, 6, 18, 0, tzinfo=UTC)  # 20.00


def test_places_kept_back_are_taken_only_by_whom_they_are_kept_for(cast, seminar, crowd):
    row = way(seminar, 3)
    reserve = actions.reserve_places(
        places=row, number=2, whom="Föreläsare", release_at=NOW + timedelta(days=10), by=cast.malin, now=NOW
    )
    assert take(row, crowd[0]).state == ClaimState.CONFIRMED
    assert take(row, crowd[1]).state == ClaimState.WAITLISTED
    mine = take(row, crowd[2], reserve=reserve)
    assert mine.state == ClaimState.CONFIRMED
    row.refresh_from_db()
    reserve.refresh_from_db()
    assert (row.sold, row.reserved, row.free, reserve.taken) == (2, 1, 0, 1)

    actions.cancel_claim(claim=mine, by=None, now=NOW)
    row.refresh_from_db()
    reserve.refresh_from_db()
    assert (row.sold, row.reserved, row.free, reserve.taken) == (1, 2, 0, 0)


def test_more_than_is_kept_back_stands_in_line_like_everybody(cast, seminar, crowd):
    row = way(seminar, 1)
    reserve = actions.reserve_places(
        places=row, number=1, whom="Föreläsare", release_at=NOW + timedelta(days=10), by=cast.malin, now=NOW
    )
    assert take(row, crowd[0], reserve=reserve).state == ClaimState.CONFIRMED
    assert take(row, crowd[1], reserve=reserve).state == ClaimState.WAITLISTED


def test_what_is_left_is_free_for_all_when_its_day_comes_and_goes_to_the_line_first(cast, seminar, crowd):
    row = way(seminar, 2)
    reserve = actions.reserve_places(
        places=row, number=2, whom="Föreläsare", release_at=NOW + timedelta(days=10), by=cast.malin, now=NOW
    )
    mine, waits = take(row, crowd[0], reserve=reserve), take(row, crowd[1])
    assert actions.release_reserve(reserve=reserve, by=None, now=NOW) == 1
    assert actions.release_reserve(reserve=reserve, by=None, now=NOW) == 0
    assert [claim.pk for claim in actions.offer_freed(places=row, now=NOW)] == [waits.pk]
    actions.cancel_claim(claim=mine, by=None, now=NOW)  # after the release the place is everybody's
    row.refresh_from_db()
    assert (row.sold, row.reserved, row.free) == (1, 0, 1)
    assert Deed.objects.filter(deed="places_released").count() == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"number": 4, "whom": "Gäster"}, rules.TooManyReserved),
        ({"number": 1}, rules.ReservedForNobody),
        ({"number": 1, "whom": "Gäster", "release_at": datetime(2027, 11, 12, 12, tzinfo=UTC)}, rules.ReleaseTooLate),
    ],
)
def test_places_are_kept_back_for_somebody_while_they_are_free_and_until_before_the_start(
    cast, seminar, facts, refusal
):
    row = way(seminar, 3)
    with pytest.raises(refusal):
        actions.reserve_places(places=row, by=cast.malin, now=NOW, **{"release_at": NOW + timedelta(days=10), **facts})
    assert not Reserve.objects.exists()


def test_the_number_of_places_does_not_fall_below_what_is_kept_back(cast, seminar, crowd):
    row = way(seminar, 3)
    actions.reserve_places(
        places=row, number=2, whom="Gäster", release_at=NOW + timedelta(days=10), by=cast.malin, now=NOW
    )
    take(row, crowd[0])
    row.refresh_from_db()
    with pytest.raises(rules.FewerThanTaken):
        actions.change_capacity(places=row, capacity=2, reason="Mindre sal", by=cast.malin, now=NOW)


def test_a_guest_has_a_day_to_confirm_and_four_hours_near_the_start(seminar):
    near = seminar.starts_at - timedelta(hours=71)
    assert rules.guest_limit(starts_at=seminar.starts_at, now=NOW) == NOW + timedelta(hours=24)
    assert rules.guest_limit(starts_at=seminar.starts_at, now=near) == near + timedelta(hours=4)
