"""Certificates of roles: who has done what for a round, what the paper says, and that nobody else is named on it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audit.models import Deed
from base import clock
from events.models import Event, Staff
from outbox.kinds import find
from outbox.models import Letter
from programmes.actions import certificates, roles
from programmes.documents import certificates as documents
from programmes.models import (
    Certificate,
    Funder,
    Mentor,
    MentorMeeting,
    Mentorship,
    SupervisionGroup,
    SupervisionMember,
    SupervisionSession,
)
from programmes.rules import certificates as paper_rules
from programmes.rules import roles as rules
from programmes.states import CertificateState, RoleFunction
from tests.cast import NOW, STOCKHOLM, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(cast: Any, at: Any) -> Any:
    """A round whose days are over: Lena lectured on days 2 and 5, Hugo hosted day 3."""
    cast.made["lena"] = person("Lena Lektor", "lena@universitet.example", language="fi")
    cast.made["hugo"] = person("Hugo Värd", "hugo@nykoping.example", cast.sormland)
    cohort = cast.cohort()
    for who, number, function in (("lena", 2, "lecturer"), ("lena", 5, "lecturer"), ("hugo", 3, "host")):
        Staff.objects.create(event=cohort.days.get(number=number).event, person=cast.made[who], function=function)
    at("2027-11-10 09:00")
    return cohort


def done(cohort: Any) -> dict[tuple[str, str], rules.Done]:
    return {(row.person.name, str(row.function)): row for row in rules.done_in(cohort, clock.now())}


def test_lecturers_and_hosts_have_done_the_days_that_have_been(cast: Any, course: Any, at: Any) -> None:
    found = done(course)
    lena = found["Lena Lektor", "lecturer"]
    assert [day.number for day in lena.days] == [2, 5]
    assert (lena.first, lena.last, lena.times, lena.hours) == (date(2027, 3, 10), date(2027, 6, 10), 2, None)
    assert found["Hugo Värd", "host"].organisation == course.days.get(number=3).event.host
    at("2027-04-16 09:00")
    early = done(course)["Lena Lektor", "lecturer"]
    assert (early.times, early.to_come) == (1, 1)
    assert isinstance(rules.why_not_issue(early), rules.NotOver)
    Event.objects.filter(course_day__number__in=(2, 3)).update(state="cancelled")
    assert done(course) == {}


def pair(cast: Any, cohort: Any, mentee: Any, who: Any, *minutes: int, closed: bool = True) -> Mentorship:
    mentor, _new = Mentor.objects.get_or_create(
        region=cast.sormland, person=who, valid_to=None, defaults={"valid_from": date(2026, 1, 1), "added_at": NOW}
    )
    over = datetime(2027, 10, 20, 12, tzinfo=ZoneInfo("UTC"))
    row = Mentorship.objects.create(
        enrolment=cast.enrolment(cohort, mentee),
        mentor=mentor,
        state="closed" if closed else "active",
        closed_at=over if closed else None,
        closed_why="finished" if closed else "",
        started_on=date(2027, 3, 1),
        created_at=NOW,
    )
    for n, length in enumerate(minutes):
        MentorMeeting.objects.create(
            mentorship=row, date=date(2027, 4, 1) + timedelta(days=n), minutes=length, tag="other", at=NOW, held_at=NOW
        )
    MentorMeeting.objects.create(mentorship=row, date=date(2027, 9, 1), minutes=60, tag="other", at=NOW)
    return row


def test_a_mentor_is_certified_for_the_meetings_of_all_mentees_when_the_last_pair_has_ended(
    cast: Any, course: Any
) -> None:
    mentor = person("Marja Mentor", "marja@flen.example", cast.sormland)
    pair(cast, course, cast.tuva, mentor, 90, 60)
    going = pair(cast, course, cast.edvin, mentor, 50, closed=False)
    row = done(course)["Marja Mentor", "mentor"]
    assert (row.times, row.hours, row.to_come) == (2, Decimal("2.50"), 1)
    Mentorship.objects.filter(pk=going.pk).update(
        state="closed", closed_at=datetime(2027, 11, 2, tzinfo=ZoneInfo("UTC")), closed_why="no_fault"
    )
    row = done(course)["Marja Mentor", "mentor"]
    assert (row.times, row.hours, row.to_come) == (3, Decimal("3.25"), 0)  # 200 minutes, to the quarter
    assert (row.first, row.last) == (date(2027, 3, 1), date(2027, 11, 2))
    certificate = roles.issue_role(cohort=course, person=mentor, function="mentor", by=cast.malin, now=clock.now())
    assert (certificate.facts["hours"], certificate.facts["times"]) == ("3.25", 3)
    assert "Tuva" not in str(certificate.facts)


def test_a_mentor_who_never_met_anybody_has_nothing_to_certify(cast: Any, course: Any) -> None:
    mentor = person("Marja Mentor", "marja@flen.example", cast.sormland)
    pair(cast, course, cast.tuva, mentor)
    assert ("Marja Mentor", "mentor") not in done(course)


def test_a_supervisor_is_certified_in_the_newest_round_that_the_group_comes_from(cast: Any, course: Any) -> None:
    supervisor = person("Sirkka Ohjaaja", "sirkka@example.org")
    older = cast.cohort(number=11, state="finished")
    group = SupervisionGroup.objects.create(
        programme=course.programme,
        number=1,
        supervisor=supervisor,
        responsible=cast.malin,
        state="ended",
        ended_at=clock.now(),
        sessions=2,
        minutes=90,
        weeks=3,
        created_at=NOW,
    )
    for cohort, who in ((older, cast.tuva), (course, cast.edvin)):
        SupervisionMember.objects.create(
            group=group,
            person=who,
            enrolment=cast.enrolment(cohort, who),
            organisation=cast.eskilstuna,
            unit=cast.barn,
            joined_on=date(2027, 8, 1),
        )
    for month, recorded in ((8, NOW), (9, NOW), (10, None)):
        start = datetime(2027, month, 5, 13, tzinfo=STOCKHOLM)
        event = Event.objects.create(
            region=cast.sormland,
            kind="supervision",
            state="published",
            title="Handledning",
            date=start.date(),
            start_time=start.time(),
            end_time=start.time(),
            zone="Europe/Stockholm",
            starts_at=start,
            ends_at=start + timedelta(minutes=90),
            changed_at=NOW,
        )
        SupervisionSession.objects.create(group=group, event=event, minutes=90, recorded_at=recorded)
    row = done(course)["Sirkka Ohjaaja", "supervisor"]
    assert (row.times, row.hours, row.first, row.last) == (2, Decimal("3.00"), date(2027, 8, 5), date(2027, 9, 5))
    assert done(older) == {}


# ---------- Issuing ----------


def test_one_press_certifies_every_role_once(cast: Any, course: Any) -> None:
    made = roles.issue_roles(cohort=course, by=cast.malin, now=clock.now())
    assert {(one.holder.name, one.function) for one in made} == {("Lena Lektor", "lecturer"), ("Hugo Värd", "host")}
    with pytest.raises(rules.NobodyDone):
        roles.issue_roles(cohort=course, by=cast.malin, now=clock.now())
    with pytest.raises(paper_rules.AlreadyIssued):
        roles.issue_role(cohort=course, person=cast.lena, function="lecturer", by=cast.malin, now=clock.now())
    with pytest.raises(rules.NothingDone):
        roles.issue_role(cohort=course, person=cast.lena, function="host", by=cast.malin, now=clock.now())
    assert Deed.objects.filter(deed="certificate.issued").count() == 2


def test_a_missing_value_blocks_all_and_names_whom_it_concerns(cast: Any, course: Any) -> None:
    course.programme.funder = Funder.objects.create(
        region=cast.sormland, name="EU", statement_sv="Medfinansieras av Europeiska unionen", emblem_name="eu"
    )
    course.programme.save()
    with translation.override("en"), pytest.raises(paper_rules.ValueMissing) as refusal:
        roles.issue_roles(cohort=course, by=cast.malin, now=clock.now())
    assert "the funder's statement in Finnish (Lena Lektor)" in str(refusal.value)
    assert not Certificate.objects.exists()


def test_the_paper_says_days_and_typed_hours_in_the_persons_language_and_a_letter_follows(
    cast: Any, course: Any, client: Any
) -> None:
    certificate = roles.issue_role(
        cohort=course, person=cast.lena, function="lecturer", hours=Decimal("7.5"), by=cast.malin, now=clock.now()
    )
    assert certificate.facts["hours"] == "7.50"
    html, _pictures = documents._page([certificate])
    for words in ("Todistus luennoitsijana toimimisesta", "Lena Lektor", "7,50", "Rollen som socialsekreterare"):
        assert words in html, words
    certificates.print_waiting(now=clock.now())
    letter = Letter.objects.get()
    with translation.override("fi"):
        mail = find(letter.kind).build(letter)
    assert mail is not None
    assert "/programmes/my/documents/" in mail.text
    page = client.get(f"/c/{certificate.code}/?lang=en").content.decode()
    for words in ("The certificate is valid", "Certificate of work as a lecturer", "Lena Lektor", "7.50"):
        assert words in page, words
    assert "universitet" not in page


@pytest.mark.parametrize("function", RoleFunction.values)
@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_every_role_has_a_sentence_of_its_own(cast: Any, course: Any, function: str, language: str) -> None:
    row = rules.Done(cast.hugo, RoleFunction(function), date(2027, 3, 9), date(2027, 3, 9), 2, hours=Decimal(3))
    facts = documents.role_facts(
        cohort=course, done=row, name="Hugo Värd", hours=row.hours, language=language, now=clock.now()
    )
    certificate = Certificate(kind="role", function=function, facts=facts, language=language, code="AAAA-AAAA-AAAA")
    html, _pictures = documents._page([certificate])
    with translation.override(language):
        assert certificate.heading in html
    deed = html.partition('<p class="deed">')[2].partition("</p>")[0]
    word = {"lecturer": ("förel", "luenn", "lectur"), "host": ("värd", "isän", "host")}.get(function)
    word = word or {"mentor": ("mentor",) * 3, "supervisor": ("hand", "työnohj", "supervis")}[function]
    assert word[("sv", "fi", "en").index(language)] in deed


def test_a_corrected_one_takes_over_and_what_was_revoked_can_be_issued_again(cast: Any, course: Any) -> None:
    first, _second = sorted(
        roles.issue_roles(cohort=course, by=cast.malin, now=clock.now()), key=lambda one: -len(one.facts["days"])
    )
    corrected = roles.replace_role(
        certificate=first, name="Lena Lektor-Ek", hours=Decimal(6), reason="Namn", by=cast.malin, now=clock.now()
    )
    first.refresh_from_db()
    assert (first.state, first.replaced_by) == (CertificateState.REPLACED, corrected)
    assert (corrected.facts["name"], corrected.facts["hours"]) == ("Lena Lektor-Ek", "6.00")
    certificates.revoke(certificate=corrected, reason="Fel", by=cast.malin, now=clock.now())
    again = roles.issue_role(cohort=course, person=cast.lena, function="lecturer", by=cast.malin, now=clock.now())
    assert again.state == CertificateState.VALID


# ---------- Pages ----------


def test_the_coordinator_issues_corrects_and_sees_roles_on_the_page_of_certificates(
    cast: Any, course: Any, sign_in: Any
) -> None:
    client = sign_in(cast.malin)
    address = reverse("programmes:certificates", args=[course.pk])
    assert "Lena Lektor" in client.get(address).content.decode()
    one = reverse("programmes:certificate_role", args=[course.pk, cast.lena.pk, "lecturer"])
    assert client.get(one).status_code == 200
    assert client.post(one, {"name": "Lena Lektor", "hours": "7,3"}).status_code == 422
    assert client.post(one, {"name": "Lena Lektor", "hours": "7,25"}).status_code == 302
    first = Certificate.objects.get()
    assert first.facts["hours"] == "7.25"
    assert client.post(address, {"roles": "1"}).status_code == 302
    assert client.post(address, {"roles": "1"}).status_code == 409
    replace = reverse("programmes:certificate_replace", args=[first.pk])
    assert "7,25" in client.get(replace).content.decode()
    assert client.post(replace, {"name": "Lena L", "hours": "", "reason": "Namn"}).status_code == 302
    assert Certificate.objects.valid().get(person=cast.lena).facts["hours"] == ""
    wrong = reverse("programmes:certificate_role", args=[course.pk, cast.tuva.pk, "lecturer"])
    assert client.get(wrong).status_code == 404
    assert sign_in(cast.vera).get(one).status_code == 404


def test_the_page_asks_as_much_for_three_roles_as_for_one(cast: Any, course: Any, sign_in: Any) -> None:
    client, counts = sign_in(cast.malin), []
    address = reverse("programmes:certificates", args=[course.pk])
    client.get(address)
    Staff.objects.filter(person=cast.hugo).delete()
    for who in (None, cast.petra, cast.omar):
        if who:
            Staff.objects.create(event=course.days.get(number=4).event, person=who, function="host")
            roles.issue_role(cohort=course, person=who, function="host", by=cast.malin, now=clock.now())
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[2], counts


def test_a_lecturer_keeps_the_certificate_on_her_own_page_and_fetches_it(cast: Any, course: Any, sign_in: Any) -> None:
    certificate = roles.issue_role(cohort=course, person=cast.lena, function="lecturer", by=cast.malin, now=clock.now())
    certificates.print_waiting(now=clock.now())
    client = sign_in(cast.lena)
    page = client.get(reverse("programmes:my_documents")).content.decode()
    assert certificate.code in page
    assert reverse("programmes:my_documents") in client.get(reverse("people:me")).content.decode()
    address = reverse("programmes:certificate_file", args=[certificate.pk])
    for who, status in ((cast.lena, 200), (cast.malin, 200), (cast.hugo, 404), (cast.tuva, 404), (cast.vera, 404)):
        response = sign_in(who).get(address)
        assert response.status_code == status, who
        if status == 200:
            assert response.getvalue().startswith(b"%PDF-")


def test_a_certificate_stays_on_the_persons_page_after_leaving_the_round(cast: Any, course: Any, sign_in: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *("n",) * 5, "f", "f", "f")
    certificate = certificates.issue(enrolment=enrolment, by=cast.malin, now=clock.now())
    enrolment.programme_side = "withdrawn"
    enrolment.save()
    cast.tuva.employments.update(valid_to=date(2027, 11, 9))
    page = sign_in(cast.tuva).get(reverse("programmes:my_documents")).content.decode()
    assert certificate.code in page
    assert "kräver" not in page
