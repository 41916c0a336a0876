"""Words for deeds and for what they are about."""

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# What a deed is about, by the model that its key names; a route's name stands for a page.
THINGS: dict[str, str | Promise] = {
    "base.draft": _("unsent form"),
    "documents.storedfile": _("file"),
    "events.claim": _("claim on a place"),
    "events.event": _("event"),
    "events.places": _("places"),
    "events.registration": _("registration"),
    "outbox.batch": _("batch of letters"),
    "outbox.letter": _("letter"),
    "people.closedperiod": _("closed period"),
    "people.employment": _("employment"),
    "people.import": _("import"),
    "people.organisation": _("organisation"),
    "people.participation": _("participation in a region"),
    "people.person": _("person"),
    "people.region": _("region"),
    "people.roleassignment": _("role"),
    "programmes.approval": _("manager's answer"),
    "programmes.certificate": _("certificate"),
    "programmes.cohort": _("round"),
    "programmes.courseday": _("course day"),
    "programmes.enrolment": _("enrolment"),
    "programmes.programme": _("programme"),
    "reports.export": _("export"),
}

DEEDS: dict[str, str | Promise] = {}


def deed_words(code: str) -> str:
    """What a deed is called on pages."""
    return str(DEEDS.get(code) or capfirst(code.replace("_", " ").replace(".", " ")))


def about_words(key: str) -> str:
    """What a deed is about: the kind of thing and its number."""
    label, _colon, pk = key.partition(":")
    words = THINGS.get(label)
    return f"{capfirst(str(words))} {pk}".strip() if words else key
