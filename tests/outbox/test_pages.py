"""Letters on pages: who sees them, what they show, and what can be done with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Deed
from base import jobs
from outbox import actions
from outbox.models import Letter
from outbox.states import LetterState
from tests.outbox.conftest import NOW, letter

pytestmark = pytest.mark.django_db
LIST = "/letters/"


@pytest.fixture
def mine(cast: Any) -> Letter:
    return letter(1, scope=f"region:{cast.sormland.pk}", facts={"secret": "tok-3n"})


def login(client: Any, person: Any) -> Any:
    client.force_login(person)
    return client


def test_coordinators_see_their_regions_letters_and_nobody_else_any(client: Any, cast: Any, mine: Letter) -> None:
    page = reverse("outbox:letter", args=[mine.pk])
    for person in (cast.malin, cast.ada):
        login(client, person)
        assert "test_reminder" in client.get(LIST).content.decode()
        assert client.get(page).status_code == 200
    login(client, cast.vera)
    assert "test_reminder</a>" not in client.get(LIST).content.decode()
    assert client.get(page).status_code == 404
    for person in (cast.stina, cast.lars, cast.tuva, cast.outsider):
        login(client, person)
        assert client.get(LIST).status_code == 404
        assert client.get(page).status_code == 404
    client.logout()
    assert client.get(LIST).status_code == 302


def test_the_page_shows_the_letter_and_hides_its_link(client: Any, cast: Any, mine: Letter) -> None:
    page = login(client, cast.malin).get(mine.get_absolute_url()).content.decode()
    assert "Dag 1" in page
    assert "https://helmi.example/a/…" in page
    assert "tok-3n" not in page


def test_looking_writes_an_audit_row_and_nothing_else(client: Any, cast: Any, mine: Letter) -> None:
    login(client, cast.malin).get(mine.get_absolute_url())
    (row,) = Deed.objects.all()
    assert (row.deed, row.by, row.about) == ("letter.read", cast.malin, f"outbox.letter:{mine.pk}")
    client.get(reverse("outbox:letter", args=["00000000-0000-4000-8000-000000000000"]))
    assert Deed.objects.count() == 1


def test_a_letter_is_held_sent_and_cancelled(client: Any, cast: Any, mine: Letter) -> None:
    login(client, cast.malin)
    for deed, state in (
        ("hold", LetterState.HELD),
        ("send_now", LetterState.QUEUED),
        ("cancel", LetterState.CANCELLED),
    ):
        answer = client.post(reverse(f"outbox:{deed}", args=[mine.pk]))
        assert answer.status_code == 302
        mine.refresh_from_db()
        assert mine.state == state
    deeds = list(Deed.objects.order_by("pk").values_list("deed", "codes__before"))
    assert deeds == [("letter.handled", "queued"), ("letter.handled", "held"), ("letter.cancelled", "queued")]


def test_a_foreign_coordinator_changes_nothing(client: Any, cast: Any, mine: Letter) -> None:
    login(client, cast.vera)
    for deed in ("hold", "send_now", "try_again", "arrived", "not_arrived", "cancel"):
        assert client.post(reverse(f"outbox:{deed}", args=[mine.pk])).status_code == 404
    mine.refresh_from_db()
    assert mine.state == LetterState.QUEUED
    assert not Deed.objects.exists()


def test_a_look_does_not_do(client: Any, cast: Any, mine: Letter) -> None:
    login(client, cast.malin)
    for deed in ("hold", "send_now", "try_again", "arrived", "not_arrived"):
        assert client.get(reverse(f"outbox:{deed}", args=[mine.pk])).status_code == 405
    assert client.get(reverse("outbox:cancel", args=[mine.pk])).status_code == 200
    mine.refresh_from_db()
    assert mine.state == LetterState.QUEUED


def test_what_is_too_late_says_so(client: Any, cast: Any, at: Any) -> None:
    row = letter(1, scope=f"region:{cast.sormland.pk}", useful_until=NOW + timedelta(hours=1))
    Letter.objects.filter(pk=row.pk).update(state=LetterState.EXPIRED)
    at(NOW + timedelta(hours=2))
    login(client, cast.malin)
    client.post(reverse("outbox:try_again", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == LetterState.EXPIRED


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_the_same_statements_for_one_and_three(
    client: Any, cast: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(count):
        letter(n, now=NOW + timedelta(minutes=n), scope=f"region:{cast.sormland.pk}", person=cast.tuva)
    login(client, cast.malin)
    with django_assert_max_num_queries(20):
        assert client.get(LIST).status_code == 200
    with django_assert_max_num_queries(22):
        assert client.get(Letter.objects.all()[0].get_absolute_url()).status_code == 200


def test_every_shelf_and_filter_opens(client: Any, cast: Any, mine: Letter) -> None:
    login(client, cast.malin)
    for shelf in ("waiting", "held", "sent", "trouble", "cancelled"):
        for state in LetterState.values:
            Letter.objects.update(state=state)
            assert client.get(LIST, {"shelf": shelf}).status_code == 200
    assert client.get(LIST, {"shelf": "x"}).status_code == 404
    assert client.get(LIST, {"shelf": "waiting", "kind": "x"}).status_code == 422
    assert client.get(LIST, {"shelf": "waiting", "reader": "%00"}).status_code == 200
    Letter.objects.update(state=LetterState.QUEUED)
    assert "Dag" not in client.get(LIST, {"reader": "nobody"}).content.decode()


@pytest.mark.parametrize("state", LetterState.values)
def test_the_page_of_a_letter_opens_in_every_state(client: Any, cast: Any, mine: Letter, state: str) -> None:
    Letter.objects.update(state=state, trouble="550 5.1.1", possible_duplicates=1)
    assert login(client, cast.malin).get(mine.get_absolute_url()).status_code == 200


def test_a_letter_that_cannot_be_written_is_shown_all_the_same(client: Any, cast: Any) -> None:
    for n, facts in enumerate([{"poison": True}, {"left": True}]):
        row = letter(n, scope=f"region:{cast.sormland.pk}", facts=facts)
        assert login(client, cast.malin).get(row.get_absolute_url()).status_code == 200


def batch_of(cast: Any, count: int = 3) -> Any:
    batch = actions.open_batch(
        kind="test_reminder", about="programmes.cohort:1", scope=f"region:{cast.sormland.pk}", by=cast.malin, now=NOW
    )
    for n in range(count):
        letter(n, scope=batch.scope, batch=batch)
    return batch


def test_a_batch_is_read_released_and_taken_back(client: Any, cast: Any, at: Any) -> None:
    at(NOW)
    batch = batch_of(cast)
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.HELD}
    login(client, cast.malin)
    assert "Dag 0" in client.get(batch.get_absolute_url()).content.decode()
    assert client.post(batch.get_absolute_url(), {}).status_code == 302
    assert set(Letter.objects.values_list("state", "not_before")) == {(LetterState.QUEUED, NOW + timedelta(minutes=10))}
    assert client.get(batch.get_absolute_url()).status_code == 200
    at(NOW + timedelta(minutes=9))
    client.post(reverse("outbox:undo_batch", args=[batch.pk]))
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.HELD}


def test_after_ten_minutes_a_release_stands(client: Any, cast: Any, at: Any) -> None:
    at(NOW)
    batch = batch_of(cast)
    login(client, cast.malin)
    client.post(batch.get_absolute_url(), {})
    at(NOW + timedelta(minutes=10))
    client.post(reverse("outbox:undo_batch", args=[batch.pk]))
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.QUEUED}


def test_a_batch_leaves_on_the_chosen_day_at_the_time_on_the_wall(client: Any, cast: Any, at: Any) -> None:
    at(NOW)
    batch = batch_of(cast)
    login(client, cast.malin)
    client.post(batch.get_absolute_url(), {"date": "5.5.2027", "time": "9.30"})
    batch.refresh_from_db()
    assert batch.send_at.isoformat() == "2027-05-05T07:30:00+00:00"
    assert {row.not_before for row in Letter.objects.all()} == {batch.send_at}


def test_a_wrong_date_is_said_and_nothing_is_released(client: Any, cast: Any, at: Any) -> None:
    at(NOW)
    batch = batch_of(cast)
    answer = login(client, cast.malin).post(batch.get_absolute_url(), {"date": "31.11.2027"})
    assert answer.status_code == 422
    batch.refresh_from_db()
    assert batch.released_at is None


def test_operations_are_the_administrators(client: Any, cast: Any) -> None:
    assert login(client, cast.ada).get("/operations/").status_code == 200
    assert login(client, cast.malin).get("/operations/").status_code == 404


def test_every_job_has_a_name_that_people_read(client: Any, cast: Any) -> None:
    ours = [job for job in jobs.jobs().values() if not job.run.__module__.startswith("tests.")]
    nameless = [job.name for job in ours if job.title == job.name]
    assert nameless == []  # give @job(...) a title=
    page = login(client, cast.ada).get("/operations/")
    assert "Skicka mejl" in page.content.decode()
    assert page.context["idle"]  # nothing is said to be well before the clock has gone
