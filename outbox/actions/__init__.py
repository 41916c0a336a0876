"""What can happen to letters: written, cancelled, held, released, sent, come back."""

from outbox.actions.writing import UNDO, UNDO_BULK, cancel_about, write

__all__ = ["UNDO", "UNDO_BULK", "cancel_about", "write"]
