"""Every route as the URL resolver knows it, and every row of the access policy."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

POLICY = Path(settings.BASE_DIR) / "config" / "policy.toml"
# django-allauth's own pages are one row: it guards them itself.
THEIRS = "account"


@dataclass(frozen=True)
class Route:
    """One address: its name with its namespace, its view, and the names of what stands in it."""

    name: str
    view: Any
    parameters: tuple[str, ...]
    path: str

    @property
    def open(self) -> bool:
        """Whether the view answers people who are not signed in."""
        return getattr(self.view, "login_required", True) is False


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            path = prefix + str(pattern.pattern)
            name = f"{space}{pattern.name}" if pattern.name else path
            yield Route(name, pattern.callback, tuple(pattern.pattern.converters), path)


def routes() -> list[Route]:
    """All of ours, in order."""
    return [route for route in _walk(get_resolver().url_patterns, "", "") if not route.path.startswith(f"{THEIRS}/")]


@cache
def policy() -> dict[str, dict[str, Any]]:
    """The rows by route."""
    return dict(tomllib.loads(POLICY.read_text(encoding="utf-8"))["route"])
