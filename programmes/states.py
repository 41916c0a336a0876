"""Words for the states of cohorts, enrolments and certificates, and which follows which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CohortState(TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open for applications")
    SELECTION = "selection", _("selection")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    DECIDED = "decided", _("decided")


COHORT_FOLLOWS: dict[str, tuple[str, ...]] = {
    CohortState.DRAFT: (CohortState.OPEN,),
    CohortState.OPEN: (CohortState.SELECTION, CohortState.RUNNING),
    CohortState.SELECTION: (CohortState.RUNNING,),
    CohortState.RUNNING: (CohortState.FINISHED,),
    CohortState.FINISHED: (CohortState.DECIDED,),
    CohortState.DECIDED: (),
}


class EmployerSide(TextChoices):
    ASKED = "asked", _("the manager is asked")
    APPROVED = "approved", _("approved by the manager")
    DECLINED = "declined", _("not approved by the manager")
    ENDED = "ended", _("employment ended")


class ProgrammeSide(TextChoices):
    APPLIED = "applied", _("applied")
    WAITLISTED = "waitlisted", _("on the waiting list")
    OFFERED = "offered", _("has an offer")
    ENROLLED = "enrolled", _("has a place")
    PAUSED = "paused", _("on a break")
    COMPLETED = "completed", _("completed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    NOT_COMPLETED = "not_completed", _("not completed")


# An offer that is declined, or not answered, ends as withdrawn, with the reason on the transition.
PROGRAMME_FOLLOWS: dict[str, tuple[str, ...]] = {
    ProgrammeSide.APPLIED: (
        ProgrammeSide.OFFERED,
        ProgrammeSide.WAITLISTED,
        ProgrammeSide.ENROLLED,
        ProgrammeSide.WITHDRAWN,
    ),
    ProgrammeSide.WAITLISTED: (ProgrammeSide.OFFERED, ProgrammeSide.ENROLLED, ProgrammeSide.WITHDRAWN),
    ProgrammeSide.OFFERED: (ProgrammeSide.ENROLLED, ProgrammeSide.WITHDRAWN, ProgrammeSide.WAITLISTED),
    ProgrammeSide.ENROLLED: (
        ProgrammeSide.PAUSED,
        ProgrammeSide.COMPLETED,
        ProgrammeSide.WITHDRAWN,
        ProgrammeSide.NOT_COMPLETED,
    ),
    ProgrammeSide.PAUSED: (ProgrammeSide.ENROLLED, ProgrammeSide.WITHDRAWN, ProgrammeSide.NOT_COMPLETED),
    ProgrammeSide.COMPLETED: (ProgrammeSide.ENROLLED,),
    ProgrammeSide.WITHDRAWN: (ProgrammeSide.APPLIED,),
    ProgrammeSide.NOT_COMPLETED: (ProgrammeSide.ENROLLED, ProgrammeSide.COMPLETED),
}
LIVE_SIDES = (
    ProgrammeSide.APPLIED,
    ProgrammeSide.WAITLISTED,
    ProgrammeSide.OFFERED,
    ProgrammeSide.ENROLLED,
    ProgrammeSide.PAUSED,
    ProgrammeSide.COMPLETED,
    ProgrammeSide.NOT_COMPLETED,
)
# Those who took part, and are listed on attendance.
TAKING_PART = (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED, ProgrammeSide.COMPLETED, ProgrammeSide.NOT_COMPLETED)


class Side(TextChoices):
    EMPLOYER = "employer", _("the employer's side")
    PROGRAMME = "programme", _("the programme's side")


class Answer(TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")


class AnswerWay(TextChoices):
    LINK = "link", _("by the link in the letter")
    PAGE = "page", _("signed in")
    PHONE = "phone", _("by telephone")


class Source(TextChoices):
    SELF = "self", _("applied herself or himself")
    MANAGER = "manager", _("registered by the manager")
    COORDINATOR = "coordinator", _("registered by the coordinator")


class Outcome(TextChoices):
    CONTINUE = "continue", _("go on")
    CHANGE = "change", _("go on with changes")
    STOP = "stop", _("stop")


class CertificateKind(TextChoices):
    PARTICIPATION = "participation", _("certificate of participation")
    COMPLETION = "completion", _("certificate of completion")


class CertificateState(TextChoices):
    VALID = "valid", _("valid")
    REPLACED = "replaced", _("replaced")
    REVOKED = "revoked", _("revoked")


class Part(TextChoices):
    COURSE = "course", _("course")
    SUPERVISION = "supervision", _("supervision")
    MENTORS = "mentors", _("mentors")


class ImprovementState(TextChoices):
    OPEN = "open", pgettext_lazy("an improvement", "open")
    DONE = "done", pgettext_lazy("an improvement", "done")
    NOT_DONE = "not_done", pgettext_lazy("an improvement", "not done")


class Shown(TextChoices):
    HIDDEN = "hidden", _("to nobody yet")
    INSIDE = "inside", _("on the page about the round, and to the participants of the next one")
    PUBLIC = "public", _("there, and on the programme's public page")
