"""My group: participants find each other, and see of each other what each has chosen to show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Deed
from people.models import Person
from programmes.actions import group as actions
from programmes.models import Card
from programmes.rules.group import CardNotYours, ProtectedShowsNothing
from reports.documents import extract
from tests.cast import NOW

pytestmark = pytest.mark.django_db
GROUP = "/programmes/my/group/"


@pytest.fixture
def sign_in():
    """Everybody at a browser of her own."""

    def signed_in(who):
        client = Client()
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def round_(cast):
    """Tuva and Yasmin take part."""
    row = cast.cohort()
    Person.objects.filter(pk=cast.tuva.pk).update(phone="070-1234567")
    cast.tuva.refresh_from_db()
    cast.enrolment(row, cast.tuva)
    cast.enrolment(row, cast.yasmin)
    return row


def of(round_, who):
    return round_.enrolments.get(person=who)


def shown(client, address=GROUP):
    return client.get(address).content.decode().split("<main")[1]


def test_participants_see_each_others_name_and_municipality_and_nothing_that_was_not_chosen(cast, round_, sign_in):
    page = shown(sign_in(cast.yasmin))
    assert "Tuva Ljungdahl" in page
    assert "Eskilstuna" in page
    for words in ("tuva@eskilstuna.example", "070-1234567"):
        assert words not in page


def test_each_thing_is_shown_only_when_it_is_chosen_and_at_once(cast, round_, sign_in):
    tuva, yasmin = sign_in(cast.tuva), sign_in(cast.yasmin)
    address = f"{GROUP}{of(round_, cast.tuva).pk}/show/"
    form = tuva.get(address).content.decode()
    assert "checked" not in form.split("<main")[1]
    tuva.post(address, {"phone": "on", "about": "Familjehem och kaffe"})
    page = shown(yasmin)
    assert "070-1234567" in page
    assert "Familjehem och kaffe" in page
    assert "tuva@eskilstuna.example" not in page
    tuva.post(address, {"email": "on", "about": ""})
    page = shown(yasmin)
    assert "tuva@eskilstuna.example" in page
    assert "070-1234567" not in page
    assert "Familjehem" not in page
    deeds = Deed.objects.filter(deed="card.changed")
    assert [deed.codes for deed in deeds] == [{}, {}]


def test_the_group_stays_after_the_end_and_what_it_shows_can_be_changed(cast, round_, sign_in, at):
    round_.state = "decided"
    round_.save()
    at(NOW + timedelta(days=900))
    actions.show(enrolment=of(round_, cast.tuva), email=True, phone=False, about="", by=cast.tuva, now=NOW)
    assert "tuva@eskilstuna.example" in shown(sign_in(cast.yasmin))


def test_who_has_left_stands_there_no_more_and_sees_nobody(cast, round_, sign_in):
    actions.show(enrolment=of(round_, cast.tuva), email=True, phone=True, about="Hej", by=cast.tuva, now=NOW)
    round_.enrolments.filter(person=cast.tuva).update(programme_side="withdrawn")
    page = shown(sign_in(cast.yasmin))
    for words in ("Tuva Ljungdahl", "tuva@eskilstuna.example", "070-1234567", "Hej"):
        assert words not in page
    tuva = sign_in(cast.tuva)
    assert "Yasmin" not in shown(tuva)
    assert GROUP not in tuva.get("/people/me/").content.decode()
    assert tuva.get(f"{GROUP}{of(round_, cast.tuva).pk}/show/").status_code == 404


def test_who_waits_or_has_applied_is_in_no_group(cast, round_, sign_in):
    cast.enrolment(round_, cast.edvin, side="applied")
    assert "Edvin Kronqvist" not in shown(sign_in(cast.tuva))
    assert "Tuva Ljungdahl" not in shown(sign_in(cast.edvin))


def test_a_protected_identity_stands_with_its_code_alone(cast, round_, sign_in):
    enrolment = of(round_, cast.tuva)
    actions.show(enrolment=enrolment, email=True, phone=True, about="Hej", by=cast.tuva, now=NOW)
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    cast.tuva.refresh_from_db()
    page = shown(sign_in(cast.yasmin))
    assert cast.tuva.substitute_code in page
    for words in ("Tuva", "tuva@eskilstuna.example", "070-1234567", "Hej", "Eskilstuna"):
        assert words not in page
    own = sign_in(cast.tuva).get(f"{GROUP}{enrolment.pk}/show/").content.decode()
    assert "Din identitet är skyddad" in own
    with pytest.raises(ProtectedShowsNothing):
        actions.show(enrolment=enrolment, email=True, phone=False, about="", by=cast.tuva, now=NOW)


def test_a_protected_name_is_not_given_away_by_its_place_in_the_list(cast, round_, sign_in):
    cast.enrolment(round_, cast.edvin)
    Person.objects.filter(pk=cast.edvin.pk).update(protected=True, substitute_code="P-ZZZZZZZ")
    page = shown(sign_in(cast.yasmin))
    assert page.index("Tuva Ljungdahl") > page.index("P-ZZZZZZZ")
    Person.objects.filter(pk=cast.edvin.pk).update(substitute_code="Ö-ZZZZZZZ")
    page = shown(sign_in(cast.yasmin))
    assert page.index("Tuva Ljungdahl") < page.index("Ö-ZZZZZZZ")


def test_nobody_chooses_for_somebody_else(cast, round_, sign_in):
    enrolment = of(round_, cast.tuva)
    for who in (cast.yasmin, cast.malin, cast.stina, cast.ada):
        assert sign_in(who).post(f"{GROUP}{enrolment.pk}/show/", {"email": "on"}).status_code == 404
        with pytest.raises(CardNotYours):
            actions.show(enrolment=enrolment, email=True, phone=False, about="", by=who, now=NOW)
    assert not Card.objects.exists()


def test_the_coordinator_sees_what_the_group_sees_and_managers_do_not(cast, round_, sign_in):
    actions.show(enrolment=of(round_, cast.tuva), email=False, phone=True, about="Hej där", by=cast.tuva, now=NOW)
    address = f"/programmes/cohorts/{round_.pk}/group/"
    page = shown(sign_in(cast.malin), address)
    assert "070-1234567" in page
    assert "Hej där" in page
    assert "tuva@eskilstuna.example" not in page
    assert address in sign_in(cast.malin).get(f"/programmes/cohorts/{round_.pk}/participants/").content.decode()
    for who in (cast.stina, cast.lars, cast.vera, cast.yasmin, cast.outsider):
        assert sign_in(who).get(address).status_code == 404
        assert "Hej där" not in shown(sign_in(who)) or who == cast.yasmin
    assert Deed.objects.filter(deed="group.seen", scope=f"region:{cast.sormland.pk}").exists()


def test_a_round_without_anyone_says_so(cast, sign_in):
    row = cast.cohort()
    assert "Ingen i gruppen än" in shown(sign_in(cast.malin), f"/programmes/cohorts/{row.pk}/group/")
    assert "Ingen grupp än" in shown(sign_in(cast.outsider))


def test_the_menu_leads_to_the_group_only_when_there_is_one(cast, round_, sign_in):
    assert GROUP in sign_in(cast.tuva).get("/people/me/").content.decode()
    assert GROUP not in sign_in(cast.outsider).get("/people/me/").content.decode()


def test_a_personal_identity_number_is_not_kept(cast, round_, sign_in):
    enrolment = of(round_, cast.tuva)
    answer = sign_in(cast.tuva).post(f"{GROUP}{enrolment.pk}/show/", {"about": "Jag är 19900101-1234"})
    assert answer.status_code == 422
    assert not Card.objects.exists()


def test_what_is_shown_is_told_in_ones_own_extract_and_goes_with_the_person(cast, round_):
    actions.show(enrolment=of(round_, cast.tuva), email=True, phone=False, about="Hej där", by=cast.tuva, now=NOW)
    assert "Hej där" in str(extract.as_plain(cast.tuva, "sv", NOW))
    assert "Hej där" not in str(extract.as_plain(cast.yasmin, "sv", NOW))
    cast.tuva.delete()
    assert not Card.objects.exists()


def test_the_group_costs_as_much_for_three_as_for_one(cast, sign_in):
    row = cast.cohort()
    cast.enrolment(row, cast.tuva)
    client = sign_in(cast.tuva)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(GROUP)
        return len(queries)

    count()
    one = count()
    for who in (cast.yasmin, cast.edvin):
        cast.enrolment(row, who)
        actions.show(enrolment=of(row, who), email=True, phone=True, about="Hej", by=who, now=NOW)
    assert count() == one
