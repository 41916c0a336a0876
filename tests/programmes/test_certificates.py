"""Certificates: who gets which, what the paper says, what the public page says, and what happens when one was wrong."""

import io
import os
import re
import shutil
import subprocess
import time
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image

from audit.models import Deed
from base import clock
from documents import pdf
from documents.actions import contents, intact
from documents.models import StoredFile
from events.models import Attendance, Registration
from outbox.kinds import find
from outbox.models import Letter
from programmes.actions import certificates as actions
from programmes.documents import certificates as documents
from programmes.models import Certificate, CourseDay, Funder, MakeUp
from programmes.rules import certificates as rules
from programmes.rules.attendance import standing_of
from programmes.states import CertificateKind, CertificateState, ProgrammeSide
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db
EIGHT = ("n",) * 8


@pytest.fixture
def course(cast: Any, at: Any) -> Any:
    """A round whose eight days are over, co-funded, on 10 November 2027."""
    funder = Funder.objects.create(
        region=cast.sormland,
        name="Europeiska unionen",
        statement_sv="Medfinansieras av Europeiska unionen",
        statement_fi="Euroopan unionin osarahoittama",
        statement_en="Co-funded by the European Union",
        emblem_name="eu",
    )
    cohort = cast.cohort(programme=cast.programme(funder=funder))
    at("2027-11-10 09:00")
    return cohort


def issued(enrolment: Any, cast: Any, **more: Any) -> Certificate:
    return actions.issue(enrolment=enrolment, by=cast.malin, now=clock.now(), **more)


def paper(certificate: Certificate) -> bytes:
    actions.print_waiting(now=clock.now())
    certificate.refresh_from_db()
    return contents(certificate.file)


def words_of(content: bytes) -> str:
    tool = shutil.which("pdftotext")
    if not tool:
        pytest.skip("poppler's tools are missing")
    found = subprocess.run([tool, "-layout", "-", "-"], input=content, check=True, capture_output=True).stdout
    return re.sub(r"\s+", " ", found.decode())


# ---------- Who gets which ----------


def test_six_and_a_half_days_give_participation_with_39_hours_and_what_is_missing(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *("n",) * 6, "3", "f")
    with translation.override("en"), pytest.raises(rules.NotComplete) as refusal:
        issued(enrolment, cast, kind=CertificateKind.COMPLETION)
    assert "missing 3 hours of day 7 and day 8" in str(refusal.value)
    certificate = issued(enrolment, cast)
    assert certificate.kind == CertificateKind.PARTICIPATION
    assert certificate.facts["hours"] == "39.00"
    assert certificate.facts["attended"] == "6.50"


def test_a_made_up_day_counts_once_and_the_day_of_completion_is_known(cast: Any, course: Any, at: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, "n", "n", "f", "n", "n", "n", "n", "f")
    with translation.override("en"):
        assert rules.what_is_missing(standing_of(enrolment)) == "missing days 3 and 8"
    other = cast.cohort(programme=cast.programme(cast.skaraborg), number=3, days=(date(2027, 11, 9),))
    replaces = other.days.get().event
    registration = Registration.objects.create(event=replaces, person=cast.tuva, created_at=NOW, changed_at=NOW)
    Attendance.objects.create(registration=registration, mark="present", hours=Decimal(6), at=NOW)
    missed = CourseDay.objects.get(cohort=course, number=3)
    MakeUp.objects.create(enrolment=enrolment, missed=missed, registration=registration, at=NOW)
    certificate = issued(enrolment, cast)
    assert certificate.kind == CertificateKind.COMPLETION
    assert certificate.facts["hours"] == "42.00"
    made_up = [day for day in certificate.facts["days"] if day["made_up"]]
    assert [(day["number"], day["date"]) for day in made_up] == [(3, "2027-11-09")]
    enrolment.refresh_from_db()
    assert enrolment.programme_side == ProgrammeSide.COMPLETED
    assert enrolment.completed_on == date(2027, 11, 9)


def test_participation_waits_for_the_last_day(cast: Any, course: Any, at: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, "n", "n", "n")
    at("2027-05-13 09:00")
    with pytest.raises(rules.DaysToCome):
        issued(enrolment, cast)
    with translation.override("en"):
        missing = rules.what_is_missing(standing_of(enrolment))
    assert missing == "day 4 is not recorded; 4 days are still to come"


def test_nothing_attended_or_no_place_gives_nothing(cast: Any, course: Any) -> None:
    absent = cast.enrolment(course, cast.tuva)
    cast.attendance(absent, *("f",) * 8)
    with pytest.raises(rules.NothingAttended):
        issued(absent, cast)
    withdrawn = cast.enrolment(course, cast.edvin, side="withdrawn")
    with pytest.raises(rules.NotTakingPart):
        issued(withdrawn, cast)


def test_a_second_press_issues_nothing_twice(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    assert len(actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())) == 1
    with pytest.raises(rules.NobodyEligible):
        actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    with pytest.raises(rules.AlreadyIssued):
        issued(enrolment, cast)
    assert Certificate.objects.count() == 1
    assert Deed.objects.filter(deed="certificate.issued").count() == 1


def test_completing_later_replaces_the_certificate_of_participation(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *("n",) * 6, "f", "f")
    first = issued(enrolment, cast)
    late = Attendance.objects.get(registration__person=cast.tuva, registration__event__course_day__number=7)
    late.mark, late.hours = "present", Decimal(6)
    late.save()
    [second] = actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    first.refresh_from_db()
    assert (first.state, first.replaced_by) == (CertificateState.REPLACED, second)


# ---------- What blocks a paper ----------


def test_a_value_that_is_missing_blocks_everybody_and_names_whom_it_concerns(cast: Any, course: Any) -> None:
    for who in (cast.tuva, cast.yasmin):
        cast.attendance(cast.enrolment(course, who), *EIGHT)
    funder = course.programme.funder
    funder.statement_fi = ""
    funder.save()
    with translation.override("en"), pytest.raises(rules.ValueMissing) as refusal:
        actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    assert "the funder's statement in Finnish (Yasmin Haddadi)" in str(refusal.value)
    assert not Certificate.objects.exists()


def test_an_emblem_that_is_not_the_funders_own_is_refused(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    funder = course.programme.funder
    funder.emblem_name = "old-slogan"
    funder.save()
    with translation.override("en"), pytest.raises(rules.ValueMissing) as refusal:
        issued(enrolment, cast)
    assert "the funder's emblem" in str(refusal.value)


def test_a_name_with_letters_that_no_font_has_is_asked_for_in_others(cast: Any, course: Any) -> None:
    cast.tuva.name = "李 Tuva"
    cast.tuva.save()
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    with pytest.raises(rules.NotPrintable) as refusal:
        actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    assert "李" in str(refusal.value)
    assert issued(enrolment, cast, name="Li Tuva").facts["name"] == "Li Tuva"


# ---------- The paper ----------


@pytest.mark.parametrize(
    ("language", "heading", "statement", "hours"),
    [
        ("sv", "Intyg om genomförd utbildning", "Medfinansieras av Europeiska unionen", "48,00"),
        ("fi", "Todistus koulutuksen suorittamisesta", "Euroopan unionin osarahoittama", "48,00"),
        ("en", "Certificate of completion", "Co-funded by the European Union", "48.00"),
    ],
)
def test_the_paper_is_accessible_and_says_everything_in_the_persons_language(
    cast: Any, course: Any, language: str, heading: str, statement: str, hours: str
) -> None:
    cast.tuva.language = language
    cast.tuva.save()
    others = [cast.enrolment(course, who) for who in (cast.edvin, cast.yasmin)]
    enrolment = cast.enrolment(course, cast.tuva)
    for one in [enrolment, *others]:
        cast.attendance(one, *EIGHT)
    certificate = issued(enrolment, cast)
    content = paper(certificate)
    with pikepdf.open(io.BytesIO(content)) as made:
        assert len(made.pages) == 1
        assert str(made.Root.Lang) == language
        assert made.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in made.Root
        assert made.Root.ViewerPreferences.DisplayDocTitle
        assert str(made.docinfo.Title) == f"{heading}: Tuva Ljungdahl"
        assert b"pdfuaid" in made.Root.Metadata.read_bytes()
        figures = [
            thing
            for thing in made.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.Figure
        ]
        assert len(figures) == 2  # the funder's emblem and the code; decoration is none
        assert all(str(figure.get("/Alt", "")) for figure in figures)
    text = words_of(content)
    for word in (
        heading,
        "Tuva Ljungdahl",
        statement,
        hours,
        "Malin Ekdahl",
        "Sörmland",
        "Eskilstuna",
        certificate.code,
    ):
        assert word in text, word
    for theme in ("Socialtjänstens uppdrag och ansvar", "Avslutning med mentorerna"):
        assert theme in text
    for other in ("Edvin", "Yasmin", "tuva@", "Barn och familj", "Socialsekreterare "):
        assert other not in text, other
    assert certificate.file.size < 40_000


def test_the_code_on_the_paper_leads_to_its_page(cast: Any, course: Any, settings: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    address = documents.address_of(certificate.code)
    assert address == f"{settings.BASE_URL}/c/{certificate.code}/"
    with pikepdf.open(io.BytesIO(paper(certificate))) as made:
        [image] = [pikepdf.PdfImage(one).as_pil_image().convert("L") for one in made.pages[0].get_images().values()]
        [link] = made.pages[0].Annots
        assert str(link.A.URI) == address
    with Image.open(io.BytesIO(documents.qr_code(certificate.code).content)) as expected:
        assert image.tobytes() == expected.convert("L").tobytes()


@pytest.mark.parametrize(
    "name",
    [
        "Ö",
        "Siobhán O'Brien",
        "Maarit Šimić-Đorđević",
        "Anna-Margareta Elisabet Cederström-Lindqvist von Essen af Zweigbergk Wachtmeister-Hermelin",
        "<b>Tuva</b> & Co",
        "A" + "\u030a" + "sa",
    ],
)
def test_hard_names_stand_whole_on_one_page(cast: Any, course: Any, name: str) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    content = paper(issued(enrolment, cast, name=name))
    with pikepdf.open(io.BytesIO(content)) as made:
        assert len(made.pages) == 1
    assert unicodedata.normalize("NFC", name).replace(" ", "").replace("-", "") in words_of(content).replace(
        " ", ""
    ).replace("-", "")


def test_twenty_days_still_are_one_page(cast: Any, course: Any) -> None:
    days = tuple(date(2027, 1, 4) + timedelta(days=7 * n) for n in range(20))
    long = cast.cohort(programme=course.programme, number=13, days=days, days_required=18)
    enrolment = cast.enrolment(long, cast.tuva)
    cast.attendance(enrolment, *("n",) * 20)
    with pikepdf.open(io.BytesIO(paper(issued(enrolment, cast)))) as made:
        assert len(made.pages) == 1


def test_the_funders_emblem_is_at_least_as_large_as_any_other(cast: Any, course: Any) -> None:
    css = (pdf.ASSETS / "certificate.css").read_text()
    heights = {
        name: float(re.search(rf"^\.{name} \{{[^}}]*?height: ([\d.]+)mm", css, re.M).group(1))  # type: ignore[union-attr]
        for name in ("funder img", "municipality img")
    }
    heights["ring"] = float(re.search(r"^\.issuer \{[^}]*background-size: ([\d.]+)mm", css, re.M).group(1))  # type: ignore[union-attr]
    assert heights["funder img"] >= max(heights.values())


# ---------- Printing in the background ----------


def test_each_person_gets_one_letter_in_the_own_language_when_the_paper_is_there(cast: Any, course: Any) -> None:
    for who in (cast.tuva, cast.edvin, cast.yasmin):
        cast.attendance(cast.enrolment(course, who), *EIGHT)
    actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    assert not Letter.objects.exists()
    assert actions.print_waiting(now=clock.now()) == 3
    assert actions.print_waiting(now=clock.now()) == 0
    assert {(letter.person, letter.language) for letter in Letter.objects.all()} == {
        (cast.tuva, "sv"),
        (cast.edvin, "en"),
        (cast.yasmin, "fi"),
    }
    letter = Letter.objects.get(person=cast.edvin)
    with translation.override("en"):
        mail = find(letter.kind).build(letter)
    assert mail is not None
    assert "Your certificate is ready" in mail.text
    assert "/programmes/my/documents/" in mail.text
    assert all(intact(one.file) for one in Certificate.objects.select_related("file"))


def test_a_printer_that_was_killed_is_followed_by_another_after_its_lease(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    assert actions._take_next(clock.now()) == certificate  # taken, and then killed
    assert actions._take_next(clock.now()) is None
    assert actions._take_next(clock.now() + actions.PRINT_LEASE) == certificate


def test_without_the_libraries_the_certificate_is_issued_and_waits(
    cast: Any, course: Any, monkeypatch: pytest.MonkeyPatch, sign_in: Any
) -> None:
    monkeypatch.setattr(pdf, "LIBRARIES", {"libnothing-like-it.so.9": "libnothing"})
    pdf.why_not_print.cache_clear()
    try:
        enrolment = cast.enrolment(course, cast.tuva)
        cast.attendance(enrolment, *EIGHT)
        certificate = issued(enrolment, cast)
        assert actions.print_waiting(now=clock.now()) == 0
        page = sign_in(cast.malin).get(f"/programmes/cohorts/{course.pk}/certificates/").content.decode()
        assert "libnothing" in page
    finally:
        monkeypatch.undo()
        pdf.why_not_print.cache_clear()
    certificate.refresh_from_db()
    assert certificate.print_tries == 0
    assert rules.printing(certificate) == "waiting"


def test_a_paper_that_fails_five_times_is_shown_and_can_be_tried_again(cast: Any, course: Any, sign_in: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    Certificate.objects.update(print_tries=5)
    assert actions._take_next(clock.now()) is None
    client = sign_in(cast.malin)
    assert (
        f"/programmes/cohorts/{course.pk}/certificates/print/"
        in client.get(f"/programmes/cohorts/{course.pk}/certificates/").content.decode()
    )
    client.post(f"/programmes/cohorts/{course.pk}/certificates/print/")
    assert actions._take_next(clock.now()) == certificate


def cpu_seconds() -> float:
    """What this process and the press have worked; other work on the machine does not count."""
    child = pdf._press.child
    if child is None:
        return time.process_time()
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_seventy_of_seventysix_are_issued_in_one_press_and_printed_within_a_minute(cast: Any, course: Any) -> None:
    course.places.capacity = 80
    course.places.save()
    for number in range(76):
        who = person(f"Deltagare {number:02}", f"d{number}@eskilstuna.example", cast.sormland)
        enrolment = cast.enrolment(course, who, unit=cast.barn)
        if number >= 70:
            cast.attendance(enrolment, *("n",) * 6, "f", "f")
    Attendance.objects.bulk_create(
        Attendance(registration=registration, mark="present", hours=Decimal(6), at=NOW)
        for registration in Registration.objects.filter(attendance__isnull=True, event__course_day__cohort=course)
    )
    assert len(actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())) == 70
    before = cpu_seconds()
    assert actions.print_waiting(now=clock.now()) == 70
    assert cpu_seconds() - before < 60
    assert StoredFile.objects.filter(kind="certificate").count() == 70


# ---------- Correcting and revoking ----------


def test_a_corrected_certificate_takes_over_and_the_old_address_says_so(cast: Any, course: Any, client: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    old = issued(enrolment, cast)
    first = paper(old)
    new = actions.replace(certificate=old, name="Tuva Ljungdahl Ek", reason="nytt namn", by=cast.malin, now=clock.now())
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == (CertificateState.REPLACED, new)
    assert contents(old.file) == first
    page = client.get(f"/c/{old.code}/?lang=en").content.decode()
    assert "The certificate was replaced" in page
    assert new.get_absolute_url() in page
    assert "Tuva" not in page
    assert "Tuva Ljungdahl Ek" in client.get(f"/c/{new.code}/?lang=en").content.decode()
    with pytest.raises(rules.NotValid):
        actions.revoke(certificate=old, reason="x", by=cast.malin, now=clock.now())


def test_a_revoked_certificate_says_so_and_the_person_is_told_why(cast: Any, course: Any, client: Any) -> None:
    enrolment = cast.enrolment(course, cast.edvin)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    actions.revoke(certificate=certificate, reason="Fel person", by=cast.malin, now=clock.now())
    page = client.get(f"/c/{certificate.code}/?lang=en").content.decode()
    assert "The certificate was revoked" in page
    assert "Edvin" not in page
    assert "Fel person" not in page
    letter = Letter.objects.get()
    with translation.override("en"):
        mail = find(letter.kind).build(letter)
    assert mail is not None
    assert "Fel person" in mail.text
    assert actions.print_waiting(now=clock.now()) == 0


def test_what_was_issued_does_not_change_with_the_facts_behind_it(cast: Any, course: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    before = dict(issued(enrolment, cast).facts)
    cast.tuva.name = "Någon Annan"
    cast.tuva.save()
    course.programme.title = "Ett annat namn"
    course.programme.save()
    Attendance.objects.filter(registration__person=cast.tuva).delete()
    assert Certificate.objects.get().facts == before


# ---------- The public page ----------


def test_the_page_behind_the_code_repeats_the_facts_and_tells_no_address_and_no_employer(
    cast: Any, course: Any, client: Any
) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    response = client.get(f"/c/{certificate.code}/?lang=en")
    page = response.content.decode()
    for word in ("The certificate is valid", "Tuva Ljungdahl", "48.00", "8 of 8 days", "Malin Ekdahl", "Svåra samtal"):
        assert word in page, word
    for secret in ("tuva@", "Eskilstuna", "Barn och familj", "stina@", "Socialsekreterare<"):
        assert secret not in page, secret
    assert response["X-Robots-Tag"] == "noindex"


def test_a_protected_name_stands_only_on_the_paper(cast: Any, course: Any, client: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    cast.tuva.protected = True
    cast.tuva.save()
    page = client.get(f"/c/{certificate.code}/").content.decode()
    assert "Ljungdahl" not in page
    assert cast.tuva.substitute_code in page


def test_a_coordinator_whose_identity_is_protected_signs_no_paper_by_name(cast: Any, course: Any, client: Any) -> None:
    earlier, later = (cast.enrolment(course, who) for who in (cast.tuva, cast.edvin))
    for enrolment in (earlier, later):
        cast.attendance(enrolment, *EIGHT)
    before = issued(earlier, cast)
    assert "Malin Ekdahl" in client.get(before.get_absolute_url()).content.decode()
    cast.malin.protected = True
    cast.malin.save()
    after = issued(later, cast)
    assert [one["name"] for one in after.facts["signatories"]] == ["Sörmland"]
    for certificate in (before, after):
        page = client.get(certificate.get_absolute_url()).content.decode()
        assert "Malin" not in page
        assert "Sörmland" in page


def test_a_code_may_be_typed_carelessly(cast: Any, course: Any, client: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    typed = certificate.code.replace("-", " ").lower()
    response = client.get("/c/", {"code": typed}, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0] == certificate.get_absolute_url()
    wrong = client.get("/c/", {"code": "123"})
    assert wrong.status_code == 422


def test_a_wrong_code_is_404_and_after_twenty_the_tries_are_slowed(cast: Any, course: Any, client: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    right = issued(enrolment, cast).get_absolute_url()
    for _number in range(20):
        assert client.get("/c/AAAA-AAAA-AAAA/").status_code == 404
    assert client.get("/c/AAAA-AAAA-AAAA/").status_code == 404  # one in half a minute
    slowed = client.get(right)
    assert slowed.status_code == 429
    assert slowed["Retry-After"] == "30"
    assert "Tuva" not in slowed.content.decode()
    assert client.get(right, REMOTE_ADDR="192.0.2.7").status_code == 200


# ---------- The pages ----------


def test_the_coordinator_sees_who_has_completed_and_what_others_miss(cast: Any, course: Any, sign_in: Any) -> None:
    cast.attendance(cast.enrolment(course, cast.tuva), *EIGHT)
    cast.attendance(cast.enrolment(course, cast.edvin), *("n",) * 6, "3", "f")
    client = sign_in(cast.malin)
    page = client.get(f"/programmes/cohorts/{course.pk}/certificates/").content.decode()
    assert "saknar 3 timmar av dag 7 och dag 8" in page
    assert "Utfärda intyg till 1 person" in page
    done = client.post(f"/programmes/cohorts/{course.pk}/certificates/", follow=True)
    assert "1 intyg är utfärdat och skrivs ut" in done.content.decode()
    again = client.post(f"/programmes/cohorts/{course.pk}/certificates/")
    assert again.status_code == 409
    part = client.get(f"/programmes/cohorts/{course.pk}/certificates/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="certificates"')
    assert "<html" not in part


def test_the_page_costs_the_same_for_one_and_for_three(cast: Any, course: Any, sign_in: Any) -> None:
    client, counts = sign_in(cast.malin), []
    client.get(f"/programmes/cohorts/{course.pk}/certificates/")
    for who in (cast.tuva, cast.edvin, cast.leila):
        enrolment = cast.enrolment(course, who)
        cast.attendance(enrolment, *EIGHT)
        issued(enrolment, cast)
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/programmes/cohorts/{course.pk}/certificates/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[2], counts


def test_one_certificate_is_issued_corrected_and_revoked_on_pages(cast: Any, course: Any, sign_in: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *("n",) * 6, "3", "f")
    client = sign_in(cast.malin)
    address = f"/programmes/enrolments/{enrolment.pk}/certificate/"
    assert "Tuva Ljungdahl" in client.get(address).content.decode()
    assert client.post(address, {"name": ""}).status_code == 422
    assert client.post(address, {"name": "Tuva L"}).status_code == 302
    first = Certificate.objects.get()
    replace = f"/programmes/certificates/{first.pk}/replace/"
    assert client.get(replace).status_code == 200
    assert client.post(replace, {"name": "Tuva Ljungdahl", "reason": ""}).status_code == 422
    assert client.post(replace, {"name": "Tuva Ljungdahl", "reason": "Stavfel"}).status_code == 302
    second = Certificate.objects.valid().get()
    assert client.post(f"/programmes/certificates/{second.pk}/revoke/", {"reason": "Fel"}).status_code == 302
    assert not Certificate.objects.valid().exists()
    assert client.get(f"/programmes/certificates/{second.pk}/revoke/").status_code == 200


def test_the_paper_is_for_the_person_and_the_regions_coordinators_only(cast: Any, course: Any, sign_in: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = issued(enrolment, cast)
    paper(certificate)
    address = f"/programmes/certificates/{certificate.pk}/file/"
    for who, status in (
        (cast.tuva, 200),
        (cast.malin, 200),
        (cast.ada, 200),
        (cast.edvin, 404),
        (cast.vera, 404),
        (cast.outsider, 404),
    ):
        response = sign_in(who).get(address)
        assert response.status_code == status, who
        if status == 200:
            assert response.getvalue().startswith(b"%PDF-")
    for page in (
        f"/programmes/cohorts/{course.pk}/certificates/",
        f"/programmes/certificates/{certificate.pk}/replace/",
        f"/programmes/certificates/{certificate.pk}/revoke/",
        f"/programmes/enrolments/{enrolment.pk}/certificate/",
    ):
        for who in (cast.vera, cast.tuva, cast.stina, cast.outsider):
            assert sign_in(who).get(page).status_code == 404, (who, page)


def test_the_participant_sees_what_is_missing_and_then_the_certificate(cast: Any, course: Any, sign_in: Any) -> None:
    enrolment = cast.enrolment(course, cast.tuva)
    cast.attendance(enrolment, *("n",) * 6, "a", "f")
    client = sign_in(cast.tuva)
    page = client.get("/programmes/my/documents/").content.decode()
    assert "Saknar dag 7 och 8" in page
    certificate = issued(enrolment, cast)
    page = client.get("/programmes/my/documents/").content.decode()
    assert certificate.code in page
    others = sign_in(cast.edvin).get("/programmes/my/documents/").content.decode()
    assert certificate.code not in others


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("sv", "har genomfört ”Introduktionsprogrammet”, omgång 12."),
        ("fi", "on suorittanut koulutuksen ”Introduktionsprogrammet”, toteutus 12."),
        ("en", "has completed “Introduktionsprogrammet”, round 12."),
    ],
)
def test_the_sentence_of_a_certificate_reads_well_with_a_programme_that_is_called_programme(language, sentence):
    facts = {"kind": "completion", "programme": "Introduktionsprogrammet", "round": 12}
    with translation.override(language):
        page = (Path(settings.BASE_DIR) / "templates/programmes/documents/certificate.html").read_text()
        deed = re.search(r'<p class="deed">.*?</p>', page, re.DOTALL)[0]
        said = Template("{% load i18n %}" + deed).render(Context({"facts": facts}))
    assert sentence in said
