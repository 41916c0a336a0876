"""A region begins to offer something new."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import render_form
from base.refusal import Refusal
from people.models import Region, Request
from programmes.actions.programmes import create_programme
from programmes.forms.programmes import NewProgrammeForm


@require_http_methods(["GET", "POST"])
def programme_new(request: Request) -> HttpResponse:
    """Create a programme in a region that the person coordinates; its texts and funder are filled in next."""
    regions = Region.objects.visible_to(request.user)
    if not regions:
        raise Http404
    form = NewProgrammeForm(request.POST or None, regions=regions)
    if form.is_valid():
        try:
            row = create_programme(
                region=form.of_region, slug=form.slug, words=form.words, by=request.user, now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(
                request, _("The programme is created. Fill in its texts, and open its public page when it is ready.")
            )
            return redirect("programmes:programme_edit", pk=row.pk)
    return render_form(request, "programmes/programme_new.html", form)
