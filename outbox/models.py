"""Letters, and batches of them."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from outbox.newsletter import Publisher, Section, sections_of
from outbox.states import (
    BEGUN,
    OPEN,
    TROUBLE,
    WAITING,
    IssueState,
    Lane,
    Left,
    LetterState,
    SubscriptionState,
)

if TYPE_CHECKING:
    from outbox.kinds import Round


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters by state and scope."""

    def due(self, now: Any) -> "LetterQuerySet":
        """Those that may be claimed by a sender at `now`."""
        return self.filter(
            Q(state__in=WAITING, not_before__lte=now) | Q(state=LetterState.INFLIGHT, leased_until__lte=now)
        )

    def not_begun(self) -> "LetterQuerySet":
        """Those of which nothing has been said to a mail server yet."""
        return self.filter(
            Q(state__in=[LetterState.HELD, *WAITING]) | Q(state=LetterState.INFLIGHT, begun_at__isnull=True)
        )

    def may_have_left(self, now: Any) -> "LetterQuerySet":
        """Those that were waiting when a backup was taken and may have been sent since, by the clock or by a person."""
        return self.filter(
            Q(state=LetterState.HELD) | Q(state__in=WAITING, not_before__lte=now) | Q(state=LetterState.INFLIGHT)
        )

    def written_with(self, letter: "Letter") -> "LetterQuerySet":
        """Those of the same kind that were written at the same instant for the same reason, this one too."""
        return self.filter(kind=letter.kind, scope=letter.scope, created_at=letter.created_at, batch=letter.batch_id)

    def waiting(self) -> "LetterQuerySet":
        """Those not finished with."""
        return self.filter(state__in=OPEN)

    def in_trouble(self) -> "LetterQuerySet":
        """Those that a person should look at."""
        return self.filter(state__in=TROUBLE)

    def visible_to(self, person: Any) -> "LetterQuerySet":
        """One's own, and for a coordinator those of her regions; administrators see all."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(Q(person=person) | Q(scope__in=[f"region:{pk}" for pk in person.reach.region_ids]))

    def handled_by(self, person: Any) -> "LetterQuerySet":
        """Those that a person may hold, send and cancel: not one's own, but those of the regions one coordinates."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class BatchQuerySet(models.QuerySet["Batch"]):
    """Letters to many."""

    def visible_to(self, person: Any) -> "BatchQuerySet":
        """For a coordinator those of her regions; administrators see all."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class Batch(models.Model):
    """Letters that leave together, held until someone has read them, with time to undo after the release."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=120, db_index=True)
    scope = models.CharField(max_length=120, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    def get_absolute_url(self) -> str:
        return reverse("outbox:batch", args=[self.pk])


class Letter(models.Model):
    """A mail that is a row before it is sent: one per reason and person, in the reader's language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # kind + object that is the reason + its version + recipient: the same reason never writes twice.
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="letters")
    # Only where the reader is nobody that Helmi knows; else the person's address at sending counts.
    address = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=2)
    about = models.CharField(max_length=120, db_index=True)
    scope = models.CharField(max_length=120, db_index=True)
    facts: Any = models.JSONField(default=dict)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.NOW)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.QUEUED)
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, blank=True, related_name="letters")
    not_before = models.DateTimeField(db_index=True)
    useful_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=160, blank=True)
    # What was really sent, with personal links masked; erased with the person.
    sent_to = models.EmailField(max_length=254, blank=True)
    sent_subject = models.CharField(max_length=250, blank=True)
    sent_text = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Set just before the mail server is spoken to, cleared when its answer is known: what a crash leaves in doubt.
    begun_at = models.DateTimeField(null=True, blank=True)
    possible_duplicates = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    # No field: the letters that are being sent with this one, so that their builders read once for all.
    round: "Round | None" = None

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "not_before"], name="letter_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("outbox:letter", args=[self.pk])

    @property
    def reader_address(self) -> str:
        """Where it goes: the person's address as it is now, or the one that was given for nobody we know."""
        return (self.person.email or "") if self.person else self.address

    @property
    def reader_language(self) -> str:
        """The language it is written in: the person's as it is now, until it has been sent."""
        return self.person.language if self.person and not self.sent_at else self.language


class FlaggedAddress(models.Model):
    """An address whose mail server said that there is no such mailbox; a letter that arrives takes the flag away."""

    address = models.EmailField(max_length=254, unique=True)
    code = models.CharField(max_length=40, blank=True)
    flagged_at = models.DateTimeField()

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "flagged addresses"

    def __str__(self) -> str:
        return self.address


# ---------- Newsletters ----------


def _in_reach(rows: Any, person: Any) -> Any:
    """Of these rows, for a coordinator those of her regions; administrators see all, others nothing."""
    if not person.is_authenticated:
        return rows.none()
    if person.reach.administrator:
        return rows
    return rows.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Who wishes to get which newsletter."""

    def confirmed(self) -> "SubscriptionQuerySet":
        """Those who get the next issue."""
        return self.filter(state=SubscriptionState.CONFIRMED)

    def of_addresses(self, addresses: Any) -> "SubscriptionQuerySet":
        """Those of the holder of these addresses, which are hers by proof."""
        return self.filter(address__in=[address.strip().lower() for address in addresses])

    def visible_to(self, person: Any) -> "SubscriptionQuerySet":
        """For a coordinator those of her regions; administrators see all."""
        subscriptions: SubscriptionQuerySet = _in_reach(self, person)
        return subscriptions


class Subscription(models.Model):
    """Somebody's wish for a newsletter, known by the address alone; counts when confirmed by a click in a mail."""

    address = models.EmailField(max_length=254)  # always in small letters
    scope = models.CharField(max_length=120)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=SubscriptionState, default=SubscriptionState.ASKED)
    # What the confirming link must carry; empty once it is used.
    nonce = models.CharField(max_length=32, blank=True)
    # Which words were agreed to, in which language they were read: what a consent will say when it is confirmed.
    words = models.CharField(max_length=20)
    read_in = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["address"]
        indexes = [models.Index(fields=["scope", "state", "id"], name="subscription_readers")]
        constraints = [
            models.UniqueConstraint(fields=["address", "scope"], name="subscription_once"),
            models.CheckConstraint(condition=~Q(address=""), name="subscription_address"),
            models.CheckConstraint(
                condition=~Q(state=SubscriptionState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="subscription_confirmed_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubscriptionState.LEFT) | Q(left_at__isnull=False), name="subscription_left_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.state}"


class Consent(models.Model):
    """That somebody agreed to a newsletter: to which words, when and until when; stays when the address is erased."""

    subscription = models.ForeignKey(
        Subscription, models.SET_NULL, null=True, blank=True, related_name="consents", editable=False
    )
    scope = models.CharField(max_length=120, db_index=True)
    words = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, choices=Left, blank=True)

    class Meta:
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(ended_at__isnull=True), name="consent_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.given_at:%Y-%m-%d}"


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Addresses from which letters came back."""

    def in_force(self) -> "SuppressionQuerySet":
        """Those to which no issue goes."""
        return self.filter(suppressed_at__isnull=False)

    def visible_to(self, person: Any) -> "SuppressionQuerySet":
        """For a coordinator the addresses that have subscribed in her regions; administrators see all."""
        if person.is_authenticated and person.reach.administrator:
            return self
        return self.filter(address__in=Subscription.objects.visible_to(person).values("address"))


class Suppression(models.Model):
    """How often letters to an address came back for good; from the third on, no issue goes there."""

    address = models.EmailField(max_length=254, unique=True)  # always in small letters
    bounces = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True)
    last_at = models.DateTimeField()
    suppressed_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at"]

    def __str__(self) -> str:
        return self.address


class IssueQuerySet(models.QuerySet["Issue"]):
    """Issues of newsletters."""

    def published(self) -> "IssueQuerySet":
        """Those that anybody may read: they have begun to leave."""
        return self.filter(state__in=BEGUN)

    def at_work(self) -> "IssueQuerySet":
        """Those that the clock has something to do with."""
        return self.filter(state__in=[IssueState.RELEASED, IssueState.SENDING])

    def visible_to(self, person: Any) -> "IssueQuerySet":
        """For a coordinator those of her regions; administrators see all."""
        issues: IssueQuerySet = _in_reach(self, person)
        return issues


class Issue(models.Model):
    """One issue of a newsletter: written per language, released, sent once to each subscriber, kept in public."""

    scope = models.CharField(max_length=120, db_index=True)
    # Given when it begins to leave: the first issue of a newsletter is 1.
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=IssueState, default=IssueState.DRAFT)
    publisher: Any = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    leaves_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    # The last subscription for which a letter is written, and when there was none left to write for.
    written_to = models.PositiveBigIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, blank=True, related_name="issue")

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "number"], name="issue_number"),
            models.CheckConstraint(
                condition=~Q(state__in=BEGUN) | Q(number__isnull=False, batch__isnull=False), name="issue_begun"
            ),
            models.CheckConstraint(
                condition=~Q(state=IssueState.RELEASED) | Q(leaves_at__isnull=False), name="issue_leaves_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.number or self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("home:newsletter_issue", args=[self.pk])

    @property
    def from_whom(self) -> Publisher:
        """Who publishes it."""
        return Publisher.of(self.publisher)


class IssueText(models.Model):
    """An issue in one language."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=150, blank=True)
    preface = models.TextField(blank=True)
    sections: Any = models.JSONField(default=list)
    # Raised by every change: who saves over another's change is told.
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["issue", "language"], name="issue_text_once")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.language}"

    @property
    def parts(self) -> list[Section]:
        """Its sections."""
        return sections_of(self.sections)

    @property
    def complete(self) -> bool:
        """Whether it can be sent: it has a subject and says something."""
        return bool(self.subject and (self.preface or self.sections))
