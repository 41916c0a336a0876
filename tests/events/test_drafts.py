"""Drafts: reminded of before a call closes, each once for a deadline; and cleared away when they stayed empty."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import translation

from audit.models import Deed
from events import actions as events
from events.actions import abstracts, calls, drafts, publishing
from events.models import Abstract, Author, Evaluation, Event, Registration
from events.states import AbstractState
from outbox import kinds
from outbox.models import Letter
from tests.cast import NOW, STOCKHOLM, Cast
from tests.events.test_sign_up import seminar

__all__ = ["seminar"]
pytestmark = pytest.mark.django_db
# The call closes on Friday 30 April at noon in Stockholm.
CLOSES = datetime(2027, 4, 30, 12, tzinfo=STOCKHOLM)


def at_eight(day: int, month: int = 4) -> datetime:
    return datetime(2027, month, day, 8, tzinfo=STOCKHOLM)


def set_call(event: Event, closes: datetime = CLOSES) -> None:
    calls.set_call(
        event=event, by=None, now=NOW, opens_at=NOW - timedelta(days=1), closes_at=closes, section={"sv": "S"}
    )
    event.refresh_from_db()


@pytest.fixture
def talk(seminar: Event) -> Event:
    set_call(seminar)
    return seminar


def begin(event: Event, number: int = 1, language: str = "sv") -> Abstract:
    address = f"f{number}@annan.example"
    return abstracts.begin(call=event.call, name=f"F {number}", address=address, language=language, now=NOW)


def reminded(abstract: Abstract) -> list[Letter]:
    rows = Letter.objects.filter(kind="events.abstract_deadline", about=f"events.abstract:{abstract.pk}")
    return list(rows.order_by("not_before"))


def tick(first: datetime, last: datetime, hours: int = 1) -> None:
    """The clock's hand, from hour to hour."""
    while first < last:
        drafts.remind_authors(since=first, now=first + timedelta(hours=hours))
        first += timedelta(hours=hours)


def test_authors_with_unsent_drafts_are_reminded_a_week_and_a_day_before_each_once(cast: Cast, talk: Event) -> None:
    draft, sent, withdrawn = begin(talk, 1), begin(talk, 2), begin(talk, 3)
    Abstract.objects.filter(pk=sent.pk).update(state=AbstractState.SUBMITTED, publish=True, pages=1)
    abstracts.withdraw(abstract=withdrawn, now=NOW)
    tick(NOW, CLOSES)
    assert [letter.not_before for letter in reminded(draft)] == [at_eight(23), at_eight(29)]
    assert not reminded(sent)
    assert not reminded(withdrawn)
    # Run twice, or late, it writes nothing more; after an outage only the nearest.
    drafts.remind_authors(since=NOW, now=CLOSES - timedelta(hours=1))
    assert len(reminded(draft)) == 2
    other = begin(talk, 4)
    drafts.remind_authors(since=NOW, now=CLOSES - timedelta(hours=1))
    assert [letter.not_before for letter in reminded(other)] == [at_eight(29)]


def test_when_the_deadline_moves_reminders_are_due_before_the_new_one(cast: Cast, talk: Event, at: Any) -> None:
    draft = begin(talk)
    tick(NOW, at_eight(24))
    [old] = reminded(draft)
    set_call(talk, datetime(2027, 5, 14, 12, tzinfo=STOCKHOLM))
    at(at_eight(24))
    with translation.override("sv"):
        assert kinds.find(old.kind).build(old) is None, "the old deadline holds no longer"
    tick(at_eight(24), datetime(2027, 5, 14, 12, tzinfo=STOCKHOLM))
    assert [letter.not_before for letter in reminded(draft)] == [at_eight(23), at_eight(7, 5), at_eight(13, 5)]


def test_nobody_is_reminded_when_the_event_is_cancelled_or_the_call_is_closed(cast: Cast, talk: Event) -> None:
    draft = begin(talk)
    calls.close_call(call=talk.call, by=None, now=NOW + timedelta(hours=1))
    tick(NOW + timedelta(hours=2), CLOSES)
    set_call(talk)
    events.cancel_event(event=talk, reason="Snö", by=cast.malin, now=NOW)
    tick(NOW, CLOSES)
    assert not reminded(draft)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", ("är inte inskickat än", "bara det som skickas in läses", "Öppna ditt sammandrag")),
        ("fi", ("ei ole vielä lähetetty", "vain lähetetyt luetaan", "Avaa tiivistelmäsi")),
        ("en", ("is not sent in yet", "only what is sent in is read", "Open your abstract")),
    ],
)
def test_the_reminder_says_until_when_in_the_authors_language(
    cast: Cast, talk: Event, at: Any, language: str, said: tuple[str, ...]
) -> None:
    draft = begin(talk, language=language)
    tick(NOW, at_eight(24))
    [letter] = reminded(draft)
    assert letter.reader_language == language
    at(at_eight(23))
    with translation.override(language):
        mail = kinds.find(letter.kind).build(letter)
        assert mail is not None
        for words in said:
            assert words in mail.subject + mail.text
        assert "/w/" in mail.text
        Abstract.objects.filter(pk=draft.pk).update(state=AbstractState.SUBMITTED, publish=True, pages=1)
        assert kinds.find(letter.kind).build(letter) is None, "sent in meanwhile"


def test_the_calls_cost_as_much_for_three_events_as_for_one(
    cast: Cast, talk: Event, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        copy = publishing.copy_event(event=talk, date=date(2027, 11, 13 + number), by=cast.malin, now=NOW)
        set_call(copy)
    with django_assert_num_queries(1):
        drafts.remind_authors(since=NOW, now=NOW + timedelta(hours=1))


# ---------- Cleared away ----------


def test_what_was_begun_and_stayed_empty_is_cleared_after_30_days(cast: Cast, talk: Event) -> None:
    empty, titled, shared = begin(talk, 1), begin(talk, 2), begin(talk, 3)
    Abstract.objects.filter(pk=titled.pk).update(title="Ett ord")
    Author.objects.create(abstract=shared, order=1, name="Medea")
    day = timedelta(days=30)
    assert drafts.clear_empty(now=NOW + day - timedelta(minutes=1)) == 0
    assert drafts.clear_empty(now=NOW + day) == 1
    assert not Abstract.objects.filter(pk=empty.pk).exists()
    assert Abstract.objects.count() == 2
    assert Deed.objects.get(deed="abstract_cleared").about == f"events.abstract:{empty.pk}"
    assert drafts.clear_empty(now=NOW + 2 * day) == 0


def untitled(cast: Cast, **facts: Any) -> Event:
    event = events.create_event(
        region=cast.sormland,
        kind="seminar",
        title="",
        date=date(2027, 11, 12),
        start_time=time(9),
        end_time=time(15),
        by=cast.malin,
        now=NOW,
    )
    Event.objects.filter(pk=event.pk).update(**facts)
    return event


def test_an_event_without_a_title_in_any_language_is_cleared(cast: Cast) -> None:
    empty = untitled(cast)
    finnish = untitled(cast, title_fi="Jää ja kasva")
    course = untitled(cast, kind="course_day")
    known = untitled(cast)
    Registration.objects.create(event=known, person=cast.tuva, created_at=NOW, changed_at=NOW)
    assert drafts.clear_empty(now=NOW + timedelta(days=29)) == 0
    assert drafts.clear_empty(now=NOW + timedelta(days=30)) == 1
    assert not Event.objects.filter(pk=empty.pk).exists()
    assert set(Event.objects.values_list("pk", flat=True)) == {finnish.pk, course.pk, known.pk}
    assert Deed.objects.filter(deed="event_cleared").count() == 1


def test_an_evaluation_that_never_opened_is_cleared_when_the_event_is_long_over(cast: Cast, seminar: Event) -> None:
    evaluation = Evaluation.objects.create(event=seminar, wanted=True)
    late = seminar.ends_at + timedelta(days=37)
    assert drafts.clear_empty(now=late - timedelta(hours=1)) == 0
    Evaluation.objects.filter(pk=evaluation.pk).update(questions=[{"kind": "text", "label": {"sv": "Resan?"}}])
    assert drafts.clear_empty(now=late) == 0
    Evaluation.objects.filter(pk=evaluation.pk).update(questions=[])
    assert drafts.clear_empty(now=late) == 1
