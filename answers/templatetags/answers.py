"""What a release keeps, as people read it: the same words on every page and in every file."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from base import dates

register = template.Library()
SIGNS = {"<=": "≤ ", ">=": "≥ "}


def _parts(kept: str) -> tuple[str, Decimal]:
    sign = next((sign for sign in SIGNS if kept.startswith(sign)), "")
    return SIGNS.get(sign, ""), Decimal(kept.removeprefix(sign))


@register.filter
def level(kept: str) -> str:
    """A mean: 3,4 or ≤ 1,5."""
    if not kept:
        return ""
    sign, value = _parts(kept)
    return sign + dates.number(value, 1)


@register.filter
def share(kept: str) -> str:
    """A share in tens: 30 % or ≥ 90 %."""
    if not kept:
        return ""
    sign, value = _parts(kept)
    return sign + dates.percent(value)


@register.filter
def answered(turnout: Mapping[str, Any]) -> str:
    """How many answered: 11 of 18 have answered (61 %), 5–9 have answered, too few answers."""
    if not turnout["n"]:
        return _("Too few answers")
    n = str(turnout["n"]).replace("-", "–")
    if not turnout["percent"]:
        return _("%(n)s have answered") % {"n": n}
    facts = {"n": n, "invited": turnout["invited"], "share": dates.percent(Decimal(turnout["percent"]))}
    return _("%(n)s of %(invited)s have answered (%(share)s)") % facts


@register.filter
def one_word(kept: str) -> str:
    """The word for a small group."""
    words = {
        "low": pgettext("what answers are", "low"),
        "mixed": pgettext("what answers are", "mixed"),
        "high": pgettext("what answers are", "high"),
        "below": pgettext("against the target", "below"),
        "near": pgettext("against the target", "near"),
        "above": pgettext("against the target", "above"),
    }
    return words.get(kept, "")


@register.inclusion_tag("answers/parts/bins.html")
def bins(kept: Sequence[str]) -> dict[str, Any]:
    """Three bins as a bar of whole tens, with the same in words."""
    widths = [int(_parts(one)[1]) for one in kept]
    starts = [sum(widths[:index]) for index in range(len(widths))]
    names = ("lo", "mid", "hi")
    return {
        "rects": [{"name": name, "x": x, "width": width} for name, x, width in zip(names, starts, widths, strict=True)],
        "whole": sum(widths),
        "words": _("1–2: %(low)s, 3: %(middle)s, 4–5: %(high)s")
        % {"low": share(kept[0]), "middle": share(kept[1]), "high": share(kept[2])},
    }
