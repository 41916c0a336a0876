"""Words for kinds and roles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Country(TextChoices):
    SWEDEN = "SE", _("Sweden")
    FINLAND = "FI", _("Finland")
    ALAND = "AX", _("Åland")


class OrganisationKind(TextChoices):
    MUNICIPALITY = "municipality", _("municipality")
    REGION = "region_se", pgettext_lazy("Swedish health authority", "region")
    WELLBEING_COUNTY = "wellbeing_county", _("wellbeing services county")
    JOINT_AUTHORITY = "joint_authority", _("joint municipal authority")
    FEDERATION = "federation", _("local-government federation")
    BRANCH = "branch", _("service area")
    UNIT = "unit", _("unit")
    SUB_UNIT = "sub_unit", _("sub-unit")
    UNIVERSITY = "university", _("university")
    ASSOCIATION = "association", _("association")
    RESEARCH = "research", _("research and development unit")


# Which kinds exist where; employers are the tops of their trees.
KINDS_BY_COUNTRY: dict[str, tuple[str, ...]] = {
    "SE": (
        "municipality",
        "region_se",
        "federation",
        "branch",
        "unit",
        "sub_unit",
        "university",
        "association",
        "research",
    ),
    "FI": (
        "municipality",
        "wellbeing_county",
        "joint_authority",
        "branch",
        "unit",
        "sub_unit",
        "university",
        "association",
        "research",
    ),
    "AX": ("municipality", "joint_authority", "branch", "unit", "sub_unit", "university", "association", "research"),
}
EMPLOYER_KINDS = ("municipality", "region_se", "wellbeing_county", "joint_authority", "federation")


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("administrator")
    COORDINATOR = "coordinator", _("coordinator")
    DIRECTOR = "director", _("director")
    MANAGER = "manager", _("manager")


class EmploymentForm(TextChoices):
    PERMANENT = "permanent", _("permanent")
    FIXED_TERM = "fixed_term", _("fixed-term")
    HOURLY = "hourly", _("hourly")
    AGENCY = "agency", _("agency")


class Language(TextChoices):
    SWEDISH = "sv", "Svenska"
    FINNISH = "fi", "Suomi"
    ENGLISH = "en", "English"


class Theme(TextChoices):
    DEVICE = "", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class ImportState(TextChoices):
    STAGED = "staged", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("stored")
    DISCARDED = "discarded", _("discarded")
