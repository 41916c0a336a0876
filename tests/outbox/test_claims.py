"""Two senders at once: each letter is claimed by one of them."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from outbox.actions import sending
from outbox.models import Letter
from outbox.states import LetterState
from tests.outbox.conftest import NOW, letter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
SENDERS = 4


def claims_of_senders(claim: Callable[[str], list[int]]) -> Counter[int]:
    """How often each of forty letters was claimed by four senders that begin at the same moment."""
    for n in range(40):
        letter(n)
    start, taken = threading.Barrier(SENDERS), Counter[int]()

    def work(name: str) -> None:
        try:
            start.wait(10)
            while got := claim(name):
                taken.update(got)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"sender-{number}",)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return taken


@pytest.mark.parametrize("attempt", range(3))
def test_no_letter_is_claimed_twice(attempt: int) -> None:
    taken = claims_of_senders(lambda name: [row.facts["n"] for row in sending.claim(now=NOW, limit=5)])
    assert taken == Counter(range(40))


def test_without_the_conditional_update_letters_are_claimed_twice() -> None:
    """The control: read what is due, then take it without asking again whether it still is."""
    together = threading.Barrier(SENDERS)

    def naive(name: str) -> list[int]:
        due = list(Letter.objects.due(NOW).order_by("created_at")[:5])
        if together.n_waiting or len(due) == 5:
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(2)
        Letter.objects.filter(pk__in=[row.pk for row in due]).update(
            state=LetterState.INFLIGHT, lease=name, leased_until=NOW + sending.LEASE
        )
        return [row.facts["n"] for row in due]

    assert max(claims_of_senders(naive).values()) > 1
