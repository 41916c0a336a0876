"""The marks on views that middleware reads: what is recorded of a view, and how much one may be sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import models
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., object])
REST_OF_FORM = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Note:
    """What a marked view says about the answer it gives: about whom, in which scope, with which codes."""

    about: models.Model | str
    scope: str = ""
    codes: dict[str, Any] = field(default_factory=dict)


_notes: WeakKeyDictionary[HttpRequest, Note] = WeakKeyDictionary()


def audited(deed: str, *, look: str = "") -> Callable[[View], View]:
    """Mark a view: what it answers a signed-in person is recorded as `deed`, a GET as `look` where that is another.

    A GET is recorded when it shows something (200), a POST when it did something (below 400). What it is about is the
    route with its ids, unless the view says more with `note`. The route's row in config/policy.toml has
    `audit = true`; a test compares the two. An action that records its own deed needs no mark on its view.
    """

    def mark(view: View) -> View:
        vars(view)["audited"] = {"GET": look or deed, "HEAD": look or deed, "POST": deed}
        return view

    return mark


def note(request: HttpRequest, *, about: models.Model | str, scope: str = "", **codes: Any) -> None:
    """Say what a marked view shows or changes, for the audit row."""
    _notes[request] = Note(about, scope, codes)


def deeds_of(view: object) -> dict[str, str]:
    """The deed that a view's mark names, by HTTP method; none without a mark."""
    found: dict[str, str] = getattr(view, "audited", {})
    return found


def note_of(request: HttpRequest) -> Note | None:
    """What a marked view has said of this request."""
    return _notes.get(request)


def takes_files(largest: int) -> Callable[[View], View]:
    """Mark a view that takes a file of up to `largest` bytes; a longer request is refused before it is read."""

    def mark(view: View) -> View:
        vars(view)["largest_body"] = largest + REST_OF_FORM
        return view

    return mark


def largest_body_of(view: object, otherwise: int) -> int:
    """How many bytes a request to this view may have; `otherwise` without a mark."""
    return int(getattr(view, "largest_body", otherwise))
