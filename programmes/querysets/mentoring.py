"""What can be asked about mentors and their mentees."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from people.querysets import valid_on
from programmes.querysets.rounds import Row
from programmes.states import (
    AGREED_PAIRS,
    LIVE_PAIRS,
    TAKING_PART,
    PairState,
)

if TYPE_CHECKING:
    from programmes.models import Mentor, MentorCheck, MentorMeeting, MentorNote, Mentorship, MentorWish


class MentorQuerySet(models.QuerySet["Mentor"]):
    """Regions' pools of mentors."""

    def on(self, day: date) -> MentorQuerySet:
        """Those in the pool on `day`."""
        return self.filter(valid_on(day))

    def with_load(self) -> MentorQuerySet:
        """With `load`: how many mentees each has, those who are only proposed too."""
        live = Count("mentorships", filter=Q(mentorships__state__in=LIVE_PAIRS))
        return self.annotate(load=live)

    def of(self, person: Any) -> MentorQuerySet:
        """The person's own rows."""
        return self.filter(person=person) if person.is_authenticated else self.none()

    def visible_to(self, person: Any) -> MentorQuerySet:
        """One's own, and a region's for its coordinators; everyone for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(Q(person=person) | Q(region_id__in=person.reach.region_ids))


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    """Mentors and mentees."""

    def live(self) -> MentorshipQuerySet:
        """Those that are not closed: they take up room with the mentor."""
        return self.filter(state__in=LIVE_PAIRS)

    def agreed(self) -> MentorshipQuerySet:
        """Those in which the mentor has said yes and that are not closed."""
        return self.filter(state__in=AGREED_PAIRS)

    def blocking(self) -> MentorshipQuerySet:
        """Those for which nobody looks for another mentor: proposals, and pairs in which none is asked for."""
        wish = apps.get_model("programmes", "MentorWish").objects.waiting().filter(mentorship=OuterRef("pk"))
        return self.live().filter(Q(state=PairState.PROPOSED) | ~Q(Exists(wish)))

    def waiting(self) -> MentorshipQuerySet:
        """Proposals that have left and wait for the mentor's answer."""
        return self.filter(state=PairState.PROPOSED, proposed_at__isnull=False)

    def closed(self) -> MentorshipQuerySet:
        """Those that were a pair and are over, with `meetings_held` and `minutes_held`; no mere proposals."""
        return self.filter(state=PairState.CLOSED, started_on__isnull=False).with_meetings()

    def with_meetings(self) -> MentorshipQuerySet:
        """With `meetings_held`, how many meetings are written down as held, and `minutes_held`, how long they were."""
        held = Q(meetings__held_at__isnull=False)
        minutes = Coalesce(Sum("meetings__minutes", filter=held), 0)
        return self.annotate(meetings_held=Count("meetings", filter=held), minutes_held=minutes)

    def between(self, mentor: Any) -> MentorshipQuerySet:
        """Those that go on, with the person as the mentor of whom an outer row's enrolment is."""
        return self.agreed().filter(enrolment=OuterRef("enrolment"), mentor__person=mentor)

    def outlived(self) -> MentorshipQuerySet:
        """Proposals whose mentee has left the round, or whose mentor has left the pool."""
        gone = ~Q(enrolment__programme_side__in=TAKING_PART) | Q(mentor__valid_to__isnull=False)
        return self.filter(gone, state=PairState.PROPOSED)

    def asking(self) -> MentorshipQuerySet:
        """Those in which somebody wants another mentor, or a call from the coordinator, and nobody has seen to it."""
        MentorWish = apps.get_model("programmes", "MentorWish")
        MentorCheck = apps.get_model("programmes", "MentorCheck")
        wish = MentorWish.objects.waiting().filter(mentorship=OuterRef("pk"))
        call = MentorCheck.objects.calls().filter(mentorship=OuterRef("pk"))
        return self.filter(Q(Exists(wish)) | Q(Exists(call)))

    def to_confirm(self, person: Any) -> MentorshipQuerySet:
        """Those that go on and whose agreement waits for a yes of this one of the two: the other one has written it."""
        return self.agreed().filter(waits_for_yes(person))

    def wait_for(self, person: Any, moment: datetime) -> MentorshipQuerySet:
        """Those that go on and wait for this one of the two: for a yes to the agreement, or an answer to questions."""
        asked = apps.get_model("programmes", "MentorCheck").objects.answerable(moment).filter(person=person)
        return self.agreed().filter(waits_for_yes(person) | Q(Exists(asked.filter(mentorship=OuterRef("pk")))))

    def of_mentor(self, person: Any) -> MentorshipQuerySet:
        """Those in which the person is the mentor."""
        return self.filter(mentor__person=person) if person.is_authenticated else self.none()

    def of_mentee(self, person: Any) -> MentorshipQuerySet:
        """Those in which the person is the mentee, once she has been told: never proposals nobody has said yes to."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(enrolment__person=person, agreed_at__isnull=False)

    def run_by(self, person: Any) -> MentorshipQuerySet:
        """Those of the rounds that a person runs: coordinators of the region, and administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(enrolment__cohort__programme__region_id__in=person.reach.region_ids)

    def visible_to(self, person: Any) -> MentorshipQuerySet:
        """The two, and who runs the round. A manager or a director sees none, nor does a former coordinator.

        A mentee sees a pair once the mentor has said yes.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(
            Q(mentor__person=person)
            | Q(enrolment__person=person, agreed_at__isnull=False)
            | Q(enrolment__cohort__programme__region_id__in=reach.region_ids)
        )


class OfPairs(models.QuerySet[Row]):
    """Rows that belong to a mentor and a mentee."""

    def visible_to(self, person: Any) -> Self:
        """As the pairs are seen: by the two, and by who runs the round."""
        return self.filter(mentorship__in=apps.get_model("programmes", "Mentorship").objects.visible_to(person))


class MentorMeetingQuerySet(OfPairs["MentorMeeting"]):
    """Meetings of mentors and mentees."""

    def held(self) -> MentorMeetingQuerySet:
        """Those that are written down as held."""
        return self.filter(held_at__isnull=False)

    def booked(self) -> MentorMeetingQuerySet:
        """Those that nobody has written down as held yet, to come or not."""
        return self.filter(held_at__isnull=True)


class MentorNoteQuerySet(models.QuerySet["MentorNote"]):
    """What the two write for themselves."""

    def visible_to(self, person: Any) -> MentorNoteQuerySet:
        """One's own and no others, whatever one's roles are; also after the pair has ended."""
        return self.filter(writer=person) if person.is_authenticated else self.none()


class MentorCheckQuerySet(models.QuerySet["MentorCheck"]):
    """The questions after two months."""

    def answerable(self, now: datetime) -> MentorCheckQuerySet:
        """Those that can be answered now, each by whom it asks."""
        return self.filter(answered_at__isnull=True, until__gt=now, mentorship__state__in=AGREED_PAIRS)

    def open_to(self, person: Any, now: datetime) -> MentorCheckQuerySet:
        """Those that the person can answer now."""
        return self.answerable(now).filter(person=person) if person.is_authenticated else self.none()

    def calls(self) -> MentorCheckQuerySet:
        """Where somebody wants the coordinator to call, and nobody has yet."""
        return self.filter(call=True, called_at__isnull=True)


class MentorWishQuerySet(OfPairs["MentorWish"]):
    """Wishes for another mentor."""

    def waiting(self) -> MentorWishQuerySet:
        """Those that nobody has seen to."""
        return self.filter(settled_at__isnull=True)


def waits_for_yes(person: Any) -> Q:
    """A condition: an agreement is written, by another than the person, and nobody has said yes to it."""
    return ~Q(written_by=person) & Q(written_at__isnull=False, confirmed_at__isnull=True)
