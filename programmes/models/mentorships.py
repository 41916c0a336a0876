"""What a mentor and a mentee write down: meetings without content, notes of one's own, and what they are asked."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.mentoring import Mentorship
from programmes.querysets import MentorCheckQuerySet, MentorMeetingQuerySet, MentorNoteQuerySet, MentorWishQuerySet
from programmes.states import CheckOften, CheckWorks, MeetingForm, MeetingTag

SHORTEST, LONGEST = 5, 480


class MentorMeeting(models.Model):
    """A meeting of the two, booked or held: when, how long, in which form, one word for the topic. No other words."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="meetings")
    date = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    form = models.CharField(_("how you met"), max_length=10, choices=MeetingForm, default=MeetingForm.IN_PERSON)
    # Chosen when it is written down as held; before that nobody knows.
    tag = models.CharField(_("topic"), max_length=10, choices=MeetingTag, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    # When somebody wrote down that it was held; until then it is booked.
    held_at = models.DateTimeField(_("written down as held"), null=True, blank=True)

    objects = MentorMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="mentor_meeting_length"
            ),
            models.CheckConstraint(condition=Q(held_at__isnull=True) | ~Q(tag=""), name="mentor_meeting_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.mentorship_id} {self.date}"


class MentorNote(models.Model):
    """What one of the two writes for herself; nobody else reads it, by any way, and nothing of it is in the log."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="notes")
    writer = models.ForeignKey(Person, models.CASCADE, related_name="mentor_notes")
    text = models.TextField(_("text"))
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = MentorNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"


class MentorCheck(models.Model):
    """Each of the two is asked once, two months in: does it work, do they meet often enough, shall somebody call."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="checks")
    person = models.ForeignKey(Person, models.CASCADE, related_name="mentor_checks")
    asked_at = models.DateTimeField()
    until = models.DateTimeField(_("can be answered until"))
    answered_at = models.DateTimeField(null=True, blank=True)
    works = models.CharField(_("does it work"), max_length=6, choices=CheckWorks, blank=True)
    often = models.CharField(_("do you meet often enough"), max_length=6, choices=CheckOften, blank=True)
    # For the coordinator alone; the other answers are for the two.
    call = models.BooleanField(_("wants the coordinator to call"), default=False)
    called_at = models.DateTimeField(_("called"), null=True, blank=True)

    objects = MentorCheckQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["mentorship", "person"], name="mentor_check_once")]

    def __str__(self) -> str:
        return f"{self.mentorship_id} {self.person_id}"


class MentorWish(models.Model):
    """One of the two asks for another mentor; no reason is asked for or kept, and the other one is not told."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="wishes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="mentor_wishes")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(_("seen to"), null=True, blank=True)

    objects = MentorWishQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship", "person"], condition=Q(settled_at__isnull=True), name="mentor_wish_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentorship_id} {self.person_id}"
