"""My settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import render_form
from people import actions, forms, rules
from people.views.common import reader


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name, telephone, language and appearance; the ways to sign in stand beside."""
    person = reader(request)
    form = forms.OwnForm(request.POST or None, initial=forms.initial_of(person, "name", "phone", "language", "theme"))
    if form.is_valid():
        actions.set_own_facts(person=person, now=clock.now(), **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("people:me")
    return render_form(
        request,
        "people/me.html",
        form,
        {"addresses": rules.addresses_of(person), "second_step": rules.has_second_step(person)},
    )
