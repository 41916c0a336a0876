"""What we serve from others has its licence and version beside it, and no address of a server elsewhere."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor", ROOT / "static" / "pdf" / "fonts"]
FREE = {"MIT", "0BSD", "OFL-1.1", "MPL-2.0"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_manifest_names_every_file(folder):
    rows = json.loads((folder / "vendor.json").read_text())
    named = {name for row in rows for name in row["files"]} | {"vendor.json"}
    assert named == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_package_has_a_free_licence_whose_text_is_there(folder):
    for row in json.loads((folder / "vendor.json").read_text()):
        assert row["license"] in FREE
        assert row["version"]
        assert row["integrity"].startswith("sha512-")
        assert any("LICENSE" in name for name in row["files"])


def test_no_page_loads_anything_from_elsewhere():
    loads = re.compile(
        r"""<(?:script|img|iframe|source|link)\b[^>]*\b(?:src|href)=["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
    )
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "helmi").rglob("*.css")]:
        assert not loads.findall(path.read_text()), path
