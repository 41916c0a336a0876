"""What a person may hand in and type about an emblem."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm, prepare
from base.refusal import Refusal
from documents.gate import clean_emblem
from documents.models import StoredFile


class PictureField(forms.FileField):
    """A picture by its content; what comes out is drawn anew from its points."""

    widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg"})
    default_error_messages = {
        "required": _("Choose a picture."),
        "missing": _("Choose a picture."),
        "invalid": _("Choose a picture."),
        "empty": _("The file is empty. Choose another."),
    }

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return clean_emblem(file)
        except Refusal as refusal:
            raise ValidationError(str(refusal), code="picture") from refusal


class EmblemForm(PlainForm):
    """A picture, and in each language what it shows, for those who do not see it."""

    submit = _("Save the emblem")

    picture = PictureField(
        label=_("Picture"),
        help_text=_(
            "PNG or JPEG, at most 5 MB. It is drawn anew on white, so what else the file holds is left out. "
            "On paper it stands 12 to 18 mm high."
        ),
    )
    waiting = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        languages: list[str],
        words: Mapping[str, str],
        stored: bool,
        waiting: StoredFile | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.languages, self.file = languages, waiting
        self.fields["picture"].required = not (stored or waiting)
        if waiting:
            self._say_that_it_waits()
        elif stored:
            self.fields["picture"].label = _("Another picture")
        for code in languages:
            name = f"alt_{code}"
            self.fields[name] = forms.CharField(
                label=format_lazy("{} ({})", _("What the picture shows"), dict(settings.LANGUAGES)[code]),
                help_text=_("Read aloud to those who do not see the picture, for example: Coat of arms of Eskilstuna."),
                max_length=160,
                initial=words.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
            prepare(name, self.fields[name])

    def _say_that_it_waits(self) -> None:
        shown = self["picture"]
        shown.label = _("Another picture")
        shown.help_text = _("The picture you chose is kept for an hour. Choose one only if you want another instead.")

    def wait(self, file: StoredFile) -> None:
        """The picture is right and the rest is not: the form brings the picture along when it comes again."""
        self.file = file
        data = cast(QueryDict, self.data).copy()
        data["waiting"] = str(file.pk)
        self.data = data
        self.fields["picture"].required = False
        self._say_that_it_waits()

    @property
    def picture_or_waiting(self) -> bytes | StoredFile | None:
        """The new picture; None when only the words change."""
        return self.cleaned_data["picture"] or self.file

    @property
    def words(self) -> dict[str, str]:
        """What it shows, by language."""
        return {code: self.cleaned_data[f"alt_{code}"] for code in self.languages}
