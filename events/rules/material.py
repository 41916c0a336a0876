"""Who may add material to an event, what a link may lead to, and when material may be out of date."""

from __future__ import annotations

import ipaddress
import socket
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from events.rules.days import organises, works_on
from events.states import OUT_OF_DATE, Audience, EventKind, Seen

if TYPE_CHECKING:
    from events.models import Event, Material
    from people.models import Person


class NotArranging(Forbidden):
    """Material is added by those who arrange or work on the event."""

    message = _("Material is added by the coordinators and by those who work on the event.")


class NotYourMaterial(Forbidden):
    """A lecturer changes what she has added herself."""

    message = _("You can change the material that you look after, not this.")


class NoMaterialHere(Refusal):
    """A supervision session holds no content."""

    message = _("A supervision session holds no material, so that what is said there stays there.")


class LinkNotWeb(Refusal):
    """A link that is not to a web page."""

    message = _("Write the address of a web page, which begins with https://.")


class LinkNowhere(Refusal):
    """A link that leads into one's own machine or network."""

    message = _("The link leads to an address that only your own network can reach. Others could not open it.")


class SeenTooWidely(Refusal):
    """Material cannot be seen by more people than the event."""

    message = _("More people would see the material than see the event.")


def why_not_add(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` may not add material to the event, or None: organisers may, and who works on this very event."""
    if event.kind == EventKind.SUPERVISION:
        return NoMaterialHere()
    if by is None or organises(event, by) or works_on(event, by):
        return None
    return NotArranging()


def why_not_touch(material: Material, by: Person | None) -> Refusal | None:
    """The reason `by` may not change or remove it, or None: organisers may, and its owner while on the event."""
    if by is None or organises(material.event, by):
        return None
    if refusal := why_not_add(material.event, by):
        return refusal
    return None if material.owner_id == by.pk else NotYourMaterial()


def choices_of_seen(event: Event) -> list[str]:
    """Who may be chosen to see material: never more people than see the event."""
    wider = {
        Audience.PUBLIC: [Seen.REGISTERED, Seen.REGION, Seen.PUBLIC],
        Audience.REGION: [Seen.REGISTERED, Seen.REGION],
    }
    return [str(one) for one in wider.get(Audience(event.audience), [Seen.REGISTERED])]


def why_not_seen_by(event: Event, seen_by: str) -> Refusal | None:
    """The reason material of the event cannot be shown so widely, or None."""
    return None if seen_by in choices_of_seen(event) else SeenTooWidely()


def why_not_link(link: str) -> Refusal | None:
    """The reason a link cannot be shown, or None. It is never fetched by us; readers follow it."""
    try:
        parts = urlsplit(link.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return LinkNotWeb()
    wrong = any(ord(letter) <= 32 or letter in '\\<>"' for letter in link.strip())
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or wrong:
        return LinkNotWeb()
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return LinkNowhere()
    number = _as_number(host)
    if number is not None:
        return None if number.is_global and not number.is_multicast else LinkNowhere()
    return None if "." in host else LinkNowhere()


def _as_number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host that is written as a number, in any of the ways that browsers understand: 127.1, 0x7f000001, ::1."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
        inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
        return inner or found
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def is_out_of_date(material: Any, today: date) -> bool:
    """Whether its review date passed 30 days ago without anybody having looked at it."""
    return material.review_on is not None and material.review_on + OUT_OF_DATE <= today
