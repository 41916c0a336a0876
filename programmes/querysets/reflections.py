"""What can be asked about reflections: only those that somebody is let read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from base.clock import now
from people.querysets import within
from programmes.states import (
    TAKING_PART,
)

if TYPE_CHECKING:
    from programmes.models import Reflection


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    """What participants have written for themselves."""

    def by(self, person: Any) -> ReflectionQuerySet:
        """The person's own."""
        return self.filter(enrolment__person=person) if person.is_authenticated else self.none()

    def visible_to(self, person: Any) -> ReflectionQuerySet:
        """One's own, and those that their authors let one read: by name, or as one of the group.

        Whoever is chosen must still take part in the round, have a part in the day, or be the author's mentor.
        Administrators, coordinators of the region and the author's managers and directors read none, whatever they have
        a part in besides.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self.by(person)
        Enrolment = apps.get_model("programmes", "Enrolment")
        works = apps.get_model("events", "Staff").objects.filter(event=OuterRef("day__event"), person=person)
        chosen = apps.get_model("programmes", "Reader").objects.filter(reflection=OuterRef("pk"), person=person)
        fellow = Enrolment.objects.taking_part().filter(cohort=OuterRef("enrolment__cohort"), person=person)
        mentors = apps.get_model("programmes", "Mentorship").objects.between(person)
        able = Q(Exists(fellow)) | Q(Exists(works)) | Q(Exists(mentors))
        let = Q(with_group=True) & Q(Exists(fellow)) | Q(Exists(chosen)) & able
        let &= Q(enrolment__programme_side__in=TAKING_PART)
        let &= ~Q(enrolment__cohort__programme__region_id__in=reach.region_ids)
        if reach.staff_paths:
            Employment = apps.get_model("people", "Employment")
            jobs = Employment.objects.on(now().date()).filter(person=OuterRef("enrolment__person"))
            let &= ~within(reach.staff_paths, "enrolment__unit__path")
            let &= ~Q(Exists(jobs.filter(within(reach.staff_paths, "unit__path"))))
        return self.filter(Q(enrolment__person=person) | let)
