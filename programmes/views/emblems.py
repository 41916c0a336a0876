"""A funder's own emblem: its page for the coordinator, and the picture as the programme's pages show it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import key
from base import clock
from base.forms import render_form
from documents.views import answer_file, emblem_form
from people.models import Request
from people.states import Language
from programmes.actions import emblems as actions
from programmes.models import Programme
from programmes.rules.emblems import why_not_emblem


@require_http_methods(["GET", "POST"])
def programme_emblem(request: Request, pk: int) -> HttpResponse:
    """Put up, replace or take down the emblem of the programme's funder."""
    rows = Programme.objects.run_by(request.user)
    row = get_object_or_404(rows.select_related("region", "funder"), pk=pk)
    funder, refusal = row.funder, why_not_emblem(row)
    if funder is None or refusal:
        messages.warning(request, str(refusal))
        return redirect("programmes:programme_funder", pk=row.pk)
    if request.method == "POST" and "remove" in request.POST:
        actions.take_down(programme=row, by=request.user, now=clock.now())
        messages.success(request, _("The emblem is removed. Certificates that are issued already keep it."))
        return redirect("programmes:programme_inside", pk=row.pk)
    form = emblem_form(
        request,
        about=key(row),
        scope=f"region:{row.region_id}",
        languages=row.region.languages or [Language.SWEDISH.value],
        words={code: getattr(funder, f"emblem_alt_{code}") or "" for code in Language.values},
        stored=funder.emblem_id is not None,
    )
    form.back = reverse("programmes:programme_inside", args=[row.pk])
    if form.is_valid():
        actions.put_up(
            programme=row, picture=form.picture_or_waiting, words=form.words, by=request.user, now=clock.now()
        )
        messages.success(request, _("The emblem is saved. It stands on the programme's pages and on new certificates."))
        return redirect("programmes:programme_emblem", pk=row.pk)
    return render_form(request, "programmes/emblem.html", form, {"programme": row, "funder": funder})


@login_not_required
@require_safe
def funder_emblem(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The funder's own emblem, for those who see a programme of it; its address changes with the picture."""
    row = Programme.objects.visible_to(request.user).filter(funder=pk).select_related("funder__emblem").first()
    if row is None or row.funder is None:
        raise Http404
    return answer_file(row.funder.emblem, inline=True, keep="max-age=86400")
