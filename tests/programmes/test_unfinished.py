"""Unfinished registrations are kept, counted and listed with what is missing, each with the way to mend it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.clock import now
from people.models import Person
from programmes.actions import applications, conditions
from programmes.models import Enrolment
from programmes.rules.conditions import Reply
from programmes.rules.unfinished import unfinished
from tests.cast import Cast
from tests.programmes.test_applications import ABOUT, DAYS, START, WINDOW
from tests.programmes.test_staff import REGISTER, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(cast: Cast) -> Any:
    return cast.cohort(state="open", days=DAYS, **WINDOW)


def listed(cast: Cast, round_: Any) -> dict[str, list[str]]:
    return {line.name: [gap.words for gap in line.gaps] for line in unfinished(round_, cast.malin, now=now())}


def where(round_: Any) -> str:
    return f"/programmes/cohorts/{round_.pk}/unfinished/"


def test_whole_registrations_are_not_listed(cast: Cast, round_: Any) -> None:
    cast.enrolment(round_, cast.tuva, side="applied")
    cast.enrolment(round_, cast.edvin, side="withdrawn", employer="asked")
    assert listed(cast, round_) == {}


def test_each_thing_that_is_missing_is_said_with_where_it_is_mended(cast: Cast, round_: Any, sign_in: Any) -> None:
    words = {"words_sv": "v", "question_sv": "Har du examen?", "reason_sv": "ingen"}
    asked = conditions.add_condition(
        programme=round_.programme, fact="work", decides="counts", words=words, by=cast.malin, now=now()
    )
    row = cast.enrolment(round_, cast.tuva, side="applied", employer="asked")
    Enrolment.objects.filter(pk=row.pk).update(degree="", typed_unit="Familjehem", unit=cast.eskilstuna)
    Person.objects.filter(pk=cast.tuva.pk).update(email=None)
    malin = sign_in(cast.malin)
    page = malin.get(where(round_))
    [line] = page.context["lines"]
    own = f"/programmes/enrolments/{row.pk}/"
    assert [gap.url for gap in line.gaps] == [
        f"/people/{cast.tuva.pk}/edit/",
        f"{own}employer/",
        f"{own}#h-entry",
        f"{own}#h-entry",
        f"{own}#h-ask",
    ]
    assert all(gap.words in page.content.decode() for gap in line.gaps)
    assert 'id="h-entry"' in malin.get(own).content.decode()
    told = {"answers": "yes", f"told-condition_{asked.pk}": "yes", "told-degree": "Socionom"}
    malin.post(f"{own}flags/", told)
    row.refresh_from_db()
    assert row.degree == "Socionom"
    assert len(listed(cast, round_)["Tuva Ljungdahl"]) == 3


def test_the_hub_counts_them_and_leads_there(cast: Cast, round_: Any, sign_in: Any) -> None:
    cast.enrolment(round_, cast.tuva, side="applied", employer="asked")
    page = sign_in(cast.malin).get(f"/programmes/cohorts/{round_.pk}/")
    assert page.context["unfinished"] == 1
    assert where(round_) in page.content.decode()


def test_drafts_are_counted_and_nobody_reads_them(cast: Cast, round_: Any, sign_in: Any, client: Any) -> None:
    client.post(START, ABOUT)
    sign_in(cast.stina).post(REGISTER, {"cohort": round_.pk, "people": [cast.tuva.pk], **rows()})
    page = sign_in(cast.malin).get(where(round_))
    assert (page.context["begun"].applications, page.context["begun"].staff) == (1, 1)
    text = page.content.decode()
    assert "Tuva" not in text
    assert "Saga" not in text


def test_only_those_who_run_the_round_see_the_list(cast: Cast, round_: Any, sign_in: Any) -> None:
    for other in (cast.vera, cast.lars, cast.stina, cast.tuva, cast.outsider):
        assert sign_in(other).get(where(round_)).status_code == 404


def test_the_list_costs_the_same_however_long(cast: Cast, round_: Any, sign_in: Any) -> None:
    words = {"words_sv": "v", "question_sv": "Har du examen?", "reason_sv": "ingen"}
    row = conditions.add_condition(
        programme=round_.programme, fact="work", decides="counts", words=words, by=cast.malin, now=now()
    )
    malin = sign_in(cast.malin)
    counts = []
    for who in (cast.tuva, cast.edvin, cast.leila):
        made = cast.enrolment(round_, who, side="applied", employer="asked")
        conditions.keep_answers(enrolment=made, replies={row.pk: Reply(yes=True)}, now=now())
        with CaptureQueriesContext(connection) as queries:
            assert len(malin.get(where(round_)).context["lines"]) == Enrolment.objects.count()
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_someone_without_an_address_is_kept_and_listed(cast: Cast, round_: Any) -> None:
    who = applications.Newcomer(name="Utan Adress", email="", language="sv", unit=cast.barn)
    applications.register_staff(cohort=round_, people=[], newcomers=[who], by=cast.stina, now=now())
    assert len(listed(cast, round_)["Utan Adress"]) == 2
