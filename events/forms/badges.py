"""Which badges on which labels, and what stands on one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base.forms import NameField, PlainForm
from events.labels import SHEETS
from events.rules.badges import NoSuchLabel
from events.states import BadgeSheet
from people.forms.common import capital, no_personal_number

NEW, ALL = "new", "all"


class BadgesForm(PlainForm):
    """Whose badges, on which labels, from which label on."""

    submit = gettext_lazy("Make the badges")

    which = forms.ChoiceField(label=gettext_lazy("Which badges"), widget=forms.RadioSelect)
    sheet = forms.ChoiceField(label=gettext_lazy("Labels"), widget=forms.RadioSelect)
    start = forms.IntegerField(
        label=gettext_lazy("First label to print on"),
        min_value=1,
        max_value=max(sheet.number for sheet in SHEETS.values()),
        initial=1,
        help_text=gettext_lazy(
            "1 on a whole sheet. On a sheet whose first three labels are used, write 4. "
            "Labels are counted row by row from the left."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, new: int, everybody: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fresh = ngettext("Only new and changed: %(n)s badge", "Only new and changed: %(n)s badges", new) % {"n": new}
        whole = ngettext("All: %(n)s badge", "All: %(n)s badges", everybody) % {"n": everybody}
        self.choice("which").choices = [(NEW, fresh), (ALL, whole)]
        self.fields["which"].initial = NEW if new else ALL
        self.choice("sheet").choices = capital(BadgeSheet.choices)
        self.fields["sheet"].initial = BadgeSheet.CARDS

    def clean(self) -> dict[str, Any]:
        """The sheet has the label that was named."""
        typed = super().clean() or {}
        sheet, start = SHEETS.get(typed.get("sheet", "")), typed.get("start")
        if sheet is not None and start is not None and start > sheet.number:
            self.add_error("start", str(NoSuchLabel(number=sheet.number)))
        return typed


class BadgeNameForm(PlainForm):
    """What one is called on the badge."""

    submit = gettext_lazy("Save the name")

    badge_name = NameField(
        label=gettext_lazy("Name on the badge"), required=False, max_length=120, validators=[no_personal_number]
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["badge_name"].widget.attrs["autocomplete"] = "off"
        self.fields["badge_name"].help_text = _("Leave it empty for %(name)s.") % {"name": name}
