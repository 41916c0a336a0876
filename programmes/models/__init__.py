"""What exists in programmes and what the database forbids."""

from programmes.models.boards import BoardPage, Improvement, Look, Said
from programmes.models.breaks import Break
from programmes.models.certificates import Certificate
from programmes.models.cohorts import Cohort, CourseDay, Decision, Share
from programmes.models.enrolments import Approval, Enrolment, MakeUp, Transition
from programmes.models.folders import Folder, FolderReader
from programmes.models.group import Card
from programmes.models.mentoring import Mentor, Mentorship
from programmes.models.programmes import Funder, Programme
from programmes.models.reflections import Reader, Reflection
from programmes.models.transfers import Transfer

__all__ = [
    "Approval",
    "BoardPage",
    "Break",
    "Card",
    "Certificate",
    "Cohort",
    "CourseDay",
    "Decision",
    "Enrolment",
    "Folder",
    "FolderReader",
    "Funder",
    "Improvement",
    "Look",
    "MakeUp",
    "Mentor",
    "Mentorship",
    "Programme",
    "Reader",
    "Reflection",
    "Said",
    "Share",
    "Transfer",
    "Transition",
]
