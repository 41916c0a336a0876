"""What may be typed about newsletters: by those who read them, and by those who write them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base.forms import EmailField, Helper, PlainForm
from outbox.forms import ReleaseForm
from outbox.newsletter import Section
from outbox.rules import MOST_SECTIONS
from outbox.states import SubscriptionState
from people.states import Language


def _names(languages: Sequence[str]) -> list[tuple[str, str]]:
    """These languages, each called by its own name."""
    return [(code, name) for code, name in Language.choices if code in languages]


# ---------- For readers ----------


class SubscribeForm(PlainForm):
    """An address and a language."""

    submit = pgettext_lazy("a newsletter", "Subscribe")

    email = EmailField(help_text=_("We send a letter there first, and the newsletter only when you confirm it."))
    language = forms.ChoiceField(label=_("Language of the newsletter"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("language").choices = _names(languages)


class OwnSubscriptionForm(PlainForm):
    """What a person who has signed in changes about one newsletter and one of her addresses."""

    region = forms.IntegerField(widget=forms.HiddenInput)
    address = forms.ChoiceField(label=_("To the address"))
    language = forms.ChoiceField(label=_("Language of the newsletter"))

    def __init__(self, *args: Any, addresses: Sequence[str], languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("address").choices = [(address, address) for address in addresses]
        self.choice("language").choices = _names(languages)


# ---------- For writers ----------


class OneLine(forms.CharField):
    """A line: no box of ours can send two, so whoever does gets 400 and nothing happens."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and any(sign in value.strip("\r\n") for sign in "\r\n"):
            raise BadRequest("a line break where there is one line")
        return super().to_python(value)


class PageField(forms.URLField):
    """The address of a page on the web."""

    default_error_messages = {
        "invalid": _("Write the whole address of the page, for example https://helmi.example/day")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, assume_scheme="https", **kwargs)

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except ValidationError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def clean(self, value: Any) -> Any:
        link = super().clean(value)
        if link and not link.lower().startswith(("https://", "http://")):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return link


class TextForm(PlainForm):
    """The beginning of an issue in one language."""

    submit = _("Save")

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = OneLine(
        label=_("Subject"),
        max_length=150,
        help_text=_("The first thing that readers see. One line, at most 150 characters."),
    )
    preface = forms.CharField(
        label=_("Preface"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Write **bold** words between two stars, and a link as [words](https://address). "
            "Lines that begin with - make a list."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].widget.attrs["class"] = "long-line"
        self.helper = Helper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class SectionForm(PlainForm):
    """A section: a heading, its text, and where to read on. What is left empty is not in the issue."""

    heading = OneLine(label=_("Heading"), max_length=150, required=False)
    text = forms.CharField(
        label=pgettext_lazy("of a section", "Text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    link = PageField(label=_("Link to a page"), required=False)
    link_words = OneLine(label=_("What the link says"), max_length=80, required=False)
    show_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("heading", "link"):
            self.fields[name].widget.attrs["class"] = "long-line"
        self.helper = Helper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def section(self) -> Section:
        """What was typed."""
        return Section(
            **{name: self.cleaned_data.get(name) or "" for name in ("heading", "text", "link", "link_words")}
        )


SectionFormSet = forms.formset_factory(
    SectionForm, extra=1, max_num=MOST_SECTIONS + 1, validate_max=False, absolute_max=MOST_SECTIONS + 5
)


class InsertForm(PlainForm):
    """Which coming events and open rounds go into the issue."""

    submit = _("Put them into the issue")

    chosen = forms.MultipleChoiceField(
        label=_("Coming events and open rounds"), widget=forms.CheckboxSelectMultiple, required=True
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("chosen").choices = list(choices)


class SendForm(ReleaseForm):
    """When the issue is to leave; nothing typed means as soon as the time of undo is over."""

    submit = _("Send the issue")


class TestForm(PlainForm):
    """In which language the test letter comes."""

    __test__ = False
    submit = _("Send me a test letter")

    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("language").choices = _names(languages)
        self.helper.form_tag = False


class SubscriberFilter(PlainForm):
    """Which subscribers the list shows."""

    submit = _("Show")
    show_optional = False

    region = forms.IntegerField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(label=_("E-mail, or the beginning of it"), required=False, max_length=254)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("state").choices = [("", _("All")), *SubscriptionState.choices]


class LiftForm(PlainForm):
    """Why newsletters may go to an address again."""

    submit = _("Write to the address again")

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("For example: she has got a new mailbox, and told us by phone.")
    )
