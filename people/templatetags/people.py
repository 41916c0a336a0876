"""Names of people in templates, and the people of the demonstration."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from people import rules
from people.models import Person
from people.querysets import DEMO_ROLES

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
        "participant": _("Participant"),
    }
    return words[(person.email or "").partition("@")[0]]
