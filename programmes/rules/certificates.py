"""Who can get which certificate, what is missing for it, and what makes a paper impossible to print."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import dates
from base.refusal import Refusal
from base.tokens import in_fours
from documents.pdf import HEADING, TEXT, font
from people.models import Person
from programmes.completion import DayState, Standing
from programmes.models import Certificate, Cohort, Enrolment
from programmes.states import TAKING_PART, CertificateKind, CertificateState, CohortState

# No two letters or digits that somebody mixes up when reading from paper.
CODE_LENGTH = 12
PRINT_TRIES = 5
# The emblems that ship with Helmi; a funder's other marks and old slogans are not among them.
EMBLEMS = {"eu": "emblems/eu.svg"}


class NotTakingPart(Refusal):
    """Only those who have, or had, a place get a certificate."""

    message = gettext_lazy("The person has no place in this round.")


class NotComplete(Refusal):
    """The days that the programme asks for are not there."""

    message = gettext_lazy("No certificate of completion yet: %(missing)s.")


class NothingAttended(Refusal):
    """There is nothing to certify."""

    message = gettext_lazy("No presence is recorded, so there is nothing to certify.")


class DaysToCome(Refusal):
    """Participation is certified when the last day has been."""

    message = gettext_lazy("A certificate of participation can be issued after the last day.")


class AlreadyIssued(Refusal):
    """There is a valid certificate; a correction replaces it."""

    message = gettext_lazy("There is already a valid certificate. Correct it if something in it is wrong.")


class NotPrintable(Refusal):
    """The font lacks letters of the name."""

    message = gettext_lazy(
        "%(names)s: the certificate cannot show some letters of the name (%(letters)s). "
        "Write the name with other letters for the certificate."
    )


class ValueMissing(Refusal):
    """Something that the paper must say is not filled in."""

    message = gettext_lazy("Nothing was issued, since the certificate would lack something: %(what)s.")


class NobodyEligible(Refusal):
    """There is nobody to issue to."""

    message = gettext_lazy("Nobody is waiting for a certificate of completion.")


class NotValid(Refusal):
    """What has ended stays as it is."""

    message = gettext_lazy("This certificate has already been replaced or revoked.")


class TooManyTries(Refusal):
    """Guessing codes is slow."""

    message = gettext_lazy("Too many wrong codes have been tried from here. Wait half a minute and try again.")


# ---------- Eligibility ----------


def why_not_issue(enrolment: Enrolment, standing: Standing, kind: str) -> Refusal | None:
    """The reason that no certificate of this kind can be issued, or None; asked by the page and under the lock."""
    if enrolment.programme_side not in TAKING_PART or not enrolment.may_attend:
        return NotTakingPart()
    if kind == CertificateKind.COMPLETION:
        return None if standing.complete else NotComplete(missing=what_is_missing(standing))
    if not standing.hours:
        return NothingAttended()
    if any(day.state is DayState.TO_COME for day in standing.days):
        return DaysToCome()
    return None


def kind_for(standing: Standing) -> CertificateKind:
    """Which certificate the presence gives."""
    return CertificateKind.COMPLETION if standing.complete else CertificateKind.PARTICIPATION


def what_is_missing(standing: Standing) -> str:
    """What keeps a person from the certificate of completion, in the same words everywhere: "missing day 3 and day 8".

    Empty when nothing is missing.
    """
    if standing.complete:
        return ""
    sentences = []
    lost = []
    absent = []
    for day in standing.days:
        if day.state is DayState.PARTLY:
            hours = day.full_hours - day.hours_there
            lost.append(
                ngettext("%(hours)s hour of day %(day)s", "%(hours)s hours of day %(day)s", 1 if hours == 1 else 2)
                % {"hours": dates.number(hours.normalize()), "day": day.number}
            )
        elif day.state in (DayState.ABSENT, DayState.EXCUSED):
            absent.append(day.number)
    if absent:
        lost.append(ngettext("day %(days)s", "days %(days)s", len(absent)) % {"days": runs(absent)})
    if lost:
        sentences.append(_("missing %(days)s") % {"days": listed(lost)})
    if standing.on_break:
        away = ngettext("day %(days)s from the break", "days %(days)s from the break", len(standing.on_break))
        sentences.append(_("missing %(days)s") % {"days": away % {"days": runs(list(standing.on_break))}})
    if standing.unknown:
        sentences.append(
            ngettext("day %(days)s is not recorded", "days %(days)s are not recorded", len(standing.unknown))
            % {"days": runs(list(standing.unknown))}
        )
    to_come = [day.number for day in standing.days if day.state is DayState.TO_COME]
    if to_come:
        sentences.append(
            ngettext("%(n)s day is still to come", "%(n)s days are still to come", len(to_come)) % {"n": len(to_come)}
        )
    return "; ".join(sentences)


def runs(numbers: list[int]) -> str:
    """Numbers of days as people write them: 3 and 5–8."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    words: list[str] = []
    for part in parts:
        words += [f"{part[0]}–{part[-1]}"] if len(part) > 2 else [str(number) for number in part]
    return listed(words)


def listed(items: list[str]) -> str:
    """Items as people list them: 3, 5 and 8."""
    return get_text_list(items, _("and"))


# ---------- What would be missing on the paper ----------


def why_not_print(cohort: Cohort, people: Iterable[tuple[str, str]]) -> Refusal | None:
    """The reason that papers for `people` (name, language) cannot say all they must, or None; says whom it concerns."""
    named = list(people)
    unprintable = [(name, letters) for name, _language in named if (letters := missing_letters(name))]
    if unprintable:
        letters = sorted({letter for _name, found in unprintable for letter in found})
        return NotPrintable(names=listed([name for name, _found in unprintable]), letters=" ".join(letters))
    gaps: list[str] = []
    if nameless := sum(1 for name, _language in named if not name.strip()):
        gaps.append(ngettext("the name of %(n)s person", "the names of %(n)s people", nameless) % {"n": nameless})
    funder = cohort.programme.funder
    if funder:
        for language in sorted({language for _name, language in named}):
            if not getattr(funder, f"statement_{language}", None):
                concerned = listed([name for name, other in named if other == language])
                gaps.append(
                    _("the funder's statement in %(language)s (%(names)s)")
                    % {"language": language_name(language), "names": concerned}
                )
        if funder.emblem_name not in EMBLEMS and not funder.emblem_id:
            gaps.append(_("the funder's emblem"))
    if not cohort.responsible.name.strip():
        gaps.append(_("the name of the responsible coordinator"))
    return ValueMissing(what=listed(gaps)) if gaps else None


def language_name(code: str) -> str:
    """A language inside a sentence."""
    return {"sv": _("Swedish"), "fi": _("Finnish"), "en": _("English")}[code]


def missing_letters(name: str) -> list[str]:
    """Letters of a name that none of the certificate's fonts has."""
    return font(TEXT).lacks(name)


def heading_lacks(name: str) -> bool:
    """Whether the name must be set in the text font, since the heading font lacks a letter of it."""
    return bool(font(HEADING).lacks(name))


def why_not_change(certificate: Certificate) -> Refusal | None:
    """The reason that a certificate can neither be replaced nor revoked, or None."""
    return None if certificate.state == CertificateState.VALID else NotValid()


def may_issue(cohort: Cohort, person: Person) -> bool:
    """Coordinators of the region and administrators issue certificates."""
    return person.reach.administrator or cohort.programme.region_id in person.reach.region_ids


def has_run(cohort: Cohort) -> bool:
    """Whether there can be anything to certify yet."""
    return cohort.state in (CohortState.RUNNING, CohortState.FINISHED, CohortState.DECIDED)


# ---------- Codes ----------


def read_code(typed: str) -> str:
    """A code as it is stored, from what somebody typed: small letters, spaces and missing hyphens are forgiven."""
    text = unicodedata.normalize("NFKC", typed).upper()
    text = re.sub(r"[^A-Z0-9]", "", text)[: CODE_LENGTH + 1]
    if len(text) != CODE_LENGTH:
        return ""
    return in_fours(text)


# ---------- Print queue ----------


def printing(certificate: Certificate) -> str:
    """Where the paper is: printed, waiting or failed."""
    if certificate.file_id:
        return "printed"
    return "failed" if certificate.print_tries >= PRINT_TRIES else "waiting"


def days_in_words(attended: Decimal | str) -> str:
    """7, 6.5: days that count, without needless zeros."""
    return dates.number(Decimal(attended).normalize())


def presence(standing: Standing) -> str:
    """6.5 of 8 days."""
    attended = Decimal(standing.attended.numerator) / Decimal(standing.attended.denominator)
    words = {"n": days_in_words(attended.quantize(Decimal("0.01"))), "days": len(standing.days)}
    return _("%(n)s of %(days)s days") % words
