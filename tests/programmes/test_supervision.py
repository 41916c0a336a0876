"""Supervision groups: nobody beside her manager, a contract that all say yes to, sessions without a word of content."""

from datetime import date, time, timedelta

import pytest
from django import forms as django_forms
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base.clock import now
from base.forms import ClockField, DateField
from base.refusal import Forbidden
from events.models import Attendance, Event, Registration
from outbox import kinds
from outbox.models import Letter
from people.models import Employment, RoleAssignment
from programmes.actions import sessions, supervision
from programmes.forms import supervision as forms
from programmes.models import SupervisionAnswer, SupervisionGroup, SupervisionMember, SupervisionSession
from programmes.rules import fairness
from programmes.rules import supervision as rules
from programmes.rules import supervision_attendance as seen
from programmes.rules import supervision_evaluations as evaluating
from programmes.rules import supervision_proposals as proposing
from programmes.states import SupervisionState
from reports.documents import extract
from reports.documents import supervision as figures
from reports.documents.figures import Choice
from tests.cast import LONG_AGO, employment, organisation, person, role

TERMS = supervision.Terms(2, 90, 4)


@pytest.fixture
def stage(cast):
    """A programme with a finished round; a supervisor from outside; somebody from each of three units."""
    cast.made["sara"] = person("Sara Handledare", "sara@utanfor.example")
    cast.made["finished"] = cast.cohort(number=11, state="finished", days=(date(2026, 10, 9),), days_required=1)
    for who in (cast.tuva, cast.leila, cast.yasmin):
        cast.enrolment(cast.finished, who, side="completed")
    return cast


def make(cast, *people, lead=None, terms=TERMS):
    supervision.form_groups(
        programme=cast.programme(), groups=[(lead or cast.sara, people)], terms=terms, by=cast.malin, now=now()
    )
    return SupervisionGroup.objects.order_by("pk").last()


def agreed(cast, *people, terms=TERMS):
    return all_agree(cast, make(cast, *(people or (cast.tuva, cast.leila, cast.yasmin)), terms=terms))


def all_agree(cast, group):
    for who in (cast.sara, *(row.person for row in rules.members_of(group))):
        group = supervision.answer(group=group, answer="yes", by=who, now=now())
    return group


def book(cast, group, *days):
    sessions.book(
        group=group, days=list(days or (date(2027, 4, 20),)), start=time(13), minutes=90, form="room", by=cast.sara,
        now=now(),
    )  # fmt: skip
    group.refresh_from_db()
    return list(rules.sessions_of(group))


def write(cast, group, session, *present, day=date(2027, 4, 14), minutes=90):
    return sessions.write(
        group=group, session=session, day=day, minutes=minutes, form="remote", present={who.pk for who in present},
        by=cast.sara, now=now(),
    )  # fmt: skip


def built(letter):
    return kinds.find(letter.kind).build(letter)


# ---------- Who is in a group ----------


def test_a_manager_is_not_added_to_a_group_with_two_of_her_staff(stage):
    """SUP-2."""
    group = make(stage, stage.tuva, stage.edvin, stage.yasmin)
    with pytest.raises(rules.LeadsMembers, match="direct manager of 2 members"), translation.override("en"):
        supervision.add_member(group=group, person=stage.stina, by=stage.malin, now=now())
    assert SupervisionMember.objects.filter(group=group).count() == 3


def test_nobody_who_leads_from_a_higher_level_and_nobody_led_by_a_member_is_added(stage):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    with pytest.raises(rules.LeadsMembers, match="higher level"), translation.override("en"):
        supervision.add_member(group=group, person=stage.lars, by=stage.malin, now=now())
    managers = make(stage, stage.stina, stage.omar, stage.petra)
    with pytest.raises(rules.LedByMember):
        supervision.add_member(group=managers, person=stage.edvin, by=stage.malin, now=now())


def test_the_supervisor_leads_nobody_in_the_group_at_work(stage):
    with pytest.raises(rules.SupervisorLeads):
        make(stage, stage.tuva, stage.leila, stage.yasmin, lead=stage.stina)
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    with pytest.raises(rules.SupervisorLeads):
        supervision.change_supervisor(group=group, supervisor=stage.lars, by=stage.malin, now=now())
    with pytest.raises(rules.OwnSupervisor):
        supervision.change_supervisor(group=group, supervisor=stage.tuva, by=stage.malin, now=now())


def test_who_becomes_a_members_manager_is_pointed_out_to_the_coordinator_and_to_nobody_else(stage, sign_in):
    group = make(stage, stage.tuva, stage.edvin, stage.yasmin)
    role(stage.tuva, "manager", organisation=stage.barn)
    RoleAssignment.objects.filter(person=stage.stina).delete()
    words = "är närmaste chef för 1 deltagare"
    for address in ("/programmes/supervision/", group.get_absolute_url()):
        assert "Tuva Ljungdahl" in sign_in(stage.malin).get(address).content.decode()
        assert rules.conflicts([group], by=stage.malin, day=now().date())[group.pk]
    assert "notice-warn" in sign_in(stage.malin).get(group.get_absolute_url()).content.decode()
    page = sign_in(stage.sara).get(group.get_absolute_url()).content.decode()
    assert words not in page


def test_one_is_in_one_group_of_a_programme_and_a_group_has_three_to_eight(stage):
    make(stage, stage.tuva, stage.leila, stage.yasmin)
    with pytest.raises(rules.InAnother):
        make(stage, stage.tuva, stage.edvin, stage.petra)
    with pytest.raises(rules.WrongSize):
        make(stage, stage.edvin, stage.petra)
    with pytest.raises(rules.NotEmployed):
        make(stage, stage.edvin, stage.omar, stage.selma)


def test_groups_are_proposed_from_those_who_finished_and_are_in_none(stage):
    day = now().date()
    found = proposing.finished(stage.programme(), day)
    assert [one.person for one in found] == [stage.leila, stage.tuva, stage.yasmin]
    proposal = proposing.propose(found, [stage.sara], size=6, day=day)
    assert [len(group.people) for group in proposal.groups] == [3]
    make(stage, stage.tuva, stage.leila, stage.yasmin)
    assert all(one.has for one in proposing.finished(stage.programme(), day))
    Employment.objects.filter(person=stage.tuva).update(valid_to=day - timedelta(days=1))
    assert stage.tuva not in [one.person for one in proposing.finished(stage.programme(), day)]


def test_two_of_one_unit_are_told_with_the_reason(stage):
    for n in range(3):
        who = person(f"Barn {n}", f"barn{n}@eskilstuna.example", stage.sormland)
        employment(who, stage.barn)
        stage.enrolment(stage.finished, who, side="completed")
    day = now().date()
    with translation.override("en"):
        proposal = proposing.propose(proposing.finished(stage.programme(), day), [stage.sara], size=3, day=day)
    assert len(proposal.groups) == 2
    assert [len(group.people) for group in proposal.groups] == [3, 3]
    assert "Not avoidable: 4 of 6 work there, and there are 2 groups." in proposal.reasons[0]


def test_the_coordinator_proposes_moves_by_hand_reads_the_letters_and_makes_the_groups(stage, sign_in):
    client = sign_in(stage.malin)
    facts = {
        "programme": stage.programme().pk, "size": 3, "sessions": 10, "minutes": 90, "weeks": 4,
        "supervisor_1": "sara@utanfor.example",
    }  # fmt: skip
    page = client.get("/programmes/supervision/new/", facts)
    assert "Tuva Ljungdahl" in page.content.decode()
    placed = {f"place_{who.pk}": "1" for who in (stage.tuva, stage.leila, stage.yasmin)} | {"lead_1": stage.sara.pk}
    few = {**facts, **placed, f"place_{stage.tuva.pk}": "0"}
    refused = client.post("/programmes/supervision/new/", few)
    assert refused.status_code == 422
    assert not SupervisionGroup.objects.exists()
    read = client.post("/programmes/supervision/new/", {**facts, **placed})
    assert read.status_code == 200
    assert not SupervisionGroup.objects.exists()
    assert not Letter.objects.exists()
    client.post("/programmes/supervision/new/", {**facts, **placed, "confirm": "yes"})
    group = SupervisionGroup.objects.get()
    assert group.state == SupervisionState.PROPOSED
    assert Letter.objects.filter(kind="programmes.supervision_asked").count() == 4


# ---------- The contract ----------


def test_the_group_is_agreed_with_the_last_yes(stage):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    for who in (stage.tuva, stage.leila, stage.yasmin):
        group = supervision.answer(group=group, answer="yes", by=who, now=now())
        assert group.state == SupervisionState.PROPOSED
    group = supervision.answer(group=group, answer="yes", by=stage.sara, now=now())
    assert group.state == SupervisionState.AGREED
    with pytest.raises(rules.NotAsked):
        supervision.answer(group=group, answer="no", by=stage.tuva, now=now())


def test_only_those_whom_the_contract_binds_answer_it(stage):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    for who in (stage.malin, stage.stina, stage.edvin):
        with pytest.raises(Forbidden):
            supervision.answer(group=group, answer="yes", by=who, now=now())


def test_the_coordinator_begins_with_those_who_have_said_yes_and_the_others_leave(stage):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin, stage.edvin)
    with pytest.raises(rules.SupervisorNotAgreed):
        supervision.start(group=group, by=stage.malin, now=now())
    supervision.answer(group=group, answer="yes", by=stage.sara, now=now())
    for who in (stage.tuva, stage.leila):
        supervision.answer(group=group, answer="yes", by=who, now=now())
    supervision.answer(group=group, answer="no", by=stage.edvin, now=now())
    with pytest.raises(rules.WrongSize):
        supervision.start(group=group, by=stage.malin, now=now())
    supervision.answer(group=group, answer="yes", by=stage.yasmin, now=now())
    group = supervision.start(group=group, by=stage.malin, now=now())
    assert group.state == SupervisionState.AGREED
    assert stage.edvin not in [row.person for row in rules.members_of(group)]


def test_the_page_of_the_contract_takes_the_answer_and_its_letter_stops(stage, sign_in):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    letter = Letter.objects.get(kind="programmes.supervision_asked", person=stage.tuva)
    with translation.override("sv"):
        mail = built(letter)
    assert mail is not None
    assert "/contract/" in mail.text
    page = sign_in(stage.tuva).post(f"/programmes/supervision/{group.pk}/contract/", {"answer": "yes"}, follow=True)
    assert page.status_code == 200
    assert rules.answers_of(group) == {stage.tuva.pk: "yes"}
    assert built(letter) is None


# ---------- Sessions ----------


def test_sessions_are_booked_after_the_contract_and_no_more_than_agreed(stage):
    group = make(stage, stage.tuva, stage.leila, stage.yasmin)
    with pytest.raises(rules.NotAgreed):
        book(stage, group)
    group = all_agree(stage, group)
    rows = book(stage, group, date(2027, 4, 20), date(2027, 5, 18))
    group.refresh_from_db()
    assert group.state == SupervisionState.RUNNING
    with pytest.raises(rules.EnoughSessions):
        book(stage, group, date(2027, 6, 15))
    event = rows[0].event
    assert (event.kind, event.state, event.description) == ("supervision", "published", "")
    assert {event.title_sv, event.title_fi, event.title_en} == {
        str(event.title_sv),
        str(event.title_fi),
        event.title_en,
    }
    assert event.reminders.count() == 3
    on = set(Registration.objects.standing().filter(event=event).values_list("person", flat=True))
    assert on == {stage.tuva.pk, stage.leila.pk, stage.yasmin.pk}
    assert event in Event.objects.on_calendar_of(stage.sara)
    assert Letter.objects.filter(kind="programmes.supervision_booked").count() == 3


def test_who_leaves_and_who_joins_takes_leave_of_and_part_in_the_sessions_to_come(stage):
    group = agreed(stage)
    [session] = book(stage, group)
    supervision.remove_member(group=group, person=stage.tuva, by=stage.malin, now=now())
    supervision.add_member(group=group, person=stage.edvin, by=stage.malin, now=now())
    on = Registration.objects.standing().filter(event=session.event)
    assert set(on.values_list("person", flat=True)) == {stage.leila.pk, stage.yasmin.pk}
    group.refresh_from_db()
    supervision.answer(group=group, answer="yes", by=stage.edvin, now=now())
    assert stage.edvin.pk in set(on.values_list("person", flat=True))


def test_a_session_is_written_down_with_who_was_there_and_corrected(stage):
    group = agreed(stage)
    row = write(stage, group, None, stage.tuva, stage.leila)
    hours = dict(Attendance.objects.values_list("registration__person", "hours"))
    assert {key: float(value) for key, value in hours.items()} == {
        stage.tuva.pk: 1.5, stage.leila.pk: 1.5, stage.yasmin.pk: 0,
    }  # fmt: skip
    write(stage, group, row, stage.yasmin, day=date(2027, 4, 13), minutes=120)
    event = Event.objects.get(pk=row.event_id)
    assert (event.date, float(event.hours)) == (date(2027, 4, 13), 2.0)
    assert list(Attendance.objects.filter(mark="present").values_list("registration__person", flat=True)) == [
        stage.yasmin.pk
    ]
    with pytest.raises(rules.SameDay):
        write(stage, group, None, stage.tuva, day=date(2027, 4, 13))
    with pytest.raises(rules.DayToCome):
        write(stage, group, None, stage.tuva, day=date(2027, 4, 20))
    assert not Letter.objects.filter(kind__startswith="events.").exists()


def hours_in_figures(cast):
    return sum((year.total.hours for year in figures.count(cast.malin, Choice())), start=0)


def test_a_session_written_down_by_mistake_is_taken_away_with_its_hours_and_nobody_is_written_to(stage, sign_in):
    group = agreed(stage)
    kept = write(stage, group, None, stage.tuva, day=date(2027, 4, 13))
    row = write(stage, group, None, stage.tuva, stage.leila)
    page = f"/programmes/supervision/{group.pk}/sessions/write/?session={row.pk}"
    letters, hours = Letter.objects.count(), hours_in_figures(stage)
    with pytest.raises(Forbidden):
        sessions.take_away(session=row, by=stage.tuva, now=now())
    client = sign_in(stage.sara)
    assert "Ta bort tillfället" in client.get(page).content.decode()
    assert client.post(page, {"act": "remove"}).status_code == 302
    assert [one.pk for one in rules.sessions_of(group)] == [kept.pk]
    assert hours - hours_in_figures(stage) == 3
    assert Attendance.objects.filter(registration__event=row.event).count() == 0
    assert Letter.objects.count() == letters
    assert rules.why_not_book(group, stage.sara) is None
    assert write(stage, group, None, stage.leila).pk != row.pk


def test_a_booked_session_that_was_not_held_goes_and_one_to_come_is_cancelled_instead(stage, at):
    group = agreed(stage)
    [row] = book(stage, group, date(2027, 4, 20))
    with pytest.raises(rules.SessionToCome):
        sessions.take_away(session=row, by=stage.sara, now=now())
    at("2027-04-21 09:00")
    assert [todo.title for todo in rules.todos(stage.sara, now=now())]
    sessions.take_away(session=row, by=stage.malin, now=now())
    assert rules.todos(stage.sara, now=now()) == []
    assert evaluating.why_not_evaluate(group, now=now()) is not None


def test_the_supervisor_moves_a_session_and_others_do_not(stage):
    group = agreed(stage)
    [row] = book(stage, group)
    sessions.move(session=row, day=date(2027, 4, 27), start=time(9), by=stage.sara, now=now())
    assert Event.objects.get(pk=row.event_id).date == date(2027, 4, 27)
    assert Letter.objects.filter(kind="events.moved").count() == 3
    for who in (stage.tuva, stage.stina):
        with pytest.raises(Forbidden):
            sessions.move(session=row, day=date(2027, 4, 28), start=time(9), by=who, now=now())
    sessions.cancel(session=row, reason="Rummet", by=stage.sara, now=now())
    assert rules.sessions_of(group) == []


def test_a_session_has_day_minutes_form_and_attendance_and_no_field_for_words(stage, sign_in):
    """SUP-4: the forms of supervision and their models are walked."""
    closed = (DateField, ClockField, django_forms.IntegerField, django_forms.ChoiceField, django_forms.BooleanField)
    write_form = forms.WriteForm(members=[(1, "Tuva")])
    assert list(write_form.fields) == ["day", "minutes", "form", "there"]
    for form in (
        write_form,
        forms.BookForm(),
        forms.MoveForm(),
        forms.CancelForm(),
        forms.EndForm(),
        forms.ExtendForm(),
    ):
        for name, field in form.fields.items():
            assert isinstance(field, closed), name
    rows = (SupervisionGroup, SupervisionMember, SupervisionAnswer, SupervisionSession)
    for model in rows:
        for column in model._meta.concrete_fields:
            words = isinstance(column, models.TextField | models.JSONField | models.FileField)
            assert not words, column
            assert not isinstance(column, models.CharField) or column.choices, column
    group = agreed(stage)
    [row] = book(stage, group)
    client = sign_in(stage.sara)
    page = client.get(f"/programmes/supervision/{group.pk}/sessions/write/").content.decode()
    assert "<textarea" not in page
    # What a member says beforehand has no reason either, and the coordinator's page of the place no line for words.
    page = sign_in(stage.tuva).get(f"/events/{row.event_id}/absence/").content.decode()
    assert 'name="reason"' not in page
    page = sign_in(stage.malin).get(f"/events/{row.event_id}/practicalities/").content.decode()
    assert 'name="arrival' not in page
    assert sign_in(stage.malin).get(f"/events/{row.event_id}/organise/").status_code == 404


def test_absence_that_was_reported_is_preset_and_stays_absence(stage, sign_in):
    group = agreed(stage)
    [row] = book(stage, group, date(2027, 4, 16))
    answer = sign_in(stage.tuva).post(f"/events/{row.event_id}/absence/")
    assert answer.status_code == 302
    address = f"/programmes/supervision/{group.pk}/sessions/write/?session={row.pk}"
    client = sign_in(stage.sara)
    page = client.get(address).content.decode()
    assert page.count("checked") >= 2
    typed = {"day": "2027-04-16", "minutes": 90, "form": "room", "there": [stage.leila.pk]}
    assert client.post(address, typed).status_code == 302
    marks = dict(Attendance.objects.values_list("registration__person", "mark"))
    assert marks == {stage.tuva.pk: "excused", stage.leila.pk: "present", stage.yasmin.pk: "absent"}


# ---------- Who sees what ----------


def test_a_manager_sees_dates_and_attendance_of_her_own_staff_and_nothing_else(stage, sign_in):
    group = agreed(stage)
    write(stage, group, None, stage.tuva, stage.leila)
    page = sign_in(stage.stina).get("/programmes/staff/").content.decode()
    assert "Tuva Ljungdahl" in page
    assert "14 april" in page
    assert "Leila Mansouri" not in page
    client = sign_in(stage.stina)
    for path in ("", "contract/", "members/", "sessions/write/"):
        assert client.get(f"/programmes/supervision/{group.pk}/{path}").status_code == 404
    assert [seen.person for seen in seen.attendance_of_staff(stage.lars, since=LONG_AGO)] == [stage.leila, stage.tuva]
    assert seen.attendance_of_staff(stage.ulf, since=LONG_AGO) == []


def test_an_employer_sees_nothing_of_a_session_after_a_move(stage):
    group = agreed(stage)
    write(stage, group, None, stage.tuva, day=date(2027, 4, 13))
    Employment.objects.filter(person=stage.tuva).update(valid_to=date(2027, 4, 13))
    employment(stage.tuva, stage.nyk_barn, since=date(2027, 4, 14))
    write(stage, group, None, stage.tuva, day=date(2027, 4, 15))
    before = {seen.person: seen.days for seen in seen.attendance_of_staff(stage.stina, since=LONG_AGO)}
    after = {seen.person: seen.days for seen in seen.attendance_of_staff(stage.petra, since=LONG_AGO)}
    assert before[stage.tuva] == ((date(2027, 4, 13), True),)
    assert after[stage.tuva] == ((date(2027, 4, 15), True),)


@pytest.mark.parametrize(("who", "status"), [
    ("malin", 200), ("ada", 200), ("sara", 200), ("tuva", 200),
    ("edvin", 404), ("stina", 404), ("lars", 404), ("vera", 404), ("outsider", 404),
])  # fmt: skip
def test_the_group_is_seen_by_its_people_and_its_coordinator(stage, sign_in, who, status):
    group = agreed(stage)
    assert sign_in(getattr(stage, who)).get(group.get_absolute_url()).status_code == status


def test_a_member_sees_her_own_attendance_only(stage, sign_in):
    group = agreed(stage)
    write(stage, group, None, stage.leila)
    page = sign_in(stage.tuva).get(group.get_absolute_url()).content.decode()
    assert "Frånvarande" in page
    assert "1 av 3" not in page
    assert "sessions/write" not in page


# ---------- How employers fare ----------


def test_a_unit_with_four_eligible_people_is_merged_into_its_parent(stage):
    """SUP-3."""
    small = organisation("Liten enhet", "unit", stage.eskilstuna)
    for n in range(9):
        who = person(f"Färdig {n}", f"fardig{n}@eskilstuna.example", stage.sormland)
        employment(who, small if n < 3 else stage.barn)
        stage.enrolment(stage.finished, who, side="completed")
    people = proposing.finished(stage.programme(), now().date())
    with translation.override("en"):
        rows = fairness.rows(people, k=5)
    told = {row.name: row.eligible for row in rows}
    assert "Liten enhet, Eskilstuna" not in told
    assert min(told.values()) >= 5
    assert sum(row.eligible for row in rows if not row.town) == len(people)


def test_the_page_about_employers_says_how_many_of_how_many(stage, sign_in):
    for n in range(4):
        who = person(f"Färdig {n}", f"fardig{n}@eskilstuna.example", stage.sormland)
        employment(who, stage.barn)
        stage.enrolment(stage.finished, who, side="completed")
    make(stage, stage.tuva, stage.leila, stage.yasmin)
    page = sign_in(stage.malin).get("/programmes/supervision/employers/").content.decode()
    assert "3 av 7" in page
    assert "%" not in page.split("<main")[1].split("</main>")[0]
    assert sign_in(stage.lars).get("/programmes/supervision/employers/").status_code == 404


# ---------- Counts, erasure, one's own ----------


def test_as_many_questions_for_three_groups_as_for_one(stage, sign_in):
    def group_of(n):
        people = []
        for k in range(3):
            who = person(f"Person {n}{k}", f"p{n}{k}@eskilstuna.example", stage.sormland)
            employment(who, stage.barn)
            people.append(who)
        row = agreed(stage, *people)
        return write(stage, row, None, *people)

    client = sign_in(stage.malin)

    def count(address, who=None):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    group_of(1)
    manager = sign_in(stage.stina)
    manager.get("/programmes/staff/")
    staff = count("/programmes/staff/")
    client = sign_in(stage.malin)
    count("/programmes/supervision/")
    one = count("/programmes/supervision/")
    group_of(2)
    group_of(3)
    assert count("/programmes/supervision/") == one
    client = sign_in(stage.stina)
    assert count("/programmes/staff/") == staff


def test_who_is_erased_leaves_no_trace_in_a_group(stage):
    group = agreed(stage)
    stage.tuva.delete()
    assert SupervisionMember.objects.filter(group=group).count() == 2
    assert SupervisionAnswer.objects.filter(group=group).count() == 3


def test_one_reads_what_is_kept_about_ones_supervision(stage):
    group = agreed(stage)
    write(stage, group, None, stage.tuva)
    told = str(extract.as_plain(stage.tuva, "sv", now()))
    assert "Handledning, grupp 1" in told
    assert "Leila" not in told
    assert "Handledning, grupp 1" in str(extract.as_plain(stage.sara, "sv", now()))


# ---------- Figures, letters ----------


def test_figures_count_groups_people_sessions_and_hours_by_municipality(stage, sign_in):
    group = agreed(stage)
    write(stage, group, None, stage.tuva, stage.yasmin, day=date(2027, 4, 13))
    write(stage, group, None, stage.tuva, stage.leila)
    [year] = figures.count(stage.malin, Choice())
    assert (year.year, year.total.cells) == (2027, [1, 3, 2, 6])
    assert {town.name: town.cells for town in year.towns} == {"Eskilstuna": [1, 2, 2, 4.5], "Nyköping": [1, 1, 1, 1.5]}
    [own] = figures.count(stage.lars, Choice())
    assert own.total.cells == [1, 2, 2, 4.5]
    assert figures.count(stage.vera, Choice()) == []
    assert figures.count(stage.malin, Choice(first=2028)) == []
    assert "4,5" in sign_in(stage.lars).get("/reports/figures/").content.decode()


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_letters_of_dates_have_the_days_to_come_and_a_calendar_file(stage, language):
    group = agreed(stage)
    [first, _second] = book(stage, group, date(2027, 4, 20), date(2027, 5, 18))
    letter = Letter.objects.get(kind="programmes.supervision_booked", person=stage.tuva)
    with translation.override(language):
        mail = built(letter)
        assert mail.text.count("\n- ") == 2
        assert mail.attachments[0][0].endswith(".ics")
        sessions.cancel(session=first, reason="Rummet", by=stage.sara, now=now())
        assert built(letter).text.count("\n- ") == 1
        supervision.end(group=group, by=stage.malin, now=now())
        assert built(letter) is None
