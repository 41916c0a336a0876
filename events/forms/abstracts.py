"""What may be typed about abstracts: by organisers of a call, by authors, by reviewers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base import clock
from base.forms import ClockField, DateField, EmailField, Helper, NameField, PlainForm
from events import prose
from events.actions.abstracts import Writer, Written
from events.models import Abstract, Author, Call, Event
from events.rules import abstracts as rules
from events.states import ReviewAdvice
from people.models import Person
from people.states import Language

WORDS = {
    "section": (_("Section of the site where the abstracts stand"), forms.TextInput, 120),
    "guidance": (_("Guidance for authors"), forms.Textarea, 4000),
    "topics": (_("Topics, one on each line"), forms.Textarea, 2000),
}


class CallForm(PlainForm):
    """When abstracts are taken in, what authors read, and whether they are reviewed blind."""

    submit = _("Save the call")
    opens_day = DateField(label=_("Opens on"), yearless="next")
    opens_time = ClockField(label=_("At what time"))
    closes_day = DateField(label=_("Closes on"), yearless="next")
    closes_time = ClockField(label=_("At what time"))
    blind = forms.BooleanField(
        label=_("Reviewers read the abstracts without names and workplaces before we decide"), required=False
    )
    reviews_each = forms.IntegerField(label=_("Reviewers for each abstract"), min_value=1, max_value=9, initial=2)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        call = rules.call_of(event)
        self.event, self.languages = event, [Language(code) for code in event.region.languages]
        if call is not None:
            kwargs["initial"] = self._initial(call)
        super().__init__(*args, **kwargs)
        groups = []
        for language in self.languages:
            names = []
            for name, (label, widget, longest) in WORDS.items():
                field = f"{name}_{language.value}"
                attrs = {"autocomplete": "off", "lang": language.value}
                if widget is forms.Textarea:
                    attrs["rows"] = "4" if name == "topics" else "6"
                needed = name == "section" and language == self.languages[0]
                self.fields[field] = forms.CharField(
                    label=label, max_length=longest, required=needed, widget=widget(attrs=attrs)
                )
                names.append(Field(field))
            groups.append(Fieldset(str(language.label).capitalize(), *names))
        self.helper = Helper(self)
        self.helper.layout = Layout(
            Fieldset(
                str(_("When abstracts are taken in")),
                Div(Field("opens_day"), Field("opens_time"), css_class="fields-row fields-when"),
                Div(Field("closes_day"), Field("closes_time"), css_class="fields-row fields-when"),
            ),
            *groups,
            Fieldset(str(_("Review")), Field("blind"), Field("reviews_each")),
        )

    def _initial(self, call: Call) -> dict[str, Any]:
        zone = ZoneInfo(self.event.zone)
        opens, closes = call.opens_at.astimezone(zone), call.closes_at.astimezone(zone)
        facts: dict[str, Any] = {
            "opens_day": opens.date(),
            "opens_time": opens.time(),
            "closes_day": closes.date(),
            "closes_time": closes.time(),
            "blind": call.blind,
            "reviews_each": call.reviews_each,
        }
        for language in self.languages:
            facts |= {f"{name}_{language.value}": getattr(call, f"{name}_{language.value}", "") or "" for name in WORDS}
        return facts

    def _moment(self, facts: dict[str, Any], name: str) -> datetime | None:
        day, time = facts.get(f"{name}_day"), facts.get(f"{name}_time")
        return clock.wall(day, time, self.event.zone) if day and time is not None else None

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        opens, closes = self._moment(facts, "opens"), self._moment(facts, "closes")
        if opens and closes and closes <= opens:
            self.add_error("closes_day", _("The call must close after it opens."))
        elif closes and closes > self.event.starts_at:
            self.add_error("closes_day", _("The call must close before the event begins."))
        counts = {
            len([line for line in facts.get(f"topics_{language.value}", "").splitlines() if line.strip()])
            for language in self.languages
        } - {0}
        if len(counts) > 1:
            for language in self.languages:
                self.add_error(
                    f"topics_{language.value}", _("Write the same topics in each language, in the same order.")
                )
        facts["opens_at"], facts["closes_at"] = opens, closes
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        words = {
            name: {language.value: given.get(f"{name}_{language.value}", "") for language in self.languages}
            for name in WORDS
        }
        return {**{name: given[name] for name in ("opens_at", "closes_at", "blind", "reviews_each")}, **words}


class BeginForm(PlainForm):
    """Who begins an abstract, and where the link is sent."""

    submit = _("Send me the link")
    show_optional = True
    name = NameField(label=_("Your name, as it is printed"))
    email = EmailField(help_text=_("The link to your abstract is sent here."))
    employer = forms.CharField(label=_("Employer"), max_length=160, required=False)
    language = forms.ChoiceField(
        label=_("Language of the abstract"), choices=Language.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, person: Person | None = None, languages: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("language").choices = [
            (code, str(label).capitalize()) for code, label in Language.choices if not languages or code in languages
        ]
        self.fields["employer"].widget.attrs["autocomplete"] = "organization"
        if person is not None:
            del self.fields["email"]
            self.submit = _("Begin the abstract")
            self.initial.setdefault("name", person.name)


class AbstractForm(PlainForm):
    """One abstract: its words, its authors, and the one question about publication."""

    submit = _("Save the draft")
    show_optional = False  # a draft may lack anything; what is needed to send it in is said then
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    language = forms.ChoiceField(
        label=_("Language of the abstract"), choices=Language.choices, widget=forms.RadioSelect
    )
    topic = forms.TypedChoiceField(
        label=_("Topic"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=prose.LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "autocomplete": "off", "aria-describedby": "text-marks page-live"}),
        error_messages={
            "max_length": _(
                "The text is longer than %(limit_value)s characters, which no page holds. Shorten it first."
            )
        },
    )
    publish = forms.TypedChoiceField(
        required=False,
        choices=[("yes", _("Yes, publish it")), ("no", _("No, do not publish it"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    name0 = NameField(label=_("Your name, as it is printed"))
    employer0 = forms.CharField(label=_("Employer"), max_length=160, required=False)
    presents0 = forms.BooleanField(label=_("I present it at the event"), required=False)

    def __init__(self, *args: Any, abstract: Abstract, authors: Sequence[Author], **kwargs: Any) -> None:
        self.abstract = abstract
        co = [author for author in authors if author.order]
        self.rows = list(range(1, min(len(co) + 3, rules.MOST_AUTHORS)))
        kwargs["initial"] = self._initial(abstract, authors, co)
        super().__init__(*args, **kwargs)
        call = abstract.call
        languages = call.event.region.languages
        self.choice("language").choices = [
            (code, str(label).capitalize())
            for code, label in Language.choices
            if code in languages or code == abstract.language
        ]
        topics = rules.topics_of(call, abstract.language)
        if topics:
            self.choice("topic").choices = [(number, words) for number, words in enumerate(topics)]
        else:
            del self.fields["topic"]
        section = str(call.section)
        self.fields["publish"].label = str(
            _("May the abstract be published on the site, in the section %(section)s?")
        ) % {"section": section}
        self.fields["publish"].help_text = _(
            "All participants get the abstract as a hand-out, whatever you answer. You can change the answer at any "
            "time; a no takes the page and its PDF off the site at once."
        )
        people = []
        for number in self.rows:
            self._add_row(number)
            legend = str(_("Co-author %(number)s")) % {"number": number}
            fields = [Field(f"{name}{number}") for name in ("name", "address", "employer", "presents")]
            people.append(Fieldset(legend, *fields, css_class="coauthor"))
        about = [Field("topic")] if topics else []
        self.helper = Helper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("version"), Field("title"), Field("language"), *about, Field("text"))
        self.publish_helper = Helper(self)
        self.publish_helper.form_tag = False
        self.publish_helper.disable_csrf = True
        self.publish_helper.layout = Layout(Field("publish"))
        self.people_helper = Helper(self)
        self.people_helper.form_tag = False
        self.people_helper.disable_csrf = True
        self.people_helper.layout = Layout(
            Fieldset(str(_("You")), Field("name0"), Field("employer0"), Field("presents0"), css_class="coauthor"),
            *people,
        )

    def _add_row(self, number: int) -> None:
        self.fields[f"name{number}"] = NameField(label=_("Name"), required=False)
        self.fields[f"address{number}"] = EmailField(label=_("E-mail"), required=False)
        self.fields[f"employer{number}"] = forms.CharField(label=_("Employer"), max_length=160, required=False)
        self.fields[f"presents{number}"] = forms.BooleanField(label=_("Presents it at the event"), required=False)
        for name in ("name", "address", "employer"):
            self.fields[f"{name}{number}"].widget.attrs["autocomplete"] = "off"

    @staticmethod
    def _initial(abstract: Abstract, authors: Sequence[Author], co: Sequence[Author]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "version": abstract.version,
            "title": abstract.title,
            "language": abstract.language,
            "topic": abstract.topic,
            "text": abstract.text,
            "publish": {True: "yes", False: "no", None: None}[abstract.publish],
        }
        main = next((author for author in authors if not author.order), None)
        for number, author in enumerate([main, *co]):
            if author is not None:
                facts |= {
                    f"name{number}": author.name,
                    f"address{number}": author.address,
                    f"employer{number}": author.employer,
                    f"presents{number}": author.presents,
                }
        return facts

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        seen: set[str] = set()
        for number in self.rows:
            name, address = facts.get(f"name{number}", ""), (facts.get(f"address{number}") or "").casefold()
            if address and not name:
                self.add_error(f"name{number}", ValidationError(_("Write the name too.")))
            if name and not address and f"address{number}" not in self.errors:
                self.add_error(
                    f"address{number}",
                    ValidationError(_("Write the e-mail address too: co-authors confirm themselves by a letter.")),
                )
            if address in seen:
                self.add_error(f"address{number}", ValidationError(_("The same address stands twice.")))
            seen.add(address)
            seen.discard("")
        return facts

    @property
    def written(self) -> Written:
        """What the action takes."""
        given = self.cleaned_data
        writers = [Writer(given["name0"], "", given["employer0"], given["presents0"])]
        writers += [
            Writer(
                given[f"name{number}"],
                given.get(f"address{number}") or "",
                given[f"employer{number}"],
                given[f"presents{number}"],
            )
            for number in self.rows
            if given.get(f"name{number}")
        ]
        return Written(
            title=given["title"],
            text=given["text"],
            language=given["language"],
            topic=given.get("topic"),
            publish=given["publish"],
            writers=writers,
        )


class PublishForm(PlainForm):
    """The answer about publication alone, when nothing else can be changed any more."""

    submit = _("Save the answer")
    publish = forms.TypedChoiceField(
        label=_("May the abstract be published on the site?"),
        choices=[("yes", _("Yes, publish it")), ("no", _("No, do not publish it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_("All participants get the abstract as a hand-out, whatever you answer. A no holds at once."),
    )

    @property
    def bare(self) -> Helper:
        """The fields alone: the page has the form and its button."""
        helper = Helper(self)
        helper.form_tag = False
        return helper


class ReviewersForm(PlainForm):
    """Who reviews, by e-mail address."""

    submit = _("Give the abstracts to them")
    addresses = forms.CharField(
        label=_("E-mail addresses of the reviewers, one on each line"),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=_("People who can sign in to Helmi. Nobody gets an abstract from her own organisation."),
    )

    def clean_addresses(self) -> list[Person]:
        """The people behind the addresses; an address that nobody has is named."""
        found: list[Person] = []
        unknown = []
        for line in str(self.cleaned_data["addresses"]).replace(",", "\n").replace(";", "\n").splitlines():
            if not (address := line.strip()):
                continue
            person = Person.objects.active().members().with_address(address).first()
            if person is None:
                unknown.append(address)
            elif person not in found:
                found.append(person)
        if unknown:
            sentence = _("Nobody who can sign in has the address %(addresses)s.")
            raise ValidationError(str(sentence) % {"addresses": ", ".join(unknown[:5])})
        return found


class BlindForm(PlainForm):
    """What reviewers read instead of the author's words."""

    submit = _("Show it so to reviewers")
    title = forms.CharField(label=_("Title for reviewers"), max_length=200, required=False)
    text = forms.CharField(
        label=_("Text for reviewers"),
        required=False,
        max_length=prose.LONGEST,
        widget=forms.Textarea(attrs={"rows": 16, "autocomplete": "off"}),
        help_text=_("Take out what tells who wrote it. What you empty is shown empty."),
    )
    show_optional = False


class ReviewForm(PlainForm):
    """What a reviewer says."""

    submit = _("Save the review")
    advice = forms.ChoiceField(label=_("Your advice"), widget=forms.RadioSelect)
    score = forms.TypedChoiceField(
        label=_("How strong is it, from 1 to 5?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("No number")), *((number, str(number)) for number in range(1, 6))],
    )
    comment = forms.CharField(
        label=_("To the organisers"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        help_text=_("The author does not read this."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("advice").choices = [(value, str(words).capitalize()) for value, words in ReviewAdvice.choices]
