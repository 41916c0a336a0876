"""A region's newsletter as its readers meet it: subscribe, confirm, read earlier issues, leave, and one's own page."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.forms import render_form
from base.refusal import Refusal
from base.tokens import LinkAltered, LinkExpired, unseal
from home.forms.newsletters import OwnSubscriptionForm, SubscribeForm
from home.navigation import NEWSLETTER as PART
from outbox import rules
from outbox.actions import subscriptions as actions
from outbox.letters import CONFIRMING, LEAVING, fallback_note
from outbox.models import Issue, IssueText, Subscription
from outbox.newsletter import Publisher, chosen_language, html
from outbox.states import Left, SubscriptionState
from people.models import Participation, Person, Region
from people.rules import addresses_of
from people.states import Language

ROWS = 25
WISHES = 30  # that one network address can cause in an hour


# ---------- What all these pages need ----------


def scope_of(region: Region) -> str:
    """The key by which the outbox knows a region."""
    return f"region:{region.pk}"


def region_of(scope: str) -> Region | None:
    """The region behind such a key."""
    return Region.objects.filter(pk=_pk_of(scope)).first()


def _pk_of(scope: str) -> int:
    kind, _colon, pk = scope.partition(":")
    return int(pk) if kind == "region" and pk.isdigit() else 0


def publisher_of(region: Region) -> Publisher:
    """The region as plain facts, for the outbox."""
    names = {code: str(getattr(region, f"name_{code}", "") or region.name) for code, _name in settings.LANGUAGES}
    return Publisher(
        scope=scope_of(region),
        slug=region.slug,
        names=names,
        sender=region.sender_name,
        reply_to=region.sender_address,
        languages=[code for code in region.languages if code in names] or [settings.LANGUAGE_CODE],
    )


def languages_of(region: Region) -> list[str]:
    """The languages that the region's newsletter can come in."""
    return list(publisher_of(region).languages)


@dataclass(frozen=True)
class Shown:
    """A section as a page shows it: its text is HTML that has been cleaned."""

    heading: str
    html: str
    href: str
    words: str


def shown(text: IssueText) -> list[Shown]:
    """The sections of a text as a page shows them."""
    return [Shown(part.heading, html(part.text), part.href, part.words) for part in text.parts]


def _public(slug: str) -> Region:
    """The region, when it has a newsletter; else there is no such page."""
    region = get_object_or_404(Region, slug=slug)
    if PART not in region.parts:
        raise Http404
    return region


def _within(request: HttpRequest) -> bool:
    """Count one more wish from the request's network address; whether it is still within the hour's limit."""
    key = f"newsletter:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, 3600)
    return cache.incr(key) <= WISHES


# ---------- Subscribe and read ----------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest, region: str) -> HttpResponse:
    """What the newsletter is, how to subscribe, and the issues so far. The answer is the same for every address."""
    place = _public(region)
    publisher = publisher_of(place)
    spoken = get_language() or ""
    initial = {"language": chosen_language(spoken, publisher.languages, publisher.languages)}
    if isinstance(request.user, Person):
        initial["email"] = request.user.email or ""
    form = SubscribeForm(request.POST or None, languages=publisher.languages, initial=initial)
    status = 0
    if form.is_valid():
        if _within(request):
            actions.ask(
                publisher=publisher,
                address=form.cleaned_data["email"],
                language=form.cleaned_data["language"],
                read_in=spoken,
                now=now(),
            )
            return redirect("home:newsletter_asked", place.slug)
        form.add_error(None, _("Too many addresses have been written here from your network. Try again in an hour."))
        status = 429
    issues = Issue.objects.published().filter(scope=publisher.scope).order_by("-number").prefetch_related("texts")
    page = Paginator(issues, ROWS).get_page(request.GET.get("page"))
    context = {
        "region": place,
        "page": page,
        "earlier": [(issue, _text_for(issue, spoken)) for issue in page],
        "days": actions.KEPT.days,
    }
    answer = render_form(request, "home/newsletter.html", form, context)
    answer.status_code = status or answer.status_code
    return answer


def _text_for(issue: Issue, spoken: str) -> IssueText | None:
    """The issue in the reader's language, or in the region's first that it has."""
    texts = {text.language: text for text in issue.texts.all()}
    return texts.get(chosen_language(spoken, texts, issue.from_whom.languages))


@login_not_required
@require_safe
def newsletter_asked(request: HttpRequest, region: str) -> HttpResponse:
    """What happens now: look into the mailbox. It says nothing about the address that was typed."""
    return render(request, "home/newsletter_asked.html", {"region": _public(region), "days": actions.LINK_DAYS})


@login_not_required
@require_safe
def newsletter_archived(request: HttpRequest, region: str, number: int) -> HttpResponse:
    """An issue that has been sent, for everybody, in the reader's language where it has been written."""
    place = _public(region)
    issue = get_object_or_404(Issue.objects.published().filter(scope=scope_of(place)), number=number)
    spoken = get_language() or ""
    text = _text_for(issue, spoken)
    if text is None:
        raise Http404
    context = {
        "region": place,
        "issue": issue,
        "text": text,
        "preface": html(text.preface),
        "sections": shown(text),
        "note": fallback_note(spoken, text.language),
        "others": [
            (code, name)
            for code, name in Language.choices
            if code != text.language and code in {one.language for one in issue.texts.all()}
        ],
    }
    return render(request, "home/newsletter_archived.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter: a page with one button, which confirms; opening it changes nothing."""
    try:
        facts = unseal(CONFIRMING, token, days=actions.LINK_DAYS)
        row = Subscription.objects.filter(pk=facts["s"]).first()
        language = str(facts["l"])
        refusal: Refusal | None = rules.why_not_confirm(row, str(facts["n"])) if row else LinkExpired()
    except LinkAltered as altered:
        return _no_subscription(request, altered, status=404)
    except LinkExpired as expired:
        return _no_subscription(request, expired, status=410)
    region = region_of(row.scope) if row else None
    if row is None or region is None or PART not in region.parts:
        return _no_subscription(request, refusal or LinkExpired(), status=410)
    if request.method == "POST" and refusal is None:
        try:
            actions.confirm(subscription=row, nonce=str(facts["n"]), language=language, now=now())
        except Refusal as late:
            return _no_subscription(request, late, status=410)
        return redirect(request.path)
    if refusal and row.state != SubscriptionState.CONFIRMED:
        return _no_subscription(request, refusal, status=410)
    context = {
        "region": region,
        "row": row,
        "done": refusal is not None,
        "changing": row.state == SubscriptionState.CONFIRMED,
        "language_name": Language(language if refusal is None else row.language).label,
        "language_code": language if refusal is None else row.language,
        "days": actions.KEPT.days,
    }
    return _private(render(request, "home/newsletter_confirm.html", context))


@csrf_exempt  # the token is the right to leave: mail programs press the button without our cookies (RFC 8058)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter_leave(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every issue: a page with one button; a mail program's own button posts here and is done."""
    try:
        facts = unseal(LEAVING, token)
    except LinkAltered as altered:
        return _no_subscription(request, altered, status=404)
    row = Subscription.objects.filter(pk=facts["s"]).first()
    if row is None:
        return _no_subscription(request, None, status=410)
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    if request.method == "POST":
        actions.leave(subscription=row, how=Left.ONE_CLICK if one_click else Left.LINK, now=now())
        return HttpResponse(status=204) if one_click else redirect(request.path)
    context = {
        "region": region_of(row.scope),
        "row": row,
        "left": row.state == SubscriptionState.LEFT,
        "days": actions.KEPT.days,
    }
    return _private(render(request, "home/newsletter_leave.html", context))


def _no_subscription(request: HttpRequest, refusal: Refusal | None, *, status: int) -> HttpResponse:
    """A link that opens nothing, in words."""
    return _private(render(request, "home/newsletter_no_link.html", {"refusal": refusal}, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


# ---------- One's own ----------


@dataclass(frozen=True)
class Own:
    """A newsletter on a person's own page: what she gets of it, and the form to get it or to change its language."""

    region: Region
    row: Subscription | None
    form: OwnSubscriptionForm


@require_http_methods(["GET", "POST"])
def my_newsletters(request: HttpRequest) -> HttpResponse:
    """The newsletters that come to the person's own confirmed addresses, and those that could."""
    person: Any = request.user
    addresses = [row.email for row in addresses_of(person) if row.verified]
    rows = list(Subscription.objects.of_addresses(addresses).exclude(state=SubscriptionState.LEFT))
    near = {person.home_region_id, *_works_in(person), *person.reach.region_ids}
    subscribed = {_pk_of(row.scope) for row in rows}
    regions = [region for region in Region.objects.filter(pk__in=near | subscribed) if PART in region.parts]
    if request.method == "POST":
        return _change_mine(request, regions, addresses)
    return render(
        request,
        "home/my_newsletters.html",
        {"owns": _owns(regions, rows, addresses), "addresses": addresses, "days": actions.KEPT.days},
    )


def _works_in(person: Person) -> list[int]:
    """The regions in which one of the person's organisations takes part today."""
    day = now().date()
    paths = person.employments.on(day).values_list("unit__path", flat=True)
    organisations = {int(part) for path in paths for part in path.split("/") if part}
    return list(
        Participation.objects.on(day).filter(organisation__in=organisations).values_list("region_id", flat=True)
    )


def _owns(regions: list[Region], rows: list[Subscription], addresses: list[str]) -> list[Own]:
    owns: list[Own] = []
    for region in regions:
        there = [row for row in rows if row.scope == scope_of(region) and row.state == SubscriptionState.CONFIRMED]
        some: list[Subscription | None] = [*there] or [None]
        for row in some:
            address = next(
                (one for one in addresses if row and one.lower() == row.address), addresses[:1] and addresses[0]
            )
            initial = {
                "region": region.pk,
                "address": address,
                "language": row.language if row else get_language(),
            }
            form = OwnSubscriptionForm(
                initial=initial, addresses=addresses, languages=languages_of(region), auto_id=f"id_{len(owns)}_%s"
            )
            owns.append(Own(region, row, form))
    return owns


def _change_mine(request: HttpRequest, regions: list[Region], addresses: list[str]) -> HttpResponse:
    """Subscribe, change the language, or leave; only what is hers can be named."""
    pk = request.POST.get("region", "")
    region = next((one for one in regions if str(one.pk) == pk), None)
    if region is None:
        return redirect("home:my_newsletters")
    form = OwnSubscriptionForm(request.POST, addresses=addresses, languages=languages_of(region))
    if not form.is_valid():
        return redirect("home:my_newsletters")
    address, language = form.cleaned_data["address"], form.cleaned_data["language"]
    if request.POST.get("do") == "leave":
        row = Subscription.objects.of_addresses([address]).filter(scope=scope_of(region)).first()
        if row:
            actions.leave(subscription=row, how=Left.OWN_PAGE, now=now())
        messages.success(request, _("You no longer get the newsletter of %(region)s.") % {"region": region.name})
    else:
        actions.join(
            publisher=publisher_of(region),
            address=address,
            language=language,
            read_in=get_language() or "",
            now=now(),
        )
        messages.success(
            request,
            _("The newsletter of %(region)s comes to %(address)s.") % {"region": region.name, "address": address},
        )
    return redirect("home:my_newsletters")
