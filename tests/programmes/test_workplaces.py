"""A participant changes employers during a round: each employer sees its own days, to the day, and nothing else."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from base.clock import now
from events.models import Registration
from people.models import Employment
from programmes.actions import approvals, conditions
from programmes.actions import workplaces as actions
from programmes.models import Approval, Enrolment, Workplace
from programmes.rules import workplaces as rules
from programmes.rules.unfinished import unfinished
from programmes.states import EmployerSide
from reports.documents.exports import Participants
from reports.documents.figures import Choice, Figures
from tests.cast import DAYS, Cast, person, role

pytestmark = pytest.mark.django_db

# Days 1 and 2 are Eskilstuna's, day 3 is Nyköping's: Tuva leaves on 31 March and begins on 1 April.
LAST, FIRST = date(2027, 3, 31), date(2027, 4, 1)


@pytest.fixture
def round_(cast: Cast) -> Any:
    return cast.cohort()


@pytest.fixture
def tuva(cast: Cast, round_: Any) -> Any:
    row = cast.enrolment(round_, cast.tuva)
    cast.attendance(row, "n", "4", "n")
    return row


def move(
    cast: Cast, row: Any, last_day: date = LAST, first_day: date | None = FIRST, unit: Any = None, **facts: Any
) -> Any:
    unit = unit or (cast.nyk_barn if first_day else None)
    return actions.move(
        enrolment=row, last_day=last_day, unit=unit, first_day=first_day, by=cast.malin, now=now(), **facts
    )


@pytest.fixture
def moved(cast: Cast, tuva: Any) -> Any:
    row = move(cast, tuva, address="petra@nykoping.example")
    row.refresh_from_db()
    return row


def page(sign_in: Any, who: Any, row: Any) -> Any:
    return sign_in(who).get(f"/programmes/enrolments/{row.pk}/")


# ---------- The deed ----------


def test_the_old_side_ends_the_new_employer_is_asked_and_the_employments_follow(cast: Cast, moved: Any) -> None:
    assert moved.employer_side == EmployerSide.ASKED
    assert [step.after for step in moved.transitions.filter(side="employer")] == ["ended", "asked"]
    question = Approval.objects.open().get()
    assert question.asked == cast.petra
    spells = list(moved.workplaces.values_list("organisation__name", "valid_from", "valid_to", "partner"))
    assert spells == [("Eskilstuna", None, LAST, True), ("Nyköping", FIRST, None, True)]
    jobs = list(Employment.objects.filter(person=cast.tuva).order_by("valid_from").values_list("unit", "valid_to"))
    assert jobs == [(cast.barn.pk, LAST), (cast.nyk_barn.pk, None)]
    approvals.answer_signed_in(enrolment=moved, answer="yes", by=cast.petra, now=now())
    moved.refresh_from_db()
    assert moved.employer_side == EmployerSide.APPROVED
    assert (moved.organisation, moved.programme_side) == (cast.eskilstuna, "enrolled")


def test_days_between_two_employers_are_nobodys_and_need_a_reason_to_go_on(cast: Cast, tuva: Any) -> None:
    with pytest.raises(rules.ReasonMissing):
        move(cast, tuva, first_day=None)
    move(cast, tuva, first_day=None, why="Slutför kursen")
    tuva.refresh_from_db()
    assert tuva.employer_side == EmployerSide.ENDED
    move(cast, tuva, first_day=date(2027, 4, 10))
    spells = list(tuva.workplaces.values_list("organisation__name", "valid_from", "valid_to"))
    assert spells == [
        ("Eskilstuna", None, LAST),
        (None, FIRST, date(2027, 4, 9)),
        ("Nyköping", date(2027, 4, 10), None),
    ]


def test_a_gap_of_no_days_leaves_no_row(cast: Cast, tuva: Any) -> None:
    move(cast, tuva, first_day=None, why="Slutför kursen")
    move(cast, tuva, first_day=FIRST)
    assert tuva.workplaces.count() == 2


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"first_day": LAST}, rules.LastDayFirst),
        ({"first_day": None, "unit": "nyk_barn"}, rules.FirstDayMissing),
        ({"unit": "mottagning"}, rules.SameEmployer),
        ({"unit": "lid_barn"}, rules.ReasonMissing),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(cast: Cast, tuva: Any, facts: Any, refusal: Any) -> None:
    facts = facts | ({"unit": getattr(cast, facts["unit"])} if "unit" in facts else {})
    with pytest.raises(refusal):
        move(cast, tuva, **facts)
    assert not Workplace.objects.exists()


def test_moves_are_written_down_in_their_order(cast: Cast, moved: Any) -> None:
    with pytest.raises(rules.BeforeTheLastMove):
        move(cast, moved, last_day=date(2027, 3, 1), first_day=date(2027, 3, 2), unit=cast.barn)
    move(cast, moved, last_day=date(2027, 4, 20), first_day=date(2027, 4, 21), unit=cast.barn)
    assert moved.workplaces.count() == 3


# ---------- Who sees which days ----------


def registrations(who: Any) -> list[date]:
    rows = Registration.objects.visible_to(who).filter(person__name="Tuva Ljungdahl")
    return sorted(rows.values_list("event__date", flat=True))


def test_registrations_are_seen_by_the_employer_of_their_day(cast: Cast, moved: Any) -> None:
    assert registrations(cast.stina) == registrations(cast.lars) == list(DAYS[:2])
    assert registrations(cast.petra) == list(DAYS[2:])
    assert registrations(cast.malin) == registrations(cast.tuva) == list(DAYS)
    assert registrations(cast.omar) == registrations(cast.ulf) == []


@pytest.mark.parametrize(("last", "old"), [(DAYS[1], 2), (DAYS[1] - timedelta(days=1), 1), (DAYS[2], 3)])
def test_right_to_the_day_in_both_directions(cast: Cast, tuva: Any, sign_in: Any, last: date, old: int) -> None:
    move(cast, tuva, last_day=last, first_day=last + timedelta(days=1))
    assert len(registrations(cast.stina)) == old
    assert len(registrations(cast.petra)) == len(DAYS) - old
    shown = [row.day.number for row in page(sign_in, cast.stina, tuva).context["attended"]]
    assert shown == list(range(1, old + 1))
    shown = [row.day.number for row in page(sign_in, cast.petra, tuva).context["attended"]]
    assert shown == list(range(old + 1, len(DAYS) + 1))


def test_the_old_employer_reads_nothing_of_what_came_after(cast: Cast, moved: Any, sign_in: Any) -> None:
    approvals.answer_signed_in(enrolment=moved, answer="no", reason="Hemligt hos Petra", by=cast.petra, now=now())
    answer = page(sign_in, cast.stina, moved)
    assert answer.context["employer_words"] == "anställningen är slut"
    text = answer.content.decode()
    assert "Hemligt hos Petra" not in text
    assert "petra@nykoping.example" not in text
    assert "Nyköping" not in text
    text = page(sign_in, cast.petra, moved).content.decode()
    assert "Hemligt hos Petra" in text
    text = page(sign_in, cast.malin, moved).content.decode()
    assert "Eskilstuna" in text
    assert "Nyköping" in text


def test_each_employer_reads_its_own_unit_and_the_old_one_nothing_that_was_written_since(
    cast: Cast, tuva: Any, sign_in: Any
) -> None:
    move(cast, tuva, address="petra@nykoping.example")
    new = page(sign_in, cast.petra, tuva).content.decode()
    assert "Barn och unga, Nyköping" in new
    assert "Eskilstuna" not in new.replace("tuva@eskilstuna.example", "")
    assert "Barn och unga, Nyköping" in page(sign_in, cast.malin, tuva).content.decode()
    old = page(sign_in, cast.stina, tuva).content.decode()
    assert "Barn och familj, Eskilstuna" in old
    assert "tuva@eskilstuna.example" not in old
    assert "Barn och unga" not in old
    for where in ("/", "/programmes/staff/"):
        assert "Barn och unga" in sign_in(cast.petra).get(where).content.decode()
        assert "Barn och familj" not in sign_in(cast.petra).get(where).content.decode()
    assert "Barn och unga" not in sign_in(cast.stina).get("/programmes/staff/").content.decode()
    conditions.set_flags(
        enrolment=tuva,
        may_attend=True,
        may_attend_reason="",
        counts_for_funder=False,
        counts_reason="Hemlig orsak",
        by=cast.malin,
        now=now(),
    )
    assert "Hemlig orsak" in page(sign_in, cast.petra, tuva).content.decode()
    assert "Hemlig orsak" not in page(sign_in, cast.stina, tuva).content.decode()


def test_the_new_employer_sees_nobody_before_the_first_day(cast: Cast, tuva: Any, sign_in: Any, at: Any) -> None:
    move(cast, tuva, last_day=date(2027, 5, 31), first_day=date(2027, 6, 1), address="petra@nykoping.example")
    assert not Enrolment.objects.visible_to(cast.petra).exists()
    assert page(sign_in, cast.petra, tuva).status_code == 404
    at("2027-05-31 10:00")
    assert not Enrolment.objects.visible_to(cast.petra).exists()
    assert sign_in(cast.stina).get("/programmes/staff/").context["waiting"] == []
    at("2027-06-01 10:00")
    assert Enrolment.objects.visible_to(cast.petra).get() == tuva
    assert len(sign_in(cast.petra).get("/programmes/staff/").context["waiting"]) == 1
    assert "är slut" in sign_in(cast.stina).get("/programmes/staff/").content.decode()


def test_the_start_page_of_the_new_manager_counts_her_days_alone(cast: Cast, moved: Any, sign_in: Any) -> None:
    approvals.answer_signed_in(enrolment=moved, answer="yes", by=cast.petra, now=now())
    [line] = sign_in(cast.petra).get("/").context["staff"]
    assert line.standing.startswith("1 av 6 dagar")
    assert sign_in(cast.stina).get("/").context["staff"] == []


# ---------- Figures and files ----------


def counted(who: Any) -> dict[str, list[Any]]:
    return {town.name: town.cells for year in Figures(who).count(Choice()) for town in year.towns}


def test_hours_stand_with_the_employer_of_the_day_and_people_where_they_applied(cast: Cast, moved: Any) -> None:
    helen = person("Helen Direktör", "helen@nykoping.example", cast.sormland)
    role(helen, "director", organisation=cast.nykoping)
    both = {
        "Eskilstuna": [1, 1, 0, 0, 0, Decimal("10.00"), 0],
        "Nyköping": [0, 0, 0, 0, 0, Decimal("6.00"), 0],
    }
    assert counted(cast.malin) == counted(cast.ada) == both
    assert counted(cast.lars) == {"Eskilstuna": both["Eskilstuna"]}
    assert counted(helen) == {"Nyköping": both["Nyköping"]}
    Enrolment.objects.filter(pk=moved.pk).update(programme_side="completed")
    assert counted(cast.malin)["Eskilstuna"][2] == 1
    assert counted(cast.lars)["Eskilstuna"][2] == 0


def test_the_file_splits_the_hours_and_counts_only_a_partners_for_the_funder(cast: Cast, tuva: Any) -> None:
    move(cast, tuva, first_day=None, why="Slutför kursen")
    file = Participants(cast.malin, cast.sormland, "sv")
    rows = [tuple(row) for row in file.rows(lambda _n: None)]
    assert [(row[4], row[8], row[9]) for row in rows] == [
        ("Eskilstuna", 2, Decimal("10.00")),
        ("Ingen arbetsgivare", 1, Decimal("6.00")),
    ]
    summary = {row[2]: (row[3], row[6], row[7]) for row in file.summary()}
    assert summary == {
        "Eskilstuna": (1, Decimal("10.00"), Decimal("10.00")),
        "Ingen arbetsgivare": (0, Decimal("6.00"), Decimal(0)),
    }


# ---------- The clock, and the page ----------


def test_the_clock_ends_the_employers_days_and_the_coordinator_finds_it(cast: Cast, tuva: Any, sign_in: Any) -> None:
    assert actions.note_ended(now()) == 0
    Employment.objects.filter(person=cast.tuva).update(valid_to=LAST)
    assert actions.note_ended(now()) == 1
    assert actions.note_ended(now()) == 0
    tuva.refresh_from_db()
    assert tuva.employer_side == EmployerSide.ENDED
    [line] = unfinished(tuva.cohort, cast.malin, now=now())
    assert line.gaps[0].url == f"/programmes/enrolments/{tuva.pk}/employer/"
    malin = sign_in(cast.malin)
    facts = {"to": cast.nyk_barn.pk, "first_day": "1.4.2027"}
    assert malin.post(line.gaps[0].url, facts | {"first_day": ""}).status_code == 422
    assert malin.post(line.gaps[0].url, facts).status_code == 302
    assert tuva.workplaces.count() == 2
    tuva.refresh_from_db()
    assert tuva.employer_side == EmployerSide.ASKED


def test_the_coordinator_corrects_the_unit_and_nobody_else_does(cast: Cast, tuva: Any, sign_in: Any) -> None:
    Enrolment.objects.filter(pk=tuva.pk).update(typed_unit="Familjehemsgruppen", unit=cast.eskilstuna)
    where = f"/programmes/enrolments/{tuva.pk}/employer/"
    malin = sign_in(cast.malin)
    assert "Familjehemsgruppen" in malin.get(where).content.decode()
    assert malin.post(where, {"unit": cast.nyk_barn.pk}).status_code == 422
    malin.post(where, {"unit": cast.mottagning.pk})
    tuva.refresh_from_db()
    assert (tuva.unit, tuva.typed_unit) == (cast.mottagning, "")
    for other in (cast.stina, cast.lars, cast.tuva, cast.vera, cast.outsider):
        assert sign_in(other).post(where, {"unit": cast.barn.pk}).status_code == 404
