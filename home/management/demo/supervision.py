"""Two supervision groups of people from the first round: one that has met, and one that is being asked."""

from datetime import date, datetime, time, timedelta

from people.models import Person
from programmes.actions import sessions, supervision
from programmes.models import Programme, SupervisionGroup
from programmes.rules import supervision as rules
from programmes.rules import supervision_proposals as proposing
from programmes.states import Answer, SessionForm

# Every fourth week: the first two have been written down, the third was last week, two are to come.
AGO, WEEKS, TIMES = 62, 4, 5
MINUTES = 120
ABSENT = 1  # how many were absent the second time
UNANSWERED = 2  # how many of the second group have not answered


def form(programme: Programme, lead: Person, *, by: Person, now: datetime) -> SupervisionGroup:
    """The first of the groups that are proposed of those who are in none."""
    day = now.date()
    people = [one for one in proposing.finished(programme, day) if not one.has]
    first = proposing.propose(people, [lead], size=6, day=day).groups[0]
    supervision.form_groups(
        programme=programme,
        groups=[(lead, [one.person for one in first.people])],
        terms=supervision.Terms(10, MINUTES, WEEKS),
        by=by,
        now=now,
    )
    return SupervisionGroup.objects.select_related("programme__region", "supervisor").latest("number")


def agree(group: SupervisionGroup, *, now: datetime, but: int = 0) -> None:
    """Everybody says yes, but the last ones who have not looked at it yet."""
    members = [row.person for row in rules.members_of(group)]
    for who in [group.supervisor, *members[: len(members) - but]]:
        supervision.answer(group=group, answer=Answer.YES, by=who, now=now)


def book(group: SupervisionGroup, first: date, *, now: datetime) -> None:
    """The dates of half a year."""
    days = [first + timedelta(weeks=WEEKS * n) for n in range(TIMES)]
    sessions.book(
        group=group, days=days, start=time(13), minutes=MINUTES, form=SessionForm.ROOM, by=group.supervisor, now=now
    )


def hold(group: SupervisionGroup, number: int, *, absent: int, now: datetime) -> None:
    """A session is written down in the afternoon of its day."""
    row = rules.sessions_of(group)[number]
    members = [member.person_id for member in rules.members_of(group)]
    sessions.write(
        group=group,
        session=row,
        day=row.event.date,
        minutes=MINUTES,
        form=SessionForm.ROOM,
        present=members[absent:],
        by=group.supervisor,
        now=now,
    )
