"""Letters of newsletters: the question whether one wants it, and the issues."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from base.tokens import seal
from outbox import kinds, newsletter
from outbox.kinds import Mail
from outbox.models import Batch, Issue, IssueText, Letter, Subscription, Suppression
from outbox.newsletter import Publisher
from outbox.states import Lane, LetterState, SubscriptionState

CONFIRM = "newsletter.confirm"
KNOWN = "newsletter.known"
ISSUE = "newsletter.issue"
TEST = "newsletter.test"
CONFIRMING, LEAVING = "newsletter confirm", "newsletter leave"  # what the tokens of the links are for
SUPPRESSED = "suppressed"


# ---------- Writing ----------


def _write(kind: str, row: Subscription, publisher: Publisher, *, language: str, now: datetime, **facts: Any) -> None:
    # Not `outbox.actions.write`, which stands above this room; it does the same for apps that write from theirs.
    Letter.objects.bulk_create(
        [
            Letter(
                key=f"{kind}:{row.pk}:{now:%Y%m%d%H%M%S%f}",
                kind=kind,
                address=row.address,
                language=language,
                about=f"{row._meta.label_lower}:{row.pk}",
                scope=row.scope,
                facts={"subscription": row.pk, "publisher": publisher.facts(), **facts},
                lane=Lane.NOW,
                not_before=now,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def please_confirm(row: Subscription, publisher: Publisher, *, language: str, now: datetime) -> None:
    """Ask the holder of the mailbox whether the newsletter is wanted there."""
    _write(CONFIRM, row, publisher, language=language, now=now, nonce=row.nonce)


def subscribes_already(row: Subscription, publisher: Publisher, *, now: datetime) -> None:
    """Tell a subscriber that somebody has asked for what she gets already."""
    _write(KNOWN, row, publisher, language=row.language, now=now)


def issue_key(issue: int, subscription: int) -> str:
    """What makes an issue come once to each subscriber, whatever is killed or done twice."""
    return f"{ISSUE}:{issue}:{subscription}"


def issue_letters(
    issue: Issue, batch: Batch, rows: Sequence[Subscription], *, languages: Sequence[str], now: datetime
) -> list[Letter]:
    """A letter for each of these subscribers, in her language where the issue has it, not written to the database yet.

    Who cannot be written to has a letter too, which says so and goes nowhere.
    """
    order = issue.from_whom.languages
    stopped = set(
        Suppression.objects.in_force()
        .filter(address__in=[row.address for row in rows])
        .values_list("address", flat=True)
    )
    return [
        Letter(
            key=issue_key(issue.pk, row.pk),
            kind=ISSUE,
            address=row.address,
            language=newsletter.chosen_language(row.language, languages, order),
            about=f"{issue._meta.label_lower}:{issue.pk}",
            scope=issue.scope,
            facts={"issue": issue.pk, "subscription": row.pk},
            lane=Lane.BULK,
            state=LetterState.CANCELLED if row.address in stopped else LetterState.QUEUED,
            trouble=SUPPRESSED if row.address in stopped else "",
            batch=batch,
            not_before=now,
            created_at=issue.begun_at or now,
        )
        for row in rows
    ]


def test_letter(issue: Issue, text: IssueText, person: Any, *, now: datetime) -> Letter:
    """The issue in one language to the person who writes it, whatever her own language; not in the database yet."""
    return Letter(
        key=f"{TEST}:{issue.pk}:{text.language}:{person.pk}:{now:%Y%m%d%H%M%S%f}",
        kind=TEST,
        # By address, so that the letter keeps the language of the text.
        address=person.email or "",
        language=text.language,
        about=f"{issue._meta.label_lower}:{issue.pk}",
        scope=issue.scope,
        facts={"issue": issue.pk},
        lane=Lane.NOW,
        not_before=now,
        created_at=now,
    )


# ---------- Links ----------


def _address(name: str, *arguments: object) -> str:
    return settings.BASE_URL + reverse(f"home:{name}", args=arguments)


def leaving_token(subscription: int) -> str:
    """The token by which the holder of a mailbox leaves: it works as long as there is a subscription."""
    return seal(LEAVING, {"s": subscription})


# ---------- Building ----------


def build_confirm(letter: Letter) -> Mail | None:
    """The question, unless it has been answered or asked anew."""
    facts = letter.facts
    row = Subscription.objects.filter(pk=facts["subscription"]).first()
    if row is None or row.nonce != facts["nonce"]:
        return None
    publisher = Publisher.of(facts["publisher"])
    token = seal(CONFIRMING, {"s": row.pk, "n": row.nonce, "l": letter.language})
    name = publisher.name(letter.language)
    return kinds.compose(
        "outbox/letters/newsletter_confirm.txt",
        {
            "name": name,
            "link": _address("newsletter_confirm", token),
            "changing": row.state == SubscriptionState.CONFIRMED,
        },
        why=_("You get this letter because somebody wrote your address on the newsletter's page."),
        region=name,
        reply_to=publisher.reply_to,
        sender=publisher.sender,
        secrets=[token],
    )


def build_known(letter: Letter) -> Mail | None:
    """That she subscribes already, and how to leave."""
    row = Subscription.objects.confirmed().filter(pk=letter.facts["subscription"]).first()
    if row is None:
        return None
    publisher = Publisher.of(letter.facts["publisher"])
    token = leaving_token(row.pk)
    name = publisher.name(letter.language)
    return kinds.compose(
        "outbox/letters/newsletter_known.txt",
        {"name": name, "link": _address("newsletter_leave", token)},
        why=_("You get this letter because somebody wrote your address on the newsletter's page."),
        region=name,
        reply_to=publisher.reply_to,
        sender=publisher.sender,
        secrets=[token],
    )


@dataclass(frozen=True)
class _Known:
    """What the letters of a round need, read for all of them at once."""

    texts: dict[tuple[int, str], tuple[Issue, IssueText]]
    subscriptions: dict[int, Subscription]
    stopped: set[str]
    bodies: dict[tuple[int, str], tuple[str, SafeString]]


def _read(round_: Sequence[Letter]) -> _Known:
    ours = [letter for letter in round_ if letter.kind == ISSUE]
    texts = IssueText.objects.filter(issue__in={letter.facts["issue"] for letter in ours}).select_related("issue")
    subscriptions = Subscription.objects.confirmed().filter(pk__in={letter.facts["subscription"] for letter in ours})
    stopped = Suppression.objects.in_force().filter(address__in={letter.address for letter in ours})
    return _Known(
        {(text.issue_id, text.language): (text.issue, text) for text in texts},
        {row.pk: row for row in subscriptions},
        set(stopped.values_list("address", flat=True)),
        {},
    )


def build_issue(letter: Letter) -> Mail | None:
    """The issue for one subscriber; nothing when she has left, or letters to her address keep coming back."""
    known = kinds.round_of(letter).once("newsletter", _read)
    row = known.subscriptions.get(letter.facts["subscription"])
    found = known.texts.get((letter.facts["issue"], letter.language))
    if row is None or found is None or row.address != letter.address or row.address in known.stopped:
        return None
    issue, text = found
    key = issue.pk, text.language
    if key not in known.bodies:
        known.bodies[key] = _body(text)
    return _issue_mail(issue, text, known.bodies[key], wanted=row.language, token=leaving_token(row.pk))


def build_test(letter: Letter) -> Mail | None:
    """The issue as its subscribers get it, marked as a test; its way out leads nowhere."""
    text = (
        IssueText.objects.filter(issue=letter.facts["issue"], language=letter.language).select_related("issue").first()
    )
    if text is None:
        return None
    mail = _issue_mail(text.issue, text, _body(text), wanted=text.language, token="")
    return replace(mail, subject=_("Test: %(subject)s") % {"subject": mail.subject})


def mail_of(text: IssueText) -> Mail:
    """The issue as a page shows it before it is sent."""
    with override(text.language):
        return _issue_mail(text.issue, text, _body(text), wanted=text.language, token="")


def fallback_note(wanted: str, got: str) -> str:
    """In the reader's own language: that the issue does not exist in it; nothing where it does."""
    if wanted == got:
        return ""
    with override(wanted):
        if got == "sv":
            return _("This issue does not exist in English, so you get it in Swedish.")
        if got == "fi":
            return _("This issue does not exist in English, so you get it in Finnish.")
        return _("This issue does not exist in your language, so you get it in English.")


def _body(text: IssueText) -> tuple[str, SafeString]:
    """What the issue says, as plain text and as HTML for a mail: the same for every reader."""
    blocks = [newsletter.plain(text.preface)] if text.preface else []
    html = [newsletter.mail_html(text.preface)] if text.preface else []
    for part in text.parts:
        lines = [part.heading, "-" * min(len(part.heading), 60)] if part.heading else []
        if part.text:
            lines += [newsletter.plain(part.text)]
        if part.href:
            lines += ["", f"{part.words}: {part.href}" if part.link_words else part.href]
        blocks.append("\n".join(lines).strip())
        html.append(
            render_to_string(
                "outbox/letters/newsletter_section.html",
                {"part": part, "text": newsletter.mail_html(part.text)},
            )
        )
    return "\n\n".join(blocks), format_html_join("\n", "{}", ((piece,) for piece in html))


def _issue_mail(issue: Issue, text: IssueText, body: tuple[str, SafeString], *, wanted: str, token: str) -> Mail:
    publisher = issue.from_whom
    name = publisher.name(text.language)
    note = fallback_note(wanted, text.language)
    leave = _address("newsletter_leave", token) if token else ""
    archive = (
        f"{_address('newsletter_archived', publisher.slug, issue.number)}?lang={text.language}" if issue.number else ""
    )
    why = _("You get this letter because you subscribe to the newsletter of %(region)s.") % {"region": name}
    foot = [why]
    if archive:
        foot.append(_("Read it on the web: %(address)s") % {"address": archive})
    foot.append(_("Unsubscribe: %(address)s") % {"address": leave or _("this link is in the letters that are sent")})
    plain, html = body
    context = {
        "subject": text.subject,
        "language": text.language,
        "name": name,
        "note": note,
        "note_language": wanted,
        "body": html,
        "why": why,
        "leave": leave,
        "archive": archive,
        "home": settings.BASE_URL,
    }
    headers = [("List-Id", f"<{publisher.slug}.newsletter.{settings.BASE_URL.partition('://')[2].partition(':')[0]}>")]
    if leave:
        headers += [("List-Unsubscribe", f"<{leave}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    return Mail(
        subject=" ".join(text.subject.split()),
        text="\n\n".join([*([note] if note else []), plain]) + "\n\n-- \n" + "\n".join(foot) + "\n",
        html=render_to_string("outbox/letters/newsletter.html", context),
        reply_to=publisher.reply_to,
        sender=publisher.sender,
        secrets=[token] if token else [],
        headers=headers,
    )


def name_issues(pks: Sequence[str]) -> dict[str, str]:
    """What issues are called on the pages of letters."""
    texts = IssueText.objects.filter(issue__in=[int(pk) for pk in pks]).order_by("-pk")
    return {str(text.issue_id): text.subject for text in texts}


kinds.register(CONFIRM, build_confirm, title=gettext_lazy("Newsletter: confirm the subscription"))
kinds.register(KNOWN, build_known, title=gettext_lazy("Newsletter: you subscribe already"))
kinds.register(ISSUE, build_issue, title=gettext_lazy("Newsletter"))
kinds.register(TEST, build_test, title=gettext_lazy("Newsletter: test letter"))
kinds.name_about("outbox.issue", name_issues)
