"""The page of deeds, and the marks on views of personal data."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from audit import actions
from audit.states import DEEDS
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
        words={"reason": "<b>moved</b>"},
    )


def test_administrators_and_the_regions_coordinators_read_the_deeds(client: Any, cast: Any, deed: Any) -> None:
    for person, status, seen in ((cast.ada, 200, True), (cast.malin, 200, True), (cast.vera, 200, False)):
        client.force_login(person)
        answer = client.get("/audit/")
        assert answer.status_code == status
        assert ("moved" in answer.content.decode()) is seen
    for person in (cast.stina, cast.lars, cast.tuva, cast.outsider):
        client.force_login(person)
        assert client.get("/audit/").status_code == 404


def test_words_are_text(client: Any, cast: Any, deed: Any) -> None:
    client.force_login(cast.ada)
    assert "<b>moved" not in client.get("/audit/").content.decode()


def test_the_filters_find_and_say_what_is_wrong(client: Any, cast: Any, deed: Any) -> None:
    client.force_login(cast.ada)
    assert "moved" in client.get("/audit/", {"first": "16.4.2027", "last": "16.4.2027"}).content.decode()
    assert "moved" not in client.get("/audit/", {"last": "15.4.2027"}).content.decode()
    assert "moved" not in client.get("/audit/", {"who": "Nobody"}).content.decode()
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


def test_marked_views_are_those_that_the_policy_says_are_audited() -> None:
    policy = tomllib.loads((Path(settings.BASE_DIR) / "config" / "policy.toml").read_text())["route"]
    marked = {name for name, view in routes(get_resolver().url_patterns) if getattr(view, "audited", "")}
    said = {name for name, row in policy.items() if row.get("audit")}
    assert marked == said


def test_every_marked_view_has_a_deed_with_words() -> None:
    deeds = {
        deed for _name, view in routes(get_resolver().url_patterns) for deed in getattr(view, "audited", {}).values()
    }
    assert not deeds - set(DEEDS)
