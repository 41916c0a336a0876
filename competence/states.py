"""Words for states and kinds, and which state follows which."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VersionState(TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    REPLACED = "replaced", _("replaced by a newer version")


VERSION_FOLLOWS: dict[str, tuple[str, ...]] = {
    VersionState.DRAFT: (VersionState.PUBLISHED,),
    VersionState.PUBLISHED: (VersionState.REPLACED,),
    VersionState.REPLACED: (),
}


class Step(IntegerChoices):
    """The one scale; each step has words of its own for each competence or for the whole framework."""

    ONE = 1, "1"
    TWO = 2, "2"
    THREE = 3, "3"
    FOUR = 4, "4"
    FIVE = 5, "5"


class Lineage(TextChoices):
    """How a competence follows from one in the version before."""

    SAME = "same", pgettext_lazy("a competence in a new version", "unchanged")
    RENAMED = "renamed", pgettext_lazy("a competence in a new version", "renamed")
    SPLIT = "split", pgettext_lazy("a competence in a new version", "split")
    MERGED = "merged", pgettext_lazy("a competence in a new version", "merged")


COMPARABLE = (Lineage.SAME, Lineage.RENAMED)  # figures and levels follow these into another version


class SurveyState(TextChoices):
    DRAFT = "draft", _("being prepared")
    LAUNCHED = "launched", _("about to open")
    OPEN = "open", _("open for answers")
    COUNTING = "counting", _("being counted")
    RELEASED = "released", _("results published")
    DESTROYED = "destroyed", _("thrown away")


SURVEY_FOLLOWS: dict[str, tuple[str, ...]] = {
    SurveyState.DRAFT: (SurveyState.LAUNCHED,),
    SurveyState.LAUNCHED: (SurveyState.OPEN, SurveyState.DESTROYED),
    SurveyState.OPEN: (SurveyState.COUNTING, SurveyState.DESTROYED),
    SurveyState.COUNTING: (SurveyState.OPEN, SurveyState.RELEASED, SurveyState.DESTROYED),
    SurveyState.RELEASED: (),
    SurveyState.DESTROYED: (),
}


class RoleGroup(TextChoices):
    """The two groups in which a survey's figures may be shown beside the places."""

    WORKERS = "worker", _("employees")
    MANAGERS = "manager", _("managers")


class RatedBy(TextChoices):
    SELF = "self", pgettext_lazy("who put a level", "the person")
    MANAGER = "manager", pgettext_lazy("who put a level", "the manager")
    GROUP = "group", pgettext_lazy("who put a level", "the group")
