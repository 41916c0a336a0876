"""What a person may type about events."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from events.models import Event
from events.states import EventKind


class AbsenceForm(PlainForm):
    """Why somebody cannot come; may stay empty, and is not asked for at all of a supervision session."""

    submit = _("Tell that I cannot come")
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        help_text=_("The coordinator sees it. Write nothing about clients or illness."),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if event.kind == EventKind.SUPERVISION:
            del self.fields["reason"]


class PracticalitiesForm(PlainForm):
    """Where a day is and how one arrives; one field for arrival, in the language that the person reads."""

    submit = _("Save")
    venue = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=160,
        help_text=_("House and room, for example Town hall, room Djulö"),
    )
    address = forms.CharField(label=_("Street address"), required=False, max_length=200)
    arrival = forms.CharField(
        label=_("On arrival"), required=False, max_length=160, help_text=_("For example coffee from 8.30")
    )
    access_notes = forms.CharField(
        label=_("Access at the place"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ramps, lifts, hearing loops, parking close by"),
    )
    remote_link = forms.URLField(
        label=_("Link for those who take part from elsewhere"), required=False, assume_scheme="https"
    )
    venue_confirmed = forms.BooleanField(label=_("The room is booked"), required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "venue": event.venue,
            "address": event.address,
            "arrival": event.arrival,
            "access_notes": event.access_notes,
            "remote_link": event.remote_link,
            "venue_confirmed": event.venue_confirmed_at is not None,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        if event.kind == EventKind.SUPERVISION:
            # A session says where it is, and has no line for anything else.
            del self.fields["arrival"]
