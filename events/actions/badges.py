"""Name badges: asked for by the organisers, made by the clock; and what somebody wants to be called on hers."""

import logging
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from audit import actions as audit
from base import jobs
from base.languages import spoken
from documents.actions import erase_file, keep_file
from documents.pdf import PressFailed, PressMissing
from events.actions.events import scope_of
from events.documents import badges as documents
from events.models import BadgePrint, Event, Registration
from events.rules import badges as rules
from events.rules.badges import Badge
from events.states import PrintState
from people.models import Person

PRINTER = "print badges"
LEASE = timedelta(minutes=3)

log = logging.getLogger("helmi.badges")


@transaction.atomic
def ask_badges(
    *, event: Event, sheet: str, start: int = 1, only_new: bool = True, by: Person, now: datetime
) -> list[BadgePrint]:
    """Ask for the badges of all who come, or of those that are new; files of at most 500 are made in the background.

    New is who has none yet, and whose name or employer has changed since hers was printed. The first badge stands at
    position `start` of the first sheet. Refused for others than the organisers, while files are in the making, and
    when there is nobody to print.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if refusal := rules.why_not_badges(event, by) or rules.why_not_start(sheet, start):
        raise refusal
    if rules.is_printing(event):
        raise rules.PrintingNow()
    registrations = list(rules.registrations_of(event))
    badges = rules.badges_of(registrations, by)
    if not badges:
        raise rules.NoBadges()
    if only_new:
        badges = rules.new_ones(registrations, badges)
    if not badges:
        raise rules.NoNewBadges()
    made = []
    for first in range(0, len(badges), rules.MOST_IN_FILE):
        part = badges[first : first + rules.MOST_IN_FILE]
        made.append(
            BadgePrint.objects.create(
                event=event,
                by=by,
                sheet=sheet,
                start=1 if first else start,
                registrations=[badge.registration for badge in part],
                count=len(part),
                language=spoken(),
                created_at=now,
            )
        )
    audit.record(
        "badges.asked", by=by, about=event, scope=scope_of(event), now=now, rows=len(badges), only_new=only_new
    )
    jobs.wake(PRINTER)
    return made


def print_waiting(*, now: datetime, most: int = 20) -> int:
    """Make the files that wait, one after the other; how many became ready.

    Each is taken by a conditional update for three minutes, so two printers never share one, and a printer that is
    killed costs those minutes. What fails three times has failed. Without the libraries nothing counts as a try.
    """
    done = 0
    for _turn in range(most):
        row = _take_next(now)
        if row is None:
            break
        try:
            done += _print(row, now)
        except PressMissing:
            BadgePrint.objects.filter(pk=row.pk).update(tries=row.tries - 1, print_after=None)
            break
        except PressFailed:
            log.error("badges could not be printed", extra={"facts": {"print": row.pk}})
            if row.tries >= rules.TRIES:
                _fail(row, now)
    return done


def _take_next(now: datetime) -> BadgePrint | None:
    while row := BadgePrint.objects.to_print(now, rules.TRIES).first():
        taken = BadgePrint.objects.to_print(now, rules.TRIES).filter(pk=row.pk, tries=row.tries)
        if taken.update(tries=row.tries + 1, print_after=now + LEASE):
            return BadgePrint.objects.select_related("event__region", "by").get(pk=row.pk)
    return None


def _print(row: BadgePrint, now: datetime) -> int:
    event = row.event
    if row.by is None or rules.why_not_badges(event, row.by):
        _fail(row, now)
        return 0
    found = list(rules.registrations_of(event).filter(pk__in=row.registrations))
    badges = rules.badges_of(found, row.by)
    if not badges:
        _fail(row, now)
        return 0
    printed = documents.print_badges(
        badges=badges,
        sheet=row.sheet,
        start=row.start,
        title=str(getattr(event, f"title_{row.language}", "") or event.title),
        region=str(event.region.name),
        language=row.language,
    )
    return _keep(row, found, badges, printed.content, now)


@transaction.atomic
def _keep(
    row: BadgePrint, registrations: Sequence[Registration], badges: Sequence[Badge], content: bytes, now: datetime
) -> int:
    """The file is kept for a week, and whose badge is in it is marked with the words that stand there."""
    event = row.event
    file = keep_file(
        source=content,
        kind="badges",
        name=documents.file_name(event.date, row.language),
        content_type="application/pdf",
        about=audit.key(row),
        scope=scope_of(event),
        by=row.by,
        expires_at=now + rules.KEPT,
        now=now,
    )
    mine = BadgePrint.objects.filter(pk=row.pk, state=PrintState.WAITING, tries=row.tries)
    if not mine.update(state=PrintState.READY, file=file, ready_at=now, count=len(badges)):
        erase_file(file=file)  # another printer has taken it over
        return 0
    # In the order of the keys, as a door does that checks people in at this very moment.
    keys = sorted(registration.pk for registration in registrations)
    list(Registration.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    words = {badge.registration: badge.digest for badge in badges}
    for registration in registrations:
        registration.badge_printed_at, registration.badge_words = now, words[registration.pk]
    Registration.objects.bulk_update(registrations, ["badge_printed_at", "badge_words"], batch_size=250)
    audit.record("badges.printed", by=None, about=row, scope=scope_of(event), now=now, event=event.pk, rows=len(badges))
    return 1


@transaction.atomic
def _fail(row: BadgePrint, now: datetime) -> None:
    if BadgePrint.objects.filter(pk=row.pk, state=PrintState.WAITING).update(state=PrintState.FAILED):
        audit.record("badges.failed", by=None, about=row, scope=scope_of(row.event), now=now, event=row.event_id)


@transaction.atomic
def name_badge(*, registration: Registration, name: str, by: Person | None, now: datetime) -> Registration:
    """Another name on the badge; empty for the name that was registered. The badge is then new and printed again.

    Refused for others than the person and the organisers, and when the event is over or cancelled.
    """
    row = Registration.objects.select_for_update(of=("self",)).select_related("event", "person").get(pk=registration.pk)
    if refusal := rules.why_not_name(row, by, now=now):
        raise refusal
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if name == row.badge_name:
        return row
    row.badge_name, row.changed_at = name, now
    row.save(update_fields=["badge_name", "changed_at"])
    audit.record(
        "badge_named", by=by, about=row, scope=scope_of(row.event), now=now, event=row.event_id, person=row.person_id
    )
    return row
