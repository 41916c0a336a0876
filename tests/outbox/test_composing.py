"""A letter is composed from one plain template: text and HTML say the same, and typed text stays text."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines

from outbox import kinds


@pytest.fixture
def template(tmp_path: Path, monkeypatch: Any) -> Any:
    """A template of this test's own."""
    (tmp_path / "t").mkdir()
    loaders = engines["django"].engine.template_loaders
    monkeypatch.setattr(loaders[0].loaders[0] if hasattr(loaders[0], "loaders") else loaders[0], "dirs", None)
    monkeypatch.setattr(engines["django"].engine, "dirs", [*engines["django"].engine.dirs, str(tmp_path)])

    def write(text: str) -> str:
        (tmp_path / "t" / "letter.txt").write_text(text)
        for loader in loaders:
            if hasattr(loader, "reset"):
                loader.reset()
        return "t/letter.txt"

    return write


def test_links_of_ours_can_be_clicked_and_typed_ones_cannot(template: Any) -> None:
    name = template(
        "Subject: Hej {{ name }}\n\nHej {{ name }} & co\n\n[Svara]({{ link }})\n\n"
        "- ett\n- [två]({{ link }})\n\n{{ typed }}\n"
    )
    mail = kinds.compose(
        name,
        {
            "name": "O'Brien <b>",
            "link": f"{settings.BASE_URL}/a/tok",
            "typed": "[klicka](https://evil.example) [x](javascript:a)",
        },
        why="Därför att.",
        region="Sörmland",
        funder="Medfinansieras av EU",
        secrets=["tok"],
    )
    assert mail.subject == "Hej O'Brien <b>"
    assert f"Svara: {settings.BASE_URL}/a/tok" in mail.text
    assert mail.text.rstrip().endswith("-- \nDärför att.\nSörmland\nMedfinansieras av EU")
    assert mail.html.count(f'href="{settings.BASE_URL}/a/tok"') == 2
    assert 'href="https://evil' not in mail.html
    assert 'href="javascript' not in mail.html
    assert "O&#x27;Brien &lt;b&gt; &amp; co" in mail.html
    assert "<li" in mail.html
    assert "tok" not in mail.masked(mail.text)


def test_a_letter_has_one_button_and_says_who_answers_questions_before_why_it_came(template: Any) -> None:
    name = template("Subject: x\n\n[Ladda ner]({{ one }})\n\nMer.\n\n[Se sidan]({{ two }})\n")
    one, two = f"{settings.BASE_URL}/one/", f"{settings.BASE_URL}/two/"
    mail = kinds.compose(name, {"one": one, "two": two}, ask="Fråga oss.", why="Därför att.")
    assert mail.html.count('class="button"') == 1
    assert f'class="button" href="{one}"' in mail.html
    assert f'<a href="{two}"' in mail.html
    assert mail.text.rstrip().endswith("-- \nFråga oss.\nDärför att.")
    assert mail.html.index("Fråga oss.") < mail.html.index("Därför att.")


def test_a_subject_has_one_line(template: Any) -> None:
    mail = kinds.compose(template("Subject: {{ a }}\n\nx"), {"a": "Hi\r\nBcc: x@y.example"})
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_a_template_without_a_subject_is_a_fault(template: Any) -> None:
    with pytest.raises(ValueError, match="subject"):
        kinds.compose(template("Hej"), {})


def test_a_wrong_address_of_ours_is_not_ours() -> None:
    assert kinds.ours(f"{settings.BASE_URL}/x")
    assert not kinds.ours(f"{settings.BASE_URL}.evil.example/x")
    assert not kinds.ours("https://evil.example")


def test_two_builders_of_one_kind_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two kinds"):
        kinds.register("test_reminder", lambda letter: None, title="x")
