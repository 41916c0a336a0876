"""From applications to places."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from base import clock
from base.refusal import Refusal
from events.actions import cancel_claim
from events.models import Claim, Needs, Registration
from outbox.actions.sending import build
from outbox.models import Letter
from programmes.actions import selection as actions
from programmes.actions import sides
from programmes.letters.selection import offer_token
from programmes.models import Cohort, Enrolment, Share
from programmes.rules import selection as rules
from tests.cast import DAYS, employment, person

ZONE = ZoneInfo("Europe/Stockholm")
LATER = tuple(day.replace(year=2028) for day in DAYS)
WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 4, 30), "last_entry_on": date(2028, 3, 10)}


def applicants(cast, cohort, unit, count, *, employer="approved", language="sv", minutes=0):
    made = []
    for n in range(count):
        who = person(f"{unit.name} {n:02}", f"p{unit.pk}-{minutes}-{n}@example.org", cast.sormland, language)
        employment(who, unit)
        at = datetime(2027, 4, 10, 8, 0, tzinfo=ZONE) + timedelta(minutes=minutes + n)
        made.append(cast.enrolment(cohort, who, unit, side="applied", employer=employer, applied_at=at))
    return made


@pytest.fixture
def cohort(cast):
    return cast.cohort(number=13, state="selection", capacity=5, days=LATER, guaranteed=1, **WINDOW)


@pytest.fixture
def full(cast, cohort):
    """Eskilstuna 5, Nyköping 3: 8 applicants on 5 seats."""
    return {
        "es": applicants(cast, cohort, cast.barn, 5),
        "nk": applicants(cast, cohort, cast.nyk_barn, 3, language="fi", minutes=30),
    }


def confirm(cohort, by, given=None, reasons=None):
    given = given or rules.proposal(cohort).given
    return actions.confirm_selection(cohort=cohort, given=given, reasons=reasons or {}, by=by, now=clock.now())


def sides_of(rows):
    return [Enrolment.objects.get(pk=row.pk).programme_side for row in rows]


def test_confirming_offers_places_in_the_order_of_applications_and_lines_up_the_rest(cast, cohort, full):
    proposal = rules.proposal(cohort)
    assert proposal.given == {cast.eskilstuna.pk: 3, cast.nykoping.pk: 2, cast.flen.pk: 0}
    confirm(cohort, cast.malin)
    assert sides_of(full["es"]) == ["offered"] * 3 + ["waitlisted"] * 2
    assert sides_of(full["nk"]) == ["offered"] * 2 + ["waitlisted"]
    waiting = Claim.objects.waiting().filter(places=cohort.places)
    assert [claim.person_id for claim in waiting] == [row.person_id for row in [*full["es"][3:], full["nk"][2]]]
    cohort.places.refresh_from_db()
    assert cohort.places.sold == 5
    assert Share.objects.get(cohort=cohort, organisation=cast.eskilstuna).given == 3


def test_everyone_gets_a_letter_in_the_own_language(cast, cohort, full):
    confirm(cohort, cast.malin)
    assert Letter.objects.filter(kind="programmes.offer").count() == 5
    assert Letter.objects.filter(kind="programmes.waiting").count() == 3
    letter = Letter.objects.get(kind="programmes.offer", person=full["nk"][0].person)
    assert letter.language == "fi"
    mail = build(letter)
    [token] = mail.secrets
    assert token in mail.text
    assert token not in mail.masked(mail.text)
    assert "You are offered" not in mail.subject


def test_another_number_needs_a_reason_and_the_sum_must_hold(cast, cohort, full):
    es, nk = cast.eskilstuna.pk, cast.nykoping.pk
    with pytest.raises(rules.ReasonMissing):
        confirm(cohort, cast.malin, {es: 2, nk: 3})
    with pytest.raises(rules.WrongSum):
        confirm(cohort, cast.malin, {es: 3, nk: 3}, {nk: "x"})
    with pytest.raises(rules.MoreThanApplied):
        confirm(cohort, cast.malin, {es: 1, nk: 4}, {nk: "x", es: "y"})
    confirm(cohort, cast.malin, {es: 2, nk: 3}, {es: "Mentor missing", nk: "Mentor missing"})
    assert Share.objects.get(cohort=cohort, organisation=nk).reason == "Mentor missing"
    assert sides_of(full["nk"]) == ["offered"] * 3


def test_a_second_confirmation_is_refused(cast, cohort, full):
    confirm(cohort, cast.malin)
    with pytest.raises(rules.SelectionDone):
        confirm(cohort, cast.malin)


def test_applications_without_the_managers_yes_do_not_count_until_let_in_with_a_reason(cast, cohort, full):
    [late] = applicants(cast, cohort, cast.barn, 1, employer="asked", minutes=-60)
    assert rules.proposal(cohort).split.applicants == 8
    with pytest.raises(rules.IncludeReasonMissing):
        actions.include(enrolment=late, reason=" ", by=cast.malin, now=clock.now())
    actions.include(enrolment=late, reason="The manager is on leave", by=cast.malin, now=clock.now())
    assert rules.proposal(cohort).split.applicants == 9
    confirm(cohort, cast.malin)
    late.refresh_from_db()
    assert (late.programme_side, late.employer_side) == ("offered", "asked")


def test_accepting_registers_on_every_day_and_keeps_needs_until_30_days_after_the_last(cast, cohort, full):
    confirm(cohort, cast.malin)
    one = full["es"][0]
    actions.accept(enrolment=one, diet="Vegan", access="", cannot_days=[3], by=one.person, now=clock.now())
    assert sides_of([one]) == ["enrolled"]
    states = list(
        Registration.objects.filter(person=one.person).order_by("event__date").values_list("state", flat=True)
    )
    assert states == ["registered", "registered", "absence_reported", *["registered"] * 5]
    needs = Needs.objects.get(claim__person=one.person)
    assert (needs.diet, needs.erase_on) == ("Vegan", LATER[-1] + timedelta(days=30))
    with pytest.raises(rules.NoOffer):
        actions.accept(enrolment=one, by=one.person, now=clock.now())


def test_a_declined_place_goes_to_the_next_in_line(cast, cohort, full):
    confirm(cohort, cast.malin)
    actions.decline(enrolment=full["es"][0], by=None, now=clock.now())
    assert sides_of([full["es"][0], full["es"][3], full["es"][4]]) == ["withdrawn", "offered", "waitlisted"]
    assert Letter.objects.filter(kind="programmes.offer", person=full["es"][3].person).count() == 1


def test_an_unanswered_offer_lapses_after_the_working_days_and_goes_on(cast, cohort, full, at):
    confirm(cohort, cast.malin)  # Friday 16 April 2027, five working days
    claim = Claim.objects.get(person=full["es"][0].person)
    assert claim.expires_at == datetime(2027, 4, 23, 20, 0, tzinfo=ZONE)
    assert actions.lapse_due(at("2027-04-23 19:59")) == 0
    assert actions.lapse_due(at("2027-04-23 20:00")) == 5
    assert sides_of(full["es"][:4]) == ["withdrawn"] * 3 + ["offered"]
    assert Letter.objects.filter(kind="programmes.offer_over").count() == 5
    with pytest.raises(Refusal):
        actions.accept(enrolment=full["es"][0], by=None, now=clock.now())
    assert actions.lapse_due(clock.now()) == 0


def test_after_the_last_entry_day_freed_seats_are_not_offered(cast, cohort, full):
    confirm(cohort, cast.malin)
    Cohort.objects.filter(pk=cohort.pk).update(last_entry_on=date(2027, 4, 15))
    actions.decline(enrolment=full["es"][0], by=None, now=clock.now())
    assert sides_of([full["es"][3]]) == ["waitlisted"]


def test_selection_is_skipped_while_applications_do_not_exceed_the_seats(cast, at):
    cohort = cast.cohort(number=13, state="open", capacity=5, days=LATER, **WINDOW)
    approved = applicants(cast, cohort, cast.barn, 3)
    pending = applicants(cast, cohort, cast.barn, 1, employer="asked", minutes=60)
    assert actions.close_due(at("2027-04-30 23:59")) == 0
    assert actions.close_due(at("2027-05-01 00:00")) == 1
    cohort.refresh_from_db()
    assert cohort.state == "selection"
    assert cohort.selection_confirmed_at is not None
    assert sides_of(approved) == ["offered"] * 3
    assert sides_of(pending) == ["applied"]
    sides.change(enrolment=pending[0], side="employer", after="approved", by=cast.stina, now=clock.now())
    actions.consider(enrolment=pending[0], by=None, now=clock.now())
    assert sides_of(pending) == ["offered"]


def test_with_more_applications_than_seats_the_coordinator_decides(cast, at):
    cohort = cast.cohort(number=13, state="open", capacity=2, days=LATER, guaranteed=0, **WINDOW)
    rows = applicants(cast, cohort, cast.barn, 3)
    actions.close_due(at("2027-05-01 08:00"))
    cohort.refresh_from_db()
    assert (cohort.state, cohort.selection_confirmed_at) == ("selection", None)
    assert sides_of(rows) == ["applied"] * 3


def test_a_programme_that_gives_places_as_they_come_lines_up_when_full(cast):
    programme = cast.programme(first_come=True)
    cohort = cast.cohort(programme, number=13, state="open", capacity=2, days=LATER, **WINDOW)
    rows = applicants(cast, cohort, cast.barn, 3)
    for row in rows:
        actions.consider(enrolment=row, by=None, now=clock.now())
    assert sides_of(rows) == ["offered", "offered", "waitlisted"]


def test_who_still_waits_after_the_last_entry_day_stands_first_in_the_next_round(cast, full, cohort, at):
    confirm(cohort, cast.malin)
    following = cast.cohort(
        number=14,
        state="open",
        capacity=2,
        days=tuple(day.replace(year=2029) for day in DAYS),
        guaranteed=0,
        previous=cohort,
        opens_on=date(2027, 4, 1),
        closes_on=date(2028, 4, 30),
        last_entry_on=None,
    )
    assert actions.carry_due(clock.now()) == 0  # places are still offered in round 13
    new = applicants(cast, following, cast.nyk_barn, 2, minutes=-600)
    assert actions.carry_due(at("2028-03-11 09:00")) == 3
    carried = list(following.enrolments.filter(carried_from__isnull=False).order_by("pk"))
    assert [row.person_id for row in carried] == [row.person_id for row in [*full["es"][3:], full["nk"][2]]]
    assert sides_of(full["es"][3:]) == ["withdrawn"] * 2
    assert list(following.enrolments.counting().in_line())[:3] == carried
    assert list(following.enrolments.counting().in_line())[3:] == new
    assert actions.carry_due(clock.now()) == 0


# ---------- Pages ----------


def test_the_page_shows_both_steps_and_nothing_goes_before_the_check(cast, cohort, full, sign_in):
    client = sign_in(cast.malin)
    page = client.get(reverse("programmes:seats", args=[cohort.pk]))
    assert page.status_code == 200
    es, nk, fl = cast.eskilstuna.pk, cast.nykoping.pk, cast.flen.pk
    data = {
        f"given_{es}": 3,
        f"given_{nk}": 2,
        f"given_{fl}": 0,
        f"reason_{es}": "",
        f"reason_{nk}": "",
        f"reason_{fl}": "",
    }
    check = client.post(reverse("programmes:seats_check", args=[cohort.pk]), data)
    assert check.status_code == 200
    assert len(check.context["offer_letters"]) == 2
    assert not Letter.objects.exists()
    wrong = client.post(reverse("programmes:seats_check", args=[cohort.pk]), {**data, f"given_{es}": 2})
    assert wrong.status_code == 422
    too_many = client.post(reverse("programmes:seats_check", args=[cohort.pk]), {**data, f"given_{fl}": 9})
    assert list(too_many.context["form"].errors) == [f"given_{fl}"]
    back = client.post(reverse("programmes:seats_check", args=[cohort.pk]), {**data, "change": "yes"})
    assert back.status_code == 200
    assert str(back.context["form"][f"given_{es}"].value()) == str(data[f"given_{es}"])
    done = client.post(reverse("programmes:seats_check", args=[cohort.pk]), {**data, "confirm": "yes"})
    assert done.status_code == 302
    assert Letter.objects.count() == 8
    again = client.post(reverse("programmes:seats_check", args=[cohort.pk]), {**data, "confirm": "yes"})
    assert again.status_code == 422
    assert client.get(reverse("programmes:seats", args=[cohort.pk])).status_code == 200


def test_an_offer_is_answered_by_the_link_without_signing_in(cast, cohort, full, client):
    confirm(cohort, cast.malin)
    one = Enrolment.objects.get(pk=full["es"][0].pk)
    address = reverse("programmes:offer", args=[offer_token(one, 1)])
    assert client.get(address).status_code == 200
    assert sides_of([one]) == ["offered"]
    assert client.post(address, {"diet": "x" * 400}).status_code == 422
    assert client.post(address, {"diet": "", "access": "", "cannot_days": ["1"]}).status_code == 302
    assert sides_of([one]) == ["enrolled"]
    assert client.get(address).context["has_place"]
    assert client.post(address, {"decline": "yes"}).status_code == 200
    assert sides_of([one]) == ["enrolled"]


def test_an_offer_is_declined_with_one_click(cast, cohort, full, client):
    confirm(cohort, cast.malin)
    one = Enrolment.objects.get(pk=full["es"][0].pk)
    address = reverse("programmes:offer", args=[offer_token(one, 1)])
    assert client.post(address, {"decline": "yes"}).status_code == 302
    assert sides_of([one]) == ["withdrawn"]
    assert client.get(address).status_code == 200


def test_an_altered_link_and_one_of_another_offer_open_nothing(cast, cohort, full, client):
    confirm(cohort, cast.malin)
    one = Enrolment.objects.get(pk=full["es"][0].pk)
    assert client.get(reverse("programmes:offer", args=[offer_token(one, 1) + "x"])).status_code == 404
    assert client.get(reverse("programmes:offer", args=[offer_token(one, 2)])).status_code == 410


def test_an_offer_is_answered_signed_in_by_its_person_alone(cast, cohort, sign_in):
    mine = cast.enrolment(cohort, cast.tuva, side="offered")
    address = reverse("programmes:answer_offer", args=[mine.pk])
    assert sign_in(cast.outsider).get(address).status_code == 404
    assert sign_in(cast.stina).get(address).status_code == 404
    assert sign_in(cast.tuva).get(address).status_code == 200


@pytest.mark.parametrize("who", ["vera", "tuva", "stina", "outsider"])
def test_outsiders_do_not_find_the_selection(cast, cohort, full, sign_in, who):
    client = sign_in(getattr(cast, who))
    for name in ("seats", "cohort", "days", "cohort_participants", "cohort_letters", "decision", "capacity"):
        assert client.get(reverse(f"programmes:{name}", args=[cohort.pk])).status_code == 404, name
    assert client.post(reverse("programmes:seats_check", args=[cohort.pk]), {"confirm": "1"}).status_code == 404
    assert client.get(reverse("programmes:include", args=[full["es"][0].pk])).status_code == 404


def test_a_seat_that_became_free_in_any_way_is_offered_by_the_clock(cast, cohort, full):
    confirm(cohort, cast.malin)
    gone = Enrolment.objects.get(pk=full["es"][0].pk)
    cancel_claim(claim=gone.claim, by=None, now=clock.now())
    sides.change(enrolment=gone, side="programme", after="withdrawn", by=None, now=clock.now())
    assert actions.offer_free(clock.now()) == 1
    assert sides_of([full["es"][3]]) == ["offered"]
    assert actions.offer_free(clock.now()) == 0
