"""Roles: who holds which, given and ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.forms import render_form
from base.marks import audited
from base.refusal import Refusal
from people import actions, forms, rules
from people.models import Organisation, Person, Region, RoleAssignment
from people.views.common import for_staff, page_of, reader, today


@for_staff
@require_GET
@audited("roles_listed")
def roles(request: HttpRequest) -> HttpResponse:
    """Who holds which role, in the reader's reach."""
    viewer, day = reader(request), today()
    form = forms.RolesFilter(request.GET or None)
    wanted: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = RoleAssignment.objects.visible_to(viewer)
    if wanted.get("when") != "all":
        rows = rows.on(day)
    if wanted.get("role"):
        rows = rows.filter(role=wanted["role"])
    if form.is_bound and not form.is_valid():
        rows = rows.none()
    rows = rows.select_related("person", "region", "organisation").order_by("role", "person__name", "pk")
    page = page_of(rows, request)
    tops = {row.organisation.top_id for row in page if row.organisation}
    employers = {one.pk: one for one in Organisation.objects.filter(pk__in=tops)}
    for row in page:
        row.employer = employers.get(row.organisation.top_id) if row.organisation else None
        row.now = row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
        row.may_end = (
            row.valid_to is None
            and viewer.pk != row.person_id
            and rules.may_give(viewer, row.role, row.region, row.organisation)
        )
    count = page.paginator.count
    context = {
        "page": page,
        "filters": form,
        "filtered": any(request.GET.get(name) for name in ("role", "when")),
        "count": ngettext("%(n)s role", "%(n)s roles", count) % {"n": count},
    }
    return render(request, "people/roles.html", context, status=422 if form.is_bound and form.errors else 200)


@for_staff
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person a role."""
    viewer = reader(request)
    someone = get_object_or_404(Person.objects.visible_to(viewer).members(), pk=pk)
    form = forms.RoleForm(
        request.POST or None,
        regions=Region.objects.visible_to(viewer),
        organisations=Organisation.objects.visible_to(viewer).on(today()),
        all_roles=viewer.reach.administrator,
        initial={"valid_from": today()},
    )
    form.back = someone.get_absolute_url()
    if form.is_valid():
        try:
            actions.give_role(person=someone, by=viewer, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role is given."))
            return redirect(someone)
    return render_form(request, "people/give_role.html", form, {"someone": someone})


@for_staff
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the last day of a role."""
    viewer = reader(request)
    rows = RoleAssignment.objects.visible_to(viewer).select_related("person", "region", "organisation")
    row = get_object_or_404(rows, pk=pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": today()}, submit=_("End the role"))
    form.back = row.person.get_absolute_url()
    if form.is_valid():
        try:
            actions.end_role(assignment=row, last_day=form.cleaned_data["last_day"], by=viewer, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role has a last day."))
            return redirect("people:roles")
    return render_form(request, "people/end_role.html", form, {"row": row, "someone": row.person})
