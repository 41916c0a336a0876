"""What a coordinator may type about programmes, cohorts and lists of participants."""

from collections.abc import Iterable, Sequence
from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm, prepare
from people.forms.common import capital, in_language
from people.models import Organisation, Person
from people.states import Language
from programmes.models import Cohort, Funder, Programme
from programmes.rules.cohorts import MOST_DAYS
from programmes.states import EmployerSide, MentorKind, ProgrammeSide

MOST_SEATS = 2000
# What a co-funded page must say, word for word, in each language.
EU_STATEMENTS = {
    "sv": "Medfinansieras av Europeiska unionen",
    "fi": "Euroopan unionin osarahoittama",
    "en": "Co-funded by the European Union",
}


class NextCohortForm(PlainForm):
    """The next cohort from the last one: six things, all preset."""

    submit = _("Make the round")

    start = DateField(
        label=_("First course day"),
        help_text=_("The other days follow the rhythm of the last round and skip days off."),
        yearless="next",
    )
    days = forms.IntegerField(label=_("Course days"), min_value=1, max_value=MOST_DAYS)
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS)
    opens_on = DateField(label=_("First day to apply"), yearless="next")
    closes_on = DateField(label=_("Last day to apply"), yearless="next")
    guaranteed = forms.IntegerField(
        label=_("Seats guaranteed to each municipality"),
        help_text=_("What is left is shared after the deadline, in proportion to the applications."),
        min_value=0,
        max_value=100,
    )
    responsible = forms.ModelChoiceField(label=_("Responsible"), queryset=Person.objects.none(), empty_label=None)

    def __init__(self, *args: Any, coordinators: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self.chooser("responsible"), coordinators)
        if len(coordinators) != 1:
            self.chooser("responsible").empty_label = _("Choose a person")


def _choose_from(field: forms.ModelChoiceField, people: Sequence[Person]) -> None:
    field.queryset = Person.objects.filter(pk__in=[person.pk for person in people]).order_by("name")


class CohortForm(PlainForm):
    """What can be changed about a cohort later, guarantees included."""

    opens_on = DateField(label=_("First day to apply"), required=False, yearless="next")
    closes_on = DateField(label=_("Last day to apply"), required=False, yearless="next")
    last_entry_on = DateField(
        label=_("Last entry day"),
        help_text=_("After it, freed seats are not offered."),
        required=False,
        yearless="next",
    )
    days_required = forms.IntegerField(label=_("Days required for the certificate"), min_value=1, max_value=MOST_DAYS)
    answer_days = forms.IntegerField(label=_("Working days to answer an offer"), min_value=1, max_value=60)
    responsible = forms.ModelChoiceField(label=_("Responsible"), queryset=Person.objects.none(), empty_label=None)
    deputy = forms.ModelChoiceField(
        label=_("Deputy"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, cohort: Cohort, coordinators: Sequence[Person], **kwargs: Any) -> None:
        initial = {name: getattr(cohort, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        _choose_from(self.chooser("responsible"), [*coordinators, cohort.responsible])
        _choose_from(self.chooser("deputy"), [*coordinators, *([cohort.deputy] if cohort.deputy else [])])
        self.shares = list(cohort.shares.select_related("organisation"))
        names = list(self.fields)
        seats = []
        for share in self.shares:
            seats.append(f"guaranteed_{share.organisation_id}")
            self.fields[seats[-1]] = forms.IntegerField(
                label=share.organisation.name,
                min_value=0,
                max_value=MOST_SEATS,
                initial=share.guaranteed,
                error_messages={
                    "required": format_lazy(
                        "{}: {}", _("Write the number of guaranteed seats"), share.organisation.name
                    )
                },
            )
        rows = Div(*(Field(name) for name in seats), css_class="fields-row fields-numbers")
        self.helper.layout = Layout(
            *(Field(name) for name in names), *([Fieldset(str(_("Guaranteed seats")), rows)] if seats else [])
        )

    @property
    def guarantees(self) -> dict[int, int]:
        """Guaranteed seats by organisation."""
        return {
            share.organisation_id: self.cleaned_data[f"guaranteed_{share.organisation_id}"] for share in self.shares
        }


class CapacityForm(PlainForm):
    """Another number of seats, and why."""

    submit = _("Change the number of seats")

    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS)
    reason = forms.CharField(label=_("Reason"), help_text=_("It is kept with the change."), max_length=300)


class ProgrammeForm(PlainForm):
    """A programme's texts in the region's languages, and how it gives places."""

    published = forms.BooleanField(label=_("The programme has a public page"), required=False)
    first_come = forms.BooleanField(
        label=_("Places are given as applications come"),
        help_text=_("Otherwise the seats are shared after the deadline."),
        required=False,
    )

    mentor_kind = forms.ChoiceField(
        label=_("Mentors"),
        choices=[("", _("The programme has no mentors")), *capital(MentorKind.choices)],
        widget=forms.RadioSelect,
        required=False,
    )
    mentor_meetings = forms.IntegerField(label=_("Meetings with the mentor"), min_value=1, max_value=60, required=False)
    mentor_minutes = forms.IntegerField(label=_("Minutes a meeting"), min_value=15, max_value=480, required=False)
    mentor_months = forms.IntegerField(label=_("Within this many months"), min_value=1, max_value=36, required=False)

    MENTORING = ("mentor_kind", "mentor_meetings", "mentor_minutes", "mentor_months")
    SWITCHES = ("published", "first_come", *MENTORING)
    TEXTS = {
        "title": (_("Title"), 160, 1),
        "summary": (_("In one sentence"), 300, 2),
        "audience": (_("For whom"), 300, 2),
        "description": (_("Description"), 8000, 6),
        "conditions": (_("Conditions"), 4000, 4),
        "themes": (_("Themes, one a line"), 4000, 6),
    }

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(programme, name) for name in self.SWITCHES})
        super().__init__(*args, **kwargs)
        self.languages = programme.region.languages or [Language.SWEDISH.value]
        self.names: list[str] = []
        switches = {name: self.fields.pop(name) for name in self.SWITCHES}
        for name, (label, length, rows) in self.TEXTS.items():
            for n, code in enumerate(self.languages):
                key = f"{name}_{code}"
                self.fields[key] = forms.CharField(
                    label=in_language(label, code),
                    max_length=length,
                    required=n == 0 and name in ("title", "summary", "audience"),
                    initial=getattr(programme, key),
                    widget=forms.Textarea(attrs={"rows": rows, "lang": code, "autocomplete": "off"})
                    if rows > 1
                    else forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
                )
                self.names.append(key)
        self.fields |= switches

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        return {name: self.cleaned_data[name] for name in self.names}

    @property
    def mentoring(self) -> dict[str, Any]:
        """What was chosen about mentors; a number that was left empty stays as it was."""
        return {name: self.cleaned_data[name] for name in self.MENTORING if self.cleaned_data[name] is not None}


OWN = "own"


class FunderForm(PlainForm):
    """Who funds the programme, with the statement in each language and the emblem."""

    emblem_name = forms.ChoiceField(
        label=_("Emblem"),
        choices=[
            ("", _("No emblem")),
            ("eu", _("The emblem of the European Union")),
            (OWN, _("A picture of the funder's own")),
        ],
        help_text=_("A picture is chosen on the next page."),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, programme: Programme, funder: Funder | None, **kwargs: Any) -> None:
        stands = (OWN if funder.emblem_id else funder.emblem_name) if funder else "eu"
        kwargs.setdefault("initial", {"emblem_name": stands})
        super().__init__(*args, **kwargs)
        self.languages = programme.region.languages or [Language.SWEDISH.value]
        emblem = self.fields.pop("emblem_name")
        for n, code in enumerate(self.languages):
            self.fields[f"name_{code}"] = forms.CharField(
                label=in_language(_("Name"), code),
                max_length=160,
                required=n == 0,
                initial=getattr(funder, f"name_{code}") if funder else "",
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
            self.fields[f"statement_{code}"] = forms.CharField(
                label=in_language(_("Statement"), code),
                help_text=_("It stands whole, never abbreviated, on every page and paper of the programme."),
                max_length=200,
                initial=getattr(funder, f"statement_{code}") if funder else EU_STATEMENTS.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
            for name in (f"name_{code}", f"statement_{code}"):
                prepare(name, self.fields[name])
        self.fields["emblem_name"] = emblem

    @property
    def funder_names(self) -> dict[str, str]:
        """The name by language."""
        return {code: self.cleaned_data[f"name_{code}"] for code in self.languages}

    @property
    def statements(self) -> dict[str, str]:
        """The statement by language."""
        return {code: self.cleaned_data[f"statement_{code}"] for code in self.languages}


class ParticipantFilter(PlainForm):
    """Search and filters of a list of participants; they stand in the address."""

    show_optional = False

    q = forms.CharField(label=_("Name or number"), required=False, max_length=100)
    side = forms.ChoiceField(
        label=_("The programme's side"), required=False, choices=[("", _("All")), *capital(ProgrammeSide.choices)]
    )
    employer = forms.ChoiceField(
        label=_("The employer's side"), required=False, choices=[("", _("All")), *capital(EmployerSide.choices)]
    )
    organisation = forms.ChoiceField(label=_("Municipality"), required=False)
    # A round by its key, or all of a programme by the programme's, after a letter.
    round = forms.ChoiceField(label=_("Programme and round"), required=False)

    def __init__(
        self, *args: Any, organisations: Sequence[Organisation], rounds: Iterable[Cohort] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choice("organisation").choices = [
            ("", _("All")),
            *[(str(row.pk), row.name) for row in organisations],
        ]
        programmes: dict[int, tuple[str, list[tuple[str, str]]]] = {}
        for one in rounds:
            title = str(one.programme)
            every = (f"p{one.programme_id}", gettext("All rounds, %(programme)s") % {"programme": title})
            programmes.setdefault(one.programme_id, (title, [every]))[1].append((str(one.pk), str(one)))
        self.choice("round").choices = [("", _("All")), *programmes.values()]
        if not programmes:
            del self.fields["round"]
