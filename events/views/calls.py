"""Calls for abstracts as organisers run them, and what reviewers read."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from events import prose
from events.actions import abstracts as pages
from events.actions import calls as actions
from events.documents.abstracts import Sheet
from events.forms.abstracts import BlindForm, CallForm, ReviewersForm, ReviewForm
from events.letters import scope_of
from events.letters.abstracts import DECIDED
from events.models import Abstract, Call, Event, Review
from events.rules import abstracts as rules
from events.rules.days import NotOrganiser, organises
from events.states import AbstractState, ReviewAdvice
from events.views.abstracts import dates_today, page_of
from outbox.models import Batch
from outbox.states import LetterState
from people.models import Person, Request

TONES = {
    AbstractState.SUBMITTED: "on",
    AbstractState.ACCEPTED: "ok",
    AbstractState.DECLINED: "",
    AbstractState.WITHDRAWN: "warn",
    AbstractState.DRAFT: "",
}


def _organised(request: Request, pk: int) -> Event:
    """An event that the reader organises; 404 when it is not seen, 403 when it is."""
    rows = Event.objects.visible_to(request.user).select_related("region", "host", "call")
    event = get_object_or_404(rows, pk=pk)
    if not organises(event, request.user):
        raise NotOrganiser()
    return event


def _call(request: Request, pk: int) -> Call:
    event = _organised(request, pk)
    call = get_object_or_404(Call, event=event)
    call.event = event
    return call


def _abstract(request: Request, pk: int, abstract: int) -> Abstract:
    call = _call(request, pk)
    rows = Abstract.objects.visible_to(request.user).exclude(state=AbstractState.DRAFT)
    found = get_object_or_404(
        rows.select_related("person").prefetch_related("authors__organisation", "reviews__reviewer"),
        pk=abstract,
        call=call,
    )
    found.call = call
    return found


def _drafts(call: Call) -> tuple[Batch | None, int]:
    """The batch of decisions that waits to be sent, and how many letters it holds."""
    about = f"{call._meta.label_lower}:{call.pk}"
    held = Count("letters", filter=Q(letters__state=LetterState.HELD))
    rows = Batch.objects.filter(kind=DECIDED, about=about, released_at__isnull=True).annotate(held=held)
    batch = rows.filter(held__gt=0).order_by("-pk").first()
    return batch, batch.held if batch else 0


@require_GET
def call(request: Request, pk: int) -> HttpResponse:
    """The call with its abstracts: what came in, what is decided, which letters wait."""
    event = _organised(request, pk)
    found = rules.call_of(event)
    if found is None:
        return render(request, "events/abstracts/call.html", {"event": event, "region": event.region, "call": None})
    found.event = event
    rows = list(
        Abstract.objects.visible_to(request.user)
        .filter(call=found)
        .prefetch_related("authors", "reviews")
        .order_by("state", "order", "submitted_at", "pk")
    )
    drafts = sum(row.state == AbstractState.DRAFT for row in rows)
    groups = [
        (state, heading, [_line(row, found) for row in rows if row.state == state])
        for state, heading in (
            (AbstractState.SUBMITTED, _("To decide")),
            (AbstractState.ACCEPTED, _("Accepted, in the order of the book")),
            (AbstractState.DECLINED, _("Not accepted")),
            (AbstractState.WITHDRAWN, _("Withdrawn")),
        )
    ]
    batch, waiting = _drafts(found)
    moment = now()
    refusal = rules.why_not_begin(found, now=moment)
    context = {
        "event": event,
        "region": event.region,
        "call": found,
        "open": refusal is None,
        "reason": str(refusal) if refusal else "",
        "opens": rules.moment_there(found.opens_at, event, dates_today(event)),
        "closes": rules.moment_there(found.closes_at, event, dates_today(event)),
        "groups": [group for group in groups if group[2]],
        "drafts": drafts,
        "batch": batch,
        "waiting": waiting,
        "published": sum(rules.is_on_the_site(row) for row in _with_call(rows, found)),
        "accepted": any(row.state == AbstractState.ACCEPTED for row in rows),
    }
    return render(request, "events/abstracts/call.html", context)


def _with_call(rows: list[Abstract], call: Call) -> list[Abstract]:
    for row in rows:
        row.call = call
    return rows


def _line(row: Abstract, call: Call) -> dict[str, object]:
    """An abstract in the list."""
    row.call = call
    reviews = [review for review in row.reviews.all() if not review.stood_aside]
    advice = [ReviewAdvice(review.advice).label for review in reviews if review.advice]
    return {
        "row": row,
        "names": ", ".join(author.name for author in rules.printed_authors(row.authors.all(), asked_too=True)),
        "unconfirmed": sum(
            1 for author in row.authors.all() if author.order and not author.confirmed_at and not author.declined_at
        ),
        "topic": rules.topic_of(row, get_language()),
        "given": len(reviews),
        "answered": len(advice),
        "advice": ", ".join(str(one) for one in advice),
    }


@require_http_methods(["GET", "POST"])
def call_edit(request: Request, pk: int) -> HttpResponse:
    """Open a call, or change it."""
    event = _organised(request, pk)
    form = CallForm(request.POST or None, event=event)
    form.back = reverse("events:call", args=[event.pk])
    refusal = rules.why_not_call(event, request.user)
    if form.is_valid():
        try:
            actions.set_call(event=event, by=request.user, now=now(), **form.facts)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The call is saved."))
            return redirect("events:call", event.pk)
    context = {"event": event, "region": event.region, "refusal": refusal, "new": rules.call_of(event) is None}
    return render_form(request, "events/abstracts/call_form.html", form, context)


@require_POST
def call_close(request: Request, pk: int) -> HttpResponse:
    """Close the call now; a later deadline opens it again."""
    found = _call(request, pk)
    try:
        actions.close_call(call=found, by=request.user, now=now())
        messages.success(request, _("The call is closed. It opens again with a later deadline."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("events:call", pk)


@audited("abstract.read")
@require_GET
def abstract_read(request: Request, pk: int, abstract: int) -> HttpResponse:
    """One abstract with its page, what reviewers say, and the two buttons."""
    found = _abstract(request, pk, abstract)
    authors = list(found.authors.all())
    note(request, about=found, scope=scope_of(found.call.event))
    blind_title, blind_text = rules.blinded(found, authors)
    context = {
        "event": found.call.event,
        "region": found.call.event.region,
        "call": found.call,
        "abstract": found,
        "tone": TONES[AbstractState(found.state)],
        "authors": authors,
        "topic": rules.topic_of(found, get_language()),
        "body": prose.html(found.text),
        "page": page_of(pages.sheet_of(found, authors)),
        "reviews": list(found.reviews.all()),
        "hidden": (blind_title, blind_text) != (found.title, found.text),
        "may_decide": rules.why_not_decide(found, request.user) is None,
        "may_undo": rules.why_not_undo(found, request.user) is None,
    }
    return render(request, "events/abstracts/decide.html", context)


@require_POST
def abstract_decide(request: Request, pk: int, abstract: int) -> HttpResponse:
    """Accept, decline, or take it back; each in one press."""
    found = _abstract(request, pk, abstract)
    act = request.POST.get("act", "")
    try:
        if act in ("accept", "decline"):
            actions.decide(abstract=found, accept=act == "accept", by=request.user, now=now())
            messages.success(
                request,
                _("“%(title)s” is accepted. The letter waits among the drafts.") % {"title": found.title}
                if act == "accept"
                else _("“%(title)s” is not accepted. The letter waits among the drafts.") % {"title": found.title},
            )
        elif act == "undo":
            actions.undo_decision(abstract=found, by=request.user, now=now())
            messages.success(request, _("The decision about “%(title)s” is taken back.") % {"title": found.title})
        elif act in ("earlier", "later"):
            actions.move(abstract=found, earlier=act == "earlier", by=request.user, now=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("events:call", pk)


@require_http_methods(["GET", "POST"])
def abstract_blind(request: Request, pk: int, abstract: int) -> HttpResponse:
    """What reviewers read of one abstract; the organiser can take out what tells who wrote it."""
    found = _abstract(request, pk, abstract)
    title, text = rules.blinded(found, list(found.authors.all()))
    form = BlindForm(request.POST or None, initial={"title": title, "text": text})
    form.back = reverse("events:abstract_read", args=[pk, found.pk])
    if request.method == "POST" and request.POST.get("act") == "own":
        actions.redact(abstract=found, title=None, text=None, by=request.user, now=now())
        messages.success(request, _("Reviewers read the author's own words, without names and workplaces."))
        return redirect("events:abstract_read", pk, found.pk)
    if form.is_valid():
        try:
            actions.redact(
                abstract=found,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Reviewers read it so."))
            return redirect("events:abstract_read", pk, found.pk)
    context = {"event": found.call.event, "region": found.call.event.region, "abstract": found}
    return render_form(request, "events/abstracts/blind.html", form, context)


@require_http_methods(["GET", "POST"])
def reviewers(request: Request, pk: int) -> HttpResponse:
    """Choose the reviewers and give them the abstracts."""
    found = _call(request, pk)
    known = Person.objects.filter(reviews__abstract__call=found).distinct().order_by("name")
    form = ReviewersForm(request.POST or None, initial={"addresses": "\n".join(person.email or "" for person in known)})
    form.back = reverse("events:call", args=[pk])
    if form.is_valid():
        try:
            lacking = actions.give(call=found, people=form.cleaned_data["addresses"], by=request.user, now=now())
        except Refusal as refusal:
            form.add_error("addresses", str(refusal))
        else:
            if lacking:
                sentence = ngettext(
                    "%(n)s review lacks a reviewer from another organisation. Add one.",
                    "%(n)s reviews lack a reviewer from another organisation. Add some.",
                    lacking,
                )
                messages.warning(request, sentence % {"n": lacking})
            else:
                messages.success(request, _("The abstracts are given. Each reviewer gets one letter."))
            return redirect("events:call", pk)
    context = {"event": found.event, "region": found.event.region, "call": found}
    return render_form(request, "events/abstracts/reviewers.html", form, context)


# ---------- Reviewers ----------


@require_GET
def reviews(request: Request) -> HttpResponse:
    """What is given to me to review, what waits first."""
    rows = (
        Review.objects.filter(reviewer=request.user)
        .exclude(abstract__state=AbstractState.WITHDRAWN)
        .select_related("abstract__call__event__region")
        .prefetch_related("abstract__authors")
        .order_by("answered_at", "pk")
    )
    lines = [(row, rules.blinded(row.abstract, row.abstract.authors.all())[0]) for row in rows]
    return render(request, "events/abstracts/reviews.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
def review(request: Request, pk: int) -> HttpResponse:
    """One abstract without names and workplaces, and what I say of it."""
    rows = Review.objects.filter(reviewer=request.user).exclude(abstract__state=AbstractState.WITHDRAWN)
    found = get_object_or_404(
        rows.select_related("abstract__call__event__region").prefetch_related("abstract__authors"), pk=pk
    )
    refusal = rules.why_not_review(found)
    initial = {"advice": found.advice or None, "score": found.score, "comment": found.comment}
    form = ReviewForm(request.POST or None, initial=initial)
    form.back = reverse("events:reviews")
    if request.method == "POST" and refusal is None:
        if request.POST.get("act") == "aside":
            actions.stand_aside(review=found, now=now())
            messages.success(request, _("You have stood aside. The organisers choose somebody else."))
            return redirect("events:reviews")
        if form.is_valid():
            actions.answer(review=found, now=now(), **form.cleaned_data)
            messages.success(request, _("The review is saved. You can change it until the organisers decide."))
            return redirect("events:reviews")
    abstract = found.abstract
    title, text = rules.blinded(abstract, abstract.authors.all())
    sheet = Sheet(title, text, abstract.language, str(abstract.call.event.title), rules.topic_of(abstract))
    context = {
        "review": found,
        "event": abstract.call.event,
        "region": abstract.call.event.region,
        "title": title,
        "lang": abstract.language,
        "body": prose.html(text),
        "topic": rules.topic_of(abstract, get_language()),
        "page": page_of(sheet),
        "reason": str(refusal) if refusal else "",
    }
    answer = render_form(request, "events/abstracts/review.html", form, context)
    if refusal and request.method == "POST":
        answer.status_code = 409
    return answer
