"""What is kept about a person: every table that says something of her, found and told in words.

`KEPT` lists the tables with the way to the person; `NOT_KEPT` the ways to a person that say nothing about her, each
with the reason. A test walks all models and fails for one that stands in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from answers import ballots
from audit.actions import key
from audit.states import deed_words, value_words
from base import dates
from base.languages import spoken
from outbox import kinds
from people.models import Person
from people.states import Language


@dataclass(frozen=True)
class Kept:
    """The rows of one table that are about a person: by which fields, or by her addresses or key."""

    title: Any
    model: str
    by: tuple[str, ...] = ()
    addresses: str = ""
    keys: str = ""
    # What the rows are named by, read along with them.
    along: tuple[str, ...] = ()
    # Columns that are not told here: what others wrote, or what only a machine reads.
    without: tuple[str, ...] = ()

    def rows(self, person: Person) -> models.QuerySet[Any]:
        """The rows, the newest first."""
        condition = Q(pk__in=[])
        for name in self.by:
            condition |= Q(**{name: person.pk})
        if self.addresses:
            for address in addresses_of(person):
                condition |= Q(**{f"{self.addresses}__iexact": address})
        if self.keys:
            condition |= Q(**{self.keys: key(person)})
        found = apps.get_model(self.model)._base_manager.filter(condition)
        return found.select_related(*self.along).order_by("-pk")


KEPT = (
    Kept(_("You"), "people.Person", by=("pk",), along=("home_region",)),
    Kept(_("E-mail addresses"), "account.EmailAddress", by=("user",)),
    Kept(_("Ways to sign in"), "mfa.Authenticator", by=("user",), without=("data",)),
    Kept(_("Sign-ins of your organisation"), "socialaccount.SocialAccount", by=("user",)),
    Kept(_("Where you are signed in"), "usersessions.UserSession", by=("user",), without=("data",)),
    Kept(_("Roles"), "people.RoleAssignment", by=("person",), along=("region", "organisation")),
    Kept(_("Organisations whose contact you are"), "people.Organisation", by=("contact",), without=("*", "name")),
    Kept(_("Employments"), "people.Employment", by=("person",), along=("unit",)),
    Kept(_("Leaves"), "people.Absence", by=("employment__person",), along=("employment__unit",)),
    Kept(
        _("Applications and rounds"),
        "programmes.Enrolment",
        by=("person",),
        along=("cohort__programme", "organisation", "unit"),
    ),
    Kept(
        _("What has happened to your applications"),
        "programmes.Transition",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
    ),
    Kept(
        _("Answers of managers"),
        "programmes.Approval",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
        without=("forwarded_from",),
    ),
    Kept(
        _("What your groups see of you"),
        "programmes.Card",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
    ),
    Kept(
        _("Your reflections"),
        "programmes.Reflection",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme", "day__event"),
    ),
    Kept(
        _("Roles that you have had"),
        "competence.Holding",
        by=("employment__person",),
        along=("profile", "employment__unit"),
    ),
    Kept(
        _("Your self-assessments"),
        "competence.Assessment",
        by=("person",),
        along=("framework__framework",),
        without=("revision",),
    ),
    Kept(
        _("Levels of your competence, put by you, your manager or your group"),
        "competence.Rating",
        by=("person",),
        along=("competence",),
        without=("assessment",),
    ),
    Kept(
        _("Self-assessments that you shared"),
        "competence.Share",
        by=("assessment__person",),
        along=("assessment",),
    ),
    Kept(
        _("Group tasks that you are in"),
        "programmes.TaskMember",
        by=("enrolment__person",),
        along=("task__cohort__programme", "group", "enrolment__cohort__programme"),
        without=("group",),
    ),
    Kept(
        _("What you hand in, alone or with your group"),
        "programmes.HandIn",
        by=("group__members__enrolment__person",),
        along=("group__task", "file"),
        without=("changed_by", "handed_in_by", "group"),
    ),
    Kept(
        _("Support that you still need"),
        "programmes.SupportNeed",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
        without=("by", "passed_to"),
    ),
    Kept(
        _("Invitations to closing days"),
        "programmes.MentorInvitation",
        by=("person",),
        along=("closing__cohort__programme",),
    ),
    Kept(_("You as a mentor"), "programmes.Mentor", by=("person",), along=("region",)),
    Kept(
        _("Your mentor"),
        "programmes.Mentorship",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
        without=("mentor", "reasons", "rank", "written_at", "confirmed_at"),
    ),
    # What the mentee wants out of it is about her.
    Kept(
        _("Your mentees"),
        "programmes.Mentorship",
        by=("mentor__person",),
        along=("enrolment__cohort__programme",),
        without=("mentor", "reasons", "rank", "written_at", "confirmed_at", "aims"),
    ),
    Kept(
        _("Meetings with your mentor or mentees"),
        "programmes.MentorMeeting",
        by=("mentorship__enrolment__person", "mentorship__mentor__person"),
        along=("mentorship__enrolment__cohort__programme",),
    ),
    Kept(
        _("Your own notes about a mentorship"),
        "programmes.MentorNote",
        by=("writer",),
        along=("mentorship__enrolment__cohort__programme",),
    ),
    Kept(
        _("Your answers about a mentorship"),
        "programmes.MentorCheck",
        by=("person",),
        along=("mentorship__enrolment__cohort__programme",),
    ),
    Kept(
        _("Wishes for another mentor"),
        "programmes.MentorWish",
        by=("person",),
        along=("mentorship__enrolment__cohort__programme",),
    ),
    Kept(
        _("Breaks"),
        "programmes.Break",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
    ),
    Kept(
        _("Moves to later rounds"),
        "programmes.Transfer",
        by=("new__person",),
        along=("old__cohort__programme", "new__cohort__programme"),
    ),
    Kept(
        _("Days made up"),
        "programmes.MakeUp",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme", "missed__event", "registration__event"),
    ),
    Kept(
        _("Certificates"),
        "programmes.Certificate",
        by=("enrolment__person", "person"),
        along=("enrolment__cohort__programme", "cohort__programme", "file", "replaced_by"),
        without=("print_tries", "print_after"),
    ),
    Kept(
        _("Answers to a programme's conditions"),
        "programmes.Answered",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme", "condition"),
    ),
    Kept(
        _("What coordinators decided about your participation"),
        "programmes.Ruling",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme",),
    ),
    Kept(
        _("Changes of employer during a round"),
        "programmes.Workplace",
        by=("enrolment__person",),
        along=("enrolment__cohort__programme", "organisation", "unit"),
    ),
    Kept(
        _("Supervision groups that you lead"),
        "programmes.SupervisionGroup",
        by=("supervisor",),
        along=("programme",),
    ),
    Kept(
        _("Supervision groups that you are in"),
        "programmes.SupervisionMember",
        by=("person",),
        along=("group__programme", "enrolment__cohort__programme", "organisation", "unit"),
    ),
    Kept(
        _("Your answers to contracts of supervision"),
        "programmes.SupervisionAnswer",
        by=("person",),
        along=("group__programme",),
    ),
    Kept(
        _("Course folders that a director lets you fetch"),
        "programmes.FolderReader",
        by=("person",),
        along=("share__cohort__programme", "share__organisation"),
    ),
    Kept(_("Registrations"), "events.Registration", by=("person",), along=("event", "organisation")),
    Kept(
        _("Places and waiting lists"),
        "events.Claim",
        by=("person",),
        along=("places__event", "organisation", "reserve"),
    ),
    Kept(_("Food and access needs"), "events.Needs", by=("claim__person",), along=("claim__places__event",)),
    Kept(
        _("Answers at registration"),
        "events.Reply",
        by=("registration__person",),
        along=("registration__event", "question"),
    ),
    Kept(_("Attendance"), "events.Attendance", by=("registration__person",), along=("registration__event",)),
    Kept(_("Seen at the door"), "events.Scan", by=("registration__person",), along=("registration__event",)),
    Kept(_("Events that you work on"), "events.Staff", by=("person",), along=("event",)),
    Kept(_("Invitations to events"), "events.Invited", by=("person",), along=("event",)),
    Kept(_("Events that you wait for"), "events.Interest", addresses="address", along=("event",)),
    Kept(
        _("Abstracts"),
        "events.Abstract",
        by=("person",),
        along=("call__event",),
        without=("blind_title", "blind_text"),
    ),
    Kept(
        _("Your name on abstracts"),
        "events.Author",
        by=("abstract__person",),
        addresses="address",
        along=("abstract", "organisation"),
    ),
    Kept(_("Answers about publication"), "events.Consent", by=("abstract__person",), along=("abstract",)),
    Kept(_("Reviews that you gave"), "events.Review", by=("reviewer",), without=("abstract",)),
    Kept(_("Material that you look after"), "events.Material", by=("owner",), along=("event", "file")),
    Kept(
        _("Evaluations that you were asked for"),
        "answers.Invitation",
        by=("person",),
        along=("box",),
        without=("unit", "role"),
    ),
    Kept(
        _("Letters"), "outbox.Letter", by=("person",), addresses="address", without=("facts", "batch", "about", "scope")
    ),
    Kept(_("Newsletters"), "outbox.Subscription", addresses="address", without=("scope",)),
    Kept(
        _("Consents to newsletters"),
        "outbox.Consent",
        addresses="subscription__address",
        along=("subscription",),
        without=("scope",),
    ),
    Kept(_("Letters that came back"), "outbox.Suppression", addresses="address"),
    Kept(_("Addresses without a mailbox"), "outbox.FlaggedAddress", addresses="address"),
    Kept(_("Unsent forms"), "base.Draft", by=("person",), without=("about",)),
    Kept(_("Files that you brought in"), "people.Import", by=("by",), along=("region",), without=("good", "bad")),
    Kept(
        _("Files of staff that you brought in"),
        "programmes.StaffFile",
        by=("by",),
        along=("cohort__programme",),
        without=("good", "bad", "made", "before"),
    ),
    Kept(
        _("Files that you uploaded or had made"),
        "documents.StoredFile",
        by=("by",),
        without=("about", "scope", "notes", "found"),
    ),
    Kept(_("Exports that you asked for"), "reports.Export", by=("by",), along=("region", "file"), without=("choices",)),
    Kept(_("Log of deeds"), "audit.Deed", by=("by",), keys="about", without=("codes", "scope", "seal", "about")),
)

ACT = "says who did something to a row about somebody else; the log of deeds tells it"
NOT_KEPT = {
    "people.RoleAssignment.given_by": ACT,
    "outbox.Batch.by": ACT,
    "outbox.Suppression.lifted_by": ACT,
    "outbox.Issue.by": ACT,
    "events.Party.by": ACT,
    "events.CapacityChange.by": ACT,
    "events.Change.by": ACT,
    "events.BadgePrint.by": ACT,
    "events.Event.contact": "a fact of the event, on its public page",
    "events.Abstract.decided_by": ACT,
    "events.Registration.by": "who registered somebody else: a fact of that registration",
    "events.Attendance.by": ACT,
    "events.Scan.by": ACT,
    "programmes.Cohort.responsible": "a fact of the round, on its public page",
    "programmes.Cohort.deputy": "a fact of the round, on its public page",
    "programmes.Transition.by": ACT,
    "programmes.Approval.asked": "a fact of somebody else's application; the letter that asked is told",
    "programmes.Approval.answered_by": ACT,
    "programmes.Approval.confirmed_by": ACT,
    "programmes.MakeUp.by": ACT,
    "programmes.GroupTask.by": ACT,
    "programmes.HandIn.changed_by": ACT,
    "programmes.HandIn.handed_in_by": ACT,
    "programmes.Closing.by": ACT,
    "programmes.SupportNeed.by": ACT,
    "programmes.SupportNeed.passed_to": "what somebody on her staff has passed to her: a fact about that person",
    "programmes.Proposal.by": ACT,
    "programmes.ProposalAnswer.answered_by": ACT,
    "programmes.Folder.by": ACT,
    "programmes.Folder.released_by": ACT,
    "programmes.FolderReader.by": ACT,
    "programmes.Break.by": ACT,
    "programmes.Mentor.by": ACT,
    "programmes.Mentorship.by": ACT,
    "programmes.Mentorship.closed_by": ACT,
    "programmes.Mentorship.written_by": ACT,
    "programmes.Mentorship.confirmed_by": ACT,
    "programmes.MentorMeeting.by": ACT,
    "programmes.Transfer.by": ACT,
    "programmes.Ruling.by": ACT,
    "programmes.Workplace.by": ACT,
    "programmes.Break.returned_by": ACT,
    "programmes.Decision.by": ACT,
    "programmes.Look.by": ACT,
    "programmes.BoardPage.released_by": ACT,
    "programmes.Improvement.owner": "says who sees to a round's improvement: a fact of the round's checklist",
    "programmes.Reader.person": "whose text she may read now: its author's choice, on her page of reflections",
    "competence.ProfileVersion.published_by": ACT,
    "competence.FrameworkVersion.published_by": ACT,
    "competence.Survey.created_by": ACT,
    "competence.Rating.by": ACT,
    "competence.Rating.assessment": "told by the person",
    "competence.Share.reader": "whose self-assessment she may read now: its owner's choice, on her page of competence",
    "programmes.Certificate.issued_by": ACT,
    "programmes.SupervisionGroup.responsible": "whom the group asks: a fact of the group",
    # Tables that hang on a row about the person and say nothing of their own about her.
    "events.Registration.claim": "told by the person",
    "programmes.Enrolment.claim": "told by the person",
    "programmes.Enrolment.carried_from": "told by the person",
    "programmes.MakeUp.registration": "told by the enrolment",
    "programmes.Transfer.old": "told by the participation that goes on",
    "programmes.Approval.forwarded_from": "told by the enrolment",
    "programmes.Certificate.replaced_by": "told by the enrolment",
    "account.EmailConfirmation.email_address": "addresses are confirmed by code: the table stays empty",
    "socialaccount.SocialToken.account": "tokens are not stored: the table stays empty",
    "events.Review.abstract": "what reviewers wrote to the organisers about an abstract is theirs",
    "audit.Words.deed": "names and texts that a deed was written with; the deed is told",
}
# Columns that open something or mean nothing to a reader.
TECHNICAL = frozenset(
    (
        "id",
        "uid",
        "key",
        "password",
        "lease",
        "leased_until",
        "begun_at",
        "token_digest",
        "link_version",
        "feed_version",
        "version",
        "nonce",
        "path",
        "sha256",
        "renderer",
        "fill",
        "message_id",
        "attempts",
        "possible_duplicates",
        "lane",
        "not_before",
        "useful_until",
        "order",
        "by_key",
        "words_digest",
        "wording",
        "publish_wording",
        "words",
        "session_key",
        "content_type",
        "print_tries",
        "print_after",
        "trouble",
        "first",
        "offers",
        "code_hash",
        "carried_from",
        "party",
        "reserve",
        "claim",
        "badge_words",
        "replaced_by",
        "erased_at",
        "is_guest",
        "replaced_at",
        "total",
        "done",
        "last_position",
        "scanned_at",
        "uploaded",
        "pages",
    )
)
LABELS = {
    "assessment": _("self-assessment"),
    "competence": _("competence"),
    "framework": _("framework"),
    "from_file": _("from the file of a survey"),
    "level": _("level"),
    "on": _("day"),
    "profile": _("role"),
    "rated_by": _("put by"),
    "wishes": _("wish to learn"),
    "abstract": _("abstract"),
    "absence_at": _("absence reported"),
    "address": _("address"),
    "after": _("after"),
    "added_at": _("added"),
    "agreed_at": _("the mentor's yes"),
    "answer": _("answer"),
    "answer_by": _("to be answered by"),
    "answered_at": _("answered"),
    "answered_way": _("how it was answered"),
    "answered_name": _("who answered"),
    "applied_at": _("applied"),
    "asked_at": _("asked"),
    "at": _("when"),
    "badge_printed_at": _("badge printed"),
    "before": _("before"),
    "bounces": _("letters that came back"),
    "box": _("evaluation"),
    "call": _("event"),
    "changed_at": _("changed"),
    "closed_at": _("over since"),
    "closed_why": _("why it is over"),
    "closing": _("round"),
    "code": _("code"),
    "cohort": _("round"),
    "completed_on": _("completed"),
    "condition": _("condition"),
    "confirmed_at": _("confirmed"),
    "counts_reason": _("why not for the funder"),
    "created_at": _("made"),
    "data": _("what is typed"),
    "date": _("day"),
    "decided_at": _("decision made"),
    "declined_at": _("declined"),
    "deed": _("deed"),
    "employer_side": _("the employer's side"),
    "employment": _("employment"),
    "end_reason": _("why it ended"),
    "ended_at": _("ended"),
    "ended_by": _("ended by"),
    "enrolment": _("round"),
    "old": _("earlier round"),
    "new": _("later round"),
    "seat_freed_at": _("the seat was freed"),
    "returned_at": _("return written down"),
    "erase_on": _("erased on"),
    "event": _("event"),
    "expires_at": _("until"),
    "facts": _("what it says"),
    "file": _("file"),
    "flagged_at": _("came back"),
    "flags_at": _("rights decided"),
    "form": _("form"),
    "from_enrolment": _("comes with a round"),
    "function": _("function"),
    "given_at": _("given"),
    "group": _("supervision group"),
    "half": _("half-day"),
    "handed_in_at": _("handed in"),
    "here": _("here"),
    "home_region": _("region"),
    "hours": _("hours"),
    "how": _("how"),
    "included_reason": _("reason"),
    "invited_at": _("invited"),
    "ip": _("network address"),
    "issued_at": _("issued"),
    "kind": _("kind"),
    "language": _("language"),
    "last_at": _("last"),
    "last_seen_at": _("last seen"),
    "last_used_at": _("last used"),
    "late": _("after the last day"),
    "left_at": _("left"),
    "mark": _("whether you were there"),
    "may_attend_reason": _("why not attend"),
    "mentorship": _("round"),
    "missed": _("missed day"),
    "name": _("name"),
    "offered_at": _("offered"),
    "organisation": _("organisation"),
    "places": _("places"),
    "position": _("place in line"),
    "programme": _("programme"),
    "programme_side": _("the programme's side"),
    "proposed_at": _("proposed"),
    "publish": _("publish on the site"),
    "publish_at": _("answered"),
    "publish_language": _("language of the question"),
    "question": _("question"),
    "read_in": _("language of the question"),
    "ready_at": _("ready"),
    "reason": _("reason"),
    "received_at": _("received"),
    "region": _("region"),
    "reminded_at": _("reminded"),
    "registration": _("event"),
    "role": _("role"),
    "seen_at": _("seen"),
    "sent_at": _("sent"),
    "sent_subject": _("subject"),
    "sent_text": _("text"),
    "sent_to": _("sent to"),
    "side": _("side"),
    "size": _("size in bytes"),
    "source": _("where it came from"),
    "state": _("state"),
    "substitute_code": _("code instead of your name"),
    "extra_data": _("what the sign-in said"),
    "stood_aside": _("stood aside"),
    "submitted_at": _("sent in"),
    "subscription": _("newsletter"),
    "suppressed_at": _("stopped"),
    "lifted_at": _("started again"),
    "task": _("task"),
    "type": _("kind"),
    "typed_unit": _("unit as it was typed"),
    "undone_at": _("undone"),
    "unit": _("unit"),
    "updated_at": _("changed"),
    "user_agent": _("browser"),
    "value": _("answer"),
    "way": _("way"),
    "why": _("reason"),
}


def addresses_of(person: Person) -> list[str]:
    """The addresses that are hers by proof, and the main one."""
    proven = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return sorted({address.lower() for address in (person.email or "", *proven) if address})


def columns_of(kept: Kept) -> list[models.Field[Any, Any]]:
    """The columns of a table that are told: all but other people, what opens something, and what is left out."""
    fields = apps.get_model(kept.model)._meta.concrete_fields
    only = kept.without[1:] if kept.without[:1] == ("*",) else None
    return [
        field
        for field in fields
        if (field.name in only if only is not None else field.name not in kept.without)
        and field.name not in TECHNICAL
        and field.related_model is not Person
        and not _translated(field)
    ]


def _translated(field: models.Field[Any, Any]) -> bool:
    """Whether the column is another column's words in one language, which that one tells in the reader's."""
    return hasattr(field, "translated_field")


def label_of(field: models.Field[Any, Any]) -> str:
    """What a column is called."""
    theirs = field.model.__module__.startswith("allauth.")
    own = LABELS.get(field.name, field.verbose_name) if theirs else field.verbose_name
    return str(capfirst(str(own if isinstance(own, Promise) else LABELS.get(field.name, own))))


def is_named(field: models.Field[Any, Any]) -> bool:
    """Whether a column has a name for people, in each language."""
    return field.name in LABELS or isinstance(field.verbose_name, Promise)


# ---------- In words ----------


def _thing(thing: Any) -> str:
    """What a row that another points to is called."""
    if thing is None:
        return ""
    for name in ("event", "places", "registration", "claim", "call", "abstract", "cohort", "unit", "enrolment"):
        if thing._meta.label in NAMED_BY.get(name, ()):
            return _thing(getattr(thing, name))
    if thing._meta.label == "answers.Box":
        return ballots.say(thing.title, spoken())
    return str(getattr(thing, "label", "") or getattr(thing, "name", "") or thing)


NAMED_BY = {
    "event": ("events.Registration", "events.Call", "programmes.CourseDay"),
    "places": ("events.Claim",),
    "cohort": ("programmes.Enrolment", "programmes.Share", "programmes.Closing"),
    "unit": ("people.Employment",),
    "enrolment": ("programmes.Mentorship",),
}


def words_of(row: Any, field: models.Field[Any, Any]) -> str:
    """A value in words of the reader's language."""
    if field.is_relation:
        thing = getattr(row, field.name)
        if thing is not None and thing._meta.label == "events.Places" and thing.event is not None:
            thing = thing.event
        return _thing(thing)
    value = getattr(row, field.name)
    if field.flatchoices and not isinstance(value, bool):
        return str(getattr(row, f"get_{field.name}_display")())
    if field.model._meta.label == "outbox.Letter" and field.name == "kind":
        return kinds.title(value)
    if field.model._meta.label == "audit.Deed" and field.name == "deed":
        return deed_words(value)
    if field.model._meta.label == "programmes.Transition" and field.name in ("before", "after"):
        return value_words("programmes.enrolment:", value) if value else ""
    if field.name in ("language", "read_in", "publish_language"):
        return str(dict(Language.choices).get(value, value))
    return plain(value)


def plain(value: Any) -> str:
    """A bare value in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{dates.full_day(local.date())} {dates.clock_time(local)}"
    if isinstance(value, date):
        return dates.full_day(value)
    if isinstance(value, time):
        return dates.clock_time(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(one)}" for name, one in value.items() if plain(one))
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    return dates.number(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class Section:
    """What one table says of the person: its rows in words, of a long one the newest."""

    title: str
    rows: list[list[tuple[str, str]]]
    count: int

    @property
    def more(self) -> int:
        """How many rows only the file has."""
        return self.count - len(self.rows)


def sections(person: Person, *, most: int | None = None) -> Iterator[Section]:
    """What is kept about a person, table by table; empty tables and empty columns are left out."""
    for kept in KEPT:
        found = kept.rows(person)
        columns = [(label_of(field), field) for field in columns_of(kept)]
        told = list(islice(found.iterator(chunk_size=500), most))
        if not told:
            continue
        rows = [[(label, words) for label, field in columns if (words := words_of(row, field))] for row in told]
        count = len(told) if most is None or len(told) < most else found.count()
        yield Section(str(kept.title), rows, count)


def as_plain(person: Person, language: str, now: datetime) -> dict[str, Any]:
    """The whole as plain data for a file, in a language."""
    with override(language):
        return {
            "title": say("What Helmi keeps about you"),
            "made": now.isoformat(timespec="seconds"),
            "kept": [
                {"title": section.title, "rows": [_joined(row) for row in section.rows]} for section in sections(person)
            ],
        }


def _joined(row: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A row by its labels; two columns of one name stand beside each other."""
    found: dict[str, str] = {}
    for label, words in row:
        found[label] = f"{found[label]}; {words}" if label in found else words
    return found


def name_of_file(language: str) -> str:
    """What the file is called."""
    with override(language):
        return str(pgettext_lazy("name of a file", "About you"))
