"""Newsletters as a region's coordinators write and send them, with their subscribers and addresses that bounce."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base import dates
from base.clock import now, today
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from events.models import Event
from home.forms.newsletters import (
    InsertForm,
    LiftForm,
    SectionFormSet,
    SendForm,
    SubscriberFilter,
    TestForm,
    TextForm,
)
from home.views.newsletter import PART, ROWS, languages_of, publisher_of, region_of, scope_of, shown
from outbox import rules
from outbox.actions import newsletters, subscriptions, suppression
from outbox.letters import mail_of
from outbox.models import Issue, IssueText, Letter, Subscription, Suppression
from outbox.newsletter import Publisher, Section, chosen_language, html
from outbox.rules import UNDO_BULK, TextHasChanged
from outbox.states import BEGUN, IssueState, Left, LetterState, SubscriptionState
from people.models import Region
from people.states import Language
from programmes.models import Cohort

TONES = {
    IssueState.RELEASED: "warn",
    IssueState.SENDING: "on",
    IssueState.PAUSED: "warn",
    IssueState.SENT: "ok",
}


# ---------- What all these pages need ----------


def _regions(request: HttpRequest) -> list[Region]:
    """The regions whose newsletters the reader writes; whoever writes none finds no such page."""
    regions = [region for region in Region.objects.visible_to(request.user) if PART in region.parts]
    if not regions:
        raise Http404
    return regions


def _chosen(request: HttpRequest, regions: Sequence[Region]) -> Region:
    """The region that is asked for, else the reader's own, else the first."""
    person: Any = request.user
    asked = request.GET.get("region") or request.POST.get("region") or ""
    if asked:
        found = next((region for region in regions if str(region.pk) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((region for region in regions if region.pk == person.home_region_id), regions[0])


def _issue(request: HttpRequest, pk: int) -> tuple[Issue, Region]:
    issue = get_object_or_404(Issue.objects.visible_to(request.user), pk=pk)
    region = region_of(issue.scope)
    if region is None or PART not in region.parts:
        raise Http404
    return issue, region


def _subnav(region: Region, here: str) -> list[tuple[str, str, bool]]:
    pages = [
        ("newsletters", pgettext("newsletters", "Issues")),
        ("newsletter_subscribers", _("Subscribers")),
        ("newsletter_suppressed", _("Addresses without delivery")),
    ]
    return [(f"{reverse(f'home:{name}')}?region={region.pk}", words, name == here) for name, words in pages]


def _other_regions(regions: Sequence[Region], chosen: Region) -> list[tuple[str, str]]:
    return [(f"?region={region.pk}", region.name) for region in regions if region != chosen]


def _title(issue: Issue, texts: Sequence[IssueText]) -> str:
    """What an issue is called: its subject in the publisher's first language that has one."""
    by_language = {text.language: text.subject for text in texts if text.subject}
    code = chosen_language(issue.from_whom.languages[0], by_language, issue.from_whom.languages)
    return by_language.get(code, "") or _("Issue without a subject")


def _crumbs(issue: Issue, title: str) -> list[tuple[str, str]]:
    return [(reverse("home:newsletters"), _("Newsletter")), (issue.get_absolute_url(), title)]


def _names(codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, name) for code, name in Language.choices if code in codes]


def _by_language(scope: str) -> dict[str, int]:
    """How many get the newsletter in each language."""
    return dict(newsletters.readers_of(scope).order_by().values_list("language").annotate(Count("pk")))


def _subscribers(count: int) -> str:
    return ngettext("%(n)s subscriber", "%(n)s subscribers", count) % {"n": dates.number(count)}


# ---------- Issues ----------


@dataclass(frozen=True)
class Line:
    """An issue in the list."""

    issue: Issue
    title: str
    languages: str
    tone: str
    sent: int


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """A region's issues: drafts first, then what has been sent."""
    regions = _regions(request)
    region = _chosen(request, regions)
    found = Issue.objects.visible_to(request.user).filter(scope=scope_of(region)).prefetch_related("texts")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    batches = [issue.batch_id for issue in page if issue.batch_id]
    sent = Letter.objects.filter(batch__in=batches, state=LetterState.SENT).order_by()
    by_batch = dict(sent.values_list("batch").annotate(Count("pk")))
    total = newsletters.readers_of(scope_of(region)).count()
    context = {
        "place": region,
        "others": _other_regions(regions, region),
        "links": _subnav(region, "newsletters"),
        "page": page,
        "lines": [
            Line(
                issue,
                _title(issue, texts),
                ", ".join(name for _code, name in _names([text.language for text in texts])),
                TONES.get(IssueState(issue.state), ""),
                by_batch.get(issue.batch_id, 0),
            )
            for issue in page
            for texts in [list(issue.texts.all())]
        ],
        "facts": [_subscribers(total)],
    }
    return render(request, "home/newsletters.html", context)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin an issue, and go on to its page."""
    region = _chosen(request, _regions(request))
    return redirect(newsletters.begin_issue(publisher=publisher_of(region), by=request.user, now=now()))


@dataclass(frozen=True)
class LanguageRow:
    """An issue in one language, on its page."""

    code: str
    name: str
    text: IssueText | None
    readers: str


@require_safe
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue: its texts, a test letter, when it leaves, how far it has come."""
    row, region = _issue(request, pk)
    texts = {text.language: text for text in row.texts.all()}
    counts = _by_language(row.scope)
    begun = row.state in BEGUN
    title = _title(row, list(texts.values()))
    context = {
        "issue": row,
        "place": region,
        "title": title,
        "tone": TONES.get(IssueState(row.state), ""),
        "crumbs": _crumbs(row, title)[:1],
        "rows": [
            LanguageRow(code, name, texts.get(code), _subscribers(counts.get(code, 0)))
            for code, name in _names([*languages_of(region), *texts])
        ],
        "complete": [text.language for text in texts.values() if text.complete],
        "test_form": TestForm(
            languages=[text.language for text in texts.values() if text.complete],
            initial={"language": next((text.language for text in texts.values() if text.complete), "")},
        ),
        "refusal": rules.why_not_release_issue(row, list(texts.values()), readers=sum(counts.values())),
        "progress": newsletters.progress_of(row) if begun else None,
        "begun": begun,
        "archive": reverse("home:newsletter_archived", args=[region.slug, row.number]) if begun else "",
    }
    part = "home/parts/newsletter_progress.html" if getattr(request, "htmx", False) and begun else ""
    return render(request, part or "home/newsletter_issue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Write the issue in one language; the buttons at a section move or remove it, and save what is typed too."""
    row, region = _issue(request, pk)
    if language not in languages_of(region):
        raise Http404
    if refusal := rules.why_not_change(row):
        if request.method == "POST":
            raise refusal
        messages.warning(request, str(refusal))
        return redirect(row)
    stored = row.texts.filter(language=language).first()
    initial: dict[str, Any] = {"version": stored.version if stored else 0}
    if stored:
        initial |= {"subject": stored.subject, "preface": stored.preface}
    parts = [part.__dict__ for part in stored.parts] if stored else []
    data = request.POST or None
    form = TextForm(data, initial=initial)
    # What is typed is taken as it is, not as a change of what was stored.
    sections = SectionFormSet(data, initial=parts if data is None else None, prefix="s")
    theirs: IssueText | None = None
    if data is not None and data.get("do") == "remove":
        newsletters.drop_text(issue=row, language=language, by=request.user, now=now())
        messages.success(request, _("The text in this language is removed."))
        return redirect(row)
    # Both are asked, so that the page shows what is wrong in either.
    if form.is_valid() & sections.is_valid():
        try:
            newsletters.keep_text(
                issue=row,
                language=language,
                subject=form.cleaned_data["subject"],
                preface=form.cleaned_data["preface"],
                sections=_moved([one.section() for one in sections], request.POST.get("do", "")),
                version=form.cleaned_data["version"],
                by=request.user,
                now=now(),
            )
        except TextHasChanged as refusal:
            theirs = row.texts.filter(language=language).first()
            form.add_error(None, str(refusal))
            # Whoever saves once more has seen the other text.
            form.data = {**request.POST.dict(), "version": str(theirs.version if theirs else 0)}
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The text is saved."))
            if request.POST.get("do") == "preview":
                return redirect("home:newsletter_preview", row.pk, language)
            return redirect("home:newsletter_text", row.pk, language)
    title = _title(row, list(row.texts.all()))
    context = {
        "issue": row,
        "title": title,
        "crumbs": _crumbs(row, title),
        "language_name": Language(language).label,
        "language_code": language,
        "sections": sections,
        "last": len(sections.forms) - 1,
        "stored": stored,
        "theirs": theirs,
        "their_sections": theirs.parts if theirs else [],
    }
    answer = render_form(request, "home/newsletter_text.html", form, context)
    if theirs:
        answer.status_code = 409
    elif sections.is_bound and not sections.is_valid():
        answer.status_code = 422
    return answer


def _moved(sections: list[Section], do: str) -> list[Section]:
    """The sections after one of them has been moved up or removed: "up-2", "drop-2"."""
    verb, _dash, place = do.partition("-")
    number = int(place) if place.isdigit() else -1
    if not 0 <= number < len(sections):
        return sections
    if verb == "drop":
        return sections[:number] + sections[number + 1 :]
    if verb == "up" and number:
        return [*sections[: number - 1], sections[number], sections[number - 1], *sections[number + 1 :]]
    return sections


@require_safe
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The issue as its readers get it in one language, as wide as on a desk or on a phone, and as text."""
    row, _region = _issue(request, pk)
    found = get_object_or_404(row.texts.all(), language=language)
    title = _title(row, list(row.texts.all()))
    width = request.GET.get("width", "")
    with override(language):
        sections, preface = shown(found), html(found.preface)
    mail = mail_of(found)
    here = reverse("home:newsletter_preview", args=[row.pk, language])
    context = {
        "issue": row,
        "text": found,
        "mail": mail,
        "sections": sections,
        "preface": preface,
        "crumbs": _crumbs(row, title),
        "language_name": Language(language).label,
        "language_code": language,
        "width": width if width in ("phone", "plain") else "desk",
        "publisher": row.from_whom,
        "links": [
            (here, _("As on a desk"), width not in ("phone", "plain")),
            (f"{here}?width=phone", _("As on a phone"), width == "phone"),
            (f"{here}?width=plain", _("As plain text"), width == "plain"),
        ],
        "others": [
            (reverse("home:newsletter_preview", args=[row.pk, code]), name)
            for code, name in _names([one.language for one in row.texts.all()])
            if code != language
        ],
        "changeable": rules.why_not_change(row) is None,
    }
    return render(request, "home/newsletter_preview.html", context)


# ---------- What is coming in the region ----------


@dataclass(frozen=True)
class Coming:
    """Something that anybody may know of: what it is called on the page, and as a section in each language."""

    key: str
    words: str
    sections: dict[str, Section]


def coming_in(region: Region, publisher: Publisher) -> list[Coming]:
    """Open rounds and public events of a region, as plain sections in its languages."""
    nobody = AnonymousUser()
    moment = now()
    rounds = (
        Cohort.objects.visible_to(nobody)
        .open_on(today(region.time_zone))
        .filter(programme__region=region)
        .select_related("programme")
        .order_by("closes_on")
    )
    events = Event.objects.visible_to(nobody).published().to_come(moment).filter(region=region)
    found = [
        Coming(
            f"cohort-{cohort.pk}",
            _("%(what)s, apply until %(day)s") % {"what": cohort, "day": dates.plain_day(cohort.closes_on)},
            {code: _round_section(cohort, region, code) for code in publisher.languages},
        )
        for cohort in rounds
        if cohort.closes_on
    ]
    return found + [
        Coming(
            f"event-{event.pk}",
            f"{event.title}, {dates.day_short(event.date)}",
            {code: _event_section(event, code) for code in publisher.languages},
        )
        for event in events[:40]
    ]


def _plain(words: str) -> str:
    """What somebody wrote elsewhere is no formatting here."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#-+!." else sign for sign in words)


def _round_section(cohort: Cohort, region: Region, language: str) -> Section:
    with override(language):
        programme = cohort.programme
        lines = [_plain(programme.summary)] if programme.summary else []
        if cohort.closes_on:
            lines.append(_plain(_("Apply until %(day)s.") % {"day": dates.plain_day(cohort.closes_on)}))
        return Section(
            heading=str(programme.title)[:150],
            text="\n\n".join(lines),
            link=_whole(reverse("programmes:programme", args=[region.slug, programme.slug])),
            link_words=_("Read about it and apply")[:80],
        )


def _event_section(event: Event, language: str) -> Section:
    with override(language):
        when = f"{dates.day(event.date)} {dates.time_span(event.start_time, event.end_time)}"
        where = ", ".join(words for words in (event.venue, event.address) if words)
        return Section(
            heading=str(event.title)[:150],
            text="\n".join(_plain(line) for line in (when, where) if line),
            link=_whole(event.get_absolute_url()),
            link_words=_("Read more and register")[:80],
        )


def _whole(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


@require_http_methods(["GET", "HEAD", "POST"])
def insert(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose coming events and open rounds; each becomes a section in every language, to be edited like any other."""
    row, region = _issue(request, pk)
    publisher = publisher_of(region)
    coming = coming_in(region, publisher)
    form = InsertForm(request.POST or None, choices=[(one.key, one.words) for one in coming])
    if form.is_valid():
        chosen = [one for one in coming if one.key in form.cleaned_data["chosen"]]
        sections = {code: [one.sections[code] for one in chosen] for code in publisher.languages}
        try:
            newsletters.add_sections(issue=row, sections=sections, by=request.user, now=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The sections stand at the end of the issue, in every language."))
            return redirect(row)
    title = _title(row, list(row.texts.all()))
    context = {"issue": row, "crumbs": _crumbs(row, title), "coming": coming}
    return render_form(request, "home/newsletter_insert.html", form, context)


# ---------- Test, send, stop ----------


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """A test letter to the person who asks."""
    row, _region = _issue(request, pk)
    person: Any = request.user
    languages = [one.language for one in row.texts.all() if one.complete]
    form = TestForm(request.POST, languages=languages)
    if not languages or not form.is_valid():
        messages.warning(request, _("Write the issue in at least one language first."))
    elif not person.email:
        messages.warning(request, _("Helmi has no address of yours to send the test letter to."))
    else:
        newsletters.send_test(issue=row, language=form.cleaned_data["language"], by=person, now=now())
        messages.success(request, _("A test letter is on its way to %(address)s.") % {"address": person.email})
    return redirect(row)


test.__test__ = False  # type: ignore[attr-defined]  # a view, not a test


@dataclass(frozen=True)
class Receivers:
    """Who gets the issue in which language."""

    name: str
    count: str
    subject: str
    subject_language: str
    fallback: bool


@require_http_methods(["GET", "HEAD", "POST"])
@audited("newsletter.released", look="newsletter.checked")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Check who gets what, then release it: at once, after ten minutes to undo, or at a time."""
    row, region = _issue(request, pk)
    note(request, about=row, scope=row.scope)
    texts = {one.language: one for one in row.texts.all()}
    counts = _by_language(row.scope)
    refusal = rules.why_not_release_issue(row, list(texts.values()), readers=sum(counts.values()))
    form = SendForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            newsletters.release_issue(
                issue=row, publisher=publisher_of(region), by=request.user, now=now(), send_at=form.send_at
            )
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The issue is released. You can undo it until it leaves."))
            return redirect(row)
    stopped = Suppression.objects.in_force().filter(address__in=newsletters.readers_of(row.scope).values("address"))
    title = _title(row, list(texts.values()))
    receivers = []
    for code, name in Language.choices:
        if not counts.get(code):
            continue
        got = chosen_language(code, texts, languages_of(region))
        subject = texts[got].subject if got else ""
        receivers.append(Receivers(name, _subscribers(counts[code]), subject, got, got != code))
    context = {
        "issue": row,
        "crumbs": _crumbs(row, title),
        "title": title,
        "receivers": receivers,
        "total": _subscribers(sum(counts.values())),
        "stopped": stopped.count(),
        "refusal": refusal,
        "minutes": int(UNDO_BULK.total_seconds() // 60),
    }
    return render_form(request, "home/newsletter_send.html", form, context)


@require_POST
@audited("newsletter.handled")
def act(request: HttpRequest, pk: int, deed: Literal["undo", "pause", "resume"]) -> HttpResponse:
    """Take a release back, pause what is being sent, or let it go on."""
    row, _region = _issue(request, pk)
    note(request, about=row, scope=row.scope, deed=deed)
    try:
        if deed == "undo":
            newsletters.undo_issue(issue=row, by=request.user, now=now())
            done = _("The issue is a draft again. Nobody has got it.")
        elif deed == "pause":
            newsletters.pause_issue(issue=row, by=request.user, now=now())
            done = _("The issue is paused. Letters that had begun to leave arrive, the others wait.")
        else:
            newsletters.resume_issue(issue=row, by=request.user, now=now())
            done = _("The issue goes on where it was.")
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(row)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a draft is thrown away, which cannot be undone."""
    row, _region = _issue(request, pk)
    refusal = rules.why_not_change(row)
    if request.method == "POST" and refusal is None:
        try:
            newsletters.drop_issue(issue=row, by=request.user, now=now())
        except Refusal as no:
            messages.warning(request, str(no))
            return redirect(row)
        messages.success(request, _("The draft is thrown away."))
        return redirect("home:newsletters")
    title = _title(row, list(row.texts.all()))
    context = {"issue": row, "title": title, "crumbs": _crumbs(row, title), "refusal": refusal}
    return render(request, "home/newsletter_drop.html", context)


# ---------- Subscribers, and addresses that bounce ----------


@require_safe
@audited("subscribers.listed")
def subscribers(request: HttpRequest) -> HttpResponse:
    """Who subscribes to a region's newsletter, and how many in each language."""
    regions = _regions(request)
    region = _chosen(request, regions)
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
        "others": _other_regions(regions, region),
        "links": _subnav(region, "newsletter_subscribers"),
        "page": page,
        "rows": [(row, Language(row.language).label, row.address in stopped) for row in page],
        "figures": [(name, *by_language[code]) for code, name in Language.choices if code in by_language],
        "filtered": filtered,
        "count": _subscribers(page.paginator.count),
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
    regions = _regions(request)
    region = _chosen(request, regions)
    note(request, about=region, scope=scope_of(region))
    here = Subscription.objects.visible_to(request.user).filter(scope=scope_of(region)).values("address")
    found = Suppression.objects.visible_to(request.user).in_force().filter(address__in=here)
    context = {
        "place": region,
        "others": _other_regions(regions, region),
        "links": _subnav(region, "newsletter_suppressed"),
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "bounces": suppression.BOUNCES,
    }
    return render(request, "home/newsletter_suppressed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audited("suppression.lifted", look="suppressed.listed")
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to an address again, and say why."""
    _regions(request)
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
