"""A co-funded programme: the statement and the emblem stand on every page of it, in the reader's language."""

from typing import Any

import pytest

from people.models import Person
from programmes.models import Funder
from tests.cast import Cast
from tests.programmes.test_applications import ABOUT, DAYS, START, WINDOW

pytestmark = pytest.mark.django_db
WORDS = {
    "sv": "Medfinansieras av Europeiska unionen",
    "fi": "Euroopan unionin osarahoittama",
    "en": "Co-funded by the European Union",
}


@pytest.fixture
def funded(cast: Cast) -> Any:
    statements = {f"statement_{code}": words for code, words in WORDS.items()}
    funder = Funder.objects.create(region=cast.sormland, name="ESF+", emblem_name="eu", **statements)
    programme = cast.programme()
    programme.funder = funder
    programme.save()
    return cast.cohort(programme, state="open", days=DAYS, **WINDOW)


def test_on_the_pages_of_those_who_run_it_and_take_part_once_each(cast: Cast, funded: Any, sign_in: Any) -> None:
    row = cast.enrolment(funded, cast.tuva)
    round_ = f"/programmes/cohorts/{funded.pk}/"
    day = funded.days.first().event.get_absolute_url()
    pages = {
        cast.malin: (round_, f"{round_}participants/", f"{round_}unfinished/", f"/programmes/{funded.programme_id}/",
                     f"/programmes/enrolments/{row.pk}/", day),
        cast.tuva: ("/programmes/my/days/", "/programmes/my/group/", f"/programmes/my/applications/{row.pk}/", day),
        cast.stina: (f"/programmes/enrolments/{row.pk}/",),
    }  # fmt: skip
    for who, addresses in pages.items():
        client = sign_in(who)
        for address in addresses:
            assert client.get(address).content.decode().count(WORDS["sv"]) == 1, address


@pytest.mark.parametrize("language", list(WORDS))
def test_in_the_readers_language(cast: Cast, funded: Any, sign_in: Any, language: str) -> None:
    Person.objects.filter(pk=cast.malin.pk).update(language=language)
    page = sign_in(Person.objects.get(pk=cast.malin.pk)).get(f"/programmes/cohorts/{funded.pk}/").content.decode()
    assert WORDS[language] in page
    assert "emblems/eu" in page


def test_on_each_step_of_an_application(cast: Cast, funded: Any, client: Any) -> None:
    assert WORDS["sv"] in client.get("/sormland/introduktion/").content.decode()
    assert WORDS["sv"] in client.get(START).content.decode()
    assert WORDS["sv"] in client.get(client.post(START, ABOUT).url).content.decode()
