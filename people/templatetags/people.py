"""Names of people in templates, and the people of the demonstration."""

from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.translation import gettext as _

from base import dates
from people import rules
from people.forms import PARTS
from people.models import Person
from people.querysets import DEMO_ROLES
from people.states import Language, OrganisationKind

register = template.Library()


@register.simple_tag(takes_context=True)
def person_name(context: RequestContext, person: Person | None, viewer: Any = None) -> str:
    """{% person_name person %}: the name, or the code of a protected identity, as the reader may see it.

    Letters, which have no request, say who reads: {% person_name person reader %}.
    """
    if person is None:
        return ""
    request = context.get("request")
    return rules.name_for(person, viewer or getattr(request, "user", None))


@register.simple_tag(takes_context=True)
def may_read_name(context: RequestContext, person: Person) -> bool:
    """Whether the reader may know who a person is; address and telephone follow the same rule."""
    return rules.may_read_name(person, getattr(context.get("request"), "user", None))


@register.simple_tag
def demo_people() -> list[Person]:
    """Whom the sign-in page offers to be, in a demonstration only."""
    if not settings.DEMO:
        return []
    people = Person.objects.demonstration()
    return sorted(people, key=lambda person: DEMO_ROLES.index((person.email or "").partition("@")[0]))


@register.filter
def demo_role(person: Person) -> str:
    """Which role a person of the demonstration shows."""
    words = {
        "administrator": _("Administrator"),
        "coordinator": _("Coordinator"),
        "director": _("Director"),
        "manager": _("Manager"),
        "mentor": _("Mentor"),
        "supervisor": _("Supervisor"),
        "lecturer": _("Lecturer"),
        "participant": _("Participant"),
    }
    return words[(person.email or "").partition("@")[0]]


@register.simple_tag(takes_context=True)
def people_links(context: RequestContext) -> list[tuple[str, str, bool]]:
    """The sibling pages about people and organisations: (address, words, is it this one)."""
    match = context["request"].resolver_match
    here = match.view_name if match else ""
    pages = [
        ("people:persons", _("People")),
        ("people:organisations", _("Organisations")),
        ("people:roles", _("Roles")),
        ("people:regions", _("Regions")),
        ("people:imports", _("Import")),
    ]
    return [(reverse(route), words, here == route) for route, words in pages]


@register.simple_tag
def period(first: date, last: date | None = None) -> str:
    """From a day to a day, or onwards."""
    if last is None:
        return _("since %(day)s") % {"day": dates.full_day(first)}
    return dates.span(first, last)


@register.simple_tag
def unconfirmed_among(addresses: list[Any]) -> bool:
    """Whether one of a person's addresses waits to be confirmed."""
    return not all(address.verified for address in addresses)


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(agent: str) -> str:
    """What a browser calls itself, as its user knows it: Firefox, Windows."""
    known = [next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, DEVICES)]
    return ", ".join(name for name in known if name) or _("An unknown browser")


@register.filter
def language_names(codes: list[str]) -> str:
    """Svenska, Suomi, English."""
    names = dict(Language.choices)
    return ", ".join(str(names.get(code, code)) for code in codes)


@register.filter
def part_names(parts: list[str]) -> str:
    """The parts of Helmi that a region uses, in words."""
    return ", ".join(str(PARTS.get(part, part)) for part in parts)


@register.filter
def kind_name(kind: str) -> str:
    """The kind of an organisation in words."""
    return str(OrganisationKind(kind).label)
