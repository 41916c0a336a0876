"""Who subscribes to a region's newsletter, and the addresses that letters come back from."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from home.forms.newsletters import LiftForm, SubscriberFilter
from home.views.newsletter import PART, ROWS, region_of, scope_of
from home.views.newsletters import chosen_region, other_regions, regions_of, subnav_of, subscribers_in_words
from outbox.actions import subscriptions, suppression
from outbox.models import Subscription, Suppression
from outbox.states import Left, SubscriptionState
from people.states import Language


@require_safe
@audited("subscribers.listed")
def subscribers(request: HttpRequest) -> HttpResponse:
    """Who subscribes to a region's newsletter, and how many in each language."""
    regions = regions_of(request)
    region = chosen_region(request, regions)
    note(request, about=region, scope=scope_of(region))
    mine = Subscription.objects.visible_to(request.user).filter(scope=scope_of(region))
    form = SubscriberFilter(request.GET or None, initial={"region": region.pk})
    found, filtered = mine, False
    if form.is_valid():
        if address := form.cleaned_data["address"].strip().lower():
            found, filtered = found.filter(address__startswith=address), True
        if state := form.cleaned_data["state"]:
            found, filtered = found.filter(state=state), True
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    counts = (
        mine.order_by()
        .values_list("language")
        .annotate(
            confirmed=Count("pk", filter=Q(state=SubscriptionState.CONFIRMED)),
            asked=Count("pk", filter=Q(state=SubscriptionState.ASKED)),
        )
    )
    by_language = {code: (confirmed, asked) for code, confirmed, asked in counts}
    stopped = set(
        Suppression.objects.in_force()
        .filter(address__in=[row.address for row in page])
        .values_list("address", flat=True)
    )
    context = {
        "place": region,
        "others": other_regions(regions, region),
        "links": subnav_of(region, "newsletter_subscribers"),
        "page": page,
        "rows": [(row, Language(row.language).label, row.address in stopped) for row in page],
        "figures": [(name, *by_language[code]) for code, name in Language.choices if code in by_language],
        "filtered": filtered,
        "count": subscribers_in_words(page.paginator.count),
        "clear": f"{reverse('home:newsletter_subscribers')}?region={region.pk}",
        "days": subscriptions.KEPT.days,
    }
    return render_form(request, "home/newsletter_subscribers.html", form, context, name="filter")


@require_POST
@audited("subscription.ended")
def end_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """End a subscription for somebody who has asked for it by telephone or letter."""
    row = get_object_or_404(Subscription.objects.visible_to(request.user), pk=pk)
    region = region_of(row.scope)
    if region is None or PART not in region.parts:
        raise Http404
    note(request, about=row, scope=row.scope)
    subscriptions.leave(subscription=row, how=Left.ASKED, now=now())
    messages.success(request, _("No newsletter goes to %(address)s any more.") % {"address": row.address})
    return redirect(f"{reverse('home:newsletter_subscribers')}?region={region.pk}")


@require_safe
@audited("suppressed.listed")
def suppressed(request: HttpRequest) -> HttpResponse:
    """Addresses to which no issue goes, since three letters came back."""
    regions = regions_of(request)
    region = chosen_region(request, regions)
    note(request, about=region, scope=scope_of(region))
    here = Subscription.objects.visible_to(request.user).filter(scope=scope_of(region)).values("address")
    found = Suppression.objects.visible_to(request.user).in_force().filter(address__in=here)
    context = {
        "place": region,
        "others": other_regions(regions, region),
        "links": subnav_of(region, "newsletter_suppressed"),
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "bounces": suppression.BOUNCES,
    }
    return render(request, "home/newsletter_suppressed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audited("suppression.lifted", look="suppressed.listed")
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to an address again, and say why."""
    regions_of(request)
    row = get_object_or_404(Suppression.objects.visible_to(request.user), pk=pk)
    note(request, about=row)
    form = LiftForm(request.POST or None)
    if form.is_valid():
        try:
            suppression.lift(suppression=row, reason=form.cleaned_data["reason"], by=request.user, now=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Newsletters go to %(address)s again.") % {"address": row.address})
            return redirect("home:newsletter_suppressed")
    return render_form(request, "home/newsletter_lift.html", form, {"row": row})
