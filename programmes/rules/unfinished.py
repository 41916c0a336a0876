"""What is missing in the registrations of a round, and where each thing is mended."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from base.models import Draft
from people.models import Person
from people.rules import name_for
from people.states import ImportState
from programmes.models import Answered, Approval, Cohort, Condition, Enrolment, StaffFile
from programmes.rules.conditions import replaced, unanswered
from programmes.states import STILL_ASKED, EmployerSide

# The forms whose drafts are applications, and registrations of staff.
APPLICATION, STAFF = "application", "staff"


@dataclass(frozen=True)
class Gap:
    """One thing that is missing, in words, and the page where it is mended."""

    words: str
    url: str


@dataclass
class Unfinished:
    """A registration that is kept although something is missing."""

    enrolment: Enrolment
    name: str
    gaps: list[Gap] = field(default_factory=list)


@dataclass(frozen=True)
class Begun:
    """How many have begun and sent nothing yet: their drafts are nobody else's, so they are only counted."""

    applications: int
    staff: int
    files: int

    def __bool__(self) -> bool:
        return bool(self.applications or self.staff or self.files)


def unfinished(cohort: Cohort, viewer: Person, *, now: datetime) -> list[Unfinished]:
    """The cohort's registrations with what each lacks, the oldest first; five statements whatever their number."""
    conditions = list(Condition.objects.standing().filter(programme=cohort.programme_id))
    asks_degree = "degree" not in replaced(conditions)
    rows = (
        Enrolment.objects.unfinished(now)
        .filter(cohort=cohort)
        .select_related("person", "organisation", "unit", "cohort__programme")
        .prefetch_related(
            Prefetch("answers", Answered.objects.all()),
            Prefetch("approvals", Approval.objects.filter(replaced_at__isnull=True).order_by("asked_at", "pk")),
        )
        .order_by("applied_at", "pk")
    )
    found = []
    for row in rows:
        line = Unfinished(row, name_for(row.person, viewer))
        own = row.get_absolute_url()
        place = reverse("programmes:employer", args=[row.pk])
        if not row.person.email:
            line.gaps.append(Gap(_("No e-mail address: no letters go."), reverse("people:edit", args=[row.person_id])))
        if row.typed_unit:
            line.gaps.append(Gap(_("The unit is not in the list: %(unit)s.") % {"unit": row.typed_unit}, place))
        if row.programme_side in STILL_ASKED:
            for condition in unanswered(conditions, [answer.condition_id for answer in row.answers.all()]):
                line.gaps.append(
                    Gap(_("Not answered: %(question)s") % {"question": condition.question}, f"{own}#h-entry")
                )
            if asks_degree and not row.degree:
                line.gaps.append(Gap(_("The degree is not filled in."), f"{own}#h-entry"))
        if row.employer_side == EmployerSide.ASKED:
            line.gaps.append(Gap(_yes_missing(row, now), f"{own}#h-ask"))
        if row.employer_side == EmployerSide.ENDED:
            line.gaps.append(Gap(_("The employment has ended, and no other employer is written down."), place))
        elif getattr(row, "job_over", False):
            line.gaps.append(Gap(_("The employment has ended. Write down where the person works now."), place))
        found.append(line)
    return found


def _yes_missing(enrolment: Enrolment, now: datetime) -> str:
    """Why there is no yes yet."""
    asked = list(enrolment.approvals.all())
    if not asked:
        return _("No manager has been asked for a yes.")
    last = asked[-1]
    if last.answered_at is not None:
        return _("A yes from an unknown address waits for you.")
    if last.expires_at <= now:
        return _("The manager has not answered, and the link has expired.")
    return _("The manager has not answered yet.")


def begun(cohort: Cohort, *, now: datetime) -> Begun:
    """How many drafts of applications, of managers' registrations and of files there are; two statements."""
    drafts = Draft.objects.filter(expires_at__gt=now).exclude(data__has_key="sent")
    own = drafts.filter(
        Q(form=APPLICATION, about=f"programmes.cohort:{cohort.pk}") | Q(form=STAFF, data__cohort=str(cohort.pk))
    )
    forms = list(own.values_list("form", flat=True))
    files = StaffFile.objects.filter(cohort=cohort, state=ImportState.STAGED, confirmed_at__isnull=True).count()
    return Begun(forms.count(APPLICATION), forms.count(STAFF), files)
