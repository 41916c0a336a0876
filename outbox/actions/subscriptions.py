"""Subscriptions: asked for, confirmed by a click in a mail, changed, ended, erased."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from base import jobs
from base.tokens import fresh
from outbox import letters, rules
from outbox.actions.writing import SENDER
from outbox.models import Consent, Issue, Letter, Subscription
from outbox.newsletter import Publisher
from outbox.states import Left, SubscriptionState

WORDS = "2026-11"  # the version of the words that are agreed to; change it with them
LINK_DAYS = 7  # how long a confirming link works, and an unconfirmed wish is kept
KEPT = timedelta(days=30)  # after leaving
LETTERS_A_DAY = 3  # about one wish, whoever asks


@transaction.atomic
def ask(*, publisher: Publisher, address: str, language: str, read_in: str, now: datetime) -> None:
    """Somebody wants the newsletter at this address: a letter asks the holder to confirm it. The same for everybody.

    Who subscribes already is told so, in a letter too. An address gets at most three such letters a day.
    """
    address = address.strip().lower()
    wish = Subscription(
        address=address,
        scope=publisher.scope,
        language=language,
        nonce=fresh(),
        words=WORDS,
        read_in=read_in,
        asked_at=now,
    )
    Subscription.objects.bulk_create([wish], ignore_conflicts=True)
    row = _locked(scope=publisher.scope, address=address)
    about = f"{row._meta.label_lower}:{row.pk}"
    if Letter.objects.filter(about=about, created_at__gt=now - timedelta(days=1)).count() >= LETTERS_A_DAY:
        return
    if row.state == SubscriptionState.CONFIRMED and row.language == language:
        letters.subscribes_already(row, publisher, now=now)
        jobs.wake(SENDER)
        return
    if row.state != SubscriptionState.CONFIRMED:
        row.state, row.language, row.words, row.read_in, row.asked_at = (
            SubscriptionState.ASKED,
            language,
            WORDS,
            read_in,
            now,
        )
        row.left_at = None
    row.nonce = row.nonce or fresh()
    row.save()
    letters.please_confirm(row, publisher, language=language, now=now)
    jobs.wake(SENDER)


@transaction.atomic
def confirm(*, subscription: Subscription, nonce: str, language: str, now: datetime) -> Subscription:
    """The holder of the mailbox says yes: the newsletter comes from the next issue on, in this language.

    Refused when the link has been used, or is older than the last one. A subscriber's link only changes the language.
    """
    row = _locked(pk=subscription.pk)
    if refusal := rules.why_not_confirm(row, nonce):
        raise refusal
    begins = row.state != SubscriptionState.CONFIRMED
    row.language, row.nonce = language, ""
    if begins:
        _begin(row, now)
    row.save()
    return row


@transaction.atomic
def join(*, publisher: Publisher, address: str, language: str, read_in: str, now: datetime) -> Subscription:
    """Somebody who has signed in, and whose address is proven by that, subscribes on her own page."""
    address = address.strip().lower()
    wish = Subscription(
        address=address, scope=publisher.scope, language=language, words=WORDS, read_in=read_in, asked_at=now
    )
    Subscription.objects.bulk_create([wish], ignore_conflicts=True)
    row = _locked(scope=publisher.scope, address=address)
    row.language, row.nonce = language, ""
    if row.state != SubscriptionState.CONFIRMED:
        row.words, row.read_in, row.asked_at = WORDS, read_in, now
        _begin(row, now)
    row.save()
    return row


@transaction.atomic
def change_language(*, subscription: Subscription, language: str, now: datetime) -> Subscription:
    """The next issue comes in another language."""
    row = _locked(pk=subscription.pk)
    row.language = language
    row.save(update_fields=["language"])
    return row


@transaction.atomic
def leave(*, subscription: Subscription, how: Left, now: datetime) -> Subscription:
    """No issue goes to this subscriber any more, one that is being sent included. Leaving twice is leaving once."""
    row = _locked(pk=subscription.pk)
    if row.state == SubscriptionState.LEFT:
        return row
    row.state, row.left_at, row.nonce = SubscriptionState.LEFT, now, ""
    row.save(update_fields=["state", "left_at", "nonce"])
    row.consents.filter(ended_at__isnull=True).update(ended_at=now, ended_by=how)
    return row


@transaction.atomic
def erase_left(*, now: datetime) -> int:
    """Erase the addresses of those who left 30 days ago, and of wishes that nobody confirmed; how many.

    Their letters go too; what stays is that a consent was given and ended, and how many letters an issue had.
    """
    left = Subscription.objects.filter(state=SubscriptionState.LEFT, left_at__lte=now - KEPT)
    unconfirmed = Subscription.objects.filter(
        state=SubscriptionState.ASKED, asked_at__lte=now - timedelta(days=LINK_DAYS)
    )
    gone = [*left.values_list("pk", flat=True)[:500], *unconfirmed.values_list("pk", flat=True)[:500]]
    if gone:
        _erase(gone)
    return len(gone)


def _erase(pks: Iterable[int]) -> None:
    rows = Subscription.objects.filter(pk__in=pks)
    for row in rows:
        Letter.objects.filter(about=f"{row._meta.label_lower}:{row.pk}").delete()
        issues = Issue.objects.filter(scope=row.scope).values_list("pk", flat=True)
        of_issues = Letter.objects.filter(key__in=[letters.issue_key(issue, row.pk) for issue in issues])
        of_issues.update(address=f"erased-{row.pk}@invalid", sent_to="", sent_text="")
    rows.delete()


def _begin(row: Subscription, now: datetime) -> None:
    row.state, row.confirmed_at, row.left_at = SubscriptionState.CONFIRMED, now, None
    Consent.objects.create(
        subscription=row, scope=row.scope, words=row.words, language=row.read_in, asked_at=row.asked_at, given_at=now
    )


def _locked(**which: Any) -> Subscription:
    return Subscription.objects.select_for_update().get(**which)
