"""Every message has its Swedish and its Finnish, with the same places for facts."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = [
    "answers",
    "audit",
    "base",
    "competence",
    "config",
    "documents",
    "events",
    "home",
    "outbox",
    "people",
    "programmes",
    "reports",
]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")


def sources():
    """Every file that may hold messages, as Python."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            python = templatize(path.read_text(), origin=str(path))
            yield path, "\n".join(line.strip() for line in python.splitlines())


def messages():
    """Every message in the sources, as (context, singular), with the file that says it."""
    found = {}
    for path, source in sources():
        for _line, function, said, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
            said = (said,) if isinstance(said, str) else said
            context = None
            if function.startswith(("pgettext", "npgettext")):
                context, *said = said
            if said and said[0]:
                found[context, said[0]] = path.relative_to(ROOT)
    return found


@pytest.fixture(scope="module")
def said():
    return messages()


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_every_message_is_translated(said, language):
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {}
    for row in catalogue:
        key = row.context, row.id[0] if isinstance(row.id, tuple) else row.id
        texts = row.string if isinstance(row.string, tuple) else (row.string,)
        known[key] = bool(texts) and all(texts) and not row.fuzzy
    missing = sorted(f"{path}: {text!r}" for (context, text), path in said.items() if not known.get((context, text)))
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_translations_keep_the_places_for_facts(language):
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for row in catalogue:
        if not row.id or not row.string:
            continue
        meant = row.id if isinstance(row.id, tuple) else (row.id,)
        allowed = set().union(*(PLACE.findall(text) for text in meant))
        texts = row.string if isinstance(row.string, tuple) else (row.string,)
        for text in texts:
            if not set(PLACE.findall(text)) <= allowed or (
                not isinstance(row.id, tuple) and set(PLACE.findall(text)) != allowed
            ):
                wrong.append(f"{meant[0]!r}: {text!r}")
    assert not wrong, "\n".join(wrong)


DATED = re.compile(r"(\w+)=[\w.]+\|(?:day|day_on|day_short|plain_day)\b")
DATED_BLOCK = re.compile(r"{% blocktranslate ([^%]*)%}(.*?){% endblocktranslate %}", re.DOTALL)


def dated_messages():
    """Every message of a template that tells a day without its time, with the places in which the day stands."""
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            for facts, words in DATED_BLOCK.findall(path.read_text()):
                if places := DATED.findall(facts):
                    singular = words.partition("{% plural %}")[0]
                    yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", " ".join(singular.split())), places


def test_no_finnish_sentence_ends_in_a_day_for_a_day_ends_in_a_full_stop_or_in_a_year():
    with (ROOT / "locale/fi/LC_MESSAGES/django.po").open("rb") as file:
        finnish = {
            said: message.string if isinstance(message.string, tuple) else (message.string,)
            for message in read_po(file, locale="fi")
            for said in ([message.id] if isinstance(message.id, str) else message.id[:1])
        }
    found = [(said, places) for said, places in dated_messages() if said in finnish]
    assert len(found) > 40
    wrong = [
        words
        for said, places in found
        for words in finnish[said]
        for place in places
        if re.search(rf"%\({place}\)s(?:</strong>)?(?:\.| [A-ZÅÄÖ])", words)
    ]
    assert not wrong
