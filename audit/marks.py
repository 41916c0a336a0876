"""The mark on a view that shows personal data: one middleware reads it and writes the audit row."""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


def audited(deed: str) -> Callable[[View], View]:
    """Mark a view: each answer 200 to a signed-in person is recorded as `deed`.

    What it is about is the route with its ids, unless the view says it: `request.audit_about` (an object or key) and
    `request.audit_scope`. The route's row in config/policy.toml has `audit = true`; a test compares the two.
    """

    def mark(view: View) -> View:
        view.audited = deed  # type: ignore[attr-defined]
        return view

    return mark
