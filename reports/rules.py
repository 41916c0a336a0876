"""Who may export what."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from people.models import Person, Region


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
