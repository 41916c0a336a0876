"""What we print: the certificate, from facts that were frozen when it was issued."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from documents import pdf
from documents.actions import contents
from documents.models import StoredFile
from people.models import Organisation
from programmes.models import Certificate, Cohort, CourseDay, MakeUp
from programmes.rules.attendance import Row
from programmes.rules.certificates import EMBLEMS, days_in_words, heading_lacks
from programmes.rules.roles import Done
from programmes.states import CERTIFICATE_HEADINGS, CertificateKind

NAME_WIDTH = 470.0  # points between the margins
NAME_SIZES = (34, 30, 27, 24, 22, 20, 18)  # as certificate.css has them
QUARTER = Decimal("0.25")


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
        "signatories": [
            {"name": cohort.responsible.name, "function": "responsible"},
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


def _stored(key: str) -> pdf.Picture | None:
    file = StoredFile.objects.filter(pk=key).first() if key else None
    try:
        return pdf.Picture(contents(file), file.content_type) if file else None
    except FileNotFoundError:
        return None


def print_certificate(certificate: Certificate) -> pdf.Printed:
    """The paper as PDF/UA in the person's language; the same facts give the same paper."""
    facts = certificate.facts
    address = address_of(certificate.code)
    pictures = {"code": pdf.qr_code(address)}
    organisation = facts["organisation"] or {"emblem": "", "alt": ""}
    if own := _stored(organisation["emblem"]):
        pictures["municipality"] = own
    if facts["funder"] and (emblem := _stored(facts["funder"]["picture"])):
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
            },
        )
    return pdf.press(html, styles=["certificate.css"], pictures=pictures)


def file_name(certificate: Certificate) -> str:
    """What the file is called when it is downloaded: the word, the name and the code."""
    with translation.override(certificate.language):
        word = translation.gettext("Certificate")
    return f"{word} {certificate.facts['name']} {certificate.code}.pdf"
