"""What can happen to people, organisations, roles and employments."""

import threading
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, connections

from audit.models import Deed
from people import actions, rules
from people.models import Employment, Organisation, Person, RoleAssignment
from tests.cast import NOW, make_cast, person

DAY = date(2027, 4, 16)


def register(**facts):
    return actions.register_person(**{"name": "Nils Ny", "email": "nils@flen.example", "by": None, "now": NOW, **facts})


# ---------- People ----------


def test_a_new_person_is_invited_and_the_deed_is_kept(cast):
    nils = register(region=cast.sormland, language="fi", by=cast.malin)
    assert (nils.name, nils.email, nils.language, nils.home_region) == (
        "Nils Ny",
        "nils@flen.example",
        "fi",
        cast.sormland,
    )
    assert nils.invited_at == NOW
    assert not nils.has_usable_password()
    deed = Deed.objects.get(deed="person_registered")
    assert deed.by == cast.malin
    assert deed.scope == f"region:{cast.sormland.pk}"
    assert "Nils" not in str(deed.codes)


def test_registering_somebody_known_changes_none_of_her_facts(cast):
    found = register(name="Någon Annan", email="TUVA@eskilstuna.example", phone="070", language="fi")
    assert found == cast.tuva
    found.refresh_from_db()
    assert (found.name, found.phone, found.language) == ("Tuva Ljungdahl", "", "sv")


def test_a_confirmed_second_address_finds_the_person_and_an_unconfirmed_one_does_not(cast):
    EmailAddress.objects.create(user=cast.tuva, email="tuva@hemma.example", verified=True)
    EmailAddress.objects.create(user=cast.edvin, email="edvin@hemma.example", verified=False)
    assert register(email="tuva@hemma.example") == cast.tuva
    assert register(email="edvin@hemma.example") != cast.edvin


def test_people_without_an_address_are_each_new(cast):
    first, second = register(email=""), register(email="")
    assert first != second
    assert first.contact_missing
    assert first.invited_at is None


def test_a_guest_who_is_registered_becomes_a_member(cast):
    guest = person("Gäst", "gast@annat.example", is_guest=True)
    assert register(email="gast@annat.example") == guest
    guest.refresh_from_db()
    assert not guest.is_guest


def test_an_address_that_its_owner_has_confirmed_cannot_be_changed_by_others(cast):
    with pytest.raises(rules.AddressConfirmed):
        actions.change_person(person=cast.tuva, email="annan@eskilstuna.example", by=cast.malin, now=NOW)
    nils = register()
    with pytest.raises(rules.AddressTaken):
        actions.change_person(person=nils, email="tuva@eskilstuna.example", by=cast.malin, now=NOW)
    changed = actions.change_person(person=nils, email="Nils.Ny@flen.example", by=cast.malin, now=NOW)
    assert changed.email == "nils.ny@flen.example"


def test_only_the_facts_of_a_person_can_be_changed(cast):
    with pytest.raises(TypeError):
        actions.change_person(person=cast.tuva, is_active=False, by=cast.malin, now=NOW)


def test_a_closed_account_is_closed_at_once_but_nobody_closes_her_own(cast, sign_in):
    client = sign_in(cast.tuva)
    assert client.get("/people/me/").status_code == 200
    actions.close_account(person=cast.tuva, by=cast.ada, now=NOW)
    assert client.get("/people/me/").status_code == 302
    with pytest.raises(rules.NotYourself):
        actions.close_account(person=cast.ada, by=cast.ada, now=NOW)
    with pytest.raises(rules.LastAdministrator):
        actions.close_account(person=cast.ada, by=None, now=NOW)


# ---------- Employments ----------


def employ(who, unit, since, until=None):
    return actions.employ(person=who, unit=unit, valid_from=since, valid_to=until, by=None, now=NOW)


def test_employments_in_one_unit_do_not_overlap(cast):
    # Tuva works there since September 2026.
    with pytest.raises(rules.AlreadyEmployed):
        employ(cast.tuva, cast.barn, date(2027, 1, 1))
    with pytest.raises(rules.AlreadyEmployed):
        employ(cast.tuva, cast.barn, date(2025, 1, 1), date(2026, 9, 1))
    assert employ(cast.tuva, cast.barn, date(2025, 1, 1), date(2026, 8, 31))
    assert employ(cast.tuva, cast.mottagning, date(2027, 1, 1))


def test_an_employment_does_not_end_before_it_begins(cast):
    with pytest.raises(rules.EndsBeforeStart):
        employ(cast.outsider, cast.barn, date(2027, 2, 1), date(2027, 1, 31))
    with pytest.raises(rules.EndsBeforeStart):
        actions.end_employment(
            employment=cast.tuva.employments.get(), last_day=date(2026, 8, 31), by=cast.malin, now=NOW
        )


def test_nobody_is_employed_in_a_unit_that_has_ended(cast):
    Organisation.objects.filter(pk=cast.flen.pk).update(valid_to=date(2026, 12, 31))
    cast.flen.refresh_from_db()
    with pytest.raises(rules.UnitEnded, match="Flen"):
        employ(cast.outsider, cast.flen, date(2027, 1, 1))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_employ_the_same_person_at_once_make_one_employment():
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")
    cast = make_cast()
    gate = threading.Barrier(8)
    outcomes = []

    def go():
        try:
            gate.wait(10)
            employ(Person.objects.get(pk=cast.outsider.pk), cast.barn, date(2027, 1, 1))
            outcomes.append("employed")
        except rules.AlreadyEmployed:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["employed"] + ["refused"] * 7
    assert Employment.objects.filter(person=cast.outsider).count() == 1


# ---------- Roles ----------


def give(who, role, by, **scope):
    return actions.give_role(person=who, role=role, valid_from=DAY, by=by, now=NOW, **scope)


def test_a_coordinator_appoints_managers_in_her_own_region_only(cast):
    assert give(cast.tuva, "manager", cast.malin, organisation=cast.barn)
    assert give(cast.outsider, "director", cast.malin, organisation=cast.flen)
    for wrong in (
        {"role": "manager", "organisation": cast.lid_barn},
        {"role": "coordinator", "region": cast.sormland},
        {"role": "administrator"},
    ):
        with pytest.raises(rules.NotYoursToGive):
            give(cast.edvin, wrong.pop("role"), cast.malin, **wrong)


def test_nobody_gives_or_ends_her_own_role(cast):
    with pytest.raises(rules.NotYourOwnRole):
        give(cast.ada, "coordinator", cast.ada, region=cast.sormland)
    with pytest.raises(rules.NotYourOwnRole):
        actions.end_role(assignment=cast.ada.roles.get(), last_day=DAY, by=cast.ada, now=NOW)


def test_a_role_has_the_scope_that_belongs_to_it(cast):
    with pytest.raises(rules.RoleNeedsScope):
        give(cast.tuva, "coordinator", cast.ada, organisation=cast.barn)
    with pytest.raises(rules.RoleNeedsScope):
        give(cast.tuva, "manager", cast.ada)
    with pytest.raises(rules.DirectorOfEmployer):
        give(cast.tuva, "director", cast.ada, organisation=cast.barn)


def test_the_same_role_is_not_given_twice(cast):
    with pytest.raises(rules.AlreadyHolds):
        give(cast.stina, "manager", cast.ada, organisation=cast.barn)


def test_the_last_administrator_stays(cast):
    other = person("Arne Andra", "arne@helmi.example")
    second = give(other, "administrator", cast.ada)
    actions.end_role(assignment=cast.ada.roles.get(), last_day=DAY, by=other, now=NOW)
    with pytest.raises(rules.LastAdministrator):
        actions.end_role(assignment=second, last_day=date(2027, 5, 1), by=None, now=NOW)


def test_an_ended_role_reaches_nothing_the_day_after(cast, at):
    actions.end_role(assignment=cast.stina.roles.get(), last_day=DAY, by=cast.malin, now=NOW)
    at("2027-04-17 09:00")
    assert Person.objects.get(pk=cast.stina.pk).reach.manager_paths == []


# ---------- Organisations ----------


def test_a_new_name_ends_the_row_and_begins_another_that_knows_it(cast):
    new = actions.rename_organisation(
        organisation=cast.eskilstuna, name={"sv": "Eskilstuna stad", "fi": "Eskilstunan kaupunki"}, day=DAY,
        by=cast.ada, now=NOW,
    )  # fmt: skip
    cast.eskilstuna.refresh_from_db()
    assert cast.eskilstuna.valid_to == date(2027, 4, 15)
    assert (new.name_sv, new.name_fi, new.name_en) == ("Eskilstuna stad", "Eskilstunan kaupunki", "Eskilstuna stad")
    assert list(new.predecessors.all()) == [cast.eskilstuna]
    cast.barn.refresh_from_db()
    assert cast.barn.parent == new
    assert cast.barn.path == f"{new.pk}/{cast.barn.pk}/"
    assert RoleAssignment.objects.on(DAY).get(person=cast.lars, role="director").organisation == new
    assert cast.sormland.participations.on(DAY).get(organisation__mark="ES").organisation == new
    before, after = cast.lars.employments.order_by("valid_from")
    assert (before.unit, before.valid_to, after.unit, after.valid_from) == (
        cast.eskilstuna,
        date(2027, 4, 15),
        new,
        DAY,
    )
    lars = Person.objects.get(pk=cast.lars.pk)
    assert Person.objects.visible_to(lars).filter(pk=cast.tuva.pk).exists()


def test_a_change_is_neither_ahead_nor_older_than_the_organisation(cast):
    for day, refusal in (
        (date(2027, 4, 17), rules.ChangeLiesAhead),
        (date(2020, 1, 1), rules.ChangeTooEarly),
    ):
        with pytest.raises(refusal):
            actions.rename_organisation(organisation=cast.barn, name="Ny", day=day, by=cast.ada, now=NOW)
    actions.rename_organisation(organisation=cast.barn, name="Ny", day=DAY, by=cast.ada, now=NOW)
    cast.barn.refresh_from_db()
    with pytest.raises(rules.OrganisationHasEnded):
        actions.rename_organisation(organisation=cast.barn, name="Nyare", day=DAY, by=cast.ada, now=NOW)


def test_a_unit_moves_to_another_employer_but_never_into_itself(cast):
    new = actions.move_organisation(organisation=cast.barn, parent=cast.nykoping, day=DAY, by=cast.ada, now=NOW)
    assert new.path == f"{cast.nykoping.pk}/{new.pk}/"
    assert rules.managers_of(cast.tuva, DAY) == [cast.stina]
    with pytest.raises(rules.InsideItself):
        actions.move_organisation(organisation=cast.nykoping, parent=new, day=DAY, by=cast.ada, now=NOW)


def test_two_units_become_one_that_names_both(cast):
    actions.employ(person=cast.tuva, unit=cast.mottagning, valid_from=date(2027, 1, 1), by=None, now=NOW)
    new = actions.merge_organisations(
        organisations=[cast.barn, cast.mottagning], name="Barn och mottagning", kind="unit", parent=cast.eskilstuna,
        day=DAY, by=cast.ada, now=NOW,
    )  # fmt: skip
    assert set(new.predecessors.all()) == {cast.barn, cast.mottagning}
    assert Employment.objects.on(DAY).filter(unit=new, person=cast.tuva).count() == 1
    assert set(rules.managers_of(cast.tuva, DAY)) == {cast.stina, cast.omar}


def test_an_organisation_ends_when_nobody_is_left_in_it(cast):
    with pytest.raises(rules.StillInUse, match="Barn och familj"):
        actions.end_organisation(organisation=cast.barn, last_day=DAY, by=cast.ada, now=NOW)
    empty = actions.create_organisation(
        name="Tom", kind="unit", country="SE", parent=cast.flen, valid_from=date(2027, 1, 1), by=cast.ada, now=NOW
    )
    assert actions.end_organisation(organisation=empty, last_day=DAY, by=cast.ada, now=NOW).valid_to == DAY


def test_two_letters_belong_to_one_organisation_of_a_region(cast):
    with pytest.raises(rules.MarkTaken, match="Nyköping"):
        actions.correct_organisation(organisation=cast.flen, name="Flen", code="", mark="nk", by=cast.ada, now=NOW)
    # Lidköping takes part in another region.
    kept = actions.correct_organisation(
        organisation=cast.lidkoping, name="Lidköping", code="1494", mark="NK", by=cast.ada, now=NOW
    )
    assert kept.mark == "NK"


def test_correcting_the_contact_and_replacing_the_contact_are_two_acts(cast):
    with pytest.raises(rules.NoContact):
        actions.correct_contact(organisation=cast.flen, phone="070", by=cast.malin, now=NOW)
    actions.replace_contact(organisation=cast.flen, person=cast.tuva, by=cast.malin, now=NOW)
    actions.correct_contact(organisation=cast.flen, phone="070-123 45 67", by=cast.malin, now=NOW)
    actions.replace_contact(organisation=cast.flen, person=cast.edvin, by=cast.malin, now=NOW)
    cast.tuva.refresh_from_db()
    cast.edvin.refresh_from_db()
    assert (cast.tuva.phone, cast.edvin.phone) == ("070-123 45 67", "")


# ---------- Regions ----------


def test_an_organisation_takes_part_once_and_last_in_the_round(cast):
    with pytest.raises(rules.AlreadyTakesPart):
        actions.take_part(region=cast.sormland, organisation=cast.flen, valid_from=DAY, by=cast.ada, now=NOW)
    added = actions.take_part(region=cast.sormland, organisation=cast.lidkoping, valid_from=DAY, by=cast.ada, now=NOW)
    assert added.order == 3
    actions.end_participation(participation=added, last_day=DAY, by=cast.ada, now=NOW)
    assert Person.objects.get(pk=cast.malin.pk).reach.region_paths.count(cast.lidkoping.path) == 1


def test_a_region_does_not_take_the_address_of_helmis_own_pages(cast):
    facts = {"country": "SE", "sender_name": "Helmi", "sender_address": "a@b.example"}
    with pytest.raises(rules.AddressReserved):
        actions.create_region(name="People", slug="people", by=cast.ada, now=NOW, **facts)
    with pytest.raises(rules.AddressInUse):
        actions.create_region(name="Sörmland", slug="sormland", by=cast.ada, now=NOW, **facts)
    with pytest.raises(rules.AddressInUse):
        actions.change_region(region=cast.skaraborg, slug="sormland", by=cast.ada, now=NOW)


def test_a_closed_period_is_added_and_taken_away(cast):
    period = actions.add_closed_period(
        region=cast.sormland,
        name="Jul",
        valid_from=date(2027, 12, 20),
        valid_to=date(2028, 1, 7),
        by=cast.malin,
        now=NOW,
    )
    actions.remove_closed_period(period=period, by=cast.malin, now=NOW)
    assert not cast.sormland.closed_periods.exists()
