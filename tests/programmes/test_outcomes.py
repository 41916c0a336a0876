"""How a round ends for those who have not come through: written down, taken back, and still open for a made-up day."""

from typing import Any

import pytest

from base import clock
from programmes.actions import attendance, certificates
from programmes.actions import outcomes as actions
from programmes.actions.sides import DoesNotFollow
from programmes.rules import outcomes as rules
from programmes.states import ProgrammeSide
from reports.documents.figures import Choice, Figures

pytestmark = pytest.mark.django_db
SHORT = ("n",) * 6 + ("f", "f")


@pytest.fixture
def course(cast: Any, at: Any) -> Any:
    """A round whose eight days are over."""
    cohort = cast.cohort()
    at("2027-11-10 09:00")
    return cohort


def side(enrolment: Any) -> str:
    enrolment.refresh_from_db()
    return str(enrolment.programme_side)


def test_who_kept_the_place_and_has_too_few_days_has_not_completed(cast: Any, course: Any) -> None:
    through, short, unmarked = (cast.enrolment(course, who) for who in (cast.tuva, cast.edvin, cast.leila))
    cast.attendance(through, *("n",) * 8)
    cast.attendance(short, *SHORT)
    cast.attendance(unmarked, *("n",) * 6, "f")  # nobody has said how the last day went
    assert actions.end_without(cohort=course, by=cast.malin, now=clock.now()) == [short]
    assert [side(one) for one in (through, short, unmarked)] == ["enrolled", "not_completed", "enrolled"]
    [year] = Figures(cast.malin).count(Choice())
    assert (year.total.took_part, year.total.not_completed, year.total.under_way) == (3, 1, 2)
    with pytest.raises(rules.NobodyEnded):
        actions.end_without(cohort=course, by=cast.malin, now=clock.now())


def test_before_the_last_day_is_over_nobody_has_failed(cast: Any, course: Any, at: Any) -> None:
    short = cast.enrolment(course, cast.edvin)
    cast.attendance(short, "f", "f", "f")
    at("2027-10-01 09:00")
    with pytest.raises(rules.NobodyEnded):
        actions.end_without(cohort=course, by=cast.malin, now=clock.now())


def test_who_is_to_make_up_a_day_goes_on_and_who_does_it_later_completes(cast: Any, course: Any, at: Any) -> None:
    short = cast.enrolment(course, cast.edvin)
    cast.attendance(short, *SHORT)
    at("2027-04-16 09:00")
    later = cast.cohort(programme=course.programme, number=course.number + 1)
    at("2027-11-10 09:00")
    missed, day = course.days.get(number=7), later.days.get(number=7)
    made_up = attendance.make_up(enrolment=short, missed=missed, day=day, by=cast.malin, now=clock.now())
    with pytest.raises(rules.NobodyEnded):
        actions.end_without(cohort=course, by=cast.malin, now=clock.now())
    attendance.undo_make_up(make_up=made_up, by=cast.malin, now=clock.now())
    actions.end_without(cohort=course, by=cast.malin, now=clock.now())
    made_up = attendance.make_up(enrolment=short, missed=missed, day=day, by=cast.malin, now=clock.now())
    attendance.mark(registration=made_up.registration, mark="present", by=cast.malin, now=clock.now())
    short.refresh_from_db()
    certificates.issue(enrolment=short, by=cast.malin, now=clock.now())
    assert side(short) == ProgrammeSide.COMPLETED


@pytest.mark.parametrize("noted", [False, True])
def test_who_completes_after_the_decision_is_a_task_of_the_coordinator(
    cast: Any, course: Any, at: Any, sign_in: Any, noted: bool
) -> None:
    short = cast.enrolment(course, cast.edvin)
    cast.attendance(short, *SHORT)
    certificates.issue(enrolment=short, by=cast.malin, now=clock.now())  # of participation
    if noted:
        actions.end_without(cohort=course, by=cast.malin, now=clock.now())
    at("2027-04-16 09:00")
    later = cast.cohort(programme=course.programme, number=course.number + 1)
    at("2027-11-10 09:00")
    course.state = "decided"
    course.save()
    made_up = attendance.make_up(
        enrolment=short, missed=course.days.get(number=7), day=later.days.get(number=7), by=cast.malin, now=clock.now()
    )
    assert "Utfärda 1 intyg" not in sign_in(cast.malin).get("/").content.decode()
    attendance.mark(registration=made_up.registration, mark="present", by=cast.malin, now=clock.now())
    assert "Utfärda 1 intyg" in sign_in(cast.malin).get("/").content.decode()
    certificates.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    assert "Utfärda 1 intyg" not in sign_in(cast.malin).get("/").content.decode()


def test_the_coordinator_writes_it_down_and_takes_it_back_on_the_page_of_certificates(
    cast: Any, course: Any, sign_in: Any
) -> None:
    short = cast.enrolment(course, cast.edvin)
    cast.attendance(short, *SHORT)
    client, address = sign_in(cast.malin), f"/programmes/cohorts/{course.pk}/certificates/"
    assert "Skriv ner att 1 person inte har gått klart" in client.get(address).content.decode()
    done = client.post(address, {"ended": "1"}, follow=True).content.decode()
    assert side(short) == ProgrammeSide.NOT_COMPLETED
    assert "Antecknat att hon eller han inte gick klart" in done
    assert "Skriv ner att" not in done
    assert client.post(address, {"ended": "1"}).status_code == 409
    assert client.post(address, {"going_on": "x"}).status_code == 404
    foreign = cast.enrolment(cast.cohort(programme=course.programme, number=course.number + 1), cast.leila)
    assert client.post(address, {"going_on": foreign.pk}).status_code == 404
    assert client.post(address, {"going_on": short.pk}).status_code == 302
    assert side(short) == ProgrammeSide.ENROLLED
    with pytest.raises(DoesNotFollow):
        actions.go_on(enrolment=short, by=cast.malin, now=clock.now())
    assert sign_in(cast.stina).post(address, {"ended": "1"}).status_code == 404
