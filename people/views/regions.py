"""Regions: the list, one of them, who takes part, and when it rests."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock
from base.forms import render_form
from base.nordic import sort_key
from base.refusal import Refusal
from people import actions, forms
from people.models import ClosedPeriod, Organisation, Participation, Region
from people.views.common import for_administrators, for_staff, reader, today

FACTS = ("slug", "country", "languages", "time_zone", "sender_name", "sender_address", "phone", "parts")
NAMES = ("name_sv", "name_fi", "name_en")


@for_staff
@require_GET
def regions(request: HttpRequest) -> HttpResponse:
    """The regions that the reader coordinates, or all."""
    viewer = reader(request)
    rows = sorted(Region.objects.visible_to(viewer).with_size(today()), key=lambda row: sort_key(row.name))
    context = {
        "regions": rows,
        "count": ngettext("%(n)s region", "%(n)s regions", len(rows)) % {"n": len(rows)},
        "action": (reverse("people:region_new"), _("Add a region")) if viewer.reach.administrator else None,
    }
    return render(request, "people/regions.html", context)


def _region(request: HttpRequest, pk: int) -> Region:
    return get_object_or_404(Region.objects.visible_to(request.user), pk=pk)


@for_staff
@require_GET
def region(request: HttpRequest, pk: int) -> HttpResponse:
    """One region: its facts, who takes part, who coordinates, closed periods."""
    row, day = _region(request, pk), today()
    context = {
        "region_shown": row,
        "participations": row.participations.on(day).select_related("organisation"),
        "coordinators": row.role_assignments.on(day).select_related("person").order_by("person__name"),
        "periods": row.closed_periods.filter(valid_to__gte=day),
        "action": (reverse("people:region_edit", args=[pk]), _("Change the region")),
        "more": [
            (reverse("people:take_part", args=[pk]), _("Add an organisation to the region")),
            (reverse("people:closed_period", args=[pk]), _("Add a closed period")),
        ],
    }
    return render(request, "people/region.html", context)


def _asked(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("name", *FACTS)}


@for_administrators
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a region."""
    form = forms.RegionForm(
        request.POST or None, initial={"languages": ["sv", "fi", "en"], "parts": ["course"], "country": "SE"}
    )
    form.back = reverse("people:regions")
    if form.is_valid():
        try:
            row = actions.create_region(by=reader(request), now=clock.now(), **_asked(form.cleaned_data))
        except Refusal as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(request, _("The region is added. Say who takes part in it."))
            return redirect("people:region", row.pk)
    return render_form(request, "people/region_new.html", form)


@for_staff
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a region's facts; only an administrator changes its address."""
    row = _region(request, pk)
    form = forms.RegionForm(request.POST or None, initial=forms.initial_of(row, *NAMES, *FACTS))
    if not reader(request).reach.administrator:
        form.fields["slug"].disabled = True
    form.back = reverse("people:region", args=[pk])
    if form.is_valid():
        try:
            actions.change_region(region=row, by=reader(request), now=clock.now(), **_asked(form.cleaned_data))
        except Refusal as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(request, _("The region is saved."))
            return redirect("people:region", pk)
    return render_form(request, "people/region_edit.html", form, {"region_shown": row})


@for_staff
@require_http_methods(["GET", "POST"])
def take_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an organisation to a region; coordinators add only what already is in their reach."""
    viewer, row = reader(request), _region(request, pk)
    form = forms.TakePartForm(
        request.POST or None,
        organisations=Organisation.objects.visible_to(viewer).on(today()),
        initial={"valid_from": today()},
    )
    form.back = reverse("people:region", args=[pk])
    if form.is_valid():
        try:
            actions.take_part(region=row, by=viewer, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("organisation", str(refusal))
        else:
            messages.success(request, _("The organisation takes part in the region."))
            return redirect("people:region", pk)
    return render_form(request, "people/take_part.html", form, {"region_shown": row})


@for_staff
@require_http_methods(["GET", "POST"])
def end_participation(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the last day on which an organisation takes part."""
    rows = Participation.objects.filter(region__in=Region.objects.visible_to(request.user))
    row = get_object_or_404(rows.select_related("region", "organisation"), pk=pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": today()}, submit=_("End taking part"))
    form.back = reverse("people:region", args=[row.region_id])
    if form.is_valid():
        try:
            actions.end_participation(
                participation=row, last_day=form.cleaned_data["last_day"], by=reader(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, _("The organisation has a last day in the region."))
            return redirect("people:region", row.region_id)
    return render_form(request, "people/end_participation.html", form, {"row": row, "region_shown": row.region})


@for_staff
@require_http_methods(["GET", "POST"])
def close_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Add days in which limits stand still."""
    row = _region(request, pk)
    form = forms.ClosedPeriodForm(request.POST or None)
    form.back = reverse("people:region", args=[pk])
    if form.is_valid():
        try:
            actions.add_closed_period(region=row, by=reader(request), now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("valid_to", str(refusal))
        else:
            messages.success(request, _("The closed period is added."))
            return redirect("people:region", pk)
    return render_form(request, "people/closed_period.html", form, {"region_shown": row})


@for_staff
@require_POST
def open_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a closed period away."""
    period = get_object_or_404(ClosedPeriod, pk=pk, region__in=Region.objects.visible_to(request.user))
    region_id = period.region_id
    actions.remove_closed_period(period=period, by=reader(request), now=clock.now())
    messages.success(request, _("The closed period is taken away."))
    return redirect("people:region", region_id)
