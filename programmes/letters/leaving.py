"""What we write when somebody leaves a round."""

from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from programmes.letters.applications import compose_for
from programmes.models import Enrolment, Transition
from programmes.states import ProgrammeSide

LEFT = "programmes.left"


def left(enrolment: Enrolment, transition: Transition, *, now: datetime) -> None:
    """Tell the person that the participation has ended; the transition is the reason."""
    write(
        kind=LEFT,
        key=f"{LEFT}:{transition.pk}:{enrolment.person_id}",
        about=key(enrolment),
        scope=enrolment.cohort.scope,
        person=enrolment.person,
        facts={"enrolment": enrolment.pk},
        now=now,
    )


def build_left(letter: Letter) -> Mail | None:
    """The letter, unless the person has a place again."""
    enrolment = (
        Enrolment.objects.filter(pk=letter.facts["enrolment"], programme_side=ProgrammeSide.WITHDRAWN)
        .select_related("cohort__programme__region", "cohort__programme__funder", "cohort__responsible", "person")
        .first()
    )
    if enrolment is None:
        return None
    cohort = enrolment.cohort
    return compose_for(
        cohort,
        "programmes/letters/left.txt",
        {"person": enrolment.person},
        why=gettext("You get this letter because you took part in %(programme)s.") % {"programme": cohort.programme},
        asks=False,
    )


register(LEFT, build_left, title=_("The participation has ended"))
