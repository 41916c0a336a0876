"""What a person may type about material: a file or a link, who sees it and from when, and when to look at it again."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base import clock
from base.forms import ClockField, DateField, Helper, PlainForm
from base.refusal import Refusal
from documents import gate
from documents.actions import workplace
from documents.gate import Admitted
from events.limits import wall
from events.models import Event, Material
from events.rules import material as rules
from events.states import Seen
from people.models import Person
from people.rules import name_for
from people.states import Language


class OwnerField(forms.ModelChoiceField):
    """One of the people who may look after material, by the name that the viewer may read."""

    viewer: Person

    def label_from_instance(self, obj: Any) -> str:
        return name_for(obj, self.viewer)


class MaterialForm(PlainForm):
    """A file or a link of an event. The file goes through the gate here; `admitted` is what came out of it."""

    submit = _("Add the material")
    show_optional = False  # one of file and link is needed, and what the rest is for stands beside it
    title = forms.CharField(label=_("Title"), max_length=200)
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,  # the gate has the sentence
        max_length=None,
        widget=forms.FileInput,
        help_text=_(
            "PDF, Word, Excel, PowerPoint, OpenDocument, a picture or text; at most 50 MB. "
            "Scripts and the author's name are taken out. Files with macros are not taken in."
        ),
    )
    link = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=500,
        help_text=_("For example https://www.council.org/handbook"),
    )
    language = forms.ChoiceField(label=_("Language of the material"), required=False)
    seen_by = forms.ChoiceField(label=_("Who sees it"), widget=forms.RadioSelect)
    from_day = DateField(label=_("Shown from"), required=False, help_text=_("Empty means at once."))
    from_time = ClockField(label=_("From what time"), required=False, help_text=_("Empty means from midnight."))
    owner = OwnerField(label=_("Who looks after it"), queryset=Person.objects.none(), required=False)
    review_on = DateField(
        label=_("Look at it again on"),
        required=False,
        help_text=_(
            "30 days after this day readers see that it may be out of date, and its owner is asked to look at it."
        ),
    )

    def __init__(
        self,
        *args: Any,
        event: Event,
        viewer: Person,
        people: Any = None,
        material: Material | None = None,
        **kwargs: Any,
    ) -> None:
        if material is not None:
            begins = material.seen_from.astimezone(ZoneInfo(event.zone)) if material.seen_from else None
            kwargs["initial"] = {
                "title": material.title,
                "link": material.link,
                "language": material.language,
                "seen_by": material.seen_by,
                "from_day": begins.date() if begins else None,
                "from_time": begins.time() if begins and begins.time() != time(0) else None,
                "owner": material.owner_id,
                "review_on": material.review_on,
            }
        super().__init__(*args, **kwargs)
        self.event, self.material = event, material
        self.admitted: Admitted | None = None
        words = dict(Seen.choices)
        self.choose("seen_by", [(one, str(words[one]).capitalize()) for one in rules.choices_of_seen(event)])
        self.everybody_registered = len(rules.choices_of_seen(event)) == 1
        if self.everybody_registered:  # nothing to choose: the page says it
            self.fields["seen_by"].widget = forms.HiddenInput()
        self.choose("language", [("", _("Not said")), *Language.choices])
        if material is not None:
            self.submit = _("Save")
            self.fields["file"].label = _("New file") if material.file_id else _("A file instead")
            if material.file_id:
                self.fields["link"].label = _("A link instead")
        else:
            self.initial["review_on"] = clock.today(event.zone) + timedelta(days=365)
        owners = self.fields["owner"]
        if people is None:
            del self.fields["owner"]
        elif isinstance(owners, OwnerField):
            owners.viewer, owners.empty_label = viewer, None
            owners.queryset = people
            self.initial.setdefault("owner", viewer.pk)
        who = [Field("owner")] if people is not None else []
        self.helper = Helper(self)
        self.helper.layout = Layout(
            Field("title"),
            Fieldset(str(_("A file or a link")), Field("file"), Field("link"), Field("language")),
            Fieldset(str(_("Who sees it, and when")), Field("seen_by"), Field("from_day"), Field("from_time")),
            Fieldset(str(_("Kept up to date")), *who, Field("review_on")),
        )

    def choose(self, name: str, choices: list[Any]) -> None:
        """The choices of a field; the first of several is preset where nothing is."""
        self.choice(name).choices = choices
        if choices and name not in self.initial:
            self.initial[name] = choices[0][0]

    def clean_link(self) -> str:
        """A link to a web page; never fetched by us."""
        link = str(self.cleaned_data["link"]).strip()
        if link and (refusal := rules.why_not_link(link)):
            raise ValidationError(str(refusal))
        return link

    def clean(self) -> dict[str, Any]:
        """One of file and link, then the gate: it takes a second, so it is asked when all else is right."""
        facts: dict[str, Any] = super().clean() or {}
        file, link = facts.get("file"), facts.get("link", "")
        changed = link != (self.material.link if self.material else "")
        if file and changed and link:
            self.add_error("link", _("Choose a file or write a link, not both."))
        elif not file and not link and not (self.material and self.material.file_id) and "link" not in self.errors:
            self.add_error("file", _("Choose a file or write a link."))
        elif not file and self.material and self.material.link and not link and "link" not in self.errors:
            self.add_error("link", _("Choose a file or write a link."))
        if facts.get("from_time") and not facts.get("from_day") and "from_day" not in self.errors:
            self.add_error("from_day", _("Write the day too."))
        if file and self.errors:
            self.add_error("file", _("Choose the file again, when the rest is right."))
        elif file:
            try:
                self.admitted = gate.admit(file, name=file.name, folder=workplace())
            except Refusal as refusal:
                self.add_error("file", str(refusal))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        begins: datetime | None = None
        if day := given["from_day"]:
            begins = wall(day, given["from_time"] or time(0), self.event.zone)
        link = given["link"] if not self.material or given["link"] != self.material.link else ""
        return {
            "title": given["title"],
            "admitted": self.admitted,
            "link": "" if self.admitted else link,
            "language": given["language"],
            "seen_by": given["seen_by"],
            "seen_from": begins,
            "owner": given.get("owner"),
            "review_on": given["review_on"],
        }

    def discard(self) -> None:
        """Throw away what came through the gate and was not stored."""
        if self.admitted is not None:
            self.admitted.discard()
