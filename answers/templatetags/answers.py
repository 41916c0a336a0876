"""What a release keeps, as people read it; the words are those of `answers.documents`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import gettext as _

from answers.documents import answered, level, one_word, parts_of, share

register = template.Library()
for word in (level, share, answered, one_word):
    register.filter(word)


@register.inclusion_tag("answers/parts/bins.html")
def bins(kept: Sequence[str]) -> dict[str, Any]:
    """Three bins as a bar of whole tens, with the same in words."""
    widths = [int(parts_of(one)[1]) for one in kept]
    starts = [sum(widths[:index]) for index in range(len(widths))]
    names = ("lo", "mid", "hi")
    return {
        "rects": [{"name": name, "x": x, "width": width} for name, x, width in zip(names, starts, widths, strict=True)],
        "whole": sum(widths),
        "words": _("1–2: %(low)s, 3: %(middle)s, 4–5: %(high)s")
        % {"low": share(kept[0]), "middle": share(kept[1]), "high": share(kept[2])},
    }
