"""The start page of a mentor: the next meeting, and the last one to write down."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from base.clock import now
from home.views.roles import event_tasks
from people.models import Person
from programmes.rules.mentorships import RULE
from programmes.views.mentorships import current, lines, next_first


def mentor(request: HttpRequest) -> HttpResponse | None:
    """The mentees, each with the light and the next meeting; None for who has none now."""
    person = request.user
    if not isinstance(person, Person):
        return None
    pairs = current(person)
    if not pairs:
        return None
    context = {"lines": next_first(lines(pairs, person, moment=now())), "rule": RULE, "tasks": event_tasks(person)}
    return render(request, "home/mentor.html", context)
