"""What may be typed about a new programme."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from people.models import Region

# Addresses under a region's own that are not a programme's.
TAKEN = ("events", "newsletter")


class NewProgrammeForm(PlainForm):
    """The first words about a programme, in the region's first language; everything else comes on its own pages."""

    submit = _("Create the programme")

    region: "forms.ModelChoiceField[Region]" = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), empty_label=_("Choose a region")
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        help_text=_(
            "For example Introduction for new child-welfare social workers. The address of its page is made from it."
        ),
    )
    summary = forms.CharField(label=_("In one sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    audience = forms.CharField(label=_("For whom"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = regions[0] if len(regions) == 1 else None
        if self.only:
            del self.fields["region"]
        else:
            self.chooser("region").queryset = regions

    def clean_title(self) -> str:
        """An address can be made of it."""
        title = str(self.cleaned_data["title"]).strip()
        if not slugify(title):
            raise forms.ValidationError(_("Write a title with letters in it."))
        if slugify(title) in TAKEN:
            raise forms.ValidationError(_("This title makes an address that is taken. Write a longer one."))
        return title

    @property
    def of_region(self) -> Region:
        """The region that was chosen, or the only one there is."""
        region: Region = self.only or self.cleaned_data["region"]
        return region

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        first = (self.of_region.languages or ["sv"])[0]
        return {f"{name}_{first}": self.cleaned_data[name] for name in ("title", "summary", "audience")}

    @property
    def slug(self) -> str:
        """The address that the title makes."""
        return slugify(self.cleaned_data["title"])[:60].strip("-")
