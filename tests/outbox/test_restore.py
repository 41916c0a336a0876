"""After a backup was put back nothing is sent twice by itself, and nothing is lost: a person decides."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from base import jobs
from events import letters as event_letters
from outbox import actions
from outbox.models import Letter
from outbox.states import RESTORED, LetterState
from tests.cast import NOW
from tests.outbox.conftest import letter
from tests.outbox.sink import Sink

pytestmark = pytest.mark.django_db


def states() -> dict[int, str]:
    return {row.facts["n"]: row.state for row in Letter.objects.filter(kind="test_reminder")}


def restore() -> str:
    out = io.StringIO()
    call_command("after_restore", stdout=out)
    return out.getvalue()


def test_what_may_have_left_since_the_backup_waits_for_a_person_and_the_rest_goes_on(sink: Sink, at: Any) -> None:
    at(NOW)
    old = NOW - timedelta(hours=25)
    letter(1, now=old)
    letter(2, now=NOW - timedelta(hours=1))
    letter(3, now=old, not_before=NOW + timedelta(hours=1))
    letter(4, now=old, useful_until=NOW - timedelta(hours=2))
    for n, state in ((5, LetterState.RETRY), (6, LetterState.INFLIGHT), (7, LetterState.HELD), (8, LetterState.SENT)):
        row = letter(n, now=old)
        Letter.objects.filter(pk=row.pk).update(state=state, begun_at=old if n == 6 else None)
    cancelled = letter(9, now=old)
    Letter.objects.filter(pk=cancelled.pk).update(state=LetterState.CANCELLED)
    assert restore().startswith("5 letters may have been sent before: 5 that waited")
    doubtful = dict.fromkeys((1, 2, 5, 6, 7), "uncertain")
    assert states() == {**doubtful, 3: "queued", 4: "expired", 8: "sent", 9: "cancelled"}
    assert actions.send_due(now=NOW + timedelta(minutes=30)) == 0
    assert restore().startswith("0 letters")
    assert actions.send_due(now=NOW + timedelta(hours=2)) == 1  # the one whose time came afterwards
    assert [mail.to for mail in sink.mails] == ["reader3@kommun.example"]


def test_reminders_that_the_clock_writes_again_are_in_doubt_and_later_ones_are_not(
    cast: Any, at: Any, sink: Sink
) -> None:
    cohort = cast.cohort(days=(date(2027, 5, 12),))
    for who in (cast.tuva, cast.edvin, cast.yasmin):
        cast.enrolment(cohort, who)
    at("2027-04-28 02:00")
    jobs.run("events.reminders", now=jobs.clock.now(), at_once=True)
    assert not Letter.objects.filter(kind=event_letters.REMINDER).exists()
    # At eight the reminders left; at two in the afternoon the disk broke, and the backup of the night was put back.
    at("2027-04-28 16:00")
    assert restore().startswith("3 letters may have been sent before: 0 that waited in the backup, and 3 that")
    written = Letter.objects.filter(kind=event_letters.REMINDER)
    assert {(row.state, row.trouble) for row in written} == {("uncertain", RESTORED)}
    jobs.run("events.reminders", now=jobs.clock.now(), at_once=True)
    jobs.run("send letters", now=jobs.clock.now(), at_once=True)
    assert not sink.mails
    at("2027-05-10 12:00")
    jobs.run("events.reminders", now=jobs.clock.now(), at_once=True)
    jobs.run("send letters", now=jobs.clock.now(), at_once=True)
    assert len(sink.mails) == 3  # two days before, written anew


def in_doubt(cast: Any, count: int) -> list[Letter]:
    rows = [letter(n, scope=f"region:{cast.sormland.pk}") for n in range(1, count + 1)]
    actions.doubt_what_may_have_left(now=NOW)
    return rows


@pytest.fixture
def malin(cast: Any, at: Any, sign_in: Any) -> Any:
    """A client with the coordinator, who reads English."""
    at(NOW)
    cast.malin.language = "en"
    cast.malin.save()
    return sign_in(cast.malin)


def test_the_coordinator_sees_them_and_decides_one_by_one(cast: Any, malin: Any, sink: Sink) -> None:
    first, second, third = in_doubt(cast, 3)
    listed = malin.get(reverse("outbox:letters")).content.decode()
    assert "3 letters may have been sent after the backup was taken" in listed
    page = malin.get(first.get_absolute_url()).content.decode()
    assert "Send it now" in page
    assert "It was sent before" in page
    malin.post(reverse("outbox:not_arrived", args=[first.pk]))
    malin.post(reverse("outbox:arrived", args=[second.pk]))
    malin.post(reverse("outbox:cancel", args=[third.pk]))
    assert states() == {1: "queued", 2: "sent", 3: "cancelled"}
    assert actions.send_due(now=NOW) == 1
    assert [mail.to for mail in sink.mails] == ["reader1@kommun.example"]
    assert Letter.objects.get(pk=first.pk).possible_duplicates == 1
    assert "may have been sent after the backup" not in malin.get(reverse("outbox:letters")).content.decode()


@pytest.mark.parametrize(("send", "state", "mails"), [("yes", "sent", 3), ("no", "sent", 0)])
def test_those_written_together_are_decided_together(
    cast: Any, malin: Any, sink: Sink, send: str, state: str, mails: int
) -> None:
    first, *_rest = in_doubt(cast, 3)
    other = letter(9, now=NOW - timedelta(days=1), scope=first.scope)
    actions.doubt_what_may_have_left(now=NOW)
    assert "Send all 3 now" in malin.get(first.get_absolute_url()).content.decode()
    answer = malin.post(reverse("outbox:decide_alike", args=[first.pk]), {"send": send}, follow=True)
    assert ("3 letters leave" if send == "yes" else "3 letters were sent before") in answer.content.decode()
    actions.send_due(now=NOW)
    assert states() == {1: state, 2: state, 3: state, 9: "uncertain"}
    assert len(sink.mails) == mails
    again = malin.post(reverse("outbox:decide_alike", args=[first.pk]), {"send": "yes"}, follow=True)
    assert "has gone on in the meantime" in again.content.decode()
    assert Letter.objects.get(pk=other.pk).state == LetterState.UNCERTAIN


def test_a_foreign_coordinator_decides_nothing(cast: Any, sign_in: Any, at: Any) -> None:
    at(NOW)
    first, *_rest = in_doubt(cast, 2)
    foreign = sign_in(cast.vera)
    assert foreign.post(reverse("outbox:decide_alike", args=[first.pk]), {"send": "yes"}).status_code == 404
    assert set(states().values()) == {"uncertain"}
