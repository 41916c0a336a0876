"""Deeds are sealed each minute; whoever changes one afterwards is found out, and words can be erased."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from audit import actions
from audit.models import Deed, Seal, Words

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 4, 16, 7, 0, tzinfo=UTC)


@pytest.fixture
def sealed(cast: Any) -> None:
    """Nine deeds under three seals, and one that is not sealed yet."""
    for n in range(10):
        actions.record(
            "enrolled",
            by=cast.malin,
            about=f"programmes.enrolment:{n}",
            scope="region:1",
            now=NOW + timedelta(seconds=n),
            words={"name": f"Åsa Öberg {n}"},
            seats=n,
            day=date(2027, 5, 12),
            share=Decimal("0.50"),
        )
        if n % 3 == 2:
            actions.seal(NOW + timedelta(minutes=n))


def verified() -> bool:
    try:
        call_command("audit_verify", stdout=StringIO(), stderr=StringIO())
    except SystemExit as end:
        return end.code == 0
    return True


def test_seals_that_nobody_touched_hold(sealed: None) -> None:
    assert Seal.objects.count() == 3
    assert Deed.objects.unsealed().count() == 1
    assert actions.first_broken() == ""
    assert verified()


@pytest.mark.parametrize(
    "change",
    [
        {"deed": "withdrew"},
        {"by_key": "someone else"},
        {"about": "programmes.enrolment:99"},
        {"scope": "region:2"},
        {"codes": {"seats": 5}},
        {"words_digest": "0" * 64},
        {"at": NOW - timedelta(days=1)},
    ],
)
def test_a_changed_deed_is_found(sealed: None, change: dict[str, Any]) -> None:
    row = Deed.objects.order_by("pk")[4]
    Deed.objects.filter(pk=row.pk).update(**change)
    assert str(row.seal_id) in actions.first_broken()
    assert not verified()


def test_a_deed_taken_out_is_found(sealed: None) -> None:
    row = Deed.objects.order_by("pk")[4]
    Words.objects.filter(deed=row).delete()
    Deed.objects.filter(pk=row.pk).delete()
    assert actions.first_broken() == f"Deed {row.pk} is missing under seal {row.seal_id}."


def test_a_deed_put_in_is_found(sealed: None, cast: Any) -> None:
    seal = Seal.objects.order_by("pk")[1]
    Deed.objects.filter(pk=Deed.objects.unsealed()[0].pk).update(seal=seal)
    assert "afterwards" in actions.first_broken()


def test_a_seal_taken_out_is_found(sealed: None) -> None:
    first, second, third = Seal.objects.order_by("pk")
    Seal.objects.filter(pk=third.pk).update(previous=None)
    Deed.objects.filter(seal=second).update(seal=None)
    Seal.objects.filter(pk=second.pk).delete()
    Seal.objects.filter(pk=third.pk).update(previous=first)
    assert f"Seal {third.pk}" in actions.first_broken()


def test_a_seal_written_anew_breaks_the_next(sealed: None) -> None:
    first = Seal.objects.order_by("pk")[0]
    Seal.objects.filter(pk=first.pk).update(digest="f" * 64)
    assert not verified()


def test_changed_words_are_found_and_erased_words_break_nothing(sealed: None) -> None:
    row = Deed.objects.order_by("pk")[4]
    Words.objects.filter(deed=row).update(text={"name": "Somebody else"})
    assert actions.first_broken() == f"The words of deed {row.pk} were changed."
    assert actions.erase_words_about(about=[row.about]) == 1
    assert actions.first_broken() == ""
    assert not Words.objects.filter(deed=row).exists()


def test_the_deed_itself_holds_no_words(sealed: None) -> None:
    for row in Deed.objects.all():
        assert "Öberg" not in str(actions.facts_of(row))


def test_a_rolled_back_action_leaves_no_deed(cast: Any) -> None:
    with transaction.atomic():
        actions.record("enrolled", by=cast.malin, about="programmes.enrolment:1", now=NOW)
        transaction.set_rollback(True)
    assert not Deed.objects.exists()


def test_when_a_person_is_gone_the_seals_still_hold(sealed: None, cast: Any) -> None:
    Deed.objects.update(by=None)
    assert actions.first_broken() == ""


def test_a_deed_costs_one_statement_and_its_words_another(cast: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        actions.record("enrolled", by=cast.malin, about="programmes.enrolment:1", now=NOW, seats=1)
    with django_assert_num_queries(2):
        actions.record("enrolled", by=cast.malin, about="programmes.enrolment:1", now=NOW, words={"why": "moved"})


def test_who_may_read_the_deeds(sealed: None, cast: Any) -> None:
    Deed.objects.update(scope=f"region:{cast.sormland.pk}")
    assert Deed.objects.visible_to(cast.ada).count() == 10
    assert Deed.objects.visible_to(cast.malin).count() == 10
    for stranger in (cast.vera, cast.stina, cast.tuva, cast.outsider):
        assert not Deed.objects.visible_to(stranger).exists()
