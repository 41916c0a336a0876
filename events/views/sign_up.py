"""Registering on an event without an account: the form, the answer, and the personal link."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.kept import kept_facts
from base.clock import now
from base.forms import render_form
from base.refusal import Refusal
from base.tokens import LinkAltered, seal, unseal
from documents.views import answer_file
from events import feeds
from events.actions import sign_up as actions
from events.forms.sign_up import LinkForm, SignUpForm, shown_reply
from events.letters.days import OWN, own_token, public_path, whole_place_of
from events.letters.sign_up import WITH, file_of
from events.models import Event, Material, Needs, Question, Registration, Reply
from events.rules import abstracts
from events.rules import sign_up as rules
from events.states import ClaimState, EventState, RegistrationState, Way
from events.views import material
from people.models import Organisation, Person
from people.rules import name_for

# How many registrations, and how many letters with links, one network address can cause in an hour. A whole town hall
# stands behind one address, and a seminar fills in minutes; a machine that writes to strangers is stopped all the same.
REGISTRATIONS, LINKS = 400, 60
SENT = "registration sent"


def within(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more of these from the request's network address; whether it is still within the hour's limit."""
    key = f"{what}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, 3600)
    with suppress(ValueError):  # it fell out of the cache between the two
        return cache.incr(key) <= most
    return True


def find_event(request: HttpRequest, region: str, pk: int) -> Event:
    """An event with ways of its own that the reader may see; anything else is not there."""
    found = Event.objects.visible_to(request.user).with_ways().filter(region__slug=region)
    return get_object_or_404(found.select_related("region", "host", "contact"), pk=pk)


@dataclass(frozen=True)
class Asked:
    """What the form of an event is made of: its ways as they stand, the employers it suggests, its questions."""

    event: Event
    lines: list[rules.Line]
    employers: list[Organisation]
    questions: list[Question]


def asked_of(event: Event) -> Asked:
    """What registering on the event asks today."""
    day = rules.local(now(), event).date()
    questions = list(event.questions.filter(erase_on__gt=day))
    return Asked(event, rules.ways_of(event), rules.employers_of(event.region, day), questions)


def _asked_by(request: HttpRequest, region: str, pk: int) -> Asked:
    """What the form asks; for strangers kept until anybody does anything."""
    if request.user.is_authenticated:
        return asked_of(find_event(request, region, pk))
    return kept_facts(f"sign up {region} {pk}", lambda: asked_of(find_event(request, region, pk)))


def about(event: Event) -> dict[str, Any]:
    """What stands beside every page of a registration: which event it is."""
    return {
        "event": event,
        "region": event.region,
        "starts": rules.local(event.starts_at, event),
        "ends": rules.local(event.ends_at, event),
        "place": whole_place_of(event),
        "home": public_path(event) or reverse("events:sign_up", args=[event.region.slug, event.pk]),
        "closes": rules.local(event.closes_at, event) if event.closes_at else None,
    }


def panel_of(event: Event, *, moment: datetime) -> dict[str, Any]:
    """What the panel on the public page shows: ways with what is left, and the button or the reason."""
    lines = rules.ways_of(event)
    refusal = rules.why_not_sign_up(event, now=moment)
    return {
        "lines": lines,
        "refusal": refusal,
        "full": bool(lines) and all(line.full for line in lines),
        "waiting": sum(line.waiting for line in lines),
        "closes": rules.local(event.closes_at, event) if event.closes_at else None,
        "address": reverse("events:sign_up", args=[event.region.slug, event.pk]),
    }


def _own(request: HttpRequest, event: Event) -> Registration | None:
    """The signed-in reader's living registration on the event."""
    if not request.user.is_authenticated:
        return None
    mine = Registration.objects.visible_to(request.user).filter(event=event, person=request.user)
    row = mine.select_related("claim").first()
    return row if row is not None and row.claim is not None and rules.stands(row) else None


def _closed(request: HttpRequest, event: Event, refusal: Refusal, *, status: int = 409) -> HttpResponse:
    """The clear word instead of the form."""
    context = {**about(event), "reason": str(refusal), "coming": isinstance(refusal, rules.NotOpen)}
    return render(request, "events/sign_up/closed.html", context, status=status if request.method == "POST" else 200)


def _form(asked: Asked, data: Any, person: Person | None, initial: dict[str, Any]) -> SignUpForm:
    return SignUpForm(
        data,
        event=asked.event,
        lines=asked.lines,
        employers=asked.employers,
        questions=asked.questions,
        person=person,
        initial=initial,
    )


def _facts(form: SignUpForm, person: Person | None) -> actions.Facts:
    """What a valid form says."""
    typed = form.cleaned_data
    return actions.Facts(
        name=typed["name"],
        email=typed.get("email") or (person.email if person is not None and person.email else ""),
        language=typed.get("language") or (person.language if person is not None else ""),
        employer=typed["employer"].strip(),
        badge_name=typed["badge_name"],
        diet=typed.get("diet") or "",
        access=typed.get("access") or "",
        replies=form.replies,
        organisation=rules.match_employer(typed["employer"], form.employers),
    )


def _employer_of(person: Person) -> str:
    """Where a signed-in person works today, as she would write it."""
    today = now().date()
    row = person.employments.on(today).select_related("unit").order_by("-main", "pk").first()
    if row is None:
        return ""
    top = Organisation.objects.filter(pk=row.unit.top_id).first()
    return top.name if top is not None else row.unit.name


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """One page: who, how, what this event asks. The answer is the same whoever's address was written."""
    asked = _asked_by(request, region, pk)
    event, lines = asked.event, asked.lines
    person = request.user if request.user.is_authenticated else None
    if refusal := rules.why_not_sign_up(event, now=now()):
        return _closed(request, event, refusal)
    if (mine := _own(request, event)) is not None:
        return redirect("events:mine", own_token(mine))
    initial: dict[str, Any] = {"language": get_language(), "way": str(lines[0].places.pk)}
    if person is not None:
        initial |= {"name": person.name, "employer": _employer_of(person)}
    form = _form(asked, request.POST or None, person, initial)
    if form.is_valid():
        if not within(request, "registrations", REGISTRATIONS):
            return _closed(request, event, rules.TooManyFromHere(), status=429)
        facts = _facts(form, person)
        try:
            row = actions.sign_up(event=event, places=form.chosen.places, facts=facts, person=person, now=now())
        except Refusal as refusal:
            return _closed(request, event, refusal)
        if person is not None:
            return redirect("events:mine", own_token(row))
        return redirect("events:sign_up_sent", seal(SENT, {"e": event.pk, "a": facts.email}))
    context = {
        **about(event),
        "lines": lines,
        "full": all(line.full for line in lines),
        "policies": sorted({rules.policy_words(line.places) for line in lines if line.full}),
        "erased": rules.erase_needs_on(event),
        "signed_in": person,
    }
    return render_form(request, "events/sign_up/form.html", form, context)


@login_not_required
@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """After the form, or after asking for the link: look in your mail. The same words whether we know the address."""
    try:
        facts = unseal(SENT, token, days=2)
    except Refusal as refusal:
        return _no_link(request, refusal)
    event: Event = get_object_or_404(Event.objects.with_ways().select_related("region", "host"), pk=facts["e"])
    context = {**about(event), "address": facts["a"], "asked": bool(facts.get("l"))}
    response = render(request, "events/sign_up/sent.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """ "Send me my link again"."""
    event = find_event(request, region, pk)
    form = LinkForm(request.POST or None)
    form.back = public_path(event)
    if form.is_valid():
        if not within(request, "registration-links", LINKS):
            return _closed(request, event, rules.TooManyFromHere(), status=429)
        actions.send_link(event=event, address=form.cleaned_data["email"], now=now())
        return redirect("events:sign_up_sent", seal(SENT, {"e": event.pk, "a": form.cleaned_data["email"], "l": 1}))
    return render_form(request, "events/sign_up/ask_link.html", form, about(event))


# ---------- The personal link ----------


def _no_link(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A link that opens nothing: altered ones are not there, old ones are gone."""
    altered = isinstance(refusal, LinkAltered)
    return render(request, "events/sign_up/no_link.html", {"refusal": refusal}, status=404 if altered else 410)


def opened(request: HttpRequest, token: str) -> Registration | HttpResponse:
    """The registration behind a personal link, or the page that says why there is none."""
    try:
        facts = unseal(OWN, token)
    except LinkAltered as altered:
        return _no_link(request, altered)
    row = Registration.objects.select_related(*WITH).filter(pk=facts["r"]).first()
    if refusal := rules.why_not_open(row, facts["v"], now=now()):
        return _no_link(request, refusal)
    if row is None:
        raise Http404
    return row


def _shown(row: Registration, token: str) -> dict[str, Any]:
    """How a registration stands, for its page."""
    event, claim, moment = row.event, row.claim, now()
    if claim is None:
        raise Http404
    state = claim.state
    over = event.starts_at <= moment
    cancelled = event.state == EventState.CANCELLED
    # A confirmed place keeps the time until which it was held; only what is still held or offered can be late.
    waiting = state in (ClaimState.HELD, ClaimState.OFFERED)
    late = waiting and claim.expires_at is not None and claim.expires_at <= moment
    return {
        **about(event),
        "registration": row,
        "token": token,
        "name": rules.first_name(row),
        "way": rules.way_name(claim.places),
        "remote": claim.places.way == Way.REMOTE,
        "until": rules.local(claim.expires_at, event) if claim.expires_at else None,
        "before": rules.before_in_line(claim) if state == ClaimState.WAITLISTED else 0,
        "policy": rules.policy_words(claim.places),
        "event_cancelled": cancelled,
        "over": over,
        "held": state == ClaimState.HELD and not late,
        "confirmed": state == ClaimState.CONFIRMED,
        "waits": state == ClaimState.WAITLISTED,
        "offered": state == ClaimState.OFFERED and not late,
        "lapsed": state == ClaimState.LAPSED or late,
        "left": state in (ClaimState.CANCELLED, ClaimState.DECLINED),
        "may_change": not over and not cancelled and rules.stands(row) and not late,
        "may_again": rules.why_not_sign_up(event, now=moment) is None,
        "absent": row.state == RegistrationState.ABSENCE_REPORTED,
        "by": name_for(row.by, row.person) if row.by is not None and row.by_id != row.person_id else "",
    }


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """One's registration as it stands. Opening it changes nothing; pressing the button confirms or takes the place."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    if request.method == "POST":
        deed = {"confirm": _confirm, "accept": _accept, "renew": _renew}.get(request.POST.get("deed", ""))
        if deed is None:
            return redirect("events:mine", token)
        try:
            return deed(request, row, token)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("events:mine", token)
    context = _shown(row, token)
    context["replies"] = [
        (reply.question.label, rules.reply_words(reply.question, reply.value))
        for reply in Reply.objects.filter(registration=row).select_related("question").order_by("question__order")
    ]
    context["needs"] = Needs.objects.filter(claim=row.claim).first()
    context["material"] = material.lines_behind(row, token) if context["confirmed"] else []
    has_book = context["confirmed"] and abstracts.has_book(row.event)
    context["book"] = reverse("events:mine_book", args=[token]) if has_book else ""
    return _private(render(request, "events/sign_up/mine.html", context))


def _confirm(request: HttpRequest, row: Registration, token: str) -> HttpResponse:
    actions.confirm(registration=row, now=now())
    messages.success(request, _("Your registration is confirmed. A letter with the calendar file is on its way."))
    return redirect("events:mine", token)


def _accept(request: HttpRequest, row: Registration, token: str) -> HttpResponse:
    actions.accept(registration=row, by=row.person, now=now())
    messages.success(request, _("The place is yours. A letter with the calendar file is on its way."))
    return redirect("events:mine", token)


def _renew(request: HttpRequest, row: Registration, token: str) -> HttpResponse:
    after = actions.renew_link(registration=row, by=row.person, now=now())
    messages.success(request, _("You have a new link, and it is on its way by e-mail. Earlier links open nothing."))
    return redirect("events:mine", own_token(after))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """ "I cannot come": a page that asks, and one press that does it."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    context = _shown(row, token)
    if not context["may_change"]:
        return redirect("events:mine", token)
    if request.method == "POST":
        try:
            actions.cancel(registration=row, by=row.person, now=now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your registration is cancelled."))
        return redirect("events:mine", token)
    return _private(render(request, "events/sign_up/cancel.html", context))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine_change(request: HttpRequest, token: str) -> HttpResponse:
    """Change what one wrote, and how one takes part."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    context = _shown(row, token)
    if not context["may_change"] or row.claim is None:
        return redirect("events:mine", token)
    kept = Reply.objects.filter(registration=row).select_related("question")
    needs = Needs.objects.filter(claim=row.claim).first()
    initial: dict[str, Any] = {
        "name": row.name or row.person.name,
        "employer": row.employer,
        "badge_name": row.badge_name,
        "way": str(row.claim.places_id),
        "diet": needs.diet if needs else "",
        "access": needs.access if needs else "",
        **{f"q{reply.question_id}": shown_reply(reply.question, reply.value) for reply in kept},
    }
    form = _form(asked_of(row.event), request.POST or None, row.person, initial)
    if form.is_valid():
        if not within(request, "registrations", REGISTRATIONS):
            return _closed(request, row.event, rules.TooManyFromHere(), status=429)
        places = form.chosen.places if "way" in form.cleaned_data else None
        try:
            actions.change(registration=row, facts=_facts(form, row.person), places=places, by=row.person, now=now())
        except Refusal as refusal:
            form.add_error("way" if isinstance(refusal, rules.NoPlaceThere) else None, str(refusal))
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("events:mine", token)
    context |= {"erased": rules.erase_needs_on(row.event), "back": reverse("events:mine", args=[token])}
    return _private(render_form(request, "events/sign_up/change.html", form, context))


@login_not_required
@require_safe
def mine_file(request: HttpRequest, token: str) -> HttpResponse:
    """The event as a calendar file, for who has a place."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    if row.claim is None or row.claim.state != ClaimState.CONFIRMED:
        raise Http404
    name, content, _kind = file_of(row.event)
    return feeds.answer(request, content, filename=name, attachment=True)


@login_not_required
@require_safe
def mine_material(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """A file of the event, for who has a place."""
    row = opened(request, token)
    if isinstance(row, HttpResponse):
        return row
    found = get_object_or_404(Material.objects.behind_link_of(row, now()).select_related("file"), pk=number)
    return answer_file(found.file)
