"""What a person may type about roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from people.forms.common import OrganisationField, capital, organisations_of
from people.models import Organisation, Region
from people.states import Role


class RolesFilter(PlainForm):
    """What narrows the list of roles."""

    show_optional = False
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *capital(Role.choices)])
    when = forms.ChoiceField(
        label=_("When"), required=False, choices=[("", _("In force today")), ("all", _("Ended and future ones too"))]
    )


class RoleForm(PlainForm):
    """A role for a person."""

    submit = _("Give the role")
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose")), *capital(Role.choices)])
    region: Any = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.none(),
        required=False,
        help_text=_("For a coordinator."),
        empty_label=_("Choose"),
    )
    organisation = OrganisationField(required=False, help_text=_("For a director or a manager."))
    valid_from = DateField(label=_("From"), yearless="next")
    valid_to = DateField(label=_("Last day"), required=False, help_text=_("Leave it empty while it goes on."))

    def __init__(
        self, *args: Any, regions: Any, organisations: Iterable[Organisation], all_roles: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("region").queryset = regions
        organisations_of(self, "organisation").offer(organisations)
        if not all_roles:
            theirs = capital((role.value, role.label) for role in (Role.DIRECTOR, Role.MANAGER))
            self.choice("role").choices = [("", _("Choose")), *theirs]
            del self.fields["region"]
            self.fields["organisation"].required = True

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts.setdefault("region", None)
        if facts.get("role") == Role.ADMINISTRATOR:
            facts["region"] = facts["organisation"] = None
        elif facts.get("role") == Role.COORDINATOR:
            facts["organisation"] = None
        else:
            facts["region"] = None
        return facts
