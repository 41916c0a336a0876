"""Organisations: the tree, one of them, and what happens to it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from audit.actions import key
from base import clock
from base.forms import render_form
from base.refusal import Forbidden, Refusal
from documents.views import answer_file, emblem_form
from people import actions, forms
from people.models import Organisation, Person
from people.states import Language
from people.views.common import for_staff, reader, today

NAMES = ("name_sv", "name_fi", "name_en")


@for_staff
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree of organisations in the reader's reach, as it is today."""
    rows = Organisation.objects.visible_to(request.user).on(today()).select_related("parent")
    branches = forms.tree(rows)
    count = len(branches)
    context = {
        "branches": branches,
        "count": ngettext("%(n)s organisation", "%(n)s organisations", count) % {"n": count},
        "action": (reverse("people:organisation_new"), _("Add an organisation")),
        "more": [(reverse("people:imports"), _("Import from a file"))],
    }
    return render(request, "people/organisations.html", context)


def _organisation(request: HttpRequest, pk: int) -> Organisation:
    rows = Organisation.objects.visible_to(request.user).select_related("parent", "contact")
    return get_object_or_404(rows, pk=pk)


def _changeable(request: HttpRequest, pk: int) -> Organisation:
    """The organisation, unless it is an employer and the reader no administrator."""
    row = _organisation(request, pk)
    if row.parent_id is None and not reader(request).reach.administrator:
        raise Forbidden(_("An administrator changes employers. You can change their units."))
    return row


@for_staff
@require_GET
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: kind, days, mark, contact, parts, who leads it, what came before and after."""
    viewer, row, day = reader(request), _organisation(request, pk), today()
    more = []
    living = row.valid_to is None
    may_change = living and (row.parent_id is not None or viewer.reach.administrator)
    if living:
        more.append((reverse("people:contact", args=[pk]), _("Replace the contact")))
        more.append((reverse("people:organisation_emblem", args=[pk]), _("Change the emblem")))
    if row.contact_id:
        more.append((reverse("people:contact_correct", args=[pk]), _("Correct the contact's details")))
    if may_change:
        more += [
            (reverse("people:organisation_rename", args=[pk]), _("New name from a day")),
            (reverse("people:organisation_move", args=[pk]), _("Move to another organisation")),
            (reverse("people:organisation_end", args=[pk]), _("End the organisation")),
        ]
    children = Organisation.objects.filter(parent=row).on(day)
    context = {
        "organisation": row,
        "children": [one for _depth, one in forms.tree(children)],
        "roles": row.role_assignments.visible_to(viewer)
        .on(day)
        .select_related("person")
        .order_by("role", "person__name"),
        "employed": Person.objects.employed_under([row.path], day).count(),
        "before": row.predecessors.all(),
        "after": row.successors.all(),
        "regions": row.participations.on(day).select_related("region"),
        "action": (reverse("people:organisation_edit", args=[pk]), _("Correct the facts")) if may_change else None,
        "more": more,
    }
    return render(request, "people/organisation.html", context)


@for_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add an organisation; coordinators add parts of those in their regions."""
    viewer = reader(request)
    above = request.GET.get("part_of", "")
    form = forms.OrganisationForm(
        request.POST or None,
        organisations=Organisation.objects.visible_to(viewer).on(today()),
        initial={"valid_from": today(), "parent": above if above.isdigit() else None, "kind": "unit"},
    )
    form.back = reverse("people:organisations")
    if form.is_valid():
        facts = form.cleaned_data
        if facts["parent"] is None and not viewer.reach.administrator:
            form.add_error("parent", _("Choose what it is part of. Only an administrator adds employers."))
        else:
            try:
                row = actions.create_organisation(
                    by=viewer,
                    now=clock.now(),
                    **{
                        name: facts[name]
                        for name in ("name", "kind", "country", "parent", "code", "mark", "valid_from")
                    },
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The organisation is added."))
                return redirect(row)
    return render_form(request, "people/organisation_new.html", form)


@for_staff
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a spelling, the code or the mark."""
    row = _changeable(request, pk)
    form = forms.OrganisationEditForm(request.POST or None, initial=forms.initial_of(row, *NAMES, "code", "mark"))
    form.back = row.get_absolute_url()
    if form.is_valid():
        facts = form.cleaned_data
        try:
            actions.correct_organisation(
                organisation=row,
                name=facts["name"],
                code=facts["code"],
                mark=facts["mark"],
                by=reader(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("mark", str(refusal))
        else:
            messages.success(request, _("The facts are saved."))
            return redirect(row)
    return render_form(request, "people/organisation_edit.html", form, {"organisation": row})


@for_staff
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """A new name from a day; what was before keeps the old one."""
    row = _changeable(request, pk)
    form = forms.RenameForm(request.POST or None, initial={**forms.initial_of(row, *NAMES), "day": today()})
    form.back = row.get_absolute_url()
    if form.is_valid():
        facts = form.cleaned_data
        try:
            row = actions.rename_organisation(
                organisation=row, name=facts["name"], day=facts["day"], by=reader(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, _("The new name is saved."))
            return redirect(row)
    return render_form(request, "people/organisation_rename.html", form, {"organisation": row})


@for_staff
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it part of another organisation from a day."""
    row = _changeable(request, pk)
    others = Organisation.objects.visible_to(request.user).on(today()).exclude(path__startswith=row.path)
    form = forms.MoveForm(request.POST or None, organisations=others, initial={"parent": row.parent_id, "day": today()})
    form.back = row.get_absolute_url()
    if form.is_valid():
        facts = form.cleaned_data
        if facts["parent"] is None and not reader(request).reach.administrator:
            raise Http404
        try:
            row = actions.move_organisation(
                organisation=row, parent=facts["parent"], day=facts["day"], by=reader(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The organisation is moved."))
            return redirect(row)
    return render_form(request, "people/organisation_move.html", form, {"organisation": row})


@for_staff
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Write its last day."""
    row = _changeable(request, pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": today()}, submit=_("End the organisation"))
    form.back = row.get_absolute_url()
    if form.is_valid():
        try:
            actions.end_organisation(
                organisation=row, last_day=form.cleaned_data["last_day"], by=reader(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The organisation has a last day."))
            return redirect(row)
    return render_form(request, "people/organisation_end.html", form, {"organisation": row})


# ---------- The named contact ----------


@for_staff
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person becomes the contact."""
    viewer, row = reader(request), _organisation(request, pk)
    form = forms.ContactForm(request.POST or None)
    form.back = row.get_absolute_url()
    if form.is_valid():
        someone = Person.objects.visible_to(viewer).members().with_address(form.cleaned_data["email"].lower()).first()
        if someone is None:
            form.add_error("email", _("Nobody in your region has that address. Add the person first."))
        else:
            actions.replace_contact(organisation=row, person=someone, by=viewer, now=clock.now())
            messages.success(request, _("The contact is replaced."))
            return redirect(row)
    return render_form(request, "people/contact.html", form, {"organisation": row})


@for_staff
@require_http_methods(["GET", "POST"])
def correct_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The same contact, with the right details."""
    viewer, row = reader(request), _organisation(request, pk)
    someone = row.contact
    if someone is None or not Person.objects.visible_to(viewer).filter(pk=someone.pk).exists():
        raise Http404
    form = forms.ContactDetailsForm(request.POST or None, initial=forms.initial_of(someone, "name", "phone"))
    form.back = row.get_absolute_url()
    if form.is_valid():
        actions.correct_contact(organisation=row, by=viewer, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("The contact's details are saved."))
        return redirect(row)
    return render_form(request, "people/contact_correct.html", form, {"organisation": row})


@for_staff
@require_http_methods(["GET", "POST"])
def emblem(request: HttpRequest, pk: int) -> HttpResponse:
    """Put up, replace or take down the coat of arms or logo that stands on certificates."""
    viewer, row = reader(request), _organisation(request, pk)
    if request.method == "POST" and "remove" in request.POST:
        actions.take_down_emblem(organisation=row, by=viewer, now=clock.now())
        messages.success(request, _("The emblem is removed. Certificates that are issued already keep it."))
        return redirect(row)
    form = emblem_form(
        request,
        about=key(row),
        scope=actions.scope_of_organisation(row),
        languages=Language.values,
        words={code: getattr(row, f"emblem_alt_{code}") or "" for code in Language.values},
        stored=row.emblem_id is not None,
    )
    form.back = row.get_absolute_url()
    if form.is_valid():
        actions.put_up_emblem(
            organisation=row, picture=form.picture_or_waiting, words=form.words, by=viewer, now=clock.now()
        )
        messages.success(request, _("The emblem is saved. It stands on new certificates."))
        return redirect("people:organisation_emblem", pk=row.pk)
    return render_form(request, "people/organisation_emblem.html", form, {"organisation": row})


@for_staff
@require_GET
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The organisation's emblem as its pages show it; its address changes with the picture."""
    rows = Organisation.objects.visible_to(request.user).select_related("emblem")
    return answer_file(get_object_or_404(rows, pk=pk).emblem, inline=True, keep="max-age=86400")
