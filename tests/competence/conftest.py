"""A small published framework, and keys in a folder of the test's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import NOW

WORDS = ("Nytt för mig", "Med stöd", "Själv i vanliga fall", "Själv i svåra fall", "Lär andra")


@pytest.fixture(autouse=True)
def keys_folder(settings: Any, tmp_path: Any) -> Any:
    """Keys of a test lie in its own folder."""
    settings.KEYS_DIR = str(tmp_path / "keys")
    settings.KEYS_EMBEDDED = True
    return tmp_path / "keys"


def in_three(words: str, field: str = "name") -> dict[str, str]:
    """The same words as each language's field."""
    return {
        f"{field}_{language}": words if language == "sv" else f"{words} ({language})" for language in ("sv", "fi", "en")
    }


def make_framework(
    region: Any, *, areas: int = 2, each: int = 2, published: bool = True, title: str = "Barnavård"
) -> Any:
    """A version of a framework of a region, with so many areas and competences and all words in three languages."""
    from competence.models import Area, Competence, Descriptor, Framework, FrameworkVersion
    from competence.states import VersionState

    framework = Framework.objects.create(
        region=region, created_at=NOW, **in_three(title, "title"), **in_three("Social barnavård", "kind_of_work")
    )
    steps: dict[str, str] = {}
    for number, words in enumerate(WORDS, start=1):
        steps |= in_three(words, f"step_{number}")
    version = FrameworkVersion.objects.create(
        framework=framework,
        number=1,
        created_at=NOW,
        state=VersionState.PUBLISHED if published else VersionState.DRAFT,
        published_at=NOW if published else None,
        **steps,
    )
    for a in range(areas):
        area = Area.objects.create(version=version, position=a, **in_three(f"Område {a + 1}"))
        for c in range(each):
            competence = Competence.objects.create(area=area, position=c, **in_three(f"Kompetens {a + 1}.{c + 1}"))
            Descriptor.objects.bulk_create(
                Descriptor(competence=competence, step=step, **in_three(words, "words"))
                for step, words in enumerate(WORDS, start=1)
            )
    return version
