"""Certificates: the coordinator's page, the participant's, and the public page behind a code."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import dates
from base.clock import now
from base.forms import render_form
from base.marks import audited
from base.refusal import Refusal
from documents.pdf import why_not_print
from documents.views import answer_file
from people.models import Request
from people.rules import name_for
from programmes.actions import certificates as actions
from programmes.actions import outcomes
from programmes.actions import roles as role_actions
from programmes.completion import Standing
from programmes.documents import certificates as documents
from programmes.forms.certificates import (
    CodeForm,
    NameOnPaperForm,
    ReplaceForm,
    ReplaceRoleForm,
    RevokeForm,
    RolePaperForm,
)
from programmes.models import Certificate, Cohort, Enrolment, Folder
from programmes.rules import attendance, roles
from programmes.rules import certificates as rules
from programmes.rules.outcomes import without_end
from programmes.states import TAKING_PART, CertificateKind, CertificateState, ProgrammeSide

# ---------- The coordinator's page ----------


@dataclass(frozen=True)
class Line:
    """One participant: how far, what is missing, which certificate."""

    enrolment: Enrolment
    name: str
    standing: Standing
    missing: str
    certificate: Certificate | None
    printing: str
    why_not: str
    issue_url: str
    ended: bool  # it is written down that the person has not completed

    @property
    def presence(self) -> str:
        """7 of 8 days, in the reader's way of writing numbers."""
        return rules.presence(self.standing)


@dataclass(frozen=True)
class RoleLine:
    """One person in one role: what was done, which certificate."""

    done: roles.Done
    name: str
    certificate: Certificate | None
    printing: str
    why_not: str
    issue_url: str


def _cohort(request: Request, pk: int) -> Cohort:
    cohorts = Cohort.objects.run_by(request.user).select_related(
        "programme__region", "programme__funder", "responsible"
    )
    return get_object_or_404(cohorts, pk=pk)


def _valid(request: Request, cohort: Cohort) -> dict[Any, Certificate]:
    """The valid certificates of a round, by enrolment, and those of roles by person and function."""
    return {
        certificate.enrolment_id or (certificate.person_id, certificate.function): certificate
        for certificate in Certificate.objects.visible_to(request.user).valid().about([cohort.pk])
    }


def _role_lines(request: Request, cohort: Cohort, valid: dict[Any, Certificate]) -> list[RoleLine]:
    found = []
    for done in roles.done_in(cohort, now()):
        certificate = valid.get(done.key)
        refusal = roles.why_not_issue(done)
        found.append(
            RoleLine(
                done=done,
                name=name_for(done.person, request.user),
                certificate=certificate,
                printing=rules.printing(certificate) if certificate else "",
                why_not=str(refusal) if refusal else "",
                issue_url=reverse("programmes:certificate_role", args=[cohort.pk, *done.key]),
            )
        )
    return found


def _lines(request: Request, rows: list[attendance.Row], valid: dict[Any, Certificate]) -> list[Line]:
    found = []
    for row in rows:
        certificate = valid.get(row.enrolment.pk)
        refusal = rules.why_not_issue(row.enrolment, row.standing, rules.kind_for(row.standing))
        found.append(
            Line(
                enrolment=row.enrolment,
                name=name_for(row.enrolment.person, request.user),
                standing=row.standing,
                missing=rules.what_is_missing(row.standing),
                certificate=certificate,
                printing=rules.printing(certificate) if certificate else "",
                why_not=str(refusal) if refusal else "",
                issue_url=reverse("programmes:certificate_issue", args=[row.enrolment.pk]),
                ended=row.enrolment.programme_side == ProgrammeSide.NOT_COMPLETED,
            )
        )
    return found


def _page(request: Request, cohort: Cohort, problem: str = "") -> dict[str, Any]:
    valid = _valid(request, cohort)
    rows = attendance.rows(cohort, now=now())
    lines, in_roles = _lines(request, rows, valid), _role_lines(request, cohort, valid)
    complete = [line for line in lines if line.standing.complete]
    everybody: list[Line | RoleLine] = [*lines, *in_roles]
    papers = [line for line in everybody if line.certificate]
    printed = sum(line.printing == "printed" for line in papers)
    refusal = why_not_print()
    reasons = {line.why_not for line in lines if not line.standing.complete and line.certificate is None}
    return {
        "cohort": cohort,
        "complete": complete,
        "incomplete": [line for line in lines if not line.standing.complete],
        "to_issue": sum(
            1
            for line in complete
            if (line.certificate is None or line.certificate.kind != CertificateKind.COMPLETION) and not line.why_not
        ),
        "to_end": len(without_end(rows)),
        "roles": in_roles,
        "roles_to_issue": sum(line.certificate is None and not line.why_not for line in in_roles),
        "one_reason": reasons.pop() if len(reasons) == 1 else "",
        "papers": len(papers),
        "printed": printed,
        "waiting": sum(line.printing == "waiting" for line in papers),
        "failed": sum(line.printing == "failed" for line in papers),
        "percent": printed * 100 // len(papers) if papers else 100,
        "press_missing": str(refusal) if refusal else "",
        "problem": problem,
    }


@audited("certificates.seen")
@require_http_methods(["GET", "POST"])
def certificates(request: Request, pk: int) -> HttpResponse:
    """Who has completed, who has not and what is missing; certificates for all who have, in one press."""
    cohort = _cohort(request, pk)
    problem, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _do(request, cohort))
        except Refusal as refusal:
            problem, status = str(refusal), 409
        else:
            return redirect("programmes:certificates", pk=pk)
    context = _page(request, cohort, problem)
    template = (
        "programmes/parts/certificates.html" if request.headers.get("HX-Request") else "programmes/certificates.html"
    )
    return render(request, template, context, status=status)


def _do(request: Request, cohort: Cohort) -> str:
    """What the button that was pressed asks for, and what to say when it is done."""
    deed: dict[str, Any] = {"by": request.user, "now": now()}
    if "ended" in request.POST:
        ended = outcomes.end_without(cohort=cohort, **deed)
        words = ngettext(
            "It is written down that %(n)s person has not completed.",
            "It is written down that %(n)s people have not completed.",
            len(ended),
        )
        return words % {"n": len(ended)}
    if one := request.POST.get("going_on", ""):
        rows = Enrolment.objects.visible_to(request.user).filter(cohort=cohort)
        enrolment = get_object_or_404(rows.select_related("person"), pk=one if one.isdecimal() else 0)
        outcomes.go_on(enrolment=enrolment, **deed)
        return _("%(name)s takes part again.") % {"name": name_for(enrolment.person, request.user)}
    issue_all = role_actions.issue_roles if "roles" in request.POST else actions.issue_batch
    made = issue_all(cohort=cohort, **deed)
    words = ngettext(
        "%(n)s certificate is issued and being printed. The person gets a letter.",
        "%(n)s certificates are issued and being printed. Each person gets a letter.",
        len(made),
    )
    return words % {"n": len(made)}


def _enrolment(request: Request, pk: int) -> Enrolment:
    enrolments = Enrolment.objects.visible_to(request.user).filter(
        cohort__in=Cohort.objects.run_by(request.user).values("pk")
    )
    return get_object_or_404(
        enrolments.select_related("person", "organisation", "cohort__programme__region", "cohort__responsible"), pk=pk
    )


@require_http_methods(["GET", "POST"])
def issue(request: Request, pk: int) -> HttpResponse:
    """Issue one certificate, with the name as it is to stand on the paper."""
    enrolment = _enrolment(request, pk)
    standing = attendance.standing_of(enrolment)
    kind = rules.kind_for(standing)
    back = reverse("programmes:certificates", args=[enrolment.cohort_id])
    refusal = rules.why_not_issue(enrolment, standing, kind)
    form = NameOnPaperForm(request.POST or None, initial={"name": enrolment.person.name}, back=back)
    if form.is_bound and form.is_valid():
        try:
            actions.issue(enrolment=enrolment, kind=kind, name=form.cleaned_data["name"], by=request.user, now=now())
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The certificate is issued and being printed. The person gets a letter."))
            return redirect(back)
    context = {
        "cohort": enrolment.cohort,
        "enrolment": enrolment,
        "name": name_for(enrolment.person, request.user),
        "completion": kind == CertificateKind.COMPLETION,
        "missing": rules.what_is_missing(standing),
        "presence": rules.presence(standing),
        "hours": standing.hours,
        "refusal": str(refusal) if refusal else "",
        "back": back,
    }
    return render_form(request, "programmes/certificate_issue.html", form, context)


@require_http_methods(["GET", "POST"])
def issue_role(request: Request, pk: int, person: int, function: str) -> HttpResponse:
    """Certify what one person did in one role, with the name and the hours as they are to stand on the paper."""
    cohort = _cohort(request, pk)
    done = next((row for row in roles.done_in(cohort, now()) if row.key == (person, function)), None)
    if done is None:
        raise Http404
    back = reverse("programmes:certificates", args=[pk])
    refusal = roles.why_not_issue(done)
    initial = {"name": done.person.name, "hours": dates.number(done.hours) if done.hours else ""}
    form = RolePaperForm(request.POST or None, initial=initial, back=back)
    if form.is_bound and form.is_valid():
        try:
            role_actions.issue_role(
                cohort=cohort, person=done.person, function=function, by=request.user, now=now(), **form.cleaned_data
            )
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The certificate is issued and being printed. The person gets a letter."))
            return redirect(back)
    context = {
        "cohort": cohort,
        "done": done,
        "name": name_for(done.person, request.user),
        "refusal": str(refusal) if refusal else "",
        "back": back,
    }
    return render_form(request, "programmes/certificate_role.html", form, context)


def _certificate(request: Request, pk: int) -> Certificate:
    """A certificate in a cohort that the reader runs."""
    found = Certificate.objects.visible_to(request.user).about(Cohort.objects.run_by(request.user).values("pk"))
    return get_object_or_404(found.with_round().select_related("file"), pk=pk)


@require_http_methods(["GET", "POST"])
def replace(request: Request, pk: int) -> HttpResponse:
    """A corrected certificate takes the place of one; the old address says so."""
    certificate = _certificate(request, pk)
    back = reverse("programmes:certificates", args=[certificate.round.pk])
    form, correct = _correction(request, certificate, back)
    if form.is_bound and form.is_valid():
        try:
            correct(certificate=certificate, by=request.user, now=now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The corrected certificate is issued and being printed. The person gets a letter.")
            )
            return redirect(back)
    return render_form(request, "programmes/certificate_replace.html", form, _about(request, certificate, back))


def _correction(request: Request, certificate: Certificate, back: str) -> tuple[Form, Callable[..., Certificate]]:
    """The form that corrects a certificate, and what is done with it: hours are typed only for a role."""
    facts = certificate.facts
    if not certificate.function:
        return ReplaceForm(request.POST or None, initial={"name": facts["name"]}, back=back), actions.replace
    hours = dates.number(Decimal(facts["hours"])) if facts["hours"] else ""
    form = ReplaceRoleForm(request.POST or None, initial={"name": facts["name"], "hours": hours}, back=back)
    return form, role_actions.replace_role


@require_http_methods(["GET", "POST"])
def revoke(request: Request, pk: int) -> HttpResponse:
    """End a certificate, with a reason."""
    certificate = _certificate(request, pk)
    back = reverse("programmes:certificates", args=[certificate.round.pk])
    form = RevokeForm(request.POST or None, back=back)
    if form.is_bound and form.is_valid():
        try:
            actions.revoke(certificate=certificate, by=request.user, now=now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The certificate is revoked. Its address says so, and the person gets a letter.")
            )
            return redirect(back)
    return render_form(request, "programmes/certificate_revoke.html", form, _about(request, certificate, back))


def _about(request: Request, certificate: Certificate, back: str) -> dict[str, Any]:
    refusal = rules.why_not_change(certificate)
    return {
        "certificate": certificate,
        "cohort": certificate.round,
        "name": name_for(certificate.holder, request.user),
        "refusal": str(refusal) if refusal else "",
        "back": back,
    }


@require_POST
def print_again(request: Request, pk: int) -> HttpResponse:
    """Try the papers that failed once more."""
    cohort = _cohort(request, pk)
    actions.print_again(cohort=cohort, by=request.user, now=now())
    messages.success(request, _("The certificates are being printed again."))
    return redirect("programmes:certificates", pk=pk)


@audited("certificate.fetched")
@require_GET
def certificate_file(request: Request, pk: int) -> HttpResponseBase:
    """The paper itself, to the person and to the region's coordinators."""
    found = Certificate.objects.visible_to(request.user).select_related("file")
    return answer_file(get_object_or_404(found, pk=pk).file)


# ---------- The participant's page ----------


@require_GET
def my_documents(request: Request) -> HttpResponse:
    """One's own certificates, and what is missing for one."""
    own: dict[int, list[Certificate]] = {}
    in_roles = []
    for certificate in Certificate.objects.visible_to(request.user).held_by(request.user).with_round():
        if certificate.enrolment_id:
            own.setdefault(certificate.enrolment_id, []).append(certificate)
        else:
            in_roles.append(certificate)
    # What was issued stays the person's, also after leaving the round.
    enrolments = (
        Enrolment.objects.filter(Q(programme_side__in=TAKING_PART) | Q(pk__in=own), person=request.user)
        .select_related(
            "cohort__programme__region", "cohort__programme__funder", "cohort__places", "organisation", "unit", "person"
        )
        .order_by("-applied_at")
    )
    folders: dict[int, list[Folder]] = {}
    copies = Folder.objects.visible_to(request.user).released().filter(cohort__enrolments__in=enrolments)
    for folder in copies.select_related("cohort", "file").distinct():
        folders.setdefault(folder.cohort_id, []).append(folder)
    courses = []
    for enrolment in enrolments:
        standing = attendance.standing_of(enrolment)
        certificates = own.get(enrolment.pk, [])
        courses.append(
            {
                "enrolment": enrolment,
                "cohort": enrolment.cohort,
                "standing": standing,
                "presence": rules.presence(standing),
                "missing": rules.what_is_missing(standing),
                "valid": [one for one in certificates if one.state == CertificateState.VALID],
                "ended": [one for one in certificates if one.state != CertificateState.VALID],
                "folders": folders.get(enrolment.cohort_id, []),
                "protected": enrolment.person.protected,
                "takes_part": enrolment.programme_side in TAKING_PART,
            }
        )
    programmes = [enrolment.cohort.programme for enrolment in enrolments]
    funders = {programme.funder_id: programme.funder for programme in programmes if programme.funder_id}
    return render(
        request,
        "programmes/my_documents.html",
        {"courses": courses, "roles": in_roles, "funders": list(funders.values())},
    )


# ---------- The public page behind a code ----------


@login_not_required
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """A form for those who have the paper and no camera."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        code = rules.read_code(form.cleaned_data["code"])
        if code:
            return redirect("programmes:certificate", code=code)
        form.add_error("code", _("The code has twelve letters and digits. Check it against the paper."))
    return render_form(request, "programmes/certificate_check.html", form)


@login_not_required
@require_GET
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What the certificate with this code says, or that it was replaced or revoked."""
    address = get_adapter().get_client_ip(request)
    try:
        found = actions.look_up(typed=code, address=address)
    except rules.TooManyTries as refusal:
        form = CodeForm(initial={"code": code})
        response = render(
            request, "programmes/certificate_check.html", {"form": form, "refusal": str(refusal)}, status=429
        )
        response["Retry-After"] = str(actions.TRY_PAUSE)
        return response
    if found is None:
        form = CodeForm({"code": code})
        form.is_valid()
        form.add_error("code", _("No certificate has this code. Check it against the paper, letter by letter."))
        return render(request, "programmes/certificate_check.html", {"form": form}, status=404)
    if found.code != code:
        return redirect("programmes:certificate", code=found.code)
    facts = documents.as_dates(found.facts)
    person = found.holder
    if found.round.responsible.protected:
        facts["signatories"] = [one for one in facts["signatories"] if one["function"] != "responsible"]
    context = {
        "certificate": found,
        "facts": facts,
        "name": person.substitute_code if person.protected else facts["name"],
        "protected": person.protected,
        "ended_on": actions.local_day(found),
        "region": found.round.programme.region,
    }
    response = render(request, "programmes/certificate.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
