"""The texts of an issue: written per language, previewed as a mail, begun from what is coming in the region."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from base import dates
from base.clock import now, today
from base.forms import render_form
from base.refusal import Refusal
from events.models import Event
from home.forms.newsletters import InsertForm, SectionFormSet, TextForm
from home.views.newsletter import languages_of, publisher_of, shown
from home.views.newsletters import crumbs_of, issue_of, names_of, title_of
from outbox import rules
from outbox.actions import newsletters
from outbox.letters import mail_of
from outbox.models import IssueText
from outbox.newsletter import Publisher, Section, html
from outbox.rules import TextHasChanged
from people.models import Region
from people.states import Language
from programmes.models import Cohort


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Write the issue in one language; the buttons at a section move or remove it, and save what is typed too."""
    row, region = issue_of(request, pk)
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
    title = title_of(row, list(row.texts.all()))
    context = {
        "issue": row,
        "title": title,
        "crumbs": crumbs_of(row, title),
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
    row, _region = issue_of(request, pk)
    found = get_object_or_404(row.texts.all(), language=language)
    title = title_of(row, list(row.texts.all()))
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
        "crumbs": crumbs_of(row, title),
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
            for code, name in names_of([one.language for one in row.texts.all()])
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
    row, region = issue_of(request, pk)
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
    title = title_of(row, list(row.texts.all()))
    context = {"issue": row, "crumbs": crumbs_of(row, title), "coming": coming}
    return render_form(request, "home/newsletter_insert.html", form, context)
