"""What the shell of a page shows: who reads, in which language, and the way to what this person can do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from base import clock
from base.languages import spoken
from competence.models import Assessment, Holding
from competence.rules.regions import PART as COMPETENCE
from events.models import Abstract, Review, Staff
from events.states import AbstractState, StaffFunction
from people.models import Region
from people.states import Language, Role
from programmes.models import (
    Approval,
    Certificate,
    Enrolment,
    FolderReader,
    Mentor,
    Mentorship,
    Reader,
    Reflection,
    SupervisionGroup,
    SupervisionMember,
)

NEWSLETTER = "newsletter"  # the part of a region that a newsletter is
SUPERVISION = "supervision"  # and that supervision is
# They stand for the reader's key and for the time of asking in a query that is built once.
SOMEBODY, SOME_TIME = -1, datetime(1, 2, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One row of the menu; the count says how much there is to do, never what is new."""

    label: str
    url: str
    icon: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True)
class Choice:
    """A language that the page can be read in."""

    code: str
    name: str
    current: bool


@cache
def _own_query() -> tuple[str, tuple[Any, ...]]:
    """What is a person's own, as SQL and its values: building it anew for each page would cost more than the answer."""
    enrolments = Enrolment.objects.filter(person=SOMEBODY)
    reviews = Review.objects.filter(reviewer=SOMEBODY).exclude(abstract__state=AbstractState.WITHDRAWN)
    waiting = Mentorship.objects.wait_for(SOMEBODY, SOME_TIME)
    things: dict[str, QuerySet[Any]] = {
        "enrolled": enrolments,
        "groups": enrolments.taking_part(),
        "thought": Reflection.objects.filter(enrolment__person=SOMEBODY),
        "read": Reader.objects.filter(person=SOMEBODY),
        "certified": Certificate.objects.filter(person=SOMEBODY),
        "mentored": Mentorship.objects.filter(enrolment__person=SOMEBODY, agreed_at__isnull=False),
        "mentors": Mentor.objects.filter(person=SOMEBODY),
        "mentor_waits": waiting.filter(enrolment__person=SOMEBODY),
        "mentee_waits": waiting.filter(mentor__person=SOMEBODY),
        "supervises": SupervisionGroup.objects.filter(supervisor=SOMEBODY),
        "supervised": SupervisionMember.objects.standing().filter(person=SOMEBODY),
        "to_agree": SupervisionGroup.objects.to_agree(SOMEBODY),
        "roles": Holding.objects.filter(employment__person=SOMEBODY),
        "assessed": Assessment.objects.filter(person=SOMEBODY),
        "copies": FolderReader.objects.standing().filter(person=SOMEBODY),
        "works": Staff.objects.filter(person=SOMEBODY).exclude(function=StaffFunction.SUPERVISOR),
        "wrote": Abstract.objects.filter(person=SOMEBODY),
        "reviewer": reviews,
        "to_review": reviews.filter(answered_at__isnull=True, stood_aside=False),
    }
    first, *others = (rows.order_by().values_list(Value(kind), flat=True) for kind, rows in things.items())
    return first.union(*others, all=True).query.sql_with_params()


class Shell:
    """Everything around a page's content, computed when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.person: Any = getattr(request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        """Whether a person has signed in."""
        return bool(self.person and self.person.is_authenticated)

    @cached_property
    def languages(self) -> list[Choice]:
        """Swedish, Finnish, English, and which one is on."""
        now = spoken()
        return [Choice(code, name, code == now) for code, name in Language.choices]

    @cached_property
    def region(self) -> str:
        """The region beside the brand, for those who belong to one."""
        if not self.signed_in or not self.person.home_region_id:
            return ""
        return str(self.person.home_region.name)

    @cached_property
    def role(self) -> str:
        """The role under the name: the widest that the person holds today."""
        reach = self.person.reach
        if reach.administrator:
            return _role(Role.ADMINISTRATOR)
        if reach.coordinator:
            return _role(Role.COORDINATOR)
        if reach.director_paths:
            return _role(Role.DIRECTOR)
        if reach.manager_paths:
            return _role(Role.MANAGER)
        if self.takes_part:
            return _("Participant")
        return _("Mentor") if self.own["mentors"] else ""

    @cached_property
    def own(self) -> Counter[str]:
        """How many things of each kind the person has of her own, each kind with a page of its own: one query."""
        sql, values = _own_query()
        as_value = connection.ops.adapt_datetimefield_value
        given = {SOMEBODY: self.person.pk, as_value(SOME_TIME): as_value(clock.now())}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(value, value) for value in values])
            return Counter(kind for (kind,) in cursor.fetchall())

    @cached_property
    def has_reflections(self) -> bool:
        """Whether the person has written reflections, or may read one of those that she was chosen for."""
        if self.own["thought"] or not self.own["read"]:
            return bool(self.own["thought"])
        return Reflection.objects.visible_to(self.person).filter(readers__person=self.person).exists()

    @cached_property
    def takes_part(self) -> bool:
        """Whether the person is, or has been, in a cohort."""
        return bool(self.own["enrolled"])

    @cached_property
    def writes_newsletters(self) -> bool:
        """Whether a region whose letters she writes has a newsletter."""
        return self._runs_with(NEWSLETTER)

    def _runs_with(self, part: str) -> bool:
        """Whether a region that she runs uses a part; her own comes with her, the others are asked."""
        reach, home = self.person.reach, self.person.home_region
        own = home is not None and (reach.administrator or home.pk in reach.region_ids)
        if own and part in home.parts:
            return True
        if own and not reach.administrator and len(reach.region_ids) == 1:
            return False
        return any(part in parts for parts in Region.objects.visible_to(self.person).values_list("parts", flat=True))

    @cached_property
    def leads_with_competence(self) -> bool:
        """Whether she runs a region, or leads people in one, that uses competence."""
        reach, home = self.person.reach, self.person.home_region
        if reach.staff_paths and home is not None and COMPETENCE in home.parts:
            return True
        return (reach.coordinator or reach.administrator) and self._runs_with(COMPETENCE)

    @cached_property
    def runs_supervision(self) -> bool:
        """Whether she coordinates where there is supervision; not asked of regions besides her own."""
        reach, home = self.person.reach, self.person.home_region
        if home is not None and reach.region_ids == (home.pk,):
            return SUPERVISION in home.parts
        return bool(reach.administrator or reach.coordinator)

    @cached_property
    def me(self) -> str:
        """The address of the person's own page."""
        return reverse("people:me")

    @cached_property
    def items(self) -> list[Item]:
        """The side navigation: the union of what each role can do; nothing for those who have not signed in."""
        return self._with_current(list(self._items())) if self.signed_in else []

    @cached_property
    def phone_items(self) -> list[Item]:
        """The same list in the phone's menu; before sign-in the public pages."""
        if self.signed_in:
            return [*self.items, Item(_("Sign out"), reverse("account_logout"), "out")]
        match = self.request.resolver_match
        region = match.kwargs.get("region") if match else None
        events = [Item(_("Events"), reverse("events:listing", args=[region]), "cal")] if region else []
        return self._with_current(
            [
                Item(_("Programmes"), reverse("home:home"), "book"),
                *events,
                Item(_("Check a certificate"), reverse("programmes:certificate_check"), "check"),
                Item(_("Contact and help"), reverse("home:contact"), "info"),
                Item(_("Sign in"), reverse("account_login"), "person"),
            ]
        )

    @cached_property
    def account_links(self) -> list[tuple[str, str, bool]]:
        """The pages about signing in, on each of them and on those under them."""
        pages = [
            (_("My settings"), "people:me", ()),
            (_("E-mail addresses"), "account_email", ()),
            (_("Password"), "account_change_password", ("account_set_password",)),
            (_("Two-step sign-in"), "mfa_index", ("mfa_",)),
            (_("Where you are signed in"), "usersessions_list", ()),
            (_("Your data"), "reports:about_me", ()),
        ]
        match = self.request.resolver_match
        here = match.view_name if match else ""
        return [(reverse(route), label, here.startswith((route, *under))) for label, route, under in pages]

    def _items(self) -> Iterator[Item]:
        reach = self.person.reach
        yield Item(_("Home"), reverse("home:home"), "home")
        if self.takes_part:
            yield Item(_("Course days"), reverse("programmes:my_days"), "cal")
            if self.own["groups"]:
                yield Item(_("My group"), reverse("programmes:my_group"), "people")
            if self.own["mentored"]:
                yield Item(_("My mentor"), reverse("programmes:my_mentor"), "person", count=self.own["mentor_waits"])
        if self.takes_part or self.own["certified"]:
            yield Item(_("Certificates"), reverse("programmes:my_documents"), "file")
        if self.own["mentors"]:
            waits = self.own["mentee_waits"]
            yield Item(_("My meetings as a mentor"), reverse("programmes:my_mentoring"), "people", count=waits)
        if (self.own["supervises"] or self.own["supervised"]) and not self.runs_supervision:
            words = _("My groups") if self.own["supervises"] else _("Supervision")
            yield Item(words, reverse("programmes:supervision"), "people", count=self.own["to_agree"])
        if not self.own["groups"] and self.has_reflections:
            yield Item(_("Reflections"), reverse("programmes:reflections"), "book")
        if self.own["works"]:
            yield Item(_("My days"), reverse("events:my_work"), "cal")
        if self.own["wrote"]:
            yield Item(_("My abstracts"), reverse("events:my_abstracts"), "file")
        if self.own["reviewer"]:
            yield Item(_("Abstracts to review"), reverse("events:reviews"), "check", count=self.own["to_review"])
        if reach.staff_paths:
            waiting = Approval.objects.visible_to(self.person).open().count()
            yield Item(_("My staff"), reverse("programmes:staff"), "people", count=waiting)
        if reach.director_paths or self.own["copies"]:
            yield Item(_("Course folders"), reverse("programmes:folders"), "book")
        if self.leads_with_competence:
            yield Item(_("Competence"), reverse("competence:home"), "chart")
        elif self.own["roles"] or self.own["assessed"]:
            yield Item(_("My competence"), reverse("competence:my"), "chart")
        if reach.director_paths and not (reach.coordinator or reach.administrator):
            yield Item(_("Programmes in figures"), reverse("reports:figures"), "chart")
        if reach.coordinator or reach.administrator:
            yield Item(_("Programmes"), reverse("programmes:programmes"), "book")
            yield Item(_("Events"), reverse("events:organised"), "cal")
            yield Item(_("Participants"), reverse("programmes:participants"), "people")
            yield Item(_("Mentors"), reverse("programmes:mentors"), "people")
            if self.runs_supervision:
                yield Item(_("Supervision"), reverse("programmes:supervision"), "people", count=self.own["to_agree"])
            yield Item(_("Letters"), reverse("outbox:letters"), "mail")
            if self.writes_newsletters:
                yield Item(_("Newsletter"), reverse("home:newsletters"), "mail")
            yield Item(_("People"), reverse("people:persons"), "person")
            yield Item(_("Organisations"), reverse("people:organisations"), "net")
            yield Item(_("Roles"), reverse("people:roles"), "key")
            yield Item(_("Programmes in figures"), reverse("reports:figures"), "chart")
            yield Item(_("Reports and export"), reverse("reports:exports"), "down-tray")
            yield Item(_("Log of deeds"), reverse("audit:deeds"), "lock")
        if reach.administrator:
            yield Item(_("Regions"), reverse("people:regions"), "pin")
            yield Item(_("Operations"), reverse("outbox:operations"), "gear")

    def _with_current(self, items: list[Item]) -> list[Item]:
        """Mark the item whose address is the longest beginning of this page's; the start page only as itself."""
        path, home = self.request.path, reverse("home:home")
        fitting = [item for item in items if path == item.url or (item.url != home and path.startswith(item.url))]
        here = max(fitting, key=lambda item: len(item.url), default=None)
        return [replace(item, current=item is here) for item in items]


def _role(role: Role) -> str:
    words = str(role.label)
    return words[:1].upper() + words[1:]


def context(request: HttpRequest) -> dict[str, object]:
    """The context processor: `shell`, which costs nothing until a page with the shell is shown."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
