"""The marks that people may write in longer texts, in one place: some of Markdown's, and nothing that a page would run.

What looks like HTML is text, and a link leads to http, https or a mail address.
"""

from collections.abc import Set

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

SCHEMES = {"http", "https", "mailto"}
DEEPEST = 60  # lists and quotations in each other, before the parser takes the rest as text


class Marks(MarkdownIt):
    """A parser that knows emphasis, lists, links and line breaks."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "breaks": True, "maxNesting": DEEPEST})
        self.enable(["emphasis", "list", "link", "newline", "escape", "entity"])

    def validateLink(self, url: str) -> bool:
        """Whether a link may lead there; else its marks stay text."""
        return url.lower().startswith(tuple(f"{scheme}:" for scheme in SCHEMES))


def lf(text: str) -> str:
    """A text with line ends as we keep them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cleaned(html: str, *, tags: Set[str]) -> SafeString:
    """HTML of a parser with these elements, links' addresses, and nothing else."""
    kept = nh3.clean(html, tags=set(tags), attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None)
    return SafeString(kept.strip())
