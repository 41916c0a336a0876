"""Material of events: who adds it, who sees it and from when, and what becomes of it."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Deed
from base import clock
from base.refusal import Forbidden
from documents import gate
from documents import tasks as documents
from documents.actions import root, workplace
from documents.models import StoredFile
from documents.rules import QUOTA, QuotaFull
from events import tasks
from events.actions import material as actions
from events.models import Event, Material, Registration, Staff
from events.rules import material as rules
from outbox.models import Letter
from tests.cast import NOW, Cast, person
from tests.documents import clamd, hostile

pytestmark = pytest.mark.django_db


class Scene:
    """A course day with Tuva on it, Lena who lectures there, Selma from another region."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        cohort = cast.cohort()
        cast.enrolment(cohort, cast.tuva)
        self.event = cohort.days.get(number=4).event
        self.other = cohort.days.get(number=5).event
        self.lena = person("Lena Lektor", "lena@universitet.example")
        self.liv = person("Liv Lektor", "liv@universitet.example")
        for who in (self.lena, self.liv):
            Staff.objects.create(event=self.event, person=who, function="lecturer")

    def add(self, by: Any = None, data: bytes = b"hej", name: str = "fall.txt", **facts: Any) -> Material:
        given = {"title": "Fallet Ask", "seen_by": "registered", **facts}
        if "link" not in given:
            given["admitted"] = gate.admit(io.BytesIO(data), name=name, folder=workplace())
        return actions.add(event=given.pop("event", self.event), by=by or self.lena, now=clock.now(), **given)


@pytest.fixture
def scene(cast: Cast) -> Scene:
    for path in workplace().iterdir():
        path.unlink()
    return Scene(cast)


def file_of(row: Material) -> str:
    return reverse("events:material_file", args=[row.event_id, row.pk])


def fetched(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def status_of(response: Any) -> int:
    """How it was answered; a file is read to its end, which closes it."""
    fetched(response)
    return response.status_code


# ---------- Who sees it ----------


def test_who_is_registered_fetches_it_as_an_attachment_and_others_learn_nothing(scene: Scene, sign_in: Any) -> None:
    row = scene.add(data=b"<b>hej</b> och"[3:], name="../../Fallet.txt")
    answer = sign_in(scene.cast.tuva).get(file_of(row))
    assert answer["Content-Disposition"] == 'attachment; filename="Fallet.txt"'
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)
    assert fetched(answer)
    missing = reverse("events:material_file", args=[row.event_id, 987654])
    for stranger in (scene.cast.edvin, scene.cast.stina, scene.cast.lars, scene.cast.selma, scene.cast.vera):
        answer, nothing = (sign_in(stranger).get(address) for address in (file_of(row), missing))
        assert (answer.status_code, len(answer.content)) == (404, len(nothing.content))


def test_a_cancelled_registration_and_a_waiting_place_open_nothing(scene: Scene, sign_in: Any) -> None:
    from events.models import Claim, Places

    row = scene.add()
    mine = Registration.objects.get(event=scene.event, person=scene.cast.tuva)
    places = Places.objects.create(region=scene.event.region, capacity=1, label="x")
    claim = Claim.objects.create(
        places=places, person=scene.cast.tuva, state="waitlisted", position=1, created_at=NOW, changed_at=NOW
    )
    for facts in ({"claim": claim}, {"claim": None, "state": "cancelled"}):
        Registration.objects.filter(pk=mine.pk).update(**facts)
        assert status_of(sign_in(scene.cast.tuva).get(file_of(row))) == 404
    Registration.objects.filter(pk=mine.pk).update(state="absence_reported")
    assert status_of(sign_in(scene.cast.tuva).get(file_of(row))) == 200


def test_before_its_time_only_those_who_arrange_see_it(scene: Scene, sign_in: Any, at: Any) -> None:
    at("2027-05-12 08:59")
    row = scene.add(seen_from=scene.event.starts_at)
    assert status_of(sign_in(scene.cast.tuva).get(file_of(row))) == 404
    assert b"Fallet Ask" not in sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content
    assert status_of(sign_in(scene.lena).get(file_of(row))) == 200
    assert (
        "Visas från"
        in sign_in(scene.cast.malin).get(reverse("events:materials", args=[scene.event.pk])).content.decode()
    )
    at("2027-05-12 09:00")
    assert status_of(sign_in(scene.cast.tuva).get(file_of(row))) == 200
    assert b"Fallet Ask" in sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content


@pytest.mark.parametrize(
    ("audience", "choices"),
    [("invited", ["registered"]), ("region", ["registered", "region"]), ("public", ["registered", "region", "public"])],
)
def test_no_more_people_see_it_than_see_the_event(scene: Scene, audience: str, choices: list[str]) -> None:
    scene.event.audience = audience
    assert rules.choices_of_seen(scene.event) == choices
    scene.event.save()
    for wish in ("registered", "region", "public"):
        if wish not in choices:
            with pytest.raises(rules.SeenTooWidely):
                scene.add(link="https://good.example/", seen_by=wish)


def test_the_region_and_the_public_see_what_is_theirs(scene: Scene, client: Any, sign_in: Any) -> None:
    Event.objects.filter(pk=scene.event.pk).update(audience="public")
    scene.event.refresh_from_db()
    region, public = scene.add(seen_by="region", title="Regionens"), scene.add(seen_by="public", title="Allas")
    open_address = [reverse("events:public_material", args=[row.pk]) for row in (region, public)]
    assert [status_of(client.get(address)) for address in open_address] == [404, 200]
    assert status_of(client.get(file_of(public))) == 302
    assert [status_of(sign_in(scene.cast.leila).get(file_of(row))) for row in (region, public)] == [200, 200]
    assert [status_of(sign_in(scene.cast.selma).get(file_of(row))) for row in (region, public)] == [404, 200]
    Event.objects.filter(pk=scene.event.pk).update(audience="invited")
    client.logout()
    assert status_of(client.get(open_address[1])) == 404
    assert status_of(sign_in(scene.cast.leila).get(file_of(region))) == 404


def test_a_guessed_number_opens_nothing(scene: Scene, sign_in: Any) -> None:
    row = scene.add()
    address = reverse("events:material_file", args=[scene.other.pk, row.pk])
    assert status_of(sign_in(scene.cast.tuva).get(address)) == 404


def test_a_guest_with_a_place_fetches_it_by_the_link_of_the_registration(scene: Scene, client: Any, at: Any) -> None:
    from events.letters.days import own_token
    from events.models import Claim, Places

    at("2027-04-16 09:00")
    guest = person("Gun Gäst", "gun@annat.example")
    places = Places.objects.create(region=scene.event.region, capacity=5, label="x")
    claim = Claim.objects.create(places=places, person=guest, state="confirmed", created_at=NOW, changed_at=NOW)
    mine = Registration.objects.create(event=scene.event, person=guest, claim=claim, created_at=NOW, changed_at=NOW)
    row, later = scene.add(), scene.add(seen_from=scene.event.starts_at, title="Senare")
    elsewhere = scene.add(event=scene.other, by=scene.cast.malin)
    token = own_token(mine)

    def opens(number: int) -> int:
        answer = client.get(reverse("events:mine_material", args=[token, number]))
        fetched(answer)
        return int(answer.status_code)

    page = client.get(reverse("events:mine", args=[token])).content.decode()
    assert "Fallet Ask" in page
    assert "Senare" not in page
    assert [opens(one.pk) for one in (row, later, elsewhere)] == [200, 404, 404]
    for state in ("held", "waitlisted", "cancelled"):
        Claim.objects.filter(pk=claim.pk).update(state=state, position=1 if state == "waitlisted" else None)
        assert opens(row.pk) == 404
        assert "Fallet Ask" not in client.get(reverse("events:mine", args=[token])).content.decode()
    Claim.objects.filter(pk=claim.pk).update(state="confirmed", position=None)
    Registration.objects.filter(pk=mine.pk).update(link_version=2)
    assert opens(row.pk) == 410


# ---------- Who adds, changes and removes ----------


def test_a_lecturer_adds_to_her_own_event_only(scene: Scene, sign_in: Any) -> None:
    new = "events:material_new"
    assert sign_in(scene.lena).get(reverse(new, args=[scene.event.pk])).status_code == 200
    assert sign_in(scene.lena).get(reverse(new, args=[scene.other.pk])).status_code == 404
    assert sign_in(scene.cast.tuva).get(reverse(new, args=[scene.event.pk])).status_code == 403
    for who in (scene.cast.tuva, scene.cast.lars):
        with pytest.raises(Forbidden):
            scene.add(by=who)
    with pytest.raises(Forbidden):
        scene.add(by=scene.lena, event=scene.other)


def test_a_lecturer_changes_what_she_looks_after_and_the_organiser_everything(scene: Scene, sign_in: Any) -> None:
    row = scene.add()
    edit = reverse("events:material_edit", args=[row.event_id, row.pk])
    assert sign_in(scene.liv).get(edit).status_code == 403
    assert sign_in(scene.lena).get(edit).status_code == 200
    assert sign_in(scene.cast.malin).get(edit).status_code == 200
    assert sign_in(scene.cast.vera).get(edit).status_code == 404
    Staff.objects.filter(person=scene.lena).delete()
    assert sign_in(scene.lena).get(edit).status_code == 404


def test_a_supervision_session_holds_no_material(scene: Scene) -> None:
    scene.event.kind, scene.event.description = "supervision", ""
    scene.event.save()
    with pytest.raises(rules.NoMaterialHere):
        scene.add(by=scene.cast.malin)


def typed(**facts: Any) -> dict[str, Any]:
    return {"title": "Bilder", "link": "", "language": "", "seen_by": "registered", "review_on": "", **facts}


def test_a_lecturer_uploads_a_file_without_javascript(scene: Scene, sign_in: Any) -> None:
    address = reverse("events:material_new", args=[scene.event.pk])
    data = SimpleUploadedFile("Bilder.pdf", hostile.pdf(hostile.scripts, pages=3))
    facts = typed(file=data, language="fi", from_day="12.5.2027", from_time="9.30", review_on="12.5.2028")
    answer = sign_in(scene.lena).post(address, facts, follow=True)
    assert "Skript har tagits bort ur filen." in answer.content.decode()
    row = Material.objects.get()
    assert (row.title, row.language, row.owner, row.review_on) == ("Bilder", "fi", scene.lena, date(2028, 5, 12))
    assert row.seen_from.isoformat() == "2027-05-12T07:30:00+00:00"
    assert (row.file.pages, row.file.name, row.file.by) == (3, "Bilder.pdf", scene.lena)
    assert "PDF, 3 sidor" in answer.content.decode()
    assert Deed.objects.get(deed="material_added").scope == f"region:{scene.event.region_id}"
    assert not list(workplace().iterdir())


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("x.pdf", b"<script>alert(1)</script>"), "Filens innehåll stämmer inte"),
        (("x.docx", hostile.office(parts={"word/vbaProject.bin": b"x"})), "makron"),
        (("x.pdf", hostile.pdf()[:-40]), "skadad eller avkortad"),
        (("tom.pdf", b""), "Filens innehåll stämmer inte"),
    ],
)
def test_what_the_gate_refuses_is_said_at_the_field(
    scene: Scene, sign_in: Any, file: tuple[str, bytes], words: str
) -> None:
    address = reverse("events:material_new", args=[scene.event.pk])
    answer = sign_in(scene.lena).post(address, typed(file=SimpleUploadedFile(*file)))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Material.objects.exists()
    assert not StoredFile.objects.filter(kind="material").exists()
    assert not list(workplace().iterdir())


def test_a_full_share_is_explained_and_nothing_is_left_behind(scene: Scene, sign_in: Any) -> None:
    first = scene.add()
    StoredFile.objects.filter(pk=first.file_id).update(size=QUOTA)
    with pytest.raises(QuotaFull):
        scene.add()
    for path in workplace().iterdir():
        path.unlink()
    address = reverse("events:material_new", args=[scene.event.pk])
    answer = sign_in(scene.lena).post(address, typed(file=SimpleUploadedFile("a.txt", b"hej")))
    assert answer.status_code == 422
    assert "500" in answer.content.decode()
    assert not list(workplace().iterdir())
    assert Material.objects.count() == 1


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x", "file:///etc/passwd",
        "vbscript:x", "//evil.example", "https:evil", "https://", "http://user:secret@bank.example/", "ftp://a.example/",
        "https://a.example/\\evil", "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
        "http://localhost/", "http://localhost./", "http://10.1.2.3/", "http://169.254.169.254/latest/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://intranet/", "http://host.internal/", "http://[bad/",
        "https://a.example:99999/", "https://a.example/\nx",
    ],
)  # fmt: skip
def test_a_link_that_is_no_web_page_or_leads_inside_is_refused(scene: Scene, sign_in: Any, link: str) -> None:
    assert rules.why_not_link(link)
    address = reverse("events:material_new", args=[scene.event.pk])
    assert sign_in(scene.lena).post(address, typed(link=link)).status_code == 422
    with pytest.raises((rules.LinkNotWeb, rules.LinkNowhere)):
        scene.add(link=link)
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    "link", ["https://kommun.se/handbok?a=1#b", "http://xn--bcher-kva.example/", "https://8.8.8.8/"]
)
def test_a_link_to_a_web_page_is_kept_and_never_fetched(scene: Scene, sign_in: Any, link: str) -> None:
    address = reverse("events:material_new", args=[scene.event.pk])
    assert sign_in(scene.lena).post(address, typed(link=link)).status_code == 302
    page = sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content.decode()
    assert f'href="{link}" rel="noreferrer"' in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Välj en fil eller skriv en länk"),
        ({"link": "https://a.example/", "file": ("a.txt", b"hej")}, "inte båda"),
        ({"link": "https://a.example/", "from_time": "9"}, "Skriv dagen också"),
        ({"title": "", "file": ("a.txt", b"hej")}, "Välj filen igen"),
        ({"link": "https://a.example/", "seen_by": "public"}, "Välj"),
    ],
)
def test_what_is_missing_is_said(scene: Scene, sign_in: Any, facts: dict[str, Any], words: str) -> None:
    if "file" in facts:
        facts = {**facts, "file": SimpleUploadedFile(*facts["file"])}
    answer = sign_in(scene.lena).post(reverse("events:material_new", args=[scene.event.pk]), typed(**facts))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not list(workplace().iterdir())


def test_the_organiser_asks_somebody_else_to_look_after_it(scene: Scene, sign_in: Any) -> None:
    address = reverse("events:material_new", args=[scene.event.pk])
    page = sign_in(scene.cast.malin).get(address).content.decode()
    assert "Lena Lektor" in page
    assert "Vera Sund" not in page
    for owner, status in ((scene.cast.vera, 422), (scene.lena, 302)):
        answer = sign_in(scene.cast.malin).post(address, typed(link="https://a.example/", owner=owner.pk))
        assert answer.status_code == status
    assert Material.objects.get().owner == scene.lena
    sign_in(scene.lena).post(address, typed(link="https://b.example/", owner=scene.cast.malin.pk))
    assert Material.objects.get(link="https://b.example/").owner == scene.lena


def test_replacing_a_file_erases_the_one_before(
    scene: Scene, sign_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = scene.add(review_on=date(2028, 1, 1))
    before = root() / row.file.path
    edit = reverse("events:material_edit", args=[row.event_id, row.pk])
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(scene.lena).post(
            edit, typed(title="Ny", file=SimpleUploadedFile("ny.txt", b"nytt"), review_on="1.1.2029")
        )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.title, row.file.name, row.review_on) == ("Ny", "ny.txt", date(2029, 1, 1))
    assert not before.exists()
    assert fetched(sign_in(scene.cast.tuva).get(file_of(row))) == b"nytt"
    sign_in(scene.lena).post(edit, typed(title="Samma fil"))
    row.refresh_from_db()
    assert (row.title, row.file.name) == ("Samma fil", "ny.txt")
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(scene.lena).post(edit, typed(link="https://a.example/"))
    row.refresh_from_db()
    assert (row.file, row.link) == (None, "https://a.example/")
    assert StoredFile.objects.filter(kind="material").count() == 0
    assert sign_in(scene.lena).post(edit, typed(link="")).status_code == 422


def test_removing_it_asks_first_and_erases_the_file(
    scene: Scene, sign_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = scene.add()
    path, address = root() / row.file.path, reverse("events:material_remove", args=[row.event_id, row.pk])
    sign_in(scene.lena).get(address)
    assert Material.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(scene.lena).post(address)
    assert not Material.objects.exists()
    assert not path.exists()
    assert Deed.objects.filter(deed="material_removed").exists()


# ---------- The virus scanner ----------


def test_what_is_held_is_shown_to_nobody_until_it_is_clean(scene: Scene, sign_in: Any) -> None:
    with clamd.scanner() as (address, _seen), override_settings(VIRUS_SCANNER=address):
        row = scene.add()
        for who in (scene.cast.tuva, scene.lena, scene.cast.malin):
            assert status_of(sign_in(who).get(file_of(row))) == 404
        assert b"Fallet Ask" not in sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content
        page = sign_in(scene.lena).get(reverse("events:materials", args=[scene.event.pk])).content.decode()
        assert "Kontrolleras för virus" in page
        documents.scan_files(clock.now())
    assert status_of(sign_in(scene.cast.tuva).get(file_of(row))) == 200


def test_material_with_a_virus_is_taken_away_and_its_uploader_told_once(scene: Scene, sign_in: Any) -> None:
    with clamd.scanner() as (address, _seen), override_settings(VIRUS_SCANNER=address):
        row = scene.add(data=hostile.EICAR)
        documents.scan_files(clock.now())
    assert status_of(sign_in(scene.cast.malin).get(file_of(row))) == 404
    assert tasks.put_away_refused_material(clock.now()) == 1
    assert tasks.put_away_refused_material(clock.now()) == 0
    assert not Material.objects.exists()
    letter = Letter.objects.get(kind="events.material_refused")
    assert letter.person == scene.lena
    mail = built(letter)
    assert "Eicar-Signature" in mail.text
    assert "Fallet Ask" in mail.subject
    assert Deed.objects.filter(deed="material_refused").exists()


def built(letter: Letter) -> Any:
    from django.utils import translation

    from outbox import kinds

    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


# ---------- Review (MAT-4) ----------


def test_mat_4_thirty_days_after_its_review_date_readers_and_the_owner_see_it(
    scene: Scene, sign_in: Any, at: Any
) -> None:
    at("2027-04-16 09:00")
    row = scene.add(review_on=date(2027, 5, 1))
    old = "Kan vara inaktuell"
    for moment, shown in (("2027-05-30 23:59", False), ("2027-05-31 00:01", True)):
        at(moment)
        assert (old in sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content.decode()) == shown
        assert ("Fallet Ask" in sign_in(scene.lena).get("/").content.decode()) == shown
    at("2027-05-31 10:00")
    assert tasks.remind_owners_of_material(clock.now()) == 1
    assert tasks.remind_owners_of_material(clock.now()) == 0
    letter = Letter.objects.get(kind="events.material_review")
    assert letter.person == scene.lena
    assert "1 maj 2027" in built(letter).text
    review = reverse("events:material_review", args=[row.event_id, row.pk])
    assert sign_in(scene.liv).post(review).status_code == 403
    sign_in(scene.lena).post(review)
    row.refresh_from_db()
    assert row.review_on == date(2028, 5, 30)
    assert built(letter) is None
    assert "Fallet Ask" not in sign_in(scene.lena).get("/").content.decode()
    assert old not in sign_in(scene.cast.tuva).get(scene.event.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["malin", "ada", "stina", "lars"])
def test_the_task_stands_on_the_owners_start_page_whatever_her_role(scene: Scene, sign_in: Any, who: str) -> None:
    owner = getattr(scene.cast, who)
    Staff.objects.create(event=scene.event, person=owner, function="lecturer")
    scene.add(by=owner, review_on=NOW.date() - timedelta(days=31))
    assert "Fallet Ask" in sign_in(owner).get("/").content.decode()


# ---------- Figures ----------


def test_lists_ask_as_much_at_one_row_as_at_three(scene: Scene, sign_in: Any) -> None:
    def asked(who: Any, address: str) -> int:
        client = sign_in(who)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert status_of(client.get(address)) == 200
        return len(queries)

    pages = [
        (scene.cast.tuva, scene.event.get_absolute_url()),
        (scene.cast.malin, reverse("events:materials", args=[scene.event.pk])),
        (scene.lena, reverse("events:materials", args=[scene.event.pk])),
        (scene.lena, "/"),
    ]
    old = {"review_on": NOW.date() - timedelta(days=60)}
    scene.add(**old)
    one = [asked(*page) for page in pages]
    scene.add(by=scene.liv, **old)
    scene.add(link="https://a.example/", **old)
    assert [asked(*page) for page in pages] == one
