"""Kinds of letters: who builds each, and how a letter is composed from one plain template.

A builder runs when the letter is sent and when it is shown, with the reader's language active. It returns None when
the letter is no longer true (left, moved, cancelled); the letter is then cancelled.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

if TYPE_CHECKING:
    from outbox.models import Letter

MASK = "…"


@dataclass(frozen=True)
class Emblem:
    """A picture in the foot of a letter, such as a funder's, and what it shows in words."""

    content: bytes
    content_type: str
    alt: str = ""


@dataclass(frozen=True)
class Mail:
    """A letter in words: what its reader gets."""

    subject: str
    text: str
    html: str = ""
    attachments: Sequence[tuple[str, str | bytes, str]] = ()
    reply_to: str = ""
    sender: str = ""  # a name to stand before our address, such as the region's
    secrets: Sequence[str] = ()  # parts of personal links: masked in what is kept and shown
    headers: Sequence[tuple[str, str]] = ()  # more of the mail's head, such as how to leave a newsletter
    emblem: Emblem | None = None  # goes along with the mail, so that nothing is fetched when it is read

    def masked(self, text: str) -> str:
        """A text of this mail without what opens personal links."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if secret:
                text = text.replace(secret, MASK)
        return text


Build = Callable[["Letter"], Mail | None]
T = TypeVar("T")
TRUSTED = 5.0  # seconds for which a builder may use what was read for the whole round


class Round:
    """Letters that leave together: what their builders need is read for all of them at once.

    What was read is trusted for five seconds, then read anew: a letter tells what is true when it leaves, however slow
    the mail server is. Whether a letter was cancelled is asked for each one when it begins, not here.
    """

    def __init__(self, letters: Sequence["Letter"]) -> None:
        self.letters = letters
        self._read: dict[str, tuple[float, Any]] = {}

    def once(self, name: str, read: Callable[[Sequence["Letter"]], T]) -> T:
        """What `read` says of the letters of this round, read for the first that asks."""
        kept = self._read.get(name)
        if kept is None or time.monotonic() - kept[0] > TRUSTED:
            kept = self._read[name] = (time.monotonic(), read(self.letters))
        facts: T = kept[1]
        return facts


def go_together(letters: Sequence["Letter"]) -> None:
    """Make a round of these letters, until each is built."""
    together = Round(letters)
    for letter in letters:
        letter.round = together


def round_of(letter: "Letter") -> Round:
    """The round that a letter leaves in; alone, as on a page, it is a round of its own."""
    return letter.round or Round([letter])


@dataclass(frozen=True)
class Kind:
    """What is known of a kind: its builder, its title on pages, and what to do when delivery is unknown."""

    name: str
    build: Build
    title: str | Promise
    careful: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: str, build: Build, *, title: str | Promise, careful: bool = False) -> None:
    """Tell the outbox how to build letters of this kind.

    `careful` is for invitations and security mails: when a crash leaves it unknown whether such a letter went, a person
    decides; any other is sent once more and counted as a possible duplicate.
    """
    if kind in _kinds and _kinds[kind].build is not build:
        raise ValueError(f"there are two kinds of letter called {kind!r}")
    _kinds[kind] = Kind(kind, build, title, careful)


def find(kind: str) -> Kind:
    """The kind with this name; KeyError is a bug in whoever wrote the letter."""
    return _kinds[kind]


def title(kind: str) -> str:
    """What the kind is called on pages, in the reader's language."""
    known = _kinds.get(kind)
    return str(known.title) if known else kind


def names() -> list[str]:
    """Every registered kind."""
    return sorted(_kinds)


# ---------- Reading before sending ----------


@dataclass(frozen=True)
class Reader:
    """Somebody who is about to get a letter: in which language, and how it is built."""

    person: Any
    language: str
    build: Callable[[], Mail | None]
    kind: str = ""


@dataclass(frozen=True)
class Preview:
    """A letter as one of its readers gets it, personal links masked, and everybody who gets it in that language."""

    code: str
    mail: Mail
    readers: Sequence[Any]


def previews(readers: Iterable[Reader]) -> list[Preview]:
    """The letter of each kind once in each language that somebody reads, the most read first.

    It is shown as somebody gets it whose identity is not protected; where there is nobody else, without the name.
    """
    groups: dict[tuple[str, str], list[Reader]] = {}
    for reader in readers:
        groups.setdefault((reader.kind, reader.language), []).append(reader)
    found = []
    for (_kind, code), group in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        with translation.override(code):
            for reader in sorted(group, key=lambda reader: reader.person.protected):
                if mail := reader.build():
                    if reader.person.protected:
                        mail = replace(mail, secrets=[*mail.secrets, reader.person.first_name])
                    shown = replace(mail, subject=mail.masked(mail.subject), text=mail.masked(mail.text))
                    found.append(Preview(code, shown, [reader.person for reader in group]))
                    break
    return found


# ---------- What letters are about, on pages ----------

NameThings = Callable[[list[str]], dict[str, str]]
_things: dict[str, NameThings] = {}


def name_about(label: str, names: NameThings) -> None:
    """Tell the outbox what things of a model ("events.event") are called on pages: from their keys, all at once."""
    _things[label] = names


def names_of(about: set[str]) -> dict[str, str]:
    """What these things are called, as far as somebody can say; one call for each model."""
    by_label: dict[str, list[str]] = {}
    for key in about:
        label, _colon, pk = key.partition(":")
        by_label.setdefault(label, []).append(pk)
    named: dict[str, str] = {}
    for label, pks in by_label.items():
        if label in _things:
            named |= {f"{label}:{pk}": name for pk, name in _things[label](pks).items()}
    return named


# ---------- Composing ----------

LINK = re.compile(r"\[([^\]\n]+)\]\((\S+?)\)")


@dataclass
class _Part:
    """A paragraph, a list or a button of a letter."""

    kind: str
    lines: list[SafeString] = field(default_factory=list)
    url: str = ""


def compose(
    template: str,
    context: dict[str, Any],
    *,
    ask: str = "",
    why: str = "",
    region: str = "",
    funder: str = "",
    emblem: Emblem | None = None,
    reply_to: str = "",
    sender: str = "",
    attachments: Sequence[tuple[str, str | bytes, str]] = (),
    secrets: Sequence[str] = (),
) -> Mail:
    """A mail from one plain template, as text and as HTML.

    The template's first line is "Subject: ..."; then an empty line and the body: paragraphs with empty lines between,
    lists of lines that begin with "- ", and links as [words](address), where the address is one of ours; the first
    link that stands alone on its line becomes the button. What people typed is text, whatever it looks like. In the
    foot stand `ask`, which says who answers questions, `why` the reader got the letter, `region` and `funder`,
    whose emblem stands beside it where the letter is read as HTML.
    """
    rendered = Engine.get_default().get_template(template).render(Context(context, autoescape=False))
    head, _separator, body = rendered.strip().partition("\n")
    if not head.startswith("Subject:"):
        raise ValueError(f"{template} does not begin with its subject")
    subject = " ".join(head.removeprefix("Subject:").split())
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in body.strip().splitlines()))
    foot = [line for line in (ask, why, region, funder) if line]
    text = LINK.sub(_link_as_text, body)
    if foot:
        text += "\n\n-- \n" + "\n".join(foot)
    html = render_to_string(
        "outbox/letter.html",
        {
            "subject": subject,
            "language": get_language(),
            "parts": _parts(body),
            "ask": ask,
            "why": why,
            "region": region,
            "funder": funder,
            "emblem": emblem,
            "home": settings.BASE_URL,
        },
    )
    return Mail(subject, text + "\n", html, tuple(attachments), reply_to, sender, tuple(secrets), emblem=emblem)


def ours(url: str) -> bool:
    """Whether a link in a letter leads to this portal: no other is made clickable."""
    return url == settings.BASE_URL or url.startswith((f"{settings.BASE_URL}/", f"{settings.BASE_URL}?"))


def _link_as_text(match: re.Match[str]) -> str:
    words, url = match.groups()
    return f"{words}: {url}" if ours(url) else match.group()


def _link(url: str, words: str) -> SafeString:
    """A link in the colour of links; mail readers know no stylesheet."""
    return format_html('<a href="{}" style="color: #0B4F63;">{}</a>', url, words)


def _inline(line: str) -> SafeString:
    """A line as HTML: everything escaped, and our own links clickable."""
    pieces: list[SafeString] = []
    end = 0
    for match in LINK.finditer(line):
        words, url = match.groups()
        if ours(url):
            pieces += [format_html("{}", line[end : match.start()]), _link(url, words)]
            end = match.end()
    pieces.append(format_html("{}", line[end:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _parts(body: str) -> list[_Part]:
    """The body as paragraphs, lists and buttons."""
    parts: list[_Part] = []
    for block in body.split("\n\n"):
        open_part: _Part | None = None
        for line in block.splitlines():
            alone = LINK.fullmatch(line)
            if alone and ours(alone.group(2)) and not any(part.kind == "button" for part in parts):
                parts.append(_Part("button", [format_html("{}", alone.group(1))], alone.group(2)))
                open_part = None
                continue
            kind = "list" if line.startswith("- ") else "paragraph"
            if open_part is None or open_part.kind != kind:
                open_part = _Part(kind)
                parts.append(open_part)
            open_part.lines.append(_inline(line.removeprefix("- ")))
    return parts
