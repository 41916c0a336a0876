"""Organisations, regions, people, roles and employments."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from base.clock import now
from base.tokens import spoken_code
from people.querysets import (
    EmploymentQuerySet,
    ImportQuerySet,
    OrganisationQuerySet,
    ParticipationQuerySet,
    PersonManager,
    RegionQuerySet,
    RoleAssignmentQuerySet,
)
from people.reach import Reach
from people.states import Country, EmploymentForm, ImportState, Language, OrganisationKind, Role, Theme


def period(name: str) -> models.CheckConstraint:
    """A period does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=f"{name}_period"
    )


class Organisation(models.Model):
    """An employer or a part of one; a change of name, parent or kind ends the row and starts a new one."""

    name = models.CharField(_("name"), max_length=160, db_collation="nordic")
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    code = models.CharField(_("official code"), max_length=12, blank=True)
    mark = models.CharField(_("mark, two letters"), max_length=2, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    # Ids from the top down to this row, each with a slash behind it: "4/17/"; kept by the actions.
    path = models.CharField(max_length=200, db_index=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    # The paths of the predecessors, so that a role here reads their past without asking for them.
    past_paths: Any = models.JSONField(default=list, blank=True)
    predecessors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="successors")
    contact = models.ForeignKey(
        "Person", models.SET_NULL, null=True, blank=True, related_name="contact_for", verbose_name=_("named contact")
    )
    emblem = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    emblem_alt = models.CharField(_("what the picture shows"), max_length=160, blank=True, default="", db_default="")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [period("organisation")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:organisation", args=[self.pk])

    @property
    def emblem_address(self) -> str:
        """Where the stored picture is; another picture has another address, so that browsers may keep each."""
        return f"{reverse('people:organisation_picture', args=[self.pk])}?v={str(self.emblem_id)[:8]}"

    @property
    def top_id(self) -> int:
        """The key of the employer at the top of this row's tree."""
        return int(self.path.split("/", 1)[0])

    @property
    def tint(self) -> int:
        """Which of the six colours the mark has, 1 to 6; from its letters, so that it is the same everywhere."""
        letters = (self.mark or self.name or "--")[:2].ljust(2)
        return (ord(letters[0]) + 2 * ord(letters[1])) % 6 + 1


class Region(models.Model):
    """The collaboration that runs programmes; people call it samarbete, yhteistyö."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    languages = models.JSONField(_("languages of content"), default=list)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Stockholm")
    sender_name = models.CharField(_("sender of letters"), max_length=120)
    sender_address = models.EmailField(_("sender's address"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    logo = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    smallest_group = models.PositiveSmallIntegerField(
        _("smallest group in figures"), default=5, validators=[MinValueValidator(5)]
    )
    parts = models.JSONField(_("parts in use"), default=list)
    organisations = models.ManyToManyField(Organisation, through="Participation", related_name="regions")

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(smallest_group__gte=5), name="region_smallest_group")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programmes:region", args=[self.slug])


class ClosedPeriod(models.Model):
    """Days in which a region's limits stand still, beside the public holidays of its country."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="closed_periods")
    name = models.CharField(_("name"), max_length=80)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"))

    class Meta:
        ordering = ["valid_from"]
        constraints = [period("closed")]

    def __str__(self) -> str:
        return self.name


class Participation(models.Model):
    """An organisation takes part in a region, in a sub-region or not."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="participations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="participations")
    sub_region = models.CharField(_("sub-region"), max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the host round"), default=0)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            period("participation"),
            models.UniqueConstraint(fields=["region", "organisation", "valid_from"], name="participation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} / {self.region}"


def substitute_code() -> str:
    """A code that stands for a person whose name is protected: letters and digits that nobody mixes up."""
    return "P-" + spoken_code(7)


class Person(AbstractBaseUser):
    """Someone that Helmi knows; may exist before the first sign-in, and even without an address."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, db_collation="nordic", db_index=True)
    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True, unique=True)
    phone = models.CharField(_("mobile number"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.SWEDISH)
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, blank=True, default=Theme.DEVICE)
    protected = models.BooleanField(_("protected identity"), default=False)
    substitute_code = models.CharField(max_length=12, unique=True, default=substitute_code)
    home_region = models.ForeignKey(Region, models.SET_NULL, null=True, blank=True, related_name="people")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_guest = models.BooleanField(default=False)
    # Where this row stands for somebody who has been erased: it holds no fact of anybody, and figures stay right.
    erased_at = models.DateTimeField(null=True, blank=True)
    feed_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    invited_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = PersonManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_whatever_case"),
            models.CheckConstraint(condition=Q(email__isnull=True) | ~Q(email=""), name="person_email_not_empty"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_guest=True, email__isnull=True, name="", phone=""),
                name="person_erased_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.substitute_code if self.protected else self.name

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.pk])

    @property
    def contact_missing(self) -> bool:
        """Whether there is no address to write to."""
        return not self.email

    @property
    def initials(self) -> str:
        """One or two letters for the round picture."""
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def first_name(self) -> str:
        """What a letter says after "Hej"."""
        return self.name.split(" ", 1)[0]

    @cached_property
    def reach(self) -> Reach:
        """How far this person's roles reach today; read once for the request."""
        today = now().date()
        held = self.roles.on(today).values_list("role", "region_id", "organisation__path", "organisation__past_paths")
        region_ids: set[int] = set()
        paths: dict[str, list[str]] = {role: [] for role in Role.values}
        for role, region_id, path, past in held:
            if role == Role.COORDINATOR and region_id:
                region_ids.add(region_id)
            paths[role] += [path, *past] if path else []
        region_paths: list[str] = []
        if region_ids:
            parts = Participation.objects.on(today).filter(region_id__in=region_ids)
            for path, past in parts.values_list("organisation__path", "organisation__past_paths"):
                region_paths += [path, *past]
        return Reach(
            administrator=any(role == Role.ADMINISTRATOR for role, *_where in held),
            region_ids=tuple(sorted(region_ids)),
            region_paths=sorted(set(region_paths)),
            director_paths=paths[Role.DIRECTOR],
            manager_paths=paths[Role.MANAGER],
        )


class RoleAssignment(models.Model):
    """A person holds a role over a region or an organisation, from a day to a day."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True, related_name="role_assignments")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="role_assignments"
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    given_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["role", "valid_from", "pk"]
        constraints = [
            period("role"),
            models.CheckConstraint(
                name="role_scope",
                condition=Q(role=Role.ADMINISTRATOR, region__isnull=True, organisation__isnull=True)
                | Q(role=Role.COORDINATOR, region__isnull=False, organisation__isnull=True)
                | Q(role__in=[Role.DIRECTOR, Role.MANAGER], region__isnull=True, organisation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.region or self.organisation or ''}".strip()


class Employment(models.Model):
    """A person works in a unit, from a day to a day; nothing says "current"."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="employments")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="employments")
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    form = models.CharField(
        _("form of employment"), max_length=12, choices=EmploymentForm, default=EmploymentForm.PERMANENT
    )
    main = models.BooleanField(_("main unit"), default=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "pk"]
        constraints = [period("employment")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.unit_id} {self.valid_from}"


class Absence(models.Model):
    """A leave within an employment; no cause is kept."""

    employment = models.ForeignKey(Employment, models.CASCADE, related_name="absences")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]
        constraints = [period("absence")]

    def __str__(self) -> str:
        return f"{self.employment_id} {self.valid_from}"


class StagedFile(models.Model):
    """A file that came in: staged rows and line errors, stored only when confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.STAGED)
    source = models.CharField(max_length=200)
    good: Any = models.JSONField(default=list)
    bad: Any = models.JSONField(default=list)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.source


class Import(StagedFile):
    """A file of organisations or people."""

    kind = models.CharField(max_length=20, choices=[("organisations", _("organisations")), ("people", _("people"))])
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True)
    by = models.ForeignKey(Person, models.CASCADE, related_name="imports")

    def get_absolute_url(self) -> str:
        return reverse("people:import", args=[self.pk])


class SignInProvider(models.Model):
    """An organisation's own OIDC sign-in, chosen by the domain of the address."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sign_in_providers")
    domains = models.JSONField(_("domains of addresses"), default=list)
    provider_id = models.SlugField(_("short name"), max_length=60, unique=True)
    mfa_counts = models.BooleanField(_("its two-step sign-in counts"), default=True)

    class Meta:
        ordering = ["provider_id"]

    def __str__(self) -> str:
        return self.provider_id


class Request(HttpRequest):
    """A request by someone who has signed in; the middleware lets nobody else through to these views."""

    user: Person
