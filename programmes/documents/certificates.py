"""What we print: the certificate, from facts that were frozen when it was issued."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from documents import pdf
from people.models import Organisation
from programmes.documents.pictures import stored
from programmes.models import Certificate, Cohort, CourseDay, MakeUp
from programmes.rules.attendance import Row
from programmes.rules.certificates import EMBLEMS, days_in_words, heading_lacks
from programmes.rules.roles import Done
from programmes.states import CERTIFICATE_HEADINGS, CertificateKind

NAME_WIDTH = 470.0  # points between the margins
NAME_SIZES = (34, 30, 27, 24, 22, 20, 18)  # as certificate.css has them
QUARTER = Decimal("0.25")
ENOUGH = 2  # alike, from which on one layout for all costs less than one for each
MASK = 3  # of the eight patterns of a square code; looking for the calmest of them would cost more than the rest


def quarter(hours: Decimal) -> str:
    """Hours to the quarter, downwards, as text: 39.00."""
    return f"{(hours / QUARTER).to_integral_value(ROUND_DOWN) * QUARTER:.2f}"


def shown_facts(
    *,
    cohort: Cohort,
    row: Row,
    days: list[CourseDay],
    make_ups: Mapping[int, MakeUp],
    kind: str,
    name: str,
    now: datetime,
) -> dict[str, Any]:
    """Everything that the paper will say, frozen as plain values in the person's language.

    `make_ups` are by the missed day; their registrations' events are at hand.
    """
    enrolment, standing = row.enrolment, row.standing
    by_number = {day.number: day for day in days}
    language = enrolment.person.language
    with translation.override(language):
        listed = []
        for fact in standing.days:
            if fact.hours_there <= 0:
                continue
            day = by_number[fact.number]
            made_up = make_ups.get(day.pk) if fact.made_up_hours else None
            when = made_up.registration.event.date if made_up else day.event.date
            listed.append(
                {
                    "number": fact.number,
                    "date": when.isoformat(),
                    "theme": day.event.title,
                    "hours": quarter(fact.hours_there),
                    "made_up": made_up is not None,
                }
            )
        held = [day.event.date for day in days if day.number in {fact.number for fact in standing.days}]
        return {
            **_frame(cohort, enrolment.organisation, language, now),
            "kind": str(kind),
            "name": name,
            "days": listed,
            "hours": quarter(sum((fact.hours_there for fact in standing.days), Decimal(0))),
            "attended": f"{Decimal(standing.attended.numerator) / Decimal(standing.attended.denominator):.2f}",
            "day_count": len(standing.days),
            "required": standing.required,
            "first": min(held).isoformat(),
            "last": max(held).isoformat(),
        }


def role_facts(
    *, cohort: Cohort, done: Done, name: str, hours: Decimal | None, language: str, now: datetime
) -> dict[str, Any]:
    """Everything that the paper of a role will say: what was done, when, how often, and the hours where known."""
    with translation.override(language):
        return {
            **_frame(cohort, done.organisation, language, now),
            "kind": str(CertificateKind.ROLE),
            "function": done.function,
            "name": name,
            "days": [
                {"number": day.number, "date": day.event.date.isoformat(), "theme": day.event.title}
                for day in done.days
            ],
            "hours": quarter(hours) if hours else "",
            "times": done.times,
            "first": done.first.isoformat(),
            "last": done.last.isoformat(),
        }


def _frame(cohort: Cohort, organisation: Organisation | None, language: str, now: datetime) -> dict[str, Any]:
    """What every paper of a round says: programme, organiser, employer, funder, signatories and the day."""
    programme, region = cohort.programme, cohort.programme.region
    funder = programme.funder
    return {
        "version": 1,
        "programme": programme.title,
        "round": cohort.number,
        "region": region.name,
        "organisation": {
            "name": organisation.name,
            "mark": organisation.mark or organisation.name[:2].upper(),
            "tint": organisation.tint,
            "emblem": str(organisation.emblem_id or ""),
            "alt": getattr(organisation, f"emblem_alt_{language}") or "",
        }
        if organisation
        else None,
        "funder": {
            "name": funder.name,
            "statement": funder.statement,
            "emblem": EMBLEMS.get(funder.emblem_name, ""),
            "picture": str(funder.emblem_id or ""),
            "alt": getattr(funder, f"emblem_alt_{language}") or "",
        }
        if funder
        else None,
        # The name of a protected identity stands on no paper but her own, so then the organiser alone signs.
        "signatories": [
            *([] if cohort.responsible.protected else [{"name": cohort.responsible.name, "function": "responsible"}]),
            {"name": region.name, "function": "region"},
        ],
        "issued_on": now.astimezone(ZoneInfo(region.time_zone)).date().isoformat(),
    }


def address_of(code: str) -> str:
    """The public address behind a code, as it stands on the paper."""
    return f"{settings.BASE_URL}{reverse('programmes:certificate', args=[code])}"


def name_size(name: str) -> int:
    """Which size lets the name stand on one line; one that is too long for that wraps."""
    letters = pdf.font(pdf.TEXT if heading_lacks(name) else pdf.HEADING)
    for size in NAME_SIZES:
        if letters.width(name, size) <= NAME_WIDTH:
            return size
    return NAME_SIZES[3]  # too long for any line: it wraps, and then it may be larger


def as_dates(facts: dict[str, Any]) -> dict[str, Any]:
    """The frozen facts with their days and numbers as such, for a template."""
    return {
        **facts,
        "days": [
            {**day, "date": date.fromisoformat(day["date"]), "hours": _hours(day.get("hours"))} for day in facts["days"]
        ],
        "hours": _hours(facts["hours"]),
        "heading": str(CERTIFICATE_HEADINGS[facts.get("function") or facts["kind"]]),
        "attended_words": days_in_words(facts["attended"]) if "attended" in facts else "",
        "first": date.fromisoformat(facts["first"]),
        "last": date.fromisoformat(facts["last"]),
        "issued_on": date.fromisoformat(facts["issued_on"]),
    }


def _hours(written: str | None) -> Decimal | None:
    return Decimal(written) if written else None


def alike(certificate: Certificate) -> str:
    """What papers must have in common to be printed from one layout: everything but the name and the code."""
    facts = {name: value for name, value in certificate.facts.items() if name != "name"}
    name = certificate.facts["name"]
    return json.dumps([certificate.language, name_size(name), heading_lacks(name), facts], sort_keys=True)


def print_alike(certificates: Sequence[Certificate]) -> list[pdf.Printed]:
    """Papers that are alike, in their order, from one layout; one whose lines break differently by itself."""
    if len(certificates) < ENOUGH:
        return [print_certificate(one) for one in certificates]
    html, pictures = _page(certificates)
    first = address_of(certificates[0].code)
    others = [
        pdf.Other(f"{_heading(one)}: {one.facts['name']}", qr_code(one.code), {first: address_of(one.code)})
        for one in certificates
    ]
    made = pdf.press_alike(html, others, picture="code", styles=["certificate.css"], pictures=pictures)
    return [paper or print_certificate(one) for paper, one in zip(made, certificates, strict=True)]


def print_certificate(certificate: Certificate) -> pdf.Printed:
    """The paper as PDF/UA in the person's language; the same facts give the same paper."""
    html, pictures = _page([certificate])
    return pdf.press(html, styles=["certificate.css"], pictures=pictures)


def qr_code(code: str) -> pdf.Picture:
    """The square code of the public page; always the same pattern, so that both ways of printing give one paper."""
    return pdf.qr_code(address_of(code), mask=MASK)


def _heading(certificate: Certificate) -> str:
    with translation.override(certificate.language):
        return certificate.heading


def _page(certificates: Sequence[Certificate]) -> tuple[str, dict[str, pdf.Picture]]:
    """The paper of the first as a page description, with the lines in which the others differ after it."""
    certificate = certificates[0]
    facts = certificate.facts
    address = address_of(certificate.code)
    pictures = {"code": qr_code(certificate.code)}
    organisation = facts["organisation"] or {"emblem": "", "alt": ""}
    if own := stored(organisation["emblem"]):
        pictures["municipality"] = own
    if facts["funder"] and (emblem := stored(facts["funder"]["picture"])):
        pictures["funder"] = emblem
    with translation.override(certificate.language):
        html = render_to_string(
            "programmes/documents/certificate.html",
            {
                "facts": as_dates(facts),
                "code": certificate.code,
                "address": address,
                "short_address": address.split("://", 1)[-1].removesuffix(f"/{certificate.code}/"),
                "language": certificate.language,
                "size": name_size(facts["name"]),
                "plain_name": heading_lacks(facts["name"]),
                "pictures": pictures,
                "shows": {
                    "municipality": organisation.get("alt", ""),
                    "funder": (facts["funder"] or {}).get("alt", "") if "funder" in pictures else "",
                },
                "dense": len(facts["days"]) > 10,
                "others": [(one.facts["name"], one.code) for one in certificates] if len(certificates) > 1 else (),
            },
        )
    return html, pictures


def file_name(certificate: Certificate) -> str:
    """What the file is called when it is downloaded: the word, the name and the code."""
    with translation.override(certificate.language):
        word = translation.gettext("Certificate")
    return f"{word} {certificate.facts['name']} {certificate.code}.pdf"
