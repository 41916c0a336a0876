"""The demonstration's frameworks: child welfare and social directors, as they come with Helmi."""

from datetime import datetime

from competence.actions import frameworks as actions
from competence.models import FrameworkVersion
from competence.rules.ready import read
from people.models import Person, Region

ORIGINS = ("child-welfare", "social-directors")


def make(region: Region, by: Person, now: datetime) -> dict[str, FrameworkVersion]:
    """The published versions, by the name of the ready-made framework that each began as."""
    found = {}
    for origin in ORIGINS:
        draft = actions.create_from(region=region, ready=read(origin), by=by, now=now)
        found[origin] = actions.publish(version=draft, by=by, now=now)
    return found
