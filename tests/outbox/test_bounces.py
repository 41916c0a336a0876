"""Reports of mail servers: a letter that came back is shown; what somebody made up changes nothing."""

from email import message_from_string, policy
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

import pytest
from django.core.management import call_command

from outbox import actions, post
from outbox.models import FlaggedAddress, Letter
from outbox.states import LetterState
from tests.outbox.conftest import NOW, letter
from tests.outbox.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = """\
From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mailbox is not there.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; reader1@kommun.example
Action: {action}
Status: {status}

--B
Content-Type: {part}

Message-ID: {message_id}
Subject: Dag 1

--B--
"""


def report(
    to: str = "x@y.example",
    action: str = "failed",
    status: str = "5.1.1",
    message_id: str = "<x@y>",
    part: str = "text/rfc822-headers",
) -> Any:
    text = REPORT.format(to=to, action=action, status=status, message_id=message_id, part=part)
    return message_from_string(text, policy=policy.default)


@pytest.fixture
def sent(sink: Sink, settings: Any) -> Letter:
    settings.BOUNCE_ADDRESS = "bounces@helmi.example"
    row = letter(1)
    actions.send_due(now=NOW)
    row.refresh_from_db()
    return row


def test_the_return_path_is_signed_for_each_letter(sink: Sink, sent: Letter) -> None:
    assert sink.mails[0].sender == f"bounces+{post.token(sent.pk)}@helmi.example"
    assert len(sink.mails[0].sender.split("@")[0]) <= 64


def test_a_report_to_the_return_path_marks_the_letter_and_flags_the_address(sent: Letter) -> None:
    assert actions.take_bounce(message=report(to=post.return_path(sent.pk)), now=NOW) == sent
    sent.refresh_from_db()
    assert (sent.state, sent.trouble) == (LetterState.BOUNCED, "5.1.1")
    assert FlaggedAddress.objects.get().address == "reader1@kommun.example"


@pytest.mark.parametrize("part", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_is_known_by_the_message_id_in_what_came_back(sent: Letter, part: str) -> None:
    assert actions.take_bounce(message=report(message_id=sent.message_id, part=part), now=NOW) == sent


def test_a_report_by_the_envelope_alone_is_known(sent: Letter) -> None:
    assert actions.take_bounce(message=report(), recipient=post.return_path(sent.pk), now=NOW) == sent


def test_a_full_mailbox_is_no_flag(sent: Letter) -> None:
    actions.take_bounce(message=report(to=post.return_path(sent.pk), status="5.2.2"), now=NOW)
    assert not FlaggedAddress.objects.exists()


@pytest.mark.parametrize(
    "made_up",
    [
        lambda row: report(to=f"bounces+{row.pk.hex}.{'0' * 16}@helmi.example"),
        lambda row: report(message_id=f"<{row.pk.hex}@helmi.example>"),
        lambda row: report(to=post.return_path(row.pk), action="delayed"),
        lambda row: message_from_string(
            f"To: {post.return_path(row.pk)}\nSubject: I am away\n\nBack on Monday", policy=policy.default
        ),
    ],
)
def test_what_is_forged_delayed_or_automatic_changes_nothing(sent: Letter, made_up: Any) -> None:
    assert actions.take_bounce(message=made_up(sent), now=NOW) is None
    sent.refresh_from_db()
    assert sent.state == LetterState.SENT


def test_the_command_reads_from_a_pipe(sent: Letter, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(bytes(report(to=post.return_path(sent.pk))))))
    call_command("take_bounce", stdout=StringIO())
    sent.refresh_from_db()
    assert sent.state == LetterState.BOUNCED
