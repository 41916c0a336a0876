"""Newsletters: who subscribes, and that an issue comes once to each of them, whatever happens on the way."""

import re
import threading
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.tokens import unseal
from outbox import letters, newsletter, rules
from outbox.actions import newsletters, restored, sending, subscriptions, suppression
from outbox.actions.writing import in_doubt
from outbox.models import Consent, Issue, Letter, Subscription, Suppression
from outbox.newsletter import Publisher, Section
from outbox.states import RESTORED, IssueState, Left, LetterState, SubscriptionState
from tests.outbox.conftest import NOW, letter
from tests.outbox.sink import Sink

pytestmark = pytest.mark.django_db
US = Publisher(
    scope="region:1",
    slug="sormland",
    names={"sv": "Sörmland", "fi": "Södermanland", "en": "Sörmland"},
    sender="Helmi Sörmland",
    reply_to="sormland@helmi.example",
    languages=["sv", "fi", "en"],
)
LATER = NOW + timedelta(minutes=10)
SECTION = Section("Seminarium", "Kom och lyssna.", "https://helmi.example/s/1", "Läs")


def subscribers(number: int, languages: tuple[str, ...] = ("sv", "fi"), scope: str = US.scope) -> list[Subscription]:
    """Confirmed subscribers, made at once; the actions that make one are tested apart."""
    return Subscription.objects.bulk_create(
        Subscription(
            address=f"reader{n}@kommun.example",
            scope=scope,
            language=languages[n % len(languages)],
            state=SubscriptionState.CONFIRMED,
            words=subscriptions.WORDS,
            read_in="sv",
            asked_at=NOW - timedelta(days=2),
            confirmed_at=NOW - timedelta(days=1),
        )
        for n in range(number)
    )


def written(languages: tuple[str, ...] = ("sv", "fi"), **words: Any) -> Issue:
    """An issue with a text in each of these languages."""
    issue = newsletters.begin_issue(publisher=US, by=None, now=NOW)
    for language in languages:
        newsletters.keep_text(
            issue=issue,
            language=language,
            subject=words.get("subject", f"Nyhetsbrev {language}"),
            preface=words.get("preface", "Hej **alla**"),
            sections=words.get("sections", [SECTION]),
            version=0,
            by=None,
            now=NOW,
        )
    return issue


def released(issue: Issue, **facts: Any) -> Issue:
    return newsletters.release_issue(issue=issue, publisher=US, by=None, now=NOW, **facts)


def send(now: Any = LATER) -> int:
    newsletters.write_due(now=now)
    sent = sending.send_due(now=now)
    newsletters.write_due(now=now)
    return sent


def asked(address: str = "ny@kommun.example", language: str = "sv", now: Any = NOW) -> Subscription:
    subscriptions.ask(publisher=US, address=address, language=language, read_in="sv", now=now)
    return Subscription.objects.get(address=address.lower())


def token_in(body: str) -> str:
    return re.search(r"/subscriptions/\w+/([^/\s]+)/", body)[1]


class PauseAfter(EmailBackend):
    """A mail server at whose 400th mail the coordinator pauses the issue."""

    def send_messages(self, messages: Any) -> int:
        number = super().send_messages(messages)
        if len(mail.outbox) == 400:
            newsletters.pause_issue(issue=Issue.objects.get(), by=None, now=LATER)
        return number


# ---------- An issue ----------


def test_paused_at_400_and_resumed_each_of_1240_subscribers_gets_it_once_in_her_language(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.PauseAfter"
    subscribers(1240)
    issue = released(written())
    assert send() == 400
    assert send(LATER + timedelta(minutes=5)) == 0
    issue.refresh_from_db()
    assert issue.state == IssueState.PAUSED
    assert newsletters.progress_of(issue).sent == 400
    assert newsletters.progress_of(issue).waiting == 840
    newsletters.resume_issue(issue=issue, by=None, now=LATER + timedelta(minutes=6))
    assert send(LATER + timedelta(minutes=6)) == 840
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT
    assert {message.to[0] for message in mail.outbox} == {f"reader{n}@kommun.example" for n in range(1240)}
    assert len(mail.outbox) == 1240
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1240
    for message in mail.outbox:
        number = int(re.search(r"\d+", message.to[0])[0])
        assert message.subject == ("Nyhetsbrev sv", "Nyhetsbrev fi")[number % 2]
        assert message.extra_headers["Content-Language"] == ("sv", "fi")[number % 2]


def test_a_writer_killed_between_two_chunks_forgets_nobody_and_doubles_nobody(monkeypatch: Any) -> None:
    monkeypatch.setattr(newsletters, "AT_ONCE", 10)
    subscribers(35)
    issue = released(written())
    original, calls = Letter.objects.bulk_create, []

    def dies(*given: Any, **facts: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            original(*given, **facts)
            raise SystemExit
        return original(*given, **facts)

    monkeypatch.setattr(Letter.objects, "bulk_create", dies)
    with pytest.raises(SystemExit):
        newsletters.write_due(now=LATER)
    monkeypatch.undo()
    assert Letter.objects.count() == 20
    assert send() == 35
    # The place reached is lost too, as after a restore: the keys still hold.
    Issue.objects.update(state=IssueState.SENDING, written_to=0, written_at=None)
    assert send(LATER + timedelta(minutes=1)) == 0
    assert Letter.objects.filter(about=f"outbox.issue:{issue.pk}").count() == 35
    assert len({message.to[0] for message in mail.outbox}) == 35 == len(mail.outbox)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_write_one_letter_each_to_all() -> None:
    subscribers(60)
    released(written())
    start = threading.Barrier(2)

    def write() -> None:
        start.wait(5)
        newsletters.write_due(now=LATER)
        connection.close()

    threads = [threading.Thread(target=write, daemon=True) for _hand in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Letter.objects.count() == 60
    assert Issue.objects.get().number == 1


def test_ten_minutes_to_undo_and_then_not() -> None:
    subscribers(2)
    issue = released(written())
    assert send(NOW + timedelta(minutes=9, seconds=59)) == 0
    newsletters.undo_issue(issue=issue, by=None, now=NOW + timedelta(minutes=9, seconds=59))
    assert send(LATER) == 0
    released(issue)
    assert send(LATER) == 2
    with pytest.raises(rules.AlreadyLeaving):
        newsletters.undo_issue(issue=issue, by=None, now=LATER)


def test_at_a_chosen_time_who_subscribes_until_then_gets_it_too() -> None:
    subscribers(1)
    issue = released(written(), send_at=NOW + timedelta(days=2))
    row = asked(now=NOW + timedelta(days=1))
    subscriptions.confirm(subscription=row, nonce=row.nonce, language="fi", now=NOW + timedelta(days=1))
    send(NOW + timedelta(days=1))
    mail.outbox.clear()
    assert issue.leaves_at == NOW + timedelta(days=2)
    assert send(NOW + timedelta(days=2)) == 2


def test_who_leaves_before_her_letter_does_gets_none() -> None:
    subscribers(3)
    issue = released(written())
    newsletters.write_due(now=LATER)
    subscriptions.leave(subscription=Subscription.objects.first(), how=Left.LINK, now=LATER)
    assert send() == 2
    assert newsletters.progress_of(issue.__class__.objects.get()).left == 1


def test_what_cannot_be_released_says_why() -> None:
    issue = newsletters.begin_issue(publisher=US, by=None, now=NOW)
    with pytest.raises(rules.NothingWritten):
        released(issue)
    issue = written()
    with pytest.raises(rules.NobodySubscribes):
        released(issue)
    newsletters.add_sections(issue=issue, sections={"en": [Section("Open round")]}, by=None, now=NOW)
    subscribers(1)
    with pytest.raises(rules.TextIncomplete):
        released(issue)
    newsletters.drop_text(issue=issue, language="en", by=None, now=NOW)
    released(issue)
    with pytest.raises(rules.IssueHasGone):
        newsletters.drop_text(issue=issue, language="sv", by=None, now=NOW)


def test_a_language_that_is_not_written_falls_back_and_says_so_in_the_readers_own() -> None:
    subscribers(1, ("fi",))
    subscribers_en = asked("en@kommun.example", "en")
    subscriptions.confirm(subscription=subscribers_en, nonce=subscribers_en.nonce, language="en", now=NOW)
    released(written(("sv",)))
    assert send() == 2
    by_reader = {message.to[0]: message for message in mail.outbox}
    english = by_reader["en@kommun.example"]
    assert english.subject == "Nyhetsbrev sv"
    assert english.body.startswith("This issue does not exist in English, so you get it in Swedish.")
    assert english.extra_headers["Content-Language"] == "sv"


def test_saving_over_anothers_text_is_refused() -> None:
    issue = written(("sv",))
    facts: dict[str, Any] = {"issue": issue, "language": "sv", "preface": "x", "sections": [], "by": None, "now": NOW}
    newsletters.keep_text(subject="Ett", version=1, **facts)
    with pytest.raises(rules.TextHasChanged):
        newsletters.keep_text(subject="Två", version=1, **facts)
    assert issue.texts.get().subject == "Ett"


def test_a_test_letter_comes_to_its_writer_marked_and_tells_no_secret(cast: Any) -> None:
    issue = written()
    newsletters.send_test(issue=issue, language="fi", by=cast.malin, now=NOW)
    assert sending.send_due(now=NOW) == 1
    (message,) = mail.outbox
    assert message.to == [cast.malin.email]
    assert message.extra_headers["Content-Language"] == "fi"
    assert message.subject.endswith("Nyhetsbrev fi")
    assert message.subject != "Nyhetsbrev fi"
    assert "List-Unsubscribe" not in message.extra_headers


@pytest.mark.parametrize("number", [10, 50])
def test_a_letter_takes_two_statements_however_many_leave_together(
    number: int, django_assert_max_num_queries: Any
) -> None:
    subscribers(number)
    released(written())
    newsletters.write_due(now=LATER)
    with CaptureQueriesContext(connection) as queries:
        assert sending.send_due(now=LATER) == number
    # Begin and finish of each letter; the rest is read for all of them at once.
    assert len(queries) - 2 * number <= 16


def test_writing_the_letters_takes_the_same_statements_for_ten_and_for_four_hundred() -> None:
    counts = []
    for number in (10, 400):
        Subscription.objects.all().delete()
        subscribers(number)
        released(written())
        with CaptureQueriesContext(connection) as queries:
            newsletters.write_due(now=LATER)
        inserts = [query for query in queries if re.match(r'INSERT.* INTO "outbox_letter"', query["sql"])]
        counts.append(len(queries) - len(inserts))
        Letter.objects.update(state=LetterState.SENT)
        newsletters.write_due(now=LATER)
    assert counts[0] == counts[1]


def test_after_a_backup_an_issue_that_may_have_left_waits_for_a_decision() -> None:
    subscribers(3)
    issue = released(written())
    with in_doubt():
        newsletters.write_due(now=LATER)
    assert sending.send_due(now=LATER) == 0
    assert set(Letter.objects.values_list("state", "trouble")) == {(LetterState.UNCERTAIN, RESTORED)}
    restored.decide_alike(letter=Letter.objects.first(), send=True, by=None, now=LATER)
    assert sending.send_due(now=LATER) == 3
    issue.refresh_from_db()
    assert newsletters.progress_of(issue).sent == 3


def test_what_is_meant_for_one_leaves_before_a_newsletter_that_waits_longer() -> None:
    subscribers(60)
    released(written())
    newsletters.write_due(now=LATER)
    letter(1, now=LATER + timedelta(minutes=1))
    assert "test_reminder" in {row.kind for row in sending.claim(now=LATER + timedelta(minutes=1), limit=5)}


# ---------- Heads, and what people type ----------


def test_every_issue_can_be_left_by_link_and_by_one_click(sink: Sink) -> None:
    subscribers(1, ("sv",))
    issue = released(written())
    assert send() == 1
    (got,) = sink.mails
    message = got.message
    leave = str(message["List-Unsubscribe"]).strip()  # a long line of the head is folded
    assert re.fullmatch(r"<http[^<>\s]+/subscriptions/leave/[^/\s]+/>", leave)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Reply-To"] == "sormland@helmi.example"
    assert str(message["From"]).startswith("=?utf-8?") or "Helmi S" in str(message["From"])
    assert unseal(letters.LEAVING, token_in(leave)) == {"s": Subscription.objects.get().pk}
    plain, html = message.get_payload()
    for part in (plain, html):
        assert leave.strip("<>") in part.get_payload(decode=True).decode()
    issue.refresh_from_db()
    assert f"/newsletter/sormland/{issue.number}/" in plain.get_payload(decode=True).decode()
    row = Letter.objects.get(kind=letters.ISSUE)
    assert token_in(leave) not in row.sent_text
    assert not re.search(r"<img|pixel|utm_", html.get_payload(decode=True).decode())


def test_a_subject_cannot_begin_another_line_of_the_head() -> None:
    issue = newsletters.begin_issue(publisher=US, by=None, now=NOW)
    for sign in ("\r\n", "\n", "\r"):
        with pytest.raises(ValueError, match="one line"):
            newsletters.keep_text(
                issue=issue,
                language="sv",
                subject=f"Hej{sign}Bcc: x@y.example",
                preface="x",
                sections=[],
                version=0,
                by=None,
                now=NOW,
            )
    assert not issue.texts.exists()


def test_a_strange_sender_is_encoded_and_there_is_one_recipient(sink: Sink) -> None:
    subscribers(1, ("sv",))
    odd = Publisher(**{**US.facts(), "sender": '"a@b" <c@d>\r\nBcc: e@f.example'})
    newsletters.release_issue(issue=written(), publisher=odd, by=None, now=NOW)
    assert send() == 1
    (got,) = sink.mails
    assert got.to == "reader0@kommun.example"
    message = message_from_bytes(got.message.as_bytes())
    assert message["Bcc"] is None
    assert len(message.get_all("From")) == 1


EVIL = (
    "<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ settings.SECRET_KEY }} "
    "{% load i18n %} {0.a} %(x)s <b>fet</b>"
)


def test_what_looks_like_markup_or_a_template_is_text_everywhere(settings: Any) -> None:
    subscribers(1, ("sv",))
    section = Section(EVIL[:150], EVIL, "javascript:alert(1)", EVIL[:80])
    released(written(("sv",), subject=EVIL[:150], preface=EVIL, sections=[section]))
    assert send() == 1
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert "<img" not in html
    assert "<b>" not in html
    assert "javascript:alert" not in re.sub(r">[^<]*<", "><", html)
    assert "{{ settings.SECRET_KEY }}" in message.body
    assert "{{ settings.SECRET_KEY }}" in html
    assert settings.SECRET_KEY not in html + message.body
    assert message.subject == EVIL[:150]


def test_text_may_hold_paragraphs_bold_lists_and_links_and_nothing_else() -> None:
    said = newsletter.html(
        "Hej **du**\nrad\n\n- ett\n- [två](https://a.example/?a=1&b=2)\n\n# nej\n\n![x](https://b.example)"
    )
    assert said.count("<p>") == 3
    assert "<strong>du</strong><br>" in said
    assert '<li><a href="https://a.example/?a=1&amp;b=2">två</a></li>' in said
    assert "# nej" in said
    assert "<img" not in said
    for link in ("data:text/html,x", "vbscript:x", "/relative", "//evil.example", "file:///etc/passwd"):
        assert "<a" not in newsletter.html(f"[x]({link})")
    assert (
        newsletter.plain("Hej **du**\n\n1. ett\n2. [två](https://a.example)")
        == "Hej du\n\n1. ett\n2. två (https://a.example)"
    )


# ---------- Subscriptions ----------


def test_a_wish_counts_when_the_mailbox_has_said_yes() -> None:
    row = asked("Ny@Kommun.example")
    assert row.state == SubscriptionState.ASKED
    assert row.address == "ny@kommun.example"
    released_to = newsletters.readers_of(US.scope)
    assert not released_to.exists()
    assert sending.send_due(now=NOW) == 1
    facts = unseal(letters.CONFIRMING, token_in(mail.outbox[0].body))
    assert facts == {"s": row.pk, "n": row.nonce, "l": "sv"}
    subscriptions.confirm(subscription=row, nonce=facts["n"], language=facts["l"], now=LATER)
    assert released_to.get() == row
    consent = Consent.objects.get()
    assert (consent.words, consent.language) == (subscriptions.WORDS, "sv")
    assert (consent.asked_at, consent.given_at) == (NOW, LATER)
    with pytest.raises(rules.LinkIsUsed):
        subscriptions.confirm(subscription=row, nonce=facts["n"], language="sv", now=LATER)


def test_an_old_confirming_link_does_not_bring_back_who_has_left() -> None:
    row = asked()
    nonce = row.nonce
    subscriptions.confirm(subscription=row, nonce=nonce, language="sv", now=NOW)
    subscriptions.leave(subscription=row, how=Left.ONE_CLICK, now=LATER)
    with pytest.raises(rules.LinkIsUsed):
        subscriptions.confirm(subscription=row, nonce=nonce, language="sv", now=LATER)


def test_rejoining_works_and_both_consents_are_kept() -> None:
    row = asked()
    subscriptions.confirm(subscription=row, nonce=row.nonce, language="sv", now=NOW)
    subscriptions.leave(subscription=row, how=Left.LINK, now=LATER)
    again = asked(now=LATER + timedelta(days=1), language="fi")
    assert again.state == SubscriptionState.ASKED
    subscriptions.confirm(subscription=again, nonce=again.nonce, language="fi", now=LATER + timedelta(days=1))
    assert [bool(consent.ended_at) for consent in Consent.objects.all()] == [True, False]
    released(written())
    assert send(LATER + timedelta(days=1)) >= 1
    issues = [message for message in mail.outbox if message.subject.startswith("Nyhetsbrev")]
    assert [message.to for message in issues] == [["ny@kommun.example"]]


def test_an_address_gets_at_most_three_letters_a_day_whoever_asks() -> None:
    for minute in range(10):
        asked(now=NOW + timedelta(minutes=minute))
    sending.send_due(now=NOW + timedelta(minutes=11))
    assert len(mail.outbox) == 3
    asked(now=NOW + timedelta(days=1, minutes=5))
    assert Letter.objects.count() == 4


def test_a_subscriber_who_is_asked_for_again_is_told_in_a_letter_and_loses_nothing() -> None:
    row = asked()
    subscriptions.confirm(subscription=row, nonce=row.nonce, language="sv", now=NOW)
    sending.send_due(now=NOW)
    again = asked(now=LATER)
    assert again.state == SubscriptionState.CONFIRMED
    sending.send_due(now=LATER)
    assert Letter.objects.filter(kind=letters.KNOWN, state=LetterState.SENT).count() == 1
    other = asked(language="fi", now=LATER)
    assert (other.state, other.language) == (SubscriptionState.CONFIRMED, "sv")
    subscriptions.confirm(subscription=other, nonce=other.nonce, language="fi", now=LATER)
    other.refresh_from_db()
    assert other.language == "fi"
    assert Consent.objects.count() == 1


def test_thirty_days_after_leaving_the_address_is_nowhere_and_the_consent_still_is() -> None:
    row = asked()
    subscriptions.confirm(subscription=row, nonce=row.nonce, language="sv", now=NOW)
    released(written())
    send()
    subscriptions.leave(subscription=row, how=Left.LINK, now=LATER)
    assert subscriptions.erase_left(now=LATER + timedelta(days=29, hours=23)) == 0
    assert subscriptions.erase_left(now=LATER + timedelta(days=30)) == 1
    assert not Subscription.objects.exists()
    assert Consent.objects.get().ended_at == LATER
    kept = Letter.objects.get()
    assert kept.kind == letters.ISSUE
    assert "ny@kommun.example" not in f"{kept.address} {kept.sent_to} {kept.sent_text} {kept.facts}"
    assert newsletters.progress_of(Issue.objects.get()).sent == 1


def test_a_wish_that_nobody_confirms_is_erased_after_seven_days() -> None:
    asked()
    assert subscriptions.erase_left(now=NOW + timedelta(days=6, hours=23)) == 0
    assert subscriptions.erase_left(now=NOW + timedelta(days=7)) == 1
    assert not Subscription.objects.exists()
    assert not Letter.objects.exists()


# ---------- Addresses that letters come back from ----------


def test_after_three_hard_bounces_no_issue_goes_there_until_it_is_lifted(sink: Sink, cast: Any) -> None:
    subscribers(2, ("sv",))
    sink.at_rcpt = lambda to, n: "550 5.1.1 no such user" if to == "reader0@kommun.example" else ""
    for number in range(1, 4):
        released(written())
        send()
        newsletters.write_due(now=LATER)
        row = Suppression.objects.get()
        assert (row.bounces, row.suppressed_at is not None) == (number, number == 3)
    issue = released(written())
    send()
    issue.refresh_from_db()
    progress = newsletters.progress_of(issue)
    assert (progress.readers, progress.sent, progress.suppressed, progress.failed) == (2, 1, 1, 0)
    suppression.lift(suppression=row, reason="Ny brevlåda", by=cast.malin, now=LATER)
    sink.at_rcpt = lambda to, n: ""
    issue = released(written())
    send()
    issue.refresh_from_db()
    assert newsletters.progress_of(issue).sent == 2
    row.refresh_from_db()
    assert (row.reason, row.lifted_by, row.bounces) == ("Ny brevlåda", cast.malin, 0)
    with pytest.raises(rules.NotSuppressed):
        suppression.lift(suppression=row, reason="x", by=cast.malin, now=LATER)


def test_a_suppressed_address_still_gets_what_is_not_a_newsletter(sink: Sink) -> None:
    for _time in range(3):
        suppression.count_bounce(address="ny@kommun.example", code="550", now=NOW)
    asked()
    assert sending.send_due(now=NOW) == 1
