"""What somebody may type to register on an event, for herself or for others."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import dates
from base.forms import EmailField, NameField, PlainForm
from events.models import Event, Question, Reserve
from events.rules import sign_up as rules
from events.states import ClaimState, QuestionKind
from people.forms.common import Bare, no_personal_number
from people.models import Organisation, Person
from people.states import Language


class EmployerInput(forms.TextInput):
    """A text box that suggests the region's employers; anything may be typed."""

    template_name = "events/widgets/employer.html"
    employers: Sequence[str] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "list": f"{name}-suggestions"})
        return {**context, "employers": self.employers}


class WayField(forms.ChoiceField):
    """One of the event's ways, each with how many places are left."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("How do you take part?"))
        super().__init__(widget=forms.RadioSelect, **kwargs)

    def offer(self, lines: Sequence[rules.Line]) -> None:
        """These ways can be chosen."""
        self.choices = [(str(line.places.pk), f"{line.name}: {line.words.lower()}") for line in lines]


class SignUpForm(Bare):
    """Registering on an event: who, how, and what this event asks."""

    way = WayField()
    name = NameField(
        label=gettext_lazy("Name"), validators=[no_personal_number], help_text=gettext_lazy("First name and last name")
    )
    email = EmailField(help_text=gettext_lazy("The confirmation and the reminder come here."))
    employer = forms.CharField(
        label=gettext_lazy("Employer"),
        max_length=160,
        widget=EmployerInput,
        validators=[no_personal_number],
        help_text=gettext_lazy("For example your municipality"),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of letters"), choices=Language, widget=forms.RadioSelect)
    badge_name = NameField(
        label=gettext_lazy("Name on the badge"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Only if it should be another than the name above."),
        validators=[no_personal_number],
    )
    diet = forms.CharField(
        label=gettext_lazy("Food"),
        required=False,
        max_length=300,
        validators=[no_personal_number],
    )
    access = forms.CharField(
        label=gettext_lazy("Access needs"),
        required=False,
        max_length=500,
        validators=[no_personal_number],
    )

    def __init__(
        self,
        *args: Any,
        event: Event,
        lines: Sequence[rules.Line],
        employers: Sequence[Organisation],
        questions: Sequence[Question],
        person: Person | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.lines, self.employers, self.questions = event, lines, employers, questions
        way: Any = self.fields["way"]
        way.offer(lines)
        if len(lines) < 2:
            del self.fields["way"]
        if person is not None:
            del self.fields["email"], self.fields["language"]
        self.fields["employer"].widget.employers = [one.name for one in employers]
        self.fields["employer"].widget.attrs["autocomplete"] = "organization"
        self.fields["badge_name"].widget.attrs["autocomplete"] = "off"
        self._ask_needs()
        for question in questions:
            self.fields[f"q{question.pk}"] = self._field_of(question)

    def _ask_needs(self) -> None:
        """Food and access where the event asks, with who sees it and when it is erased."""
        seen = _("The organiser sees it as numbers and initials. It is erased on %(day)s.") % {
            "day": dates.full_day(rules.erase_needs_on(self.event))
        }
        on_site = any(rules.asks_needs(self.event, line.places) for line in self.lines)
        for name, asked in (("diet", self.event.asks_diet), ("access", self.event.asks_access)):
            if not asked or not on_site:
                del self.fields[name]
            else:
                examples = {
                    "diet": _("For example vegetarian or lactose-free."),
                    "access": _("For example a hearing loop or room for a wheelchair."),
                }
                self.fields[name].help_text = f"{examples[name]} {seen}"

    def _field_of(self, question: Question) -> forms.Field:
        """The field for one of the event's own questions: why it is asked and when the answer is erased is said."""
        erased = _("Answers are erased on %(day)s.") % {"day": dates.full_day(question.erase_on)}
        facts: dict[str, Any] = {
            "label": question.label,
            "help_text": format_lazy("{} {}", _ended(str(question.purpose)), erased),
            "required": question.required,
        }
        choices = rules.choices_of(question)
        field: forms.Field
        if question.kind == QuestionKind.NUMBER:
            field = forms.DecimalField(
                **facts,
                max_digits=9,
                decimal_places=2,
                localize=True,
                error_messages={"invalid": _("Write a number, for example 3")},
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
        elif question.kind == QuestionKind.YES_NO:
            field = forms.ChoiceField(**facts, choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect)
        elif question.kind == QuestionKind.ONE:
            field = forms.ChoiceField(**facts, choices=choices, widget=forms.RadioSelect)
        elif question.kind == QuestionKind.SEVERAL:
            field = forms.MultipleChoiceField(**facts, choices=choices, widget=forms.CheckboxSelectMultiple)
        else:
            field = forms.CharField(**facts, max_length=400, validators=[no_personal_number])
        field.widget.attrs.setdefault("autocomplete", "off")
        _prepare(field)
        return field

    # What the page shows together.

    def _shown(self, *names: str) -> list[Any]:
        return [self[name] for name in names if name in self.fields]

    @property
    def about(self) -> list[Any]:
        """Who and how."""
        return self._shown("name", "email", "employer", "way", "language")

    @property
    def own_questions(self) -> list[Any]:
        """The event's own questions."""
        return self._shown(*(f"q{question.pk}" for question in self.questions))

    @property
    def needs(self) -> list[Any]:
        """Food and access."""
        return self._shown("diet", "access")

    @property
    def badge(self) -> list[Any]:
        """The badge."""
        return self._shown("badge_name")

    @property
    def chosen(self) -> rules.Line:
        """The way that was chosen; the only one where there is one."""
        way = self.cleaned_data.get("way")
        return next((line for line in self.lines if str(line.places.pk) == way), self.lines[0])

    @property
    def replies(self) -> dict[int, Any]:
        """The answers by question, as they are kept."""
        return {question.pk: _kept(question, self.cleaned_data.get(f"q{question.pk}")) for question in self.questions}


def _ended(sentence: str) -> str:
    """A sentence with its full stop."""
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _prepare(field: forms.Field) -> None:
    from base.forms import prepare

    prepare("", field)


def _kept(question: Question, value: Any) -> Any:
    """An answer as JSON holds it."""
    if value in (None, "", []):
        return None
    if question.kind == QuestionKind.YES_NO:
        return value == "yes"
    if question.kind == QuestionKind.NUMBER:
        return dates.number(Decimal(value), language="en").replace(",", "")
    if question.kind == QuestionKind.ONE:
        return int(value)
    if question.kind == QuestionKind.SEVERAL:
        return [int(one) for one in value]
    return value


def shown_reply(question: Question, value: Any) -> Any:
    """A kept answer as the form shows it again."""
    if question.kind == QuestionKind.YES_NO:
        return "yes" if value else "no"
    if question.kind == QuestionKind.SEVERAL:
        return [str(one) for one in value] if isinstance(value, list) else []
    return str(value)


class LinkForm(PlainForm):
    """Asking for one's own link."""

    submit = gettext_lazy("Send me the link")
    email = EmailField(help_text=gettext_lazy("The address that you registered with."))


# ---------- A manager registers several ----------


class StaffListForm(Bare):
    """Whom a manager registers: own staff by a tick, others as pasted rows."""

    way = WayField(label=gettext_lazy("How do they take part?"))
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Your staff"), required=False, widget=forms.CheckboxSelectMultiple
    )
    rows = forms.CharField(
        label=gettext_lazy("Others"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("One person a row: name; e-mail; employer. You can paste from a spreadsheet."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of letters to those whom we do not know"),
        choices=Language,
        widget=forms.RadioSelect,
    )
    show_optional = False

    def __init__(
        self,
        *args: Any,
        event: Event,
        lines: Sequence[rules.Line],
        staff: Sequence[tuple[Person, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.lines = event, lines
        self.read: list[rules.Row] = []
        way: Any = self.fields["way"]
        way.offer(lines)
        if len(lines) < 2:
            del self.fields["way"]
        self.staff = {str(person.pk): person for person, _words in staff}
        if staff:
            people: Any = self.fields["people"]
            people.choices = [(str(person.pk), words) for person, words in staff]
        else:
            del self.fields["people"]

    def clean_rows(self) -> str:
        """Every row is a name and an address, once, and not on the event already; each wrong one is named."""
        text = str(self.cleaned_data["rows"])
        self.read = rules.read_rows(text)
        wrong: list[ValidationError] = []
        seen: dict[str, int] = {}
        known = rules.registered_addresses(self.event, [row.email for row in self.read])
        for row in self.read:
            if sentence := self._wrong(row, seen, known):
                wrong.append(ValidationError(sentence, code=f"row{row.number}"))
            seen.setdefault(row.email.casefold(), row.number)
        if len(self.read) > rules.MOST_STAFF:
            wrong = [
                ValidationError(
                    _("You can register %(most)s people at once. These are %(n)s rows.")
                    % {"most": rules.MOST_STAFF, "n": len(self.read)}
                )
            ]
        if wrong:
            raise ValidationError(wrong)
        return text

    @staticmethod
    def _wrong(row: rules.Row, seen: dict[str, int], known: set[str]) -> str:
        facts = {"row": row.number, "name": row.name or row.email, "email": row.email}
        try:
            name = NameField(validators=[no_personal_number]).clean(row.name)
        except ValidationError:
            name = ""
        if not name:
            return _("Row %(row)s: write the name before the address.") % facts
        try:
            EmailField().clean(row.email)
        except ValidationError:
            if row.email:
                return _("Row %(row)s, %(name)s: “%(email)s” is not an e-mail address.") % facts
            return _("Row %(row)s, %(name)s: write the e-mail address after the name.") % facts
        if row.email.casefold() in seen:
            return _("Row %(row)s, %(name)s: the address stands in row %(other)s too.") % {
                **facts,
                "other": seen[row.email.casefold()],
            }
        if row.email.casefold() in known:
            return _("Row %(row)s, %(name)s is already registered. Take the row away.") % facts
        return ""

    def clean(self) -> dict[str, Any]:
        """Somebody is chosen."""
        facts: dict[str, Any] = super().clean() or {}
        if not self.errors and not facts.get("people") and not self.read:
            self.add_error("rows", _("Choose at least one person, or write a row."))
        return facts

    @property
    def chosen(self) -> rules.Line:
        """The way that was chosen; the only one where there is one."""
        way = self.cleaned_data.get("way")
        return next((line for line in self.lines if str(line.places.pk) == way), self.lines[0])


class TogetherForm(Bare):
    """How a party that does not fit wants it."""

    together = forms.ChoiceField(label=gettext_lazy("Not all fit. How do you want it?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, free: int, asked: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        together: Any = self.fields["together"]
        waits = asked - free
        together.choices = [
            (
                "no",
                ngettext("%(free)s now, %(waits)s waits", "%(free)s now, %(waits)s wait", waits)
                % {"free": free, "waits": waits},
            ),
            ("yes", _("All %(n)s wait together, until there is room for all") % {"n": asked}),
        ]


# ---------- The organiser ----------


class AddForm(Bare):
    """An organiser puts somebody on the event."""

    name = NameField(label=gettext_lazy("Name"), validators=[no_personal_number])
    email = EmailField()
    employer = forms.CharField(label=gettext_lazy("Employer"), required=False, max_length=160, widget=EmployerInput)
    way = WayField(label=gettext_lazy("How does the person take part?"))
    reserve = forms.ChoiceField(
        label=gettext_lazy("From places that are kept back"), required=False, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of letters"), choices=Language, widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        lines: Sequence[rules.Line],
        employers: Sequence[Organisation],
        reserves: Sequence[Reserve],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for name in ("name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["employer"].widget.employers = [one.name for one in employers]
        way: Any = self.fields["way"]
        way.offer(lines)
        if len(lines) < 2:
            del self.fields["way"]
        self.reserves = {str(row.pk): row for row in reserves}
        if reserves:
            reserve: Any = self.fields["reserve"]
            reserve.choices = [("", _("None: a place that is free for all"))] + [
                (
                    str(row.pk),
                    _("%(whom)s, %(left)s left")
                    % {
                        "whom": row.whom or (row.organisation.name if row.organisation else ""),
                        "left": row.number - row.taken,
                    },
                )
                for row in reserves
            ]
        else:
            del self.fields["reserve"]

    @property
    def chosen(self) -> rules.Line:
        """The way that was chosen; the only one where there is one."""
        way = self.cleaned_data.get("way")
        return next((line for line in self.lines if str(line.places.pk) == way), self.lines[0])


class ReasonForm(PlainForm):
    """Why an organiser does it."""

    submit = gettext_lazy("Cancel the registration")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It stands in the letter. Write nothing about illness."),
        validators=[no_personal_number],
    )


class OfferReasonForm(PlainForm):
    """Why somebody is offered a place before others."""

    submit = gettext_lazy("Offer a place")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It is kept in the log of deeds, not told in the letter."),
        validators=[no_personal_number],
    )


class CapacityForm(PlainForm):
    """Another number of places, with the reason."""

    submit = gettext_lazy("Change the number")
    show_optional = False
    capacity = forms.IntegerField(
        label=gettext_lazy("Number of places"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("Empty: no limit"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Write a number, for example 120")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("It is kept with the change.")
    )


STATES = [
    ("", gettext_lazy("All who are on it")),
    (ClaimState.CONFIRMED.value, gettext_lazy("Has a place")),
    (ClaimState.HELD.value, gettext_lazy("Not confirmed yet")),
    (ClaimState.OFFERED.value, gettext_lazy("Has an offer")),
    (ClaimState.WAITLISTED.value, gettext_lazy("On the waiting list")),
    ("over", gettext_lazy("Cancelled, declined or lapsed")),
]


class RegistrationFilter(PlainForm):
    """Which registrations a list shows."""

    show_optional = False
    q = forms.CharField(label=gettext_lazy("Name, e-mail or employer"), required=False, max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=STATES)
    way = forms.ChoiceField(label=gettext_lazy("Way to take part"), required=False)

    def __init__(self, *args: Any, lines: Sequence[rules.Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(lines) < 2:
            del self.fields["way"]
        else:
            self.choice("way").choices = [
                ("", _("All")),
                *((str(line.places.pk), line.name) for line in lines),
            ]


class ExportForm(PlainForm):
    """The list as a file; with needs only for a reason."""

    submit = gettext_lazy("Make the file")
    show_optional = False
    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=[("xlsx", "XLSX (Excel)"), ("csv", "CSV")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    needs = forms.BooleanField(
        label=gettext_lazy("With food and access needs"),
        required=False,
        help_text=gettext_lazy("These are sensitive facts. Take them only where the kitchen or the house needs names."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you need them"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed with food and access needs. It is kept in the log of deeds."),
    )

    def clean(self) -> dict[str, Any]:
        """Needs go into a file only with a reason."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("needs") and not (facts.get("reason") or "").strip():
            self.add_error("reason", _("Write why you need food and access needs in the file."))
        return facts
