"""Leaving a round."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.clock import now
from base.forms import render_form
from base.refusal import Forbidden, Refusal
from people.models import Request
from people.rules import name_for
from programmes.actions import leaving as actions
from programmes.forms.leaving import LeaveForm
from programmes.models import Enrolment
from programmes.rules import leaving as rules


@require_http_methods(["GET", "POST"])
def leave(request: Request, pk: int) -> HttpResponse:
    """The participant, or the coordinator for her, ends the participation; says first what that means."""
    enrolments = Enrolment.objects.visible_to(request.user).select_related("person", "cohort__programme__region")
    enrolment = get_object_or_404(enrolments, pk=pk)
    if not rules.may_leave(enrolment, request.user):
        raise Forbidden(str(rules.LeavingNotYours()))
    own = enrolment.person_id == request.user.pk
    form = LeaveForm(request.POST or None)
    if not own:
        form.fields["why"].help_text = _("The coordinator, the manager and the person see it.")
    form.back = "/" if own else enrolment.get_absolute_url()
    if form.is_bound and form.is_valid():
        try:
            actions.leave(enrolment=enrolment, why=form.cleaned_data["why"], by=request.user, now=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The participation has ended. A letter is on its way."))
            return redirect("home:home" if own else enrolment)
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "own": own,
        "name": name_for(enrolment.person, request.user),
        "refusal": rules.why_not_leave(enrolment, by=request.user),
    }
    return render_form(request, "programmes/leave.html", form, context)
