"""The page of deeds, and the marks on views of personal data."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from audit import actions, states
from audit.states import DEEDS
from base.marks import deeds_of
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def deed(cast: Any) -> Any:
    return actions.record(
        "enrolled",
        by=cast.malin,
        about="programmes.enrolment:7",
        scope=f"region:{cast.sormland.pk}",
        now=NOW,
        words={"reason": "<b>sista platsen</b>"},
    )


def test_administrators_and_the_regions_coordinators_read_the_deeds(client: Any, cast: Any, deed: Any) -> None:
    for person, status, seen in ((cast.ada, 200, True), (cast.malin, 200, True), (cast.vera, 200, False)):
        client.force_login(person)
        answer = client.get("/audit/")
        assert answer.status_code == status
        assert ("sista platsen" in answer.content.decode()) is seen
    for person in (cast.stina, cast.lars, cast.tuva, cast.outsider):
        client.force_login(person)
        assert client.get("/audit/").status_code == 404


def test_words_are_text(client: Any, cast: Any, deed: Any) -> None:
    client.force_login(cast.ada)
    assert "<b>sista platsen" not in client.get("/audit/").content.decode()


def test_the_filters_find_and_say_what_is_wrong(client: Any, cast: Any, deed: Any) -> None:
    client.force_login(cast.ada)
    assert "sista platsen" in client.get("/audit/", {"first": "16.4.2027", "last": "16.4.2027"}).content.decode()
    assert "sista platsen" not in client.get("/audit/", {"last": "15.4.2027"}).content.decode()
    assert "sista platsen" not in client.get("/audit/", {"who": "Nobody"}).content.decode()
    assert client.get("/audit/", {"first": "31.11.2027"}).status_code == 422
    assert client.get("/audit/", {"first": "17.4.2027", "last": "16.4.2027"}).status_code == 422
    assert client.get("/audit/", {"page": "-1"}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_three(
    client: Any, cast: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for _number in range(count):
        actions.record("enrolled", by=cast.malin, about="programmes.enrolment:7", now=NOW, words={"reason": "x"})
    client.force_login(cast.ada)
    with django_assert_max_num_queries(14):
        assert client.get("/audit/").status_code == 200


def routes(patterns: Any, namespace: str = "") -> Any:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            below = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, below)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}", pattern.callback


def test_every_marked_view_has_a_deed_with_words() -> None:
    deeds = {deed for _name, view in routes(get_resolver().url_patterns) for deed in deeds_of(view).values()}
    assert not deeds - set(DEEDS)


def recorded() -> set[str]:
    """Every deed that the code names where it records one."""
    found = set()
    for path in Path(settings.BASE_DIR).glob("[a-z]*/**/*.py"):
        if (
            path.parts[len(Path(settings.BASE_DIR).parts)] in {"base", "tests", "bin", "var"}
            or "migrations" in path.parts
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                if name in {"record", "_record", "_refuse"} and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    return found


def test_every_recorded_deed_has_words() -> None:
    assert len(recorded()) > 50
    assert not recorded() - set(DEEDS), "add them to audit/states.py"


# What a row keeps for machines only, and why no page says it.
FOR_MACHINES = {
    "assignments", "change", "deed", "events", "file", "form", "from_rows", "function", "given", "marks", "missed",
    "proposed", "rules", "words", "funder", "author", "box", "fields", "material", "release", "text", "guest",
}  # fmt: skip


def test_every_recorded_fact_has_words_or_is_for_machines() -> None:
    known = {*states.FACTS, *states.REFERS, *FOR_MACHINES, "by", "about", "scope", "now"}
    for app in Path(settings.BASE_DIR).glob("*/apps.py"):
        for path in app.parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record":
                    names = {keyword.arg for keyword in node.keywords if keyword.arg}
                    assert names <= known, f"{path}: {names - known}"


def test_facts_are_told_in_the_readers_language(client: Any, cast: Any) -> None:
    actions.record(
        "employer_side_changed",
        by=cast.malin,
        about="programmes.enrolment:7",
        scope=f"region:{cast.sormland.pk}",
        now=NOW,
        before="asked",
        after="approved",
        known=True,
        hours="6.00",
        last_entry_on="2027-09-01",
        enrolment=61,
        marks=[{"1": "present"}],
    )
    client.force_login(cast.malin)
    page = client.get("/audit/", {"lang": "sv"}).content.decode()
    for told in ("Känd i Helmi: Ja", "Timmar: 6,", "Sista dagen att komma med: 1 september 2027", "anmälan 61"):
        assert told in page
    assert not re.search(r"\b(asked|approved|known|True|present|before|after)\b", page.partition("<tbody")[2])
    client.get("/audit/", {"lang": "fi"})
    assert "Tunteja: 6," in client.get("/audit/", {"lang": "fi"}).content.decode()
