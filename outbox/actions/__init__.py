"""What can happen to letters: written, cancelled, held, released, sent, come back."""

from outbox.actions.batches import (
    Draft,
    cancel_batch,
    hold_batch,
    open_batch,
    release_batch,
    undo_release,
    write_released,
)
from outbox.actions.bounces import take_bounce
from outbox.actions.desk import cancel, hold, resolve, send_now, try_again
from outbox.actions.rehearsing import rehearse
from outbox.actions.restored import catch_up, decide_alike, doubt_what_may_have_left
from outbox.actions.sending import expire_missed, send_due
from outbox.actions.writing import UNDO, UNDO_BULK, cancel_about, write

__all__ = [
    "UNDO",
    "UNDO_BULK",
    "Draft",
    "cancel",
    "cancel_about",
    "cancel_batch",
    "catch_up",
    "decide_alike",
    "doubt_what_may_have_left",
    "expire_missed",
    "hold",
    "hold_batch",
    "open_batch",
    "rehearse",
    "release_batch",
    "resolve",
    "send_due",
    "send_now",
    "take_bounce",
    "try_again",
    "undo_release",
    "write",
    "write_released",
]
