"""The way to the mail server: one connection for many mails, what its answers mean, and its log."""

import contextlib
import hashlib
import hmac
import re
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from outbox.kinds import Mail


class Outcome(Enum):
    """What became of a mail that was handed to the mail server."""

    ACCEPTED = "accepted"
    LATER = "later"  # not taken now: another try may succeed
    REFUSED = "refused"  # not taken, and never will be
    NO_MAILBOX = "no mailbox"  # refused because the address does not exist
    IN_DOUBT = "in doubt"  # the line broke between the mail and the answer


@dataclass(frozen=True)
class Answer:
    """An outcome with the mail server's code."""

    outcome: Outcome
    code: str = ""


# ---------- Names of a letter outside ----------


def token(letter: UUID) -> str:
    """A letter's id with our signature: only we, and those who got the letter, can write it."""
    signature = hmac.new(settings.SECRET_KEY.encode(), b"letter:" + letter.bytes, hashlib.sha256).hexdigest()[:16]
    return f"{letter.hex}.{signature}"


def read_token(text: str) -> UUID | None:
    """The letter in a text that holds such a token, when the signature is ours."""
    for found in re.findall(r"[0-9a-f]{32}\.[0-9a-f]{16}", text.lower()):
        letter = UUID(found[:32])
        if hmac.compare_digest(token(letter), found):
            return letter
    return None


def message_id(letter: UUID) -> str:
    """The Message-ID of a letter: the same however often it is sent."""
    return f"<{token(letter)}@{_domain()}>"


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]


def return_path(letter: UUID) -> str:
    """Where mail servers report that a letter did not arrive: signed for this letter, where bounces are taken."""
    if not settings.BOUNCE_ADDRESS:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    mailbox, _at, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{mailbox}+{token(letter)}@{domain}"


class Pictured(EmailMultiAlternatives):
    """A mail whose HTML shows a picture that goes along, and nothing else does."""

    mixed_subtype = "related"


def envelope(letter: UUID, mail: Mail, to: str, language: str) -> EmailMultiAlternatives:
    """The mail as the mail server gets it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    kind = Pictured if mail.emblem and not mail.attachments else EmailMultiAlternatives
    message = kind(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        from_email=return_path(letter),
        to=[to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={
            "From": formataddr((" ".join((mail.sender or name).split()), address)),
            "Message-ID": message_id(letter),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
            **dict(mail.headers),
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.emblem:
        picture = MIMEImage(mail.emblem.content, mail.emblem.content_type.removeprefix("image/"))
        picture.add_header("Content-ID", "<emblem>")
        picture.add_header("Content-Disposition", "inline")
        message.attach(picture)
    for filename, content, mimetype in mail.attachments:
        message.attach(filename, content, mimetype)
    return message


# ---------- The line ----------


class Line:
    """One connection to the mail server, opened when first needed, used for a whole batch."""

    def __init__(self) -> None:
        self._backend: Any = None

    def __enter__(self) -> "Line":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; whatever the other side says to that is of no matter."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()

    def send(self, message: EmailMultiAlternatives) -> Answer:
        """Hand over one mail and say what became of it; never raises for what a mail server does."""
        try:
            sender = sanitize_address(message.from_email, "utf-8")
            to = sanitize_address(message.to[0], "utf-8")
        except ValueError:
            return Answer(Outcome.NO_MAILBOX, "not an address")
        if self._backend is None:
            backend = get_connection()
            try:
                backend.open()
            except (OSError, smtplib.SMTPException) as error:
                return Answer(Outcome.LATER, _code(error))
            self._backend = backend
        if isinstance(self._backend, EmailBackend) and self._backend.connection:
            return self._speak(self._backend.connection, sender, to, message)
        self._backend.send_messages([message])  # files and tests: it is there, or the job fails
        return Answer(Outcome.ACCEPTED)

    def _speak(self, smtp: smtplib.SMTP, sender: str, to: str, message: EmailMultiAlternatives) -> Answer:
        """The conversation step by step, since only a line that breaks during DATA leaves a doubt."""
        data = re.sub(rb"\r?\n", b"\r\n", message.message().as_bytes())
        try:
            smtp.ehlo_or_helo_if_needed()
            code, reply = smtp.mail(sender)
            if code == 250:
                code, reply = smtp.rcpt(to)
                if code not in (250, 251):
                    return self._refused(smtp, code, reply, of_address=True)
            else:
                return self._refused(smtp, code, reply)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Outcome.LATER, _code(error))
        try:
            code, reply = smtp.data(data)
        except smtplib.SMTPDataError as error:
            return self._refused(smtp, error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Outcome.IN_DOUBT, _code(error))
        return Answer(Outcome.ACCEPTED) if code == 250 else self._refused(smtp, code, reply)

    def _refused(self, smtp: smtplib.SMTP, code: int, reply: bytes | str, *, of_address: bool = False) -> Answer:
        """What a code other than yes means; the line is made ready for the next mail."""
        said = f"{code} {_enhanced(reply)}".strip()
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()
        if code < 500:
            return Answer(Outcome.LATER, said)
        full = _enhanced(reply).startswith("5.2.")  # the mailbox is there, and full or switched off
        if of_address and code in (550, 551, 553) and not full:
            return Answer(Outcome.NO_MAILBOX, said)
        return Answer(Outcome.REFUSED, said)


def _enhanced(reply: bytes | str) -> str:
    """The status code (RFC 3463) in a reply, without its words, which quote the address."""
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    found = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", text)
    return found.group() if found else ""


def _code(error: Exception) -> str:
    return str(getattr(error, "smtp_code", "")) or type(error).__name__


# ---------- The relay's log ----------

QUEUE_ID = re.compile(r"postfix[\w/-]*\[\d+\]: ([0-9A-Za-z]+): (.*)")


def in_relay_log(message_ids: Iterable[str], since: datetime) -> set[str] | None:
    """Which of these mails the relay took, by its log (Postfix); None when the log cannot tell.

    It can tell when it is there and has been written to since. A mail counts as taken when its queue id went on to
    delivery: Postfix names the Message-ID before the mail is complete.
    """
    if not settings.RELAY_LOG:
        return None
    wanted = set(message_ids)
    path = Path(settings.RELAY_LOG)
    queue: dict[str, str] = {}
    taken: set[str] = set()
    try:
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < since:
            return None
        for part in (path.with_name(path.name + ".1"), path):
            if part != path and not part.exists():
                continue
            with part.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    found = QUEUE_ID.search(line)
                    if not found:
                        continue
                    queue_id, words = found.groups()
                    if words.startswith("message-id="):
                        if (name := words.removeprefix("message-id=").strip()) in wanted:
                            queue[queue_id] = name
                    elif queue_id in queue and ("queue active" in words or "status=" in words):
                        taken.add(queue[queue_id])
    except OSError:
        return None
    return taken
