"""What pages of the lower floors show of programmes."""

from django import template
from django.template import RequestContext

from people.models import Person
from programmes.models import Enrolment

register = template.Library()


@register.simple_tag(takes_context=True)
def enrolments_of(context: RequestContext, person: Person) -> list[Enrolment]:
    """The person's enrolments that the reader may see, the newest first."""
    rows = Enrolment.objects.visible_to(context["request"].user).filter(person=person)
    return list(rows.select_related("cohort__programme__region").order_by("-pk"))
