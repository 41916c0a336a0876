"""What may be typed about course folders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from people.forms.common import capital
from people.states import Language


class FolderForm(PlainForm):
    """In which language the folder is made."""

    submit = _("Make the folder")

    language = forms.ChoiceField(label=_("Language of the folder"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("language").choices = capital([row for row in Language.choices if row[0] in languages])


class FolderReaderForm(PlainForm):
    """Who else fetches a municipality's copy."""

    submit = _("Let her or him fetch the folder")

    email = forms.EmailField(
        label=_("E-mail"), help_text=_("Of somebody who works in your municipality."), max_length=254
    )


class ReleaseForm(PlainForm):
    """Nothing is typed: the letter is read, and the folder goes out."""
