"""What an author may write: paragraphs, bold, italics, raised and lowered signs, lists and links, and nothing else.

Authors write marks in plain text: **bold**, *italics*, H~2~O, m^2^, "- " and "1. " at the beginning of a line for
lists, [words](https://...) for links, and an empty line between paragraphs. What looks like HTML is text. The result
is cleaned once more through an allowlist of elements before it leaves this page.
"""

import re
from collections.abc import Container, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any

from django.utils.safestring import SafeString
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from base.markup import Marks, cleaned, lf

LONGEST = 20_000  # characters
DEEPEST = 8  # elements in each other
TAGS = {"p", "br", "i", "b", "sub", "sup", "ul", "ol", "li", "a"}
_LOOSE = re.compile(r"(?<!\\)\[(?![^\[\]\n]{1,300}\]\()")
_PAIRS = {"~": "sub", "^": "sup"}


def _raised(state: StateInline, silent: bool) -> bool:
    """H~2~O and m^2^: some signs without a space between two marks."""
    mark = state.src[state.pos]
    if mark not in _PAIRS:
        return False
    found = re.compile(r"[~^]([^\s~^]{1,40})([~^])").match(state.src, state.pos)
    if found is None or found.group(2) != mark:
        return False
    if not silent:
        name = _PAIRS[mark]
        state.push(f"{name}_open", name, 1)
        state.push("text", "", 0).content = found.group(1)
        state.push(f"{name}_close", name, -1)
    state.pos = found.end()
    return True


def _plain_tag(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tag = {"strong": "b", "em": "i"}[tokens[at].tag]
    return f"</{tag}>" if tokens[at].nesting < 0 else f"<{tag}>"


_marks = Marks()
_marks.inline.ruler.before("emphasis", "raised", _raised)
for _name in ("strong_open", "strong_close", "em_open", "em_close"):
    _marks.add_render_rule(_name, _plain_tag)


def tidy(text: str) -> str:
    """Line ends as we keep them, and no characters that no page can show."""
    return "".join(letter for letter in lf(text) if letter in "\n\t" or ord(letter) >= 32).strip()


def html(text: str) -> SafeString:
    """A text as HTML that is safe wherever it stands."""
    return cleaned(_marks.render(_marked(text)), tags=TAGS)


def depth(text: str) -> int:
    """How many elements stand in each other where the text is deepest."""
    deepest = 0
    for token in _marks.parse(_marked(text)):
        inner = 0
        for child in token.children or []:
            inner = max(inner, child.level + (child.nesting >= 0 and child.tag != ""))
        deepest = max(deepest, token.level + (1 if token.nesting > 0 else 0), token.level + inner)
    return deepest


def plain(text: str) -> str:
    """The words of a text without its marks, a paragraph or an item a line."""
    reader = _Reader()
    reader.feed(html(text))
    reader.close()
    return "\n".join(line for line in ("".join(reader.out)).splitlines() if line.strip())


def _marked(text: str) -> str:
    # A bracket that begins no link is a bracket: the parser would look for its end again and again.
    return _LOOSE.sub(r"\\[", tidy(text)[:LONGEST])


# ---------- Where words stand ----------


class _Reader(HTMLParser):
    """Reads our own clean HTML for its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li", "br"):
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        self.out.append(data)


class _Marker(_Reader):
    """Writes the HTML anew with something done to each word."""

    def __init__(self, *, named: Container[int] = (), over_from: int | None = None) -> None:
        super().__init__()
        self.named, self.over_from = named, over_from
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
        self.out.append(f"<{tag}{given}>")

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        for piece in re.split(r"(\s+)", data):
            if not piece or piece.isspace():
                self.out.append(piece)
                continue
            number = len(self.words)
            self.words.append(piece)
            if number in self.named:
                self.out.append(f'<span id="w{number}">{escape(piece)}</span>')
            elif self.over_from is not None and number >= self.over_from:
                self.out.append(f'<span class="over">{escape(piece)}</span>')
            else:
                self.out.append(escape(piece))


def _marked_up(clean: str, **wanted: Any) -> _Marker:
    marker = _Marker(**wanted)
    marker.feed(clean)
    marker.close()
    return marker


def words(clean: str) -> list[str]:
    """The words of clean HTML, in order."""
    return _marked_up(clean).words


def with_names(clean: str, numbers: Container[int]) -> str:
    """Clean HTML in which the words of these numbers have an `id`: w0, w1... The press can say where those stand."""
    return "".join(_marked_up(clean, named=numbers).out)


def with_overflow(clean: str, first: int) -> str:
    """Clean HTML in which the words from the one numbered `first` are marked as too many."""
    return "".join(_marked_up(clean, over_from=first).out)
