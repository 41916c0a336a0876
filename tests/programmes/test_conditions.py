"""A programme asks its conditions in words; the answers decide two flags, and a coordinator's word goes before them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base.clock import now
from outbox import kinds
from outbox.models import Letter
from programmes.actions import conditions as actions
from programmes.actions import transfers
from programmes.models import Answered, Condition, Enrolment, Ruling
from programmes.rules import conditions as rules
from programmes.rules.applications import Flags
from programmes.rules.conditions import Reply
from tests.cast import Cast
from tests.programmes.test_applications import ABOUT, DAYS, START, WINDOW, apply, steps
from tests.programmes.test_staff import REGISTER, new, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_round(cast: Cast) -> Any:
    return cast.cohort(state="open", days=DAYS, **WINDOW)


def add(cast: Cast, fact: str, decides: str = "may_attend", months: int | None = None, **words: str) -> Condition:
    said = {
        "words_sv": f"Villkor om {fact}",
        "words_fi": f"Ehto {fact}",
        "question_sv": f"Fråga om {fact}?",
        "question_fi": f"Kysymys {fact}?",
        "reason_sv": f"uppfyller inte {fact}",
        "reason_fi": f"ei täytä {fact}",
    }
    return actions.add_condition(
        programme=cast.programme(),
        fact=fact,
        decides=decides,
        months=months,
        words=said | words,
        by=cast.malin,
        now=now(),
    )


@pytest.fixture
def three(cast: Cast, open_round: Any) -> list[Condition]:
    return [add(cast, "degree"), add(cast, "authority", "counts"), add(cast, "months_most", "counts", 12)]


def work(cast: Cast, three: list[Condition], *answers: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "organisation": cast.nykoping.pk,
        "unit": cast.nyk_barn.pk,
        "employed_since": "mars 2027",
        "manager_address": "petra@nykoping.example",
    }
    return facts | {rules.name_of(row): answer for row, answer in zip(three, answers, strict=True)}


# ---------- The rule ----------


@pytest.mark.parametrize(("since", "met"), [(date(2026, 9, 1), True), (date(2026, 8, 1), False), (None, None)])
def test_months_are_counted_to_the_first_day(since: date | None, met: bool | None) -> None:
    row = Condition(fact="months_most", months=12)
    assert rules.meets(row, Reply(since=since), date(2027, 9, 7)) is met


def test_the_first_no_of_each_flag_is_its_reason_and_the_employment_goes_first() -> None:
    asked = [
        Condition(pk=1, fact="degree", decides="may_attend"),
        Condition(pk=2, fact="work", decides="may_attend"),
        Condition(pk=3, fact="months_least", months=6, decides="counts"),
    ]
    no = {1: Reply(yes=False), 2: Reply(yes=False), 3: Reply(since=date(2027, 5, 1))}
    day = date(2027, 9, 7)
    flags = rules.decide(asked, no, base=Flags(), start=day)
    assert flags == Flags(False, "condition:1", False, "condition:3")
    base = Flags(counts_for_funder=False, counts_reason="not_partner")
    assert rules.decide(asked, no, base=base, start=day).counts_reason == "not_partner"
    assert rules.decide(asked, {}, base=Flags(), start=day) == Flags()


# ---------- The application ----------


def test_the_application_asks_them_in_words_instead_of_what_it_asks_itself(
    cast: Cast, three: list[Condition], client: Any
) -> None:
    page = client.get(client.post(START, ABOUT).url)
    fields = page.context["form"].fields
    assert "degree" not in fields
    assert "exercises_authority" not in fields
    assert [fields[rules.name_of(row)].label for row in three] == [row.question for row in three]
    assert len(fields) - 1 + 4 == 11
    check = steps(client, work(cast, three, "yes", "no", "9.2026"))
    shown = client.get(check).content.decode()
    assert "Fråga om months_most?" in shown
    assert "september 2026" in shown
    client.post(check)
    enrolment = Enrolment.objects.get()
    assert (enrolment.may_attend, enrolment.counts_for_funder) == (True, False)
    assert enrolment.counts_reason == f"condition:{three[1].pk}"
    assert enrolment.exercises_authority is False
    assert enrolment.flags_at is not None
    assert Answered.objects.count() == 3


def test_an_answer_that_is_left_out_or_wrong_is_asked_for(cast: Cast, three: list[Condition], client: Any) -> None:
    second = client.post(START, ABOUT).url
    answer = client.post(second, work(cast, three, "yes", "", "i fjol"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {rules.name_of(row) for row in three[1:]}


def test_the_questions_come_in_the_readers_language(cast: Cast, three: list[Condition], client: Any) -> None:
    second = client.post(START, ABOUT).url
    assert "Kysymys degree?" in client.get(f"{second}?lang=fi", headers={"accept-language": "fi"}).content.decode()


def test_the_public_page_says_the_conditions(cast: Cast, three: list[Condition], client: Any) -> None:
    assert "Villkor om months_most" in client.get("/sormland/introduktion/").content.decode()


def test_the_way_costs_three_statements_more_whatever_is_asked(cast: Cast, open_round: Any, client: Any) -> None:
    def cost(*conditions: Condition) -> int:
        about = ABOUT | {"email": f"n{len(conditions)}@nykoping.example"}
        answers = ["yes" for _row in conditions]
        facts = work(cast, list(conditions), *answers)
        facts |= {} if conditions else {"degree": "Socionom", "exercises_authority": "yes"}
        if conditions and all(row.fact != "authority" for row in conditions):
            facts["exercises_authority"] = "yes"
        with CaptureQueriesContext(connection) as queries:
            apply(client, facts, about)
        return len(queries)

    without = cost()
    one = cost(add(cast, "degree"))
    three = cost(*Condition.objects.all(), add(cast, "authority"), add(cast, "work"))
    assert one == three
    assert one - without <= 8


# ---------- A manager registers ----------


def test_a_manager_answers_what_she_knows_and_the_person_the_rest(
    cast: Cast, open_round: Any, three: list[Condition], sign_in: Any, client: Any
) -> None:
    stina = sign_in(cast.stina)
    data = {"cohort": open_round.pk, "people": [cast.tuva.pk], **rows(new(cast, "Ny Nilsson", "ny@x.example"))}
    check = stina.post(REGISTER, data).url
    page = stina.get(check).content.decode()
    assert page.count("Fråga om degree?") == 2
    name = rules.name_of(three[0])
    assert stina.post(check, {f"p{cast.tuva.pk}-{rules.name_of(three[2])}": "aldrig"}).status_code == 422
    assert not Enrolment.objects.exists()
    stina.post(check, {f"p{cast.tuva.pk}-{name}": "no", f"n0-{name}": "yes"})
    tuva = Enrolment.objects.get(person=cast.tuva)
    assert (tuva.may_attend, tuva.may_attend_reason) == (False, f"condition:{three[0].pk}")
    assert Enrolment.objects.get(person__name="Ny Nilsson").may_attend
    client.logout()
    letter = Letter.objects.get(kind="programmes.application_registered", person=cast.tuva)
    with translation.override("sv"):
        mail = kinds.find(letter.kind).build(letter)
    own = f"/s/{mail.secrets[0]}/complete/"
    form = client.get(own).context["form"]
    assert form.initial[name] == "no"
    assert "degree" not in form.fields
    facts = {"language": "sv", "employed_since": "9.2026"}
    facts |= {rules.name_of(row): answer for row, answer in zip(three, ("yes", "yes", "1.2020"), strict=True)}
    client.post(own, facts)
    tuva.refresh_from_db()
    assert (tuva.may_attend, tuva.counts_for_funder, tuva.exercises_authority) == (True, False, True)


# ---------- The coordinator's word ----------


def test_a_coordinators_word_stands_whatever_is_answered_until_it_is_taken_back(
    cast: Cast, open_round: Any, three: list[Condition], sign_in: Any, client: Any
) -> None:
    apply(client, work(cast, three, "no", "yes", "9.2026"))
    row = Enrolment.objects.get()
    malin = sign_in(cast.malin)
    page = malin.get(row.get_absolute_url()).content.decode()
    assert "uppfyller inte degree" in page
    flags = f"/programmes/enrolments/{row.pk}/flags/"
    bare = {"may_attend": "on", "counts_for_funder": "on"}
    assert malin.post(flags, bare).status_code == 422
    assert malin.post(flags, bare | {"may_attend_reason": "uppfyller inte degree"}).status_code == 422
    malin.post(flags, bare | {"may_attend_reason": "Har lång erfarenhet"})
    row.refresh_from_db()
    assert row.may_attend
    assert row.counts_for_funder
    ruling = Ruling.objects.get()
    assert (ruling.flag, ruling.value, ruling.by) == ("may_attend", True, cast.malin)
    assert "Har lång erfarenhet" in malin.get(row.get_absolute_url()).content.decode()
    actions.change_condition(
        condition=three[2], fact="months_most", months=3, decides="counts", words={}, by=cast.malin, now=now()
    )
    row.refresh_from_db()
    assert (row.may_attend, row.counts_for_funder) == (True, False)
    malin.post(flags, {"undo": ruling.pk})
    row.refresh_from_db()
    assert (row.may_attend, row.may_attend_reason) == (False, f"condition:{three[0].pk}")
    assert malin.post(flags, {"undo": "x"}).status_code == 404


def test_what_is_no_longer_asked_decides_nothing_and_can_be_asked_again(
    cast: Cast, open_round: Any, three: list[Condition], sign_in: Any, client: Any
) -> None:
    apply(client, work(cast, three, "no", "yes", "9.2026"))
    row = Enrolment.objects.get()
    malin = sign_in(cast.malin)
    where = f"/programmes/{three[0].programme_id}/conditions/"
    malin.post(f"{where}{three[0].pk}/", {"end": "yes"})
    row.refresh_from_db()
    assert row.may_attend
    assert "Fråga inte längre" not in malin.get(where).content.decode()
    malin.post(f"{where}{three[0].pk}/", {"again": "yes"})
    row.refresh_from_db()
    assert not row.may_attend


def test_a_coordinator_sets_a_condition_and_others_do_not(cast: Cast, open_round: Any, sign_in: Any) -> None:
    where = f"/programmes/{open_round.programme_id}/conditions/new/"
    facts = {"fact": "months_most", "decides": "counts", "words_sv": "v", "question_sv": "q", "reason_sv": "r"}
    malin = sign_in(cast.malin)
    assert malin.post(where, facts).status_code == 422
    malin.post(where, facts | {"months": 24})
    assert (Condition.objects.get().months, Condition.objects.get().question) == (24, "q")
    for other in (cast.vera, cast.stina, cast.lars, cast.tuva):
        assert sign_in(other).post(where, facts | {"months": 1}).status_code == 404
    assert Condition.objects.count() == 1


def test_answers_and_rulings_go_along_to_a_later_round(cast: Cast, three: list[Condition], open_round: Any) -> None:
    running = cast.cohort(number=11)
    row = cast.enrolment(running, cast.tuva)
    actions.keep_answers(enrolment=row, replies={three[0].pk: Reply(yes=False)}, now=now())
    said = {"may_attend": True, "may_attend_reason": "", "counts_for_funder": False, "counts_reason": "Betalar själv"}
    actions.set_flags(enrolment=row, by=cast.malin, now=now(), **said)
    row.refresh_from_db()
    moved = transfers.transfer(enrolment=row, to=open_round, reason="Föräldraledig", by=cast.malin, now=now())
    later = moved.new
    assert list(later.answers.values_list("yes", flat=True)) == [False]
    actions.recompute(enrolment=later, now=now())
    assert (later.may_attend, later.counts_for_funder, later.counts_reason) == (False, False, "Betalar själv")


def test_a_short_application_stays_short(cast: Cast, open_round: Any) -> None:
    for _number in range(rules.MOST):
        add(cast, "work")
    with pytest.raises(rules.TooManyConditions):
        add(cast, "work")
