"""Every template can be read by the template engine, and nothing in it needs an inline script or style."""

import re
from pathlib import Path

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PATHS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\sstyle=|\son[a-z]+=|javascript:")
# Mail readers and the PDF press know no style files of a page.
PAPER = (
    "outbox/letter",
    "outbox/mail",
    "documents/",
    "events/documents/",
    "programmes/documents/",
    "competence/documents/",
)


def test_every_template_compiles():
    wrong = []
    for name in PATHS:
        try:
            get_template(name)
        except (TemplateSyntaxError, TemplateDoesNotExist) as error:
            wrong.append(f"{name}: {error}")
    assert PATHS
    assert not wrong, "\n".join(wrong)


def test_no_page_has_an_inline_script_or_style():
    wrong = {
        name: found
        for name in PATHS
        if not name.startswith(PAPER) and (found := INLINE.findall((TEMPLATES / name).read_text()))
    }
    assert not wrong
