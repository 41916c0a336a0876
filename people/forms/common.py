"""What several forms about people, organisations and regions share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base.forms import Helper, NameField, PlainForm
from base.languages import NAMES
from base.nordic import sort_key
from people.models import Organisation, Person, Region
from people.states import Language

# Twelve or ten figures of a Swedish personnummer, or a Finnish HETU: never asked for, never kept.
PERSONAL_NUMBER = re.compile(r"\b(?:\d{2})?\d{6}[-+ ]?\d{4}\b|\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]\b", re.IGNORECASE)


def no_personal_number(value: str) -> None:
    """Refuse a text that holds a personal identity number."""
    if PERSONAL_NUMBER.search(value):
        raise ValidationError(
            _("Leave out the personal identity number. It is not needed and not kept."), code="number"
        )


def tree(organisations: Iterable[Organisation]) -> list[tuple[int, Organisation]]:
    """Organisations as (depth, organisation), each under what it is part of, in the order of the Swedish alphabet."""
    rows = {one.pk: one for one in organisations}
    children: dict[int | None, list[Organisation]] = {}
    for one in rows.values():
        children.setdefault(one.parent_id if one.parent_id in rows else None, []).append(one)
    ordered: list[tuple[int, Organisation]] = []

    def walk(parent: int | None, depth: int) -> None:
        for one in sorted(children.get(parent, []), key=lambda row: sort_key(row.name)):
            ordered.append((depth, one))
            walk(one.pk, depth + 1)

    walk(None, 0)
    return ordered


class OrganisationField(forms.TypedChoiceField):
    """One of the organisations that the reader may see; the employer stands before the name of a part."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Organisation"))
        kwargs.setdefault("coerce", int)
        kwargs.setdefault("empty_value", None)
        super().__init__(**kwargs)
        self.organisations: dict[int, Organisation] = {}

    def offer(self, organisations: Iterable[Organisation], empty: Any = "") -> None:
        """Offer these, as a tree; `empty` is the word for none of them."""
        rows = list(organisations)
        self.organisations = {one.pk: one for one in rows}
        self.choices = [("", empty or _("Choose")), *((one.pk, self.words(one)) for _depth, one in tree(rows))]

    def words(self, organisation: Organisation) -> str:
        """The name, with those above it before."""
        above = [int(key) for key in organisation.path.strip("/").split("/")[:-1] if key]
        names = [self.organisations[key].name for key in above if key in self.organisations]
        return " › ".join([*names, organisation.name])

    def clean(self, value: Any) -> Any:
        key = super().clean(value)
        return self.organisations[key] if key else None


def capital(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The choices as a list of its own shows them: each begins with a capital."""
    return [(value, capfirst(words)) for value, words in choices]


def in_language(label: Any, code: str) -> Any:
    """A label with the language that the words are written in, as lazy as its own: Title (svenska)."""
    return format_lazy("{} ({})", label, NAMES[code])


def phone_field() -> forms.CharField:
    """A telephone number as people write it."""
    return forms.RegexField(
        r"^[+()\d\s./-]*$",
        label=_("Mobile number"),
        required=False,
        max_length=40,
        error_messages={"invalid": _("Write the number with figures, for example 070-123 45 67")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class NamesForm(PlainForm):
    """A name in one or more languages; the country's first language comes first."""

    name_sv = NameField(label=_("Name in Swedish"), max_length=160, required=False)
    name_fi = NameField(label=_("Name in Finnish"), max_length=160, required=False)
    name_en = NameField(label=_("Name in English"), max_length=160, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in Language.values:
            self.fields[f"name_{code}"].widget.attrs |= {"autocomplete": "off", "lang": code}
        first = (get_language() or "sv")[:2]
        self.fields[f"name_{first}"].help_text = _(
            "One language is enough. Where a name is missing, the first one is shown."
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["name"] = {code: facts[f"name_{code}"] for code in Language.values if facts.get(f"name_{code}")}
        if not facts["name"] and not any(f"name_{code}" in self.errors for code in Language.values):
            self.add_error("name_sv", _("Write the name in one language at least."))
        return facts


def initial_of(thing: Person | Organisation | Region, *names: str) -> dict[str, Any]:
    """What a form about `thing` shows first."""
    return {name: getattr(thing, name) for name in names}


def organisations_of(form: forms.BaseForm, name: str) -> OrganisationField:
    """The field of that name, as one that offers organisations."""
    return cast(OrganisationField, form.fields[name])


class Bare(PlainForm):
    """A form whose page writes the form tag and the buttons itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = Helper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
