"""What we write about certificates: it is there, it was revoked."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from programmes.letters.applications import compose_for
from programmes.models import Certificate
from programmes.states import CertificateState

ISSUED = "programmes.certificate"
REVOKED = "programmes.certificate_revoked"


def _write(kind: str, certificate: Certificate, now: datetime) -> None:
    write(
        kind=kind,
        key=f"{kind}:{certificate.pk}",
        about=key(certificate),
        scope=certificate.round.scope,
        person=certificate.holder,
        facts={"certificate": certificate.pk},
        now=now,
    )


def issued(certificate: Certificate, *, now: datetime) -> None:
    """Write that a certificate is ready, and where; a corrected one says which it replaces."""
    _write(ISSUED, certificate, now)


def revoked(certificate: Certificate, *, now: datetime) -> None:
    """Write that a certificate is no longer valid, and why."""
    _write(REVOKED, certificate, now)


def _certificate(letter: Letter, state: str) -> Certificate | None:
    return (
        Certificate.objects.filter(pk=letter.facts["certificate"], state=state)
        .with_round()
        .select_related(
            "enrolment__cohort__responsible",
            "enrolment__cohort__programme__funder",
            "cohort__responsible",
            "cohort__programme__funder",
        )
        .first()
    )


def _mail(template: str, certificate: Certificate, *, asks: bool) -> Mail:
    cohort = certificate.round
    return compose_for(
        cohort,
        f"programmes/letters/{template}.txt",
        {
            "certificate": certificate,
            "person": certificate.holder,
            "programme": cohort.programme.title,
            "round": cohort.number,
            "url": f"{settings.BASE_URL}{reverse('programmes:my_documents')}",
            "check_url": f"{settings.BASE_URL}{reverse('programmes:certificate', args=[certificate.code])}",
            "replaces": certificate.replaces.first(),
        },
        why=_why(certificate) % {"programme": cohort.programme.title},
        asks=asks,
    )


def _why(certificate: Certificate) -> str:
    if certificate.function:
        return gettext("You get this letter because you have worked in %(programme)s.")
    return gettext("You get this letter because you took part in %(programme)s.")


def _build_issued(letter: Letter) -> Mail | None:
    certificate = _certificate(letter, CertificateState.VALID)
    return _mail("certificate", certificate, asks=True) if certificate else None


def _build_revoked(letter: Letter) -> Mail | None:
    certificate = _certificate(letter, CertificateState.REVOKED)
    return _mail("certificate_revoked", certificate, asks=False) if certificate else None


register(ISSUED, _build_issued, title=_("Certificate"))
register(REVOKED, _build_revoked, title=_("Certificate revoked"))
