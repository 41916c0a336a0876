"""People: the list, one person, adding, correcting, employments."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, F, Prefetch, Q, QuerySet, When
from django.db.models.functions import Collate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Forbidden, Refusal
from people import actions, forms, rules
from people.models import Employment, Organisation, Person, Region
from people.views.common import for_administrators, for_staff, page_of, reader, today


def _named_first(people: QuerySet[Person], viewer: Person) -> QuerySet[Person]:
    """In the order of the names that the reader may see: a protected person stands under the code."""
    if not (viewer.reach.administrator or viewer.reach.director_paths):
        return people.order_by("name", "pk")
    shown = Case(
        When(Person.objects.named_to(viewer), then=F("name")), default=F("substitute_code"), output_field=CharField()
    )
    return people.annotate(shown=Collate(shown, "nordic")).order_by("shown", "pk")


def _search(people: QuerySet[Person], text: str, viewer: Person) -> QuerySet[Person]:
    """People by name or address where the reader may know them, by code where not."""
    named = Person.objects.named_to(viewer)
    return people.filter(
        (named & (Q(name__icontains=text) | Q(email__icontains=text))) | Q(substitute_code__iexact=text)
    )


@for_staff
@require_GET
@audited("persons_listed")
def persons(request: HttpRequest) -> HttpResponse:
    """The people in the reader's reach, by name."""
    viewer, day = reader(request), today()
    organisations = {one.pk: one for one in Organisation.objects.visible_to(viewer).on(day).employers()}
    form = forms.PeopleFilter(request.GET or None, employers=organisations.values())
    wanted: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    people = Person.objects.visible_to(viewer).members()
    if form.is_bound and not form.is_valid():
        people = people.none()
    if wanted.get("q"):
        people = _search(people, wanted["q"], viewer)
    if wanted.get("organisation"):
        people = people.employed_under([organisations[wanted["organisation"]].path], day)
    if wanted.get("role"):
        people = people.holding(wanted["role"], day)
    employments = Prefetch(
        "employments", Employment.objects.on(day).select_related("unit").order_by("-main", "pk"), to_attr="today"
    )
    page = page_of(_named_first(people, viewer).prefetch_related(employments), request)
    count = page.paginator.count
    for person in page:
        person.employer = next((organisations.get(row.unit.top_id) for row in person.today), None)
    context = {
        "page": page,
        "filters": form,
        "filtered": any(request.GET.get(name) for name in ("q", "organisation", "role")),
        "count": ngettext("%(n)s person", "%(n)s people", count) % {"n": count},
        "more": [
            (reverse("people:imports"), _("Import from a file")),
            (reverse("people:organisations"), _("Organisations")),
        ],
        "action": (reverse("people:new"), _("Add a person")),
    }
    return render(request, "people/persons.html", context, status=422 if form.is_bound and form.errors else 200)


def _person(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user).select_related("home_region"), pk=pk)


@for_staff
@require_GET
@audited("person_seen")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: facts, addresses, roles, employments, programmes."""
    viewer, day = reader(request), today()
    someone = _person(request, pk)
    note(request, about=someone, scope=actions.scope_of(someone))
    named = rules.may_read_name(someone, viewer)
    employments: list[Any] = list(someone.employments.visible_to(viewer).select_related("unit"))
    tops = {one.pk: one for one in Organisation.objects.filter(pk__in={row.unit.top_id for row in employments})}
    for row in employments:
        row.employer = tops.get(row.unit.top_id)
        row.now = row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    roles: list[Any] = list(someone.roles.visible_to(viewer).select_related("region", "organisation"))
    for role in roles:
        role.now = role.valid_from <= day and (role.valid_to is None or role.valid_to >= day)
        role.may_end = rules.why_not_end_role(assignment=role, last_day=max(day, role.valid_from), by=viewer) is None
        role.may_end = role.may_end and role.valid_to is None
    more = [
        (reverse("people:employ", args=[pk]), _("Add an employment")),
        (reverse("people:give_role", args=[pk]), _("Give a role")),
    ]
    if viewer.reach.administrator and viewer.pk != pk:
        words = _("Close the account") if someone.is_active else _("Open the account")
        more.append((reverse("people:close" if someone.is_active else "people:reopen", args=[pk]), words))
    context = {
        "someone": someone,
        "named": named,
        "addresses": rules.addresses_of(someone) if named else [],
        "employments": employments,
        "roles": roles,
        "action": (reverse("people:edit", args=[pk]), _("Correct the facts")),
        "more": more,
    }
    return render(request, "people/person.html", context)


@for_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a person; who may be the same as somebody known is pointed out before anything is saved."""
    viewer = reader(request)
    near: list[Person] = []
    form = forms.PersonForm(
        request.POST or None,
        regions=Region.objects.visible_to(viewer),
        organisations=Organisation.objects.visible_to(viewer).on(today()),
    )
    form.back = reverse("people:persons")
    if form.is_valid():
        facts = form.cleaned_data
        if not facts["really_new"]:
            near = rules.near_duplicates(name=facts["name"], email=facts["email"], employer=facts["unit"])
            near = list(Person.objects.visible_to(viewer).filter(pk__in=[one.pk for one in near]))
        if not near:
            try:
                someone = actions.add_person(
                    name=facts["name"],
                    email=facts["email"],
                    phone=facts["phone"],
                    language=facts["language"],
                    region=facts["region"],
                    unit=facts["unit"],
                    job_title=facts["job_title"],
                    form=facts["form"],
                    since=facts["since"],
                    by=viewer,
                    now=clock.now(),
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The person is added."))
                return redirect(
                    someone if Person.objects.visible_to(viewer).filter(pk=someone.pk).exists() else "people:persons"
                )
    if near:
        form.ask_again()
    return render_form(request, "people/new.html", form, {"near": near})


@for_staff
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what Helmi knows of a person."""
    viewer, someone = reader(request), _person(request, pk)
    if not rules.may_read_name(someone, viewer):
        raise Forbidden(
            _("This person has a protected identity. A coordinator of the person's region corrects the facts.")
        )
    form = forms.PersonEditForm(
        request.POST or None,
        regions=Region.objects.visible_to(viewer),
        address_is_theirs=rules.address_is_confirmed(someone),
        initial=forms.initial_of(someone, "name", "email", "phone", "language", "protected", "home_region"),
    )
    form.back = someone.get_absolute_url()
    if form.is_valid():
        facts = form.cleaned_data
        if facts["home_region"] is None and someone.home_region_id not in [None, *viewer.reach.region_ids]:
            facts["home_region"] = someone.home_region
        try:
            actions.change_person(person=someone, by=viewer, now=clock.now(), **facts)
        except Refusal as refusal:
            form.add_error("email" if "email" in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The facts are saved."))
            return redirect("people:persons" if not _still_seen(viewer, pk) else someone)
    return render_form(request, "people/edit.html", form, {"someone": someone})


def _still_seen(viewer: Person, pk: int) -> bool:
    return Person.objects.visible_to(viewer).filter(pk=pk).exists()


@for_administrators
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then keep a person from signing in."""
    someone = _person(request, pk)
    if request.method == "POST":
        actions.close_account(person=someone, by=reader(request), now=clock.now())
        messages.success(request, _("The account is closed. The person cannot sign in any more."))
        return redirect(someone)
    return render(request, "people/close.html", {"someone": someone})


@for_administrators
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    someone = _person(request, pk)
    if request.method == "POST":
        actions.open_account(person=someone, by=reader(request), now=clock.now())
        messages.success(request, _("The account is open. The person can sign in again."))
        return redirect(someone)
    return render(request, "people/reopen.html", {"someone": someone})


# ---------- Employments ----------


@for_staff
@require_http_methods(["GET", "POST"])
def employ(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an employment."""
    viewer, someone = reader(request), _person(request, pk)
    form = forms.EmployForm(request.POST or None, organisations=Organisation.objects.visible_to(viewer).on(today()))
    form.back = someone.get_absolute_url()
    if form.is_valid():
        try:
            actions.employ(person=someone, by=viewer, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The employment is saved."))
            return redirect(someone)
    return render_form(request, "people/employ.html", form, {"someone": someone})


def _employment(request: HttpRequest, pk: int) -> Employment:
    viewer = reader(request)
    rows = Employment.objects.visible_to(viewer).select_related("person", "unit")
    return get_object_or_404(rows.filter(person__in=Person.objects.visible_to(viewer)), pk=pk)


@for_staff
@require_http_methods(["GET", "POST"])
def employment(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an employment."""
    row = _employment(request, pk)
    names = ("form", "job_title", "valid_from", "valid_to")
    form = forms.EmploymentEditForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    form.back = row.person.get_absolute_url()
    if form.is_valid():
        try:
            actions.change_employment(
                employment=row, main=row.main, by=reader(request), now=clock.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The employment is saved."))
            return redirect(row.person)
    return render_form(request, "people/employment.html", form, {"row": row, "someone": row.person})


@for_staff
@require_http_methods(["GET", "POST"])
def end_employment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the last day of an employment."""
    row = _employment(request, pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": today()}, submit=_("End the employment"))
    form.back = row.person.get_absolute_url()
    if form.is_valid():
        try:
            actions.end_employment(
                employment=row, last_day=form.cleaned_data["last_day"], by=reader(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, _("The employment has a last day."))
            return redirect(row.person)
    return render_form(request, "people/end_employment.html", form, {"row": row, "someone": row.person})
