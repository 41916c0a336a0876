"""New in the region: who has begun and has not applied, by manager, and the letter that asks to register them."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from base import clock, dates
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from outbox.models import Letter
from outbox.views import Deed, check, read_first, say_done
from people.models import Employment, Request
from programmes.actions import newcomers as actions
from programmes.forms.newcomers import ManagersForm, NewcomerFilter
from programmes.models import Cohort, Enrolment
from programmes.rules import newcomers as rules
from programmes.rules.applications import local_day
from programmes.views.cohorts import find_cohort


@audited("newcomers.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def newcomers(request: Request, pk: int) -> HttpResponse:
    """The list by manager; choosing managers shows the letter as it will be read, then it goes."""
    cohort = find_cohort(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    here = reverse("programmes:newcomers", args=[pk])
    form = ManagersForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        moment, since = clock.now(), form.cleaned_data["since"]
        deed = partial(
            actions.ask_managers, choices=form.cleaned_data["managers"], since=since, by=request.user, now=moment
        )
        usual = rules.months_before(local_day(cohort, moment))
        back = here if since == usual else f"{here}?{urlencode({'since': since.isoformat()})}"
        try:
            if "confirm" not in request.POST:
                previews = read_first(request, lambda cohort: deed(cohort=cohort), cohort)
                words = Deed(
                    _("Read the letter to the managers"), _("Send the letter"), str(cohort), [str(cohort)], back
                )
                return check(request, form, words, previews)
            batch = deed(cohort=cohort)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            say_done(request, _("The managers are asked to register their new staff."), batch)
        return redirect(back)
    return render_form(request, "programmes/newcomers.html", form, _page(request, cohort, form))


def _page(request: Request, cohort: Cohort, form: ManagersForm) -> dict[str, Any]:
    """The list as the filter in the address has it, and what has happened since letters were written."""
    now = clock.now()
    day = local_day(cohort, now)
    towns = rules.towns_of(cohort)
    usual = rules.months_before(day)
    chosen = NewcomerFilter(request.GET or None, towns=towns, initial={"since": usual})
    valid = chosen.is_bound and chosen.is_valid()
    since: date = (chosen.cleaned_data["since"] if valid else None) or usual
    only = chosen.cleaned_data["organisation"] if valid else None
    looked_at = [town for town in towns if only in (None, town.pk)]
    people = rules.newcomers(Employment.objects.visible_to(request.user), cohort, towns, since=since, day=day)
    people = [one for one in people if one.town in looked_at]
    asked = rules.asked_about(
        cohort, Letter.objects.visible_to(request.user), Enrolment.objects.visible_to(request.user)
    )
    groups = rules.by_manager(people, asked, day=day)
    ticked = request.POST.getlist("managers") if form.is_bound else [one.choice for one in groups if one.last is None]
    total = len(people)
    return {
        "cohort": cohort,
        "filter": chosen,
        "clear": reverse("programmes:newcomers", args=[cohort.pk]) if request.GET else "",
        "since": since,
        "refusal": rules.why_not_write(cohort, now=now),
        "groups": groups,
        "ticked": ticked,
        "unled": rules.unled(people, groups),
        "asked": [one for letters in asked.values() for one in letters],
        "total": total,
        "count": ngettext(
            "%(n)s person is new since %(day)s and has not applied",
            "%(n)s people are new since %(day)s and have not applied",
            total,
        )
        % {"n": dates.number(total), "day": dates.full_day(since)},
    }
