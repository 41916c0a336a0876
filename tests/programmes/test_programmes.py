"""A region begins to offer a programme."""

from django.urls import reverse

from programmes.models import Programme

FACTS = {"title": "Stöd till nya chefer i Åker", "summary": "Fyra dagar.", "audience": "Nya chefer"}


def test_a_coordinator_creates_a_programme_and_goes_on_to_its_texts(cast, sign_in):
    answer = sign_in(cast.malin).post(reverse("programmes:programme_new"), FACTS)
    made = Programme.objects.get(region=cast.sormland)
    assert (made.slug, made.title_sv, made.published) == ("stod-till-nya-chefer-i-aker", FACTS["title"], False)
    assert answer["Location"] == reverse("programmes:programme_edit", args=[made.pk])


def test_a_second_programme_with_the_same_address_is_refused_beside_the_title(cast, sign_in):
    client = sign_in(cast.malin)
    client.post(reverse("programmes:programme_new"), FACTS)
    answer = client.post(reverse("programmes:programme_new"), FACTS)
    assert answer.status_code == 422
    assert "Ett annat program i samarbetet har den här adressen" in answer.content.decode()
    assert Programme.objects.filter(region=cast.sormland).count() == 1


def test_an_administrator_chooses_the_region(cast, sign_in):
    client = sign_in(cast.ada)
    assert client.post(reverse("programmes:programme_new"), FACTS).status_code == 422
    client.post(reverse("programmes:programme_new"), {**FACTS, "region": cast.skaraborg.pk})
    assert Programme.objects.get().region == cast.skaraborg


def test_a_title_without_letters_is_no_title(cast, sign_in):
    answer = sign_in(cast.malin).post(reverse("programmes:programme_new"), {**FACTS, "title": "—"})
    assert answer.status_code == 422
    assert not Programme.objects.exists()


def test_a_coordinator_cannot_create_in_another_region(cast, sign_in):
    sign_in(cast.malin).post(reverse("programmes:programme_new"), {**FACTS, "region": cast.skaraborg.pk})
    assert Programme.objects.get().region == cast.sormland
