"""What we write when a self-assessment is shared, and when a manager has put levels. No letter tells a level."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.models import Assessment, FrameworkVersion, Rating, Share
from outbox.actions import write
from outbox.kinds import Mail, compose, register
from outbox.models import Letter
from people.models import Person, Region
from people.rules import name_for

SHARED, RATED = "competence.shared", "competence.rated"


def shared(row: Share, *, now: datetime) -> Letter | None:
    """Tell the reader that she can read it; held for the time of undo, and not sent when it is taken back."""
    if not row.reader.email:
        return None
    return write(
        kind=SHARED,
        key=f"{SHARED}:{row.pk}",
        about=row.assessment,
        scope="",
        now=now,
        person=row.reader,
        facts={"share": row.pk},
        undoable=True,
    )


def rated(person: Person, framework: FrameworkVersion, *, by: Person, now: datetime) -> Letter | None:
    """Tell the person that her manager has put levels; one letter for what is put within the time of undo of a day."""
    if not person.email:
        return None
    return write(
        kind=RATED,
        key=f"{RATED}:{person.pk}:{by.pk}:{framework.pk}:{now:%Y%m%d}",
        about=person,
        scope="",
        now=now,
        person=person,
        facts={"by": by.pk, "framework": framework.pk, "day": now.date().isoformat()},
        undoable=True,
    )


# ---------- In words ----------


def _mail(region: Region, template: str, context: dict[str, Any], *, why: str) -> Mail:
    return compose(
        f"competence/letters/{template}.txt",
        context,
        why=why,
        region=", ".join(line for line in (region.sender_name, region.phone) if line),
        reply_to=region.sender_address,
        sender=region.sender_name,
    )


def build_shared(letter: Letter) -> Mail | None:
    """While she may read it."""
    row = (
        Share.objects.standing()
        .filter(pk=letter.facts["share"], assessment__in=Assessment.objects.shared_with(letter.person))
        .select_related("assessment__person", "assessment__framework__framework__region")
        .first()
    )
    if row is None:
        return None
    name = name_for(row.assessment.person, letter.person)
    return _mail(
        row.assessment.framework.framework.region,
        "shared",
        {
            "person": letter.person,
            "name": name,
            "day": row.assessment.on,
            "link": settings.BASE_URL + reverse("competence:assessment", args=[row.assessment_id]),
        },
        why=_("You get this letter because %(name)s has chosen you to read it.") % {"name": name},
    )


def build_rated(letter: Letter) -> Mail | None:
    """While something that the manager put stands."""
    person = letter.person
    version = FrameworkVersion.objects.filter(pk=letter.facts["framework"]).select_related("framework__region").first()
    put = Rating.objects.beside().filter(
        person=person, by=letter.facts["by"], competence__area__version=letter.facts["framework"]
    )
    if person is None or version is None or not put.exists():
        return None
    manager = Person.objects.filter(pk=letter.facts["by"]).first()
    return _mail(
        version.framework.region,
        "rated",
        {
            "person": person,
            "name": name_for(manager, person) if manager else "",
            "framework": version.framework,
            "link": settings.BASE_URL + reverse("competence:my"),
        },
        why=_("You get this letter because levels have been put beside your own."),
    )


register(SHARED, build_shared, title=gettext_lazy("A self-assessment is shared with you"))
register(RATED, build_rated, title=gettext_lazy("Your manager has put levels beside your own"))
