"""The menu leads to what there is for the reader, and to nothing else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events.actions import calls
from events.models import Abstract, Event, Review
from tests.cast import NOW

pytestmark = pytest.mark.django_db
OWN, REVIEWS = reverse("events:my_abstracts"), reverse("events:reviews")


@pytest.fixture
def abstract(cast):
    """What Tuva has written for a seminar."""
    event = Event.objects.create(
        region=cast.sormland, kind="seminar", audience="public", state="published", title="Stanna och växa",
        date=NOW.date() + timedelta(days=90), start_time="09:00", end_time="16:00", zone="Europe/Stockholm",
        starts_at=NOW + timedelta(days=90), ends_at=NOW + timedelta(days=90, hours=7), changed_at=NOW,
    )  # fmt: skip
    call = calls.set_call(event=event, opens_at=NOW, closes_at=NOW + timedelta(days=9), by=cast.malin, now=NOW)
    return Abstract.objects.create(
        call=call, person=cast.tuva, language="sv", title="Vad de sade", created_at=NOW, changed_at=NOW
    )


def menu(client):
    page = client.get(reverse("people:me")).content.decode()
    return page.split('<nav class="sidenav"')[1].split("</nav>")[0]


def test_who_has_written_or_reviews_an_abstract_finds_it_in_the_menu(cast, abstract, sign_in):
    assert OWN in menu(sign_in(cast.tuva))
    assert REVIEWS not in menu(sign_in(cast.tuva))
    assert not {OWN, REVIEWS} & set(menu(sign_in(cast.stina)).split('"'))
    review = Review.objects.create(abstract=abstract, reviewer=cast.stina, given_at=NOW)
    row = menu(sign_in(cast.stina)).split(REVIEWS)[1].split("</a>")[0]
    assert "1" in row
    Review.objects.filter(pk=review.pk).update(answered_at=NOW, advice="accept")
    row = menu(sign_in(cast.stina)).split(REVIEWS)[1].split("</a>")[0]
    assert "1" not in row
    Abstract.objects.update(state="withdrawn")
    assert REVIEWS not in menu(sign_in(cast.stina))


def test_before_sign_in_the_menu_of_a_regions_pages_leads_to_its_events(cast, abstract, client):
    cast.programme()
    events = f'href="{reverse("events:listing", args=["sormland"])}"'
    for address in ("/", "/sormland/", f"/sormland/events/{abstract.call.event_id}/"):
        page = client.get(address).content.decode()
        assert events in page.split("<nav")[1].split("</nav>")[0], address
    assert events not in client.get(reverse("home:contact")).content.decode()
