"""Certificates of roles: of those who lectured, hosted, were mentors or supervised, each on their own paper."""

import unicodedata
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from people.models import Person
from programmes.actions.certificates import end, keep, locked, point_on, still_valid
from programmes.documents.certificates import role_facts
from programmes.models import Certificate, Cohort
from programmes.rules import roles as rules
from programmes.rules.certificates import AlreadyIssued, why_not_print
from programmes.states import CertificateState


@transaction.atomic
def issue_role(
    *,
    cohort: Cohort,
    person: Person,
    function: str,
    name: str = "",
    hours: Decimal | None = None,
    by: Person,
    now: datetime,
) -> Certificate:
    """Certify what `person` did in one role for the round; `hours` are given where Helmi does not know them.

    Refused as `rules.why_not_issue` says, when a valid one exists, and when the paper could not say all that it must.
    """
    cohort = locked(cohort.pk)
    done = rules.done_by(cohort, person, function, now)
    if done is None:
        raise rules.NothingDone()
    if refusal := rules.why_not_issue(done):
        raise refusal
    if Certificate.objects.valid().filter(cohort=cohort, person=person, function=function).exists():
        raise AlreadyIssued()
    return _issue(cohort, done, name or person.name, hours, by, now)


@transaction.atomic
def issue_roles(*, cohort: Cohort, by: Person, now: datetime) -> list[Certificate]:
    """Certify every role of the round that is over and has no valid certificate yet.

    All or nobody: refused with the names concerned when a paper would lack something. A second press finds nobody.
    """
    cohort = locked(cohort.pk)
    have = set(Certificate.objects.valid().filter(cohort=cohort).values_list("person", "function"))
    waiting = [done for done in rules.done_in(cohort, now) if done.key not in have and not rules.why_not_issue(done)]
    if not waiting:
        raise rules.NobodyDone()
    if refusal := why_not_print(cohort, [(done.person.name, done.person.language) for done in waiting]):
        raise refusal
    return [_issue(cohort, done, done.person.name, None, by, now) for done in waiting]


@transaction.atomic
def replace_role(
    *, certificate: Certificate, name: str, hours: Decimal | None, reason: str, by: Person, now: datetime
) -> Certificate:
    """Issue a corrected certificate of a role with what is recorded now, and the name and hours as typed.

    The old one keeps its address and says there that it was replaced. Refused when it is not valid, or when there is
    nothing to certify any more.
    """
    cohort = locked(certificate.round.pk)
    certificate = still_valid(certificate)
    done = rules.done_by(cohort, certificate.holder, certificate.function, now)
    if done is None:
        raise rules.NothingDone()
    end(certificate, CertificateState.REPLACED, reason, now)
    corrected = _issue(cohort, done, name, hours, by, now)
    point_on(certificate, corrected, reason, by, now)
    return corrected


def _issue(
    cohort: Cohort, done: rules.Done, name: str, hours: Decimal | None, by: Person, now: datetime
) -> Certificate:
    name = unicodedata.normalize("NFC", name)
    if refusal := why_not_print(cohort, [(name, done.person.language)]):
        raise refusal
    facts = role_facts(
        cohort=cohort, done=done, name=name, hours=hours or done.hours, language=done.person.language, now=now
    )
    return keep(cohort=cohort, holder=done.person, facts=facts, by=by, now=now)
