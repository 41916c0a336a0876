"""Browser tests: the system's Chromium, an axe run, screenshots, and no script error or blocked resource."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

# Playwright's sync API keeps an event loop running in the test's thread; without this the ORM refuses to work there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# The shell without windows does the same in half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
CHROME = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
]
AXE = (Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
# What another colour scheme can break on a page that has just been examined at the same width.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Only what is wrong is described and handed over: what is right would take three times as long as finding it out.
RUN = "only => axe.run({runOnly: only, resultTypes: ['violations']}).then(found => found.violations)"
SIZES = {1280: 900, 390: 844, 320: 640}
SCREENSHOTS = Path(django_settings.BASE_DIR) / "var" / "screenshots"
Look = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else Playwright's own; without either the tests fail."""
    chosen = {"executable_path": CHROME} if CHROME else {}
    return {**browser_type_launch_args, **chosen, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Swedish reader who wants no moving things."""
    return {
        **browser_context_args,
        "locale": "sv-SE",
        "timezone_id": "Europe/Stockholm",
        "reduced_motion": "reduce",
        "viewport": {"width": 1280, "height": SIZES[1280]},
    }


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of the running portal, which letters and links then name too."""
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def page(page: Any, site: str) -> Iterator[Any]:
    """A page that fails on a script error, a failed request or anything that the Content-Security-Policy blocked.

    An answer of 4xx is the page's business: `page.expected.add("404")` says that this one is meant.
    """
    problems: list[str] = []
    page.expected = set()

    def said(message: Any) -> None:
        if message.type == "error" and not any(word in message.text for word in page.expected):
            problems.append(message.text)

    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", said)
    page.set_default_timeout(15_000)
    yield page
    assert not problems, problems


@pytest.fixture
def sign_in(page: Any, site: str) -> Callable[[Any], None]:
    """Sign a person in without the pages for it."""

    def by_session(person: Any) -> None:
        client = Client()
        client.force_login(person)
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])

    return by_session


@pytest.fixture
def axe(page: Any) -> Callable[..., list[tuple[str, str, list[str]]]]:
    """What axe finds wrong with the page as it stands, by all our rules or by those of `only`."""

    def run(only: dict[str, Any] = EVERYTHING) -> list[tuple[str, str, list[str]]]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)  # evaluate, not add_script_tag: works under script-src 'self'
        found = page.evaluate(RUN, only)
        return [(v["id"], v["impact"], [node["html"][:160] for node in v["nodes"]]) for v in found]

    return run


@pytest.fixture
def look(page: Any, axe: Callable[..., list[Any]]) -> Iterator[Look]:
    """Look at the page: `look("apply-1")` at 1280 and 390 px, light and dark.

    Each look runs axe, and fails when the page is wider than the window. With SCREENSHOTS=1 in the environment it keeps
    a picture in var/screenshots: somebody wants to see them then, and they cost more than the rest.
    """
    found: list[str] = []

    def at_sizes(
        name: str, widths: tuple[int, ...] = (1280, 390), schemes: tuple[str, ...] = ("light", "dark")
    ) -> None:
        for width in widths:
            page.set_viewport_size({"width": width, "height": SIZES[width]})
            # From the top, where the bar that stays covers nothing.
            page.evaluate("window.scrollTo(0, 0)")
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)
                if os.environ.get("SCREENSHOTS"):
                    page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
                only = EVERYTHING if scheme == schemes[0] else COLOURS
                found.extend(f"{name} {width} {scheme}: {violation}" for violation in axe(only))
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{name} {width}: {wide} px wider than the window")
        page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
        page.emulate_media(color_scheme="light")

    yield at_sizes
    assert not found, "\n".join(found)
