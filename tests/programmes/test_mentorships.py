"""The running mentorship: agreed by two, meetings without content, notes that nobody else reads, and ways out."""

import json
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Deed
from base import clock
from outbox import kinds
from outbox.models import Letter
from people.models import Absence, ClosedPeriod, Person
from programmes.actions import breaks, reflections
from programmes.actions import mentoring as pairing
from programmes.actions import mentorships as actions
from programmes.lights import Colour
from programmes.models import Mentor, MentorCheck, MentorMeeting, MentorNote, Mentorship, Reflection
from programmes.rules import mentoring as pairing_rules
from programmes.rules import mentorships as rules
from programmes.rules import reflections as reading
from reports.documents import extract, mentoring
from tests.cast import NOW, employment, person, role

pytestmark = pytest.mark.django_db
TODAY = NOW.date()  # Friday 16 April 2027
SECRET = "Jag-orkar-inte-mer"
AIMS = "Hitta-min-roll-i-utredningarna"
WORDS = {"aims": AIMS, "rhythm": "Var tredje vecka", "reached": "Sms"}
DAY = timedelta(days=1)


@pytest.fixture
def sign_in():
    """Everybody at a browser of her own."""

    def signed_in(who):
        client = Client()
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def paired(cast, who, *, mentor=None, cohort=None, agreed=NOW - 120 * DAY):
    """Somebody in a round with a mentor who has said yes."""
    if mentor is None:
        unit = cast.mottagning
        mentor = person("Johan Tallroth", "johan@eskilstuna.example", cast.sormland)
        employment(mentor, unit)
        cast.made.setdefault("johan", mentor)
    cohort = cohort or cast.cohort()
    row = cohort.enrolments.filter(person=who).first() or cast.enrolment(cohort, who)
    pool, _made = Mentor.objects.get_or_create(
        region=cast.sormland, person=mentor, defaults={"valid_from": date(2026, 1, 1), "added_at": NOW}
    )
    return Mentorship.objects.create(
        enrolment=row, mentor=pool, state="agreed", nonce="n", created_at=agreed, answered_at=agreed, agreed_at=agreed
    )


def activate(pair, *, now=NOW - 100 * DAY):
    """The mentee writes and the mentor says yes."""
    pair = actions.write_agreement(pair=pair, by=pair.enrolment.person, now=now, **WORDS)
    return actions.confirm_agreement(pair=pair, written_at=pair.written_at, by=pair.mentor.person, now=now)


@pytest.fixture
def pair(cast):
    """Tuva and Johan, active since 6 January."""
    return activate(paired(cast, cast.tuva))


def meet(pair, day=TODAY, *, minutes=90, tag="work", by=None, now=NOW, **more):
    by = by or pair.mentor.person
    facts = {"meeting": None, "form": "in_person", **more}
    return actions.keep_meeting(pair=pair, day=day, minutes=minutes, tag=tag, by=by, now=now, **facts)


def fresh(pair):
    return Mentorship.objects.select_related(*rules.ALONG).get(pk=pair.pk)


def light_of(pair, day=TODAY):
    row = fresh(pair)
    return rules.lights([row], now=NOW + (day - TODAY))[row.pk]


def build(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


def address(pair, rest=""):
    return f"/programmes/mentorships/{pair.pk}/{rest}"


# ---------- The agreement ----------


def test_what_one_writes_holds_when_the_other_has_said_yes(cast):
    pair = actions.write_agreement(pair=paired(cast, cast.tuva), by=cast.tuva, now=NOW, **WORDS)
    assert (pair.state, pair.started_on) == ("agreed", None)
    with pytest.raises(rules.NothingToConfirm):
        actions.confirm_agreement(pair=pair, written_at=pair.written_at, by=cast.tuva, now=NOW)
    pair = actions.confirm_agreement(pair=pair, written_at=pair.written_at, by=cast.johan, now=NOW + DAY)
    assert (pair.state, pair.started_on, pair.ends_on) == ("active", date(2027, 4, 17), date(2028, 4, 17))
    letter = Letter.objects.get(kind="programmes.mentor_agreement")
    assert letter.person == cast.johan
    assert build(letter) is None  # it has been confirmed meanwhile
    mail = build(Letter.objects.get(kind="programmes.mentor_agreement_confirmed", person=cast.tuva))
    assert "Johan Tallroth" in mail.text


def test_a_yes_is_to_the_words_that_were_read(cast, pair):
    before = pair.written_at
    pair = actions.write_agreement(pair=pair, by=cast.tuva, now=NOW, **WORDS)
    assert (pair.state, pair.confirmed_at) == ("active", None)  # new words end nothing
    with pytest.raises(rules.WordsChanged):
        actions.confirm_agreement(pair=pair, written_at=before, by=cast.johan, now=NOW)
    letter = Letter.objects.filter(kind="programmes.mentor_agreement").latest("created_at")
    assert AIMS not in build(letter).text
    again = actions.confirm_agreement(pair=pair, written_at=pair.written_at, by=cast.johan, now=NOW)
    assert again.started_on == date(2027, 1, 6)


def test_the_two_agree_on_the_page(cast, sign_in):
    pair = paired(cast, cast.tuva)
    tuva, johan = sign_in(cast.tuva), sign_in(cast.johan)
    assert tuva.post(address(pair, "agreement/"), WORDS).status_code == 302
    page = johan.get(address(pair)).content.decode()
    assert AIMS in page
    told = johan.get(address(pair)).context["written_at"]
    johan.post(address(pair), {"act": "confirm", "written_at": told})
    assert fresh(pair).state == "active"
    assert johan.post(address(pair, "agreement/"), {"aims": "", "rhythm": "", "reached": ""}).status_code == 422


# ---------- What waits for the reader ----------

AGREE, ASKED = "Läs överenskommelsen och säg ja", "Svara på de tre frågorna"
MENTOR, MENTORING = "/programmes/my/mentor/", "/programmes/my/mentoring/"


def count_in_menu(page, address):
    """How much the menu says there is to do behind an address."""
    row = page.split('<nav class="sidenav"')[1].split("</nav>")[0].split(f'"{address}"')[1].split("</a>")[0]
    return row.split('class="count"')[1] if 'class="count"' in row else ""


def test_an_agreement_that_waits_for_a_yes_stands_on_the_start_page_and_beside_the_mentor(cast, sign_in):
    pair = actions.write_agreement(pair=paired(cast, cast.tuva), by=cast.johan, now=NOW, **WORDS)
    tuva, johan = sign_in(cast.tuva), sign_in(cast.johan)
    home = tuva.get("/").content.decode()
    assert AGREE in home
    assert pair.get_absolute_url() in home
    assert AIMS not in home
    assert AGREE in tuva.get("/programmes/my/days/").content.decode()
    page = tuva.get(MENTOR).content.decode()
    assert AGREE in page
    assert "1" in count_in_menu(page, MENTOR)
    # The one who wrote it waits, and has nothing to say yes to.
    page = johan.get("/").content.decode()
    assert AGREE not in page
    assert not count_in_menu(page, MENTORING)
    actions.confirm_agreement(pair=pair, written_at=pair.written_at, by=cast.tuva, now=NOW)
    assert AGREE not in tuva.get("/").content.decode() + tuva.get(MENTOR).content.decode()


def test_the_mentor_finds_what_the_mentee_wrote_first_of_all(cast, pair, sign_in):
    other = paired(cast, cast.edvin, mentor=cast.johan, cohort=pair.enrolment.cohort)
    actions.write_agreement(pair=other, by=cast.edvin, now=NOW, **WORDS)
    page = sign_in(cast.johan).get("/").content.decode()
    assert page.index("Edvin Kronqvist") < page.index("Tuva Ljungdahl")
    assert page.count('class="btn btn-primary"') == page.count(AGREE) == 1
    assert "1" in count_in_menu(page, MENTORING)


def test_the_questions_stand_on_both_start_pages_until_they_are_answered_or_over(cast, pair, sign_in, at):
    actions.ask_checks(NOW)
    address = f"/programmes/mentorships/{pair.pk}/check/"
    tuva, johan = sign_in(cast.tuva), sign_in(cast.johan)
    assert "Senast 30 april" in tuva.get("/").content.decode()
    assert address in johan.get("/").content.decode()
    mine = MentorCheck.objects.get(person=cast.tuva)
    actions.answer_check(check=mine, works="yes", often="enough", call=False, by=cast.tuva, now=NOW)
    page = tuva.get("/").content.decode()
    assert address not in page
    assert not count_in_menu(page, MENTOR)
    assert "1" in count_in_menu(johan.get(MENTORING).content.decode(), MENTORING)
    at(NOW + 15 * DAY)
    page = sign_in(cast.johan).get("/").content.decode()
    assert address not in page
    assert not count_in_menu(page, MENTORING)


def test_what_waits_costs_the_start_pages_no_statement(cast, sign_in):
    pair = paired(cast, cast.tuva)
    clients = sign_in(cast.tuva), sign_in(cast.johan)
    before = [statements(client, page) for client in clients for page in ("/", MENTOR, MENTORING)]
    actions.write_agreement(pair=pair, by=cast.johan, now=NOW, **WORDS)
    MentorCheck.objects.create(mentorship=pair, person=cast.tuva, asked_at=NOW, until=NOW + DAY)
    assert [statements(client, page) for client in clients for page in ("/", MENTOR, MENTORING)] == before


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# ---------- The light is told ----------

LIGHT, SEEN = "programmes.mentor_light", "programmes.mentor_light_seen"


def told_at(day, *, hour=9):
    """The clock looks at the lights on a day; who is written to."""
    moment = clock.wall(day, time(hour), "Europe/Stockholm")
    before = set(Letter.objects.values_list("pk", flat=True))
    actions.tell_of_lights(moment)
    return {letter.person.first_name: letter for letter in Letter.objects.exclude(pk__in=before)}


def turns(pair, colour, *, after=TODAY):
    """The day on which the light gets a colour."""
    days = (after + n * DAY for n in range(200))
    return next(day for day in days if light_of(pair, day).colour == colour)


def test_an_amber_and_a_red_light_are_told_once_to_the_two_and_to_the_coordinator(cast, pair, at):
    """MEN-4."""
    meet(pair)
    amber = turns(pair, Colour.AMBER)
    red = turns(pair, Colour.RED, after=amber)
    assert told_at(amber - DAY) == {}
    told = told_at(amber)
    assert set(told) == {"Tuva", "Johan", "Malin"}
    at(clock.wall(amber, time(10), "Europe/Stockholm"))
    mail = build(told["Malin"])
    assert mail.subject == "Tuva Ljungdahl och Johan Tallroth: ljuset är gult"
    assert "Inget möte antecknat sedan 16 april" in mail.text
    assert address(pair) in mail.text
    assert AIMS not in mail.text + build(told["Tuva"]).text
    assert "Johan Tallroth" in build(told["Tuva"]).subject
    assert told_at(amber + DAY) == told_at(red - DAY) == {}
    assert set(told_at(red)) == {"Tuva", "Johan", "Malin"}
    assert told_at(red + 5 * DAY) == {}


def test_another_silence_is_told_anew_and_a_meeting_stops_a_letter_that_has_not_left(cast, pair, at):
    meet(pair)
    amber = turns(pair, Colour.AMBER)
    moment = clock.wall(amber, time(22), "Europe/Stockholm")
    letter = told_at(amber, hour=22)["Malin"]
    assert letter.not_before == clock.wall(amber + DAY, time(7), "Europe/Stockholm")  # nobody is written to at night
    meet(pair, amber, now=moment)
    at(letter.not_before)
    assert build(letter) is None
    again = turns(pair, Colour.AMBER, after=amber)
    assert again > amber
    assert set(told_at(again)) == {"Tuva", "Johan", "Malin"}


def test_a_light_that_stands_still_is_told_to_nobody_and_one_of_the_two_is_told_once(cast, pair):
    meet(pair)
    amber = turns(pair, Colour.AMBER)
    cohort = pair.enrolment.cohort
    cohort.responsible = cast.johan
    cohort.save(update_fields=["responsible"])
    leave = Absence.objects.create(employment=cast.tuva.employments.get(), valid_from=amber, valid_to=amber + 3 * DAY)
    assert told_at(amber) == {}
    leave.delete()
    assert set(told_at(amber)) == {"Tuva", "Johan"}


# ---------- Meetings ----------


def test_a_day_to_come_books_and_a_day_that_has_been_is_written_down(cast, pair):
    booked = meet(pair, TODAY + DAY, tag="", by=cast.tuva)
    held = meet(pair, TODAY, by=cast.tuva)
    assert booked.held_at is None
    assert held.held_at == NOW
    with pytest.raises(rules.TopicMissing):
        meet(pair, TODAY - DAY, tag="")
    with pytest.raises(rules.BeforeTheyMet):
        meet(pair, date(2026, 12, 16))
    assert set(Deed.objects.filter(deed__startswith="mentor_meeting.").values_list("deed", flat=True)) == {
        "mentor_meeting.booked",
        "mentor_meeting.logged",
    }


def test_the_booked_meeting_of_the_day_is_written_down_and_not_a_second_one(cast, pair):
    booked = meet(pair, TODAY + DAY, tag="")
    held = meet(pair, TODAY + DAY, by=cast.tuva, now=NOW + DAY)
    assert held.pk == booked.pk
    assert MentorMeeting.objects.get().held_at == NOW + DAY


def test_the_same_meeting_twice_is_hinted_at_and_not_refused(cast, pair, sign_in):
    meet(pair, TODAY - DAY)
    with pytest.raises(rules.SameMeeting):
        meet(pair, TODAY - DAY, by=cast.tuva)
    tuva = sign_in(cast.tuva)
    typed = {"day": "15.4.2027", "minutes": "90", "met": "phone", "tag": "role"}
    page = tuva.post(address(pair, "meetings/new/"), typed)
    assert page.status_code == 200
    assert 'name="again" value="1"' in page.content.decode()
    assert MentorMeeting.objects.count() == 1
    assert tuva.post(address(pair, "meetings/new/"), {**typed, "again": "1"}).status_code == 302
    assert MentorMeeting.objects.count() == 2


def test_logging_is_preset_to_the_booked_meeting_or_to_today(cast, pair, sign_in):
    johan = sign_in(cast.johan)
    page = johan.get(address(pair, "meetings/new/"))
    form = page.context["form"]
    assert (form["day"].value(), form["minutes"].value(), form["met"].value()) == (TODAY, 90, "in_person")
    booked = meet(pair, TODAY + DAY, minutes=45, tag="", form="remote")
    MentorMeeting.objects.update(date=TODAY - DAY)
    [line] = johan.get("/").context["lines"]
    assert line.log == address(pair, f"meetings/{booked.pk}/")
    form = johan.get(line.log).context["form"]
    assert (form["day"].value(), form["minutes"].value(), form["met"].value()) == (TODAY - DAY, 45, "remote")
    answer = johan.post(line.log, {"day": "15.4.2027", "minutes": "45", "met": "remote", "tag": "strength"})
    assert answer.status_code == 302
    assert MentorMeeting.objects.get().held_at is not None


def test_a_meeting_has_no_field_for_words():
    fields = {field.name: field for field in MentorMeeting._meta.concrete_fields}
    assert set(fields) == {"id", "mentorship", "date", "minutes", "form", "tag", "by", "at", "held_at"}
    assert fields["tag"].choices
    assert fields["form"].choices


def test_only_the_two_write_meetings_down(cast, pair, sign_in):
    row = meet(pair)
    typed = {"day": "15.4.2027", "minutes": "90", "met": "phone", "tag": "role"}
    for who in (cast.malin, cast.ada):
        client = sign_in(who)
        for rest in ("meetings/new/", f"meetings/{row.pk}/", "agreement/", "notes/", "check/"):
            assert client.get(address(pair, rest)).status_code == 403, rest
            assert client.post(address(pair, rest), typed).status_code == 403, rest
    for who in (cast.stina, cast.lars, cast.edvin, cast.vera, cast.outsider):
        assert sign_in(who).get(address(pair)).status_code == 404
        assert sign_in(who).get(address(pair, "meetings/new/")).status_code == 404
    assert MentorMeeting.objects.count() == 1


def test_a_meeting_of_another_pair_is_not_found(cast, pair, sign_in):
    other = activate(paired(cast, cast.edvin, mentor=cast.johan, cohort=pair.enrolment.cohort))
    row = meet(other)
    assert sign_in(cast.johan).get(address(pair, f"meetings/{row.pk}/")).status_code == 404
    assert sign_in(cast.tuva).get(address(other, f"meetings/{row.pk}/")).status_code == 404


# ---------- The light (MEN-4) ----------


def test_amber_after_45_days_and_red_after_90_with_the_rule_in_words(cast, pair, sign_in):
    last = date(2027, 7, 1)  # no public holiday in Sweden from here to November
    meet(pair, TODAY)
    MentorMeeting.objects.update(date=last)
    assert light_of(pair, last + 44 * DAY).colour == Colour.GREEN
    amber = light_of(pair, last + 45 * DAY)
    assert amber.colour == Colour.AMBER
    assert light_of(pair, last + 90 * DAY).colour == Colour.RED
    with translation.override("en"):
        assert rules.in_words(amber, today=last + 45 * DAY) == "No meeting logged since 1 July"
    MentorMeeting.objects.update(date=date(2027, 2, 27))  # 45 days and three of Easter
    for who in (cast.tuva, cast.johan, cast.malin):
        page = sign_in(who).get(address(pair)).content.decode()
        assert "Inget möte antecknat sedan 27 februari" in page
        assert "45 dagar" in page
    assert fresh(pair).state == "active"


def test_a_booked_meeting_keeps_it_green(cast, pair):
    assert light_of(pair).colour == Colour.RED  # a hundred days without a word
    meet(pair, TODAY + 10 * DAY, tag="")
    assert light_of(pair).colour == Colour.GREEN


def test_public_holidays_of_the_regions_country_stop_the_days(cast, pair):
    last = date(2027, 5, 4)
    meet(pair, TODAY)
    MentorMeeting.objects.update(date=last)
    # Ascension Day, Whit Sunday and the National Day are not days on which two colleagues are silent.
    assert light_of(pair, date(2027, 6, 20)).colour == Colour.GREEN
    amber = light_of(pair, date(2027, 6, 21))
    assert (amber.colour, amber.silent) == (Colour.AMBER, 45)
    with translation.override("en"):
        assert rules.in_words(amber, today=date(2027, 6, 21)) == "No meeting logged since 4 May"
    assert light_of(pair, date(2027, 5, 6)).paused is True
    cast.sormland.country = "FI"
    cast.sormland.save()
    # In Finland the sixth of June is no public holiday.
    assert light_of(pair, date(2027, 6, 20)).silent == 45


def test_leave_of_either_breaks_and_closed_periods_stop_the_days(cast, pair):
    assert light_of(pair).silent == 97  # a hundred days, three of them of Easter
    Absence.objects.create(
        employment=cast.johan.employments.get(), valid_from=date(2027, 2, 1), valid_to=date(2027, 2, 10)
    )
    assert light_of(pair).silent == 87
    Absence.objects.create(
        employment=cast.tuva.employments.get(), valid_from=date(2027, 2, 6), valid_to=date(2027, 2, 15)
    )
    assert light_of(pair).silent == 82
    ClosedPeriod.objects.create(
        region=cast.sormland, name="Påsk", valid_from=date(2027, 3, 26), valid_to=date(2027, 3, 30)
    )
    ClosedPeriod.objects.create(
        region=cast.skaraborg, name="Annat", valid_from=date(2027, 1, 26), valid_to=date(2027, 3, 30)
    )
    assert light_of(pair).silent == 80  # 27 and 30 March; the others are holidays
    breaks.take_break(
        enrolment=pair.enrolment, starts_on=TODAY - 9 * DAY, expected_on=None, keeps_seat=True, by=cast.malin, now=NOW
    )
    found = light_of(pair)
    assert (found.silent, found.paused) == (70, True)


# ---------- Notes (MEN-6) ----------


def test_notes_are_their_writers_and_nobody_elses_by_any_way(cast, pair, sign_in):
    actions.keep_note(pair=pair, note=None, text=SECRET, by=cast.johan, now=NOW)
    meet(pair)
    pages = [
        "/", "/people/me/", "/reports/me/", "/reports/me/file/", "/audit/", "/letters/", "/programmes/my/mentor/",
        "/programmes/my/mentoring/", address(pair), address(pair, "notes/"), "/reports/figures/",
        f"/programmes/cohorts/{pair.enrolment.cohort_id}/mentorships/", f"/programmes/enrolments/{pair.enrolment_id}/",
        f"/programmes/cohorts/{pair.enrolment.cohort_id}/mentors/", f"/people/persons/{cast.johan.pk}/",
    ]  # fmt: skip
    answered = 0
    for who in (cast.tuva, cast.malin, cast.ada, cast.stina, cast.omar):
        client = sign_in(who)
        for page in pages:
            answer = client.get(page)
            answered += answer.status_code == 200
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert SECRET.encode() not in said, (who, page)
    assert answered > 25
    assert SECRET in sign_in(cast.johan).get(address(pair, "notes/")).content.decode()
    kept = json.dumps([deed.codes for deed in Deed.objects.all()]) + str(Letter.objects.values_list("facts", flat=True))
    assert SECRET not in kept
    for table in apps.get_models():
        if table is not MentorNote:
            assert not any(SECRET in str(row) for row in table._base_manager.values()), table
    readers = [one for one in cast.made.values() if isinstance(one, Person)]
    seen = [one for one in readers if MentorNote.objects.visible_to(Person.objects.get(pk=one.pk)).exists()]
    assert seen == [cast.johan]


def test_the_coordinator_sees_days_minutes_and_topics_and_no_words(cast, pair, sign_in):
    meet(pair, TODAY - DAY, minutes=75, tag="strength")
    page = sign_in(cast.malin).get(address(pair)).content.decode()
    for words in ("15 april", "75 minuter", "tid och kraft"):
        assert words in page
    for words in (AIMS, "Var tredje vecka", "Sms"):
        assert words not in page
    listed = sign_in(cast.malin).get(f"/programmes/cohorts/{pair.enrolment.cohort_id}/mentorships/").content.decode()
    assert "tid och kraft" in listed
    assert AIMS not in listed


def test_ones_extract_has_ones_own_notes_and_answers_and_nobody_elses(cast, pair, sign_in):
    actions.keep_note(pair=pair, note=None, text=SECRET, by=cast.johan, now=NOW)
    actions.wish_another(pair=pair, by=cast.tuva, now=NOW)
    meet(pair)
    johan = json.dumps(extract.as_plain(cast.johan, "sv", NOW), ensure_ascii=False)
    tuva = json.dumps(extract.as_plain(cast.tuva, "sv", NOW), ensure_ascii=False)
    assert SECRET in johan
    assert SECRET not in tuva
    assert AIMS in tuva
    assert AIMS not in johan
    with translation.override("sv"):
        titles = {section.title for section in extract.sections(cast.johan)}
        theirs = {section.title for section in extract.sections(cast.tuva)}
    assert "Möten med din mentor eller dina adepter" in titles & theirs
    assert "Önskemål om en annan mentor" in theirs - titles


def test_a_note_of_the_other_is_not_found_and_ones_own_is_changed_and_erased(cast, pair, sign_in):
    row = actions.keep_note(pair=pair, note=None, text=SECRET, by=cast.johan, now=NOW)
    tuva = sign_in(cast.tuva)
    for key in (row.pk, row.pk + 1):
        assert tuva.get(address(pair, f"notes/?note={key}")).status_code == 404
        assert tuva.post(address(pair, "notes/"), {"note": key, "text": "x"}).status_code == 404
        assert tuva.post(address(pair, "notes/"), {"note": key, "act": "remove"}).status_code == 404
    with pytest.raises(rules.NotOfThePair):
        actions.remove_note(note=row, by=cast.tuva, now=NOW)
    johan = sign_in(cast.johan)
    johan.post(address(pair, "notes/"), {"note": row.pk, "text": "Annat"})
    row.refresh_from_db()
    assert row.text == "Annat"
    johan.post(address(pair, "notes/"), {"note": row.pk, "act": "remove"})
    assert not MentorNote.objects.exists()


# ---------- After two months ----------


def answer(pair, who, *, works="yes", often="enough", call=False, now=NOW):
    row = MentorCheck.objects.get(mentorship=pair, person=who)
    return actions.answer_check(check=row, works=works, often=often, call=call, by=who, now=now)


def test_each_is_asked_once_two_months_in(cast, pair):
    MentorCheck.objects.all().delete()
    assert actions.ask_checks(NOW - 100 * DAY + 58 * DAY) == 0  # 5 March
    assert actions.ask_checks(NOW - 100 * DAY + 59 * DAY) == 2  # 6 March
    assert actions.ask_checks(NOW) == 0
    letters = Letter.objects.filter(kind="programmes.mentor_check")
    assert sorted(letter.person.name for letter in letters) == ["Johan Tallroth", "Tuva Ljungdahl"]


def test_neither_reads_the_others_answer_first(cast, pair, sign_in):
    actions.ask_checks(NOW)
    answer(pair, cast.tuva, works="partly", often="seldom", call=True)
    tuva, johan = sign_in(cast.tuva), sign_in(cast.johan)
    assert "för sällan" not in johan.get(address(pair)).content.decode()
    assert [one["often"] for one in tuva.get(address(pair)).context["answers"]] == ["för sällan"]
    answer(pair, cast.johan)
    for client in (tuva, johan):
        page = client.get(address(pair))
        assert sorted(one["often"] for one in page.context["answers"]) == ["för sällan", "tillräckligt ofta"]
    assert "ringer" not in johan.get(address(pair)).content.decode()
    with pytest.raises(rules.CheckOver):
        answer(pair, cast.johan, often="often")


def test_when_the_time_is_out_the_answer_there_is_can_be_read_and_no_more_are_given(cast, pair):
    actions.ask_checks(NOW)
    answer(pair, cast.tuva)
    checks = list(MentorCheck.objects.all())
    late = NOW + rules.CHECK_OPEN
    assert rules.shown_of(checks, cast.johan, now=late - DAY) == []
    assert [row.person for row in rules.shown_of(checks, cast.johan, now=late)] == [cast.tuva]
    with pytest.raises(rules.CheckOver):
        answer(pair, cast.johan, now=late)


def test_the_coordinator_sees_who_wants_a_call_and_no_answer(cast, pair, sign_in):
    actions.ask_checks(NOW)
    answer(pair, cast.tuva, works="no", often="seldom", call=True)
    answer(pair, cast.johan)
    malin = sign_in(cast.malin)
    page = malin.get(address(pair))
    assert page.context["answers"] == []
    assert [name for _key, name in page.context["calls"]] == ["Tuva Ljungdahl"]
    for words in ("för sällan", "tillräckligt ofta"):
        assert words not in page.content.decode()
    row = MentorCheck.objects.get(person=cast.tuva)
    assert sign_in(cast.johan).post(address(pair), {"act": "called", "check": row.pk}).status_code == 403
    malin.post(address(pair), {"act": "called", "check": row.pk})
    assert malin.get(address(pair)).context["calls"] == []
    kept = json.dumps([deed.codes for deed in Deed.objects.filter(deed__startswith="mentor_check")])
    assert "seldom" not in kept


# ---------- Ways out ----------


def test_one_asks_for_another_mentor_and_the_other_learns_nothing(cast, pair, sign_in):
    johan = sign_in(cast.johan)
    before = johan.get(address(pair)).content
    letters = Letter.objects.count()
    sign_in(cast.tuva).post(address(pair, "end/"), {"how": "wait"})
    assert fresh(pair).state == "active"
    assert Letter.objects.count() == letters
    after = johan.get(address(pair)).content
    strip = [line for line in after.splitlines() if b"csrf" not in line.lower()]
    assert strip == [line for line in before.splitlines() if b"csrf" not in line.lower()]
    assert johan.post(address(pair, "end/"), {"how": "wait"}).status_code == 302  # nor by asking for the same
    malin = sign_in(cast.malin)
    assert malin.get(address(pair)).context["wishes"] == ["Tuva Ljungdahl", "Johan Tallroth"]
    malin.post(address(pair), {"act": "settle"})
    assert malin.get(address(pair)).context["wishes"] == []


def test_either_ends_it_without_a_reason_and_the_other_gets_thanks(cast, pair, sign_in):
    meet(pair, TODAY + DAY, tag="")
    sign_in(cast.tuva).post(address(pair, "end/"), {"how": "end"})
    row = fresh(pair)
    assert (row.state, row.closed_why) == ("closed", "no_fault")
    assert not row.meetings.booked().exists()
    letter = Letter.objects.get(kind="programmes.mentor_over")
    assert letter.person == cast.johan
    assert "ingens fel" in build(letter).text
    page = sign_in(cast.johan).get(address(pair)).content.decode()
    assert "tuva@eskilstuna.example" not in page
    assert Deed.objects.filter(deed="mentorship.closed").exists()


def test_who_runs_the_round_ends_it_for_another_mentor(cast, pair):
    actions.end(pair=pair, another=True, by=cast.malin, now=NOW)
    assert fresh(pair).closed_why == "replaced"
    assert Letter.objects.filter(kind="programmes.mentor_over").count() == 2
    with pytest.raises(rules.PairOver):
        actions.end(pair=pair, another=True, by=cast.malin, now=NOW)


def test_what_is_over_stays_and_takes_nothing_new(cast, pair, sign_in):
    row = actions.keep_note(pair=pair, note=None, text=SECRET, by=cast.johan, now=NOW)
    meet(pair, TODAY - DAY)
    actions.end(pair=pair, another=False, by=cast.tuva, now=NOW)
    johan = sign_in(cast.johan)
    assert SECRET in johan.get(address(pair, "notes/")).content.decode()
    actions.keep_note(pair=pair, note=row, text="Kvar", by=cast.johan, now=NOW)
    for deed in (
        lambda: meet(pair),
        lambda: actions.keep_note(pair=pair, note=None, text="Ny", by=cast.johan, now=NOW),
        lambda: actions.wish_another(pair=pair, by=cast.johan, now=NOW),
        lambda: actions.write_agreement(pair=pair, by=cast.tuva, now=NOW, **WORDS),
    ):
        with pytest.raises(rules.PairOver):
            deed()
    assert "15 april" in johan.get(address(pair)).content.decode()
    assert johan.get("/").templates[0].name == "home/quiet.html"


# ---------- The closing talk ----------


def test_at_the_end_of_the_time_the_two_are_told_once_and_nothing_ends(cast, pair):
    Mentorship.objects.update(ends_on=TODAY)
    assert actions.tell_of_ends(NOW - DAY) == 0
    assert actions.tell_of_ends(NOW) == 2
    assert actions.tell_of_ends(NOW + DAY) == 0
    assert fresh(pair).state == "active"
    letter = Letter.objects.get(kind="programmes.mentor_closing", person=cast.johan)
    assert "3. " in build(letter).text


def test_the_closing_talk_closes_the_pair_and_can_be_taken_back_for_a_week(cast, pair, sign_in):
    row = meet(pair, tag="closing")
    done = fresh(pair)
    assert (done.state, done.closed_why) == ("closed", "finished")
    [closed] = Mentorship.objects.closed()
    assert (closed.meetings_held, closed.minutes_held) == (1, 90)
    with pytest.raises(rules.TooLateToTakeBack):
        actions.remove_meeting(meeting=row, by=cast.tuva, now=NOW + 8 * DAY)
    sign_in(cast.tuva).post(address(pair, f"meetings/{row.pk}/"), {"act": "remove"})
    assert fresh(pair).state == "active"
    assert not MentorMeeting.objects.exists()


def test_a_closing_talk_ends_only_what_has_begun(cast):
    pair = paired(cast, cast.tuva)
    with pytest.raises(rules.AgreeFirst):
        meet(pair, tag="closing")
    assert meet(pair, TODAY, tag="start").held_at == NOW


# ---------- Reflections ----------


def test_a_mentee_lets_her_mentor_read_as_long_as_he_is(cast, pair):
    text = reflections.write(enrolment=pair.enrolment, day=None, title="T", text="t", by=cast.tuva, now=NOW)
    assert cast.johan.pk in {one.pk for one in reading.choices(text, today=TODAY)}
    reflections.let_read(reflection=text, with_group=False, people=[cast.johan.pk], by=cast.tuva, now=NOW)
    assert Reflection.objects.visible_to(cast.johan).exists()
    actions.end(pair=pair, another=False, by=cast.tuva, now=NOW)
    assert not Reflection.objects.visible_to(cast.johan).exists()
    assert cast.johan.pk not in {one.pk for one in reading.choices(text, today=TODAY)}


def test_the_mentor_of_somebody_else_reads_nothing(cast, pair):
    other = paired(cast, cast.edvin, mentor=person("Mia", "mia@eskilstuna.example"), cohort=pair.enrolment.cohort)
    text = reflections.write(enrolment=pair.enrolment, day=None, title="T", text="t", by=cast.tuva, now=NOW)
    assert other.mentor.person_id not in {one.pk for one in reading.choices(text, today=TODAY)}
    text.readers.create(person=other.mentor.person, since=NOW)
    assert not Reflection.objects.visible_to(other.mentor.person).exists()


def test_a_mentor_with_a_role_over_the_mentee_reads_nothing(cast, pair):
    text = reflections.write(enrolment=pair.enrolment, day=None, title="T", text="t", by=cast.tuva, now=NOW)
    text.readers.create(person=cast.johan, since=NOW)
    role(cast.johan, "coordinator", region=cast.sormland)
    assert not Reflection.objects.visible_to(Person.objects.get(pk=cast.johan.pk)).exists()
    assert cast.johan.pk not in {one.pk for one in reading.choices(text, today=TODAY)}


# ---------- Around it ----------


def test_a_protected_mentee_is_known_to_her_mentor_and_a_code_afterwards(cast, pair, sign_in):
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    johan = sign_in(cast.johan)
    assert "Tuva Ljungdahl" in johan.get(address(pair)).content.decode()
    actions.end(pair=pair, another=False, by=cast.tuva, now=NOW)
    page = johan.get(address(pair)).content.decode()
    assert "Tuva Ljungdahl" not in page
    assert Person.objects.get(pk=cast.tuva.pk).substitute_code in page


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_with_a_person_what_she_wrote_is_gone(cast, pair, who):
    actions.keep_note(pair=pair, note=None, text=SECRET, by=cast.johan, now=NOW)
    actions.ask_checks(NOW)
    meet(pair)
    (cast.tuva if who == "mentee" else cast.johan).delete()
    assert not MentorNote.objects.exists()
    assert not MentorCheck.objects.exists()


def test_pages_ask_the_same_of_one_pair_and_of_three(cast, pair, sign_in):
    meet(pair)
    cohort = pair.enrolment.cohort
    pages = [
        (cast.malin, f"/programmes/cohorts/{cohort.pk}/mentorships/"),
        (cast.johan, "/programmes/my/mentoring/"),
        (cast.johan, "/"),
    ]

    def count(who, page):
        client = sign_in(Person.objects.get(pk=who.pk))
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    one = [count(*page) for page in pages]
    for who in (cast.edvin, cast.leila):
        more = activate(paired(cast, who, mentor=cast.johan, cohort=cohort))
        meet(more)
        meet(more, TODAY + DAY, tag="")
    assert [count(*page) for page in pages] == one


def test_the_menu_leads_the_two_to_their_pages(cast, pair, sign_in):
    assert 'href="/programmes/my/mentor/"' in sign_in(cast.tuva).get("/").content.decode()
    page = sign_in(cast.johan).get("/").content.decode()
    assert 'href="/programmes/my/mentoring/"' in page
    assert sign_in(cast.tuva).get("/programmes/my/mentor/").status_code == 200


# ---------- Figures ----------


def test_hours_stand_by_the_mentors_employer_of_the_day_and_year(cast, pair, sign_in):
    meet(pair, TODAY - DAY, minutes=90)
    meet(pair, date(2027, 3, 1), minutes=45)
    meet(pair, TODAY + DAY, tag="")
    job = cast.johan.employments.get()
    job.valid_to = date(2027, 3, 1)
    job.save()
    employment(cast.johan, cast.nyk_barn, since=date(2027, 3, 2))
    found = mentoring.lines(mentoring.held(cast.malin))
    assert [line.cells for line in found] == [
        [2027, "Eskilstuna", 1, 1, Decimal("0.75")],
        [2027, "Nyköping", 1, 1, Decimal("1.50")],
    ]
    assert mentoring.lines(mentoring.held(cast.malin), first=2028) == []
    for who in (cast.vera, cast.lars, cast.stina, cast.johan):
        assert mentoring.lines(mentoring.held(who)) == []
    page = sign_in(cast.malin).get("/reports/figures/").content.decode()
    assert "Mentorns arbetsgivare" in page
    assert "Mentorns arbetsgivare" not in sign_in(cast.lars).get("/reports/figures/").content.decode()


def test_a_mentor_without_an_employer_is_counted_too(cast, pair):
    meet(pair, TODAY - DAY)
    cast.johan.employments.all().delete()
    with translation.override("sv"):
        assert [line.employer for line in mentoring.lines(mentoring.held(cast.malin))] == ["Ingen arbetsgivare"]


def test_who_runs_the_round_has_it_to_do_when_somebody_asks(cast, pair, sign_in):
    def tasks():
        return [task["url"] for task in sign_in(cast.malin).get("/").context["tasks"]]

    here = f"/programmes/cohorts/{pair.enrolment.cohort_id}/mentorships/"
    assert here not in tasks()
    actions.wish_another(pair=pair, by=cast.tuva, now=NOW)
    assert here in tasks()
    actions.settle_wishes(pair=pair, by=cast.malin, now=NOW)
    actions.ask_checks(NOW)
    assert here not in tasks()
    answer(pair, cast.johan, call=True)
    assert here in tasks()


# ---------- Another mentor ----------


@pytest.fixture
def rut(cast, pair):
    """Another mentor in the pool, of the same municipality."""
    programme = pair.enrolment.cohort.programme
    programme.mentor_kind = "local"
    programme.save()
    rut = person("Rut Berg", "rut@eskilstuna.example", cast.sormland)
    employment(rut, cast.barn)
    return Mentor.objects.create(region=cast.sormland, person=rut, valid_from=date(2026, 1, 1), added_at=NOW)


def test_the_pair_goes_on_until_another_mentor_has_said_yes(cast, pair, rut):
    cohort = pair.enrolment.cohort
    assert pairing_rules.without_mentor(cohort.enrolments.all()) == []
    actions.wish_another(pair=pair, by=cast.tuva, now=NOW)
    assert pairing_rules.without_mentor(cohort.enrolments.all()) == [pair.enrolment]
    pairing.propose(cohort=cohort, choices={pair.enrolment_id: rut.pk}, by=cast.malin, now=NOW)
    assert fresh(pair).state == "active"
    assert pairing_rules.without_mentor(cohort.enrolments.all()) == []
    asked = Mentorship.objects.get(state="proposed")
    pairing.answer(pair=asked, yes=True, way="page", by=rut.person, now=NOW + DAY)
    old = fresh(pair)
    assert (old.state, old.closed_why) == ("closed", "replaced")
    assert Mentorship.objects.get(state="agreed").mentor == rut
    assert [letter.person for letter in Letter.objects.filter(kind="programmes.mentor_over")] == [cast.johan]
    assert not Mentorship.objects.asking().exists()


def test_the_mentor_whom_one_wants_to_leave_is_not_proposed_again(cast, pair, rut):
    actions.wish_another(pair=pair, by=cast.tuva, now=NOW)
    rows = [pair.enrolment]
    facts = pairing_rules.facts_of([pair.mentor, rut], rows, cast.sormland, day=TODAY)
    assert list(pairing_rules.options(rows, [pair.mentor, rut], facts)[pair.enrolment_id]) == [rut.pk]


def test_when_the_two_go_on_after_all_nobody_else_is_asked(cast, pair, rut):
    actions.wish_another(pair=pair, by=cast.tuva, now=NOW)
    pairing.propose(cohort=pair.enrolment.cohort, choices={pair.enrolment_id: rut.pk}, by=cast.malin, now=NOW)
    actions.settle_wishes(pair=pair, by=cast.malin, now=NOW)
    assert Mentorship.objects.live().get() == pair
