"""The answers to those who knock are read as text: thousands of them, so nothing is kept of how they were made."""

import pytest
from django.template import Template


@pytest.fixture(autouse=True)
def templates_as_in_real_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the copies of each context that Django's test client keeps."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
