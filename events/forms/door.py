"""What a phone at the door sends, and what may be said by hand of somebody's presence."""

import json
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from events.actions.door import Seen
from events.halves import HalfDay
from events.models import Event
from events.rules import door as rules
from events.states import CheckIn


def read_seen(body: bytes) -> list[Seen]:
    """The facts in what a phone sent; ValueError when it is not what our page sends."""
    data = json.loads(body)
    if not isinstance(data, dict) or not isinstance(data.get("seen"), list):
        raise ValueError("no list")
    return [_read(one) for one in data["seen"]]


def _read(one: Any) -> Seen:
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) for key in ("nonce", "code", "half", "at")):
        raise ValueError("not a fact")
    at = datetime.fromisoformat(one["at"])
    if at.tzinfo is None or not isinstance(one.get("here", True), bool):
        raise ValueError("a time without a zone")
    how = CheckIn.CODE if one.get("how") == CheckIn.CODE else CheckIn.LIST
    return Seen(uuid.UUID(one["nonce"]), one["code"][:40], one["half"][:20], at, one.get("here", True), how)


class DoorFilter(PlainForm):
    """Whom to look for, and for which half-day."""

    show_optional = False

    q = forms.CharField(label=_("Name or code"), required=False, max_length=60)
    half = forms.ChoiceField(label=_("Half-day"), required=False)

    def __init__(self, *args: Any, event: Event, halves: tuple[HalfDay, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("half").choices = [(half.key, rules.half_words(event, half).capitalize()) for half in halves]
        if len(halves) < 2:
            self.fields["half"].widget = forms.HiddenInput()
        self.fields["q"].widget.attrs.update({"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"})


class CheckInForm(forms.Form):
    """One press of a button in the plain list."""

    registration = forms.IntegerField(required=False)
    code = forms.CharField(required=False, max_length=40)
    here = forms.ChoiceField(choices=[("1", ""), ("0", "")])
    half = forms.CharField(max_length=20)


class PresenceForm(PlainForm):
    """In which half-days somebody was there."""

    submit = _("Save attendance")

    present = forms.MultipleChoiceField(
        label=_("There in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With nothing ticked, the person stands as absent."),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("present").choices = [
            (half.key, rules.half_words(event, half).capitalize()) for half in rules.halves_of(event)
        ]
