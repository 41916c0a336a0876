"""Names sort as in Swedish and are found whatever their case, on both databases."""

import pytest
from django.db import connection, connections
from django.db.models.functions import Collate

from base.checks import letters_beyond_ascii
from base.nordic import compare, like
from people.models import Person

SORTED = [
    "adam", "Anna", "eva", "Éva", "Eva-Lena", "vera", "Wera", "Ülo",
    "Yrsa", "Zäta", "Ågren", "åke", "Åsa", "Ärla", "öman", "Östen",
]  # fmt: skip


@pytest.fixture
def people(db):
    Person.objects.bulk_create([Person(name=name) for name in reversed(SORTED)])
    return Person.objects.filter(name__in=SORTED)


def test_the_database_sorts_as_a_swede_does(people):
    found = list(people.order_by(Collate("name", "nordic")).values_list("name", flat=True))
    assert found == SORTED


def test_a_name_column_sorts_so_by_itself(people):
    assert list(people.order_by("name").values_list("name", flat=True)) == SORTED


@pytest.mark.parametrize(
    "asked, found",
    [
        ({"name__icontains": "å"}, {"Ågren", "åke", "Åsa"}),
        ({"name__icontains": "ÅS"}, {"Åsa"}),
        ({"name__istartswith": "ö"}, {"öman", "Östen"}),
        ({"name__iexact": "ÅSA"}, {"Åsa"}),
        ({"name__icontains": "%"}, set()),
        ({"name__icontains": "_"}, set()),
    ],
)
def test_search_knows_that_capitals_and_small_letters_are_the_same(people, asked, found):
    assert set(people.filter(**asked).values_list("name", flat=True)) == found


def test_like_reads_its_wildcards_and_its_escape():
    assert like("%ås%", "Frank ÅSA") is True
    assert like("_sa", "Åsa") is True
    assert like(r"100\%", "100 kr") is False
    assert like(r"100\%", "100%") is True
    assert like(None, "x") is None


def test_two_names_that_sort_alike_still_have_an_order():
    assert compare("Eva", "Éva") == -compare("Éva", "Eva") != 0
    assert compare("Åsa", "Åsa") == 0


def test_this_database_knows_letters_beyond_ascii(db):
    assert letters_beyond_ascii(["default"]) == []


@pytest.mark.postgres  # SQLite has our own LIKE, and there is nothing to refuse
def test_a_postgresql_database_of_character_type_c_is_refused(db):
    other = connection.copy("plain")
    other.settings_dict = {**connection.settings_dict, "NAME": "plain_c"}
    with connection._nodb_cursor() as cursor:
        cursor.execute("CREATE DATABASE plain_c TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    connections["plain"] = other
    try:
        assert [error.id for error in letters_beyond_ascii(["plain"])] == ["helmi.E001"]
    finally:
        other.close()
        del connections["plain"]
        with connection._nodb_cursor() as cursor:
            cursor.execute("DROP DATABASE plain_c")
