"""A sender to be killed: `python -m tests.outbox.sender`, with the database and the mail server in the environment."""

import os
import time
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()
    from base import clock
    from outbox import actions
    from outbox.actions import sending
    from outbox.models import Letter
    from outbox.states import LetterState
    from tests.outbox import conftest  # noqa: F401  (registers the kinds)

    sending.LEASE = timedelta(seconds=float(os.environ["SENDER_LEASE"]))
    sending.AT_ONCE = 20
    end = time.monotonic() + 230
    unfinished = [LetterState.QUEUED, LetterState.RETRY, LetterState.INFLIGHT]
    while time.monotonic() < end and Letter.objects.filter(state__in=unfinished).exists():
        if not actions.send_due(now=clock.now()):
            time.sleep(0.1)
