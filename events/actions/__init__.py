"""What can happen to places, events, registrations and attendance."""

from events.actions.attendance import clear_attendance, mark_attendance, mark_day
from events.actions.changes import (
    cancel_event,
    change_host,
    change_practicalities,
    change_words,
    move_event,
    staff_event,
    unstaff_event,
)
from events.actions.events import create_event, hold_past_events, publish_event, set_reminders
from events.actions.feeds import renew_feed
from events.actions.places import (
    accept_offer,
    cancel_claim,
    change_capacity,
    claim_place,
    confirm_claim,
    decline_offer,
    erase_needs,
    give_offer,
    join_waiting_list,
    keep_needs,
    lapse_offer,
    offer_next,
    open_places,
    time_places,
)
from events.actions.registrations import (
    register,
    register_on,
    report_absence,
    take_back_absence,
    unregister,
    unregister_from,
)
from events.actions.reminders import enqueue_due_reminders
from events.actions.waiting import claim_party, next_in_line, offer_freed, release_reserve, reserve_places

__all__ = [
    "accept_offer",
    "cancel_claim",
    "cancel_event",
    "change_capacity",
    "change_host",
    "change_practicalities",
    "change_words",
    "claim_party",
    "claim_place",
    "clear_attendance",
    "confirm_claim",
    "create_event",
    "decline_offer",
    "enqueue_due_reminders",
    "erase_needs",
    "give_offer",
    "hold_past_events",
    "join_waiting_list",
    "keep_needs",
    "lapse_offer",
    "mark_attendance",
    "mark_day",
    "move_event",
    "next_in_line",
    "offer_freed",
    "offer_next",
    "open_places",
    "publish_event",
    "register",
    "register_on",
    "release_reserve",
    "renew_feed",
    "report_absence",
    "reserve_places",
    "set_reminders",
    "staff_event",
    "take_back_absence",
    "time_places",
    "unregister",
    "unregister_from",
    "unstaff_event",
]
