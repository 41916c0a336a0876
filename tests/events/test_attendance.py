"""Registrations and attendance: who is on a day, who was there, and who may say so."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from audit.models import Deed
from base.refusal import Forbidden
from events import actions, rules
from events.models import Attendance, Registration
from tests.cast import NOW


@pytest.fixture
def cohort(cast):
    return cast.cohort()


@pytest.fixture
def day(cohort):
    """Day 3, 14 April: two days ago."""
    return cohort.days.get(number=3).event


@pytest.fixture
def tuva_there(cast, cohort, day):
    cast.enrolment(cohort, cast.tuva)
    return Registration.objects.get(event=day, person=cast.tuva)


def test_registering_twice_is_once_and_who_left_comes_back(cast, day):
    first = actions.register(event=day, person=cast.tuva, by=cast.malin, now=NOW, from_enrolment=True)
    assert actions.register(event=day, person=cast.tuva, by=cast.malin, now=NOW) == first
    actions.unregister(registration=first, by=cast.malin, now=NOW)
    again = actions.register(event=day, person=cast.tuva, by=cast.malin, now=NOW, from_enrolment=True)
    assert (again.pk, again.state) == (first.pk, "registered")


def test_a_round_is_registered_at_once_with_few_statements(cast, cohort, django_assert_max_num_queries):
    events = [day.event for day in cohort.days.select_related("event")]
    with django_assert_max_num_queries(8):
        rows = actions.register_on(events=events, person=cast.tuva, by=cast.malin, now=NOW)
    assert len(rows) == 8
    assert all(row.from_enrolment for row in rows)
    assert actions.unregister_from(events=events, person=cast.tuva, by=cast.malin, now=NOW) == 5
    assert Registration.objects.standing().filter(person=cast.tuva).count() == 3
    actions.register_on(events=events, person=cast.tuva, by=cast.malin, now=NOW)
    assert Registration.objects.standing().filter(person=cast.tuva).count() == 8


def test_an_event_with_places_of_its_own_gives_them_and_a_line(cast):
    places = actions.open_places(region=cast.sormland, capacity=1)
    event = actions.create_event(
        region=cast.sormland,
        kind="seminar",
        title="Seminarium",
        date=date(2027, 6, 1),
        start_time=NOW.time().replace(hour=9),
        end_time=NOW.time().replace(hour=16),
        places=places,
        by=cast.malin,
        now=NOW,
    )
    one = actions.register(event=event, person=cast.tuva, by=cast.tuva, now=NOW)
    two = actions.register(event=event, person=cast.edvin, by=cast.edvin, now=NOW)
    assert (one.claim.state, two.claim.state) == ("confirmed", "waitlisted")
    assert list(Registration.objects.expected().filter(event=event)) == [one]
    actions.unregister(registration=one, by=cast.tuva, now=NOW)
    assert actions.offer_next(places=places, expires_at=NOW + timedelta(days=2), by=None, now=NOW).person == cast.edvin


def test_nobody_is_registered_on_a_cancelled_day(cast, cohort):
    event = cohort.days.get(number=4).event
    actions.cancel_event(event=event, reason="Snö", by=cast.malin, now=NOW)
    with pytest.raises(rules.EventCancelled):
        actions.register(event=event, person=cast.tuva, by=cast.malin, now=NOW)


def test_only_the_person_and_the_organisers_say_that_someone_cannot_come(cast, cohort):
    cast.enrolment(cohort, cast.tuva)
    row = Registration.objects.get(event=cohort.days.get(number=4).event, person=cast.tuva)
    for who in (cast.edvin, cast.stina, cast.vera, cast.outsider):
        with pytest.raises(Forbidden):
            actions.report_absence(registration=row, reason="", by=who, now=NOW)
    assert actions.report_absence(registration=row, reason="", by=cast.malin, now=NOW).state == "absence_reported"
    actions.report_absence(registration=row, reason="", by=cast.tuva, now=NOW)
    assert Deed.objects.filter(deed="absence_reported").count() == 1


def test_a_mark_is_made_corrected_repeated_and_cleared(cast, tuva_there):
    def mark(word, hours=None):
        return actions.mark_attendance(registration=tuva_there, mark=word, hours=hours, by=cast.malin, now=NOW)

    assert mark("present").hours == Decimal("6.00")
    mark("present")
    assert mark("present", Decimal("4")).hours == 4
    assert mark("absent").hours == 0
    deeds = Deed.objects.filter(deed="attendance_marked").order_by("pk")
    assert [(deed.codes["before"], deed.codes["after"]) for deed in deeds] == [
        ("", "present"),
        ("present", "present"),
        ("present", "absent"),
    ]
    for _again in range(2):
        actions.clear_attendance(registration=tuva_there, by=cast.malin, now=NOW)
    assert not Attendance.objects.exists()
    assert Deed.objects.filter(deed="attendance_cleared").count() == 1


@pytest.mark.parametrize("hours", ["0", "-1", "6.25"])
def test_hours_that_the_day_does_not_have_are_refused(cast, tuva_there, hours):
    with pytest.raises(rules.HoursWrong):
        actions.mark_attendance(registration=tuva_there, mark="present", hours=Decimal(hours), by=cast.malin, now=NOW)


def test_attendance_is_marked_from_the_morning_of_the_day_and_long_after(cast, cohort, tuva_there, day):
    future = Registration.objects.get(event=cohort.days.get(number=4).event, person=cast.tuva)
    with pytest.raises(rules.NotYetHeld):
        actions.mark_attendance(registration=future, mark="present", by=cast.malin, now=NOW)
    actions.mark_attendance(registration=tuva_there, mark="present", by=cast.malin, now=NOW + timedelta(days=400))


def test_only_organisers_and_those_who_work_on_the_day_mark(cast, tuva_there, day):
    for who in (cast.tuva, cast.stina, cast.vera, cast.petra):
        with pytest.raises(Forbidden):
            actions.mark_attendance(registration=tuva_there, mark="present", by=who, now=NOW)
    actions.staff_event(event=day, person=cast.petra, function="host", by=cast.malin, now=NOW)
    assert actions.mark_attendance(registration=tuva_there, mark="present", by=cast.petra, now=NOW).by == cast.petra


def test_a_day_is_marked_as_a_whole_or_not_at_all(cast, cohort, tuva_there, day):
    cast.enrolment(cohort, cast.edvin)
    edvin = Registration.objects.get(event=day, person=cast.edvin)
    marks = {tuva_there.pk: ("present", None), edvin.pk: ("present", Decimal("9"))}
    with pytest.raises(rules.HoursWrong):
        actions.mark_day(event=day, marks=marks, by=cast.malin, now=NOW)
    assert not Attendance.objects.exists()
    marks[edvin.pk] = ("excused", None)
    assert actions.mark_day(event=day, marks=marks, by=cast.malin, now=NOW) == 2
    assert actions.mark_day(event=day, marks=marks, by=cast.malin, now=NOW) == 0
    marks[edvin.pk] = ("present", Decimal("3"))
    assert actions.mark_day(event=day, marks=marks, by=cast.malin, now=NOW) == 1
    assert Attendance.objects.get(registration=edvin).hours == 3
    assert Deed.objects.filter(deed="day_marked").count() == 2
    with pytest.raises(rules.NotRegistered):
        actions.mark_day(event=day, marks={0: ("present", None)}, by=cast.malin, now=NOW)


def test_marking_a_day_costs_the_same_for_one_and_for_three(cast, cohort, day, django_assert_num_queries):
    for who in (cast.tuva, cast.edvin, cast.leila):
        cast.enrolment(cohort, who)
    rows = list(Registration.objects.filter(event=day))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    assert cast.malin.reach.coordinator  # read once for the request
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            actions.mark_day(event=day, marks={row.pk: ("present", None) for row in some}, by=cast.malin, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("facts", [{"mark": "absent", "hours": 1}, {"mark": "present", "hours": -1}])
def test_the_database_refuses_marks_that_cannot_be(tuva_there, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(registration=tuva_there, at=NOW, **facts)
