"""The start page of a participant."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from base.clock import now
from home.views.roles import event_tasks
from people.models import Person
from programmes.views.my_days import overview


def participant(request: HttpRequest) -> HttpResponse | None:
    """The next day first, then what to do and the way to the certificate; None for who takes part in nothing.

    Who leads others comes first to what leading asks for, and finds the own days in the navigation.
    """
    person = request.user
    if not isinstance(person, Person):
        return None
    reach = person.reach
    if reach.administrator or reach.coordinator or reach.staff_paths:
        return None
    found = overview(person, moment=now())
    if not found:
        return None
    look_at = [{**task, "hint": task["text"], "state": ""} for task in event_tasks(person)]
    context = {
        "overview": found,
        "next": found.next,
        "course": found.next_course,
        "tasks": [*found.waiting, *found.tasks, *look_at],
    }
    return render(request, "home/participant.html", context)
