"""Whom an author can let read a reflection, and what only the author does."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.nordic import sort_key
from base.refusal import Forbidden, Refusal
from events.models import Staff
from people.models import Employment, Person, RoleAssignment
from people.rules import name_for
from people.states import Role
from programmes.models import Enrolment, Reflection
from programmes.states import TAKING_PART


class NotTheAuthor(Forbidden):
    """A reflection is its author's."""

    message = _("Only the author can change a reflection or choose who reads it.")


class NotInTheRound(Refusal):
    """Reflections are written by those who take part."""

    message = _("Reflections are written by those who take part in the round.")


class NotToBeChosen(Refusal):
    """The form was older than the group."""

    message = _("One of those you chose is no longer among those who can read it. Look at the list again.")


@dataclass(frozen=True)
class Choice:
    """Someone whom an author can let read: the person's key, and name and function in words."""

    pk: int
    words: str


def why_not_write(enrolment: Enrolment, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot begin a reflection here, or None."""
    if enrolment.person_id != by.pk or enrolment.programme_side not in TAKING_PART:
        return NotInTheRound()
    return None


def why_not_change(reflection: Reflection, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot change, share or remove this reflection, or None."""
    return None if reflection.enrolment.person_id == by.pk else NotTheAuthor()


def those_over(enrolment: Enrolment, day: date) -> set[int]:
    """The keys of administrators, the region's coordinators and the author's managers and directors on a day."""
    units = Employment.objects.on(day).filter(person=enrolment.person_id).values_list("unit__path", flat=True)
    upward = set()
    for path in {enrolment.unit.path, *units}:
        keys = path.strip("/").split("/")
        upward |= {"/".join(keys[: n + 1]) + "/" for n in range(len(keys))}
    held = RoleAssignment.objects.on(day).filter(
        Q(role=Role.ADMINISTRATOR)
        | Q(role=Role.COORDINATOR, region=enrolment.cohort.programme.region_id)
        | Q(role__in=(Role.MANAGER, Role.DIRECTOR), organisation__path__in=upward)
    )
    return set(held.values_list("person_id", flat=True))


def choices(reflection: Reflection, *, today: date) -> list[Choice]:
    """Whom the author can let read by name: her mentor, those of her group, and who has a part in the day it is about.

    Never those who are over her, in the group or not.
    """
    enrolment = reflection.enrolment
    author, over = enrolment.person, those_over(enrolment, today)
    if enrolment.programme_side not in TAKING_PART:
        return []
    found: dict[int, Choice] = {}
    for pair in enrolment.mentorships.agreed().select_related("mentor__person"):
        words = gettext("%(name)s, your mentor") % {"name": pair.mentor.person.name}
        found[pair.mentor.person_id] = Choice(pair.mentor.person_id, words)
    if reflection.day is not None:
        for staff in Staff.objects.filter(event=reflection.day.event_id).select_related("person").order_by("pk"):
            words = f"{name_for(staff.person, author)}, {staff.get_function_display()}"
            found.setdefault(staff.person_id, Choice(staff.person_id, words))
    fellows = Enrolment.objects.fellows_of(author).filter(cohort=enrolment.cohort_id)
    group = []
    for fellow in fellows.select_related("person", "organisation"):
        name = name_for(fellow.person, author)
        words = f"{name}, {fellow.organisation}" if name == fellow.person.name else name
        group.append(Choice(fellow.person_id, words))
    for one in sorted(group, key=lambda choice: sort_key(choice.words)):
        found.setdefault(one.pk, one)
    return [one for pk, one in found.items() if pk not in over and pk != author.pk]
