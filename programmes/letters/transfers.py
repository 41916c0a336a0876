"""What we write when somebody goes on in a later round: to the person, and to the managers."""

from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox.actions import open_batch, release_batch, write
from outbox.kinds import Mail, register
from outbox.models import Batch, Letter
from people.models import Person
from people.rules import managers_of, name_for
from programmes.letters.applications import compose_for, day_lines, days_of
from programmes.models import MakeUp, Transfer
from programmes.states import LIVE_SIDES, ProgrammeSide

MOVED, MANAGER = "programmes.moved_round", "programmes.moved_round_manager"


def moved(row: Transfer, *, by: Person, now: datetime) -> Batch | None:
    """Write to the person and the managers; the letters wait ten minutes, and can be held meanwhile."""
    new = row.new
    about = f"{new._meta.label_lower}:{new.pk}"
    readers = [(MOVED, new.person)] if new.person.email else []
    day = now.date()
    readers += [(MANAGER, manager) for manager in managers_of(new.person, day) if manager.email]
    if not readers:
        return None
    batch = open_batch(kind=MOVED, about=about, scope=new.cohort.scope, by=by, now=now)
    for kind, person in readers:
        write(
            kind=kind,
            key=f"{kind}:{row.pk}:{person.pk}",
            about=new,
            scope=new.cohort.scope,
            now=now,
            person=person,
            facts={"transfer": row.pk},
            batch=batch,
        )
    return release_batch(batch=batch, by=by, now=now)


def _build(letter: Letter, template: str, why: str) -> Mail | None:
    row = (
        Transfer.objects.filter(pk=letter.facts["transfer"], new__programme_side__in=LIVE_SIDES)
        .select_related(
            "old__cohort__programme",
            "new__person",
            "new__cohort__programme__region",
            "new__cohort__programme__funder",
            "new__cohort__responsible",
        )
        .first()
    )
    if row is None or letter.person is None:
        return None
    cohort = row.new.cohort
    done = set(MakeUp.objects.filter(enrolment=row.new).values_list("missed", flat=True))
    return compose_for(
        cohort,
        template,
        {
            "person": letter.person,
            "name": name_for(row.new.person, letter.person),
            "old": row.old.cohort,
            "side": row.new.programme_side,
            "done": len(done),
            "days": day_lines([day for day in days_of(cohort) if day.pk not in done]),
            "seated": row.new.programme_side == ProgrammeSide.ENROLLED,
            "waits": row.new.programme_side == ProgrammeSide.WAITLISTED,
        },
        why=why,
    )


def build_moved(letter: Letter) -> Mail | None:
    """Where the person goes on, what follows along and what is left."""
    return _build(
        letter, "programmes/letters/moved_round.txt", gettext("You get this letter because you take part in a round.")
    )


def build_manager(letter: Letter) -> Mail | None:
    """That somebody on the staff goes on in another round."""
    return _build(
        letter,
        "programmes/letters/moved_round_manager.txt",
        gettext("You get this letter because someone on your staff takes part in a round."),
    )


register(MOVED, build_moved, title=_("Moved to a later round"))
register(MANAGER, build_manager, title=_("Moved to a later round, to the manager"))
