"""What can be asked about competence, and who may see it."""

from competence.querysets.frameworks import FrameworkQuerySet, FrameworkVersionQuerySet
from competence.querysets.goals import StrategicGoalQuerySet
from competence.querysets.own import AssessmentQuerySet, RatingQuerySet, SharingQuerySet
from competence.querysets.profiles import HoldingQuerySet, ProfileVersionQuerySet, RoleProfileQuerySet
from competence.querysets.surveys import SurveyQuerySet

__all__ = [
    "AssessmentQuerySet",
    "FrameworkQuerySet",
    "FrameworkVersionQuerySet",
    "HoldingQuerySet",
    "ProfileVersionQuerySet",
    "RatingQuerySet",
    "RoleProfileQuerySet",
    "SharingQuerySet",
    "StrategicGoalQuerySet",
    "SurveyQuerySet",
]
