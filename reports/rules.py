"""Who may export what."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Forbidden, Refusal
from people.models import Person, Region
from people.querysets import within
from programmes.models import Enrolment, Workplace
from programmes.querysets import ever_with


class NotYours(Forbidden):
    """Exports are for administrators, and for coordinators in their own regions."""

    message = _("Only an administrator, or a coordinator of the region, can make this file.")


class AlreadyDone(Refusal):
    """What is finished cannot be stopped."""

    message = _("The file is already finished, so there is nothing to stop.")


class TooMany(Refusal):
    """A person has so many files in the making that one more waits."""

    message = _("You already have %(n)s files in the making. Wait until one is ready, or stop one.")


MOST_AT_ONCE = 3


def why_not_export(person: Person, region: Region | None) -> Refusal | None:
    """The reason that `person` cannot export this region (None: all regions), or None."""
    reach = person.reach
    if reach.administrator or (region is not None and region.pk in reach.region_ids):
        return None
    return NotYours()


def may_see_attendance(person: Person, region_id: int) -> bool:
    """Whether someone with protected identity may stand in the file with more than a code: in one's own region only."""
    return region_id in person.reach.region_ids


def may_see_figures(person: Person) -> bool:
    """Whether the page of figures is for this person: administrators, coordinators and directors."""
    reach = person.reach
    return reach.administrator or reach.coordinator or bool(reach.director_paths)


def counted_for(person: Person) -> QuerySet[Enrolment]:
    """The enrolments that stand in this person's figures: of one's regions, and of the municipality that one directs.

    Only rows that the person may read one by one are counted, so nothing needs to be hidden from her; another
    employer's people are in no figure of a director's, in no total either, from which they could be worked out.
    """
    seen = Enrolment.objects.visible_to(person)
    reach = person.reach
    if reach.administrator:
        return seen
    return seen.filter(
        Q(cohort__programme__region_id__in=reach.region_ids) | within(reach.director_paths, "unit__path")
    )


def ever_counted_for(person: Person) -> QuerySet[Enrolment]:
    """As `counted_for`, and those who have come to a municipality that one directs: only their hours from then on."""
    seen = Enrolment.objects.visible_to(person)
    reach = person.reach
    if reach.administrator:
        return seen
    return seen.filter(
        Q(cohort__programme__region_id__in=reach.region_ids) | ever_with(reach.director_paths, clock.now().date())
    )


def told_of(person: Person) -> Q:
    """A condition: how a participation ended is this person's to know, and not only the next employer's."""
    reach = person.reach
    if reach.administrator:
        return Q()
    moved = Workplace.objects.filter(enrolment=OuterRef("pk"), valid_from__lte=clock.now().date())
    return Q(cohort__programme__region_id__in=reach.region_ids) | ~Q(Exists(moved))


def places_for(person: Person) -> Q:
    """A condition on later employers: those whose hours stand in this person's figures."""
    reach = person.reach
    if reach.administrator:
        return Q()
    return Q(enrolment__cohort__programme__region_id__in=reach.region_ids) | within(reach.director_paths, "unit__path")


def towns_of(person: Person) -> set[int] | None:
    """The employers whose hours stand in this person's figures; None where all of them do."""
    reach = person.reach
    if reach.administrator or reach.coordinator:
        return None
    return {int(path.split("/", 1)[0]) for path in reach.director_paths}
