"""What those could work out who read all that Helmi shows and keeps while a survey is open, or in the log of deeds."""

from __future__ import annotations

import pytest

from answers import actions
from answers.models import BallotCode, Rate
from answers.plan import Node
from tests.answers.conftest import open_box
from tests.cast import NOW

pytestmark = pytest.mark.django_db

TREE = (
    Node("region", "", "region"),
    Node("alavesi", "region", "municipality"),
    Node("home", "alavesi"),
    Node("berga", "region", "municipality"),
    Node("child", "berga"),
)


def test_the_share_of_a_small_municipality_is_not_the_difference_between_the_whole_and_the_others():
    """All three of Berga answered: of 13 in all 62 %, of Alavesi's ten 50 %, would have told so."""
    for small, whole in ((3, ""), (10, "80")):
        units = [("home", "worker")] * 10 + [("child", "worker")] * small
        opened = open_box(10 + small, kind="test.survey", owner=f"tests.survey:{small}", units=units, nodes=TREE)
        BallotCode.objects.filter(box=opened.box, unit="child").update(used=True)
        some = BallotCode.objects.filter(box=opened.box, unit="home").values_list("pk", flat=True)[:5]
        BallotCode.objects.filter(pk__in=list(some)).update(used=True)
        actions.note_rates(now=NOW)
        noted = dict(Rate.objects.filter(box=opened.box).values_list("place", "tens"))
        assert noted == {"alavesi": "50", "berga": ">=90" if small == 10 else "", "": whole}
