"""Newsletters as a region's coordinators begin, try, send, pause and resume them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base import dates
from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from home.forms.newsletters import (
    SendForm,
    TestForm,
)
from home.views.newsletter import PART, ROWS, languages_of, publisher_of, region_of, scope_of
from outbox import rules
from outbox.actions import newsletters
from outbox.models import Issue, IssueText, Letter, Suppression
from outbox.newsletter import chosen_language
from outbox.rules import UNDO_BULK
from outbox.states import BEGUN, IssueState, LetterState
from people.models import Region
from people.states import Language

TONES = {
    IssueState.RELEASED: "warn",
    IssueState.SENDING: "on",
    IssueState.PAUSED: "warn",
    IssueState.SENT: "ok",
}


# ---------- What all these pages need ----------


def regions_of(request: HttpRequest) -> list[Region]:
    """The regions whose newsletters the reader writes; whoever writes none finds no such page."""
    regions = [region for region in Region.objects.visible_to(request.user) if PART in region.parts]
    if not regions:
        raise Http404
    return regions


def chosen_region(request: HttpRequest, regions: Sequence[Region]) -> Region:
    """The region that is asked for, else the reader's own, else the first."""
    person: Any = request.user
    asked = request.GET.get("region") or request.POST.get("region") or ""
    if asked:
        found = next((region for region in regions if str(region.pk) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((region for region in regions if region.pk == person.home_region_id), regions[0])


def issue_of(request: HttpRequest, pk: int) -> tuple[Issue, Region]:
    issue = get_object_or_404(Issue.objects.visible_to(request.user), pk=pk)
    region = region_of(issue.scope)
    if region is None or PART not in region.parts:
        raise Http404
    return issue, region


def subnav_of(region: Region, here: str) -> list[tuple[str, str, bool]]:
    pages = [
        ("newsletters", pgettext("newsletters", "Issues")),
        ("newsletter_subscribers", _("Subscribers")),
        ("newsletter_suppressed", _("Addresses without delivery")),
    ]
    return [(f"{reverse(f'home:{name}')}?region={region.pk}", words, name == here) for name, words in pages]


def other_regions(regions: Sequence[Region], chosen: Region) -> list[tuple[str, str]]:
    return [(f"?region={region.pk}", region.name) for region in regions if region != chosen]


def title_of(issue: Issue, texts: Sequence[IssueText]) -> str:
    """What an issue is called: its subject in the publisher's first language that has one."""
    by_language = {text.language: text.subject for text in texts if text.subject}
    code = chosen_language(issue.from_whom.languages[0], by_language, issue.from_whom.languages)
    return by_language.get(code, "") or _("Issue without a subject")


def crumbs_of(issue: Issue, title: str) -> list[tuple[str, str]]:
    return [(reverse("home:newsletters"), _("Newsletter")), (issue.get_absolute_url(), title)]


def names_of(codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, name) for code, name in Language.choices if code in codes]


def _by_language(scope: str) -> dict[str, int]:
    """How many get the newsletter in each language."""
    return dict(newsletters.readers_of(scope).order_by().values_list("language").annotate(Count("pk")))


def subscribers_in_words(count: int) -> str:
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
    regions = regions_of(request)
    region = chosen_region(request, regions)
    found = Issue.objects.visible_to(request.user).filter(scope=scope_of(region)).prefetch_related("texts")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    batches = [issue.batch_id for issue in page if issue.batch_id]
    sent = Letter.objects.filter(batch__in=batches, state=LetterState.SENT).order_by()
    by_batch = dict(sent.values_list("batch").annotate(Count("pk")))
    total = newsletters.readers_of(scope_of(region)).count()
    context = {
        "place": region,
        "others": other_regions(regions, region),
        "links": subnav_of(region, "newsletters"),
        "page": page,
        "lines": [
            Line(
                issue,
                title_of(issue, texts),
                ", ".join(name for _code, name in names_of([text.language for text in texts])),
                TONES.get(IssueState(issue.state), ""),
                by_batch.get(issue.batch_id, 0),
            )
            for issue in page
            for texts in [list(issue.texts.all())]
        ],
        "facts": [subscribers_in_words(total)],
    }
    return render(request, "home/newsletters.html", context)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin an issue, and go on to its page."""
    region = chosen_region(request, regions_of(request))
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
    row, region = issue_of(request, pk)
    texts = {text.language: text for text in row.texts.all()}
    counts = _by_language(row.scope)
    begun = row.state in BEGUN
    title = title_of(row, list(texts.values()))
    context = {
        "issue": row,
        "place": region,
        "title": title,
        "tone": TONES.get(IssueState(row.state), ""),
        "crumbs": crumbs_of(row, title)[:1],
        "rows": [
            LanguageRow(code, name, texts.get(code), subscribers_in_words(counts.get(code, 0)))
            for code, name in names_of([*languages_of(region), *texts])
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


# ---------- Test, send, stop ----------


@require_POST
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A test letter to the person who asks."""
    row, _region = issue_of(request, pk)
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
    row, region = issue_of(request, pk)
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
    title = title_of(row, list(texts.values()))
    receivers = []
    for code, name in Language.choices:
        if not counts.get(code):
            continue
        got = chosen_language(code, texts, languages_of(region))
        subject = texts[got].subject if got else ""
        receivers.append(Receivers(name, subscribers_in_words(counts[code]), subject, got, got != code))
    context = {
        "issue": row,
        "crumbs": crumbs_of(row, title),
        "title": title,
        "receivers": receivers,
        "total": subscribers_in_words(sum(counts.values())),
        "stopped": stopped.count(),
        "refusal": refusal,
        "minutes": int(UNDO_BULK.total_seconds() // 60),
    }
    return render_form(request, "home/newsletter_send.html", form, context)


@require_POST
@audited("newsletter.handled")
def act(request: HttpRequest, pk: int, deed: Literal["undo", "pause", "resume"]) -> HttpResponse:
    """Take a release back, pause what is being sent, or let it go on."""
    row, _region = issue_of(request, pk)
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
    row, _region = issue_of(request, pk)
    refusal = rules.why_not_change(row)
    if request.method == "POST" and refusal is None:
        try:
            newsletters.drop_issue(issue=row, by=request.user, now=now())
        except Refusal as no:
            messages.warning(request, str(no))
            return redirect(row)
        messages.success(request, _("The draft is thrown away."))
        return redirect("home:newsletters")
    title = title_of(row, list(row.texts.all()))
    context = {"issue": row, "title": title, "crumbs": crumbs_of(row, title), "refusal": refusal}
    return render(request, "home/newsletter_drop.html", context)
