"""The answers to those who knock are read as text: thousands of them, so nothing is kept of how they were made."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.template import Template

import config.middleware
import config.urls


@pytest.fixture(autouse=True)
def templates_as_in_real_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the copies of each context that Django's test client keeps."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages for what is not there (404) and for a method that is not answered (405), without their frame.

    Both know nothing but who reads; that the whole page is the same for what is hidden and for what does not exist
    has a test of its own.
    """
    monkeypatch.setattr(config.urls, "handler404", lambda request, exception: HttpResponse("Nothing here.", status=404))
    whole = config.middleware.render

    def render(request: Any, template: str, *given: Any, **facts: Any) -> HttpResponse:
        if template == "405.html":
            return HttpResponse("Not like this.", status=405)
        return whole(request, template, *given, **facts)

    monkeypatch.setattr(config.middleware, "render", render)
