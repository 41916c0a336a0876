"""Moving a participant to a later round: which, the letters as they will be read, then it is done."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from outbox.models import Batch
from outbox.views import Deed, check, read_first, say_done
from people.models import Request
from people.rules import name_for
from programmes.actions import transfers as actions
from programmes.forms.transfers import TransferForm
from programmes.rules import transfers as rules
from programmes.states import ProgrammeSide
from programmes.views.approvals import run_enrolment


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def transfer(request: Request, pk: int) -> HttpResponse:
    """Choose the round, read the letters, and let the participant go on there."""
    enrolment = run_enrolment(request, pk)
    note(request, about=enrolment, scope=enrolment.cohort.scope)
    name = name_for(enrolment.person, request.user)
    rounds = rules.later_rounds(enrolment).select_related("programme", "places")
    form = TransferForm(request.POST or None, rounds=rounds)
    form.back = enrolment.get_absolute_url()
    if form.is_bound and form.is_valid() and "change" not in request.POST:
        deed = partial(actions.transfer, by=request.user, now=now(), **form.cleaned_data)
        try:
            if previews := read_first(request, lambda row: deed(enrolment=row), enrolment):
                words = Deed(
                    _("Read the letters and move to the later round"),
                    _("Move and send the letters"),
                    name,
                    [str(enrolment.cohort)],
                    form.back,
                )
                rows = [(_("Round"), enrolment.cohort.short_name, form.cleaned_data["to"].short_name)]
                return check(request, form, words, previews, rows)
            row = deed(enrolment=enrolment)
        except Refusal as refusal:
            form.add_error("reason" if isinstance(refusal, rules.EntryOver) else None, str(refusal))
        else:
            about = f"programmes.enrolment:{row.new_id}"
            batch = Batch.objects.filter(about=about).order_by("-pk").first()
            say_done(request, _said(row.new.programme_side), batch)
            return redirect(row.new)
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "name": name,
        "heading": _("Move to a later round"),
        "rounds": form.rounds.exists(),
        "refusal": None if enrolment.programme_side in rules.MOVES else rules.NothingToMove(),
    }
    return render_form(request, "programmes/transfer.html", form, context)


def _said(side: str) -> str:
    if side == ProgrammeSide.ENROLLED:
        return _("Moved. The person has a place in the later round.")
    if side == ProgrammeSide.WAITLISTED:
        return _("Moved. The person stands last in line in the later round.")
    return _("Moved. The person is among the applicants of the later round.")
