"""My group: those who take part in the same round, and what each has chosen to show."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from people.models import Request
from programmes.actions import group as actions
from programmes.forms.group import CardForm
from programmes.models import Card, Cohort, Enrolment
from programmes.rules import group as rules


@audited("group.seen")
@require_GET
def my_group(request: Request) -> HttpResponse:
    """Everyone in the rounds that the reader takes part in, the newest round first; also after its end."""
    found = (
        Enrolment.objects.fellows_of(request.user)
        .select_related("person", "organisation", "cohort__programme", "card")
        .order_by("-cohort__places__starts_at", "-cohort")
    )
    return render(request, "programmes/my_group.html", {"groups": rules.groups(found, request.user), "here": "group"})


@require_http_methods(["GET", "POST"])
def group_card(request: Request, pk: int) -> HttpResponse:
    """The participant chooses, thing by thing, what her group sees."""
    mine = Enrolment.objects.visible_to(request.user).filter(person=request.user).taking_part()
    enrolment = get_object_or_404(mine.select_related("person", "cohort__programme"), pk=pk)
    card = Card.objects.filter(enrolment=enrolment).first() or Card()
    chosen = {"email": card.email, "phone": card.phone, "about": card.about}
    form = CardForm(request.POST or None, initial=chosen, person=request.user)
    form.back = reverse("programmes:my_group")
    refusal = rules.why_not_show(enrolment, by=request.user)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data.get(name, False) for name in ("email", "phone")}
        try:
            actions.show(enrolment=enrolment, about=form.cleaned_data["about"], by=request.user, now=now(), **facts)
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved. Your group sees what you have chosen, and nothing else."))
            return redirect("programmes:my_group")
    context = {"enrolment": enrolment, "refusal": refusal}
    return render_form(request, "programmes/group_card.html", form, context)


@audited("group.seen")
@require_GET
def cohort_group(request: Request, pk: int) -> HttpResponse:
    """The group's list as the group sees it, for those who run the round."""
    cohort = get_object_or_404(Cohort.objects.run_by(request.user).select_related("programme"), pk=pk)
    note(request, about=cohort, scope=cohort.scope)
    found = (
        Enrolment.objects.visible_to(request.user)
        .taking_part()
        .filter(cohort=cohort)
        .select_related("person", "organisation", "cohort__programme", "card")
    )
    [group] = rules.groups(found, request.user) or [rules.Group(cohort, [], None)]
    return render(request, "programmes/cohort_group.html", {"cohort": cohort, "group": group, "here": "participants"})
