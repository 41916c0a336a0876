"""What can happen to a box: it is made, launched, opened, answered, closed once, and its keys destroyed."""

from answers.actions.boxes import destroy, launch, link_for, make_box, open_due, set_questions, slip_codes
from answers.actions.closing import begin_closing, close_over, confirm_plan, count_due, plan_of, sweep
from answers.actions.pools import close_pool
from answers.actions.rates import note_rates
from answers.actions.slips import print_slips, take_slips, want_slips
from answers.actions.texts import leave_out, redact
from answers.actions.voting import Ticket, cast, keep_draft, open_ticket
from answers.actions.windows import move_end

__all__ = [
    "Ticket",
    "begin_closing",
    "cast",
    "close_over",
    "close_pool",
    "confirm_plan",
    "count_due",
    "destroy",
    "keep_draft",
    "launch",
    "leave_out",
    "link_for",
    "make_box",
    "move_end",
    "note_rates",
    "open_due",
    "open_ticket",
    "plan_of",
    "print_slips",
    "redact",
    "set_questions",
    "slip_codes",
    "sweep",
    "take_slips",
    "want_slips",
]
