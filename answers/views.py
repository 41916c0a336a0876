"""The ballots' own pages: no sign-in, no cookie, the code in the address' fragment and then in the form."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from answers import actions, ballots, kinds, rules
from answers.actions import Ticket
from answers.ballots import Answers, say
from answers.documents import NOW, WISH, file_data, kept_of, overview
from answers.forms import CodeForm, PageForm
from answers.suppression import exact_from, floor_of
from base.clock import now
from base.forms import PlainForm, render_form
from base.languages import NAMES
from base.refusal import Refusal


def _spoken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The language stands in the address: nothing is remembered about the reader."""

    @wraps(view)
    def speaking(request: HttpRequest, language: str) -> HttpResponse:
        if language not in NAMES:
            raise Http404
        with translation.override(language):
            response = view(request, language)
        response.headers["Content-Language"] = language
        return response

    return speaking


@login_not_required
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """The way in without a language: in the browser's. What stands after # stays in the browser."""
    return redirect("answers:ballot", language=translation.get_language_from_request(request).split("-")[0])


@csrf_exempt  # the code is what lets in; without cookies there is nothing that another site could use
@login_not_required
@require_http_methods(["GET", "POST"])
@_spoken
def ballot(request: HttpRequest, language: str) -> HttpResponse:
    """Open the form with a code, go from page to page, send. A GET shows where to paste it, and changes nothing."""
    if request.method == "GET":
        return render(request, "answers/enter.html", {"form": CodeForm(), **_around(language)})
    form = CodeForm(request.POST)
    try:
        ticket = actions.open_ticket(code=request.POST.get("code", ""), now=now())
    except rules.CodeUnknown as refusal:
        if form.is_valid():
            form.add_error(None, str(refusal))
        return render_form(request, "answers/enter.html", form, _around(language))
    with timezone.override(ticket.box.zone):
        return _answer(request, ticket, language)


def _answer(request: HttpRequest, ticket: Ticket, language: str) -> HttpResponse:
    """One page of the form, the look at all of it before it is sent, or what is kept of it; and what its buttons do."""
    pages, wish = ticket.form.pages, request.POST.get("do", "")
    if wish in ("file", "receipt") and kinds.find(ticket.box.kind).keeps_file:
        said, _wrong = ballots.read(ticket.form.kept, {name[2:]: str(words) for name, words in request.POST.items()})
        return _file(request, ticket, language, said) if wish == "file" else _thank(request, ticket, language, said)
    number = request.POST.get("page", "")
    if not number.isdecimal() or int(number) > (len(pages) if len(pages) > 1 else 0):
        return _show(request, ticket, language, 0)
    index = int(number)
    if index == len(pages):
        return _check(request, ticket, language, wish)
    form = PageForm(pages[index], language, typed=request.POST)
    valid = form.is_valid()
    said = _merged(ticket, index, form.answers)
    if wish not in ("keep", "back", "next", "send"):  # another language, or nothing: what is typed stays as it is
        return _show(request, ticket, language, index, said=said)
    if not valid and wish != "back":
        return _show(request, ticket, language, index, form=form)
    try:
        if wish == "send":
            return _send(request, ticket, language, said)
        ticket = actions.keep_draft(ticket=ticket, answers=said)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, ticket, language, index, form=form)
    if wish == "keep":
        return _show(request, ticket, language, index, kept=True)
    if wish == "next" and (index == len(pages) - 1 or "from_check" in request.POST):
        return _check(request, ticket, language, "")
    return _show(request, ticket, language, max(index + (-1 if wish == "back" else 1), 0), kept=True)


def _send(request: HttpRequest, ticket: Ticket, language: str, said: Answers) -> HttpResponse:
    """Seal the answers, and offer them as a file where they may be kept; refused when nothing is answered."""
    actions.cast(ticket=ticket, answers=said, now=now())
    if kinds.find(ticket.box.kind).keeps_file and kept_of(ticket.form, said, language):
        return _thank(request, ticket, language, said)
    return redirect("answers:thanks", language=language)


def _check(request: HttpRequest, ticket: Ticket, language: str, wish: str) -> HttpResponse:
    """All answers once more before they are sent, each page with a way back to it."""
    pages, form = ticket.form.pages, PlainForm(request.POST if wish == "send" else None)
    go = request.POST.get("go", "")
    if go.isdecimal() and int(go) < len(pages):
        return _show(request, ticket, language, int(go), from_check=True)
    if wish == "back":
        return _show(request, ticket, language, len(pages) - 1)
    if wish == "send":
        try:
            return _send(request, ticket, language, ticket.draft)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {
        "box_title": say(ticket.box.title, language),
        "code": request.POST.get("code", ""),
        "number": len(pages),
        "pages": [overview(number, page, ticket.draft, language) for number, page in enumerate(pages)],
        "closes_at": _last_moment(ticket),
        **_around(language),
    }
    return render_form(request, "answers/check.html", form, context)


def _thank(request: HttpRequest, ticket: Ticket, language: str, said: Answers) -> HttpResponse:
    """Thank you, with the answers that may be kept; they stand in the page alone and are stored nowhere here."""
    kept = [(key, step) for key, step in said.items() if key.startswith((NOW, WISH))]
    context = {"code": request.POST.get("code", ""), "kept": kept, **_around(language)}
    return render(request, "answers/thanks.html", context)


def _file(request: HttpRequest, ticket: Ticket, language: str, said: Answers) -> HttpResponse:
    """What was answered about competences, as a file to keep: readable, and with the same as data inside."""
    title, on, rows = say(ticket.box.title, language), timezone.localdate(now()), kept_of(ticket.form, said, language)
    context = {"title": title, "language": language, "on": on, "rows": rows, "data": file_data(title, on, rows)}
    answer = render(request, "answers/file.html", context)
    name = pgettext("name of a file, without spaces", "helmi-answers")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.html")
    return answer


def _last_moment(ticket: Ticket) -> datetime | None:
    """Until when one can answer: a form that closes at midnight is open to the end of the day before."""
    closes_at = ticket.box.closes_at
    if closes_at is not None and timezone.localtime(closes_at).time() == time():
        return closes_at - timedelta(minutes=1)
    return closes_at


def _merged(ticket: Ticket, index: int, answers: Answers) -> Answers:
    """What was kept of the other pages, and this page's answers."""
    here = {question.key for question in ticket.form.pages[index].questions}
    return {key: value for key, value in ticket.draft.items() if key not in here} | answers


def _show(
    request: HttpRequest,
    ticket: Ticket,
    language: str,
    index: int,
    *,
    form: PageForm | None = None,
    said: Answers | None = None,
    kept: bool = False,
    from_check: bool = False,
) -> HttpResponse:
    pages = ticket.form.pages
    page = pages[index]
    form = form or PageForm(page, language, said=ticket.draft if said is None else said)
    context = {
        "box_title": say(ticket.box.title, language),
        "lead": say(ticket.box.lead, language) if index == 0 else "",
        "page_title": say(page.title, language),
        "page_lead": say(page.lead, language),
        "code": request.POST.get("code", ""),
        "number": index,
        "step": index + 1,
        "steps": len(pages),
        "only": len(pages) == 1,
        "from_check": from_check or (form.is_bound and "from_check" in request.POST),
        "kept_at": now() if kept else None,
        "closes_at": _last_moment(ticket),
        "merges": len(ticket.box.tree.get("nodes", ())) > 1,
        "pooled": bool(ticket.box.pool),
        "writes": any(question.kind == "text" for question in page.questions),
        "least": floor_of(ticket.box.k),
        "most": exact_from(ticket.box.k) - 1,
        "exact": exact_from(ticket.box.k),
        **_around(language),
    }
    return render_form(request, "answers/ballot.html", form, context)


@login_not_required
@require_GET
@_spoken
def thanks(request: HttpRequest, language: str) -> HttpResponse:
    """Thank you: the same page after the first answer and after the second, and for whoever opens it."""
    return render(request, "answers/thanks.html", _around(language))


def _around(language: str) -> dict[str, Any]:
    """What stands around every page: the languages, and who owns the keys."""
    return {
        "quiet": True,
        "languages": [(code, name, code == language) for code, name in NAMES.items()],
        "language": language,
        "embedded": settings.KEYS_EMBEDDED,
    }
