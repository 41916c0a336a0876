"""Names, near duplicates, managers."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress

from people import actions, rules
from people.models import Person
from tests.cast import LONG_AGO, NOW, employment, organisation, person, role

DAY = date(2027, 4, 16)


def again(who):
    """The same row read anew, as the next request would."""
    return Person.objects.get(pk=who.pk)


def test_a_protected_name_is_read_by_herself_her_coordinator_and_her_manager(cast):
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    tuva = again(cast.tuva)
    for viewer in (tuva, cast.malin, cast.stina):
        assert rules.name_for(tuva, viewer) == "Tuva Ljungdahl"
    for viewer in (None, cast.ada, cast.lars, cast.omar, cast.edvin, cast.vera, cast.outsider):
        assert rules.name_for(tuva, viewer) == tuva.substitute_code


def test_a_name_without_protection_is_read_by_everyone(cast):
    assert rules.name_for(cast.tuva, None) == "Tuva Ljungdahl"


def test_the_direct_manager_sits_on_the_nearest_unit_and_is_never_the_person(cast):
    assert rules.managers_of(cast.tuva, DAY) == [cast.stina]
    assert rules.managers_of(cast.stina, DAY) == []
    top = person("Hanna Topp", "hanna@eskilstuna.example")
    role(top, "manager", organisation=cast.eskilstuna)
    assert rules.managers_of(cast.stina, DAY) == [top]
    assert rules.managers_of(cast.tuva, DAY) == [cast.stina]
    assert rules.managers_of(cast.barn, DAY) == [cast.stina]
    assert rules.managers_of(cast.outsider, DAY) == []


def test_managers_of_many_are_found_in_two_queries(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = rules.managers_by_person([cast.tuva, cast.edvin, cast.leila], DAY)
    assert found == {cast.tuva.pk: [cast.stina], cast.edvin.pk: [cast.stina], cast.leila.pk: [cast.omar]}


def test_a_manager_is_known_by_any_confirmed_address_whatever_its_case(cast):
    EmailAddress.objects.create(user=cast.stina, email="stina.malmqvist@hemma.example", verified=True)
    EmailAddress.objects.create(user=cast.stina, email="obekraftad@hemma.example", verified=False)
    assert rules.manager_by_address("STINA@eskilstuna.example", cast.barn, DAY) == cast.stina
    assert rules.manager_by_address(" Stina.Malmqvist@hemma.example ", cast.barn, DAY) == cast.stina
    assert rules.manager_by_address("obekraftad@hemma.example", cast.barn, DAY) is None
    assert rules.manager_by_address("lars@eskilstuna.example", cast.barn, DAY) == cast.lars
    assert rules.manager_by_address("omar@eskilstuna.example", cast.barn, DAY) is None
    assert rules.manager_by_address("petra@nykoping.example", cast.barn, DAY) is None
    assert rules.manager_by_address("", cast.barn, DAY) is None


def test_an_ended_role_no_longer_makes_a_manager(cast):
    cast.stina.roles.update(valid_to=date(2027, 4, 15))
    assert rules.managers_of(cast.tuva, DAY) == []
    assert rules.manager_by_address("stina@eskilstuna.example", cast.barn, DAY) is None


@pytest.mark.parametrize("name", ["O'Brien", "Åström", "Å", "Ålin 🙂", "B" * 200])
def test_names_are_kept_as_their_owners_write_them(cast, name):
    made = actions.register_person(name=name, email="ny@flen.example", by=cast.malin, now=NOW)
    assert again(made).name == name


def test_the_same_name_composed_in_two_ways_is_one_name(cast):
    found = rules.near_duplicates(name="Petra A\u030akesson", employer=cast.nykoping)
    assert found == [cast.petra]
    assert rules.near_duplicates(name="petra ÅKESSON") == [cast.petra]
    assert rules.near_duplicates(name="Petra Åkesson", employer=cast.eskilstuna) == []


def test_the_same_address_points_at_the_person_whatever_its_case(cast):
    assert rules.near_duplicates(name="Någon", email="TUVA@Eskilstuna.example") == [cast.tuva]
    assert rules.find_person("TUVA@Eskilstuna.example") == cast.tuva
    assert rules.find_person("") is None


def test_a_manager_reads_the_past_of_the_unit_that_hers_came_from(cast):
    renamed = actions.rename_organisation(
        organisation=cast.barn, name="Barn, unga och familj", day=DAY, by=cast.ada, now=NOW
    )
    gone = person("Gunnar Gått", "gunnar@eskilstuna.example")
    employment(gone, cast.barn, LONG_AGO, date(2025, 1, 1))
    stina = again(cast.stina)
    assert renamed.path in stina.reach.manager_paths
    assert cast.barn.path in stina.reach.manager_paths
    assert Person.objects.visible_to(stina).filter(pk=cast.tuva.pk).exists()


def test_kinds_belong_to_countries(cast):
    organisation("Päijät-Häme", "wellbeing_county", country="FI")
    assert rules.why_not_create_organisation(kind="wellbeing_county", country="FI", parent=None) is None
    assert isinstance(
        rules.why_not_create_organisation(kind="wellbeing_county", country="SE", parent=None), rules.WrongKind
    )
    assert isinstance(rules.why_not_create_organisation(kind="unit", country="SE", parent=None), rules.NeedsParent)
    assert isinstance(
        rules.why_not_create_organisation(kind="municipality", country="SE", parent=cast.flen), rules.NoParent
    )
