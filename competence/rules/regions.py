"""In which regions competence is in use, and for whom."""

from competence.querysets.regions import at_home_in
from people.models import Person, Region

PART = "competence"


def in_use(region: Region) -> bool:
    """Whether the region uses this part of Helmi; where it does not, it shows nowhere."""
    return PART in region.parts


def at_home(person: Person) -> list[Region]:
    """The regions with competence in use that the person works in, or has a role in."""
    regions = Region.objects.all() if person.reach.administrator else Region.objects.filter(at_home_in(person, ""))
    return [region for region in regions if in_use(region)]


def run_by(person: Person) -> list[Region]:
    """Those that the person coordinates; all for administrators."""
    return [region for region in Region.objects.visible_to(person) if in_use(region)]
