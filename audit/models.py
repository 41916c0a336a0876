"""Deeds, their erasable words, and the seals over them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import connections, models


class DeedQuerySet(models.QuerySet["Deed"]):
    """What was done."""

    def unsealed(self) -> "DeedQuerySet":
        """Rows that no seal covers yet, in order."""
        return self.filter(seal__isnull=True).order_by("pk")

    def tide(self) -> int:
        """A number that every deed raises, which tells whether anything has been done since; 0 before the first.

        It is the sum of the latest numbers, so it rises also for a deed that commits behind a later one.
        """
        # In plain SQL: every public page asks it, and building the query would cost more than the answer.
        with connections[self.db].cursor() as cursor:
            cursor.execute("SELECT SUM(id) FROM (SELECT id FROM audit_deed ORDER BY id DESC LIMIT 64) AS latest")
            return int(cursor.fetchone()[0] or 0)

    def visible_to(self, person: Any) -> "DeedQuerySet":
        """Administrators see all, coordinators their regions', nobody else anything."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class Seal(models.Model):
    """A digest over a run of deeds and the seal before it."""

    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    digest = models.CharField(max_length=64)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    ids = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.first_id}-{self.last_id}"


class Deed(models.Model):
    """One act: who, what, about what, with codes only; its words stand in an erasable row."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deed = models.CharField(max_length=60, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    by_key = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=120, db_index=True)
    scope = models.CharField(max_length=120, blank=True, db_index=True)
    codes: Any = models.JSONField(default=dict)
    words_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_index=True)
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, blank=True, related_name="deeds")

    objects = DeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.deed} {self.about}"


class Words(models.Model):
    """Names and texts of a deed, with the salt of their digest; erasable without breaking a seal."""

    deed = models.OneToOneField(Deed, models.CASCADE, related_name="words")
    text: Any = models.JSONField(default=dict)
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name_plural = "words"

    def __str__(self) -> str:
        return f"words of {self.deed_id}"
