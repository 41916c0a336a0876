"""The first administrator of a new installation comes in by a command."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Deed
from people.models import Person
from people.states import Role

pytestmark = pytest.mark.django_db


def test_a_name_and_an_address_make_an_administrator_and_two_deeds():
    call_command("add_administrator", "Åsa Öberg", "Asa.Oberg@Example.org", language="fi")
    person = Person.objects.with_address("asa.oberg@example.org").get()
    assert (person.name, person.language) == ("Åsa Öberg", "fi")
    assert [role.role for role in person.roles.all()] == [Role.ADMINISTRATOR]
    assert set(Deed.objects.values_list("deed", flat=True)) == {"person_registered", "role_given"}


def test_twice_is_refused_with_a_sentence_and_changes_nothing():
    call_command("add_administrator", "Åsa Öberg", "asa@example.org")
    with pytest.raises(CommandError):
        call_command("add_administrator", "Someone Else", "asa@example.org")
    assert Person.objects.get().name == "Åsa Öberg"
    assert Person.objects.get().roles.count() == 1


def test_what_is_no_address_is_refused():
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("add_administrator", "Åsa Öberg", "asa(at)example.org")
    assert not Person.objects.exists()
