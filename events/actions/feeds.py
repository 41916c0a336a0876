"""The link of the personal calendar."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from audit import actions as audit
from people.models import Person


@transaction.atomic
def renew_feed(*, person: Person, by: Person, now: datetime) -> Person:
    """Give the person's calendar a new link; the old one opens nothing any more."""
    Person.objects.filter(pk=person.pk).update(feed_version=F("feed_version") + 1)
    person.refresh_from_db(fields=["feed_version"])
    audit.record("feed_renewed", by=by, about=person, now=now, version=person.feed_version)
    return person
