"""What a newsletter is made of: its publisher, its sections, and the little formatting that its texts may hold.

Text is CommonMark with paragraphs, line breaks, bold, emphasis, lists and links, and nothing else (base.markup).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.safestring import SafeString
from markdown_it.token import Token

from base.markup import Marks, cleaned, lf

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
_marks = Marks()
# How the elements of a text look in a mail, whose readers know no stylesheet. Nobody's words hold such an element: what
# a person types as "<p>" has become "&lt;p&gt;" by then.
_MAIL_STYLES = {
    "<p>": '<p style="margin: 0 0 16px; color: #13242C;">',
    "<ul>": '<ul style="margin: 0 0 16px; padding-left: 22px;">',
    "<ol>": '<ol style="margin: 0 0 16px; padding-left: 22px;">',
    "<li>": '<li style="margin: 0 0 4px; color: #13242C;">',
    "<a href=": '<a style="color: #0B4F63;" href=',
}


@dataclass(frozen=True)
class Publisher:
    """Who publishes a newsletter, as plain facts: the outbox knows no regions, only their keys."""

    scope: str
    slug: str
    names: Mapping[str, str]
    sender: str
    reply_to: str
    languages: Sequence[str]

    def facts(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {**asdict(self), "names": dict(self.names), "languages": list(self.languages)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Publisher":
        """From what a row keeps."""
        return cls(**facts)

    def name(self, language: str) -> str:
        """Its name in a language, or in its own first one."""
        return self.names.get(language) or next((self.names[code] for code in self.languages if self.names[code]), "")


@dataclass(frozen=True)
class Section:
    """A heading, its text, and where to read on."""

    heading: str = ""
    text: str = ""
    link: str = ""
    link_words: str = ""

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.heading or self.text or self.link)

    @property
    def href(self) -> str:
        """Where the link leads, when it leads to a page."""
        return self.link if self.link.lower().startswith(("https://", "http://")) else ""

    @property
    def words(self) -> str:
        """What the link is called: its words, else its address."""
        return self.link_words or self.link


def sections_of(rows: Iterable[Mapping[str, str]]) -> list[Section]:
    """The sections that a row keeps."""
    return [Section(**row) for row in rows]


def chosen_language(wanted: str, written: Iterable[str], order: Sequence[str]) -> str:
    """The language in which a reader gets an issue: her own where it is written, else the publisher's first that is."""
    there = set(written)
    if wanted in there:
        return wanted
    return next((code for code in order if code in there), min(there, default=""))


def html(text: str) -> SafeString:
    """A text as HTML that is safe wherever it stands."""
    return cleaned(_marks.render(lf(text)), tags=_TAGS)


def mail_html(text: str) -> SafeString:
    """The same for a mail, with the styles on the elements."""
    result = str(html(text))
    for plain, styled in _MAIL_STYLES.items():
        result = result.replace(plain, styled)
    return SafeString(result)


def plain(text: str) -> str:
    """The text as a mail's text part says it: without marks, and with each address behind its words."""
    out: list[str] = []
    lists: list[int | None] = []
    for token in _marks.parse(lf(text)):
        if token.type == "bullet_list_open":
            lists.append(None)
        elif token.type == "ordered_list_open":
            lists.append(int(token.attrGet("start") or 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                out.append("")
        elif token.type == "list_item_open":
            number = lists[-1]
            out.append("  " * (len(lists) - 1) + ("- " if number is None else f"{number}. "))
            if number is not None:
                lists[-1] = number + 1
        elif token.type == "inline":
            words = _inline(token.children or [])
            if lists and out and re.fullmatch(r" *(-|\d+\.) ", out[-1]):
                out[-1] += words
            else:
                out += [words, ""] if not lists else [words]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip()


def _inline(tokens: Sequence[Token]) -> str:
    words, links = "", []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            words += "\n"
        elif token.type == "link_open":
            links.append((str(token.attrGet("href") or ""), len(words)))
        elif token.type == "link_close":
            address, start = links.pop()
            if address.removeprefix("mailto:") != words[start:]:
                words += f" ({address})"
        else:
            words += token.content
    return words
