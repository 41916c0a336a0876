"""What is kept about oneself: nothing that names a person is missing, and nothing about others is told."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Deed
from events.models import Abstract, Author, Consent, Reply, Review
from events.states import ReviewAdvice
from outbox import actions as outbox
from people.models import Person
from reports.documents import extract
from tests.cast import NOW, Cast
from tests.events.test_guests import gunborg, talk
from tests.events.test_sign_up import hall, seminar

__all__ = ["hall", "seminar", "talk"]
pytestmark = pytest.mark.django_db

# Frameworks' own tables that hold nobody's facts, or only what the session's owner carries.
TABLES = {kept.model for kept in extract.KEPT}


def ways_to(model: type[models.Model], *, strong: bool) -> set[str]:
    """Every field of every table that points to `model`; with `strong`, only those of rows that go with it."""
    found = set()
    for table in apps.get_models():
        for field in table._meta.get_fields():
            if field.auto_created or not field.is_relation or field.related_model is not model:
                continue
            if strong and getattr(field.remote_field, "on_delete", None) is not models.CASCADE:
                continue
            found.add(f"{table._meta.label}.{field.name}")
    return found


def told() -> set[str]:
    return {f"{kept.model}.{name.split('__')[0]}" for kept in extract.KEPT for name in kept.by}


def test_every_way_to_a_person_is_told_or_has_a_reason_not_to_be() -> None:
    ways = ways_to(Person, strong=False)
    assert len(ways) > 40
    assert ways - told() - set(extract.NOT_KEPT) == set()
    assert all(extract.NOT_KEPT.values())


def test_what_hangs_on_a_row_about_a_person_is_told_or_has_a_reason_not_to_be() -> None:
    own = {kept.model for kept in extract.KEPT if kept.by in (("person",), ("user",), ("reviewer",))}
    ways = set().union(*(ways_to(apps.get_model(name), strong=True) for name in own))
    assert "events.Needs.claim" in ways
    assert ways - told() - set(extract.NOT_KEPT) == set()


def test_nothing_is_said_of_tables_that_are_not_there() -> None:
    known = {f"{table._meta.label}.{field.name}" for table in apps.get_models() for field in table._meta.get_fields()}
    assert {way for way in extract.NOT_KEPT if apps.is_installed(way.split(".")[0])} - known == set()
    assert set(extract.TECHNICAL) - {way.rsplit(".", 1)[1] for way in known} == set()
    assert set(extract.LABELS) - {way.rsplit(".", 1)[1] for way in known} == set()


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_every_column_has_a_name_in_the_readers_language(language: str) -> None:
    for kept in extract.KEPT:
        columns = extract.columns_of(kept)
        assert columns, kept.model
        for field in columns:
            assert extract.is_named(field), f"{kept.model}.{field.name}"
            with translation.override("en"):
                english = extract.label_of(field)
            with translation.override(language):
                assert extract.label_of(field)
                same = ("Region", "Text", "Form", "Organisation")
                assert extract.label_of(field) != english or english in same, english


def test_a_person_reads_everything_about_herself_and_nothing_of_others(
    cast: Cast, talk: Any, hall: Any, sign_in: Any
) -> None:
    row = gunborg(talk, hall)
    guest = row.person
    Person.objects.filter(pk=cast.tuva.pk).update(phone="070-1234567")
    row.person = row.claim.person = cast.tuva
    row.claim.save()
    row.save()
    abstract = Abstract.objects.create(
        call=talk.call,
        person=cast.tuva,
        language="sv",
        title="Tuvas titel",
        text="Tuvas text",
        created_at=NOW,
        changed_at=NOW,
    )
    Author.objects.create(abstract=abstract, name="Tuva", address="tuva@eskilstuna.example")
    Consent.objects.create(abstract=abstract, publish=True, wording="w", language="sv", at=NOW)
    Review.objects.create(
        abstract=abstract, reviewer=cast.leila, advice=ReviewAdvice.DECLINE, comment="Leilas-hemliga-ord", given_at=NOW
    )
    EmailAddress.objects.create(user=cast.tuva, email="tuva@hemma.example", verified=True)
    outbox.write(
        kind="events.place",
        key="k",
        about=row,
        scope="",
        now=NOW,
        address="tuva@hemma.example",
        facts={"registration": 1},
    )
    client = sign_in(cast.tuva)
    page = client.get("/reports/me/").content.decode()
    answer = client.get("/reports/me/file/")
    file = answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert Deed.objects.filter(deed="extract.fetched", by=cast.tuva).count() == 1
    for words in (
        "Tuva Ljungdahl",
        "070-1234567",
        "Gunna-på-skylten",
        "Glutenfritt-och-inga-jordnötter",
        "Hörslinga-nära-scenen",
        "Svar-om-resan",
        "Resor?",
        "Tuvas titel",
        "Tuvas text",
        "tuva@hemma.example",
        "Stanna och väx",
        "Socialsekreterare",
    ):
        assert words in page, words
        assert words in file, words
    assert "Leilas-hemliga-ord" not in page + file
    assert json.loads(file)["title"] == "Det här har Helmi om dig"
    other = sign_in(cast.leila).get("/reports/me/file/").content.decode()
    assert "Leilas-hemliga-ord" in other
    for words in ("Tuvas text", "Gunna-på-skylten", "tuva@hemma.example", guest.name):
        assert words not in other
    assert Reply.objects.count() == 1


def test_an_address_that_is_only_claimed_tells_nothing(cast: Cast, talk: Any, hall: Any) -> None:
    gunborg(talk, hall)
    outbox.write(kind="events.place", key="k", about="x", scope="", now=NOW, address="gunborg@kvistgard.example")
    EmailAddress.objects.create(user=cast.tuva, email="gunborg@kvistgard.example", verified=False)
    told = json.dumps(extract.as_plain(cast.tuva, "sv", NOW), ensure_ascii=False)
    assert told.lower().count("gunborg") == 1, "the address that she claims, not confirmed, and nothing sent there"


def test_the_page_asks_as_much_for_three_rows_as_for_one(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.tuva)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/reports/me/").status_code == 200
        return len(queries)

    rounds = [cast.cohort(number=number) for number in (1, 2, 3)]
    cast.enrolment(rounds[0], cast.tuva)
    count()
    one = count()
    for round_ in rounds[1:]:
        cast.enrolment(round_, cast.tuva)
    assert count() == one
