"""A mail server for tests, on loopback: writes down what it accepts, and misbehaves as asked."""

from __future__ import annotations

import re
import socketserver
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any


@dataclass
class Received:
    """A mail that was accepted."""

    sender: str
    to: str
    message: Message
    line: int

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


def obey(to: str, n: int) -> str:
    """Take everything."""
    return ""


@dataclass
class Sink:
    """`at_rcpt(to, n)` may answer a recipient with an error line; n counts from 1 for each address.

    `at_data(to, n)` may answer "drop" (accept, then cut the line before the answer) or an error line, and `pause`
    seconds pass before each answer to DATA.
    """

    at_rcpt: Callable[[str, int], str] = obey
    at_data: Callable[[str, int], str] = obey
    pause: float = 0.0
    relay_log: Path | None = None  # where to write what a relay would, in Postfix's format
    mails: list[Received] = field(default_factory=list)
    lines: int = 0
    port: int = 0
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: Any = None

    def __enter__(self) -> Sink:
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink._talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def counts(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(mail.message_id for mail in list(self.mails))

    def _log(self, *lines: str) -> None:
        if self.relay_log:
            with self._lock, self.relay_log.open("a") as log:
                log.writelines(f"Apr 16 09:00:01 relay {line}\n" for line in lines)

    def _count(self, what: str, to: str) -> int:
        with self._lock:
            self._asked[what, to] += 1
            return self._asked[what, to]

    def _talk(self, handler: socketserver.StreamRequestHandler) -> None:
        with self._lock:
            self.lines += 1
            line_number = self.lines

        def say(text: str) -> None:
            handler.wfile.write(text.encode() + b"\r\n")

        try:
            say("220 sink")
            sender = to = ""
            while raw := handler.rfile.readline():
                words = raw.decode("utf-8", "replace").strip()
                verb = words[:4].upper()
                if verb in ("EHLO", "HELO"):
                    say("250 sink")
                elif verb == "MAIL":
                    sender = re.search(r"<(.*?)>", words).group(1)  # type: ignore[union-attr]
                    self._log("postfix/smtpd[100]: connect from unknown[127.0.0.1]")
                    say("250 ok")
                elif verb == "RCPT":
                    to = re.search(r"<(.*?)>", words).group(1)  # type: ignore[union-attr]
                    say(self.at_rcpt(to, self._count("rcpt", to)) or "250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    body = b""
                    while (part := handler.rfile.readline()) not in (b".\r\n", b""):
                        body += part[1:] if part.startswith(b"..") else part
                    if part == b"":
                        return  # the sender died before the mail was whole
                    answer = self.at_data(to, self._count("data", to))
                    if not answer or answer == "drop":
                        mail = Received(sender, to, message_from_bytes(body), line_number)
                        with self._lock:
                            self.mails.append(mail)
                            queue = f"Q{len(self.mails)}"
                        self._log(
                            f"postfix/cleanup[101]: {queue}: message-id={mail.message_id}",
                            f"postfix/qmgr[102]: {queue}: from=<{sender}>, size=900, nrcpt=1 (queue active)",
                        )
                    if self.pause:
                        time.sleep(self.pause)
                    if answer == "drop":
                        return
                    say(answer or "250 accepted")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")
        except OSError:
            return


if __name__ == "__main__":  # a process of its own, until its input ends; its first line is its port
    with Sink() as alone:
        sys.stdout.write(f"{alone.port}\n")
        sys.stdout.flush()
        sys.stdin.read()
