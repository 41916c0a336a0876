"""Mentors: who can be whose, the proposal and its letters, the answer, the next one; and who sees it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from outbox.actions import undo_release
from outbox.actions.sending import build
from outbox.models import Batch, Letter
from people.models import ClosedPeriod, Employment
from programmes.actions import mentoring as actions
from programmes.actions.cohorts import change_programme
from programmes.letters import mentoring as letters
from programmes.models import Mentor, Mentorship
from programmes.rules import mentoring as rules
from programmes.rules import todos
from tests.cast import LONG_AGO, NOW, employment, person, role

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def in_pool(who: Any, region: Any, **facts: Any) -> Any:
    facts = {"languages": ["sv"], "valid_from": LONG_AGO, "added_at": NOW, **facts}
    return Mentor.objects.create(person=who, region=region, **facts)


@pytest.fixture
def mentors(cast: Any) -> Any:
    """The running round with mentors of the same municipality; Tuva takes part, Leila and Rut are in the pool."""
    programme = cast.programme()
    programme.mentor_kind = "local"
    programme.save()
    cohort = cast.cohort()
    cast.made["row"] = cast.enrolment(cohort, cast.tuva)
    cast.made["rut"] = person("Rut Ek", "rut@eskilstuna.example", cast.sormland, phone="070-1")
    employment(cast.rut, cast.mottagning, since=LONG_AGO)
    cast.made["leila_m"] = in_pool(cast.leila, cast.sormland)
    cast.made["rut_m"] = in_pool(cast.rut, cast.sormland)
    return cohort


def more(cast: Any, cohort: Any, count: int, unit: Any = None) -> list[Any]:
    """Others in the round without a mentor."""
    rows = []
    for n in range(count):
        who = person(f"Deltagare {n}", f"d{n}@eskilstuna.example", cast.sormland)
        employment(who, unit or cast.barn)
        rows.append(cast.enrolment(cohort, who))
    return rows


def pair(row: Any, mentor: Any, state: str = "proposed", **facts: Any) -> Any:
    if state in ("agreed", "active"):
        facts.setdefault("agreed_at", NOW)
    return Mentorship.objects.create(enrolment=row, mentor=mentor, state=state, nonce="n", created_at=NOW, **facts)


def why(mentor: Any, row: Any) -> Any:
    return rules.why_not_pair(mentor, row, day=TODAY)


def ask(cast: Any, cohort: Any, now: Any = NOW, **choices: Any) -> Any:
    return actions.propose(
        cohort=cohort, choices=choices.get("choices") or {cast.row.pk: cast.leila_m.pk}, by=cast.malin, now=now
    )


def leave(letter: Any, at: Any = NOW) -> None:
    """As if the letter had been sent, and the clock had gone by."""
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=at)
    actions.keep_proposals(at)


def asked(cast: Any, cohort: Any) -> Any:
    """A proposal to Leila whose letter has left."""
    ask(cast, cohort)
    leave(Letter.objects.get(kind=letters.ASKED))
    return Mentorship.objects.get(mentor=cast.leila_m)


def page_of(cohort: Any) -> str:
    return f"/programmes/cohorts/{cohort.pk}/mentors/"


# ---------- Who can be whose ----------


def test_men_1_a_mentor_with_three_of_three_has_no_room_and_may_raise_the_number_to_five(
    cast: Any, mentors: Any
) -> None:
    first, second, third, fourth = more(cast, mentors, 4)
    for row in (first, second, third):
        pair(row, cast.rut_m, "active")
    assert why(cast.rut_m, fourth).__class__ is rules.NoRoom
    with translation.override("en"):
        assert "3 of 3" in str(why(cast.rut_m, fourth))
    with pytest.raises(rules.NoRoom):
        ask(cast, mentors, choices={fourth.pk: cast.rut_m.pk})
    with pytest.raises(rules.CapNotYours):
        actions.change_offer(mentor=cast.rut_m, cap=4, by=cast.malin, now=NOW)
    actions.change_offer(mentor=cast.rut_m, cap=4, languages=["sv"], by=cast.rut, now=NOW)
    ask(cast, mentors, choices={fourth.pk: cast.rut_m.pk})
    with pytest.raises(rules.MoreThanMost):
        actions.change_offer(mentor=cast.rut_m, cap=6, by=cast.rut, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mentor.objects.filter(pk=cast.rut_m.pk).update(cap=6)


def test_men_2_another_employer_is_asked_for_or_the_same_one(cast: Any) -> None:
    programme = cast.programme(cast.skaraborg)
    programme.mentor_kind = "external"
    programme.save()
    row = cast.enrolment(cast.cohort(programme), cast.selma)
    colleague = person("Kaj Kollega", "kaj@lidkoping.example", cast.skaraborg)
    job = employment(colleague, cast.lidkoping)
    mentor, other = in_pool(colleague, cast.skaraborg), in_pool(cast.leila, cast.skaraborg)
    assert why(other, row) is None
    assert why(mentor, row).__class__ is rules.SameEmployer
    assert "Lidköping" in str(why(mentor, row))
    programme.mentor_kind = "local"
    programme.save()
    row.refresh_from_db()
    assert why(mentor, row) is None
    assert why(other, row).__class__ is rules.OtherEmployer
    job.valid_to = TODAY - timedelta(days=1)
    job.save()
    # Who has retired is of the place where she last worked, and of no employer.
    assert why(mentor, row) is None
    programme.mentor_kind = "external"
    programme.save()
    row.refresh_from_db()
    assert why(mentor, row) is None


def test_nobody_is_mentored_by_herself_or_by_a_manager_above(cast: Any, mentors: Any) -> None:
    assert why(in_pool(cast.tuva, cast.sormland), cast.row).__class__ is rules.Oneself
    assert why(in_pool(cast.stina, cast.sormland), cast.row).__class__ is rules.OwnManager
    assert why(in_pool(cast.lars, cast.sormland), cast.row).__class__ is rules.OwnManager
    assert why(in_pool(cast.omar, cast.sormland), cast.row) is None
    role(cast.omar, "manager", organisation=cast.barn)
    assert why(Mentor.objects.get(person=cast.omar), cast.row).__class__ is rules.OwnManager


def test_who_is_not_in_the_pool_on_a_pause_or_without_an_address_is_not_asked(cast: Any, mentors: Any) -> None:
    mentor = cast.leila_m
    mentor.paused_until = TODAY + timedelta(days=1)
    assert why(mentor, cast.row).__class__ is rules.OnPause
    mentor.paused_until = TODAY
    assert why(mentor, cast.row) is None
    mentor.valid_to = TODAY - timedelta(days=1)
    assert why(mentor, cast.row).__class__ is rules.NotInPool
    mentor.valid_to, mentor.person.email = None, None
    assert why(mentor, cast.row).__class__ is rules.NoAddress


def test_only_who_has_a_place_and_no_mentor_gets_one(cast: Any, mentors: Any) -> None:
    waiting = cast.enrolment(mentors, cast.edvin, side="waitlisted")
    assert why(cast.leila_m, waiting).__class__ is rules.NoPlaceToMentor
    pair(cast.row, cast.rut_m, "agreed")
    assert why(cast.leila_m, cast.row).__class__ is rules.HasMentor
    with pytest.raises(IntegrityError), transaction.atomic():
        pair(cast.row, cast.leila_m, "active")
    pair(cast.row, cast.leila_m)  # somebody is asked to take over
    with pytest.raises(IntegrityError), transaction.atomic():
        pair(cast.row, cast.leila_m)
    programme = mentors.programme
    programme.mentor_kind = ""
    cast.row.cohort.programme = programme
    assert why(cast.leila_m, cast.row).__class__ is rules.NoMentorsHere


# ---------- Why these two ----------


def test_the_reasons_stand_in_words_in_the_readers_language(cast: Any, mentors: Any) -> None:
    programme = mentors.programme
    programme.themes_sv, programme.themes_fi = "Barnets rätt\nSvåra samtal", "Lapsen oikeudet\nVaikeat keskustelut"
    programme.save()
    cast.rut_m.themes = ["Svåra samtal"]
    cast.rut_m.save()
    row = type(cast.row).objects.select_related("cohort__programme__region", "person", "unit").get(pk=cast.row.pk)
    facts = rules.facts_of([cast.rut_m], [row], cast.sormland, day=TODAY)
    reasons = rules.fit(cast.rut_m, row, facts).reasons
    with translation.override("en"):
        words = rules.reason_words(reasons, row.cohort.programme)
    assert "same municipality, another unit" in words
    assert "both speak Swedish" in words
    with translation.override("fi"):
        assert "Vaikeat keskustelut" in rules.reason_words(reasons, row.cohort.programme)


def test_the_best_fit_is_proposed_and_work_is_shared(cast: Any, mentors: Any) -> None:
    cast.rut_m.languages = ["fi"]
    cast.rut_m.save()
    rows = [cast.row, *more(cast, mentors, 1)]
    rows[1].person.language = "fi"
    rows[1].person.save()
    waiting = rules.without_mentor(mentors.enrolments.all())
    pool = rules.pool(cast.sormland, day=TODAY)
    found = rules.options(waiting, pool, rules.facts_of(pool, waiting, cast.sormland, day=TODAY))
    assert rules.proposal(found) == {cast.row.pk: cast.leila_m.pk, rows[1].pk: cast.rut_m.pk}
    for mentor in pool:
        mentor.languages = ["sv", "fi"]
    found = rules.options(waiting, pool, rules.facts_of(pool, waiting, cast.sormland, day=TODAY))
    assert len(set(rules.proposal(found).values())) == 2


# ---------- The proposal ----------


def test_the_letter_is_read_first_and_can_be_held_and_the_pair_changed(cast: Any, mentors: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    page = client.get(page_of(mentors)).content.decode()
    assert "Tuva Ljungdahl" in page
    data = {f"mentor_{cast.row.pk}": cast.leila_m.pk, "only": cast.row.pk}
    read = client.post(page_of(mentors), data).content.decode()
    assert "Tuva Ljungdahl" in read
    assert not Mentorship.objects.exists()
    assert not Letter.objects.exists()
    client.post(page_of(mentors), {**data, "confirm": "yes"})
    row = Mentorship.objects.get()
    letter = Letter.objects.get(kind=letters.ASKED)
    assert (letter.person, letter.not_before) == (cast.leila, Batch.objects.get().released_at + timedelta(minutes=10))
    undo_release(batch=letter.batch, by=cast.malin, now=NOW)
    # Held: nobody's time to answer runs.
    actions.keep_proposals(NOW + timedelta(days=30))
    row.refresh_from_db()
    assert (row.state, row.answer_by) == ("proposed", None)
    client.post(page_of(mentors), {"withdraw": row.pk})
    row.refresh_from_db()
    letter.refresh_from_db()
    assert (row.closed_why, letter.state) == ("withdrawn", "cancelled")
    ask(cast, mentors, choices={cast.row.pk: cast.rut_m.pk})
    assert Mentorship.objects.live().get().mentor == cast.rut_m
    assert Mentorship.objects.live().get().rank == 2


def test_all_are_paired_at_once_or_nobody(cast: Any, mentors: Any, sign_in: Any) -> None:
    rows = more(cast, mentors, 2)
    client = sign_in(cast.malin)
    form = client.get(page_of(mentors)).context["form"]
    data = dict(form.initial)
    assert len(data) == 3
    client.post(page_of(mentors), {**data, "confirm": "yes"})
    assert Mentorship.objects.live().count() == 3
    assert Batch.objects.get().letters.count() == 3
    Mentorship.objects.all().delete()
    Letter.objects.all().delete()
    cast.rut_m.cap = 1
    cast.rut_m.save()
    wrong = {f"mentor_{row.pk}": cast.rut_m.pk for row in rows}
    answer = client.post(page_of(mentors), {**wrong, "confirm": "yes"})
    assert answer.status_code == 422
    assert "1 av 1" in answer.content.decode()
    assert not Mentorship.objects.exists()


def test_the_question_tells_who_why_and_until_when_and_the_mentee_hears_nothing_yet(cast: Any, mentors: Any) -> None:
    ask(cast, mentors)
    letter = Letter.objects.get()
    mail = build(letter)
    assert mail is not None
    assert "Tuva Ljungdahl" in mail.text
    assert "27 april" in mail.text  # seven working days after Friday 16 April
    assert "/m/" in mail.text
    assert mail.masked(mail.text).count("/m/…") == mail.text.count("/m/")
    assert not Mentorship.objects.visible_to(cast.tuva).exists()


def test_a_protected_mentee_is_a_code_in_the_question(cast: Any, mentors: Any) -> None:
    cast.tuva.protected = True
    cast.tuva.save()
    ask(cast, mentors)
    mail = build(Letter.objects.get())
    assert mail is not None
    assert "Tuva" not in mail.text
    assert cast.tuva.substitute_code in mail.text


# ---------- The answer ----------


def link(row: Any, mentee: bool = False) -> str:
    return f"/m/{letters.token(row, mentee=mentee)}/"


def test_a_yes_by_the_link_makes_a_pair_and_both_get_contact_details(cast: Any, mentors: Any, client: Any) -> None:
    row = asked(cast, mentors)
    page = client.get(link(row)).content.decode()
    assert "Tuva Ljungdahl" in page
    row.refresh_from_db()
    assert row.state == "proposed"
    client.post(link(row), {"answer": "yes"})
    row.refresh_from_db()
    assert (row.state, row.answered_way) == ("agreed", "link")
    to_mentor, to_mentee = (
        build(Letter.objects.get(kind=kind)) for kind in (letters.MENTOR_AGREED, letters.MENTEE_AGREED)
    )
    assert to_mentor is not None
    assert to_mentee is not None
    assert "tuva@eskilstuna.example" in to_mentor.text
    assert "leila@eskilstuna.example" in to_mentee.text
    assert Mentorship.objects.visible_to(cast.tuva).get() == row
    again = client.get(link(row))
    assert again.status_code == 200
    assert client.post(link(row), {"answer": "no"}).status_code == 409


def test_the_telephone_number_is_the_mentors_choice(cast: Any, mentors: Any) -> None:
    row = pair(cast.row, cast.rut_m, "agreed")
    assert rules.contact_of_mentor(row).phone == ""
    cast.rut_m.shows_phone = True
    assert rules.contact_of_mentor(row).phone == "070-1"


def test_a_no_asks_the_next_one_and_a_no_from_everybody_is_the_coordinators(cast: Any, mentors: Any) -> None:
    row = asked(cast, mentors)
    actions.answer(pair=row, yes=False, way="link", by=cast.leila, now=NOW)
    following = Mentorship.objects.live().get()
    assert (following.mentor, following.rank, following.by) == (cast.rut_m, 2, None)
    assert Letter.objects.get(kind=letters.ASKED, person=cast.rut).batch is None
    assert todos.counts([mentors])[mentors.pk].without_mentor == 0
    actions.answer(pair=following, yes=False, way="link", by=cast.rut, now=NOW)
    assert not Mentorship.objects.live().exists()
    assert todos.counts([mentors])[mentors.pk].without_mentor == 1
    # The coordinator can ask her again all the same: a no holds for the proposals that go by themselves.
    assert why(cast.leila_m, cast.row) is None


def test_reminder_on_the_fourth_working_day_lapse_after_the_seventh_then_the_next(cast: Any, mentors: Any) -> None:
    row = asked(cast, mentors)
    days = [NOW + timedelta(days=n) for n in range(12)]  # from Friday 16 April
    actions.keep_proposals(days[5])
    assert not Letter.objects.filter(kind=letters.REMINDER).exists()
    actions.keep_proposals(days[6])
    actions.keep_proposals(days[7])
    assert Letter.objects.filter(kind=letters.REMINDER, person=cast.leila).count() == 1
    row.refresh_from_db()
    assert row.answer_by.isoformat() == "2027-04-27T18:00:00+00:00"
    actions.keep_proposals(row.answer_by - timedelta(minutes=1))
    assert Mentorship.objects.live().get() == row
    actions.keep_proposals(row.answer_by)
    row.refresh_from_db()
    assert row.closed_why == "lapsed"
    assert Mentorship.objects.live().get().mentor == cast.rut_m
    with pytest.raises(rules.NotProposed):
        actions.answer(pair=row, yes=True, way="link", by=cast.leila, now=row.answer_by)


def test_a_coordinator_gives_a_mentor_more_time(cast: Any, mentors: Any, sign_in: Any) -> None:
    ask(cast, mentors)
    row = Mentorship.objects.get(mentor=cast.leila_m)
    client = sign_in(cast.malin)
    assert b'name="more"' not in client.get(page_of(mentors)).content  # the time has not begun
    with pytest.raises(rules.NotProposed):
        actions.give_more_time(pair=row, by=cast.malin, now=NOW)
    leave(Letter.objects.get(kind=letters.ASKED))
    actions.keep_proposals(NOW + timedelta(days=1))
    row.refresh_from_db()
    first = row.answer_by
    assert "kl. 20.00" in client.post(page_of(mentors), {"more": row.pk}, follow=True).content.decode()
    actions.keep_proposals(first)
    row.refresh_from_db()
    assert (row.state, row.answer_by.isoformat()) == ("proposed", "2027-05-07T18:00:00+00:00")


def test_the_regions_closed_days_do_not_count(cast: Any, mentors: Any) -> None:
    ClosedPeriod.objects.create(
        region=cast.sormland, name="Stängt", valid_from=date(2027, 4, 19), valid_to=date(2027, 4, 23)
    )
    row = asked(cast, mentors)
    row.refresh_from_db()
    assert row.answer_by.date() == date(2027, 5, 4)


def test_the_mentee_asks_for_somebody_else_without_a_reason(cast: Any, mentors: Any, client: Any) -> None:
    row = asked(cast, mentors)
    actions.answer(pair=row, yes=True, way="link", by=cast.leila, now=NOW)
    assert client.get(link(row, mentee=True)).status_code == 200
    client.post(link(row, mentee=True))
    row.refresh_from_db()
    assert row.closed_why == "somebody_else"
    assert Mentorship.objects.live().get().mentor == cast.rut_m
    told = build(Letter.objects.get(kind=letters.RELEASED))
    assert told is not None
    assert "Tuva Ljungdahl" in told.text
    active = pair(more(cast, mentors, 1)[0], cast.leila_m, "active")
    assert client.post(link(active, mentee=True)).status_code == 409


def test_the_coordinator_writes_an_answer_down(cast: Any, mentors: Any, sign_in: Any) -> None:
    row = asked(cast, mentors)
    sign_in(cast.malin).post(page_of(mentors), {"yes": row.pk})
    row.refresh_from_db()
    assert (row.state, row.answered_way) == ("agreed", "coordinator")


def test_who_leaves_the_round_or_the_pool_is_followed_by_the_clock(cast: Any, mentors: Any) -> None:
    row = asked(cast, mentors)
    actions.end_mentor(mentor=cast.leila_m, by=cast.malin, now=NOW)
    actions.keep_proposals(NOW)
    row.refresh_from_db()
    assert row.closed_why == "mentor_left"
    following = Mentorship.objects.live().get()
    assert following.mentor == cast.rut_m
    type(cast.row).objects.filter(pk=cast.row.pk).update(programme_side="withdrawn")
    actions.keep_proposals(NOW)
    following.refresh_from_db()
    assert following.closed_why == "mentee_left"
    assert not Mentorship.objects.live().exists()


# ---------- The pool ----------


def test_somebody_is_taken_into_the_pool_by_address_and_says_what_she_offers(
    cast: Any, mentors: Any, sign_in: Any
) -> None:
    client = sign_in(cast.malin)
    assert "Rut Ek" in client.get("/programmes/mentors/").content.decode()
    unknown = client.post("/programmes/mentors/", {"email": "ny@flen.example"})
    assert unknown.status_code == 422
    client.post("/programmes/mentors/", {"email": "ny@flen.example", "name": "Nils Ny"})
    row = Mentor.objects.get(person__email="ny@flen.example")
    mail = build(Letter.objects.get(kind=letters.WELCOME))
    assert mail is not None
    assert f"/programmes/mentors/{row.pk}/" in mail.text
    assert client.post("/programmes/mentors/", {"email": "ny@flen.example"}).status_code == 422
    assert client.post("/programmes/mentors/", {"email": "leila@eskilstuna.example"}).status_code == 422
    assert 'name="cap"' not in client.get(f"/programmes/mentors/{row.pk}/").content.decode()
    own = sign_in(row.person)
    page = f"/programmes/mentors/{row.pk}/"
    own.post(page, {"cap": "5", "languages": ["sv", "fi"], "about": "Tjugo år i yrket.", "shows_phone": "on"})
    row.refresh_from_db()
    assert (row.cap, row.languages, row.shows_phone) == (5, ["sv", "fi"], True)
    assert own.post(page, {"cap": "6", "languages": ["sv"]}).status_code == 422
    own.post(page, {"end": "yes"})
    row.refresh_from_db()
    assert row.valid_to == TODAY


def test_the_coordinator_leaves_the_mentors_number_as_it_is(cast: Any, mentors: Any, sign_in: Any) -> None:
    sign_in(cast.malin).post(f"/programmes/mentors/{cast.leila_m.pk}/", {"cap": "1", "languages": ["fi"]})
    cast.leila_m.refresh_from_db()
    assert (cast.leila_m.cap, cast.leila_m.languages) == (3, ["fi"])


def test_a_programme_says_which_kind_of_mentors_it_has(cast: Any, sign_in: Any) -> None:
    programme = cast.programme()
    mentoring = {"mentor_kind": "external", "mentor_meetings": 5}
    change_programme(
        programme=programme, words={}, published=True, first_come=False, funder=None, mentoring=mentoring,
        by=cast.malin, now=NOW,
    )  # fmt: skip
    programme.refresh_from_db()
    assert (programme.mentor_kind, programme.mentor_meetings, "mentors" in programme.parts) == ("external", 5, True)
    page = sign_in(cast.malin).get(f"/programmes/{programme.pk}/").content.decode()
    assert "5 möten" in page


# ---------- Who sees it ----------


@pytest.mark.parametrize("who", ["stina", "lars", "omar", "vera", "edvin", "outsider"])
def test_managers_directors_and_others_see_no_pair(who: str, cast: Any, mentors: Any, sign_in: Any) -> None:
    row = pair(cast.row, cast.leila_m, "active")
    someone = getattr(cast, who)
    assert not Mentorship.objects.visible_to(someone).exists()
    client = sign_in(someone)
    assert client.get(page_of(mentors)).status_code == 404
    assert client.get(f"/programmes/mentors/{row.mentor_id}/").status_code == 404


def test_the_two_and_the_coordinator_see_the_pair(cast: Any, mentors: Any) -> None:
    row = pair(cast.row, cast.leila_m, "active")
    for who in (cast.tuva, cast.leila, cast.malin, cast.ada):
        assert list(Mentorship.objects.visible_to(who)) == [row]
    assert not Mentorship.objects.visible_to(cast.rut).exists()


def test_a_protected_mentee_is_known_to_her_mentor_from_the_yes_on(cast: Any, mentors: Any) -> None:
    from people.models import Person
    from people.rules import name_for

    cast.tuva.protected = True
    cast.tuva.save()
    row = pair(cast.row, cast.leila_m)
    assert name_for(cast.tuva, cast.leila) == cast.tuva.substitute_code
    row.state, row.agreed_at = "agreed", NOW
    row.save()
    assert name_for(cast.tuva, cast.leila) == "Tuva Ljungdahl"
    assert name_for(cast.tuva, cast.rut) == cast.tuva.substitute_code
    assert Person.objects.filter(Person.objects.named_to(cast.leila), pk=cast.tuva.pk).exists()


def test_as_many_statements_for_three_as_for_one(cast: Any, mentors: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    ask(cast, mentors)
    row, *_others = more(cast, mentors, 1)
    client.get(page_of(mentors))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(mentors))
    with CaptureQueriesContext(connection) as pool_of_two:
        client.get("/programmes/mentors/")
    others = more_of(cast, mentors)
    for other in others[:2]:
        pair(other, cast.rut_m)
    for n in range(2):
        extra = person(f"Mentor {n}", f"m{n}@eskilstuna.example", cast.sormland)
        employment(extra, cast.mottagning)
        in_pool(extra, cast.sormland)
    with CaptureQueriesContext(connection) as three:
        answer = client.get(page_of(mentors))
    assert len(answer.context["waiting"]) == 3
    assert len(answer.context["lines"]) == 3
    assert len(three) == len(one)
    with CaptureQueriesContext(connection) as pool_of_four:
        client.get("/programmes/mentors/")
    assert len(pool_of_four) == len(pool_of_two)


def more_of(cast: Any, cohort: Any) -> list[Any]:
    """Four others, two of whom get a mentor."""
    rows = []
    for n in range(10, 14):
        who = person(f"Deltagare {n}", f"d{n}@eskilstuna.example", cast.sormland)
        employment(who, cast.barn)
        rows.append(cast.enrolment(cohort, who))
    return rows


def test_a_retired_mentor_stands_in_the_list_without_an_employer(cast: Any, mentors: Any, sign_in: Any) -> None:
    Employment.objects.filter(person=cast.rut).update(valid_to=TODAY - timedelta(days=30))
    page = sign_in(cast.malin).get("/programmes/mentors/").content.decode()
    assert "Inte anställd" in page
