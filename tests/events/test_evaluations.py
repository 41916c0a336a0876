"""An event is evaluated by itself: asked of those who were there, alike of all, and shown as few or as many allow."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from answers import actions as answers
from answers.models import BallotCode, Box, FreeText, Invitation
from answers.states import BoxState, TextState
from audit.models import Deed
from events.actions import evaluations as actions
from events.models import Attendance, Evaluation, Event, Registration
from events.rules import NotOrganiser
from events.rules import evaluations as rules
from outbox.actions import sending
from outbox.models import Letter
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db

END = NOW.replace(hour=14)
MORNING = END + timedelta(hours=16)
LATER = END + timedelta(days=10, minutes=1)


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path):
    settings.KEYS_DIR, settings.KEYS_EMBEDDED = str(tmp_path / "keys"), True


@pytest.fixture
def day(cast):
    """A course day today, with 12 registered people of whom Tuva is one."""
    event = cast.cohort(days=(NOW.date(),)).days.get().event
    people = [cast.tuva, *(person(f"Deltagare {n}", f"d{n}@helmi.example", cast.sormland) for n in range(11))]
    Registration.objects.bulk_create(
        Registration(event=event, person=who, from_enrolment=True, created_at=NOW, changed_at=NOW) for who in people
    )
    return event


def mark(event, n, word="present"):
    for row in Registration.objects.filter(event=event).order_by("pk")[:n]:
        hours = event.hours if word == "present" else 0
        Attendance.objects.create(registration=row, mark=word, hours=hours, at=NOW)


def opened(event, now=END + timedelta(minutes=5)):
    """The clock's two hands: launch, open."""
    actions.open_due(now=now)
    answers.open_due(now=now)
    return Evaluation.objects.select_related("box").filter(event=event).first()


def vote(evaluation, n, now=END + timedelta(hours=1), **facts):
    people = Invitation.objects.filter(box=evaluation.box).order_by("pk").values_list("person_id", flat=True)
    for number, pk in enumerate(list(people)[:n]):
        code = answers.link_for(box=evaluation.box, person_id=pk).rpartition("#")[2]
        said = {key: value(number) if callable(value) else value for key, value in facts.items()}
        answers.cast(ticket=answers.open_ticket(code=code, now=now), answers=said, now=now)


def close(now=LATER):
    answers.close_over(now=now)
    answers.count_due(now=now)


def page(client, event):
    return client.get(reverse("events:evaluation", args=[event.pk])).content.decode()


# ---------- Opening ----------


def test_those_who_were_there_are_asked_when_it_is_known_who_was(day):
    mark(day, 10)
    evaluation = opened(day)
    assert evaluation.box.state == BoxState.OPEN
    assert Invitation.objects.filter(box=evaluation.box).count() == 10
    assert evaluation.box.closes_at == day.ends_at + timedelta(days=10)
    assert Deed.objects.filter(deed="evaluation.opened").count() == 1
    assert opened(day).box == evaluation.box
    assert Box.objects.count() == 1


def test_before_anybody_is_marked_it_waits_for_the_morning_and_asks_those_who_were_awaited(day):
    row = Registration.objects.filter(event=day).last()
    row.state = "absence_reported"
    row.save()
    assert opened(day) is None
    evaluation = opened(day, now=MORNING)
    assert Invitation.objects.filter(box=evaluation.box).count() == 11


@pytest.mark.parametrize(
    "facts", [{"state": "cancelled"}, {"state": "draft"}, {"kind": "supervision"}, {"kind": "meeting"}]
)
def test_what_was_cancelled_never_published_or_is_no_such_event_is_not_evaluated(day, facts):
    mark(day, 10)
    Event.objects.filter(pk=day.pk).update(**facts)
    assert opened(day) is None


def test_of_fewer_than_five_nobody_is_asked(day):
    mark(day, 4)
    assert opened(day) is None


def test_a_week_after_the_end_it_is_too_late_to_begin(day):
    mark(day, 10)
    assert opened(day, now=END + timedelta(days=7, minutes=1)) is None


def test_the_organiser_can_say_no_and_can_ask_of_a_meeting(day, cast):
    mark(day, 10)
    actions.set_up(event=day, wanted=False, questions=[], by=cast.malin, now=NOW)
    assert opened(day).box is None
    Event.objects.filter(pk=day.pk).update(kind="meeting")
    actions.set_up(event=day, wanted=True, questions=[], by=cast.malin, now=NOW)
    assert opened(day).box is not None


def test_own_questions_are_asked_in_the_languages_and_frozen_when_the_form_opens(day, cast):
    own = [
        {"kind": "scale", "label": {"sv": "Jag vågade fråga", "fi": "Uskalsin kysyä", "en": ""}},
        {"kind": "text", "label": {"sv": "Vad tar du med dig?", "fi": "", "en": ""}},
    ]
    mark(day, 10)
    with pytest.raises(NotOrganiser):
        actions.set_up(event=day, wanted=True, questions=own, by=cast.stina, now=NOW)
    actions.set_up(event=day, wanted=True, questions=own, by=cast.malin, now=NOW)
    questions = opened(day).box.questions["pages"][0]["questions"]
    assert [one["key"] for one in questions] == ["score", "good", "missing", "better", "own1", "own2"]
    assert questions[4]["label"] == {"sv": "Jag vågade fråga", "fi": "Uskalsin kysyä"}
    assert questions[0]["label"]["fi"] != questions[0]["label"]["sv"]
    with pytest.raises(rules.EvaluationBegun):
        actions.set_up(event=day, wanted=False, questions=[], by=cast.malin, now=LATER)


# ---------- T5: letters ----------


def test_t5_every_round_of_letters_goes_to_all_who_were_asked_with_the_same_words(day):
    mark(day, 12)
    evaluation = opened(day)
    vote(evaluation, 7, score=4)
    invited = set(Invitation.objects.filter(box=evaluation.box).values_list("person__email", flat=True))
    for moment in (END + timedelta(minutes=10), END + timedelta(days=6)):
        mail.outbox.clear()
        sending.send_due(now=moment)
        assert {letter.to[0] for letter in mail.outbox} == invited
        assert len(mail.outbox) == 12
        codes = {letter.body.rpartition("#")[2].split()[0] for letter in mail.outbox}
        assert len(codes) == 12
        bare = {letter.body.replace(code, "") for letter in mail.outbox for code in codes if code in letter.body}
        assert len(bare) == 1
        assert len({letter.subject for letter in mail.outbox}) == 1
    sent = Letter.objects.filter(kind__startswith="events.evaluation")
    assert sent.count() == 24
    assert not [letter for letter in sent for code in codes if code in letter.sent_text + str(letter.facts)]


def test_letters_are_written_in_an_order_by_chance(day):
    from events.letters import evaluations as letters

    mark(day, 12)
    evaluation = opened(day)
    orders = set()
    written = letters.outbox.write
    for _turn in range(3):
        order = []
        letters.outbox.write = lambda order=order, **facts: order.append(facts["person"].pk)
        try:
            letters.invite(evaluation, evaluation.box, now=END)
        finally:
            letters.outbox.write = written
        orders.add(tuple(order))
    assert len(orders) > 1


def test_after_closing_no_letter_leads_anywhere(day):
    mark(day, 12)
    opened(day)
    close()
    mail.outbox.clear()
    sending.send_due(now=LATER)
    assert not mail.outbox


def test_a_letter_that_a_coordinator_looks_at_hides_the_link(day, sign_in, cast, settings):
    mark(day, 12)
    evaluation = opened(day)
    letter = Letter.objects.filter(kind="events.evaluation", person=cast.tuva).get()
    code = answers.link_for(box=evaluation.box, person_id=cast.tuva.pk).rpartition("#")[2]
    address = reverse("outbox:letter", args=[letter.pk])
    assert code not in sign_in(cast.malin).get(address).content.decode()
    settings.KEYS_DIR, settings.KEYS_EMBEDDED = "/nowhere", False
    answer = sign_in(cast.malin).get(address)
    assert answer.status_code == 200


# ---------- Results ----------


def test_evt_25_eleven_answers_show_figures_and_words_after_redaction(day, sign_in, cast):
    mark(day, 12)
    evaluation = opened(day)
    vote(evaluation, 11, score=lambda n: 4 if n else 5, good=lambda n: f"Tack till Tuva {n}", missing="Paus")
    client = sign_in(cast.malin)
    close()
    text = page(client, day)
    assert "11 av 12 har svarat" in text
    assert "4,1" in text
    assert "Tack till Tuva" not in text
    assert "Paus" not in text
    queue = client.get(reverse("events:evaluation_texts", args=[day.pk]))
    assert queue.status_code == 200
    for row in FreeText.objects.filter(box=evaluation.box, question="good"):
        address = reverse("events:evaluation_text", args=[day.pk, row.pk])
        client.post(address, {"words": row.words.replace("Tuva", "[namn]")})
    text = page(sign_in(cast.tuva), day)
    assert "Tack till [namn]" in text
    assert "Tuva 3" not in text
    assert not FreeText.objects.filter(words__contains="Tuva").exists()
    assert Deed.objects.filter(deed="evaluation.text_shown").count() == 11
    assert Deed.objects.filter(deed="evaluation.texts_seen").count() == 1


def test_five_to_nine_answers_show_a_word_for_each_question_and_no_rate(day, sign_in, cast):
    mark(day, 12)
    evaluation = opened(day)
    vote(evaluation, 7, score=2, good="Hemligt")
    close()
    text = page(sign_in(cast.malin), day)
    assert "5–9 har svarat" in text
    assert "låga" in text
    assert "%" not in text.split("<main")[1]
    assert not FreeText.objects.exists()
    pool = Box.objects.get(owner=f"programmes.cohort:{day.course_day.cohort_id}")
    assert pool.parts.count() == 8, "seven texts and the day's sums, sealed"
    assert "när omgången är slut, om tillräckligt många skrev" in text


def test_four_answers_show_nothing_at_all(day, sign_in, cast):
    mark(day, 12)
    vote(opened(day), 4, score=5)
    close()
    text = page(sign_in(cast.malin), day)
    assert "För få svar" in text
    assert "evalrow" not in text


def test_while_open_only_a_rate_in_tens_is_shown_to_the_organiser_once_a_day(day, sign_in, cast, at):
    at(END + timedelta(hours=1))
    mark(day, 12)
    evaluation = opened(day)
    vote(evaluation, 6, score=4)
    assert "%" not in page(sign_in(cast.malin), day).split("<main")[1]
    answers.note_rates(now=END + timedelta(hours=2))
    assert "50\u00a0%" in page(sign_in(cast.malin), day)
    vote(evaluation, 12, score=4)
    assert "50\u00a0%" in page(sign_in(cast.malin), day)
    assert "50\u00a0%" not in page(sign_in(cast.tuva), day)


def test_who_worked_on_the_day_reads_results_but_no_text_before_the_others(day, sign_in, cast):
    from events.models import Staff

    lecturer = person("Lena Lektor", "lena@universitet.example")
    Staff.objects.create(event=day, person=lecturer, function="lecturer")
    Staff.objects.create(event=day, person=cast.malin, function="lecturer")
    mark(day, 12)
    vote(opened(day), 11, score=4, good="Ord")
    close()
    assert "11 av 12" in page(sign_in(lecturer), day)
    for who in (lecturer, cast.malin, cast.tuva):
        assert sign_in(who).get(reverse("events:evaluation_texts", args=[day.pk])).status_code == 403
        row = FreeText.objects.filter(state=TextState.WAITING).first()
        answer = sign_in(who).post(reverse("events:evaluation_text", args=[day.pk, row.pk]), {"words": "x"})
        assert answer.status_code == 403
    assert FreeText.objects.filter(state=TextState.WAITING).count() == 11
    assert "Läs det som skrivits" not in page(sign_in(cast.malin), day)


def test_the_coordinators_start_page_says_that_words_wait_to_be_read(day, sign_in, cast):
    from events.models import Staff

    mark(day, 12)
    vote(opened(day), 11, score=4, good="Ord")
    close()
    address = reverse("events:evaluation_texts", args=[day.pk])
    assert address in sign_in(cast.malin).get("/").content.decode()
    assert list(Evaluation.objects.to_read_by(cast.vera)) == []
    Staff.objects.create(event=day, person=cast.malin, function="lecturer")
    assert address not in sign_in(cast.malin).get("/").content.decode()


def test_who_neither_took_part_nor_arranges_sees_no_result(day, sign_in, cast):
    mark(day, 12)
    vote(opened(day), 11, score=4)
    close()
    address = reverse("events:evaluation", args=[day.pk])
    assert sign_in(cast.vera).get(address).status_code == 404
    Event.objects.filter(pk=day.pk).update(audience="public")
    assert sign_in(cast.vera).get(address).status_code == 403


def test_a_regions_larger_smallest_group_holds_here_too(day, sign_in, cast):
    cast.sormland.smallest_group = 10
    cast.sormland.save()
    mark(day, 12)
    vote(opened(day), 9, score=5)
    close()
    assert "För få svar" in page(sign_in(cast.malin), day)


def test_after_the_result_nobody_can_open_anything(day, tmp_path):
    mark(day, 12)
    vote(opened(day), 11, score=4)
    close()
    pool = Box.objects.get(owner=f"programmes.cohort:{day.course_day.cohort_id}")
    assert [path.stem for path in (tmp_path / "keys").iterdir()] == [pool.key_name], "only the round's sums wait"
    assert not BallotCode.objects.exists()
    assert Deed.objects.get(deed="evaluation.released").codes["release"]


# ---------- Pages ----------


def test_the_organiser_chooses_questions_on_a_page_and_keeps_what_was_typed(day, sign_in, cast):
    client = sign_in(cast.malin)
    address = reverse("events:evaluation_edit", args=[day.pk])
    assert client.get(address).status_code == 200
    facts = {"wanted": "on", "kind1": "scale", "label1_sv": "", "label1_fi": "Vain suomeksi", "label1_en": ""}
    wrong = client.post(address, facts)
    assert wrong.status_code == 422
    assert "Vain suomeksi" in wrong.content.decode()
    done = client.post(address, {**facts, "label1_sv": "Jag vågade fråga"}, follow=True)
    assert done.status_code == 200
    assert "Jag vågade fråga" in done.content.decode()
    assert Evaluation.objects.get(event=day).questions[0]["label"]["fi"] == "Vain suomeksi"
    assert "Jag vågade fråga" in client.get(address).content.decode()
    assert sign_in(cast.tuva).get(address).status_code == 403


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_takes_as_many_queries_however_many_wrote(day, sign_in, cast, n, django_assert_max_num_queries):
    mark(day, 12)
    vote(opened(day), 11, score=4, **({"good": "x", "missing": "y", "better": "z"} if n == 3 else {"good": "x"}))
    close()
    client = sign_in(cast.malin)
    page(client, day)
    with django_assert_max_num_queries(12):
        page(client, day)
