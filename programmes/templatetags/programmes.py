"""What pages of the lower floors show of programmes."""

from django import template
from django.db.models import Model
from django.template import RequestContext

from people.models import Person
from programmes.models import Enrolment, Funder, Programme

register = template.Library()

# Where a page's context holds the programme that the page is of.
WHERE = (
    ("programme",),
    ("cohort", "programme"),
    ("enrolment", "cohort", "programme"),
    ("reflection", "enrolment", "cohort", "programme"),
    ("event", "course_day", "cohort", "programme"),
    ("day", "cohort", "programme"),
    ("pair", "enrolment", "cohort", "programme"),
    ("group", "programme"),
    ("certificate", "enrolment", "cohort", "programme"),
    ("certificate", "cohort", "programme"),
)


def _along(row: object, *names: str) -> object:
    """What stands at the end of these relations, as far as it was read with the row: this asks the database nothing."""
    for name in names:
        row = row._state.fields_cache.get(name) if isinstance(row, Model) else None
    return row


@register.simple_tag(takes_context=True)
def co_funders(context: RequestContext) -> list[Funder]:
    """Who pays a part of what the page is about: its statement and emblem stand on every page of the programme."""
    several = [getattr(row, "cohort", None) for row in getattr(context.get("overview"), "courses", ())]
    several += [getattr(row, "cohort", None) for row in context.get("groups") or ()]
    lines = context.get("lines")
    pairs = [getattr(row, "pair", None) for row in lines] if isinstance(lines, list) else []
    several += [_along(pair, "enrolment", "cohort") for pair in pairs]
    found = [_along(context.get(name), *names) for name, *names in WHERE] + [
        _along(row, "programme") for row in several
    ]
    programmes = {row for row in found if isinstance(row, Programme) and row.__dict__.get("funder_id")}
    return sorted({row.funder for row in programmes if row.funder}, key=lambda row: row.name)


@register.simple_tag(takes_context=True)
def enrolments_of(context: RequestContext, person: Person) -> list[Enrolment]:
    """The person's enrolments that the reader may see, the newest first."""
    rows = Enrolment.objects.visible_to(context["request"].user).filter(person=person)
    return list(rows.select_related("cohort__programme__region").order_by("-pk"))
