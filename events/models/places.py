"""A number of places, who has or waits for one, and what they need."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.querysets import ClaimQuerySet, NeedsQuerySet
from events.states import LIVE, ClaimState, Policy, Way
from people.models import Organisation, Person, Region


class Places(models.Model):
    """A number of places (or no limit), an order and offers; a cohort has one, an event one or several.

    `sold` counts held, offered and confirmed claims; it moves only with them, and the constraint proves it. `reserved`
    counts the places kept back that nobody has taken yet; it falls as they are taken or released.
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    label = models.CharField(max_length=120, blank=True)
    # The event that these are a way to take part in; none where they belong to a cohort.
    event = models.ForeignKey("events.Event", models.CASCADE, null=True, blank=True, related_name="ways")
    way = models.CharField(_("way to take part"), max_length=10, choices=Way, blank=True, db_default="")
    name = models.CharField(_("name"), max_length=120, blank=True, db_default="")
    order = models.PositiveSmallIntegerField(default=0, db_default=0)
    policy = models.CharField(
        _("order of the waiting list"), max_length=10, choices=Policy, default=Policy.FIRST, db_default=Policy.FIRST
    )
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    sold = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0, db_default=0)
    last_position = models.PositiveIntegerField(default=0)
    # After this instant freed places are not offered: the last entry day, or the start.
    offers_until = models.DateTimeField(null=True, blank=True)
    # The event's or the first day's start; offers near it are shorter.
    starts_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "places"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(sold__lte=F("capacity")), name="places_not_oversold"
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=F("sold") + F("reserved")),
                name="places_reserved_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.sold}/{self.capacity}"

    @property
    def free(self) -> int | None:
        """Places nobody has and that are kept for nobody; None without a limit."""
        return None if self.capacity is None else self.capacity - self.sold - self.reserved


class Reserve(models.Model):
    """Places kept back for somebody until a day; what is left of them then is free for all."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="reserves")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    whom = models.CharField(_("for whom"), max_length=160, blank=True)
    number = models.PositiveIntegerField(_("number of places"))
    taken = models.PositiveIntegerField(default=0)
    release_at = models.DateTimeField(_("free for all from"))
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["release_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(taken__lte=F("number")), name="reserve_not_overdrawn")]

    def __str__(self) -> str:
        return f"{self.whom or self.organisation_id} {self.taken}/{self.number}"


class Party(models.Model):
    """People who were registered together, and whether they want to come only together."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="parties")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    together = models.BooleanField(_("only together"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return f"party {self.pk} on {self.places_id}"


class CapacityChange(models.Model):
    """An organiser changed the number of places, with a reason."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="changes")
    before = models.PositiveIntegerField(null=True)
    after = models.PositiveIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"


class Claim(models.Model):
    """A person's claim on places: held, confirmed, waiting, offered, or over."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, models.CASCADE, related_name="claims")
    state = models.CharField(max_length=12, choices=ClaimState)
    position = models.PositiveIntegerField(null=True, blank=True)
    party = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="claims")
    reserve = models.ForeignKey(Reserve, models.SET_NULL, null=True, blank=True, related_name="claims")
    # The employer it counts for where the waiting list balances organisations.
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    # Stands before those who are not: carried over from another waiting list.
    first = models.BooleanField(default=False)
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # How many times a place was offered; with the key it names the reason of each offer letter.
    offers = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["places", "person"], condition=Q(state__in=LIVE), name="claim_one_live"),
            models.UniqueConstraint(
                fields=["places", "position"], condition=Q(state=ClaimState.WAITLISTED), name="claim_no_ties"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"


class Needs(models.Model):
    """Food and access needs, asked when a place is accepted and erased 30 days after the last day."""

    claim = models.OneToOneField(Claim, models.CASCADE, related_name="needs")
    diet = models.CharField(_("food"), max_length=300, blank=True)
    access = models.CharField(_("access needs"), max_length=500, blank=True)
    erase_on = models.DateField(db_index=True)

    objects = NeedsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "needs"

    def __str__(self) -> str:
        return f"needs of claim {self.claim_id}"
