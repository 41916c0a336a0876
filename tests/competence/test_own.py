"""The own profile: nobody reads a level until its owner says who, and nothing is ever averaged."""

import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Deed
from competence import receipts, wheel
from competence.actions import own as actions
from competence.documents import own as documents
from competence.letters import own as letters
from competence.models import (
    Assessment,
    Competence,
    Descent,
    FrameworkVersion,
    Holding,
    ProfileVersion,
    Rating,
    RoleProfile,
    Share,
    Target,
)
from competence.rules import own as rules
from competence.states import RatedBy, VersionState
from outbox.models import Letter
from people.models import Employment, Person, RoleAssignment
from reports.documents import extract
from tests.cast import NOW, employment, person
from tests.competence.conftest import in_three, make_framework

MY = "/competence/my/"
TODAY = NOW.date()


def browser(who):
    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def again(who):
    """The same person with her roles as they stand now."""
    return Person.objects.get(pk=who.pk)


@pytest.fixture
def version(cast):
    return make_framework(cast.sormland)


@pytest.fixture
def rows(version):
    return list(Competence.objects.filter(area__version=version).order_by("area__position", "position"))


@pytest.fixture
def role(cast, version, rows):
    """Tuva's role asks for level 4 in the first competence."""
    profile = RoleProfile.objects.create(region=cast.sormland, created_at=NOW, **in_three("Socialsekreterare", "title"))
    described = ProfileVersion.objects.create(
        profile=profile, framework=version, number=1, state=VersionState.PUBLISHED, created_at=NOW, published_at=NOW
    )
    Target.objects.create(version=described, competence=rows[0], level=4)
    Holding.objects.create(employment=cast.tuva.employments.get(), profile=profile, valid_from=date(2026, 9, 1))
    return described


@pytest.fixture
def mine(cast, version, rows):
    """Tuva's, of today: 3, cannot say, and nothing yet."""
    row = actions.begin(framework=version, by=cast.tuva, today=TODAY, now=NOW)
    levels = {rows[0].pk: (3, True), rows[1].pk: (None, False)}
    return actions.put_levels(assessment=row, levels=levels, by=cast.tuva, today=TODAY, now=NOW)


def share(mine, cast, reader):
    return actions.share(assessment=mine, reader=reader.pk, by=cast.tuva, today=TODAY, now=NOW)


def rate(cast, version, levels, rated_by=RatedBy.MANAGER, on=TODAY, by=None):
    return actions.rate(
        person=cast.tuva, framework=version, levels=levels, rated_by=rated_by, by=by or cast.stina, today=on, now=NOW
    )


def readers_of(mine, cast):
    people = {name: one for name, one in cast.made.items() if isinstance(one, Person)}
    return {
        name for name, one in people.items() if Assessment.objects.visible_to(again(one)).filter(pk=mine.pk).exists()
    }


# ---------- Who reads ----------


def test_no_role_reaches_a_page_file_or_extract_of_what_is_not_shared(cast, mine):
    addresses = [mine.get_absolute_url(), f"{MY}{mine.pk}/1/", f"{MY}file/?form=pdf&assessment={mine.pk}"]
    for who in (cast.ada, cast.malin, cast.lars, cast.stina, cast.edvin, cast.vera):
        client = browser(who)
        for address in addresses:
            assert client.get(address).status_code == 404, (who, address)
        assert client.post(addresses[0], {"act": "share", "reader": who.pk}).status_code == 404
        for address in (f"{MY}file/?form=json", f"/people/persons/{cast.tuva.pk}/"):
            assert b"Kompetens 1.1" not in client.get(address).content
        assert "Kompetens 1.1" not in str(extract.as_plain(who, "sv", NOW))
        assert not Rating.objects.visible_to(again(who)).exists()
        expected = 200 if who == cast.stina else 404
        assert client.get(f"/competence/people/{cast.tuva.pk}/").status_code == expected
    assert not Share.objects.exists()


def test_only_the_chosen_manager_reads_and_only_until_it_is_taken_back(cast, mine):
    assert readers_of(mine, cast) == {"tuva"}
    share(mine, cast, cast.stina)
    assert readers_of(mine, cast) == {"tuva", "stina"}
    page = browser(cast.stina).get(f"/competence/people/{cast.tuva.pk}/").content.decode()
    assert "seg-self" in page
    assert "Tuva Ljungdahl delar" in page
    assert "Stina Malmqvist" in browser(cast.tuva).get(MY).content.decode()
    actions.take_back(assessment=mine, reader=cast.stina.pk, by=cast.tuva, now=NOW)
    assert readers_of(mine, cast) == {"tuva"}
    assert "seg-self" not in browser(cast.stina).get(f"/competence/people/{cast.tuva.pk}/").content.decode()
    told = Deed.objects.filter(deed__startswith="assessment.").order_by("pk").values_list("deed", "codes", "scope")
    assert list(told)[:1] + list(told)[-2:-1] == [("assessment.shared", {}, ""), ("assessment.taken_back", {}, "")]
    assert not any(codes for _deed, codes, _scope in told)


def test_nobody_but_a_manager_or_mentor_can_be_chosen_and_nobody_but_the_owner_chooses(cast, mine):
    for who in (cast.ada, cast.malin, cast.lars, cast.omar, cast.edvin, cast.tuva):
        with pytest.raises(rules.NotToBeChosen):
            share(mine, cast, who)
    share(mine, cast, cast.stina)
    with pytest.raises(rules.NotYours):
        actions.share(assessment=mine, reader=cast.stina.pk, by=cast.stina, today=TODAY, now=NOW)
    with pytest.raises(rules.NotYours):
        actions.remove(assessment=mine, by=cast.stina, now=NOW)
    stina = browser(cast.stina)
    assert stina.post(mine.get_absolute_url(), {"act": "remove", "sure": "yes"}).status_code == 403
    assert stina.get(f"{MY}{mine.pk}/1/").status_code == 403
    assert stina.get(f"{MY}file/?form=pdf&assessment={mine.pk}").status_code == 404


def test_a_mentor_who_is_chosen_reads_it_while_she_is_the_mentor(cast, mine):
    from programmes.models import Mentor, Mentorship

    enrolment = cast.enrolment(cast.cohort(), cast.tuva)
    mentor = person("Johan Mentor", "johan@flen.example", cast.sormland)
    cast.made["mentor"] = mentor
    row = Mentor.objects.create(region=cast.sormland, person=mentor, valid_from=TODAY, added_at=NOW)
    pair = Mentorship.objects.create(enrolment=enrolment, mentor=row, state="agreed", created_at=NOW)
    share(mine, cast, mentor)
    assert readers_of(mine, cast) == {"tuva", "mentor"}
    page = browser(mentor).get(mine.get_absolute_url()).content.decode()
    assert "Kompetens 1.1" in page
    assert 'name="act"' not in page
    Mentorship.objects.filter(pk=pair.pk).update(state="closed", closed_at=NOW, closed_why="done")
    assert readers_of(mine, cast) == {"tuva"}


@pytest.mark.parametrize("moves", ["person", "manager"])
def test_a_move_ends_what_was_shared_for_good_and_the_levels_stay_the_persons(cast, mine, version, rows, moves):
    share(mine, cast, cast.stina)
    rate(cast, version, {rows[0].pk: 2})
    assert Rating.objects.visible_to(again(cast.stina)).count() == 3
    yesterday = TODAY - timedelta(days=1)
    if moves == "person":
        Employment.objects.filter(person=cast.tuva).update(valid_to=yesterday)
        back = employment(cast.tuva, cast.nyk_barn, since=TODAY)
    else:
        RoleAssignment.objects.filter(person=cast.stina).update(valid_to=yesterday)
    assert readers_of(mine, cast) == {"tuva"}
    assert not Rating.objects.visible_to(again(cast.stina)).exists()
    assert browser(cast.stina).get(f"/competence/people/{cast.tuva.pk}/").status_code == 404
    assert not rules.readers_of(cast.tuva, TODAY)
    assert actions.end_shares(now=NOW, today=TODAY) == 1
    assert actions.end_shares(now=NOW, today=TODAY) == 0
    assert Rating.objects.visible_to(cast.tuva).filter(rated_by=RatedBy.MANAGER, level=2).exists()
    if moves == "person":
        back.delete()
        Employment.objects.filter(person=cast.tuva).update(valid_to=None)
    else:
        RoleAssignment.objects.filter(person=cast.stina).update(valid_to=None)
    assert readers_of(mine, cast) == {"tuva"}


# ---------- Side by side ----------


def test_targets_follow_a_competence_into_another_version_of_the_framework(cast, role, version, rows):
    """Into a newer one along "same" and "renamed", and back from it; one that was split has none."""
    Target.objects.bulk_create(Target(version=role, competence=one, level=2) for one in rows[1:3])
    newer = make_framework(cast.sormland)
    FrameworkVersion.objects.filter(pk=version.pk).update(state=VersionState.REPLACED)
    FrameworkVersion.objects.filter(pk=newer.pk).update(framework=version.framework, number=2)
    after = list(Competence.objects.filter(area__version=newer).order_by("area__position", "position"))
    for old, new, kind in zip(rows, after, ("renamed", "split", "same"), strict=False):
        Descent.objects.create(old=old, new=new, kind=kind)
    newer.refresh_from_db()
    found = rules.profile_of(cast.tuva, TODAY)
    assert rules.targets_of(found, newer) == {after[0].pk: 4, after[2].pk: 2}
    ProfileVersion.objects.filter(pk=role.pk).update(framework=newer)
    Target.objects.filter(version=role).delete()
    Target.objects.bulk_create(Target(version=role, competence=one, level=5) for one in after)
    found = rules.profile_of(cast.tuva, TODAY)
    version.refresh_from_db()
    assert rules.targets_of(found, version) == {rows[0].pk: 5, rows[2].pk: 5}
    assert rules.targets_of(found, make_framework(cast.sormland, title="Hemtjänst")) == {}


def test_target_self_manager_and_group_stand_side_by_side_with_their_days(cast, role, mine, version, rows):
    share(mine, cast, cast.stina)
    rate(cast, version, {rows[0].pk: 1}, on=date(2027, 2, 1))
    rate(cast, version, {rows[0].pk: 2}, on=date(2027, 3, 1))
    rate(cast, version, {rows[0].pk: 5}, RatedBy.GROUP, on=date(2027, 4, 1))
    for who in (cast.tuva, cast.stina):
        line = rules.lines_of(mine, who, today=TODAY)[0]
        assert (line.target, line.level, line.manager.level, line.group.level) == (4, 3, 2, 5)
        assert (line.own.on, line.manager.on, line.group.on) == (TODAY, date(2027, 3, 1), date(2027, 4, 1))
        assert line.distance == "−1"
    page = browser(cast.tuva).get(mine.get_absolute_url()).content.decode()
    for words in (
        "<b>3</b>",
        "16 april 2027",
        "<b>2</b>",
        "1 mars 2027",
        "Stina Malmqvist",
        "<b>5</b>",
        "1 april 2027",
    ):
        assert words in page, words
    for mean in ("3,5", "3,3", "2,5", "3,7"):
        assert mean not in page
    assert Rating.objects.filter(person=cast.tuva, rated_by=RatedBy.MANAGER).count() == 2


def test_only_the_manager_of_today_puts_levels_and_the_person_is_told_without_a_level(cast, version, rows):
    for who in (cast.ada, cast.malin, cast.lars, cast.omar, cast.tuva):
        with pytest.raises(rules.NotTheManager):
            rate(cast, version, {rows[0].pk: 2}, by=who)
    rate(cast, version, {rows[0].pk: 2})
    rate(cast, version, {rows[0].pk: 2, rows[1].pk: 4})
    letter = Letter.objects.get(kind="competence.rated")
    assert letter.person == cast.tuva
    assert letter.not_before > NOW
    with translation.override("sv"):
        mail = letters.build_rated(letter)
    assert MY in mail.text
    assert "Kompetens 1" not in mail.text
    deed = Deed.objects.filter(deed="assessment.rated").first()
    assert (deed.by, deed.codes, deed.words_digest) == (cast.stina, {}, "")


def test_the_reader_is_written_to_and_not_when_it_is_taken_back_in_time(cast, mine):
    share(mine, cast, cast.stina)
    letter = Letter.objects.get(kind="competence.shared")
    assert (letter.person, letter.scope) == (cast.stina, "")
    assert letter.not_before > NOW
    for language in ("sv", "fi", "en"):
        with translation.override(language):
            mail = letters.build_shared(letter)
        assert mail.text.count(mine.get_absolute_url()) == 1
        assert "Kompetens" not in mail.text
    actions.take_back(assessment=mine, reader=cast.stina.pk, by=cast.tuva, now=NOW)
    assert letters.build_shared(letter) is None


# ---------- Filling in ----------


def test_what_is_filled_in_is_kept_page_by_page_and_once_a_day(cast, version, rows):
    tuva = browser(cast.tuva)
    start = tuva.post(MY, {"act": "begin", "framework": version.pk})
    row = Assessment.objects.get()
    assert start.url == f"{MY}{row.pk}/1/"
    assert "Själv i vanliga fall" in tuva.get(start.url).content.decode()
    kept = tuva.post(start.url, {"do": "keep", f"level{rows[0].pk}": "2"}).content.decode()
    assert 'role="status"' in kept
    step = tuva.post(start.url, {"do": "next", f"level{rows[0].pk}": "2", f"wish{rows[1].pk}": "on"})
    assert step.url == f"{MY}{row.pk}/2/"
    assert tuva.post(step.url, {"do": "back", f"level{rows[2].pk}": "0"}).url == start.url
    assert tuva.post(step.url, {"do": "next", f"level{rows[2].pk}": "0"}).url == row.get_absolute_url()
    found = row.ratings.order_by("competence__area__position", "competence__position")
    assert list(found.values_list("level", "wishes")) == [(2, False), (None, True), (None, False)]
    tuva.post(MY, {"act": "begin", "framework": version.pk})
    assert Assessment.objects.count() == 1
    assert tuva.post(MY, {"act": "begin", "framework": "999"}).url == MY
    assert tuva.post(step.url, {f"level{rows[2].pk}": "9"}).status_code == 422


def test_an_older_one_is_history_and_stands(cast, mine, version, rows):
    later = TODAY + timedelta(days=10)
    actions.begin(framework=version, by=cast.tuva, today=later, now=NOW)
    with pytest.raises(rules.Settled):
        actions.put_levels(assessment=mine, levels={rows[0].pk: (5, False)}, by=cast.tuva, today=later, now=NOW)
    assert mine.ratings.get(competence=rows[0]).level == 3


def test_a_framework_of_another_region_or_one_that_is_switched_off_is_not_offered(cast, version):
    other = make_framework(cast.skaraborg)
    with pytest.raises(rules.NotOffered):
        actions.begin(framework=other, by=cast.tuva, today=TODAY, now=NOW)
    cast.sormland.parts = ["course"]
    cast.sormland.save()
    with pytest.raises(rules.NotOffered):
        actions.begin(framework=version, by=cast.tuva, today=TODAY, now=NOW)
    assert browser(cast.tuva).get(MY).status_code == 404
    assert browser(cast.stina).get(f"/competence/people/{cast.tuva.pk}/").status_code == 404


def test_who_has_left_still_reads_downloads_and_erases_her_own(cast, role, mine):
    Employment.objects.filter(person=cast.tuva).update(valid_to=TODAY - timedelta(days=1))
    tuva = browser(cast.tuva)
    assert "Kompetens 1.1" in tuva.get(mine.get_absolute_url()).content.decode()
    table = tuva.get(f"{MY}file/").content.decode()
    assert "Kompetens 1.1;3" in table
    data = json.loads(tuva.get(f"{MY}file/?form=json").content)
    assert [level["level"] for level in data["levels"]] == [3, None]
    assert "Kompetens 1.1" in str(extract.as_plain(cast.tuva, "sv", NOW))
    assert 'name="sure"' in tuva.post(mine.get_absolute_url(), {"act": "remove"}).content.decode()
    assert Assessment.objects.exists()
    assert tuva.post(mine.get_absolute_url(), {"act": "remove", "sure": "yes"}).url == MY
    assert not Rating.objects.exists()


def test_the_paper_prints_the_wheel_and_the_table(cast, role, mine):
    with translation.override("sv"):
        lines = rules.lines_of(mine, cast.tuva, today=TODAY)
        paper = documents.paper_of(mine, lines, profile=role, today=TODAY)
    assert (paper.person, paper.profile) == ("Tuva Ljungdahl", "Socialsekreterare")
    assert [sector.short for sector in paper.wheel.sectors] == [True, False, False, False]
    html = render_to_string("competence/documents/own.html", {"paper": paper, "wheel": paper.wheel})
    drawn = html.partition("<svg")[2].partition("</svg>")[0]
    assert drawn.count("fill=") == drawn.count("<path") + drawn.count("<circle") + drawn.count("<text")


def test_everything_goes_with_the_person(cast, mine, version, rows):
    share(mine, cast, cast.stina)
    rate(cast, version, {rows[0].pk: 2})
    cast.tuva.delete()
    assert not Rating.objects.exists()
    assert not Share.objects.exists()


def test_pages_cost_as_much_for_three_as_for_one(cast, role, version, rows, mine):
    share(mine, cast, cast.stina)

    def count(who, address):
        client = browser(who)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    pages = [(cast.tuva, MY), (cast.stina, MY), (cast.stina, f"/competence/people/{cast.tuva.pk}/")]
    pages.append((cast.tuva, mine.get_absolute_url()))
    one = [count(*page) for page in pages]
    for days in (1, 2):
        employment(person(f"Ny {days}", f"ny{days}@x.example", cast.sormland), cast.barn)
        on = TODAY + timedelta(days=days)
        more = actions.begin(framework=version, by=cast.tuva, today=on, now=NOW)
        levels = {row.pk: (days, True) for row in rows}
        actions.put_levels(assessment=more, levels=levels, by=cast.tuva, today=on, now=NOW)
        share(more, cast, cast.stina)
        rate(cast, version, {row.pk: days for row in rows}, on=on)
    assert [count(*page) for page in pages] == one


def test_surveys_and_the_answers_read_no_level_of_a_person():
    import ast
    from pathlib import Path

    from django.conf import settings

    named = {"Rating", "Assessment", "Share", "own"}
    base = Path(settings.BASE_DIR)
    files = [
        *base.glob("answers/**/*.py"),
        *base.glob("competence/*/surveys.py"),
        *base.glob("competence/*/result*.py"),
    ]
    assert len(files) > 10
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("competence"):
                names = {alias.name for alias in node.names} | {(node.module or "").rsplit(".", 1)[-1]}
                assert not names & named, file


# ---------- From a file ----------


def page_of(rows, **changed):
    data = {
        "version": 1,
        "box_title": "Kartläggning 2027",
        "answers": [
            {"competence": rows[0].pk, "level": 4, "wish": 5, "label": "Kompetens 1.1"},
            {"competence": rows[2].pk, "level": 0, "wish": 0, "label": "Kompetens 2.1 (fi)"},
            {"competence": 999_999, "level": 2, "wish": 0, "label": "Okänt"},
        ],
        "saved_on": "2027-04-10",
        **changed,
    }
    return f'<html><p>Hej</p><script type="application/json" id="helmi-answers">{json.dumps(data)}</script></html>'


def test_a_surveys_file_is_shown_and_then_kept_as_ones_own_of_that_day(cast, version, rows):
    tuva = browser(cast.tuva)
    file = SimpleUploadedFile("svar.html", page_of(rows).encode(), content_type="text/html")
    seen = tuva.post(MY, {"act": "read", "file": file})
    page = seen.content.decode()
    assert seen.status_code == 200
    assert "Kompetens 1.1" in page
    assert "Okänt" in page
    assert not Assessment.objects.exists()
    kept = tuva.post(MY, {"act": "keep", "data": seen.context["data"]})
    row = Assessment.objects.get()
    assert kept.url == row.get_absolute_url()
    assert (row.person, row.on, row.from_file) == (cast.tuva, date(2027, 4, 10), True)
    found = row.ratings.order_by("competence__area__position")
    assert list(found.values_list("level", "wishes", "rated_by")) == [(4, True, "self"), (None, False, "self")]


def test_names_that_are_not_those_of_the_competence_are_left_out(cast, version, rows):
    answers = [{"competence": rows[0].pk, "level": 4, "wish": 0, "label": "Köra truck"}]
    receipt = receipts.read(page_of(rows, answers=answers).encode())
    with pytest.raises(rules.NothingKnown):
        rules.found_in(receipt, person=cast.tuva, today=TODAY)
    with pytest.raises(rules.FromTheFuture):
        rules.found_in(receipts.read(page_of(rows, saved_on="2028-01-01").encode()), person=cast.tuva, today=TODAY)
    assert browser(cast.tuva).post(MY, {"act": "keep", "data": "[]"}).url == MY


def test_a_foreign_file_is_refused_in_a_sentence_on_the_page(cast, version):
    file = SimpleUploadedFile("x.html", b"<html>hej</html>", content_type="text/html")
    answer = browser(cast.tuva).post(MY, {"act": "read", "file": file})
    assert answer.status_code == 422
    assert str(rules.UNREADABLE["foreign"]) in answer.context["form"].errors["file"][0]


GOOD = {"competence": 1, "level": 3, "wish": 2, "label": "A"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x" * (receipts.LARGEST + 1), "large"),
        (b"\xff\xfe\x00", "foreign"),
        (b"", "foreign"),
        (b"%PDF-1.7", "foreign"),
        (b'<script id="other">{}</script>', "foreign"),
        (b'<script id="helmi-answers">{</script>', "changed"),
        (b'<script id="helmi-answers">[]</script>', "changed"),
        (b'<script id="helmi-answers">' + b"[" * 100_000 + b"</script>", "changed"),
        (b'<script id="helmi-answers">{}</script><script id="helmi-answers">{}</script>', "changed"),
        ({"version": 2}, "newer"),
        ({"version": True}, "changed"),
        ({"answers": []}, "changed"),
        ({"answers": [GOOD, GOOD]}, "changed"),
        ({"answers": [GOOD | {"level": 6}]}, "changed"),
        ({"answers": [GOOD | {"level": "3"}]}, "changed"),
        ({"answers": [GOOD | {"level": True}]}, "changed"),
        ({"answers": [GOOD | {"competence": -1}]}, "changed"),
        ({"answers": [GOOD | {"wish": 9}]}, "changed"),
        ({"answers": [GOOD | {"label": "x" * 500}]}, "changed"),
        ({"answers": [GOOD | {"label": "a\x00"}]}, "changed"),
        ({"answers": [GOOD | {"competence": n} for n in range(1, 999)]}, "changed"),
        ({"saved_on": "i går"}, "changed"),
        ({"saved_on": None}, "changed"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_with_the_reason(content, why):
    if isinstance(content, dict):
        data = {"version": 1, "box_title": "", "answers": [GOOD], "saved_on": "2027-01-01", **content}
        content = f'<script type="application/json" id="helmi-answers">{json.dumps(data)}</script>'.encode()
    with pytest.raises(receipts.Unreadable) as refused:
        receipts.read(content)
    assert refused.value.why == why
    assert rules.UNREADABLE[why]


def test_what_is_read_is_written_and_read_again_as_the_same():
    data = {"version": 1, "box_title": "T", "answers": [GOOD | {"level": None, "wish": 4}], "saved_on": "2027-01-01"}
    receipt = receipts.read_data(json.dumps(data))
    assert receipt.answers[0].wishes
    assert receipts.read_data(receipts.write_data(receipt)) == receipt


# ---------- The wheel ----------


def test_the_wheel_has_a_sector_for_each_competence_and_none_is_drawn_where_nothing_is_said():
    first, second, third, fourth = wheel.sectors([(3, 4), (None, 4), (5, None), (4, 4)])
    assert [one.number for one in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert first.own.startswith("M160 160L161")
    assert "A84.0 84.0 0 0 1" in first.own
    assert "A112.0 112.0 0 0 1" in first.goal
    assert (second.own, third.goal) == ("", "")
    assert [one.short for one in (first, second, third, fourth)] == [True, False, False, False]
    assert "0 1 1" in wheel.sectors([(2, 2)])[0].own
    assert wheel.sectors([]) == []
    assert wheel.rings()[-1] == "140"
