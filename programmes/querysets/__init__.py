"""What can be asked about programmes, rounds and the people in them, and who may see it."""

from programmes.querysets.boards import ImprovementQuerySet, SaidQuerySet
from programmes.querysets.closing import (
    PASSED_AFTER,
    ClosingQuerySet,
    MentorInvitationQuerySet,
    ProposalAnswerQuerySet,
    SupportNeedQuerySet,
)
from programmes.querysets.cohorts import (
    CohortQuerySet,
    CourseDayQuerySet,
    DecisionQuerySet,
    ProgrammeQuerySet,
    ShareQuerySet,
    live_in,
)
from programmes.querysets.enrolments import (
    ApprovalQuerySet,
    BreakQuerySet,
    ConditionQuerySet,
    EnrolmentQuerySet,
    RulingQuerySet,
    WorkplaceQuerySet,
    employed_by,
    ever_with,
    job_over,
    lacks_something,
)
from programmes.querysets.group_tasks import GroupTaskQuerySet, TaskGroupQuerySet
from programmes.querysets.mentoring import (
    MentorCheckQuerySet,
    MentorMeetingQuerySet,
    MentorNoteQuerySet,
    MentorQuerySet,
    MentorshipQuerySet,
    MentorWishQuerySet,
)
from programmes.querysets.papers import CertificateQuerySet, FolderQuerySet, FolderReaderQuerySet
from programmes.querysets.reflections import ReflectionQuerySet
from programmes.querysets.supervision import SupervisionGroupQuerySet, SupervisionMemberQuerySet

__all__ = [
    "ApprovalQuerySet",
    "BreakQuerySet",
    "CertificateQuerySet",
    "ClosingQuerySet",
    "CohortQuerySet",
    "ConditionQuerySet",
    "CourseDayQuerySet",
    "DecisionQuerySet",
    "EnrolmentQuerySet",
    "FolderQuerySet",
    "FolderReaderQuerySet",
    "GroupTaskQuerySet",
    "ImprovementQuerySet",
    "MentorCheckQuerySet",
    "MentorInvitationQuerySet",
    "MentorMeetingQuerySet",
    "MentorNoteQuerySet",
    "MentorQuerySet",
    "MentorWishQuerySet",
    "MentorshipQuerySet",
    "PASSED_AFTER",
    "ProgrammeQuerySet",
    "ProposalAnswerQuerySet",
    "ReflectionQuerySet",
    "RulingQuerySet",
    "SaidQuerySet",
    "ShareQuerySet",
    "SupervisionGroupQuerySet",
    "SupervisionMemberQuerySet",
    "SupportNeedQuerySet",
    "TaskGroupQuerySet",
    "WorkplaceQuerySet",
    "employed_by",
    "ever_with",
    "job_over",
    "lacks_something",
    "live_in",
]
