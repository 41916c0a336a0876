"""What becomes of a letter when the mail server, the sender or the letter itself misbehaves."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from outbox import actions
from outbox.actions import sending
from outbox.models import FlaggedAddress, Letter
from outbox.states import LetterState
from tests.outbox.conftest import NOW, letter
from tests.outbox.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=10)


def states() -> dict[int, str]:
    return {row.facts["n"]: row.state for row in Letter.objects.all()}


def test_a_letter_is_sent_once_and_what_is_kept_hides_the_link(sink: Sink) -> None:
    letter(1, facts={"secret": "tok-3n"})
    assert actions.send_due(now=NOW) == 1
    assert actions.send_due(now=LATER) == 0
    (mail,) = sink.mails
    assert mail.to == "reader1@kommun.example"
    assert "tok-3n" in mail.message.get_payload(decode=True).decode()
    row = Letter.objects.get()
    assert row.state == LetterState.SENT
    assert row.message_id == mail.message_id
    assert "tok-3n" not in row.sent_text
    assert "https://helmi.example/a/…" in row.sent_text
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_the_same_key_is_one_letter(sink: Sink) -> None:
    first, again = letter(1), letter(1)
    assert first.pk == again.pk
    assert actions.send_due(now=NOW) == 1


def test_a_batch_goes_over_one_connection(sink: Sink) -> None:
    for n in range(30):
        letter(n)
    assert actions.send_due(now=NOW) == 30
    assert sink.lines == 1


def test_a_rollback_leaves_no_letter(sink: Sink) -> None:
    with transaction.atomic():
        letter(1)
        transaction.set_rollback(True)
    assert not Letter.objects.exists()
    assert actions.send_due(now=NOW) == 0
    assert not sink.mails


def test_a_letter_that_is_not_true_any_more_is_cancelled(sink: Sink) -> None:
    letter(1, facts={"left": True})
    assert actions.send_due(now=NOW) == 0
    assert states() == {1: LetterState.CANCELLED}


def test_a_letter_is_not_sent_before_its_time(sink: Sink) -> None:
    letter(1, not_before=NOW + timedelta(minutes=2))
    assert actions.send_due(now=NOW + timedelta(minutes=1, seconds=59)) == 0
    assert actions.send_due(now=NOW + timedelta(minutes=2)) == 1


def test_what_another_person_can_take_back_waits(sink: Sink) -> None:
    letter(1, undoable=True, about="events.event:9")
    assert actions.send_due(now=NOW + timedelta(seconds=119)) == 0
    assert actions.cancel_about(about="events.event:9", now=NOW) == 1
    assert actions.send_due(now=LATER) == 0
    assert not sink.mails


def test_cancelling_reaches_only_the_kinds_that_are_named(sink: Sink) -> None:
    letter(1, about="events.event:9")
    letter(2, kind="test_invitation", about="events.event:9")
    assert actions.cancel_about(about="events.event:9", kinds=["test_reminder"], now=NOW) == 1
    assert states() == {1: LetterState.CANCELLED, 2: LetterState.QUEUED}


def test_greylisting_is_tried_again_after_longer_and_longer_times_and_then_given_up(sink: Sink) -> None:
    sink.at_rcpt = lambda to, n: "451 4.7.1 come back later"
    letter(1)
    now, waits = NOW, []
    for _try in range(8):
        assert actions.send_due(now=now) == 0
        row = Letter.objects.get()
        if row.state == LetterState.RETRY:
            waits.append(round((row.not_before - now) / timedelta(minutes=1), 1))
            assert actions.send_due(now=row.not_before - timedelta(seconds=5)) == 0, "not before its time"
            now = row.not_before
    assert row.state == LetterState.FAILED
    assert row.trouble == "451 4.7.1"
    assert len(waits) == 7
    for wait, minutes in zip(waits, (1, 5, 15, 60, 240, 720, 1440), strict=True):
        assert 0.78 * minutes <= wait <= 1.25 * minutes
    assert sink._asked["rcpt", "reader1@kommun.example"] == 8


def test_greylisting_that_ends_ends_well(sink: Sink) -> None:
    sink.at_rcpt = lambda to, n: "451 4.7.1 come back later" if n < 3 else ""
    letter(1)
    for now in (NOW, NOW + timedelta(minutes=2), NOW + timedelta(minutes=10)):
        actions.send_due(now=now)
    assert states() == {1: LetterState.SENT}
    assert len(sink.mails) == 1


def test_an_unknown_mailbox_is_not_tried_again_and_flagged_and_the_others_arrive(sink: Sink) -> None:
    sink.at_rcpt = lambda to, n: "550 5.1.1 no such user" if to.startswith("reader2@") else ""
    for n in (1, 2, 3):
        letter(n)
    assert actions.send_due(now=NOW) == 2
    assert states() == {1: LetterState.SENT, 2: LetterState.FAILED, 3: LetterState.SENT}
    assert FlaggedAddress.objects.get().address == "reader2@kommun.example"
    actions.send_due(now=NOW + timedelta(days=3))
    assert sink._asked["rcpt", "reader2@kommun.example"] == 1


def test_a_letter_that_arrives_takes_the_flag_away(sink: Sink) -> None:
    FlaggedAddress.objects.create(address="reader1@kommun.example", flagged_at=NOW)
    letter(1)
    actions.send_due(now=NOW)
    assert not FlaggedAddress.objects.exists()


def test_a_full_mailbox_is_not_a_wrong_address(sink: Sink) -> None:
    sink.at_rcpt = lambda to, n: "552 5.2.2 over quota"
    letter(1)
    actions.send_due(now=NOW)
    assert states() == {1: LetterState.FAILED}
    assert not FlaggedAddress.objects.exists()


def test_a_letter_that_cannot_be_written_fails_after_three_tries_and_delays_nobody(sink: Sink) -> None:
    for n in range(1, 21):
        letter(n, facts={"poison": n == 7})
    assert actions.send_due(now=NOW) == 19
    for minutes in (5, 30, 200):
        actions.send_due(now=NOW + timedelta(minutes=minutes))
    row = Letter.objects.get(facts__n=7)
    assert (row.state, row.attempts) == (LetterState.FAILED, 3)


def test_a_reader_without_an_address_is_shown_not_lost(sink: Sink, cast: Any) -> None:
    reader = cast.tuva
    type(reader).objects.filter(pk=reader.pk).update(email=None)
    actions.write(
        kind="test_reminder", key="k", about="events.event:1", scope="region:1", now=NOW, person=reader, facts={"n": 1}
    )
    actions.send_due(now=NOW)
    row = Letter.objects.get()
    assert (row.state, row.trouble) == (LetterState.FAILED, "no address")


def test_a_dead_mail_server_costs_a_retry(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    letter(1)
    assert actions.send_due(now=NOW) == 0
    assert Letter.objects.get().state == LetterState.RETRY


def test_a_slow_mail_server_is_left_after_the_time_out(sink: Sink, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.pause = 1.0
    letter(1)
    assert actions.send_due(now=NOW) == 0
    assert Letter.objects.get().state == LetterState.INFLIGHT  # in doubt until its lease runs out


def test_a_lost_reply_is_sent_once_more_and_counted(sink: Sink) -> None:
    sink.at_data = lambda to, n: "drop" if n == 1 else ""
    letter(1)
    assert actions.send_due(now=NOW) == 0
    assert actions.send_due(now=NOW + timedelta(minutes=1)) == 0, "the lease still holds"
    assert actions.send_due(now=LATER) == 1
    row = Letter.objects.get()
    assert (row.state, row.possible_duplicates) == (LetterState.SENT, 1)
    assert list(sink.counts().values()) == [2], "both under one Message-ID"


def test_an_invitation_whose_reply_is_lost_waits_for_a_person(sink: Sink, cast: Any) -> None:
    sink.at_data = lambda to, n: "drop" if n == 1 else ""
    row = letter(1, kind="test_invitation")
    actions.send_due(now=NOW)
    assert actions.send_due(now=LATER) == 0
    assert states() == {1: LetterState.UNCERTAIN}
    assert actions.send_due(now=LATER + timedelta(days=1)) == 0
    actions.resolve(letter=row, arrived=False, by=cast.malin, now=LATER)
    assert actions.send_due(now=LATER) == 1
    row.refresh_from_db()
    assert (row.state, row.possible_duplicates) == (LetterState.SENT, 1)


def test_a_reminder_in_doubt_twice_waits_for_a_person(sink: Sink) -> None:
    sink.at_data = lambda to, n: "drop"
    letter(1)
    for minutes in (0, 10, 20, 30):
        actions.send_due(now=NOW + timedelta(minutes=minutes))
    assert states() == {1: LetterState.UNCERTAIN}
    assert len(sink.mails) == 2


LOG = """\
Apr 16 09:00:01 relay postfix/smtpd[100]: {queue}: client=unknown[127.0.0.1]
Apr 16 09:00:01 relay postfix/cleanup[101]: {queue}: message-id={message_id}
"""
ACCEPTED = "Apr 16 09:00:01 relay postfix/qmgr[102]: {queue}: from=<x@y>, size=900, nrcpt=1 (queue active)\n"


def test_the_relays_log_says_what_became_of_a_letter_in_doubt(sink: Sink, settings: Any, tmp_path: Any) -> None:
    sink.at_data = lambda to, n: "drop" if n == 1 else ""
    for n in (1, 2, 3):
        letter(n, kind="test_invitation")
    actions.send_due(now=NOW)
    ids = {row.facts["n"]: row.message_id for row in Letter.objects.all()}
    text = LOG.format(queue="A1", message_id=ids[1]) + ACCEPTED.format(queue="A1")
    text += LOG.format(queue="A2", message_id=ids[2])  # began, and was not completed
    (tmp_path / "mail.log").write_text(text)
    settings.RELAY_LOG = str(tmp_path / "mail.log")
    os.utime(tmp_path / "mail.log", (LATER.timestamp(), LATER.timestamp()))
    assert actions.send_due(now=LATER) == 2
    assert set(states().values()) == {LetterState.SENT}
    assert {sink.counts()[ids[n]] for n in (2, 3)} == {2}
    assert sink.counts()[ids[1]] == 1, "found in the log: not sent again"
    assert not Letter.objects.filter(possible_duplicates__gt=0).exists()


def test_a_log_that_has_not_been_written_since_tells_nothing(sink: Sink, settings: Any, tmp_path: Any) -> None:
    sink.at_data = lambda to, n: "drop" if n == 1 else ""
    letter(1, kind="test_invitation")
    (tmp_path / "mail.log").write_text("")
    os.utime(tmp_path / "mail.log", (NOW.timestamp() - 3600, NOW.timestamp() - 3600))
    settings.RELAY_LOG = str(tmp_path / "mail.log")
    actions.send_due(now=NOW)
    actions.send_due(now=LATER)
    assert states() == {1: LetterState.UNCERTAIN}


def test_after_an_outage_what_is_over_is_put_away_with_one_alert(sink: Sink, caplog: Any) -> None:
    start = NOW + timedelta(hours=2)
    for n in range(5):
        letter(n, useful_until=start)
    letter(9, useful_until=NOW + timedelta(days=1))
    assert actions.send_due(now=NOW + timedelta(hours=3)) == 1
    assert Letter.objects.filter(state=LetterState.EXPIRED, trouble="missed").count() == 5
    alerts = [record for record in caplog.records if record.name == "helmi.letters"]
    assert len(alerts) == 1
    assert alerts[0].facts == {"missed": 5}


def test_a_letter_cancelled_between_claim_and_sending_is_not_sent(sink: Sink) -> None:
    letter(1, about="events.event:9")
    (claimed,) = sending.claim(now=NOW)
    assert actions.cancel_about(about="events.event:9", now=NOW) == 1
    with sending.post.Line() as line:
        sending._deliver(claimed, sending.Hand(NOW, line))
    assert not sink.mails
    assert states() == {1: LetterState.CANCELLED}


def test_headers_cannot_be_injected_and_the_region_signs(sink: Sink) -> None:
    from outbox import kinds
    from outbox.kinds import Mail

    if "test_headers" not in kinds.names():
        kinds.register(
            "test_headers",
            lambda row: Mail(
                "Hej\r\nBcc: x@y.example", "text", sender='Helmi "Sörmland"\nX: y', reply_to="m@sor.example"
            ),
            title="headers",
        )
    letter(1, kind="test_headers")
    actions.send_due(now=NOW)
    (mail,) = sink.mails
    assert mail.message["Bcc"] is None
    assert mail.message["X"] is None
    assert mail.message["Reply-To"] == "m@sor.example"


def test_sending_takes_at_most_three_statements_a_letter(sink: Sink, django_assert_max_num_queries: Any) -> None:
    for n in range(40):
        letter(n)
    with django_assert_max_num_queries(2 * 40 + 12):
        assert actions.send_due(now=NOW) == 40
