"""Letters as coordinators and administrators see them: what waits, what is held, what went, what is in trouble."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock, dates, jobs
from base.forms import render_form
from base.marks import audited, note
from base.models import Tick
from base.refusal import Refusal
from outbox import actions, kinds, rules
from outbox.actions.sending import build
from outbox.forms import LetterFilter, ReleaseForm
from outbox.kinds import Mail, Preview
from outbox.models import Batch, FlaggedAddress, Issue, Letter, LetterQuerySet
from outbox.states import RESTORED, LetterState

ROWS = 25
SHELVES: dict[str, tuple[LetterState, ...]] = {
    "waiting": (LetterState.QUEUED, LetterState.RETRY, LetterState.INFLIGHT),
    "held": (LetterState.HELD,),
    "sent": (LetterState.SENT,),
    "trouble": (LetterState.FAILED, LetterState.BOUNCED, LetterState.UNCERTAIN, LetterState.EXPIRED),
    "cancelled": (LetterState.CANCELLED,),
}
TONES = {
    LetterState.SENT: "ok",
    LetterState.HELD: "warn",
    LetterState.RETRY: "warn",
    LetterState.UNCERTAIN: "warn",
    LetterState.EXPIRED: "warn",
    LetterState.FAILED: "danger",
    LetterState.BOUNCED: "danger",
}
log = logging.getLogger("helmi.letters")
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Group:
    """Letters of one kind that were written at the same instant: a row of the list."""

    sample: Letter
    title: str
    about: str
    readers: int
    first: datetime
    last_sent: datetime | None


def _shelf_words() -> dict[str, str]:
    return {
        "waiting": pgettext("letters", "Waiting"),
        "held": _("Held for reading"),
        "sent": pgettext("letters", "Sent"),
        "trouble": _("In trouble"),
        "cancelled": pgettext("letters", "Cancelled"),
    }


def _mine(request: HttpRequest) -> LetterQuerySet:
    """The letters that the reader handles; 404 for those who handle none."""
    person: Any = request.user
    if not (person.reach.administrator or person.reach.coordinator):
        raise Http404
    return Letter.objects.visible_to(person).handled_by(person)


@require_GET
@audited("letters.listed")
def letters(request: HttpRequest) -> HttpResponse:
    """The list: letters by kind and occasion, on five shelves."""
    mine = _mine(request)
    shelf = request.GET.get("shelf", "waiting")
    if shelf not in SHELVES:
        raise Http404
    form = LetterFilter(request.GET or None)
    found = mine.filter(state__in=SHELVES[shelf])
    filtered = False
    if form.is_valid():
        if kind := form.cleaned_data["kind"]:
            found, filtered = found.filter(kind=kind), True
        if reader := form.cleaned_data["reader"].strip():
            found = found.filter(
                Q(person__name__icontains=reader, person__protected=False)
                | Q(person__email__iexact=reader)
                | Q(address__iexact=reader)
            )
            filtered = True
    rows = found.values("kind", "scope", "created_at", "batch").annotate(
        readers=Count("pk"),
        sample_key=Min("key"),
        about_first=Min("about"),
        about_last=Max("about"),
        first=Min("not_before"),
        last_sent=Max("sent_at"),
    )
    rows = rows.order_by(*(["first", "kind"] if shelf in ("waiting", "held") else ["-created_at", "kind"]))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    counts = dict(mine.order_by().values_list("state").annotate(Count("pk")))
    links = [
        (
            f"{reverse('outbox:letters')}?shelf={name}",
            _with_count(words, sum(counts.get(state, 0) for state in SHELVES[name]) if name != "sent" else 0),
            name == shelf,
        )
        for name, words in _shelf_words().items()
    ]
    total = page.paginator.count
    restored = mine.filter(state=LetterState.UNCERTAIN, trouble=RESTORED).count() if counts.get("uncertain") else 0
    context = {
        "shelf": shelf,
        "restored": restored,
        "links": links,
        "page": page,
        "groups": _groups(page),
        "filter": form,
        "filtered": filtered,
        "count": ngettext("%(n)s kind of letter", "%(n)s kinds of letters", total) % {"n": dates.number(total)},
        "clear": f"{reverse('outbox:letters')}?shelf={shelf}" if filtered else "",
    }
    return render_form(request, "outbox/letters.html", form, context, name="filter")


def _with_count(words: str, count: int) -> str:
    return f"{words} ({dates.number(count)})" if count else words


def _groups(page: Page[Any]) -> list[Group]:
    """The rows of a page with a letter of each, and what they are about, in three queries."""
    rows = list(page)
    samples = {
        letter.key: letter
        for letter in Letter.objects.filter(key__in=[row["sample_key"] for row in rows]).select_related(
            "person", "batch"
        )
    }
    about = kinds.names_of({row["about_first"] for row in rows if row["about_first"] == row["about_last"]})
    return [
        Group(
            samples[row["sample_key"]],
            kinds.title(row["kind"]),
            about.get(row["about_first"], "") if row["about_first"] == row["about_last"] else "",
            row["readers"],
            row["first"],
            row["last_sent"],
        )
        for row in rows
        if row["sample_key"] in samples
    ]


def words_of(letter: Letter) -> tuple[Mail | None, str]:
    """What a letter says, personal links masked: what was sent, or what would be now; else why there is nothing."""
    if letter.sent_text and letter.state in (LetterState.SENT, LetterState.BOUNCED, LetterState.UNCERTAIN):
        return Mail(letter.sent_subject, letter.sent_text), ""
    try:
        mail = build(letter)
    except Exception:  # a template or a builder is wrong: the page shows the letter's row all the same
        log.exception("a letter could not be shown", extra={"facts": {"kind": letter.kind}})
        return None, _("The letter cannot be written. The administrators see this fault.")
    if mail is None:
        return None, _("The letter is not true any more, so it is not sent.")
    return Mail(mail.masked(mail.subject), mail.masked(mail.text)), ""


def _doings(letter: Letter, now: datetime) -> list[tuple[str, str, bool]]:
    """What can be done with a letter: address, words, and whether it is the first choice."""
    doings = []
    if rules.why_not_send(letter, now=now) is None:
        doings.append((reverse("outbox:send_now", args=[letter.pk]), _("Send now"), letter.state == LetterState.HELD))
    if rules.why_not(letter, rules.HOLDABLE) is None:
        doings.append((reverse("outbox:hold", args=[letter.pk]), _("Hold"), False))
    if rules.why_not_repeat(letter, now=now) is None:
        doings.append((reverse("outbox:try_again", args=[letter.pk]), _("Try again"), True))
    if letter.state == LetterState.UNCERTAIN and letter.trouble == RESTORED:
        doings.append((reverse("outbox:arrived", args=[letter.pk]), _("It was sent before"), False))
        doings.append((reverse("outbox:not_arrived", args=[letter.pk]), _("Send it now"), False))
    elif letter.state == LetterState.UNCERTAIN:
        doings.append((reverse("outbox:arrived", args=[letter.pk]), _("It arrived"), False))
        doings.append((reverse("outbox:not_arrived", args=[letter.pk]), _("It did not arrive: send it again"), False))
    return doings


@require_GET
@audited("letter.read")
def letter(request: HttpRequest, pk: Any) -> HttpResponse:
    """One letter as its reader gets it, beside those that were written with it."""
    mine = _mine(request)
    row = get_object_or_404(mine.select_related("person", "batch"), pk=pk)
    note(request, about=row, scope=row.scope)
    siblings = (
        mine.filter(kind=row.kind, scope=row.scope, created_at=row.created_at, batch=row.batch)
        .select_related("person")
        .order_by("person__name", "address", "pk")
    )
    paginator = Paginator(siblings, ROWS)
    page = paginator.get_page(request.GET.get("page"))
    now = clock.now()
    mail, nothing = words_of(row)
    languages = (
        mine.filter(kind=row.kind, scope=row.scope, created_at=row.created_at, batch=row.batch)
        .order_by()
        .values_list("language")
        .annotate(Count("pk"))
    )
    context = {
        "letter": row,
        "mail": mail,
        "nothing": nothing,
        "page": page,
        "readers": _readers(paginator.count),
        "languages": _languages(languages),
        "title": kinds.title(row.kind),
        "about": kinds.names_of({row.about}).get(row.about, ""),
        "tone": TONES.get(LetterState(row.state), ""),
        "doings": _doings(row, now),
        "cancellable": rules.why_not(row, rules.CANCELLABLE) is None,
        "trouble": _trouble_words(row),
        "alike": mine.written_with(row).filter(state=LetterState.UNCERTAIN, trouble=RESTORED).count()
        if row.trouble == RESTORED and row.state == LetterState.UNCERTAIN
        else 0,
    }
    return render(request, "outbox/letter_page.html", context)


def _readers(count: int) -> str:
    return ngettext("%(n)s reader", "%(n)s readers", count) % {"n": dates.number(count)}


def _languages(rows: Iterable[tuple[str, int]]) -> str:
    names = {"sv": _("Swedish"), "fi": _("Finnish"), "en": _("English")}
    return ", ".join(
        f"{names.get(code, code)} {dates.number(count)}" for code, count in sorted(rows, key=lambda r: -r[1])
    )


def _trouble_words(row: Letter) -> str:
    """What went wrong, and what it means."""
    if row.state == LetterState.FAILED:
        if row.trouble == "no address":
            return _("There is no e-mail address to write to.")
        if row.trouble == "could not be written":
            return _("The letter cannot be written. The administrators see this fault.")
        return _("The reader's mail server did not take it, and said: %(code)s.") % {"code": row.trouble}
    if row.state == LetterState.BOUNCED:
        return _("It came back from the reader's mail server, which said: %(code)s.") % {"code": row.trouble}
    if row.trouble == RESTORED and row.state == LetterState.UNCERTAIN:
        return _(
            "A backup was put back, and the letter may have been sent after the backup was taken. It does not leave "
            "by itself. Send it, or say that it was sent before."
        )
    if row.trouble == RESTORED and row.state == LetterState.EXPIRED:
        return _("A backup was put back. Whether the letter was sent before is not known, and what it tells is over.")
    if row.state == LetterState.UNCERTAIN:
        return _("The line broke while it was being sent. It may have arrived. Ask the reader, or send it again.")
    if row.state == LetterState.EXPIRED:
        return _("It could not be sent while it was useful, so it was not sent at all.")
    if row.state == LetterState.RETRY:
        return _("The reader's mail server did not take it yet, and said: %(code)s.") % {"code": row.trouble}
    return ""


@require_POST
@audited("letter.handled")
def act(request: HttpRequest, pk: Any, deed: str) -> HttpResponse:
    """Hold, send, try again or resolve one letter."""
    row = get_object_or_404(_mine(request), pk=pk)
    note(request, about=row, scope=row.scope, deed=deed, before=row.state)
    facts: dict[str, Any] = {"letter": row, "by": request.user, "now": clock.now()}
    try:
        if deed == "hold":
            actions.hold(**facts)
            done = _("The letter is held. It leaves when somebody sends it.")
        elif deed == "send_now":
            actions.send_now(**facts)
            done = _("The letter leaves within a minute.")
        elif deed == "try_again":
            actions.try_again(**facts)
            done = _("The letter is tried again within a minute.")
        else:
            actions.resolve(arrived=deed == "arrived", **facts)
            done = (
                _("Noted: the letter arrived.") if deed == "arrived" else _("The letter leaves again within a minute.")
            )
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(row)


@require_POST
@audited("letter.handled")
def decide_alike(request: HttpRequest, pk: Any) -> HttpResponse:
    """After a backup was put back: send all that were written with a letter, or say that they were sent before."""
    row = get_object_or_404(_mine(request), pk=pk)
    send = request.POST.get("send") == "yes"
    note(request, about=row, scope=row.scope, deed="send_alike" if send else "sent_before_alike", before=row.state)
    try:
        count = actions.decide_alike(letter=row, send=send, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        words = (
            ngettext("%(n)s letter leaves within a minute.", "%(n)s letters leave within a minute.", count)
            if send
            else ngettext("Noted: %(n)s letter was sent before.", "Noted: %(n)s letters were sent before.", count)
        )
        messages.success(request, words % {"n": dates.number(count)})
    return redirect(row)


@require_http_methods(["GET", "POST"])
@audited("letter.cancelled", look="letter.read")
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    """Ask before a letter is cancelled, which cannot be undone."""
    row = get_object_or_404(_mine(request).select_related("person"), pk=pk)
    note(request, about=row, scope=row.scope, before=row.state)
    if request.method == "POST":
        try:
            actions.cancel(letter=row, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The letter is cancelled. It is not sent."))
        return redirect(row)
    refusal_now = rules.why_not(row, rules.CANCELLABLE)
    context = {"letter": row, "title": kinds.title(row.kind), "refusal": str(refusal_now) if refusal_now else ""}
    return render(request, "outbox/cancel.html", context)


@require_http_methods(["GET", "POST"])
@audited("batch.handled", look="batch.read")
def batch(request: HttpRequest, pk: Any) -> HttpResponse:
    """Letters to many: who gets them, how they read in each language, and when they leave."""
    mine = _mine(request)
    row = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    if issue := Issue.objects.filter(batch=row).first():
        return redirect(issue)  # a newsletter has a page of its own, where it is paused and resumed
    note(request, about=row, scope=row.scope)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    now = clock.now()
    if form.is_valid():
        try:
            actions.release_batch(batch=row, by=request.user, now=now, send_at=form.send_at)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The letters are released. You can undo it for ten minutes."))
            return redirect(row)
    found = mine.filter(batch=row).select_related("person").order_by("person__name", "address", "pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    counts = dict(found.order_by().values_list("language").annotate(Count("pk")))
    states = dict(found.order_by().values_list("state").annotate(Count("pk")))
    gone = set(states) == {LetterState.CANCELLED.value}
    samples = []
    for code in sorted(counts, key=lambda code: -counts[code]):
        sample = found.filter(language=code).first()
        if sample:
            samples.append((code, *words_of(sample)))
    context = {
        "batch": row,
        "title": kinds.title(row.kind),
        "page": page,
        "readers": _readers(page.paginator.count),
        "languages": _languages(counts.items()),
        "samples": samples,
        "leaves_at": rules.leaves_at(row) if row.released_at else None,
        "can_undo": row.released_at and now < rules.leaves_at(row) and not gone,
        "held": states.get(LetterState.HELD.value, 0),
        "gone": gone,
    }
    return render_form(request, "outbox/batch.html", form, context)


@require_POST
@audited("batch.handled")
def act_on_batch(request: HttpRequest, pk: Any, deed: str) -> HttpResponse:
    """Take a release back, or hold or cancel what has not left."""
    _mine(request)
    row = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    if issue := Issue.objects.filter(batch=row).first():
        return redirect(issue)
    note(request, about=row, scope=row.scope, deed=deed)
    facts: dict[str, Any] = {"batch": row, "by": request.user, "now": clock.now()}
    try:
        if deed == "undo":
            actions.undo_release(**facts)
            done = _("The letters are held again.")
        else:
            count = actions.cancel_batch(**facts)
            done = ngettext("%(n)s letter is cancelled.", "%(n)s letters are cancelled.", count) % {
                "n": dates.number(count)
            }
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(row)


# ---------- For pages of other apps, where a deed writes to people ----------


@dataclass(frozen=True)
class Deed:
    """A deed that writes to people, as its page says it: the heading, the button, and what it is done to."""

    title: str
    button: str
    thing: str
    facts: Sequence[str]
    back: str
    final: bool = False


def check(
    request: HttpRequest,
    form: Any,
    deed: Deed,
    previews: Sequence[Preview],
    rows: Sequence[tuple[str, str, str]] = (),
) -> HttpResponse:
    """What changes and the letters that tell of it, before the deed is done; what was typed comes along.

    Sent with "confirm" it is to be done, with "change" the form is to be shown again.
    """
    total = sum(len(preview.readers) for preview in previews)
    told = ngettext("%(n)s person gets a letter.", "%(n)s people get a letter.", total)
    context = {
        "deed": deed,
        "rows": rows,
        "previews": previews,
        "told": told % {"n": dates.number(total)} if previews else "",
        "fields": [(field.html_name, value) for field in form for value in request.POST.getlist(field.html_name)],
    }
    return render(request, "outbox/check.html", context)


def read_first(request: HttpRequest, deed: Callable[[Thing], object], thing: Thing) -> list[Preview]:
    """The letters that a deed to a thing would write, to be read before it is done; none when they have been read."""
    return [] if "confirm" in request.POST else actions.rehearse(deed, thing)


def say_done(request: HttpRequest, words: str, batch: Batch | None) -> None:
    """Say that a deed is done; where letters tell of it, how many go and when, with a button that holds them."""
    if batch is None:
        messages.success(request, words)
        return
    count = batch.letters.count()
    going = ngettext("%(n)s letter goes at %(time)s.", "%(n)s letters go at %(time)s.", count) % {
        "n": dates.number(count),
        "time": dates.clock_time(timezone.localtime(rules.leaves_at(batch))),
    }
    if Batch.objects.visible_to(request.user).filter(pk=batch.pk).exists():
        link = format_html('<a href="{}">{}</a>', batch.get_absolute_url(), _("Read the letters"))
        hold = reverse("outbox:undo_batch", args=[batch.pk])
        messages.success(request, format_html("{} {} {}", words, going, link), extra_tags=hold)
    else:
        messages.success(request, f"{words} {going}")


@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """For administrators: whether the clock goes, which jobs fail, and how the letters fare."""
    person: Any = request.user
    if not person.reach.administrator:
        raise Http404
    now = clock.now()
    ticks = {tick.name: tick for tick in Tick.objects.all()}
    rows = [(job, ticks.get(job.name)) for job in sorted(jobs.jobs().values(), key=lambda job: str(job.title))]
    mine = Letter.objects.visible_to(person).handled_by(person)
    figures = mine.aggregate(
        due=Count("pk", filter=Q(state__in=SHELVES["waiting"], not_before__lte=now)),
        oldest=Min("not_before", filter=Q(state__in=SHELVES["waiting"], not_before__lte=now)),
        trouble=Count("pk", filter=Q(state__in=SHELVES["trouble"])),
        doubled=Count("pk", filter=Q(possible_duplicates__gt=0)),
    )
    context = {
        "rows": rows,
        "idle": not any(tick and tick.last_at for _job, tick in rows),
        "failing": [job for job, tick in rows if tick and tick.failures],
        "late": [job for job, tick in rows if tick and tick.last_at and now - tick.last_at > 3 * job.every],
        "figures": figures,
        "flagged": FlaggedAddress.objects.order_by(F("flagged_at").desc())[:ROWS],
    }
    return render(request, "outbox/operations.html", context)
