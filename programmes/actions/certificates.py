"""Certificates: issued, printed, replaced by a corrected one, revoked; looked up by their code."""

import logging
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from audit.actions import key, record
from base.tokens import in_fours, spoken_code
from documents.actions import erase_file, keep_file
from documents.pdf import PressFailed, PressMissing, Printed
from events.states import EventState
from outbox.clock import wake
from people.models import Person
from programmes.actions import sides
from programmes.documents import certificates as documents
from programmes.letters import certificates as letters
from programmes.models import Certificate, Cohort, CourseDay, Enrolment, MakeUp
from programmes.rules import certificates as rules
from programmes.rules.attendance import Row, rows
from programmes.states import CertificateKind, CertificateState, ProgrammeSide, Side

PRINTER = "print certificates"
PRINT_LEASE = timedelta(minutes=3)
TOGETHER = 49  # papers beside the first that are printed from one layout
TRIES, TRY_WINDOW, TRY_PAUSE = 20, 600, 30

log = logging.getLogger("helmi.certificates")


def locked(pk: int) -> Cohort:
    """The cohort under a lock, so that of two presses of the button one finds everything done."""
    return (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "programme__funder", "responsible")
        .get(pk=pk)
    )


def _days(cohort: Cohort) -> list[CourseDay]:
    return list(cohort.days.exclude(event__state=EventState.CANCELLED).select_related("event").order_by("number"))


def _make_ups(enrolments: Iterable[Enrolment]) -> dict[int, dict[int, MakeUp]]:
    found: dict[int, dict[int, MakeUp]] = {}
    for row in MakeUp.objects.filter(enrolment__in=[one.pk for one in enrolments]).select_related(
        "registration__event"
    ):
        found.setdefault(row.enrolment_id, {})[row.missed_id] = row
    return found


# ---------- Issuing ----------


@transaction.atomic
def issue(*, enrolment: Enrolment, kind: str = "", name: str = "", by: Person, now: datetime) -> Certificate:
    """Issue a certificate to one person: of completion when the days are there, else of participation.

    The facts are frozen; the paper is printed by the clock and a letter follows. Refused as `rules.why_not_issue` says,
    when a valid one exists, and when the paper could not say all that it must. `name` is how the person's name is to
    stand on the paper.
    """
    cohort = locked(enrolment.cohort_id)
    enrolment = Enrolment.objects.select_related("person", "organisation", "unit").get(pk=enrolment.pk)
    row = rows(cohort, [enrolment], now=now)[0]
    kind = kind or rules.kind_for(row.standing)
    if refusal := rules.why_not_issue(enrolment, row.standing, kind):
        raise refusal
    if Certificate.objects.valid().filter(enrolment=enrolment).exists():
        raise rules.AlreadyIssued()
    name = unicodedata.normalize("NFC", name or enrolment.person.name)
    if refusal := rules.why_not_print(cohort, [(name, enrolment.person.language)]):
        raise refusal
    return _create(cohort, row, _days(cohort), _make_ups([enrolment]), kind, name, by, now)


@transaction.atomic
def issue_batch(*, cohort: Cohort, by: Person, now: datetime) -> list[Certificate]:
    """Issue certificates of completion to all who have the days and no valid one yet.

    All or nobody: refused with the names concerned when a paper would lack something. A second press finds nobody.
    """
    cohort = locked(cohort.pk)
    have = set(
        Certificate.objects.valid()
        .filter(enrolment__cohort=cohort, kind=CertificateKind.COMPLETION)
        .values_list("enrolment_id", flat=True)
    )
    waiting = [
        row
        for row in rows(cohort, now=now)
        if row.enrolment.pk not in have
        and not rules.why_not_issue(row.enrolment, row.standing, CertificateKind.COMPLETION)
    ]
    if not waiting:
        raise rules.NobodyEligible()
    people = [row.enrolment.person for row in waiting]
    if refusal := rules.why_not_print(cohort, [(person.name, person.language) for person in people]):
        raise refusal
    days, make_ups = _days(cohort), _make_ups(row.enrolment for row in waiting)
    return [
        _create(cohort, row, days, make_ups, CertificateKind.COMPLETION, row.enrolment.person.name, by, now)
        for row in waiting
    ]


def _create(
    cohort: Cohort,
    row: Row,
    days: list[CourseDay],
    make_ups: dict[int, dict[int, MakeUp]],
    kind: str,
    name: str,
    by: Person,
    now: datetime,
) -> Certificate:
    enrolment = row.enrolment
    if kind == CertificateKind.COMPLETION:
        _complete(enrolment, cohort, completed_on(row, days, make_ups.get(enrolment.pk, {})), by, now)
        # A certificate of participation that came first is replaced by the one of completion.
        earlier = list(Certificate.objects.valid().filter(enrolment=enrolment).select_for_update())
    else:
        earlier = []
    facts = documents.shown_facts(
        cohort=cohort, row=row, days=days, make_ups=make_ups.get(enrolment.pk, {}), kind=kind, name=name, now=now
    )
    certificate = keep(cohort=cohort, holder=enrolment.person, facts=facts, by=by, now=now, enrolment=enrolment)
    for old in earlier:
        end(old, CertificateState.REPLACED, "", now, replaced_by=certificate)
    return certificate


def keep(
    *,
    cohort: Cohort,
    holder: Person,
    facts: dict[str, Any],
    by: Person,
    now: datetime,
    enrolment: Enrolment | None = None,
) -> Certificate:
    """Write a certificate with a new code down: of an enrolment, or else of a role of the holder; print it soon."""
    function = facts.get("function", "")
    certificate = Certificate.objects.create(
        enrolment=enrolment,
        person=None if enrolment else holder,
        cohort=None if enrolment else cohort,
        function=function,
        kind=facts["kind"],
        code=in_fours(spoken_code(rules.CODE_LENGTH)),
        language=holder.language,
        facts=facts,
        issued_at=now,
        issued_by=by,
    )
    about = {"enrolment": enrolment.pk} if enrolment else {"person": holder.pk, "function": str(function)}
    record(
        "certificate.issued",
        by=by,
        about=certificate,
        scope=cohort.scope,
        now=now,
        kind=facts["kind"],
        hours=facts["hours"],
        **about,
    )
    wake(PRINTER)
    return certificate


def completed_on(row: Row, days: list[CourseDay], make_ups: dict[int, MakeUp]) -> date | None:
    """The day on which the days that the programme asks for were there."""
    by_number = {day.number: day for day in days}
    went: list[tuple[date, Fraction]] = []
    for fact in row.standing.days:
        if not fact.share:
            continue
        day = by_number[fact.number]
        made_up = make_ups.get(day.pk) if fact.made_up_hours else None
        went.append((made_up.registration.event.date if made_up else day.event.date, fact.share))
    there = Fraction(0)
    for when, share in sorted(went):
        there += share
        if there >= row.standing.required:
            return when
    return None


def _complete(enrolment: Enrolment, cohort: Cohort, on: date | None, by: Person, now: datetime) -> None:
    """The programme's side says completed, from the day on which it was so."""
    enrolment.cohort = cohort
    if enrolment.programme_side in (ProgrammeSide.ENROLLED, ProgrammeSide.NOT_COMPLETED):
        sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.COMPLETED, by=by, now=now)
    if on and enrolment.completed_on != on:
        Enrolment.objects.filter(pk=enrolment.pk).update(completed_on=on)
        enrolment.completed_on = on


# ---------- Correcting and revoking ----------


@transaction.atomic
def replace(*, certificate: Certificate, name: str, reason: str, by: Person, now: datetime) -> Certificate:
    """Issue a corrected certificate with the presence as it is recorded now and the name as typed.

    The old one keeps its address and says there that it was replaced. Refused when it is not valid, or when the
    presence no longer gives any certificate.
    """
    cohort = locked(certificate.round.pk)
    certificate = still_valid(certificate)
    enrolment = Enrolment.objects.select_related("person", "organisation", "unit").get(certificates=certificate)
    row = rows(cohort, [enrolment], now=now)[0]
    kind = rules.kind_for(row.standing)
    if refusal := rules.why_not_issue(enrolment, row.standing, kind):
        raise refusal
    name = unicodedata.normalize("NFC", name)
    if refusal := rules.why_not_print(cohort, [(name, enrolment.person.language)]):
        raise refusal
    end(certificate, CertificateState.REPLACED, reason, now)
    corrected = _create(cohort, row, _days(cohort), _make_ups([enrolment]), kind, name, by, now)
    point_on(certificate, corrected, reason, by, now)
    return corrected


def still_valid(certificate: Certificate) -> Certificate:
    """The certificate under a lock; refused when it has been replaced or revoked."""
    found = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if refusal := rules.why_not_change(found):
        raise refusal
    return found


def point_on(certificate: Certificate, corrected: Certificate, reason: str, by: Person, now: datetime) -> None:
    """Let an ended certificate say which one took its place."""
    Certificate.objects.filter(pk=certificate.pk).update(replaced_by=corrected)
    record(
        "certificate.replaced",
        by=by,
        about=certificate,
        scope=corrected.round.scope,
        now=now,
        replaced_by=corrected.pk,
        words={"reason": reason},
    )


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, by: Person, now: datetime) -> Certificate:
    """End a certificate; its address says so from now on. The person is told, with the reason."""
    certificate = still_valid(certificate)
    end(certificate, CertificateState.REVOKED, reason, now)
    record(
        "certificate.revoked",
        by=by,
        about=certificate,
        scope=certificate.round.scope,
        now=now,
        words={"reason": reason},
    )
    letters.revoked(certificate, now=now)
    return certificate


def end(
    certificate: Certificate,
    state: CertificateState,
    reason: str,
    now: datetime,
    replaced_by: Certificate | None = None,
) -> None:
    """Let a certificate be replaced or revoked."""
    certificate.state, certificate.ended_at, certificate.end_reason = state, now, reason
    certificate.replaced_by = replaced_by
    certificate.save(update_fields=["state", "ended_at", "end_reason", "replaced_by"])


# ---------- Printing ----------


def print_waiting(*, now: datetime, most: int = 500) -> int:
    """Print the papers that wait, those that are alike together; how many were printed.

    Each is taken by a conditional update for three minutes, so two printers never share one, and a printer that is
    killed costs those minutes. A paper that fails is tried five times, from the second time on by itself. Without the
    libraries nothing is counted as a try: it is printed when they are there.
    """
    done = 0
    for _turn in range(most):
        first = _take_next(now)
        if first is None:
            break
        papers = [first, *_take_alike(first, now)]
        try:
            printed = documents.print_alike(papers)
        except PressMissing:
            _give_back(papers)
            break
        except PressFailed:
            for paper in papers:
                log.error("a certificate could not be printed", extra={"facts": {"certificate": paper.pk}})
            continue
        done += sum(_keep_paper(paper, made, now) for paper, made in zip(papers, printed, strict=True))
    return done


def _take_next(now: datetime) -> Certificate | None:
    free = Q(print_after__isnull=True) | Q(print_after__lte=now)
    while (
        certificate := Certificate.objects.unprinted(rules.PRINT_TRIES)
        .filter(free)
        .order_by("print_tries", "pk")
        .first()
    ):
        if _take(certificate, now):
            return Certificate.objects.with_round().get(pk=certificate.pk)
    return None


def _take(certificate: Certificate, now: datetime) -> bool:
    """Whether the paper is ours to print for a while: nobody else has taken it meanwhile."""
    free = Q(print_after__isnull=True) | Q(print_after__lte=now)
    waiting = Certificate.objects.filter(free, pk=certificate.pk, file=None, print_tries=certificate.print_tries)
    return bool(waiting.update(print_tries=certificate.print_tries + 1, print_after=now + PRINT_LEASE))


def _take_alike(first: Certificate, now: datetime) -> list[Certificate]:
    """Take more papers of the same round that one layout can print with `first`; none when it has failed before."""
    if first.print_tries > 1:
        return []
    waiting = (
        Certificate.objects.valid()
        .about([first.round.pk])
        .filter(file=None, print_tries=0, language=first.language, kind=first.kind)
        .with_round()
        .order_by("pk")
    )
    wanted = documents.alike(first)
    taken: list[Certificate] = []
    for paper in waiting:
        if len(taken) < TOGETHER and documents.alike(paper) == wanted and _take(paper, now):
            paper.print_tries += 1
            taken.append(paper)
    return taken


def _give_back(papers: list[Certificate]) -> None:
    for paper in papers:
        Certificate.objects.filter(pk=paper.pk).update(print_tries=paper.print_tries - 1, print_after=None)


def _keep_paper(certificate: Certificate, printed: Printed, now: datetime) -> int:
    with transaction.atomic():
        file = keep_file(
            source=printed.content,
            kind="certificate",
            name=documents.file_name(certificate),
            content_type="application/pdf",
            about=key(certificate),
            scope=certificate.round.scope,
            now=now,
        )
        # Another printer was quicker, or the certificate ended meanwhile: its paper is nobody's.
        if not Certificate.objects.filter(pk=certificate.pk, file__isnull=True, state=CertificateState.VALID).update(
            file=file
        ):
            erase_file(file=file)
            return 0
        letters.issued(certificate, now=now)
    return 1


@transaction.atomic
def print_again(*, cohort: Cohort, by: Person, now: datetime) -> int:
    """Try the papers that failed once more; how many there are."""
    failed = Certificate.objects.valid().about([cohort.pk]).filter(file=None, print_tries__gte=rules.PRINT_TRIES)
    count = failed.update(print_tries=0, print_after=None)
    if count:
        record("certificate.printed_again", by=by, about=cohort, scope=cohort.scope, now=now, count=count)
        wake(PRINTER)
    return count


# ---------- Looking up ----------


def look_up(*, typed: str, address: str) -> Certificate | None:
    """The certificate with this code, or None; 20 wrong ones from an address in 10 minutes leave one try in 30 s."""
    wrong, pause = f"certificate-tries:{address}", f"certificate-pause:{address}"
    if cache.get(wrong, 0) >= TRIES and not cache.add(pause, 1, TRY_PAUSE):
        raise rules.TooManyTries()
    code = rules.read_code(typed)
    also = [f"{way}cohort__{one}" for way in ("enrolment__", "") for one in ("responsible", "programme__funder")]
    found = (
        Certificate.objects.filter(code=code).with_round().select_related("replaced_by", *also).first()
        if code
        else None
    )
    if found is None:
        cache.add(wrong, 0, TRY_WINDOW)
        try:
            cache.incr(wrong)
        except ValueError:  # it expired between the two lines
            cache.set(wrong, 1, TRY_WINDOW)
    return found


def local_day(certificate: Certificate) -> date:
    """The day on which a certificate ended, on the wall of its region."""
    zone = ZoneInfo(certificate.round.programme.region.time_zone)
    return (certificate.ended_at or certificate.issued_at).astimezone(zone).date()
