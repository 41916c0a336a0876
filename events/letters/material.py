"""What we write about material: that a file held a virus, that it is time to look at one again."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.letters.days import foot_of, scope_of, with_organiser
from events.models import Event, Material
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Letter

REFUSED = "events.material_refused"
REVIEW = "events.material_review"


def refused(material: Material, *, now: datetime) -> Letter | None:
    """Tell who uploaded a file that it holds a virus and is not shown to anybody."""
    file = material.file
    if file is None or file.by is None:
        return None
    return outbox.write(
        kind=REFUSED,
        key=f"{REFUSED}:{file.pk}",
        about=material.event,
        scope=scope_of(material.event),
        now=now,
        person=file.by,
        facts={"event": material.event_id, "title": material.title, "found": file.found},
    )


def review(material: Material, *, now: datetime) -> Letter | None:
    """Ask the owner to look at material again; once for each review date."""
    if material.owner is None or material.review_on is None:
        return None
    key = f"{REVIEW}:{material.pk}:{material.review_on}:{material.owner_id}"
    if Letter.objects.filter(key=key).exists():
        return None
    return outbox.write(
        kind=REVIEW,
        key=key,
        about=material.event,
        scope=scope_of(material.event),
        now=now,
        person=material.owner,
        facts={"material": material.pk, "review_on": material.review_on.isoformat()},
    )


def _compose(name: str, event: Event, letter: Letter, why: str, **more: object) -> Mail:
    page = settings.BASE_URL + reverse("events:materials", args=[event.pk])
    facts = {"event": event, "name": letter.person.first_name if letter.person else "", "page": page, **more}
    return kinds.compose(f"events/letters/{name}.txt", facts, why=why, **foot_of(event))


def build_refused(letter: Letter) -> Mail | None:
    """The title, and what the scanner calls it."""
    event = Event.objects.select_related(*with_organiser()).filter(pk=letter.facts["event"]).first()
    if event is None or letter.person is None:
        return None
    why = gettext("You get this letter because you added the file in Helmi.")
    return _compose("material_refused", event, letter, why, title=letter.facts["title"], found=letter.facts["found"])


def build_review(letter: Letter) -> Mail | None:
    """Not when somebody has looked at it, another looks after it, or it is gone."""
    rows = Material.objects.select_related(*with_organiser("event__")).filter(
        pk=letter.facts["material"], owner=letter.person_id
    )
    material = rows.first()
    if material is None or material.review_on is None or material.review_on.isoformat() != letter.facts["review_on"]:
        return None
    why = gettext("You get this letter because you look after this material in Helmi.")
    return _compose("material_review", material.event, letter, why, title=material.title, day=material.review_on)


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(REFUSED, build_refused, title=_("A file held a virus"))
    kinds.register(REVIEW, build_review, title=_("Material to look at again"))
