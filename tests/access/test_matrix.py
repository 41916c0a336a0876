"""Every route, knocked on by everybody: who may see it sees it, and nobody else learns that it exists."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.access.routes import Route, policy, routes
from tests.access.world import Principal, World, build
from tests.cast import NOW, organisation

pytestmark = [pytest.mark.matrix, pytest.mark.django_db]

# Words that only people in Sörmland may read: names, addresses, what somebody typed.
CANARIES = (
    "Tuva Ljungdahl",
    "tuva@eskilstuna.example",
    "Edvin Kronqvist",
    "edvin@eskilstuna.example",
    "Leila Mansouri",
)
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# What may be written although the answer is no: the session, and the audit's record of the attempt.
HARMLESS = re.compile(r'"(django_session|usersessions_usersession|audit_deed|audit_words)"')

OBJECTS: dict[str, Callable[[World], dict[str, Any]]] = {}


def on(*names: str) -> Callable[[Callable[[World], dict[str, Any]]], Callable[[World], dict[str, Any]]]:
    """These routes are knocked on with what the function makes."""

    def keep(make: Callable[[World], dict[str, Any]]) -> Callable[[World], dict[str, Any]]:
        for name in names:
            OBJECTS[name] = make
        return make

    return keep


@on(
    "programmes:attendance", "programmes:mark", "programmes:certificates", "programmes:certificates_print",
    "programmes:approvals", "programmes:cohort_edit", "programmes:cohort_participants", "programmes:cohort_letters",
    "programmes:capacity", "programmes:decision", "programmes:cohort", "programmes:days", "programmes:evaluation",
    "programmes:cohort_group", "programmes:newcomers", "programmes:pairs", "programmes:unfinished",
)  # fmt: skip
def running(world: World) -> dict[str, Any]:
    """The round that runs."""
    return {"pk": world.things["running"].pk}


@on(
    "programmes:door", "programmes:door_sheet", "programmes:day", "programmes:day_edit", "programmes:day_host",
    "programmes:day_place", "programmes:day_move", "programmes:day_cancel",
)  # fmt: skip
def day(world: World) -> dict[str, Any]:
    """Its next day, in Eskilstuna, which has a host and a lecturer."""
    return {"pk": world.things["running"].pk, "number": 4}


@on("programmes:make_up", "programmes:enrolment", "programmes:certificate_issue", "programmes:leave",
    "programmes:enrolment_flags", "programmes:approval_ask", "programmes:approval_phone",
    "programmes:employer")  # fmt: skip
def own_place(world: World) -> dict[str, Any]:
    """Tuva's place in the round that runs."""
    return {"pk": world.things["tuva"].pk}


@on("programmes:break", "programmes:transfer")
def about_to_go(world: World) -> dict[str, Any]:
    """Tuva's place, for a break or a later round."""
    return {"pk": world.things["tuva"].pk}


@on("programmes:break_back", "programmes:break_undo")
def away(world: World) -> dict[str, Any]:
    """A break that Tuva will take."""
    from programmes.actions import breaks

    row = breaks.take_break(
        enrolment=world.things["tuva"],
        starts_on=date(2027, 9, 1),
        expected_on=None,
        keeps_seat=True,
        by=world.cast.malin,
        now=NOW,
    )
    return {"pk": world.things["tuva"].pk, "row": row.pk}


@on("programmes:my_application", "programmes:withdraw_mine")
def own_application(world: World) -> dict[str, Any]:
    """Tuva's application."""
    return {"pk": world.things["tuva"].pk}


@on("programmes:group_card", "programmes:reflection_new")
def place_in_a_group(world: World) -> dict[str, Any]:
    """Tuva's place, as she shows it to her group and writes from it."""
    return {"pk": world.things["tuva"].pk}


@on("programmes:reflection", "programmes:reflection_edit", "programmes:reflection_readers",
    "programmes:reflection_remove")  # fmt: skip
def private_text(world: World) -> dict[str, Any]:
    """What Tuva has written about the next day, and nobody else may read."""
    from programmes.actions import reflections

    row = reflections.write(
        enrolment=world.things["tuva"],
        day=world.things["day"],
        title="Tuva Ljungdahl om Leila Mansouri",
        text="Edvin Kronqvist",
        by=world.cast.tuva,
        now=NOW,
    )
    return {"pk": row.pk}


@on("programmes:supervision_group", "programmes:supervision_contract", "programmes:supervision_run",
    "programmes:supervision_book", "programmes:supervision_write")  # fmt: skip
def supervised(world: World) -> dict[str, Any]:
    """A group with Tuva in it, which the lecturer supervises."""
    return {"pk": supervision_of(world).pk}


@on("programmes:supervision_move")
def session_to_come(world: World) -> dict[str, Any]:
    """Its next session."""
    from datetime import time

    from programmes.actions import sessions

    group = supervision_of(world)
    facts = {"days": [date(2027, 5, 20)], "start": time(13), "minutes": 90, "form": "room"}
    sessions.book(group=group, by=world.cast.malin, now=NOW, **facts)
    return {"pk": group.pk, "session": group.held.get().pk}


def supervision_of(world: World) -> Any:
    """A group of three that has agreed."""
    from programmes.actions import supervision
    from programmes.models import SupervisionGroup
    from tests import cast as made

    cast = world.cast
    people = [cast.tuva]
    for n in (1, 2):
        who = made.person(f"Handledd {n}", f"handledd{n}@nykoping.example", cast.sormland)
        made.employment(who, cast.nyk_barn)
        people.append(who)
    supervision.form_groups(
        programme=world.things["running"].programme,
        groups=[(cast.lecturer, people)],
        terms=supervision.Terms(10, 90, 4),
        by=cast.malin,
        now=NOW,
    )
    group = SupervisionGroup.objects.get()
    SupervisionGroup.objects.update(state="agreed")
    group.refresh_from_db()
    return group


def task_of(world: World) -> Any:
    """A task for the day that the lecturer has, which Tuva does alone; nobody else takes part in the round."""
    from programmes.actions import group_tasks

    running = world.things["running"]
    running.enrolments.exclude(person=world.cast.tuva).update(programme_side="withdrawn")
    return group_tasks.set_task(
        cohort=running,
        day=world.things["day"],
        title="Uppgift",
        instruction="Gör så här",
        due=NOW.date(),
        alone=True,
        by=world.cast.lecturer,
        now=NOW,
    )


@on("programmes:group_tasks", "programmes:group_task_new")
def round_with_tasks(world: World) -> dict[str, Any]:
    """The round, with a task."""
    return {"pk": task_of(world).cohort_id}


@on("programmes:group_task", "programmes:group_task_edit")
def group_task(world: World) -> dict[str, Any]:
    """The task, for those who set it."""
    return {"pk": task_of(world).pk}


@on("programmes:hand_in", "programmes:hand_in_file")
def handed_in(world: World) -> dict[str, Any]:
    """What Tuva has handed in."""
    import io

    from documents import gate
    from documents.actions import workplace
    from programmes.actions import group_tasks

    group = task_of(world).groups.get()
    admitted = gate.admit(io.BytesIO(b"hej"), name="svar.txt", folder=workplace())
    text = "Tuva Ljungdahl om Leila Mansouri"
    group_tasks.save(group=group, text=text, admitted=admitted, version=0, hand_in=True, by=world.cast.tuva, now=NOW)
    return {"pk": group.pk}


@on("programmes:mentor")
def one_mentor(world: World) -> dict[str, Any]:
    """Johan, who is in the pool."""
    return {"pk": world.things["mentor"].pk}


@on("programmes:mentorships")
def round_with_pairs(world: World) -> dict[str, Any]:
    """The round that runs, in which Tuva has a mentor."""
    return {"pk": pair_of(world).enrolment.cohort_id}


def pair_of(world: World) -> Any:
    """Tuva and Johan, and the mentor whom she had before and who sees nothing of it any more."""
    from programmes.actions import mentorships
    from programmes.models import Mentor, Mentorship

    row = Mentorship.objects.filter(enrolment=world.things["tuva"], mentor=world.things["mentor"]).first()
    if row is not None:
        return row
    pool = {"region": world.cast.sormland, "valid_from": NOW.date(), "added_at": NOW}
    before = Mentor.objects.create(person=world.cast.former, **pool)
    facts = {"enrolment": world.things["tuva"], "created_at": NOW, "agreed_at": NOW, "nonce": "n"}
    Mentorship.objects.create(
        mentor=before, state="closed", started_on=NOW.date(), closed_at=NOW, closed_why="no_fault", **facts
    )
    words = {"aims": "Leila Mansouri", "rhythm": "ofta", "reached": "sms"}
    pair = Mentorship.objects.create(mentor=world.things["mentor"], state="agreed", **facts)
    pair = mentorships.write_agreement(pair=pair, by=world.cast.tuva, now=NOW, **words)
    pair = mentorships.confirm_agreement(pair=pair, written_at=NOW, by=world.cast.johan, now=NOW)
    mentorships.keep_note(pair=pair, note=None, text="Edvin Kronqvist", by=world.cast.johan, now=NOW)
    mentorships.ask_checks(NOW + timedelta(days=70))
    return pair


@on(
    "programmes:mentorship", "programmes:mentor_agreement", "programmes:mentor_meeting_new", "programmes:mentor_notes",
    "programmes:mentor_check", "programmes:mentor_end",
)  # fmt: skip
def mentorship(world: World) -> dict[str, Any]:
    """Tuva and her mentor."""
    return {"pk": pair_of(world).pk}


@on("programmes:mentor_meeting")
def meeting_of_two(world: World) -> dict[str, Any]:
    """A meeting that the two have held."""
    from programmes.actions import mentorships

    pair = pair_of(world)
    row = mentorships.keep_meeting(
        pair=pair, meeting=None, day=NOW.date(), minutes=90, form="phone", tag="work", by=world.cast.johan, now=NOW
    )
    return {"pk": pair.pk, "meeting": row.pk}


def closing_of(world: World) -> Any:
    """The last day closes the round, in which nobody but Tuva takes part."""
    from programmes.actions import closing

    running = world.things["running"]
    running.enrolments.exclude(person=world.cast.tuva).update(programme_side="withdrawn")
    return closing.choose_day(cohort=running, day=running.days.get(number=8), by=world.cast.malin, now=NOW)


@on("programmes:closing", "programmes:proposals")
def closed_round(world: World) -> dict[str, Any]:
    """The round with a closing day."""
    return {"pk": closing_of(world).cohort_id}


@on("programmes:proposal_answer")
def asked_municipality(world: World) -> dict[str, Any]:
    """What Eskilstuna is asked, when a proposal has been sent."""
    from programmes.actions import proposals

    closing, malin = closing_of(world), world.cast.malin
    proposals.write(closing=closing, words="Handledning", by=world.cast.tuva, now=NOW)
    proposals.agree(closing=closing, agreed=True, by=malin, now=NOW)
    proposals.send(closing=closing, by=malin, now=NOW)
    return {"pk": closing.answers.get(organisation=world.cast.eskilstuna).pk}


@on("programmes:support")
def needed(world: World) -> dict[str, Any]:
    """What Tuva still needs, which she has passed to her manager for good."""
    from programmes.actions import support

    place, tuva = world.things["tuva"], world.cast.tuva
    before = NOW - timedelta(hours=1)
    facts = {"kind": "other", "text": "Tuva Ljungdahl om Leila Mansouri", "from_whom": "Edvin Kronqvist"}
    row = support.add(enrolment=place, by=tuva, now=before, **facts)
    support.pass_on(enrolment=place, needs=[row.pk], by=tuva, now=before)
    return {"pk": place.pk}


@on("programmes:undo_make_up")
def made_up(world: World) -> dict[str, Any]:
    """A day that Tuva makes up in the next round."""
    from programmes.actions import attendance

    cast = world.cast
    cohort = world.things["running"]
    row = attendance.make_up(
        enrolment=world.things["tuva"],
        missed=cohort.days.get(number=2),
        day=world.things["opened"].days.get(number=5),
        by=cast.malin,
        now=NOW,
    )
    return {"pk": world.things["tuva"].pk, "make_up": row.pk}


@on("programmes:certificate_file", "programmes:certificate_replace", "programmes:certificate_revoke")
def certificate(world: World) -> dict[str, Any]:
    """Tuva's certificate of the round that has finished, printed."""
    from documents import actions as documents
    from programmes.actions import certificates

    row = certificates.issue(enrolment=world.things["done"], by=world.cast.malin, now=NOW)
    if row.file is None:
        row.file = documents.keep_file(
            source=b"%PDF-1.7 test", kind="certificate", name="intyg.pdf", content_type="application/pdf", now=NOW
        )
        row.save()
    return {"pk": row.pk}


@on("programmes:certificate_role")
def hosted(world: World) -> dict[str, Any]:
    """What a host did on a day of the round that runs, which is over."""
    return {"pk": world.things["running"].pk, "person": world.cast.host_other.pk, "function": "host"}


@on("programmes:folder")
def round_with_folder(world: World) -> dict[str, Any]:
    """The round that runs, which has no folder yet."""
    return {"pk": world.things["running"].pk}


@on("programmes:my_listing")
def named_place(world: World) -> dict[str, Any]:
    """Tuva's place in the round that has finished."""
    return {"pk": world.things["done"].pk}


def _folder(world: World, *, released: bool) -> Any:
    """The folder of the round that has finished, in which Eskilstuna alone had seats."""
    from documents import actions as documents
    from programmes.models import Folder

    cohort = world.things["finished"]
    cohort.shares.exclude(organisation=world.cast.eskilstuna).delete()
    file = documents.keep_file(
        source=b"%PDF-1.7 test", kind="folder", name="mapp.pdf", content_type="application/pdf", now=NOW
    )
    return Folder.objects.create(
        cohort=cohort, number=1, language="sv", state="ready", file=file, created_at=NOW, ready_at=NOW,
        released_at=NOW if released else None,
    )  # fmt: skip


@on("programmes:folder_file")
def released_folder(world: World) -> dict[str, Any]:
    """A folder that the municipality fetches."""
    return {"pk": _folder(world, released=True).pk}


@on("programmes:folder_release")
def unreleased_folder(world: World) -> dict[str, Any]:
    """A folder that only coordinators see."""
    row = _folder(world, released=False)
    return {"pk": row.cohort_id, "number": row.number}


@on("programmes:folder_readers")
def copy_of_municipality(world: World) -> dict[str, Any]:
    """Eskilstuna's copy."""
    return {"pk": world.things["finished"].shares.get(organisation=world.cast.eskilstuna).pk}


@on("programmes:folder_reader_end")
def reader_of_copy(world: World) -> dict[str, Any]:
    """Stina, whom Eskilstuna's director has named."""
    from programmes.models import FolderReader

    share = world.things["finished"].shares.get(organisation=world.cast.eskilstuna)
    return {"pk": FolderReader.objects.create(share=share, person=world.cast.stina, by=world.cast.lars, at=NOW).pk}


@on("reports:export", "reports:export_file", "reports:export_cancel")
def export(world: World) -> dict[str, Any]:
    """A list that Malin has asked for."""
    from documents import actions as documents
    from reports.models import Export

    file = documents.keep_file(source=b"namn;kommun", kind="export", name="lista.csv", content_type="text/csv", now=NOW)
    row = Export.objects.create(
        kind="participants",
        form="xlsx",
        region=world.cast.sormland,
        by=world.cast.malin,
        purpose="Årsrapport",
        language="sv",
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
        state="ready",
        file=file,
    )
    return {"pk": row.pk}


@on("people:person", "people:edit", "people:close", "people:reopen", "people:employ", "people:give_role")
def participant(world: World) -> dict[str, Any]:
    """Tuva herself."""
    return {"pk": world.cast.tuva.pk}


@on("people:employment", "people:end_employment")
def employment(world: World) -> dict[str, Any]:
    """Tuva's employment."""
    return {"pk": world.things["employment"].pk}


@on("people:end_role")
def role_held(world: World) -> dict[str, Any]:
    """Stina's role as manager of the unit."""
    return {"pk": world.cast.stina.roles.get().pk}


@on(
    "people:organisation", "people:organisation_edit", "people:organisation_rename", "people:organisation_move",
    "people:organisation_end", "people:contact", "people:contact_correct",
)  # fmt: skip
def unit(world: World) -> dict[str, Any]:
    """The unit in which Tuva works, with Stina as its contact."""
    world.cast.barn.contact = world.cast.stina
    world.cast.barn.save()
    return {"pk": world.cast.barn.pk}


@on("people:organisation_emblem", "people:organisation_picture")
def unit_with_emblem(world: World) -> dict[str, Any]:
    """The unit in which Tuva works, with a picture."""
    from documents.actions import keep_file

    unit = world.cast.barn
    unit.emblem = keep_file(source=b"PNG", kind="emblem", name="emblem.png", content_type="image/png", now=NOW)
    unit.save()
    return {"pk": unit.pk}


@on("people:region", "people:region_edit", "people:take_part", "people:closed_period")
def own_region(world: World) -> dict[str, Any]:
    """Sörmland."""
    return {"pk": world.cast.sormland.pk}


@on("people:end_participation")
def participation(world: World) -> dict[str, Any]:
    """Flen takes part in Sörmland."""
    return {"pk": world.cast.sormland.participations.get(organisation=world.cast.flen).pk}


@on("people:closed_period_remove")
def closed(world: World) -> dict[str, Any]:
    """The summer in which limits stand still."""
    from people.models import ClosedPeriod

    row = ClosedPeriod.objects.create(
        region=world.cast.sormland, name="Sommar", valid_from=date(2027, 7, 1), valid_to=date(2027, 7, 31)
    )
    return {"pk": row.pk}


@on("people:import", "people:import_errors", "people:import_confirm", "people:import_discard")
def staged(world: World) -> dict[str, Any]:
    """A file that Malin has uploaded and not confirmed."""
    from people.actions import stage_import

    row = stage_import(
        kind="people", region=world.cast.sormland, source="personal.csv", good=[], bad=[], by=world.cast.malin, now=NOW
    )
    return {"pk": row.pk}


@on("programmes:staff_file", "programmes:staff_file_errors")
def staged_staff(world: World) -> dict[str, Any]:
    """A file of staff that Malin has uploaded and not confirmed."""
    from programmes.actions import files

    row = files.stage(
        cohort=world.things["opened"], source="personal.csv", good=[], bad=[], by=world.cast.malin, now=NOW
    )
    return {"pk": row.pk}


@on("events:materials", "events:material_new", "events:working")
def event_with_material(world: World) -> dict[str, Any]:
    """The next day as an event, for which the lecturer has added a text."""
    material_of(world)
    return {"pk": world.things["day"].event_id}


def material_of(world: World, **facts: Any) -> Any:
    """A text of the lecturer's, for those who are registered."""
    import io

    from documents import gate
    from documents.actions import workplace
    from events.actions import material

    admitted = gate.admit(io.BytesIO(b"Tuva Ljungdahl"), name="fall.txt", folder=workplace())
    return material.add(
        event=world.things["day"].event,
        title="Fallet om Tuva Ljungdahl",
        admitted=admitted,
        seen_by="registered",
        by=world.cast.lecturer,
        now=NOW,
    )


@on("events:material_edit", "events:material_review", "events:material_remove", "events:material_file")
def lecturers_material(world: World) -> dict[str, Any]:
    """The text that the lecturer has added to the next day."""
    row = material_of(world)
    return {"pk": row.event_id, "material": row.pk}


@on("events:door", "events:door_shell", "events:door_worker", "events:door_names", "events:door_send",
    "events:presence", "events:presence_file", "events:presence_sheet", "events:badges",
    "events:badge_name")  # fmt: skip
def seminar_with_a_door(world: World) -> dict[str, Any]:
    """The next day, as a seminar to which people come."""
    from events.models import Event

    Event.objects.filter(pk=world.things["day"].event_id).update(kind="seminar")
    return {"pk": world.things["day"].event_id}


@on("events:presence_one")
def who_came(world: World) -> dict[str, Any]:
    """Tuva on that seminar."""
    return {**seminar_with_a_door(world), "registration": world.things["registration"].pk}


@on("events:badges_file")
def printed_badges(world: World) -> dict[str, Any]:
    """Badges of that seminar, made."""
    from documents.actions import keep_file
    from events.models import BadgePrint

    event = seminar_with_a_door(world)["pk"]
    file = keep_file(source=b"%PDF-", kind="badges", name="badges.pdf", content_type="application/pdf", now=NOW)
    row = BadgePrint.objects.create(
        event_id=event, sheet="90x60", language="sv", state="ready", file=file, created_at=NOW, ready_at=NOW
    )
    return {"pk": event, "number": row.pk}


@on("events:badge_of")
def a_badge_of_somebody(world: World) -> dict[str, Any]:
    """Tuva's badge on that seminar, where she has a place of her own."""
    from events.models import Claim, Places, Registration

    event = seminar_with_a_door(world)["pk"]
    row: Registration = world.things["registration"]
    places = Places.objects.create(region=world.cast.sormland, event_id=event, way="on_site", sold=1)
    claim = Claim.objects.create(
        places=places, person_id=row.person_id, state="confirmed", created_at=NOW, changed_at=NOW
    )
    Registration.objects.filter(pk=row.pk).update(claim=claim)
    return {"pk": event, "registration": row.pk}


@on("events:public_material")
def open_material(world: World) -> dict[str, Any]:
    """A file that is open to everybody, of a seminar that is."""
    from events.models import Event, Material

    row = material_of(world)
    Event.objects.filter(pk=row.event_id).update(audience="public")
    Material.objects.filter(pk=row.pk).update(seen_by="public")
    return {"pk": row.pk}


@on("events:event", "events:event_file", "events:practicalities", "programmes:day_event")
def event(world: World) -> dict[str, Any]:
    """The next day as an event."""
    return {"pk": world.things["day"].event_id}


@on("events:evaluation", "events:evaluation_edit")
def asked_event(world: World) -> dict[str, Any]:
    """The next day, after which those who were there are asked how it was."""
    return {"pk": world.things["day"].event_id}


def read_event(world: World) -> Any:
    """A text about the next day that nobody has read."""
    from answers.models import Box, FreeText
    from events.models import Evaluation

    box, _made = Box.objects.get_or_create(
        owner="events.evaluation:matrix",
        defaults={
            "kind": "events.evaluation",
            "scope": f"region:{world.cast.sormland.pk}",
            "questions": {"pages": []},
            "state": "released",
            "frozen_digest": "x",
            "public_key": b"x" * 32,
        },
    )
    Evaluation.objects.update_or_create(event=world.things["day"].event, defaults={"box": box})
    text, _made = FreeText.objects.get_or_create(box=box, scope=box.scope, question="good", words="Bra dag")
    return text


@on("events:evaluation_texts")
def unread(world: World) -> dict[str, Any]:
    """The next day, of which a text waits to be read."""
    read_event(world)
    return {"pk": world.things["day"].event_id}


@on("events:evaluation_text")
def unread_text(world: World) -> dict[str, Any]:
    """The text itself."""
    return {"pk": world.things["day"].event_id, "text": read_event(world).pk}


def released_box(world: World, kind: str, owner: str) -> Any:
    """A box of which something is published, and a text in it that nobody has read."""
    from answers.models import Box, FreeText, Release

    facts: dict[str, Any] = {"scope": f"region:{world.cast.sormland.pk}", "state": "released", "frozen_digest": "x"}
    facts["questions"] = {"pages": []}
    box, _made = Box.objects.get_or_create(owner=owner, defaults={**facts, "kind": kind, "public_key": b"x" * 32})
    turnout = {"n": "", "invited": 20, "percent": ""}
    Release.objects.get_or_create(box=box, defaults={"tables": {"turnout": turnout, "tables": []}, "at": NOW})
    text, _made = FreeText.objects.get_or_create(box=box, scope=box.scope, question="good", words="Bra omgång")
    return text


def summed_up(world: World) -> Any:
    """The round that runs, as if it were summed up."""
    return released_box(world, "programmes.cohort", f"programmes.cohort:{world.things['running'].pk}")


@on("programmes:decision_look", "programmes:board_release", "programmes:said", "programmes:said_new")
def over(world: World) -> dict[str, Any]:
    """The round that is over, and about which something is decided."""
    from programmes.actions.decisions import decide

    facts: dict[str, Any] = {"outcome": "change", "preliminary": True, "why": "Bra", "improvements": "Fler fall"}
    decide(cohort=world.things["finished"], by=world.cast.malin, now=NOW, **facts)
    return {"pk": world.things["finished"].pk}


@on("programmes:board", "programmes:board_file")
def told_of(world: World) -> dict[str, Any]:
    """The page about a round that Nyköping did not take part in; the directors of those who did may read it."""
    from programmes.actions.boards import release

    where = over(world)
    world.things["finished"].shares.filter(organisation=world.cast.nykoping).delete()
    release(cohort=world.things["finished"], by=world.cast.malin, now=NOW)
    return where


@on("programmes:said_edit", "programmes:said_up")
def said(world: World) -> dict[str, Any]:
    """What the participants of the finished round said, and what was changed."""
    from programmes.actions.boards import keep_said

    words = {"said_sv": "Långa dagar", "changed_sv": "Kortare dagar"}
    row = keep_said(
        cohort=world.things["finished"], said=None, words=words, shown="inside", by=world.cast.malin, now=NOW
    )
    return {"pk": row.cohort_id, "said": row.pk}


@on("programmes:improvement")
def improvement(world: World) -> dict[str, Any]:
    """What the decision about the finished round wants better in the one that runs."""
    over(world)
    row = world.things["running"].improvements.get()
    return {"pk": row.cohort_id, "improvement": row.pk}


@on("programmes:conditions", "programmes:condition_new")
def asks(world: World) -> dict[str, Any]:
    """The programme of the rounds, which asks nothing of its own yet."""
    return {"pk": world.things["running"].programme_id}


@on("programmes:condition")
def condition(world: World) -> dict[str, Any]:
    """What the programme asks of those who apply."""
    from programmes.actions.conditions import add_condition

    words = {"words_sv": "Du är ny", "question_sv": "Sedan när?", "reason_sv": "för länge"}
    row = add_condition(
        programme=world.things["running"].programme, fact="months_most", months=12, decides="counts",
        words=words, by=world.cast.malin, now=NOW,
    )  # fmt: skip
    return {"pk": row.programme_id, "condition": row.pk}


@on("programmes:evaluation_texts")
def unread_of_round(world: World) -> dict[str, Any]:
    """The round, of which a text waits to be read."""
    summed_up(world)
    return {"pk": world.things["running"].pk}


@on("programmes:evaluation_text")
def unread_text_of_round(world: World) -> dict[str, Any]:
    """The text itself."""
    return {"pk": world.things["running"].pk, "text": summed_up(world).pk}


@on("programmes:evaluation_file")
def round_as_a_file(world: World) -> dict[str, Any]:
    """What came out of the round, as a table."""
    summed_up(world)
    return {"pk": world.things["running"].pk, "form": "csv"}


@on("events:evaluation_file")
def event_as_a_file(world: World) -> dict[str, Any]:
    """What came out of the next day, as a table."""
    from events.models import Evaluation

    text = released_box(world, "events.evaluation", "events.evaluation:matrix file")
    Evaluation.objects.update_or_create(event=world.things["day"].event, defaults={"box": text.box})
    return {"pk": world.things["day"].event_id, "form": "csv"}


def seminar_of(world: World) -> Any:
    """A seminar for those who work in the unit, hosted by Eskilstuna, on which Tuva and Yasmin are registered."""
    from datetime import time

    from events import actions
    from events.actions import sign_up
    from events.models import Event, Invited, Places

    cast = world.cast
    row = Event.objects.filter(kind="seminar", region=cast.sormland).first()
    if row is not None:
        return row
    row = actions.create_event(
        region=cast.sormland,
        kind="seminar",
        title={"sv": "Seminarium"},
        date=date(2027, 11, 12),
        start_time=time(9),
        end_time=time(15),
        host=cast.eskilstuna,
        by=cast.malin,
        now=NOW,
    )
    row = actions.publish_event(event=row, by=cast.malin, now=NOW)
    Invited.objects.create(event=row, organisation=cast.barn)
    places = actions.open_places(region=cast.sormland, capacity=1, starts_at=row.starts_at)
    Places.objects.filter(pk=places.pk).update(event=row, way="on_site")
    for who in (cast.yasmin, cast.tuva):
        facts = sign_up.Facts(name=who.name, email=who.email, language="sv", employer="Eskilstuna")
        sign_up.sign_up(event=row, places=places, facts=facts, person=who, now=NOW)
    return row


@on(
    "events:registrations", "events:registration_add", "events:registration_answers", "events:registrations_file",
    "events:staff_list",
)  # fmt: skip
def seminar(world: World) -> dict[str, Any]:
    """The seminar."""
    return {"pk": seminar_of(world).pk}


@on(
    "events:organise", "events:event_announce", "events:event_publish", "events:event_words", "events:arrange",
    "events:agenda", "events:ways", "events:event_move", "events:event_cancel", "events:event_copy",
    "events:questions", "events:invited", "events:reserve",
)  # fmt: skip
def organised_seminar(world: World) -> dict[str, Any]:
    """The seminar."""
    return {"pk": seminar_of(world).pk}


@on("events:way_remove")
def way_of_seminar(world: World) -> dict[str, Any]:
    """The seminar's places."""
    row = seminar_of(world)
    return {"pk": row.pk, "way": row.ways.get().pk}


@on("events:question_remove")
def question_of_seminar(world: World) -> dict[str, Any]:
    """What the seminar asks."""
    row = seminar_of(world)
    question = row.questions.create(label_sv="Varför?", purpose_sv="Därför", erase_on=row.date + timedelta(days=30))
    return {"pk": row.pk, "question": question.pk}


@on("events:invited_remove")
def invitation_to_seminar(world: World) -> dict[str, Any]:
    """Those whom the seminar invites."""
    row = seminar_of(world)
    return {"pk": row.pk, "invitation": row.invited.get().pk}


@on("events:reserve_release")
def kept_back_at_seminar(world: World) -> dict[str, Any]:
    """A place of the seminar that is kept back."""
    row = seminar_of(world)
    row.ways.update(capacity=3, reserved=1)
    kept = row.ways.get().reserves.create(number=1, whom="Talare", release_at=NOW + timedelta(days=9))
    return {"pk": row.pk, "reserve": kept.pk}


@on("events:listing", "events:rss", "events:region_calendar")
def region_with_events(world: World) -> dict[str, Any]:
    """The region."""
    return {"region": world.cast.sormland.slug}


@on("events:public", "events:public_file", "events:interest", "events:picture")
def public_meeting(world: World) -> dict[str, Any]:
    """A meeting that is open to everybody."""
    from datetime import time

    from events.actions import publishing
    from events.models import Event

    cast = world.cast
    row = Event.objects.filter(kind="meeting", region=cast.sormland).first()
    if row is None:
        row = publishing.draft_event(
            region=cast.sormland,
            kind="meeting",
            audience="public",
            title={"sv": "Regionmöte", "fi": "Aluekokous"},
            date=date(2027, 11, 5),
            start_time=time(9),
            end_time=time(15),
            by=cast.malin,
            now=NOW,
        )
        publishing.announce_event(event=row, by=cast.malin, now=NOW)
    return {"region": cast.sormland.slug, "pk": row.pk}


@on("events:registration", "events:registration_cancel", "events:registration_offer")
def seminar_registration(world: World) -> dict[str, Any]:
    """Tuva waits for a place on the seminar."""
    row = seminar_of(world)
    return {"pk": row.pk, "registration": row.registrations.get(person=world.cast.tuva).pk}


@on("events:way_capacity")
def seminar_way(world: World) -> dict[str, Any]:
    """The seminar's only way."""
    row = seminar_of(world)
    return {"pk": row.pk, "way": row.ways.get().pk}


@on("events:staff_list_check")
def staff_draft(world: World) -> dict[str, Any]:
    """Those whom Stina is about to register on the seminar."""
    from events.actions import staff_list

    row = seminar_of(world)
    data = {"way": row.ways.get().pk, "people": [], "rows": "Ny; ny@annan.example", "language": "sv"}
    draft = staff_list.start(event=row, data=data, by=world.cast.stina, now=NOW)
    return {"pk": row.pk, "draft": draft.pk}


def abstract_of(world: World) -> Any:
    """An abstract on that seminar, accepted; a lecturer from far away has written it, and Tuva reviews it."""
    from decimal import Decimal

    from events.actions import calls
    from events.models import Abstract, Author, Review

    cast, event = world.cast, seminar_of(world)
    call = calls.set_call(
        event=event, opens_at=NOW, closes_at=NOW + timedelta(days=3), blind=True, section={"sv": "Sammandrag"},
        reviews_each=1, by=cast.malin, now=NOW,
    )  # fmt: skip
    row = Abstract.objects.create(
        call=call, person=cast.lecturer, state="submitted", language="sv", title="Rubrik", text="Text", publish=True,
        pages=1, fill=Decimal("0.5"), created_at=NOW, changed_at=NOW, submitted_at=NOW,
    )  # fmt: skip
    Author.objects.create(abstract=row, name="Lena", confirmed_at=NOW)
    Review.objects.create(abstract=row, reviewer=cast.tuva, given_at=NOW)
    return row


@on("events:call", "events:call_edit", "events:call_close", "events:call_reviewers")
def calling_event(world: World) -> dict[str, Any]:
    """The seminar that calls for abstracts."""
    return {"pk": abstract_of(world).call.event_id}


@on("events:book")
def event_with_book(world: World) -> dict[str, Any]:
    """The seminar with an abstract in its book."""
    from events.actions import calls

    row = abstract_of(world)
    event = row.call.event
    calls.decide(abstract=row, accept=True, by=world.cast.malin, now=NOW)
    event.registrations.update(claim=None)
    event.registrations.get_or_create(person=world.cast.edvin, defaults={"created_at": NOW, "changed_at": NOW})
    return {"pk": row.call.event_id}


@on("events:abstract_read", "events:abstract_decide", "events:abstract_blind")
def one_abstract(world: World) -> dict[str, Any]:
    """What came in."""
    row = abstract_of(world)
    return {"pk": row.call.event_id, "abstract": row.pk}


@on("events:review")
def one_review(world: World) -> dict[str, Any]:
    """Tuva's review of it."""
    return {"pk": abstract_of(world).reviews.get().pk}


@on("events:absence", "events:absence_undo", "events:needs")
def coming_event(world: World) -> dict[str, Any]:
    """The next day, on which Tuva is registered."""
    return {"pk": world.things["day"].event_id}


def written_letter(world: World, state: str = "queued", batch: Any = None) -> Any:
    """A letter about Sörmland's round."""
    from outbox.models import Letter

    return Letter.objects.create(
        key=f"matrix:{state}",
        kind="programmes.left",
        person=world.cast.tuva,
        language="sv",
        about=f"programmes.enrolment:{world.things['tuva'].pk}",
        scope=f"region:{world.cast.sormland.pk}",
        state=state,
        facts={"enrolment": world.things["tuva"].pk},
        not_before=NOW + timedelta(hours=1),
        created_at=NOW,
        batch=batch,
    )


@on("outbox:letter", "outbox:hold", "outbox:send_now", "outbox:cancel")
def letter(world: World) -> dict[str, Any]:
    """A letter that waits."""
    return {"pk": written_letter(world).pk}


@on("outbox:try_again")
def failed_letter(world: World) -> dict[str, Any]:
    """A letter that could not be sent."""
    return {"pk": written_letter(world, "failed").pk}


@on("outbox:arrived", "outbox:not_arrived", "outbox:decide_alike")
def uncertain_letter(world: World) -> dict[str, Any]:
    """A letter of which nobody knows whether it arrived."""
    return {"pk": written_letter(world, "uncertain").pk}


@on("outbox:batch", "outbox:undo_batch", "outbox:cancel_batch")
def batch(world: World) -> dict[str, Any]:
    """Letters that wait to be read."""
    from outbox.models import Batch

    row = Batch.objects.create(
        kind="programmes.left",
        about="programmes.cohort:1",
        scope=f"region:{world.cast.sormland.pk}",
        by=world.cast.malin,
        created_at=NOW,
    )
    written_letter(world, "held", row)
    return {"pk": row.pk}


@on("programmes:staff_answer")
def asked_for(world: World) -> dict[str, Any]:
    """Tuva's application to the next round, which waits for a yes."""
    row = world.cast.enrolment(world.things["opened"], world.cast.tuva, side="applied", employer="asked")
    return {"pk": row.pk}


@on("programmes:approval_confirm", "programmes:approval_refuse")
def to_confirm(world: World) -> dict[str, Any]:
    """A yes from an address that nobody knows."""
    from programmes.models import Approval

    row = Approval.objects.create(
        enrolment=world.cast.enrolment(world.things["opened"], world.cast.tuva, side="applied", employer="asked"),
        address="okand@annan.example",
        nonce="n" * 32,
        asked_at=NOW,
        expires_at=NOW + timedelta(days=14),
        answer="yes",
        way="link",
        answered_name="Någon",
        answered_at=NOW,
    )
    return {"pk": row.pk}


@on("programmes:enrolment_undo")
def undoable(world: World) -> dict[str, Any]:
    """A change of Tuva's employer's side that Malin has just made."""
    from programmes.actions import sides

    row = sides.change(
        enrolment=world.things["tuva"], side="employer", after="declined", by=world.cast.malin, now=NOW, why="Fel"
    )
    return {"pk": world.things["tuva"].pk, "transition": row.pk}


@on("programmes:seats", "programmes:seats_check")
def in_selection(world: World) -> dict[str, Any]:
    """A round whose seats are to be shared."""
    opened = world.things["opened"]
    opened.state = "selection"
    opened.save()
    return {"pk": opened.pk}


@on("programmes:cohort_open")
def planned(world: World) -> dict[str, Any]:
    """A round that is not open yet."""
    return {"pk": world.cast.cohort(number=14, state="draft").pk}


@on("programmes:programme_emblem", "programmes:funder_emblem")
def own_emblem(world: World) -> dict[str, Any]:
    """Sörmland's programme, whose funder has a picture of its own; both have the same number."""
    from documents.actions import keep_file
    from programmes.models import Funder

    programme = world.cast.programme()
    picture = keep_file(source=b"PNG", kind="emblem", name="emblem.png", content_type="image/png", now=NOW)
    programme.funder = Funder.objects.create(
        pk=programme.pk, region=programme.region, name="Fonden", statement="Betalt av fonden", emblem=picture
    )
    programme.save()
    return {"pk": programme.pk}


@on("programmes:programme_inside", "programmes:programme_edit", "programmes:programme_funder", "programmes:cohort_new")
def own_programme(world: World) -> dict[str, Any]:
    """Sörmland's programme."""
    return {"pk": world.cast.programme().pk}


@on("programmes:include")
def without_a_yes(world: World) -> dict[str, Any]:
    """Leila's application, to which nobody has said yes, in a round whose seats are to be shared."""
    in_selection(world)
    return {"pk": world.things["leila"].pk}


@on("programmes:answer_offer")
def offered(world: World) -> dict[str, Any]:
    """Tuva is offered a place in the next round."""
    return {"pk": world.cast.enrolment(world.things["opened"], world.cast.tuva, side="offered").pk}


@on("programmes:my_days_file")
def shared_round(world: World) -> dict[str, Any]:
    """The round that runs, as everybody who sees one of its days may have it in the calendar."""
    return {"pk": world.things["running"].pk}


@on("programmes:my_needs")
def own_round(world: World) -> dict[str, Any]:
    """Tuva's place."""
    return {"pk": world.things["tuva"].pk}


@on("programmes:staff_check")
def own_draft(world: World) -> dict[str, Any]:
    """What Stina has chosen on the first of her two screens."""
    from programmes.actions import applications

    data = {"cohort": world.things["opened"].pk, "people": [world.cast.edvin.pk], "new": []}
    return {"pk": applications.start_staff_draft(by=world.cast.stina, data=data, now=NOW).pk}


@on(
    "home:newsletter_issue", "home:newsletter_insert", "home:newsletter_test", "home:newsletter_send",
    "home:newsletter_pause", "home:newsletter_resume", "home:newsletter_drop",
)  # fmt: skip
def own_issue(world: World) -> dict[str, Any]:
    """An issue of Sörmland's newsletter that is being written."""
    from home.views.newsletter import publisher_of
    from outbox.actions import newsletters

    row = newsletters.begin_issue(publisher=publisher_of(world.cast.sormland), by=world.cast.malin, now=NOW)
    newsletters.keep_text(
        issue=row, language="sv", subject="Tuva Ljungdahl berättar", preface="Hej", sections=[], version=0,
        by=world.cast.malin, now=NOW,
    )  # fmt: skip
    return {"pk": row.pk}


@on("home:newsletter_text", "home:newsletter_preview")
def own_issue_in_swedish(world: World) -> dict[str, Any]:
    """Its Swedish text."""
    return {**own_issue(world), "language": "sv"}


@on("home:newsletter_undo")
def released_issue(world: World) -> dict[str, Any]:
    """An issue that leaves in ten minutes."""
    from home.views.newsletter import publisher_of
    from outbox.actions import newsletters
    from outbox.models import Issue

    subscription(world)
    kwargs = own_issue(world)
    newsletters.release_issue(
        issue=Issue.objects.get(**kwargs),
        publisher=publisher_of(world.cast.sormland),
        by=world.cast.malin,
        now=NOW,
    )
    return kwargs


@on("home:newsletter_subscriber_leave")
def subscription(world: World) -> dict[str, Any]:
    """Tuva subscribes to Sörmland's newsletter."""
    from home.views.newsletter import publisher_of
    from outbox.actions import subscriptions

    row = subscriptions.join(
        publisher=publisher_of(world.cast.sormland),
        address=world.cast.tuva.email,
        language="sv",
        read_in="sv",
        now=NOW,
    )
    return {"pk": row.pk}


@on("home:newsletter_lift")
def suppressed(world: World) -> dict[str, Any]:
    """Her address, from which three letters came back."""
    from outbox.actions import suppression

    subscription(world)
    for _time in range(3):
        row = suppression.count_bounce(address=world.cast.tuva.email, code="550", now=NOW)
    return {"pk": row.pk}


def assessed(world: World) -> Any:
    """A self-assessment of Tuva's, which nobody else may read."""
    from competence.actions import own
    from tests.competence.conftest import make_framework

    version = make_framework(world.cast.sormland, areas=1, each=1)
    return own.begin(framework=version, by=world.cast.tuva, today=NOW.date(), now=NOW)


@on("competence:survey", "competence:survey_frame", "competence:survey_questions", "competence:survey_units",
    "competence:survey_check")  # fmt: skip
def drafted_survey(world: World) -> dict[str, Any]:
    """A survey that is being prepared."""
    from tests.competence.surveying import drafted

    return {"pk": drafted(world.cast).pk}


@on("competence:survey_slips")
def open_survey(world: World) -> dict[str, Any]:
    """One that people answer."""
    from tests.competence.surveying import standing_open

    return {"pk": standing_open(world.cast).pk}


@on("competence:survey_plan")
def survey_to_count(world: World) -> dict[str, Any]:
    """One that nobody can answer any more."""
    from tests.competence.surveying import standing_open

    return {"pk": standing_open(world.cast, over=True).pk}


@on("competence:assessment")
def private_assessment(world: World) -> dict[str, Any]:
    """The page of it."""
    return {"pk": assessed(world).pk}


@on("competence:assess")
def private_area(world: World) -> dict[str, Any]:
    """Its only area."""
    return {"pk": assessed(world).pk, "number": 1}


@on("competence:person")
def staff_member(world: World) -> dict[str, Any]:
    """Tuva, as her manager sees her."""
    assessed(world)
    return {"pk": world.cast.tuva.pk}


@on("competence:framework")
def published_framework(world: World) -> dict[str, Any]:
    """A framework that everybody at home in the region reads."""
    from tests.competence.conftest import make_framework

    return {"pk": make_framework(world.cast.sormland, areas=1, each=1).framework_id}


@on("competence:framework_version")
def published_version(world: World) -> dict[str, Any]:
    """Its only version."""
    from tests.competence.conftest import make_framework

    return {"pk": make_framework(world.cast.sormland, areas=1, each=1).pk}


@on("competence:framework_edit")
def draft_version(world: World) -> dict[str, Any]:
    """A draft, which only those see who run the region."""
    from tests.competence.conftest import make_framework

    return {"pk": make_framework(world.cast.sormland, areas=1, each=1, published=False).pk}


@on("competence:framework_part")
def draft_area(world: World) -> dict[str, Any]:
    """An area of a draft."""
    version = draft_version(world)
    return {**version, "part": "area.new"}


def described(world: World, *, draft: bool = False, **facts: Any) -> Any:
    """The description of a role in Sörmland, published unless it is a draft."""
    from competence.actions import profiles
    from competence.models import Task
    from competence.states import VersionState
    from tests.competence.conftest import make_framework

    version = profiles.start(
        region=world.cast.sormland,
        organisation=facts.get("organisation"),
        framework=make_framework(world.cast.sormland, areas=1, each=1),
        titles={"sv": "Socialsekreterare"},
        by=world.cast.malin,
        now=NOW,
    )
    Task.objects.create(version=version, words="Utreda")
    if not draft:
        version.state, version.published_at = VersionState.PUBLISHED, NOW
        version.save()
    return version


@on("competence:profile")
def role_profile(world: World) -> dict[str, Any]:
    """A role profile that everybody at home in the region reads."""
    return {"pk": described(world).profile_id}


@on("competence:profile_version", "competence:profile_pdf")
def role_version(world: World) -> dict[str, Any]:
    """Its only version."""
    return {"pk": described(world).pk}


@on("competence:profile_do")
def role_draft(world: World) -> dict[str, Any]:
    """A draft, which only those see who run the region."""
    return {"pk": described(world, draft=True).pk}


@on("competence:profile_edit")
def role_draft_part(world: World) -> dict[str, Any]:
    """The tasks of a draft."""
    return {**role_draft(world), "part": "tasks"}


@on("competence:profile_people")
def role_holders(world: World) -> dict[str, Any]:
    """A role in Stina's unit, which Tuva has."""
    from competence.models import Holding

    profile = described(world, organisation=world.cast.barn).profile
    Holding.objects.create(profile=profile, employment=world.things["employment"], valid_from=NOW.date())
    return {"pk": profile.pk}


@on("competence:goals", "competence:goal_edit", "competence:goals_poster")
def place_with_goals(world: World) -> dict[str, Any]:
    """A part of Stina's unit in which only Tuva works."""
    part = organisation("Tuvas grupp", "sub_unit", world.cast.barn)
    world.cast.tuva.employments.update(unit=part)
    return {"organisation": part.pk}


def found_out(world: World) -> Any:
    """A survey of Stina's unit in Eskilstuna, of which eleven answers are published."""
    from answers.models import FreeText
    from tests.competence.conftest import make_framework
    from tests.competence.released import form_for, make_survey, release

    cast = world.cast
    form = form_for(make_framework(cast.sormland, areas=1, each=1), {})
    survey = make_survey(cast.sormland, [cast.barn])
    said: list[Any] = [(cast.barn, "worker", {form.questions[0].key: 3})] * 11
    release(survey, form, [cast.barn], said, towns=[cast.eskilstuna])
    FreeText.objects.create(box=survey.box, scope=survey.box.scope, question="text1", words="Mer tid")
    return survey


@on("competence:results", "competence:survey_texts")
def survey_with_results(world: World) -> dict[str, Any]:
    """The survey."""
    return {"pk": found_out(world).pk}


@on("competence:results_file")
def survey_as_a_file(world: World) -> dict[str, Any]:
    """Its figures, as a table."""
    return {"pk": found_out(world).pk, "form": "csv"}


@on("competence:survey_text")
def unread_text_of_survey(world: World) -> dict[str, Any]:
    """A text to it that nobody has read."""
    survey = found_out(world)
    return {"pk": survey.pk, "text": survey.box.texts.get().pk}


def subjects() -> list[Route]:
    """The routes of the matrix: all but the open ones and those that a signed link opens."""
    return [route for route in routes() if not route.open]


def kwargs_of(route: Route, world: World) -> dict[str, Any]:
    """What stands in the address; a route with parameters must say on what it is knocked."""
    if not route.parameters:
        return {}
    return OBJECTS[route.name](world)


# Files that one person asked for or brought in are that person's alone, whatever others' roles.
OWNERS = {
    "events:review": "tuva",
    "reports:export": "malin",
    "people:import": "malin",
    "programmes:staff_file": "malin",
    "programmes:staff_check": "stina",
    "events:staff_list_check": "stina",
}
# A round's days are for everybody who sees one of them.
SEE_A_DAY = {"ada", "malin", "lars", "director_nyk", "tuva", "edvin", "yasmin", "host", "host_other", "lecturer"}
# What the staff of a region read together is for everybody at home in it, and for nobody else.
AT_HOME = {
    "ada", "malin", "lars", "director_nyk", "stina", "omar", "petra", "tuva", "edvin", "leila", "yasmin", "host",
    "host_other", "former", "moved",
}  # fmt: skip
ANYWHERE = {"vera", "director_lid", "ulf", "selma"}  # at home in another region, whose list they read
READ_AT_HOME = ("competence:home", "competence:framework", "competence:profile")
# Fellow participants stand in the same relation to a day as Tuva does.
FELLOWS = ("edvin", "yasmin")
# Of these it is also asked whether they can tell what is hidden from what does not exist.
STRANGERS = {"vera", "omar", "leila", "outsider"}


def may(principal: Principal, row: dict[str, Any], route: Route) -> bool:
    """What the policy promises her."""
    who = set(row["who"])
    if route.name == "programmes:my_days_file":
        return principal.name in SEE_A_DAY
    owner = next((name for start, name in OWNERS.items() if route.name.startswith(start)), "")
    if route.parameters and owner:
        return principal.name == owner
    if route.parameters and route.name.startswith("events:") and principal.name in FELLOWS:
        return "participant" in who
    if principal.name in ("anonymous", "gone"):
        return False
    if "anyone" in who and route.name.startswith(READ_AT_HOME):
        return principal.name in (AT_HOME if route.parameters else AT_HOME | ANYWHERE)
    if "anyone" in who:
        return not route.parameters or not principal.foreign
    roles = principal.who if route.parameters else principal.who | principal.elsewhere
    return bool(roles & who)


def client_of(principal: Principal, world: World) -> Client:
    client = Client()
    if principal.name != "anonymous":
        client.force_login(
            getattr(world.cast, principal.name), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


@contextmanager
def writes() -> Iterator[list[str]]:
    """What is written meanwhile, as SQL."""
    found: list[str] = []

    def notice(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql) and not HARMLESS.search(sql):
            found.append(f"{sql[:120]} {str(params)[:120]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(notice):
        yield found


class Undo(Exception):
    """Ends a trial whose writes are thrown away."""


def knock(client: Client, method: str, address: str, data: dict[str, Any] | None = None) -> Any:
    """One request, whose writes do not stay."""
    answer = None
    try:
        with transaction.atomic():
            answer = (
                client.generic(method, address)
                if method not in ("GET", "POST")
                else getattr(client, method.lower())(address, data or {})
            )
            # A response that is read from a file is read while it is there.
            if getattr(answer, "streaming", False):
                answer.body = b"".join(answer.streaming_content)
            else:
                answer.body = answer.content
            raise Undo
    except Undo:
        return answer


def plain(answer: Any) -> str:
    """A body without what differs from request to request, or is told once about a deed before."""
    said = re.sub(
        r'<div class="messages".*?</p></div>\s*</div>', "", answer.body.decode(errors="replace"), flags=re.DOTALL
    )
    return re.sub(r"[0-9a-f]{32}|value=\"[A-Za-z0-9]{64}\"|next=[^\"]*", "", said)


def examine(route: Route, world: World, clients: dict[str, Client]) -> list[str]:
    """Everybody knocks on one route; what the policy does not promise, in words."""
    row = policy()[route.name]
    kwargs = kwargs_of(route, world)
    address = reverse(route.name, kwargs=kwargs)
    wrong: list[str] = []
    missing = None
    if kwargs and isinstance(kwargs.get("pk"), int):
        missing = reverse(route.name, kwargs={**kwargs, "pk": 987654321})
    for principal in world.principals:
        allowed = may(principal, row, route)
        roles = principal.who | ({"participant"} if principal.name in FELLOWS and "events:" in route.name else set())
        seen = bool(roles & set(row.get("seen_by", [])))
        client = clients[principal.name]
        for method in ("GET", "POST"):
            with writes() as changes:
                answer = knock(client, method, address)
            status = answer.status_code
            said = f"{route.name} {principal.name} {method}: {status}"
            if principal.name in ("anonymous", "gone"):
                if status != 302 or "/account/login/" not in answer["Location"]:
                    wrong.append(f"{said}, should be sent to sign in")
            elif method not in row["methods"]:
                if allowed and status != 405:
                    wrong.append(f"{said}, should be 405")
                if not allowed and status not in (404, 405, 403):
                    wrong.append(f"{said}, should be 404 or 405")
            elif allowed:
                if status not in (200, 302, 409, 422) or "/account/login/" in answer.get("Location", ""):
                    wrong.append(f"{said}, should be answered")
            elif seen:
                if status != 403:
                    wrong.append(f"{said}, should be 403 with the reason")
            elif status != 404:
                wrong.append(f"{said}, should be 404")
            elif missing and principal.name in STRANGERS:
                nothing = knock(client, method, missing)
                if (nothing.status_code, len(plain(nothing))) != (404, len(plain(answer))):
                    wrong.append(f"{said}, can tell it from what does not exist")
            if not allowed and changes:
                wrong.append(f"{said}, wrote: {changes}")
            if principal.foreign and not allowed and (leaks := leaked(principal, world, answer)):
                wrong.append(f"{said}, shows {leaks}")
    if "POST" in row["methods"]:
        client = Client(enforce_csrf_checks=True)
        client.cookies = clients["ada"].cookies
        if (status := knock(client, "POST", address).status_code) != 403:
            wrong.append(f"{route.name}: a form of another site is answered with {status}")
    return wrong


def leaked(principal: Principal, world: World, answer: Any) -> list[str]:
    """Sörmland's words in an answer, other than one's own name and address."""
    own = getattr(world.cast, principal.name, None)
    mine = f"{own.name} {own.email}" if own else ""
    text = plain(answer)
    return [word for word in CANARIES if word in text and word not in mine]


GROUPS = 8


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("group", range(GROUPS))
def test_a_route_answers_those_whom_the_policy_names_and_nobody_else(group: int, cast: Any) -> None:
    world = build(cast)
    clients = {principal.name: client_of(principal, world) for principal in world.principals}
    wrong: list[str] = []
    for route in subjects()[group::GROUPS]:
        try:
            with transaction.atomic():
                wrong += examine(route, world, clients)
                raise Undo
        except Undo:
            world.cast.barn.refresh_from_db()
            world.things["opened"].refresh_from_db()
    assert not wrong, "\n".join(wrong)


def test_the_whole_page_is_the_same_for_what_is_hidden_and_for_what_does_not_exist(cast: Any) -> None:
    world = build(cast)
    hidden = {
        "programmes:cohort": world.things["running"].pk,
        "programmes:enrolment": world.things["tuva"].pk,
        "competence:survey": drafted_survey(world)["pk"],
        "people:person": cast.tuva.pk,
    }
    for principal in world.principals:
        if principal.name in STRANGERS:
            client = client_of(principal, world)
            for name, pk in hidden.items():
                answer, nothing = (knock(client, "GET", reverse(name, args=[number])) for number in (pk, 987654321))
                assert answer.status_code == nothing.status_code == 404, f"{name} {principal.name}"
                assert plain(answer) == plain(nothing), f"{name} {principal.name}"
                assert not leaked(principal, world, answer), f"{name} {principal.name}"


LINKED = [route for route in routes() if route.open and "token" in route.parameters]


@pytest.mark.parametrize("route", LINKED, ids=lambda route: route.name)
def test_a_link_that_is_not_ours_opens_nothing_and_breaks_nothing(route: Route, cast: Any) -> None:
    world = build(cast)
    kwargs: dict[str, Any] = {}
    if "region" in route.parameters:
        kwargs = {"region": "sormland", "programme": "introduktion", "number": world.things["opened"].number}
    elif "number" in route.parameters:
        kwargs = {"number": 1}
    for token in ("x", "eyJhIjoxfQ:1abcde:AAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "a" * 500):
        address = reverse(route.name, kwargs={**kwargs, "token": token})
        for method in policy()[route.name]["methods"]:
            with writes() as changes:
                answer = knock(Client(), method, address)
            assert answer.status_code in (302, 400, 404, 410), f"{method} {answer.status_code}"
            assert not changes
            assert not [word for word in CANARIES if word in plain(answer)]


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(cast: Any) -> None:
    world = build(cast)
    address = reverse("programmes:attendance", args=[world.things["running"].pk])
    client = Client()
    client.force_login(cast.malin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 200
    cast.malin.roles.update(valid_to=NOW.date() - timedelta(days=1))
    assert client.get(address).status_code == 404
