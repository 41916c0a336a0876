"""Group tasks: who sets them, groups, writing together, handing in, who reads it, reminders, and what is left."""

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Deed
from documents import gate
from documents.actions import root, workplace
from documents.models import StoredFile
from events.models import Staff
from outbox.actions.sending import build
from outbox.models import Letter
from programmes import tasks as jobs
from programmes.actions import group_tasks as actions
from programmes.models import GroupTask, HandIn, TaskGroup
from programmes.rules import group_tasks as rules
from programmes.rules.together import SavedMeanwhile
from reports.documents import extract
from tests.cast import NOW, STOCKHOLM, person, role

pytestmark = pytest.mark.django_db
DUE = date(2027, 5, 4)
SECRET = "Vi-skrev-om-familjen-Ask"


@pytest.fixture
def sign_in() -> Any:
    """Everybody at a browser of her own."""

    def signed_in(who: Any) -> Client:
        client = Client()
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def round_(cast: Any) -> Any:
    """Tuva, Edvin, Leila and Yasmin take part; Lena lectures on day 4, Lisa on day 5, Hilma hosts day 4."""
    row = cast.cohort()
    for who in (cast.tuva, cast.edvin, cast.leila, cast.yasmin):
        cast.enrolment(row, who)
    for key, name, number, function in (
        ("lena", "Lena Lektor", 4, "lecturer"),
        ("lisa", "Lisa Lektor", 5, "lecturer"),
        ("hilma", "Hilma Värd", 4, "host"),
    ):
        cast.made[key] = person(name, f"{key}@annat.example")
        Staff.objects.create(event=row.days.get(number=number).event, person=cast.made[key], function=function)
    return row


@pytest.fixture
def task(cast: Any, round_: Any) -> GroupTask:
    """For day 4, by 4 May: Tuva and Yasmin in group 1, Edvin and Leila in group 2."""
    row = set_task(cast, round_)
    number = {cast.tuva.pk: 1, cast.yasmin.pk: 1, cast.edvin.pk: 2, cast.leila.pk: 2}
    places = {one.pk: number[one.person_id] for one in round_.enrolments.all()}
    return actions.regroup(task=row, places=places, by=cast.malin, now=NOW)


def set_task(cast: Any, round_: Any, by: Any = None, **facts: Any) -> GroupTask:
    given = {"day": round_.days.get(number=4), "title": "Fallet Ask", "instruction": "Läs **fallet**", "due": DUE}
    return actions.set_task(cohort=round_, by=by or cast.malin, now=NOW, **{**given, **facts})


def group_of(task: GroupTask, who: Any) -> TaskGroup:
    return TaskGroup.objects.get(task=task, members__enrolment__person=who)


def save(task: GroupTask, who: Any, text: str = SECRET, version: int = 0, at: Any = NOW, **facts: Any) -> HandIn:
    return actions.save(group=group_of(task, who), text=text, version=version, by=who, now=at, **facts)


def hand_in(task: GroupTask, who: Any, at: Any = NOW, **facts: Any) -> HandIn:
    return save(task, who, at=at, hand_in=True, **facts)


def page_of(task: GroupTask, who: Any) -> str:
    return f"/programmes/tasks/groups/{group_of(task, who).pk}/"


def form(version: int, act: str = "save", **data: Any) -> dict[str, Any]:
    return {"version": version, "act": act, "text": SECRET, **data}


def local(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=STOCKHOLM)


# ---------- Setting and groups ----------


def test_the_lecturer_of_the_day_sets_its_tasks_and_no_others(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_, by=cast.lena)
    with pytest.raises(rules.NotYourTask):
        set_task(cast, round_, by=cast.lisa)
    for who in (cast.hilma, cast.tuva, cast.stina, cast.lars, cast.vera):
        with pytest.raises(rules.NotYourTask):
            set_task(cast, round_, by=who)
    with pytest.raises(rules.NotYourTask):
        set_task(cast, round_, by=cast.lena, day=None)
    facts: dict[str, Any] = {"title": "x", "instruction": "y", "due": DUE, "now": NOW}
    with pytest.raises(rules.NotYourTask):
        actions.change(task=task, day=round_.days.get(number=5), by=cast.lena, **facts)
    assert set_task(cast, round_, day=None).day is None


def test_the_last_day_is_to_come(cast: Any, round_: Any, sign_in: Any) -> None:
    with pytest.raises(rules.DuePast):
        set_task(cast, round_, due=NOW.date() - timedelta(days=1))
    data = {"title": "T", "instruction": "I", "day": "4", "due": "2027-04-01", "how": "alone"}
    answer = sign_in(cast.malin).post(f"/programmes/cohorts/{round_.pk}/tasks/new/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["due"]


def test_dealt_groups_mix_the_municipalities(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_, most=2)
    groups = [
        sorted(row.enrolment.organisation.name for row in group.members.all()) for group in task.groups.order_by("pk")
    ]
    assert sorted(groups) == [["Eskilstuna", "Eskilstuna"], ["Eskilstuna", "Nyköping"]]


def test_alone_means_a_page_of_ones_own(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_, alone=True)
    assert [group.members.count() for group in task.groups.all()] == [1, 1, 1, 1]


def test_who_comes_later_is_placed_and_nobody_is_moved(cast: Any, round_: Any, task: GroupTask, sign_in: Any) -> None:
    cast.enrolment(round_, cast.outsider, unit=cast.nyk_barn)
    before = set(task.members.values_list("enrolment", "group"))
    page = sign_in(cast.malin).get(task.get_absolute_url()).content.decode()
    assert "Olle Utanför är inte i någon grupp" in page
    assert actions.place_rest(task=task, by=cast.malin, now=NOW) == 1
    assert before < set(task.members.values_list("enrolment", "group"))
    # Two groups of two: the one without anybody from her municipality.
    assert group_of(task, cast.outsider) == group_of(task, cast.edvin)


def test_what_is_written_is_not_dealt_away(cast: Any, task: GroupTask) -> None:
    save(task, cast.tuva)
    with pytest.raises(rules.GroupsHaveBegun):
        actions.deal(task=task, most=4, by=cast.malin, now=NOW)
    with pytest.raises(rules.TaskHasBegun):
        actions.remove(task=task, by=cast.malin, now=NOW)
    everybody = {row.enrolment_id: 2 for row in task.members.all()}
    with pytest.raises(rules.GroupWouldBeEmpty):
        actions.regroup(task=task, places=everybody, by=cast.malin, now=NOW)
    assert task.members.filter(group__number=1).count() == 2
    some = {row.enrolment_id: 1 for row in task.members.all()}
    actions.regroup(task=task, places=some, by=cast.malin, now=NOW)
    assert [group.number for group in task.groups.all()] == [1]


# ---------- Writing together ----------


def test_a_group_writes_one_text_and_any_of_them_hands_it_in(cast: Any, task: GroupTask, sign_in: Any) -> None:
    page = page_of(task, cast.tuva)
    sign_in(cast.tuva).post(page, form(0))
    assert SECRET in sign_in(cast.yasmin).get(page).content.decode()
    sign_in(cast.yasmin).post(page, form(1, "hand_in", text=f"{SECRET} och mer"))
    row = HandIn.objects.get()
    assert (row.handed_in_by, row.changed_by, row.late, row.text) == (
        cast.yasmin,
        cast.yasmin,
        False,
        f"{SECRET} och mer",
    )
    assert "Inlämnad" in sign_in(cast.tuva).get(page).content.decode()
    deed = Deed.objects.get(deed="hand_in.handed_in")
    assert SECRET not in str(deed.codes)


def test_who_saves_later_sees_both_texts_and_overwrites_nothing(cast: Any, task: GroupTask, sign_in: Any) -> None:
    page = page_of(task, cast.tuva)
    sign_in(cast.tuva).post(page, form(0, text="Tuvas text"))
    answer = sign_in(cast.yasmin).post(page, form(0, "hand_in", text="Yasmins text"))
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "Tuvas text" in words
    assert "Yasmins text" in words
    assert (HandIn.objects.get().text, HandIn.objects.get().handed_in_at) == ("Tuvas text", None)
    assert answer.context["form"]["version"].value() == "1"
    sign_in(cast.yasmin).post(page, form(1, text="Båda texterna"))
    assert HandIn.objects.get().text == "Båda texterna"
    with pytest.raises(SavedMeanwhile):
        save(task, cast.tuva, version=1)


def test_what_is_typed_is_kept_for_the_one_who_types(cast: Any, task: GroupTask, sign_in: Any) -> None:
    page = page_of(task, cast.tuva)
    answer = sign_in(cast.tuva).post(page, form(0, "keep", text="Halvfärdigt"))
    assert "Utkast sparat" in answer.content.decode()
    assert "Halvfärdigt" in sign_in(cast.tuva).get(page).content.decode()
    assert "Halvfärdigt" not in sign_in(cast.yasmin).get(page).content.decode()
    # Somebody saves meanwhile: both stand on the page, and the draft is no danger to what is saved.
    save(task, cast.yasmin, "Yasmins text")
    again = sign_in(cast.tuva).get(page).content.decode()
    assert "Halvfärdigt" in again
    assert "Yasmins text" in again
    assert "Någon annan sparade" in again
    save(task, cast.tuva, version=1)
    assert "Halvfärdigt" not in sign_in(cast.tuva).get(page).content.decode()


def test_taken_back_until_the_last_day_is_over_and_late_says_so(cast: Any, task: GroupTask) -> None:
    group = group_of(task, cast.tuva)
    hand_in(task, cast.tuva, at=local(DUE, 9))
    with pytest.raises(rules.HandedInAlready):
        save(task, cast.yasmin, version=1)
    actions.take_back(group=group, by=cast.yasmin, now=local(DUE, 23))
    row = hand_in(task, cast.yasmin, version=2, at=local(DUE + timedelta(days=1), 0))
    assert row.late
    with pytest.raises(rules.DueOver):
        actions.take_back(group=group, by=cast.tuva, now=local(DUE + timedelta(days=1), 1))


def test_an_empty_page_is_not_handed_in_and_nobody_writes_for_another_group(cast: Any, task: GroupTask) -> None:
    with pytest.raises(rules.NothingToHandIn):
        hand_in(task, cast.tuva, text=" ")
    for who in (cast.edvin, cast.malin, cast.lena, cast.stina):
        with pytest.raises(rules.NotInThisGroup):
            actions.save(group=group_of(task, cast.tuva), text="x", version=0, by=who, now=NOW)
    assert not HandIn.objects.exists()


# ---------- A file ----------


def test_a_file_goes_through_the_gate_and_a_new_one_erases_the_one_before(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    client, page = sign_in(cast.tuva), page_of(task, cast.tuva)
    wrong = client.post(page, form(0, file=SimpleUploadedFile("makro.exe", b"MZ\x90\x00")))
    assert wrong.status_code == 422
    client.post(page, form(0, file=SimpleUploadedFile("svar.txt", b"hej")))
    first = StoredFile.objects.get()
    assert b"".join(client.get(f"{page}file/").streaming_content) == b"hej"
    assert sign_in(cast.edvin).get(f"{page}file/").status_code == 404
    client.post(page, form(1, "hand_in", text="", file=SimpleUploadedFile("svar2.txt", b"hej igen")))
    assert StoredFile.objects.get().name == "svar2.txt"
    assert StoredFile.objects.get() != first
    assert HandIn.objects.get().handed_in_at is not None


def test_a_refused_file_is_shown_to_nobody_and_its_erasure_leaves_the_text(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    admitted = gate.admit(io.BytesIO(b"hej"), name="svar.txt", folder=workplace())
    save(task, cast.tuva, admitted=admitted)
    StoredFile.objects.update(state="refused", expires_at=NOW - timedelta(days=1))
    client, page = sign_in(cast.tuva), page_of(task, cast.tuva)
    assert client.get(f"{page}file/").status_code == 404
    assert "innehåller ett virus" in client.get(page).content.decode()
    from documents.actions import erase_expired

    erase_expired(NOW)
    assert (HandIn.objects.get().file, HandIn.objects.get().text) == (None, SECRET)
    assert not list(root().glob("making/*"))


# ---------- Who reads it ----------


READERS = ("tuva", "yasmin", "edvin", "malin", "ada", "lena", "lisa", "hilma", "stina", "lars", "petra", "vera")


def reads(cast: Any, task: GroupTask) -> set[str]:
    """Who reads what group 1 writes: each page asks the same rule."""
    group = group_of(task, cast.tuva)
    return {name for name in READERS if TaskGroup.objects.visible_to(getattr(cast, name)).filter(pk=group.pk)}


def test_only_the_group_reads_what_is_not_handed_in(cast: Any, task: GroupTask, sign_in: Any) -> None:
    save(task, cast.tuva)
    assert sign_in(cast.malin).get(page_of(task, cast.tuva)).status_code == 404
    assert SECRET not in sign_in(cast.malin).get(task.get_absolute_url()).content.decode()
    assert reads(cast, task) == {"tuva", "yasmin"}


def test_what_is_handed_in_is_read_by_the_coordinator_and_the_days_lecturer(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    hand_in(task, cast.tuva)
    assert reads(cast, task) == {"tuva", "yasmin", "malin", "ada", "lena"}
    assert SECRET in sign_in(cast.lena).get(page_of(task, cast.tuva)).content.decode()
    assert sign_in(cast.stina).get(page_of(task, cast.tuva)).status_code == 404


def test_the_round_reads_it_when_the_coordinator_shows_it_and_managers_never_do(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    hand_in(task, cast.tuva)
    actions.show(task=task, shown=True, by=cast.malin, now=NOW)
    assert reads(cast, task) == {"tuva", "yasmin", "edvin", "malin", "ada", "lena"}
    assert "Group 1" in sign_in(cast.edvin).get(page_of(task, cast.edvin)).content.decode()
    actions.show(task=task, shown=False, by=cast.lena, now=NOW)
    assert "edvin" not in reads(cast, task)


def test_who_has_left_the_round_reads_nothing(cast: Any, round_: Any, task: GroupTask, sign_in: Any) -> None:
    hand_in(task, cast.yasmin)
    page = page_of(task, cast.tuva)
    round_.enrolments.filter(person=cast.tuva).update(programme_side="withdrawn")
    assert sign_in(cast.tuva).get(page).status_code == 404
    assert "Tuva" not in sign_in(cast.malin).get(page).content.decode()


def test_a_manager_who_coordinates_nothing_learns_not_even_that_there_is_a_task(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    for who in (cast.stina, cast.lars, cast.hilma, cast.outsider):
        client = sign_in(who)
        assert client.get(f"/programmes/cohorts/{task.cohort_id}/tasks/").status_code == 404
        assert client.get(task.get_absolute_url()).status_code == 404


# ---------- The start page and the lists ----------


def test_the_task_stands_on_the_participants_start_page_until_it_is_handed_in(
    cast: Any, task: GroupTask, sign_in: Any
) -> None:
    for address in ("/", "/programmes/my/days/"):
        page = sign_in(cast.tuva).get(address).content.decode()
        assert "Uppgift till dag 4" in page
        assert "Senast 4 maj" in page
    hand_in(task, cast.yasmin)
    assert "Uppgift till dag 4" not in sign_in(cast.tuva).get("/").content.decode()


def test_a_task_whose_last_day_has_been_says_so(cast: Any, task: GroupTask, sign_in: Any, at: Any) -> None:
    at(local(DUE + timedelta(days=1), 8))
    assert "Skulle vara klart 4 maj" in sign_in(cast.tuva).get("/").content.decode()


def test_the_list_shows_each_what_is_hers(cast: Any, round_: Any, task: GroupTask, sign_in: Any) -> None:
    other = set_task(cast, round_, title="En annan", day=round_.days.get(number=5))
    address = f"/programmes/cohorts/{round_.pk}/tasks/"
    mine = sign_in(cast.tuva).get(address).content.decode()
    assert "Du är inte i någon grupp än" in mine
    assert other.get_absolute_url() not in mine
    lena = sign_in(cast.lena).get(address).content.decode()
    assert task.title in lena
    assert other.title not in lena
    assert other.title in sign_in(cast.malin).get(address).content.decode()


def counted(client: Client, *addresses: str) -> list[int]:
    found = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        found.append(len(queries))
    return found


def test_as_many_statements_for_three_tasks_and_groups_as_for_one(cast: Any, round_: Any, sign_in: Any) -> None:
    address = f"/programmes/cohorts/{round_.pk}/tasks/"
    one = set_task(cast, round_, most=4)
    client, tuva = sign_in(cast.malin), sign_in(cast.tuva)
    few = [*counted(client, address, one.get_absolute_url()), *counted(tuva, address, "/", page_of(one, cast.tuva))]
    actions.regroup(
        task=one,
        places={row.pk: n for n, row in enumerate(round_.enrolments.order_by("pk"), start=1)},
        by=cast.malin,
        now=NOW,
    )
    for title in ("Två", "Tre"):
        set_task(cast, round_, title=title, most=1 + len(title))
    more = [*counted(client, address, one.get_absolute_url()), *counted(tuva, address, "/", page_of(one, cast.tuva))]
    assert more == few


# ---------- Telling ----------


def told(task: GroupTask) -> Any:
    return Letter.objects.filter(kind="programmes.task_set", facts__task=task.pk)


def mail_to(task: GroupTask, who: Any) -> Any:
    return build(told(task).filter(person=who, state="queued").latest("pk"))


def test_a_task_that_is_set_is_told_to_each_participant_once_after_the_time_of_undo(cast: Any, round_: Any) -> None:
    round_.enrolments.filter(person=cast.leila).update(programme_side="paused")
    round_.enrolments.filter(person=cast.yasmin).update(programme_side="withdrawn")
    task = set_task(cast, round_, most=4)
    assert {letter.person for letter in told(task)} == {cast.tuva, cast.edvin}
    assert {letter.not_before for letter in told(task)} == {NOW + timedelta(minutes=10)}
    mail = mail_to(task, cast.tuva)
    assert mail.subject == "Uppgift till dag 4: ”Fallet Ask”"
    assert "tisdag 4 maj" in mail.text
    assert "Edvin Kronqvist" in mail.text
    assert "Tuva Ljungdahl" not in mail.text
    assert page_of(task, cast.tuva) in mail.text
    assert "fallet" not in mail.text  # the instruction stands on the page
    # Who is placed later is told, and nobody twice.
    round_.enrolments.filter(person=cast.leila).update(programme_side="enrolled")
    TaskGroup.objects.filter(task=task, members__enrolment__person=cast.edvin).first().members.filter(
        enrolment__person__in=[cast.edvin, cast.leila]
    ).delete()
    actions.place_rest(task=task, by=cast.malin, now=NOW)
    assert sorted(letter.person.name for letter in told(task)) == [
        "Edvin Kronqvist",
        "Leila Mansouri",
        "Tuva Ljungdahl",
    ]


def test_the_groups_are_those_of_the_letter_that_was_read_before(cast: Any, round_: Any) -> None:
    def dealt(task: GroupTask) -> list[list[int]]:
        return [[row.enrolment_id for row in group.members.all()] for group in task.groups.all()]

    rehearsed = set_task(cast, round_, most=2)
    groups, key = dealt(rehearsed), rehearsed.pk
    actions.remove(task=rehearsed, by=cast.malin, now=NOW)
    task = set_task(cast, round_, most=2)
    assert task.pk != key
    assert dealt(task) == groups


def test_groups_that_are_made_later_are_said_to_be(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_)
    mail = mail_to(task, cast.tuva)
    assert "när grupperna är gjorda" in mail.text
    assert f"/programmes/cohorts/{round_.pk}/tasks/" in mail.text


def test_a_task_that_is_removed_is_told_to_nobody_any_more(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_, alone=True)
    letters = told(task)
    assert letters.count() == 4
    actions.remove(task=task, by=cast.malin, now=NOW)
    assert set(letters.values_list("state", flat=True)) == {"cancelled"}


def test_another_last_day_is_told_instead_and_other_words_are_not(cast: Any, round_: Any, task: GroupTask) -> None:
    hand_in(task, cast.tuva)
    told(task).filter(person=cast.edvin).update(state="sent")
    facts: dict[str, Any] = {"task": task, "day": task.day, "instruction": "y", "by": cast.malin, "now": NOW}
    actions.change(title="Ett fel rättat", due=DUE, **facts)
    assert told(task).count() == 4
    actions.change(title="Fallet Ask", due=DUE + timedelta(days=7), **facts)
    assert {letter.person for letter in told(task).filter(state="queued")} == {cast.edvin, cast.leila}
    assert "another last day" in mail_to(task, cast.edvin).subject
    assert mail_to(task, cast.leila).subject.startswith("Uppgift till dag 4")  # she never heard of the first
    hand_in(task, cast.edvin)
    assert mail_to(task, cast.leila) is None


def test_the_letter_is_read_before_the_task_is_set(cast: Any, round_: Any, sign_in: Any) -> None:
    address = f"/programmes/cohorts/{round_.pk}/tasks/new/"
    data = {"title": "T", "instruction": "I", "day": "4", "due": "2027-05-04", "how": "dealt", "most": "4"}
    lena = sign_in(cast.lena)
    page = lena.post(address, data).content.decode()
    assert "Inget är skickat än" in page
    assert "4 personer får ett mejl" in page
    assert not GroupTask.objects.exists()
    answer = lena.post(address, data | {"confirm": "yes"}, follow=True)
    assert told(GroupTask.objects.get()).count() == 4
    assert "4 mejl går" in answer.content.decode()
    change = f"{GroupTask.objects.get().get_absolute_url()}edit/"
    assert lena.post(change, data | {"title": "U"}).status_code == 302
    assert lena.post(change, data | {"due": "2027-05-05"}).status_code == 200
    assert GroupTask.objects.get().due == DUE


# ---------- Reminding ----------


def test_two_days_before_groups_that_have_not_handed_in_are_reminded_once(cast: Any, task: GroupTask) -> None:
    hand_in(task, cast.edvin)
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 2), 7)) == 0
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 2), 8)) == 2
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 3), 8)) == 0
    reminders = Letter.objects.filter(kind="programmes.task_reminder")
    assert {letter.person for letter in reminders} == {cast.tuva, cast.yasmin}
    letter = reminders.get(person=cast.tuva)
    with translation.override("sv"):
        mail = build(letter)
    assert mail is not None
    assert "tisdag 4 maj" in mail.subject
    assert page_of(task, cast.tuva) in mail.text
    hand_in(task, cast.yasmin)
    assert build(letter) is None


def test_those_on_a_break_and_tasks_set_too_late_are_not_reminded_and_a_new_last_day_reminds_again(
    cast: Any, round_: Any, task: GroupTask
) -> None:
    round_.enrolments.filter(person=cast.yasmin).update(programme_side="paused")
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 4), 9)) == 3
    GroupTask.objects.update(due=date(2027, 5, 20))
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 18), 9)) == 3
    GroupTask.objects.update(due=date(2027, 5, 25), created_at=local(date(2027, 5, 23), 12))
    assert jobs.remind_of_group_tasks(local(date(2027, 5, 24), 9)) == 0


# ---------- What is left ----------


def test_ones_own_extract_has_what_one_hands_in_and_not_what_another_group_does(cast: Any, task: GroupTask) -> None:
    hand_in(task, cast.tuva)
    save(task, cast.edvin, "Edvins text")
    told = str(extract.as_plain(cast.yasmin, "sv", NOW))
    assert SECRET in told
    assert "Fallet Ask" in told
    assert "Edvins text" not in told
    assert SECRET not in str(extract.as_plain(cast.stina, "sv", NOW))


def test_who_is_erased_leaves_no_text_that_was_hers_alone(cast: Any, round_: Any) -> None:
    task = set_task(cast, round_, alone=True)
    save(task, cast.tuva, admitted=gate.admit(io.BytesIO(b"hej"), name="svar.txt", folder=workplace()))
    save(task, cast.edvin, "Edvins text")
    cast.tuva.delete()
    jobs.remind_of_group_tasks(NOW)
    assert HandIn.objects.get().text == "Edvins text"
    assert not StoredFile.objects.exists()
    assert task.groups.count() == 3


def test_a_manager_who_takes_part_reads_as_a_participant(cast: Any, task: GroupTask, sign_in: Any) -> None:
    hand_in(task, cast.tuva)
    role(cast.edvin, "manager", organisation=cast.barn)
    assert sign_in(cast.edvin).get(page_of(task, cast.tuva)).status_code == 404
