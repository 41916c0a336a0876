"""An application: three steps, check, send, receipt."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.kept import kept_facts
from base import dates
from base.clock import now
from base.forms import render_form
from base.models import Draft
from base.refusal import Refusal
from base.tokens import LinkAltered, seal, unseal
from people.models import Organisation
from people.states import Language
from programmes.actions import applications as actions
from programmes.forms.applications import OTHER, AboutForm, WorkForm
from programmes.forms.conditions import replies_in
from programmes.models import Cohort, Condition, Enrolment
from programmes.rules.applications import (
    ApplicationsNotOpen,
    TooLateToWithdraw,
    TooMany,
    local_day,
    why_not_apply,
    why_not_withdraw,
    workplaces_of,
)
from programmes.rules.conditions import asks_months, name_of, replaced
from programmes.states import Source
from programmes.views.public import COHORT, days_along, round_of

COOKIE = "draft-{}"
COOKIE_AGE = 30 * 24 * 3600
RECEIPT = "receipt"
ABOUT = ("name", "email", "phone", "language")
WORK = ("organisation", "unit", "typed_unit", "employed_since", "degree", "exercises_authority", "manager_address")
# What the steps show of the programme and its region; `only` knows no languages where it reads through a cohort.
PROGRAMME = (
    "programme__funder",
    *(f"programme__{name}" for name in ("slug", "first_come", "region__slug", "region__phone", "region__time_zone")),
    *(
        f"programme__{name}_{code}"
        for name in ("title", "summary", "region__name")
        for code, _name in settings.LANGUAGES
    ),
)

# How many letters with a draft's link, and how many applications, one network address can cause in an hour.
DRAFT_LETTERS, APPLICATIONS = 30, 60


def _within(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more of these from the request's network address; whether it is still within the hour's limit."""
    key = f"{what}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, 3600)
    return cache.incr(key) <= most


# ---------- What every step needs ----------


def _cohort(request: HttpRequest, region: str, programme: str, number: int) -> Cohort:
    """The round of the address with its days; a stranger's steps, which are many, read it once as long as it stands."""
    if request.user.is_authenticated:
        return _read_cohort(request, region, programme, number)
    return kept_facts(f"round {region} {programme} {number}", lambda: _read_cohort(request, region, programme, number))


def asks(programme: str) -> Exists:
    """A column: whether the programme asks its own conditions."""
    return Exists(Condition.objects.standing().filter(programme=OuterRef(programme)))


def conditions_of(row: Cohort | Enrolment, programme: int) -> list[Condition]:
    """What the programme asks of those who apply; read only where it asks something, and then once for strangers."""
    if not getattr(row, "asks", False):
        return []
    return kept_facts(f"conditions {programme}", lambda: list(Condition.objects.standing().filter(programme=programme)))


def _read_cohort(request: HttpRequest, region: str, programme: str, number: int) -> Cohort:
    return get_object_or_404(
        Cohort.objects.visible_to(request.user)
        .filter(programme__published=True)
        .select_related("programme__region", "places")
        .annotate(asks=asks("programme"))
        .only(*COHORT, *PROGRAMME)
        .prefetch_related(days_along()),
        programme__region__slug=region,
        programme__slug=programme,
        number=number,
    )


def _address(cohort: Cohort, name: str, *arguments: str) -> str:
    programme = cohort.programme
    return reverse(f"programmes:{name}", args=[programme.region.slug, programme.slug, cohort.number, *arguments])


def around(cohort: Cohort) -> dict[str, Any]:
    """What stands beside every step: which round this is."""
    return {
        "region": cohort.programme.region,
        "cohort": cohort,
        "programme": cohort.programme,
        "round": round_of(cohort, moment=now()),
    }


def closed(request: HttpRequest, cohort: Cohort, refusal: Refusal, *, status: int = 409) -> HttpResponse:
    """The clear word instead of the form when the round takes no applications."""
    context = {**around(cohort), "reason": str(refusal), "coming": isinstance(refusal, ApplicationsNotOpen)}
    return render(request, "programmes/apply/closed.html", context, status=status if request.method == "POST" else 200)


def _gone(request: HttpRequest, cohort: Cohort, *, altered: bool) -> HttpResponse:
    """A draft's link that opens nothing: expired and altered ones say so, each in its words."""
    context = {**around(cohort), "altered": altered}
    return render(request, "programmes/apply/no_draft.html", context, status=404 if altered else 410)


def _work_names(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """What step 2 asks: its own questions, and the programme's conditions in place of some of them."""
    gone = replaced(conditions)
    return (*(name for name in WORK if name not in gone), *(name_of(row) for row in conditions))


Step = Callable[[HttpRequest, Cohort, Draft, str], HttpResponse]


def _step(view: Step) -> Callable[..., HttpResponse]:
    """A step with its draft: the link opens it, unless it is altered, expired, sent, or the round has closed."""

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    def opened(request: HttpRequest, region: str, programme: str, number: int, token: str) -> HttpResponse:
        cohort = _cohort(request, region, programme, number)
        try:
            draft = actions.find_application_draft(token=token, cohort=cohort, now=now())
        except LinkAltered:
            return _gone(request, cohort, altered=True)
        if draft is None:
            return _gone(request, cohort, altered=False)
        if code := draft.data.get("sent"):
            return _to_receipt(cohort, str(code))
        if refusal := why_not_apply(cohort, now=now()):
            return closed(request, cohort, refusal)
        response = view(request, cohort, draft, token)
        response["Cache-Control"] = "no-store"
        return response

    return opened


def _typed(form: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """What was typed, as it was typed: a draft keeps also what is not right yet."""
    return {name: str(form.data.get(name, ""))[:400] for name in names}


def _cleaned(form: Any, names: tuple[str, ...]) -> dict[str, Any]:
    facts = {name: form.cleaned_data[name] for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _shown(draft: Draft, names: tuple[str, ...]) -> dict[str, Any]:
    """The draft's answers as a form's initial values; a stored month is shown as people write it."""
    found = {name: draft.data[name] for name in names if draft.data.get(name)}
    for name in found:
        if name == "employed_since" or name.startswith("condition_"):
            with suppress(ValueError):
                found[name] = date.fromisoformat(found[name])
    return found


def _with_cookie(response: HttpResponse, cohort: Cohort, token: str) -> HttpResponse:
    """This browser finds its draft again from the programme's page."""
    response.set_cookie(
        COOKIE.format(cohort.pk),
        token,
        max_age=COOKIE_AGE,
        path=_address(cohort, "apply"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _later(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """ "Save and continue later": the link is mailed when there is an address, and shown in any case."""
    form = AboutForm({**draft.data, "name": "x", "language": "sv"})
    form.is_valid()
    if form.cleaned_data.get("email") and _within(request, "draft-letters", DRAFT_LETTERS):
        actions.save_for_later(draft=draft, cohort=cohort, language=get_language() or "", now=now())
    return redirect(_address(cohort, "apply_later", token))


# ---------- Step 1 ----------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, region: str, programme: str, number: int) -> HttpResponse:
    """Step 1, before there is a draft; a browser that has one goes on with it."""
    cohort = _cohort(request, region, programme, number)
    if refusal := why_not_apply(cohort, now=now()):
        return closed(request, cohort, refusal)
    if request.method != "POST" and (token := request.COOKIES.get(COOKIE.format(cohort.pk), "")):
        try:
            draft = actions.find_application_draft(token=token, cohort=cohort, now=now())
        except LinkAltered:
            draft = None
        if draft is not None and not draft.data.get("sent"):
            return redirect(_address(cohort, _next_step(cohort, draft), token))
    initial: dict[str, Any] = {"language": get_language()}
    if request.user.is_authenticated:
        person = request.user
        initial = {"name": person.name, "email": person.email, "phone": person.phone, "language": person.language}
    form = AboutForm(request.POST or None, initial=initial)
    if "later" in request.POST:
        draft, token = actions.open_draft(cohort=cohort, data=_typed(form, ABOUT), now=now())
        return _with_cookie(_later(request, cohort, draft, token), cohort, token)
    if form.is_valid():
        draft, token = actions.open_draft(cohort=cohort, data=_cleaned(form, ABOUT), now=now())
        return _with_cookie(redirect(_address(cohort, "apply_work", token)), cohort, token)
    context = {**around(cohort), "draft": None, "back": cohort.programme.get_absolute_url()}
    return render_form(request, "programmes/apply/about.html", form, context)


def _next_step(cohort: Cohort, draft: Draft) -> str:
    """Where a draft goes on."""
    if any(not draft.data.get(name) for name in ("name", "email", "language")):
        return "apply_about"
    conditions = conditions_of(cohort, cohort.programme_id)
    needed = set(_work_names(conditions)) - {"typed_unit", "employed_since", "exercises_authority"}
    if any(not draft.data.get(name) for name in needed):
        return "apply_work"
    return "apply_check"


@_step
def about(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """Step 1 of a draft; from the check page it leads back there."""
    form = AboutForm(request.POST or None, initial={"language": get_language()} | _shown(draft, ABOUT))
    if "later" in request.POST:
        draft = actions.save_draft(draft=draft, data=_typed(form, ABOUT), now=now())
        return _later(request, cohort, draft, token)
    if form.is_valid():
        draft = actions.save_draft(draft=draft, data=_cleaned(form, ABOUT), now=now())
        return _with_cookie(redirect(_address(cohort, _next_step(cohort, draft), token)), cohort, token)
    context = {**around(cohort), "draft": draft, "token": token, "back": cohort.programme.get_absolute_url()}
    return render_form(request, "programmes/apply/about.html", form, context)


# ---------- Step 2 ----------


def _work_form(cohort: Cohort, draft: Draft, data: Any = None) -> WorkForm:
    today = local_day(cohort, now())
    conditions = conditions_of(cohort, cohort.programme_id)
    return WorkForm(
        data,
        initial=_shown(draft, _work_names(conditions)),
        conditions=conditions,
        workplaces=kept_facts(f"workplaces {cohort.pk} {today}", lambda: workplaces_of(cohort, today)),
        today=today,
        own_address=str(draft.data.get("email") or ""),
    )


@_step
def work(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """Step 2: where and since when, degree, the manager's address."""
    form = _work_form(cohort, draft, request.POST or None)
    names = _work_names(conditions_of(cohort, cohort.programme_id))
    if "later" in request.POST:
        draft = actions.save_draft(draft=draft, data=_typed(form, names), now=now())
        return _later(request, cohort, draft, token)
    if form.is_valid():
        draft = actions.save_draft(draft=draft, data=_cleaned(form, names), now=now())
        return redirect(_address(cohort, _next_step(cohort, draft), token))
    context = {**around(cohort), "draft": draft, "token": token, "back": _address(cohort, "apply_about", token)}
    return render_form(request, "programmes/apply/work.html", form, context)


# ---------- Step 3 ----------


def _said(answer: Any) -> str:
    """An answer as the check page shows it."""
    if isinstance(answer, date):
        return dates.month(answer)
    return _("Yes") if answer == "yes" else _("No")


def _rows(cohort: Cohort, draft: Draft, form: WorkForm, token: str) -> dict[str, list[dict[str, str]]]:
    """The answers as the check page lists them, each with the way back to its question."""
    data, since = draft.data, form.cleaned_data["employed_since"]
    employer, unit = form.chosen()
    about_url, work_url = _address(cohort, "apply_about", token), _address(cohort, "apply_work", token)

    def row(label: str, value: str, url: str, field: str, note: str = "") -> dict[str, str]:
        return {"label": label, "value": value, "url": f"{url}#id_{field}", "note": note}

    conditions = conditions_of(cohort, cohort.programme_id)
    asked = [
        row(
            condition.question,
            _said(form.cleaned_data[name_of(condition)]),
            work_url,
            name_of(condition) + ("" if asks_months(condition) else "_0"),
        )
        for condition in conditions
    ]
    gone = replaced(conditions)
    if "exercises_authority" not in gone:
        yes = _said(data["exercises_authority"])
        asked.insert(0, row(_("Exercise of public authority"), yes, work_url, "exercises_authority_0"))
    if "degree" not in gone:
        asked.insert(0, row(_("Degree"), data["degree"], work_url, "degree"))
    unit_words = data["typed_unit"] if data["unit"] == OTHER else unit.name
    language = Language(data["language"]).label
    return {
        "about_rows": [
            row(_("Name"), data["name"], about_url, "name"),
            row(_("E-mail"), data["email"], about_url, "email", _("We send the receipt and reminders here")),
            row(_("Mobile number"), data.get("phone") or "", about_url, "phone"),
            row(_("Language of letters"), str(language), about_url, "language_0"),
        ],
        "work_rows": [
            row(_("Municipality and unit"), f"{employer.name}, {unit_words}", work_url, "organisation"),
            row(_("Employed since"), dates.month(since), work_url, "employed_since"),
            *asked,
            row(
                _("Your manager's e-mail"),
                data["manager_address"],
                work_url,
                "manager_address",
                _("Gets a letter and answers yes or no"),
            ),
        ],
    }


@_step
def check(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """Step 3: nothing is sent yet; then it is, once."""
    if "later" in request.POST:
        return _later(request, cohort, draft, token)
    about_form = AboutForm({name: draft.data.get(name) or "" for name in ABOUT})
    if not about_form.is_valid():
        return redirect(_address(cohort, "apply_about", token))
    conditions = conditions_of(cohort, cohort.programme_id)
    form = _work_form(cohort, draft, _shown(draft, _work_names(conditions)))
    if not form.is_valid():
        return redirect(_address(cohort, "apply_work", token))
    if request.method == "POST":
        if not _within(request, "applications", APPLICATIONS):
            return closed(request, cohort, TooMany(), status=429)
        employer, unit = form.chosen()
        try:
            code = actions.send(
                draft=draft,
                cohort=cohort,
                facts=_facts(about_form.cleaned_data, form.cleaned_data, employer, unit, conditions),
                now=now(),
            )
        except Refusal as refusal:
            return closed(request, cohort, refusal)
        response = _to_receipt(cohort, code)
        response.delete_cookie(COOKIE.format(cohort.pk), path=_address(cohort, "apply"), samesite="Lax")
        return response
    context = {
        **around(cohort),
        **_rows(cohort, draft, form, token),
        "draft": draft,
        "token": token,
        "back": _address(cohort, "apply_work", token),
    }
    return render(request, "programmes/apply/check.html", context)


def _facts(
    about_facts: dict[str, Any],
    work_facts: dict[str, Any],
    employer: Organisation,
    unit: Organisation,
    conditions: Sequence[Condition],
) -> actions.Facts:
    authority = work_facts.get("exercises_authority")
    return actions.Facts(
        name=about_facts["name"],
        email=about_facts["email"],
        phone=about_facts["phone"],
        language=about_facts["language"],
        organisation=employer,
        unit=unit,
        typed_unit=work_facts["typed_unit"],
        employed_since=work_facts["employed_since"],
        degree=work_facts.get("degree", ""),
        exercises_authority=None if authority is None else authority == "yes",
        manager_address=work_facts["manager_address"],
        replies=replies_in(conditions, work_facts),
    )


@_step
def later(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """The draft is kept: here is the link, also in the mail."""
    link = request.build_absolute_uri(_address(cohort, _next_step(cohort, draft), token))
    context = {**around(cohort), "draft": draft, "token": token, "link": link, "email": draft.data.get("email") or ""}
    return render(request, "programmes/apply/later.html", context)


@_step
def drop(request: HttpRequest, cohort: Cohort, draft: Draft, token: str) -> HttpResponse:
    """Throw the draft away and begin anew."""
    if request.method != "POST":
        return redirect(_address(cohort, _next_step(cohort, draft), token))
    actions.discard_draft(draft=draft)
    response = redirect(_address(cohort, "apply"))
    response.delete_cookie(COOKIE.format(cohort.pk), path=_address(cohort, "apply"), samesite="Lax")
    return response


# ---------- Receipt ----------


def _to_receipt(cohort: Cohort, code: str) -> HttpResponseRedirect:
    return redirect(_address(cohort, "receipt", seal(RECEIPT, {"c": code, "k": cohort.pk})))


@login_not_required
@require_safe
def receipt(request: HttpRequest, region: str, programme: str, number: int, token: str) -> HttpResponse:
    """What was done, the number, what happens next; it tells nothing that the one who sent does not know."""
    cohort = _cohort(request, region, programme, number)
    code = _receipt_code(cohort, token)
    context = {
        **around(cohort),
        "code": code,
        "token": token,
        "can_withdraw": why_not_apply(cohort, now=now()) is None,
    }
    return render(request, "programmes/apply/receipt.html", context)


def _receipt_code(cohort: Cohort, token: str) -> str:
    try:
        facts = unseal(RECEIPT, token)
    except LinkAltered as error:
        raise Http404 from error
    if facts["k"] != cohort.pk:
        raise Http404
    return str(facts["c"])


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, region: str, programme: str, number: int, token: str) -> HttpResponse:
    """Withdraw from the receipt: the same words whether or not the number stands for an application."""
    cohort = _cohort(request, region, programme, number)
    code = _receipt_code(cohort, token)
    if refusal := why_not_apply(cohort, now=now()):
        return closed(request, cohort, TooLateToWithdraw() if request.method == "POST" else refusal)
    done = False
    if request.method == "POST":
        enrolment = Enrolment.objects.by_code(code).filter(cohort=cohort, source=Source.SELF).first()
        if enrolment is not None and why_not_withdraw(enrolment, now=now()) is None:
            actions.withdraw(enrolment=enrolment, by=enrolment.person, now=now())
        done = True
    context = {**around(cohort), "code": code, "done": done, "back": _address(cohort, "receipt", token)}
    return render(request, "programmes/apply/withdraw.html", context)
