"""Issues of newsletters: written, tried, released, sent once to each subscriber, paused and resumed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Count, Max, Q

from base import jobs
from outbox import letters, rules
from outbox.actions.batches import hold_batch
from outbox.actions.writing import SENDER, UNDO_BULK, about_key, written_in_doubt
from outbox.models import Batch, Issue, IssueText, Letter, Subscription
from outbox.newsletter import Publisher, Section
from outbox.states import OPEN, RESTORED, IssueState, LetterState

WRITER = "write newsletters"
AT_ONCE = 500  # letters written in one transaction


def _locked(issue: Issue) -> Issue:
    return Issue.objects.select_for_update().get(pk=issue.pk)


# ---------- Writing ----------


@transaction.atomic
def begin_issue(*, publisher: Publisher, by: Any, now: datetime) -> Issue:
    """Begin an issue: a draft without words."""
    return Issue.objects.create(scope=publisher.scope, publisher=publisher.facts(), by=by, created_at=now)


@transaction.atomic
def keep_text(
    *,
    issue: Issue,
    language: str,
    subject: str,
    preface: str,
    sections: Sequence[Section],
    version: int,
    by: Any,
    now: datetime,
) -> IssueText:
    """Save an issue's text in one language; empty sections are left out.

    Refused when the issue is released, when somebody has saved another text since `version` (0: there was none), and
    when there are more than twenty sections. A subject is one line: what would begin another line of the mail's head
    is a bug in whoever calls.
    """
    issue = _locked(issue)
    kept = [section for section in sections if not section.empty]
    if refusal := rules.why_not_change(issue):
        raise refusal
    if any(sign in subject for sign in "\r\n\0"):
        raise ValueError("a subject is one line")
    if len(kept) > rules.MOST_SECTIONS:
        raise rules.TooManySections()
    text = issue.texts.filter(language=language).first()
    if (text.version if text else 0) != version:
        raise rules.TextHasChanged()
    text = text or IssueText(issue=issue, language=language, version=0)
    text.subject, text.preface, text.sections = subject, preface, [asdict(section) for section in kept]
    text.version, text.changed_at = version + 1, now
    text.save()
    return text


@transaction.atomic
def add_sections(*, issue: Issue, sections: Mapping[str, Sequence[Section]], by: Any, now: datetime) -> Issue:
    """Put sections at the end of the texts in these languages; a text that is not there yet begins with them.

    Refused when the issue is released, or when a text would get too long.
    """
    issue = _locked(issue)
    if refusal := rules.why_not_change(issue):
        raise refusal
    for language, more in sections.items():
        text = issue.texts.filter(language=language).first() or IssueText(
            issue=issue, language=language, version=0, sections=[]
        )
        text.sections = [*text.sections, *(asdict(section) for section in more)]
        if len(text.sections) > rules.MOST_SECTIONS:
            raise rules.TooManySections()
        text.version, text.changed_at = text.version + 1, now
        text.save()
    return issue


@transaction.atomic
def drop_text(*, issue: Issue, language: str, by: Any, now: datetime) -> Issue:
    """Remove an issue's text in one language. Refused when the issue is released."""
    issue = _locked(issue)
    if refusal := rules.why_not_change(issue):
        raise refusal
    issue.texts.filter(language=language).delete()
    return issue


@transaction.atomic
def drop_issue(*, issue: Issue, by: Any, now: datetime) -> None:
    """Throw a draft away. Refused when the issue is released."""
    issue = _locked(issue)
    if refusal := rules.why_not_change(issue):
        raise refusal
    Letter.objects.filter(about=about_key(issue)).delete()
    issue.delete()


@transaction.atomic
def send_test(*, issue: Issue, language: str, by: Any, now: datetime) -> Letter:
    """Send the text in one language to the person who asks. Refused when it is not written or she has no address."""
    text = issue.texts.filter(language=language).first()
    if text is None or not text.complete:
        raise rules.TextIncomplete()
    letter = letters.test_letter(issue, text, by, now=now)
    letter.save(force_insert=True)
    jobs.wake(SENDER)
    return letter


# ---------- Release ----------


def readers_of(scope: str) -> models.QuerySet[Subscription]:
    """Who gets the next issue."""
    return Subscription.objects.confirmed().filter(scope=scope)


@transaction.atomic
def release_issue(
    *, issue: Issue, publisher: Publisher, by: Any, now: datetime, send_at: datetime | None = None
) -> Issue:
    """Let an issue go in ten minutes, or at `send_at` if that is later; until then the release can be undone.

    Refused when it is no draft, says nothing, or nobody subscribes. Who subscribes is read when it leaves.
    """
    issue = _locked(issue)
    readers = readers_of(issue.scope).count()
    if refusal := rules.why_not_release_issue(issue, list(issue.texts.all()), readers=readers):
        raise refusal
    issue.state, issue.released_at, issue.by = IssueState.RELEASED, now, by
    issue.leaves_at = max(now + UNDO_BULK, send_at) if send_at else now + UNDO_BULK
    issue.publisher = publisher.facts()
    issue.save()
    return issue


@transaction.atomic
def undo_issue(*, issue: Issue, by: Any, now: datetime) -> Issue:
    """Make a released issue a draft again. Refused when it has begun to leave."""
    issue = _locked(issue)
    if refusal := rules.why_not_undo_issue(issue):
        raise refusal
    issue.state, issue.released_at, issue.leaves_at = IssueState.DRAFT, None, None
    issue.save()
    return issue


@transaction.atomic
def pause_issue(*, issue: Issue, by: Any, now: datetime) -> Issue:
    """Stop an issue where it is: what has not begun to leave is held, and no more letters are written."""
    issue = _locked(issue)
    if refusal := rules.why_not_pause(issue):
        raise refusal
    issue.state = IssueState.PAUSED
    issue.save(update_fields=["state"])
    hold_batch(batch=_batch(issue), by=by, now=now)
    return issue


@transaction.atomic
def resume_issue(*, issue: Issue, by: Any, now: datetime) -> Issue:
    """Let a paused issue go on at once, where it was."""
    issue = _locked(issue)
    if refusal := rules.why_not_resume(issue):
        raise refusal
    issue.state = IssueState.SENDING
    issue.save(update_fields=["state"])
    batch = Batch.objects.select_for_update().get(pk=_batch(issue).pk)
    batch.released_at = now
    batch.save(update_fields=["released_at"])
    batch.letters.filter(state=LetterState.HELD).update(state=LetterState.QUEUED, not_before=now)
    jobs.wake(WRITER)
    jobs.wake(SENDER)
    return issue


def _batch(issue: Issue) -> Batch:
    batch = issue.batch
    if batch is None:
        raise ValueError("an issue that has not begun has no letters")
    return batch


# ---------- The clock's part ----------


def write_due(*, now: datetime) -> int:
    """Write the letters of the issues whose time has come, and close those whose letters have left; how many letters.

    Five hundred letters and the place reached are one transaction, and a letter's key names issue and subscription: who
    is killed here, or does it twice, writes nobody a second letter and forgets nobody.
    """
    written = 0
    for issue in Issue.objects.at_work().filter(Q(leaves_at__lte=now)):
        _begin(issue, now=now)
        while more := _write_some(issue, now=now):
            written += more
        _close(issue, now=now)
    return written


@transaction.atomic
def _begin(issue: Issue, *, now: datetime) -> None:
    """Give a released issue its number and its batch: from now on anybody can read it."""
    issue = _locked(issue)
    if issue.state != IssueState.RELEASED:
        return
    # The newsletter's issues are locked while the highest number is read.
    others = Issue.objects.select_for_update().filter(scope=issue.scope, number__isnull=False)
    issue.number = max((other.number or 0 for other in others), default=0) + 1
    issue.batch = Batch.objects.create(
        kind=letters.ISSUE,
        about=about_key(issue),
        scope=issue.scope,
        by=issue.by,
        created_at=now,
        send_at=issue.leaves_at,
        released_at=now,
    )
    issue.state, issue.begun_at = IssueState.SENDING, now
    issue.save()


@transaction.atomic
def _write_some(issue: Issue, *, now: datetime) -> int:
    """Write the next letters of an issue that is being sent; 0 when there are none left or it has been paused."""
    issue = _locked(issue)
    if issue.state != IssueState.SENDING or issue.written_at is not None:
        return 0
    rows = list(
        readers_of(issue.scope)
        .filter(pk__gt=issue.written_to, confirmed_at__lte=issue.begun_at)
        .order_by("pk")[:AT_ONCE]
    )
    if rows:
        languages = [text.language for text in issue.texts.all()]
        batch = letters.issue_letters(issue, _batch(issue), rows, languages=languages, now=now)
        if written_in_doubt():
            for letter in batch:
                if letter.state == LetterState.QUEUED:
                    letter.state, letter.trouble = LetterState.UNCERTAIN, RESTORED
        Letter.objects.bulk_create(batch, ignore_conflicts=True)
        issue.written_to = rows[-1].pk
        jobs.wake(SENDER)
    if len(rows) < AT_ONCE:
        issue.written_at = now
    issue.save(update_fields=["written_to", "written_at"])
    return len(rows)


@transaction.atomic
def _close(issue: Issue, *, now: datetime) -> None:
    """An issue is sent when every letter of it is written and none waits any more, but for another try."""
    issue = _locked(issue)
    if issue.state != IssueState.SENDING or issue.written_at is None:
        return
    waiting = [state for state in OPEN if state not in (LetterState.RETRY, LetterState.UNCERTAIN)]
    if not Letter.objects.filter(batch=issue.batch_id, state__in=waiting).exists():
        issue.state, issue.sent_at = IssueState.SENT, now
        issue.save(update_fields=["state", "sent_at"])


@dataclass(frozen=True)
class Progress:
    """How far an issue has come, in letters."""

    readers: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0
    suppressed: int = 0
    left: int = 0
    last_at: datetime | None = None


def progress_of(issue: Issue) -> Progress:
    """How many letters of an issue have left, wait, failed, or went nowhere; those not yet written wait too."""
    if issue.batch_id is None:
        return Progress()
    found = Letter.objects.filter(batch=issue.batch_id).aggregate(
        readers=Count("pk"),
        sent=Count("pk", filter=Q(state=LetterState.SENT)),
        waiting=Count("pk", filter=Q(state__in=OPEN)),
        failed=Count("pk", filter=Q(state__in=[LetterState.FAILED, LetterState.BOUNCED, LetterState.EXPIRED])),
        suppressed=Count("pk", filter=Q(state=LetterState.CANCELLED, trouble=letters.SUPPRESSED)),
        left=Count("pk", filter=Q(state=LetterState.CANCELLED) & ~Q(trouble=letters.SUPPRESSED)),
        last_at=Max("sent_at"),
    )
    if issue.written_at is None:
        to_come = readers_of(issue.scope).filter(pk__gt=issue.written_to, confirmed_at__lte=issue.begun_at).count()
        found["readers"] += to_come
        found["waiting"] += to_come
    return Progress(**found)
