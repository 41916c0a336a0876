"""Frameworks that come with Helmi: written out in full, to begin from and make one's own."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# In the order in which they are offered.
KEYS = ("child-welfare", "home-care", "early-education", "social-directors")

Words = dict[str, str]  # by language


@dataclass(frozen=True)
class Ready:
    """A ready-made framework; every text in Swedish, Finnish and English."""

    key: str
    title: Words
    kind_of_work: Words
    introduction: Words
    scale: dict[str, list[str]]
    areas: list[dict[str, Any]]


@cache
def read(key: str) -> Ready:
    """The framework of that name as it comes with Helmi."""
    file = resources.files("competence").joinpath("ready", f"{key}.json")
    return Ready(key=key, **json.loads(file.read_text(encoding="utf-8")))
