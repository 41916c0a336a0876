"""A participant chooses what her group sees."""

from datetime import datetime

from django.db import transaction

from audit import actions as audit
from people.models import Person
from programmes.models import Card, Enrolment
from programmes.rules.group import why_not_show


@transaction.atomic
def show(*, enrolment: Enrolment, email: bool, phone: bool, about: str, by: Person, now: datetime) -> Card:
    """Let the others in the round see these things of the participant, and nothing else; it counts at once.

    Refused as `rules.group.why_not_show` says. The log keeps that the choice was made, not what was chosen.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme", "person")
        .get(pk=enrolment.pk)
    )
    if refusal := why_not_show(enrolment, by=by):
        raise refusal
    card, _made = Card.objects.update_or_create(
        enrolment=enrolment, defaults={"email": email, "phone": phone, "about": about.strip(), "changed_at": now}
    )
    audit.record("card.changed", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now)
    return card
