"""After a backup was put back: what had left since then is not known, so nothing leaves before a person has decided.

The letters that were waiting in the backup, and whose time has come, may have been sent afterwards. So may those that
the clock wrote afterwards, which the backup does not hold and the clock writes again. Both are uncertain.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from base import jobs
from outbox import rules
from outbox.actions.writing import SENDER, in_doubt
from outbox.models import Letter
from outbox.states import RESTORED, LetterState

ROUNDS = 5  # what one job does may be what another waits for


def doubt_what_may_have_left(*, now: datetime) -> int:
    """Take every letter that would leave by now, and those held, out of the senders' hands; how many.

    One of which a backup is older than its use is put away: there is nothing to decide. A letter whose time is still
    to come cannot have left, and stays as it is.
    """
    with transaction.atomic():
        Letter.objects.may_have_left(now).filter(useful_until__lte=now).update(
            state=LetterState.EXPIRED, lease="", leased_until=None, begun_at=None, trouble=RESTORED
        )
        return Letter.objects.may_have_left(now).update(
            state=LetterState.UNCERTAIN, lease="", leased_until=None, begun_at=None, trouble=RESTORED
        )


def catch_up(*, now: datetime) -> int:
    """Let the clock do what fell due since the backup; how many letters it wrote. None of them leaves by itself."""
    doubtful = Letter.objects.filter(state=LetterState.UNCERTAIN, trouble=RESTORED)
    before = written = doubtful.count()
    with in_doubt():
        for _round in range(ROUNDS):
            for name in sorted(jobs.jobs()):
                if name != SENDER:
                    jobs.run(name, now=now, at_once=True)
            last, written = written, doubtful.count()
            if written == last:
                break
    return written - before


@transaction.atomic
def decide_alike(*, letter: Letter, send: bool, by: Any, now: datetime) -> int:
    """Send, or close as sent before, every doubtful letter that was written with this one; how many.

    Refused when none is in doubt any more. Each that is sent counts as a possible duplicate.
    """
    alike = Letter.objects.written_with(letter).filter(state=LetterState.UNCERTAIN, trouble=RESTORED)
    keys = list(alike.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not keys:
        raise rules.LetterHasMoved()
    letters = Letter.objects.filter(pk__in=keys)
    if not send:
        return letters.update(state=LetterState.SENT, sent_at=now, trouble="")
    jobs.wake(SENDER)
    return letters.update(
        state=LetterState.QUEUED, not_before=now, trouble="", possible_duplicates=F("possible_duplicates") + 1
    )
