"""Emblems: put up, replaced and taken down; on the pages, on the paper, and never on what was issued before."""

import io
import shutil
import subprocess
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from audit.models import Deed
from base import clock
from documents.actions import contents
from documents.models import StoredFile
from events.letters.days import foot_of
from events.models import Event
from outbox.post import envelope
from people import actions as people
from programmes.actions import certificates
from programmes.actions import emblems as actions
from programmes.actions.cohorts import keep_funder
from programmes.documents import certificates as documents
from programmes.letters.applications import compose_for
from programmes.models import Funder, Programme
from programmes.rules.certificates import why_not_print
from programmes.rules.emblems import NoFunder
from tests.cast import NOW

pytestmark = pytest.mark.django_db
WORDS = {"alt_sv": "Stiftelsens träd", "alt_fi": "Säätiön puu", "alt_en": "The foundation's tree"}
EIGHT = ("n",) * 8


def picture(colour: str = "green", size: tuple[int, int] = (600, 300)) -> bytes:
    made = Image.new("RGB", size, "white")
    made.paste(colour, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "träd.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content, kind)


@pytest.fixture
def programme(cast: Any) -> Any:
    """A programme that a foundation pays a part of."""
    cast.sormland.languages = ["sv", "fi", "en"]
    cast.sormland.save()
    funder = Funder.objects.create(
        region=cast.sormland,
        name="Stiftelsen",
        statement_sv="Medfinansieras av Stiftelsen",
        statement_fi="Säätiön osarahoittama",
        statement_en="Co-funded by the foundation",
    )
    return cast.programme(funder=funder)


@pytest.fixture
def door(client: Any, cast: Any, programme: Any, sign_in: Any) -> str:
    """The address of its page, Malin signed in."""
    cast.malin.language = "en"
    cast.malin.save()
    sign_in(cast.malin)
    return reverse("programmes:programme_emblem", args=[programme.pk])


def put_up(programme: Any, cast: Any, colour: str = "green") -> Funder:
    words = {"sv": "Stiftelsens träd", "fi": "Säätiön puu", "en": "The foundation's tree"}
    return actions.put_up(programme=programme, picture=picture(colour), words=words, by=cast.malin, now=clock.now())


# ---------- The page ----------


def test_an_emblem_is_put_up_and_stands_on_every_page_of_the_programme(
    client: Any, cast: Any, programme: Any, door: str
) -> None:
    cohort = cast.cohort(programme=programme)
    assert why_not_print(cohort, []) is not None
    answer = client.post(door, {"picture": upload(), **WORDS}, follow=True)
    assert answer.redirect_chain == [(door, 302)]
    funder = Funder.objects.get()
    assert (funder.emblem_alt_sv, funder.emblem_alt_fi, funder.emblem_name) == ("Stiftelsens träd", "Säätiön puu", "")
    with Image.open(io.BytesIO(contents(funder.emblem))) as kept:
        assert (kept.format, kept.size) == ("PNG", (600, 300))
    cohort.programme.refresh_from_db()
    assert why_not_print(cohort, []) is None
    assert Deed.objects.filter(deed="programme.emblem", by=cast.malin).count() == 1
    client.logout()
    for address in (programme.get_absolute_url(), reverse("programmes:region", args=[cast.sormland.slug])):
        html = client.get(address, headers={"accept-language": "fi"}).content.decode()
        assert f'src="{funder.emblem_address}"' in html
        assert 'alt="Säätiön puu"' in html
    shown = client.get(funder.emblem_address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert b"".join(shown.streaming_content) == contents(funder.emblem)
    assert "sandbox" in shown["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "The content of the file does not match"),
        (b"", "The file is empty"),
        (b"<svg><script>alert(1)</script></svg>", "Save it as a PNG picture"),
        (picture()[:200], "The picture cannot be read"),
        (picture(size=(60, 30)), "too small to print"),
        (picture("white"), "shows nothing on white paper"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (5 * 1024 * 1024), "larger than 5 MB"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x02\x00\x00\x00" + b"\0" * 90,
            "The picture cannot be read, or is larger than 30 million pixels.",
        ),
    ],
    ids=["html", "empty", "svg", "cut off", "tiny", "white", "heavy", "huge"],
)
def test_a_bad_picture_is_said_beside_the_field_and_above_and_nothing_typed_is_lost(
    client: Any, door: str, content: bytes, words: str
) -> None:
    answer = client.post(door, {"picture": upload(content), **WORDS})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert html.count(words) == 2  # in the summary and beside the field
    for typed in WORDS.values():
        assert f'value="{typed.replace(chr(39), "&#x27;")}"' in html
    assert not StoredFile.objects.exists()


def test_a_good_picture_waits_while_its_words_are_put_right(client: Any, cast: Any, door: str) -> None:
    answer = client.post(door, {"picture": upload(), **WORDS, "alt_fi": ""})
    assert answer.status_code == 422
    waiting = StoredFile.objects.get()
    assert timedelta(0) < waiting.expires_at - clock.now() <= timedelta(hours=1)
    html = answer.content.decode()
    assert f'name="waiting" value="{waiting.pk}"' in html
    assert "The picture you chose is kept for an hour." in html
    assert html.count("Fill in: What the picture shows (Finnish)") == 2
    assert client.post(door, {"waiting": str(waiting.pk), **WORDS}).status_code == 302
    assert Funder.objects.get().emblem == StoredFile.objects.get()
    assert StoredFile.objects.get().expires_at is None


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-000000000000", "foreign"])
def test_nobody_elses_picture_is_taken_from_where_it_waits(client: Any, cast: Any, door: str, key: str) -> None:
    if key == "foreign":
        other = actions.documents.keep_emblem(
            picture=picture(), about="x", scope="", by=cast.stina, now=NOW, expires_at=NOW + timedelta(days=900)
        )
        key = str(other.pk)
    answer = client.post(door, {"waiting": key, **WORDS})
    assert answer.status_code == 422
    assert "Choose a picture." in answer.content.decode()
    assert Funder.objects.get().emblem is None


def test_only_the_words_can_be_changed(client: Any, cast: Any, programme: Any, door: str) -> None:
    before = put_up(programme, cast).emblem
    assert client.post(door, {**WORDS, "alt_sv": "Ett träd"}).status_code == 302
    funder = Funder.objects.get()
    assert (funder.emblem, funder.emblem_alt_sv) == (before, "Ett träd")


def test_an_emblem_is_taken_down(client: Any, cast: Any, programme: Any, door: str) -> None:
    address = put_up(programme, cast).emblem_address
    assert client.post(door, {"remove": "1"}).status_code == 302
    funder = Funder.objects.get()
    assert (funder.emblem, funder.emblem_alt_sv) == (None, "")
    assert client.get(address).status_code == 404
    assert Deed.objects.filter(deed="programme.emblem_removed").exists()


def test_without_a_funder_the_page_says_what_comes_first(client: Any, cast: Any, programme: Any, door: str) -> None:
    programme.funder = None
    programme.save()
    answer = client.get(door, follow=True)
    assert answer.redirect_chain[0][0] == reverse("programmes:programme_funder", args=[programme.pk])
    assert "Write down who funds the programme first" in answer.content.decode()
    with pytest.raises(NoFunder):
        put_up(programme, cast)


def test_the_emblem_of_an_unpublished_programme_is_shown_to_those_who_run_it(
    client: Any, cast: Any, programme: Any, door: str
) -> None:
    address = put_up(programme, cast).emblem_address
    programme.published = False
    programme.save()
    assert b"".join(client.get(address).streaming_content)
    client.logout()
    assert client.get(address).status_code == 404


def test_the_funders_form_leads_to_the_picture_and_another_choice_takes_it_down(
    client: Any, cast: Any, programme: Any, door: str
) -> None:
    form = reverse("programmes:programme_funder", args=[programme.pk])
    facts = {"name_sv": "Stiftelsen", "statement_sv": "Betalt", "statement_fi": "Maksettu", "statement_en": "Paid"}
    answer = client.post(form, {**facts, "emblem_name": "own"})
    assert answer["Location"] == door
    put_up(programme, cast)
    assert client.post(form, {**facts, "emblem_name": "own"})["Location"] != door
    assert Funder.objects.get().emblem is not None
    client.post(form, {**facts, "emblem_name": "eu"})
    funder = Funder.objects.get()
    assert (funder.emblem, funder.emblem_alt_sv, funder.emblem_name) == (None, "", "eu")


# ---------- The paper ----------


def figures(content: bytes) -> list[str]:
    """What the pictures of a paper are read aloud as."""
    with pikepdf.open(io.BytesIO(content)) as made:
        things = [one for one in made.objects if isinstance(one, pikepdf.Dictionary)]
        return sorted(str(one.Alt) for one in things if one.get("/S") == pikepdf.Name.Figure)


def colours(content: bytes) -> set[tuple[int, int, int]]:
    """Strong colours of a paper's pictures."""
    with pikepdf.open(io.BytesIO(content)) as made:
        drawn = [pikepdf.PdfImage(one).as_pil_image().convert("RGB") for one in made.pages[0].get_images().values()]
    found = {colour for one in drawn for _count, colour in one.getcolors(1 << 24) or []}
    return {colour for colour in found if max(colour) - min(colour) > 60}


def test_a_certificate_shows_both_emblems_with_their_words_and_keeps_them(cast: Any, programme: Any, at: Any) -> None:
    cohort = cast.cohort(programme=programme)
    at("2027-11-10 09:00")
    put_up(programme, cast, "green")
    people.put_up_emblem(
        organisation=cast.eskilstuna,
        picture=picture("red", (300, 360)),
        words={"sv": "Eskilstunas vapen", "fi": "Eskilstunan vaakuna", "en": "Arms of Eskilstuna"},
        by=cast.malin,
        now=clock.now(),
    )
    enrolment = cast.enrolment(cohort, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    certificate = certificates.issue(enrolment=enrolment, by=cast.malin, now=clock.now())
    printed = documents.print_certificate(certificate).content
    assert "Eskilstunas vapen" in figures(printed)
    assert "Stiftelsens träd" in figures(printed)
    assert colours(printed) == {(0, 128, 0), (255, 0, 0)}
    put_up(programme, cast, "blue")
    actions.take_down(programme=programme, by=cast.malin, now=clock.now())
    people.take_down_emblem(organisation=cast.eskilstuna, by=cast.malin, now=clock.now())
    at("2027-12-10 09:00")
    assert actions.erase_unused(clock.now()) == 1  # the blue one, which no certificate shows
    again = documents.print_certificate(certificate).content
    assert (figures(again), colours(again)) == (figures(printed), colours(printed))


@pytest.mark.parametrize("size", [(1200, 60), (80, 1200), (300, 300)])
def test_a_wide_or_high_emblem_is_not_distorted(cast: Any, programme: Any, at: Any, size: tuple[int, int]) -> None:
    tool = shutil.which("pdftoppm")
    if not tool:
        pytest.skip("poppler's tools are missing")
    cohort = cast.cohort(programme=programme)
    at("2027-11-10 09:00")
    made = Image.new("RGB", size, "lime")
    made.putpixel((0, 0), (255, 255, 255))
    out = io.BytesIO()
    made.save(out, "PNG")
    actions.put_up(programme=programme, picture=out.getvalue(), words={"sv": "x"}, by=cast.malin, now=clock.now())
    enrolment = cast.enrolment(cohort, cast.tuva)
    cast.attendance(enrolment, *EIGHT)
    printed = documents.print_certificate(certificates.issue(enrolment=enrolment, by=cast.malin, now=clock.now()))
    drawn = subprocess.run(
        [tool, "-r", "300", "-png", "-singlefile", "-"], input=printed.content, check=True, capture_output=True
    )
    with Image.open(io.BytesIO(drawn.stdout)) as sheet:
        only = sheet.convert("RGB").point(lambda value: 255 if value > 200 else 0)
        red, green, blue = only.split()
        lime = Image.merge("RGB", (red.point(lambda v: 255 - v), green, blue.point(lambda v: 255 - v)))
        mask = lime.convert("L").point(lambda value: 255 if value > 250 else 0)
        left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    assert (right - left) / (bottom - top) == pytest.approx(size[0] / size[1], rel=0.12)


def test_a_picture_that_is_used_is_not_erased(cast: Any, programme: Any, at: Any) -> None:
    put_up(programme, cast)
    people.put_up_emblem(
        organisation=cast.eskilstuna, picture=picture(), words={"sv": "Vapen"}, by=cast.malin, now=clock.now()
    )
    later = clock.now() + timedelta(days=2)
    assert actions.erase_unused(later) == 0
    put_up(programme, cast, "red")
    assert actions.erase_unused(clock.now()) == 0  # it is not a day old
    assert actions.erase_unused(later) == 1
    assert StoredFile.objects.count() == 2


def test_the_funders_form_of_before_still_says_the_european_emblem(cast: Any, programme: Any) -> None:
    funder = keep_funder(
        programme=programme, funder=programme.funder, names={"sv": "EU"}, statements={"sv": "Medfinansieras"},
        emblem_name="eu", by=cast.malin, now=NOW,
    )  # fmt: skip
    assert (funder.emblem_name, funder.emblem) == ("eu", None)


@pytest.mark.parametrize(("own", "alt"), [(True, "Stiftelsens träd"), (False, "")])
def test_a_letter_carries_the_emblem_small_and_fetches_nothing(cast: Any, programme: Any, own: bool, alt: str) -> None:
    if own:
        put_up(programme, cast)
    else:
        Funder.objects.update(emblem=None, emblem_name="eu")
    cohort = cast.cohort(programme=Programme.objects.get())
    with override("sv"):
        mail = compose_for(cohort, "programmes/letters/left.txt", {"person": cast.tuva}, why="")
    assert mail.emblem is not None
    assert mail.emblem.alt == alt
    assert f'<img src="cid:emblem" alt="{alt}"' in mail.html
    assert 'src="http' not in mail.html
    with Image.open(io.BytesIO(mail.emblem.content)) as drawn:
        assert drawn.height == 144
    sent = envelope(uuid4(), mail, "tuva@eskilstuna.example", "sv").message()
    assert sent.get_content_type() == "multipart/related"
    [shown] = [part for part in sent.walk() if part.get_content_maintype() == "image"]
    assert (shown["Content-ID"], shown.get_content_disposition()) == ("<emblem>", "inline")
    assert shown.get_payload(decode=True) == mail.emblem.content


def test_letters_about_a_course_day_say_who_pays_and_others_do_not(cast: Any, programme: Any) -> None:
    Funder.objects.update(emblem_name="eu")
    day = Event.objects.filter(course_day__cohort=cast.cohort(programme=Programme.objects.get())).first()
    foot = foot_of(day)
    assert (foot["funder"], foot["emblem"] is not None) == (Funder.objects.get().statement, True)
    day.kind = "seminar"
    foot = foot_of(day)
    assert (foot["funder"], foot["emblem"]) == ("", None)
