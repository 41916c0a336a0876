"""The access policy names every route, and says of each what its view does."""

import pytest

from base.marks import deeds_of
from tests.access.routes import Route, policy, routes

ROLES = {
    "administrator",
    "coordinator",
    "director",
    "manager",
    "mentor",
    "supervisor",
    "lecturer",
    "host",
    "participant",
}
WHO = ROLES | {"public", "link", "anyone"}
SCOPES = {"all", "region", "organisation", "own", "link", "public"}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    named = {route.name for route in routes()}
    rows = set(policy())
    assert named - rows == set(), "routes without a row in config/policy.toml"
    assert rows - named == set(), "rows of config/policy.toml without a route"


@pytest.mark.parametrize(("name", "row"), policy().items())
def test_a_row_says_who_how_far_and_how(name: str, row: dict[str, object]) -> None:
    assert set(row) <= {"who", "scope", "methods", "audit", "seen_by", "note"}
    assert set(row["who"]) <= WHO
    assert row["who"]
    assert row["scope"] in SCOPES
    assert set(row["methods"]) <= {"GET", "POST"}
    assert row["methods"]
    assert isinstance(row["audit"], bool)
    assert set(row.get("seen_by", [])) <= WHO


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_only_public_and_linked_pages_are_open_without_signing_in(route: Route) -> None:
    who = set(policy()[route.name]["who"])
    assert route.open == bool(who & {"public", "link"})


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_a_look_is_recorded_where_the_policy_says_so(route: Route) -> None:
    assert bool(deeds_of(route.view)) == policy()[route.name]["audit"]
