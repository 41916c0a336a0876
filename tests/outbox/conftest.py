"""A mail server, a kind of letter, and letters of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from outbox import actions, kinds
from outbox.kinds import Mail
from outbox.models import Letter
from outbox.states import Lane
from tests.outbox.sink import Sink

NOW = datetime(2027, 4, 16, 7, 0, tzinfo=UTC)


def build(letter: Letter) -> Mail | None:
    """A letter whose facts say how it behaves."""
    facts = letter.facts
    if facts.get("left"):
        return None
    if facts.get("poison"):
        raise ValueError("this letter cannot be written")
    return Mail(
        f"Dag {facts.get('n', 1)}",
        f"Hej\n\nDin länk: https://helmi.example/a/{facts.get('secret', 'x1')}\n",
        secrets=[facts.get("secret", "x1")],
    )


for name, careful in (("test_reminder", False), ("test_invitation", True)):
    kinds.register(name, build, title=name, careful=careful)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything until told otherwise."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server


def letter(n: int = 1, *, kind: str = "test_reminder", now: datetime = NOW, address: str = "", **given: Any) -> Letter:
    """A letter that is due now, to a reader of its own."""
    facts = {"n": n, **given.pop("facts", {})}
    given.setdefault("lane", Lane.REMINDER)
    return actions.write(
        kind=kind,
        key=f"{kind}:{n}",
        about=given.pop("about", f"events.event:{n}"),
        scope=given.pop("scope", "region:1"),
        now=now,
        address=address or f"reader{n}@kommun.example",
        language="sv",
        facts=facts,
        **given,
    )
