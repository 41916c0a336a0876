"""What exists in programmes and what the database forbids."""

from programmes.models.certificates import Certificate
from programmes.models.cohorts import Cohort, CourseDay, Decision, Share
from programmes.models.enrolments import Approval, Enrolment, MakeUp, Transition
from programmes.models.group import Card
from programmes.models.programmes import Funder, Programme
from programmes.models.reflections import Reader, Reflection

__all__ = [
    "Approval",
    "Card",
    "Certificate",
    "Cohort",
    "CourseDay",
    "Decision",
    "Enrolment",
    "Funder",
    "MakeUp",
    "Programme",
    "Reader",
    "Reflection",
    "Share",
    "Transition",
]
