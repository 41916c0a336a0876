"""Course folders: asked for, made by the clock, released; made anew when a yes is taken back; who fetches them."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from audit.actions import key, record
from documents.actions import erase_file, keep_file, workplace
from documents.binder import BindingFailed
from documents.pdf import PressFailed, PressMissing
from events.states import PrintState
from outbox.clock import wake
from people.models import Person, RoleAssignment
from people.rules import find_person
from people.states import Role
from programmes.documents import folders as documents
from programmes.letters import folders as letters
from programmes.models import Cohort, Enrolment, Folder, FolderReader, Share
from programmes.rules import folders as rules

PRINTER = "make folders"
LEASE = timedelta(minutes=10)

log = logging.getLogger("helmi.folders")


# ---------- Asking and making ----------


@transaction.atomic
def make(*, cohort: Cohort, language: str, by: Person | None, now: datetime, follows_on: bool = False) -> Folder:
    """Ask for a new version of the round's folder in a language; the clock makes it.

    Refused as `rules.why_not_make` says. A version that `follows_on` is released as soon as it is ready.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme__region").get(pk=cohort.pk)
    if refusal := rules.why_not_make(cohort, language):
        raise refusal
    number = (cohort.folders.aggregate(last=Max("number"))["last"] or 0) + 1
    folder = Folder.objects.create(
        cohort=cohort, number=number, language=language, follows_on=follows_on, by=by, created_at=now
    )
    record("folder.asked", by=by, about=folder, scope=cohort.scope, now=now, version=number)
    wake(PRINTER)
    return folder


def print_waiting(*, now: datetime, most: int = 10) -> int:
    """Make the folders that wait, one after the other; how many became ready.

    Each is taken by a conditional update for ten minutes, so two hands never share one. What fails three times has
    failed, and who asked is told. Without the libraries nothing counts as a try.
    """
    done = 0
    for _turn in range(most):
        folder = _take_next(now)
        if folder is None:
            break
        try:
            done += _print(folder, now)
        except PressMissing:
            Folder.objects.filter(pk=folder.pk).update(tries=folder.tries - 1, print_after=None)
            break
        except (PressFailed, BindingFailed, FileNotFoundError):
            log.exception("a folder could not be made", extra={"facts": {"folder": folder.pk}})
            if folder.tries >= rules.TRIES:
                _fail(folder, now)
    return done


def _take_next(now: datetime) -> Folder | None:
    while folder := Folder.objects.to_make(now, rules.TRIES).first():
        mine = Folder.objects.to_make(now, rules.TRIES).filter(pk=folder.pk, tries=folder.tries)
        if mine.update(tries=folder.tries + 1, print_after=now + LEASE, done=0):
            rows = Folder.objects.select_related("cohort__programme__region", "cohort__programme__funder", "by")
            return rows.get(pk=folder.pk)
    return None


def _print(folder: Folder, now: datetime) -> int:
    days = rules.days_of(folder.cohort)
    pieces, people = rules.pieces_of(days, now), rules.named_in(folder.cohort)
    row = Folder.objects.filter(pk=folder.pk, state=PrintState.WAITING)

    def progress(done: int) -> None:
        row.update(done=done)

    row.update(total=sum(piece.is_bound for piece in pieces))
    target = workplace() / f"folder-{folder.pk}-{folder.tries}.pdf"
    try:
        made = documents.print_folder(
            folder=folder,
            days=days,
            pieces=pieces,
            people=people,
            today=now.date(),
            target=target,
            progress=progress,
        )
        return _keep(folder, made, [enrolment.pk for enrolment in people], now)
    finally:
        target.unlink(missing_ok=True)


@transaction.atomic
def _keep(folder: Folder, made: documents.Made, named: list[int], now: datetime) -> int:
    file = keep_file(
        source=made.path,
        kind="folder",
        name=documents.file_name(folder),
        content_type=rules.PDF,
        about=key(folder),
        scope=folder.cohort.scope,
        by=folder.by,
        now=now,
    )
    mine = Folder.objects.standing().filter(pk=folder.pk, state=PrintState.WAITING, tries=folder.tries)
    facts = {"pages": made.pages, "uploads": made.uploads, "inaccessible": made.inaccessible, "named": named}
    if not mine.update(state=PrintState.READY, file=file, ready_at=now, **facts):
        erase_file(file=file)  # another hand has taken it over
        return 0
    record("folder.made", by=None, about=folder, scope=folder.cohort.scope, now=now, version=folder.number)
    folder.refresh_from_db(fields=["state", "file", "ready_at", *facts])
    if folder.follows_on:
        _release(folder, by=None, now=now)
    letters.ready(folder, now=now)
    return 1


@transaction.atomic
def _fail(folder: Folder, now: datetime) -> None:
    if Folder.objects.filter(pk=folder.pk, state=PrintState.WAITING).update(state=PrintState.FAILED):
        record("folder.failed", by=None, about=folder, scope=folder.cohort.scope, now=now, version=folder.number)
        letters.failed(folder, now=now)


# ---------- Releasing ----------


@transaction.atomic
def release(*, folder: Folder, by: Person, now: datetime) -> Folder:
    """Give a version to those who take part and to the municipalities; their directors get a letter.

    It takes the place of the one before in its language, whose file is erased. Refused as `rules.why_not_release` says.
    """
    folder = _locked(folder)
    if refusal := rules.why_not_release(folder):
        raise refusal
    _release(folder, by=by, now=now)
    letters.released(folder, readers_of(folder.cohort, now=now), by=by, now=now)
    return folder


def _locked(folder: Folder) -> Folder:
    Cohort.objects.select_for_update(of=("self",)).get(pk=folder.cohort_id)
    rows = Folder.objects.select_for_update(of=("self",)).select_related(
        "cohort__programme__region", "cohort__programme__funder", "cohort__responsible"
    )
    return rows.get(pk=folder.pk)


def _release(folder: Folder, *, by: Person | None, now: datetime) -> None:
    before = Folder.objects.standing().filter(cohort=folder.cohort_id, language=folder.language)
    for other in before.exclude(pk=folder.pk).filter(number__lt=folder.number).exclude(state=PrintState.WAITING):
        _end(other, now)
    folder.released_at, folder.released_by = now, by
    folder.save(update_fields=["released_at", "released_by"])
    record("folder.released", by=by, about=folder, scope=folder.cohort.scope, now=now, version=folder.number)


def _end(folder: Folder, now: datetime) -> None:
    """A version that nobody fetches any more: its row stays, its file and its list of names go."""
    file, folder.ended_at, folder.file, folder.named = folder.file, now, None, []
    folder.save(update_fields=["ended_at", "file", "named"])
    if file is not None:
        erase_file(file=file)


def readers_of(cohort: Cohort, *, now: datetime) -> list[Person]:
    """Who fetches the municipalities' copies: their directors of the day and those whom they have named, each once."""
    paths = list(cohort.shares.values_list("organisation__path", flat=True))
    directors = RoleAssignment.objects.on(now.date()).filter(role=Role.DIRECTOR, person__is_active=True)
    found: dict[int, Person] = {}
    for held in directors.select_related("person", "organisation").order_by("pk"):
        if held.organisation is not None:
            reach = [held.organisation.path, *held.organisation.past_paths]
            if any(path.startswith(begin) for path in paths for begin in reach):
                found.setdefault(held.person_id, held.person)
    for row in FolderReader.objects.standing().filter(share__cohort=cohort).select_related("person"):
        found.setdefault(row.person_id, row.person)
    return list(found.values())


# ---------- Being named in it ----------


@transaction.atomic
def agree(*, enrolment: Enrolment, by: Person, now: datetime) -> Enrolment:
    """Say yes to standing with name and municipality in the folder. Refused as `rules.why_not_be_named` says."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("person", "cohort__programme")
        .get(pk=enrolment.pk)
    )
    if refusal := rules.why_not_be_named(enrolment):
        raise refusal
    if enrolment.in_folder_since is None:
        enrolment.in_folder_since = now
        enrolment.save(update_fields=["in_folder_since"])
        record("folder.name_yes", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now)
    return enrolment


@transaction.atomic
def disagree(*, enrolment: Enrolment, by: Person, now: datetime) -> Enrolment:
    """Take the yes back: a folder that names the person cannot be fetched from now on and is made anew without her."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("cohort__programme").get(pk=enrolment.pk)
    )
    if enrolment.in_folder_since is not None:
        enrolment.in_folder_since = None
        enrolment.save(update_fields=["in_folder_since"])
        record("folder.name_no", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now)
        wake(PRINTER)
    return enrolment


def renew(*, now: datetime) -> int:
    """Make anew the folders that name somebody who has left, must not be named or no longer agrees; how many."""
    ready = Folder.objects.standing().filter(state=PrintState.READY).exclude(named=[])
    return sum(_renew(folder.pk, now) for folder in rules.with_somebody_who_left(ready))


@transaction.atomic
def _renew(pk: int, now: datetime) -> int:
    """The old file goes at once; a version that was released is followed by one that is released by itself."""
    folder = _locked(Folder.objects.get(pk=pk))
    if folder.ended_at is not None or not rules.names_somebody_who_left(folder):
        return 0
    was_out = folder.released_at is not None
    _end(folder, now)
    record("folder.taken_back", by=None, about=folder, scope=folder.cohort.scope, now=now, version=folder.number)
    waiting = folder.cohort.folders.standing().filter(language=folder.language, state=PrintState.WAITING)
    if waiting.exists():
        if was_out:
            waiting.update(follows_on=True)
    else:
        make(cohort=folder.cohort, language=folder.language, by=folder.by, now=now, follows_on=was_out)
    return 1


# ---------- Who fetches a municipality's copy ----------


@transaction.atomic
def name_reader(*, share: Share, address: str, by: Person, now: datetime) -> FolderReader:
    """Let somebody who works in the municipality fetch its copy; she gets a letter. Refused as `why_not_name` says."""
    share = (
        Share.objects.select_for_update(of=("self",))
        .select_related("organisation", "cohort__programme")
        .get(pk=share.pk)
    )
    person = find_person(address)
    if refusal := rules.why_not_name(share, person, by, now=now):
        raise refusal
    if person is None:
        raise rules.NobodyThere(organisation=share.organisation.name)
    row = FolderReader.objects.create(share=share, person=person, by=by, at=now)
    record("folder.reader_named", by=by, about=share.cohort, scope=share.cohort.scope, now=now, person=row.person_id)
    letters.named(row, now=now)
    return row


@transaction.atomic
def end_reader(*, reader: FolderReader, by: Person, now: datetime) -> FolderReader:
    """She fetches it no more. Refused to others than the municipality's directors."""
    rows = FolderReader.objects.select_for_update(of=("self",)).select_related(
        "share__organisation", "share__cohort__programme", "person"
    )
    reader = rows.get(pk=reader.pk)
    if not rules.directs(reader.share, by):
        raise rules.NotTheirDirector()
    if reader.ended_at is None:
        reader.ended_at = now
        reader.save(update_fields=["ended_at"])
        cohort = reader.share.cohort
        record("folder.reader_ended", by=by, about=cohort, scope=cohort.scope, now=now, person=reader.person_id)
    return reader
