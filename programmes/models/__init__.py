"""What exists in programmes and what the database forbids."""

from programmes.models.boards import BoardPage, Improvement, Look, Said
from programmes.models.breaks import Break
from programmes.models.certificates import Certificate
from programmes.models.closing import Closing, MentorInvitation, Proposal, ProposalAnswer, SupportNeed
from programmes.models.cohorts import Cohort, CourseDay, Decision, Share
from programmes.models.conditions import Answered, Condition, Ruling
from programmes.models.enrolments import Approval, Enrolment, MakeUp, Transition
from programmes.models.files import StaffFile
from programmes.models.folders import Folder, FolderReader
from programmes.models.group import Card
from programmes.models.group_tasks import GroupTask, HandIn, TaskGroup, TaskMember
from programmes.models.mentoring import Mentor, Mentorship
from programmes.models.mentorships import MentorCheck, MentorMeeting, MentorNote, MentorWish
from programmes.models.programmes import Funder, Programme
from programmes.models.reflections import Reader, Reflection
from programmes.models.supervision import (
    SupervisionAnswer,
    SupervisionEvaluation,
    SupervisionGroup,
    SupervisionMember,
    SupervisionSession,
)
from programmes.models.transfers import Transfer
from programmes.models.workplaces import Workplace

__all__ = [
    "Answered",
    "Approval",
    "BoardPage",
    "Break",
    "Card",
    "Certificate",
    "Closing",
    "Cohort",
    "Condition",
    "CourseDay",
    "Decision",
    "Enrolment",
    "Folder",
    "FolderReader",
    "Funder",
    "GroupTask",
    "HandIn",
    "Improvement",
    "Look",
    "MakeUp",
    "Mentor",
    "MentorCheck",
    "MentorInvitation",
    "MentorMeeting",
    "MentorNote",
    "MentorWish",
    "Mentorship",
    "Programme",
    "Proposal",
    "ProposalAnswer",
    "Reader",
    "Reflection",
    "Ruling",
    "Said",
    "Share",
    "StaffFile",
    "SupervisionAnswer",
    "SupervisionEvaluation",
    "SupervisionGroup",
    "SupervisionMember",
    "SupervisionSession",
    "SupportNeed",
    "TaskGroup",
    "TaskMember",
    "Transfer",
    "Transition",
    "Workplace",
]
