"""Abstracts as authors write them, by a link and without an account, and as everybody reads what is published."""

import base64
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from base import dates
from base.clock import now, today
from base.forms import render_form
from base.languages import spoken
from base.refusal import Forbidden, Refusal
from base.tokens import LinkAltered, LinkExpired, unseal
from documents.pdf import Printed
from events import prose
from events.actions import abstracts as actions
from events.documents import abstracts as documents
from events.documents.abstracts import Cover, Measure, Preview, Sheet
from events.forms.abstracts import AbstractForm, BeginForm, PublishForm
from events.letters.abstracts import COAUTHOR, WRITE, token_of
from events.letters.days import whole_place_of
from events.models import Abstract, Author, Event
from events.rules import abstracts as rules
from events.states import AbstractState, EventState
from events.views.sign_up import opened, within
from people.models import Person, Request

BEGUN = 40  # that one network address can cause in an hour
CHECKS = 1200  # of one abstract in an hour


# ---------- What these pages need ----------


def data_address(picture: bytes) -> str:
    """A picture as part of the page."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def measure_words(measure: Measure) -> str:
    """How full the page is, in a sentence that can stand alone."""
    percent = dates.percent(measure.percent)
    if measure.fits:
        return _("The text takes %(percent)s of your page.") % {"percent": percent}
    return _("The text takes %(percent)s of the page and has to fit on one. It leaves the page at “%(over)s”.") % {
        "percent": percent,
        "over": measure.over,
    }


def page_of(sheet: Sheet) -> dict[str, Any]:
    """The page of an abstract for a template: how full, in words, and its pictures; or why it cannot be laid out."""
    try:
        preview: Preview = documents.preview(sheet)
    except Refusal as refusal:
        return {"measure": None, "words": str(refusal), "pictures": [], "sheet": sheet, "percent": ""}
    return {
        "measure": preview.measure,
        "words": measure_words(preview.measure),
        "percent": dates.percent(preview.measure.percent),
        "pictures": [data_address(picture) for picture in preview.pictures],
        "sheet": sheet,
    }


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF to look at or keep; nobody between us and the reader keeps it."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def books_rows(event: Event) -> QuerySet[Abstract]:
    """The abstracts of the event's book with what their pages say."""
    return (
        Abstract.objects.filter(call__event=event)
        .in_the_book()
        .select_related("call__event__region")
        .prefetch_related("authors")
    )


def print_book(event: Event, rows: QuerySet[Abstract], *, public: bool) -> Printed:
    """The book of these abstracts in the reader's language."""
    language = spoken()
    note = (
        _("Published are the abstracts whose authors have said yes.")
        if public
        else _("For those who take part in the event. Do not publish it: not every author has said yes to that.")
    )
    cover = Cover(
        title=str(event.title),
        region=str(event.region.name),
        when=dates.full_day(event.date) if not event.last_date else dates.span(event.date, event.last_date),
        where=whole_place_of(event),
        note=note,
        language=language,
    )
    sheets = [actions.sheet_of(row, list(row.authors.all()), asked_too=False) for row in rows]
    return documents.book(cover, sheets)


# ---------- Everybody ----------


def _public_event(region: str, pk: int) -> Event:
    rows = Event.objects.open_to_all().filter(region__slug=region, call__isnull=False)
    return get_object_or_404(rows.select_related("region", "host", "call"), pk=pk)


def _shown(event: Event) -> QuerySet[Abstract]:
    return books_rows(event).filter(publish=True)


@login_not_required
@require_safe
def abstracts(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """The section of the site: the call while it is open, and the accepted abstracts whose authors say yes."""
    event = _public_event(region, pk)
    moment = now()
    call = event.call
    call.event = event
    refusal = rules.why_not_begin(call, now=moment)
    rows = list(_shown(event))
    context = {
        "event": event,
        "region": event.region,
        "call": call,
        "open": refusal is None,
        "reason": str(refusal) if refusal else "",
        "closes": rules.moment_there(call.closes_at, event, dates_today(event)),
        "rows": [(row, rules.topic_of(row, spoken()), _names(row)) for row in rows],
    }
    return render(request, "events/abstracts/section.html", context)


def dates_today(event: Event) -> date:
    """Today where the event is."""
    return today(event.zone)


def _names(abstract: Abstract) -> str:
    return ", ".join(author.name for author in rules.printed_authors(abstract.authors.all(), asked_too=False))


@login_not_required
@require_safe
def public_abstract(request: HttpRequest, region: str, pk: int, key: str) -> HttpResponse:
    """One published abstract. Once its author has taken the yes back the answer is 410, at once."""
    event = _public_event(region, pk)
    found = _shown(event).filter(key=key).first()
    if found is None:
        return _gone(request, event, key)
    authors = rules.printed_authors(found.authors.all(), asked_too=False)
    context = {
        "event": event,
        "region": event.region,
        "abstract": found,
        "authors": authors,
        "topic": rules.topic_of(found, spoken()),
        "body": prose.html(found.text),
    }
    return render(request, "events/abstracts/public.html", context)


@login_not_required
@require_safe
def public_abstract_file(request: HttpRequest, region: str, pk: int, key: str) -> HttpResponse:
    """The page of a published abstract as PDF."""
    event = _public_event(region, pk)
    found = _shown(event).filter(key=key).first()
    if found is None:
        return _gone(request, event, key)
    sheet = actions.sheet_of(found, list(found.authors.all()), asked_too=False)
    return pdf_answer(documents.preview(sheet).content, f"{found.key}.pdf")


def _gone(request: HttpRequest, event: Event, key: str) -> HttpResponse:
    """410 for what was public once, 404 for what never was."""
    once = Abstract.objects.filter(call__event=event, key=key, consents__publish=True, decided_at__isnull=False)
    if not once.exists():
        raise Http404
    return render(request, "events/abstracts/gone.html", {"event": event, "region": event.region}, status=410)


@login_not_required
@require_safe
def public_book(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """The published abstracts as one PDF."""
    event = _public_event(region, pk)
    rows = _shown(event)
    if not rows:
        raise Http404
    return pdf_answer(print_book(event, rows, public=True).content, f"helmi-{event.date:%Y-%m-%d}.pdf")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def abstract_new(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """Begin an abstract: name and address, and the link comes by mail; who is signed in goes straight on."""
    visible = Event.objects.visible_to(request.user).filter(region__slug=region, call__isnull=False)
    event = get_object_or_404(visible.exclude(state=EventState.DRAFT).select_related("region", "call"), pk=pk)
    call = event.call
    call.event = event
    person = request.user if isinstance(request.user, Person) else None
    refusal = rules.why_not_begin(call, now=now())
    form = BeginForm(
        request.POST or None,
        person=person,
        languages=event.region.languages,
        initial={"language": spoken()},
    )
    form.back = reverse("events:abstracts", args=[region, pk])
    status = 409 if refusal and request.method == "POST" else 200
    if form.is_valid() and refusal is None:
        facts = form.cleaned_data
        if not within(request, "abstracts", BEGUN):
            form.add_error(None, str(rules.TooManyHere()))
        else:
            found = actions.begin(
                call=call,
                name=facts["name"],
                address=(person.email or "") if person else facts["email"],
                employer=facts["employer"],
                language=facts["language"],
                person=person,
                now=now(),
            )
            if person:
                return redirect("events:abstract", token_of(found))
            return render(request, "events/abstracts/sent.html", {"event": event, "region": event.region})
    context = {
        "event": event,
        "region": event.region,
        "call": call,
        "reason": str(refusal) if refusal else "",
        "closes": rules.moment_there(call.closes_at, event, dates_today(event)),
    }
    answer = render_form(request, "events/abstracts/new.html", form, context)
    answer.status_code = max(answer.status_code, status)
    return answer


# ---------- The author's link ----------


def _by_link(request: HttpRequest, token: str) -> Abstract | HttpResponse:
    """The abstract behind a link; or the page that says why it opens nothing: altered, expired, or replaced."""
    try:
        facts = unseal(WRITE, token, days=rules.LINK_DAYS)
    except LinkAltered:
        return render(request, "programmes/answer_altered.html", status=404)
    except LinkExpired as refusal:
        return render(request, "events/abstracts/link_over.html", {"reason": str(refusal)}, status=410)
    rows = Abstract.objects.select_related("call__event__region", "person")
    found = rows.filter(pk=facts["a"]).first()
    if found is None or found.link_version != facts["v"]:
        return render(request, "events/abstracts/link_over.html", {"reason": str(rules.LinkOver())}, status=410)
    return found


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def abstract(request: HttpRequest, token: str) -> HttpResponse:
    """Write, look at the page, send in; after the deadline or the decision: read, and answer about publication."""
    found = _by_link(request, token)
    if isinstance(found, HttpResponse):
        return _private(found)
    return _private(_abstract(request, found, token))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _abstract(request: HttpRequest, found: Abstract, token: str) -> HttpResponse:
    authors = list(found.authors.all())
    act = request.POST.get("act", "save") if request.method == "POST" else ""
    refusal = rules.why_not_write(found, now=now())
    if refusal is not None:
        if act == "check":
            return HttpResponse(status=204)
        return _read_only(request, found, authors, token, refusal, status=409 if act else 200)
    form = AbstractForm(request.POST if act else None, abstract=found, authors=authors)
    if act == "check":
        return _checked(request, found, form)
    status = 200
    if act and form.is_valid():
        try:
            found = actions.save(
                abstract=found,
                written=form.written,
                version=form.cleaned_data["version"],
                language=spoken(),
                now=now(),
            )
            if act == "submit":
                _submit(found)
                messages.success(request, _("The abstract is sent in. A letter that confirms it is on its way."))
                return redirect("events:abstract", token)
            messages.success(request, _saved_words(found))
            return redirect("events:abstract", token)
        except rules.ChangedMeanwhile as changed:
            return _conflict(request, found, form, token, changed)
        except _NotWhole as lacks:
            form = _again(request, found)
            for name, sentence in lacks.sentences:
                form.add_error(name if name in form.fields else None, sentence)
        except rules.OverOnePage as over:
            form.add_error("text", str(over))
        except Refusal as no:
            form.add_error("text", str(no))
        status = 422
    return _write(request, found, form, token, status=status)


class _NotWhole(Exception):
    """What is missing before an abstract can be sent in, in sentences by field."""

    def __init__(self, sentences: list[tuple[str, str]]) -> None:
        super().__init__()
        self.sentences = sentences


def _submit(found: Abstract) -> None:
    if lacks := rules.missing(found):
        sentences = [(name, str(refusal)) for name, refusal in lacks]
        measure = page_of(actions.sheet_of(found, list(found.authors.all())))["measure"]
        if measure is not None and not measure.fits:
            sentences.insert(0, ("text", measure_words(measure)))
        raise _NotWhole(sentences)
    try:
        actions.submit(abstract=found, version=found.version, now=now())
    except rules.ChangedMeanwhile:
        raise
    except Refusal as refusal:
        raise _NotWhole([("text", str(refusal))]) from refusal


def _again(request: HttpRequest, found: Abstract) -> AbstractForm:
    """The form as it was typed, on top of what has been saved just now."""
    data = request.POST.copy()
    data["version"] = str(found.version)
    return AbstractForm(data, abstract=found, authors=list(found.authors.all()))


def _saved_words(found: Abstract) -> str:
    moment = dates.clock_time(found.changed_at.astimezone(ZoneInfo(found.call.event.zone)))
    if found.state == AbstractState.SUBMITTED:
        return _("The changes are saved %(when)s. The abstract is sent in.") % {"when": moment}
    return _("Draft saved %(when)s. It opens only with your link.") % {"when": moment}


def _write(
    request: HttpRequest, found: Abstract, form: AbstractForm, token: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    typed = form.is_bound and form.is_valid() if not form.errors else False
    sheet = actions.sheet_as_typed(found, form.written) if typed else actions.sheet_of(found, list(found.authors.all()))
    event = found.call.event
    context = {
        "abstract": found,
        "event": event,
        "region": event.region,
        "call": found.call,
        "token": token,
        "closes": rules.moment_there(found.call.closes_at, event, dates_today(event)),
        "submitted": found.state == AbstractState.SUBMITTED,
        "page": page_of(sheet),
        "coauthors": _coauthors(found),
        "other": None,
        **more,
    }
    answer = render_form(request, "events/abstracts/write.html", form, context)
    answer.status_code = max(answer.status_code, status)
    return answer


def _coauthors(found: Abstract) -> list[dict[str, Any]]:
    """Co-authors with what they have answered."""
    rows = []
    for author in found.authors.all():
        if not author.order:
            continue
        if author.declined_at:
            words, tone = _("Has taken the name away"), "warn"
        elif author.confirmed_at:
            words, tone = _("Has confirmed"), "ok"
        elif found.state == AbstractState.DRAFT:
            words, tone = _("Is asked when you send the abstract in"), ""
        else:
            words, tone = _("Has not answered yet"), ""
        rows.append({"author": author, "words": words, "tone": tone})
    return rows


def _conflict(request: HttpRequest, found: Abstract, form: AbstractForm, token: str, refusal: Refusal) -> HttpResponse:
    """Both versions: what is stored, and what was typed, which saving once more puts in its place."""
    stored = Abstract.objects.select_related("call__event__region").get(pk=found.pk)
    form = _again(request, stored)
    return _write(request, stored, form, token, status=409, other=stored, conflict=str(refusal))


def _checked(request: HttpRequest, found: Abstract, form: AbstractForm) -> HttpResponse:
    """The meter and the page of what is typed just now; nothing is saved."""
    if not form.is_valid() or not within(request, f"check:{found.pk}", CHECKS):
        return HttpResponse(status=204)
    if rules.why_not_text(form.written.text):
        return HttpResponse(status=204)
    page = page_of(actions.sheet_as_typed(found, form.written))
    return render(request, "events/abstracts/page.html", {"page": page, "fragment": True, "own": True})


def _read_only(
    request: HttpRequest, found: Abstract, authors: list[Author], token: str, refusal: Refusal, *, status: int
) -> HttpResponse:
    withdrawn = found.state == AbstractState.WITHDRAWN
    form = PublishForm(initial={"publish": {True: "yes", False: "no", None: None}[found.publish]})
    event = found.call.event
    context = {
        "abstract": found,
        "event": event,
        "region": event.region,
        "call": found.call,
        "token": token,
        "reason": str(refusal),
        "topic": rules.topic_of(found, spoken()),
        "authors": rules.printed_authors(authors, asked_too=True),
        "body": prose.html(found.text),
        "page": page_of(actions.sheet_of(found, authors)),
        "coauthors": _coauthors(found),
        "publish_form": None if withdrawn or found.state == AbstractState.DRAFT else form,
        "may_withdraw": not withdrawn,
        "public_url": reverse("events:public_abstract", args=[event.region.slug, event.pk, found.key])
        if rules.is_on_the_site(found)
        else "",
    }
    return render(request, "events/abstracts/read.html", context, status=status)


@login_not_required
@require_safe
def abstract_page(request: HttpRequest, token: str) -> HttpResponse:
    """The author's page as PDF, as it is saved."""
    found = _by_link(request, token)
    if isinstance(found, HttpResponse):
        return _private(found)
    sheet = actions.sheet_of(found, list(found.authors.all()))
    return pdf_answer(documents.preview(sheet).content, "abstract.pdf")


@login_not_required
@require_POST
def abstract_publish(request: HttpRequest, token: str) -> HttpResponse:
    """Yes or no to publication, at any time."""
    found = _by_link(request, token)
    if isinstance(found, HttpResponse):
        return _private(found)
    form = PublishForm(request.POST)
    if form.is_valid():
        publish = form.cleaned_data["publish"]
        actions.set_publish(abstract=found, publish=publish, language=spoken(), now=now())
        messages.success(
            request,
            _("Your answer is yes. The abstract is shown on the site when it is accepted.")
            if publish
            else _("Your answer is no. The abstract is not on the site; participants still get the hand-out."),
        )
    return redirect("events:abstract", token)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def abstract_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then take the abstract back."""
    found = _by_link(request, token)
    if isinstance(found, HttpResponse):
        return _private(found)
    if request.method == "POST":
        actions.withdraw(abstract=found, now=now())
        messages.success(request, _("The abstract is withdrawn."))
        return redirect("events:abstract", token)
    context = {"abstract": found, "event": found.call.event, "region": found.call.event.region, "token": token}
    return _private(render(request, "events/abstracts/withdraw.html", context))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def coauthor(request: HttpRequest, token: str) -> HttpResponse:
    """A co-author reads the abstract and says "I wrote it too" or "take my name away"."""
    try:
        facts = unseal(COAUTHOR, token, days=rules.LINK_DAYS)
    except LinkAltered:
        return render(request, "programmes/answer_altered.html", status=404)
    except LinkExpired as refusal:
        return render(request, "events/abstracts/link_over.html", {"reason": str(refusal)}, status=410)
    rows = Author.objects.select_related("abstract__call__event__region")
    author = rows.filter(pk=facts["c"], link_version=facts["v"], order__gt=0).first()
    if author is None or author.abstract.state == AbstractState.WITHDRAWN:
        return render(request, "events/abstracts/link_over.html", {"reason": str(rules.LinkOver())}, status=410)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer in ("yes", "no"):
            actions.answer_authorship(author=author, yes=answer == "yes", now=now())
            messages.success(
                request,
                _("You have confirmed. Your name stands on the page.")
                if answer == "yes"
                else _("Your name is taken away from the abstract."),
            )
        return redirect("events:coauthor", token)
    event = author.abstract.call.event
    context = {
        "author": author,
        "abstract": author.abstract,
        "event": event,
        "region": event.region,
        "topic": rules.topic_of(author.abstract, spoken()),
        "authors": rules.printed_authors(author.abstract.authors.all(), asked_too=True),
        "body": prose.html(author.abstract.text),
        "token": token,
    }
    return _private(render(request, "events/abstracts/coauthor.html", context))


# ---------- Who is signed in ----------


@require_GET
def my_abstracts(request: Request) -> HttpResponse:
    """One's own abstracts, each with the way to its page."""
    rows = Abstract.objects.visible_to(request.user).filter(person=request.user).order_by("-created_at")
    lines = [(row, token_of(row)) for row in rows.select_related("call__event")]
    return render(request, "events/abstracts/mine.html", {"lines": lines})


@require_GET
def book(request: Request, pk: int) -> HttpResponse:
    """The hand-out: all accepted abstracts, for those who take part and those who arrange."""
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("region", "host"), pk=pk)
    if refusal := rules.why_not_book(event, request.user):
        raise refusal if isinstance(refusal, Forbidden) else Forbidden(str(refusal))
    rows = books_rows(event)
    if not rows:
        raise Http404
    return pdf_answer(print_book(event, rows, public=False).content, f"helmi-{event.date:%Y-%m-%d}.pdf")


@login_not_required
@require_safe
def mine_book(request: HttpRequest, token: str) -> HttpResponse:
    """The hand-out, for a guest who has a place, by the link of the registration."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    placed = row.event.registrations.with_place().filter(pk=row.pk).exists()
    rows = books_rows(row.event)
    if not placed or not rows:
        raise Http404
    return pdf_answer(print_book(row.event, rows, public=False).content, f"helmi-{row.event.date:%Y-%m-%d}.pdf")
