"""What people get to keep."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from people.models import Person
from people.states import Language
from programmes.models.cohorts import Cohort
from programmes.models.enrolments import Enrolment
from programmes.querysets import CertificateQuerySet
from programmes.states import CERTIFICATE_HEADINGS, CertificateKind, CertificateState, RoleFunction


class Certificate(models.Model):
    """What a person did in a cohort, as it stood when it was issued; the address behind the code never changes.

    It belongs to an enrolment, or it is of a role: then to the person, the cohort and the function.
    """

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, blank=True, related_name="certificates")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="role_certificates")
    cohort = models.ForeignKey(Cohort, models.PROTECT, null=True, blank=True, related_name="role_certificates")
    function = models.CharField(max_length=10, choices=RoleFunction, blank=True, default="", db_default="")
    kind = models.CharField(max_length=14, choices=CertificateKind)
    code = models.CharField(max_length=16, unique=True)
    language = models.CharField(max_length=2, choices=Language)
    state = models.CharField(max_length=10, choices=CertificateState, default=CertificateState.VALID)
    # Everything that the paper says, frozen: name, programme, days, hours, themes, municipality, funder, signatories.
    facts: Any = models.JSONField(default=dict)
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    # The paper is printed by the clock; how often that was tried, and when it is tried again.
    print_tries = models.PositiveSmallIntegerField(default=0)
    print_after = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaces")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind", "language"],
                condition=Q(state=CertificateState.VALID),
                name="certificate_one_valid",
            ),
            models.UniqueConstraint(
                fields=["person", "cohort", "function"],
                condition=Q(state=CertificateState.VALID, person__isnull=False),
                name="certificate_one_valid_role",
            ),
            models.CheckConstraint(
                condition=Q(enrolment__isnull=False, person__isnull=True, cohort__isnull=True, function="")
                | Q(enrolment__isnull=True, person__isnull=False, cohort__isnull=False, kind=CertificateKind.ROLE)
                & ~Q(function=""),
                name="certificate_of_enrolment_or_role",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:certificate", args=[self.code])

    @property
    def holder(self) -> Person:
        """Whose it is."""
        person = self.enrolment.person if self.enrolment else self.person
        if person is None:
            raise TypeError("a certificate is somebody's")
        return person

    @property
    def round(self) -> Cohort:
        """The cohort that it is about."""
        cohort = self.enrolment.cohort if self.enrolment else self.cohort
        if cohort is None:
            raise TypeError("a certificate is about a round")
        return cohort

    @property
    def heading(self) -> str:
        """What stands at its top, in the reader's language."""
        return str(CERTIFICATE_HEADINGS[self.function or self.kind])
