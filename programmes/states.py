"""Words for the states of cohorts, enrolments and certificates, and which follows which."""

from django.db.models import TextChoices
from django.utils.functional import Promise
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

# Those who have applied and have no place yet, and all those about whom something can still be mended.
STILL_ASKED = (ProgrammeSide.APPLIED, ProgrammeSide.WAITLISTED, ProgrammeSide.OFFERED)
MENDABLE = (*STILL_ASKED, ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED)


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
    ROLE = "role", _("certificate of a role")


class RoleFunction(TextChoices):
    """What somebody does for a round besides taking part."""

    LECTURER = "lecturer", _("lecturer")
    HOST = "host", _("host")
    MENTOR = "mentor", _("mentor")
    SUPERVISOR = "supervisor", pgettext_lazy("of a group, not a manager", "supervisor")


# What stands at the top of a certificate, by its kind or by the function.
CERTIFICATE_HEADINGS: dict[str, Promise] = {
    CertificateKind.COMPLETION: _("Certificate of completion"),
    CertificateKind.PARTICIPATION: _("Certificate of participation"),
    RoleFunction.LECTURER: _("Certificate of work as a lecturer"),
    RoleFunction.HOST: _("Certificate of work as a host"),
    RoleFunction.MENTOR: _("Certificate of work as a mentor"),
    RoleFunction.SUPERVISOR: _("Certificate of work as a supervisor"),
}


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


class MentorKind(TextChoices):
    LOCAL = "local", _("local: from the same municipality, knows the work")
    EXTERNAL = "external", _("external: from another employer, for leaders")


# Rounds whose participants can be given a mentor.
PAIRING = (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)


class PairState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("a mentor and a mentee", "proposed")
    AGREED = "agreed", pgettext_lazy("a mentor and a mentee", "agreed")
    ACTIVE = "active", pgettext_lazy("a mentor and a mentee", "active")
    CLOSED = "closed", pgettext_lazy("a mentor and a mentee", "closed")


# A proposal that comes to nothing ends as closed, with the reason; nobody is at fault.
PAIR_FOLLOWS: dict[str, tuple[str, ...]] = {
    PairState.PROPOSED: (PairState.AGREED, PairState.CLOSED),
    PairState.AGREED: (PairState.ACTIVE, PairState.CLOSED),
    PairState.ACTIVE: (PairState.CLOSED,),
    PairState.CLOSED: (),
}
# Those that take up room with the mentor, and of which a mentee has one at most.
LIVE_PAIRS = (PairState.PROPOSED, PairState.AGREED, PairState.ACTIVE)
# Those in which each knows who the other is.
AGREED_PAIRS = (PairState.AGREED, PairState.ACTIVE)


class PairEnd(TextChoices):
    """Why a proposal or a pair is closed."""

    DECLINED = "declined", _("the mentor could not")
    LAPSED = "lapsed", _("no answer in time")
    WITHDRAWN = "withdrawn", _("taken back before the answer")
    SOMEBODY_ELSE = "somebody_else", _("the mentee asked for somebody else")
    MENTEE_LEFT = "mentee_left", _("the mentee has left the round")
    MENTOR_LEFT = "mentor_left", _("the mentor has left the pool")
    NO_FAULT = "no_fault", _("ended without anybody's fault")
    REPLACED = "replaced", _("another mentor took over")
    FINISHED = "finished", _("the time is over")


class ReplyWay(TextChoices):
    LINK = "link", _("by the link in the letter")
    PAGE = "page", _("signed in")
    COORDINATOR = "coordinator", _("told to the coordinator")


class Flag(TextChoices):
    MAY_ATTEND = "may_attend", _("may attend")
    COUNTS = "counts", _("counts for the funder")


class Fact(TextChoices):
    DEGREE = "degree", _("degree")
    AUTHORITY = "authority", _("exercise of authority")
    WORK = "work", _("kind of work")
    MONTHS_MOST = "months_most", _("months in the profession, at most")
    MONTHS_LEAST = "months_least", _("months in the profession, at least")
    PARTNER = "partner", _("employed by a partner")


# Facts that are asked as "since when", and counted in months up to the first day.
MONTHS = (Fact.MONTHS_MOST, Fact.MONTHS_LEAST)


class MeetingForm(TextChoices):
    IN_PERSON = "in_person", pgettext_lazy("a meeting of two", "in person")
    REMOTE = "remote", pgettext_lazy("a meeting of two", "remotely")
    PHONE = "phone", pgettext_lazy("a meeting of two", "by telephone")


class MeetingTag(TextChoices):
    """What a meeting of a mentor and a mentee was about: one word of these, and nothing else is kept of it."""

    START = "start", _("getting to know each other")
    ROLE = "role", _("the professional role")
    WORK = "work", _("the work and its methods")
    WORKPLACE = "workplace", _("the workplace and cooperation")
    STRENGTH = "strength", _("time and strength")
    AHEAD = "ahead", _("learning and the way ahead")
    OTHER = "other", _("something else")
    CLOSING = "closing", _("closing talk")


class CheckWorks(TextChoices):
    YES = "yes", pgettext_lazy("works", "yes")
    PARTLY = "partly", pgettext_lazy("works", "partly")
    NO = "no", pgettext_lazy("works", "no")


class CheckOften(TextChoices):
    ENOUGH = "enough", pgettext_lazy("meetings", "often enough")
    SELDOM = "seldom", pgettext_lazy("meetings", "too seldom")
    OFTEN = "often", pgettext_lazy("meetings", "too often")


class SupportKind(TextChoices):
    """What somebody still needs after a round: a closed list."""

    SUPERVISION = "supervision", _("professional supervision")
    MENTOR = "mentor", pgettext_lazy("support that is needed", "a mentor")
    INTRODUCTION = "introduction", _("introduction at work")
    COLLEAGUES = "colleagues", _("collegial support")
    TRAINING = "training", _("more training")
    OTHER = "other", pgettext_lazy("support that is needed", "something else")


class ProposalReply(TextChoices):
    """What a municipality does with the proposals of a round."""

    WILL_DO = "will_do", _("we will do it")
    WILL_THINK = "will_think", _("we will think about it")
    NOT_NOW = "not_now", _("not now")


class SupervisionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("a supervision group", "the contract is being answered")
    AGREED = "agreed", pgettext_lazy("a supervision group", "agreed")
    RUNNING = "running", pgettext_lazy("a supervision group", "running")
    ENDED = "ended", pgettext_lazy("a supervision group", "ended")


LIVE_SUPERVISION = (SupervisionState.PROPOSED, SupervisionState.AGREED, SupervisionState.RUNNING)


class SessionForm(TextChoices):
    ROOM = "room", _("in a room")
    REMOTE = "remote", _("remote")
