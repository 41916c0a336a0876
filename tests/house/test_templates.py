"""Every template can be read by the template engine, and nothing in it needs an inline script or style."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PATHS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\sstyle=|\son[a-z]+=|javascript:")


def test_there_are_templates():
    assert PATHS


@pytest.mark.parametrize("name", PATHS)
def test_template_compiles(name):
    get_template(name)


# Mail readers and the PDF press know no style files of a page.
PAPER = ("outbox/letter", "documents/", "programmes/documents/")


@pytest.mark.parametrize("name", [name for name in PATHS if not name.startswith(PAPER)])
def test_template_has_no_inline_script_or_style(name):
    assert not INLINE.findall((TEMPLATES / name).read_text())
