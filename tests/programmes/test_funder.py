"""A co-funded programme: the statement and the emblem stand on every page of it, in the reader's language."""

from typing import Any

import pytest

from base.clock import now
from people.models import Person
from programmes.models import Certificate, Funder, SupervisionGroup
from tests.cast import Cast, person
from tests.programmes.test_applications import ABOUT, DAYS, START, WINDOW
from tests.programmes.test_mentorships import activate, paired

pytestmark = pytest.mark.django_db
WORDS = {
    "sv": "Medfinansieras av Europeiska unionen",
    "fi": "Euroopan unionin osarahoittama",
    "en": "Co-funded by the European Union",
}
FACTS = {
    "name": "Edvin",
    "kind": "participation",
    "hours": "6.00",
    "days": [],
    **dict.fromkeys(("first", "last", "issued_on"), "2027-03-09"),
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


def test_on_the_pages_of_mentors_and_of_supervision_and_behind_a_certificates_code_in_the_readers_language(
    cast: Cast, funded: Any, sign_in: Any, client: Any
) -> None:
    pair = activate(paired(cast, cast.tuva, cohort=funded))
    sara = person("Sara Handledare", "sara@handledning.example", cast.sormland)
    group = SupervisionGroup.objects.create(
        programme=funded.programme,
        supervisor=sara,
        responsible=cast.malin,
        number=1,
        sessions=6,
        minutes=90,
        weeks=4,
        created_at=now(),
    )
    pages = {
        cast.tuva: ("/programmes/my/mentor/", pair.get_absolute_url(), f"{pair.get_absolute_url()}notes/"),
        cast.johan: ("/programmes/my/mentoring/", pair.get_absolute_url()),
        sara: (group.get_absolute_url(),),
    }
    for who, addresses in pages.items():
        browser = sign_in(who)
        for address in addresses:
            assert browser.get(address).content.decode().count(WORDS["sv"]) == 1, address
    paper = Certificate.objects.create(
        enrolment=cast.enrolment(funded, cast.edvin), kind="participation", code="AAAA-BBBB-CCCC", language="sv",
        state="revoked", issued_at=now(), ended_at=now(), facts=FACTS,
    )  # fmt: skip
    for language, words in WORDS.items():
        page = client.get(f"{paper.get_absolute_url()}?lang={language}").content.decode()
        assert page.count(words) == 1
        assert "emblems/eu" in page


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
