"""What an organiser may type about a seminar, a meeting or a workshop."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import ClockField, DateField, PlainForm
from events.actions.publishing import Line
from events.limits import wall
from events.models import Event
from events.rules.publishing import KINDS, days_of, languages_of
from events.states import AgendaKind, Audience, EventKind, Policy, Way
from people.forms.common import capital, in_language
from people.models import Organisation, Person, Region
from people.states import Language

MOST_PLACES = 5000
# Empty rows at the end of the programme's form.
EMPTY_ROWS = 4

TEXTS: dict[str, tuple[Any, int, int, Any]] = {
    "title": (_("Title"), 200, 1, ""),
    "summary": (_("In one or two sentences"), 400, 2, ""),
    "description": (_("Description"), 8000, 6, ""),
    "for_whom": (_("For whom"), 200, 1, ""),
    "good_to_know": (_("Good to know"), 2000, 4, _("One line each: access, food, the way there, the broadcast.")),
    "cost": (_("What it costs"), 200, 1, _("For example: It costs nothing to take part.")),
    "arrival": (_("On arrival"), 160, 1, ""),
}


class DraftForm(PlainForm):
    """A new event: what, when and for whom; the rest follows on its page."""

    submit = _("Make a draft")

    region: "forms.ModelChoiceField[Region]" = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)
    audience = forms.ChoiceField(label=_("Who may come"), widget=forms.RadioSelect)
    on = DateField(label=_("Day"), yearless="next")
    start_time = ClockField(label=_("Starts"))
    end_time = ClockField(label=_("Ends"))

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(regions)
        self.chooser("region").queryset = regions
        if len(rows) == 1:
            self.fields["region"].initial = rows[0]
            self.fields["region"].widget = forms.HiddenInput()
        self.choice("kind").choices = capital([(kind.value, kind.label) for kind in KINDS])
        self.choice("audience").choices = capital(Audience.choices)
        codes = sorted(
            {code for row in rows for code in row.languages} & set(Language.values), key=Language.values.index
        )
        self.languages = codes or [Language.SWEDISH.value]
        first = self.fields.pop("region")
        fields = {"region": first}
        for n, code in enumerate(self.languages):
            fields[f"title_{code}"] = forms.CharField(
                label=in_language(_("Title"), code),
                max_length=200,
                required=n == 0,
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
        self.fields = {**fields, **self.fields}

    @property
    def titles(self) -> dict[str, str]:
        """The title by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code in self.languages}


class WordsForm(PlainForm):
    """The event's texts in the region's languages, side by side."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages_of(event)
        for name, (label, length, rows, hint) in TEXTS.items():
            for n, code in enumerate(self.languages):
                attrs = {"lang": code, "autocomplete": "off"}
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=in_language(label, code),
                    max_length=length,
                    required=n == 0 and name == "title",
                    help_text=hint if n == 0 else "",
                    initial=getattr(event, f"{name}_{code}") or "",
                    widget=forms.Textarea(attrs={"rows": rows, **attrs}) if rows > 1 else forms.TextInput(attrs=attrs),
                )


class ArrangeForm(PlainForm):
    """Who may come, when registration opens and closes, what is asked, and who answers questions."""

    audience = forms.ChoiceField(label=_("Who may come"), widget=forms.RadioSelect)
    host: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("Host municipality"), queryset=Organisation.objects.none(), required=False, empty_label=_("No host")
    )
    contact: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label=_("Who answers questions"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    last_on = DateField(
        label=_("Last day"), required=False, yearless="next", help_text=_("Where the event has several days.")
    )
    opens_on = DateField(label=_("Registration opens"), required=False, yearless="next", help_text=_("At 8 o'clock."))
    closes_on = DateField(
        label=_("Last day to register"), required=False, yearless="next", help_text=_("Until midnight.")
    )
    asks_diet = forms.BooleanField(label=_("Ask about food"), required=False)
    asks_access = forms.BooleanField(label=_("Ask about access needs"), required=False)
    hours = forms.DecimalField(label=_("Hours that the whole event gives"), min_value=0, max_value=80, decimal_places=2)

    def __init__(
        self, *args: Any, event: Event, towns: Sequence[Organisation], coordinators: Sequence[Person], **kwargs: Any
    ) -> None:
        def day(moment: datetime | None) -> date | None:
            return moment.astimezone(ZoneInfo(event.zone)).date() if moment is not None else None

        kwargs.setdefault(
            "initial",
            {
                "audience": event.audience,
                "host": event.host,
                "contact": event.contact,
                "last_on": event.last_date,
                "opens_on": day(event.opens_at),
                "closes_on": day(event.closes_at),
                "asks_diet": event.asks_diet,
                "asks_access": event.asks_access,
                "hours": event.hours.normalize(),
            },
        )
        super().__init__(*args, **kwargs)
        self.event = event
        self.choice("audience").choices = capital(Audience.choices)
        self.chooser("host").queryset = Organisation.objects.filter(pk__in=[town.pk for town in towns]).order_by("name")
        people = {person.pk for person in coordinators} | ({event.contact_id} if event.contact_id else set())
        self.chooser("contact").queryset = Person.objects.filter(pk__in=people).order_by("name")

    @property
    def facts(self) -> dict[str, Any]:
        """What to arrange, on the wall clock of the event's zone."""
        typed = self.cleaned_data
        opens, closes, zone = typed["opens_on"], typed["closes_on"], self.event.zone
        return {
            **{name: typed[name] for name in ("audience", "host", "contact", "asks_diet", "asks_access", "hours")},
            "last_date": typed["last_on"] if typed["last_on"] != self.event.date else None,
            "opens_at": wall(opens, time(8), zone) if opens else None,
            "closes_at": min(wall(closes, time(23, 59), zone), self.event.starts_at) if closes else None,
        }


class WayForm(PlainForm):
    """A way to take part: which, how many places, and who is offered one that becomes free."""

    submit = _("Add the way")

    way = forms.ChoiceField(label=_("Way to take part"), widget=forms.RadioSelect)
    capacity = forms.IntegerField(
        label=_("Number of places"),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text=_("Leave empty for no limit."),
    )
    policy = forms.ChoiceField(label=_("Who is offered a place that becomes free"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"policy": Policy.FIRST})
        super().__init__(*args, **kwargs)
        self.choice("way").choices = capital(Way.choices)
        self.choice("policy").choices = capital(Policy.choices)
        self.languages = languages_of(event)
        fields = dict(self.fields)
        self.fields = {"way": fields.pop("way")}
        for code in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=in_language(_("Name of the workshop"), code),
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
        self.fields |= fields

    def clean(self) -> dict[str, Any]:
        """A workshop is told apart by its name."""
        typed = super().clean() or {}
        first = f"name_{self.languages[0]}"
        if typed.get("way") == Way.WORKSHOP and not typed.get(first):
            self.add_error(first, _("Write the name of the workshop."))
        return typed

    @property
    def names(self) -> dict[str, str]:
        """The name by language; only workshops have one."""
        if self.cleaned_data["way"] != Way.WORKSHOP:
            return {}
        return {code: self.cleaned_data[f"name_{code}"] for code in self.languages}


class LineForm(PlainForm):
    """One line of the programme; left empty it is none."""

    show_optional = False
    starts = ClockField(label=_("Starts"), required=False)
    ends = ClockField(label=_("Ends"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    speakers = forms.CharField(label=_("Speakers"), max_length=300, required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.languages, self.days = event, languages_of(event), days_of(event)
        self.choice("kind").choices = capital(AgendaKind.choices)
        fields = dict(self.fields)
        self.fields = {}
        if len(self.days) > 1:
            self.fields["day"] = DateField(label=_("Day"), required=False, earliest=self.days[0], latest=self.days[-1])
        self.fields |= {"starts": fields["starts"], "ends": fields["ends"], "kind": fields["kind"]}
        for name, label, length in (("title", _("Title"), 200), ("text", _("What it is about"), 600)):
            for code in self.languages:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=in_language(label, code),
                    max_length=length,
                    required=False,
                    widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
                )
        self.fields["speakers"] = fields["speakers"]
        # A row is one line of a table of fields; which row it is stands before each label for those who listen.
        self.helper.form_tag = False
        rows = [[name for name in self.fields if name in ("day", "starts", "ends", "kind")]]
        rows += [[f"{name}_{code}" for code in self.languages] for name in ("title", "text")]
        self.helper.layout = Layout(
            *(Div(*(Field(name) for name in row), css_class="fields-row") for row in rows), Field("speakers")
        )

    def blank(self) -> bool:
        """Whether nothing was written in this row."""
        names = [
            "starts",
            "ends",
            "speakers",
            *(f"{name}_{code}" for name in ("title", "text") for code in self.languages),
        ]
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in names)

    def clean(self) -> dict[str, Any]:
        """A line has a time and a title."""
        typed = super().clean() or {}
        if self.blank():
            return typed
        first = f"title_{self.languages[0]}"
        if not typed.get("starts") and "starts" not in self.errors:
            self.add_error("starts", _("Write when it starts, for example 9.00"))
        if not typed.get(first) and first not in self.errors:
            self.add_error(first, _("Write the title of this line."))
        starts, ends = typed.get("starts"), typed.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be later than the start."))
        return typed

    @property
    def line(self) -> Line:
        """The line as it will stand."""
        typed = self.cleaned_data
        return Line(
            day=typed.get("day") or None,
            starts=typed["starts"],
            ends=typed["ends"],
            kind=typed["kind"] or AgendaKind.LECTURE,
            speakers=typed["speakers"],
            title={code: typed[f"title_{code}"] for code in self.languages},
            text={code: typed[f"text_{code}"] for code in self.languages},
        )


class AgendaForm:
    """All lines of the programme with some empty ones at the end; as many as come are read, at most a hundred."""

    MOST = 100

    def __init__(self, data: Any = None, *, event: Event, more: int = 0) -> None:
        self.is_bound = data is not None
        rows = [] if self.is_bound else list(event.agenda.all())
        if self.is_bound:
            try:
                count = min(int(data.get("rows", "0")), self.MOST)
            except ValueError:
                count = 0
        else:
            count = len(rows) + EMPTY_ROWS
        self.rows = [
            LineForm(data, event=event, prefix=f"l{n}", initial=_initial(rows[n]) if n < len(rows) else None)
            for n in range(count)
        ]
        if self.is_bound and more:
            self.rows += [
                LineForm(None, event=event, prefix=f"l{n}") for n in range(count, min(count + more, self.MOST))
            ]

    @property
    def count(self) -> int:
        """How many rows stand on the page."""
        return len(self.rows)

    def is_valid(self) -> bool:
        """Whether every row that is written in is whole."""
        whole = [row.is_valid() for row in self.rows]  # all of them, so that each says what it lacks
        return all(whole)

    @property
    def errors(self) -> list[Any]:
        """The errors of all rows, for the summary."""
        return [row.errors for row in self.rows if row.errors]

    @property
    def lines(self) -> list[Line]:
        """The lines in the order of their time."""
        lines = [row.line for row in self.rows if not row.blank()]
        return sorted(lines, key=lambda line: (line.day or date.min, line.starts))


def _initial(item: Any) -> dict[str, Any]:
    words = {
        f"{name}_{code}": getattr(item, f"{name}_{code}") for name in ("title", "text") for code in Language.values
    }
    return {
        "day": item.date,
        "starts": f"{item.starts:%H.%M}",
        "ends": f"{item.ends:%H.%M}" if item.ends else "",
        "kind": item.kind,
        "speakers": item.speakers,
        **words,
    }


class MoveForm(PlainForm):
    """Another day, or other times."""

    submit = _("See who is told")

    on = DateField(label=_("Day"), yearless="next")
    start_time = ClockField(label=_("Starts"))
    end_time = ClockField(label=_("Ends"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300, help_text=_("It stands in the letter."))


class CancelForm(PlainForm):
    """Why the event does not take place."""

    submit = _("See who is told")

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands in the letter."))


class CopyForm(PlainForm):
    """The day of the next one."""

    submit = _("Make a draft")

    on = DateField(label=_("Day"), yearless="next")


class EventFilter(PlainForm):
    """Which events to show."""

    show_optional = False
    submit = _("Show")

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    when = forms.ChoiceField(label=_("When"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: list[EventKind] = list(KINDS)
        self.choice("kind").choices = [("", _("All")), *capital([(kind.value, kind.label) for kind in kinds])]
        self.choice("when").choices = [("", _("To come")), ("past", _("Over")), ("draft", _("Drafts"))]
