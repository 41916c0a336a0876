"""Role profiles: nothing is published with words missing, published versions stay, roles begin and end on days."""

import io
from datetime import date
from html import unescape

import pikepdf
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audit.models import Deed
from competence.actions import profiles as actions
from competence.models import Assessment, Competence, Descent, Holding, ProfileVersion, Rating, RoleProfile, Share
from competence.rules import profiles as rules
from competence.states import VersionState
from people.models import Employment
from programmes.rules.together import SavedMeanwhile
from tests.cast import NOW, employment, person
from tests.competence.conftest import make_framework

pytestmark = pytest.mark.django_db
CODES = ("sv", "fi", "en")
TASKS = ("Utreda barns behov", "Följa upp beslut")


def three(words, field):
    return {f"{field}_{code}": f"{words} ({code})" for code in CODES}


def written(cast, framework=None, *, tasks=TASKS, organisation=None, lacking=()):
    """A draft with all its words, tasks, and level 3 as the target of every competence."""
    framework = framework or make_framework(cast.sormland)
    who = {"by": cast.malin, "now": NOW}
    titles = {code: f"Socialsekreterare ({code})" for code in CODES}
    version = actions.start(
        region=framework.framework.region, organisation=organisation, framework=framework, titles=titles, **who
    )
    words = {**three("Barn ska få skydd", "purpose"), **three("Socionomexamen", "requirements")}
    version = actions.keep_words(version=version, titles={}, words=words, revision=1, **who)
    rows = [
        {code: f"{task} ({code})" if (n, code) not in lacking else "" for code in CODES} for n, task in enumerate(tasks)
    ]
    version = actions.keep_tasks(version=version, tasks=rows, revision=2, **who)
    levels = dict.fromkeys(Competence.objects.filter(area__version=framework).values_list("pk", flat=True), 3)
    return actions.keep_targets(version=version, levels=levels, revision=3, **who)


def published(cast, *args, **facts):
    return actions.publish(version=written(cast, *args, **facts), by=cast.malin, now=NOW)


def give(profile, *people, since=date(2027, 1, 1), until=None, by=None):
    rows = [Employment.objects.get(person=one) for one in people]
    return actions.give(
        profile=profile, employments=rows, valid_from=since, valid_to=until, by=by or people[0], now=NOW
    )


def rate(who, competence, level, on, *, reader=None):
    """The person's own level in an assessment, shared with `reader` if there is one."""
    made = Assessment.objects.create(person=who, framework=competence.area.version, on=on, changed_at=NOW)
    Rating.objects.create(
        person=who, competence=competence, rated_by="self", assessment=made, by=who, level=level, on=on, at=NOW
    )
    if reader:
        Share.objects.create(assessment=made, reader=reader, at=NOW)
    return made


def text_of(answer):
    return " ".join(unescape(answer.content.decode().split("<main")[1]).replace("\xa0", " ").split())


def at(name, *args):
    return reverse(f"competence:{name}", args=args)


# ---------- Publishing ----------


def test_com_3_a_task_without_finnish_words_stops_publishing_and_is_named(cast, sign_in):
    version = written(cast, lacking={(1, "fi")})
    with translation.override("en"), pytest.raises(rules.WordsMissing) as no:
        actions.publish(version=version, by=cast.malin, now=NOW)
    assert str(no.value).endswith(": Task 2, Följa upp beslut (sv) (suomi).")
    assert "Följa upp beslut (sv) (suomi)" in text_of(sign_in(cast.malin).get(version.get_absolute_url()))
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_what_lacks_tasks_or_targets_is_not_published_either(cast):
    version = written(cast)
    actions.keep_tasks(version=version, tasks=[{"sv": " "}], revision=4, by=cast.malin, now=NOW)
    assert isinstance(rules.why_not_publish(version), rules.NoTasks)
    version = written(cast)
    keys = version.targets.values_list("competence_id", flat=True)
    actions.keep_targets(version=version, levels=dict.fromkeys(keys), revision=4, by=cast.malin, now=NOW)
    assert isinstance(rules.why_not_publish(version), rules.NoTargets)
    with pytest.raises(rules.FrameworkNotPublished):
        written(cast, make_framework(cast.sormland, published=False))


def test_a_published_version_never_changes_and_the_next_one_replaces_it(cast):
    first = published(cast)
    for change in (
        lambda: actions.keep_tasks(version=first, tasks=[], revision=first.revision, by=cast.malin, now=NOW),
        lambda: actions.throw_away(version=first, by=cast.malin, now=NOW),
        lambda: actions.publish(version=first, by=cast.malin, now=NOW),
    ):
        with pytest.raises(rules.NotADraft):
            change()
    second = actions.new_version(profile=first.profile, by=cast.malin, now=NOW)
    assert [task.words_fi for task in second.tasks.all()] == [f"{task} (fi)" for task in TASKS]
    assert second.targets.count() == 4
    with pytest.raises(rules.DraftExists):
        actions.new_version(profile=first.profile, by=cast.malin, now=NOW)
    actions.keep_words(
        version=second, titles={"sv": "Annat"}, words={"purpose_sv": "Nytt"}, revision=1, by=cast.malin, now=NOW
    )
    actions.publish(version=second, by=cast.malin, now=NOW)
    first.refresh_from_db()
    assert (first.state, first.purpose_sv) == (VersionState.REPLACED, "Barn ska få skydd (sv)")
    assert first.profile.title_sv == "Socialsekreterare (sv)", "the name stands"
    assert first.profile.versions.get(state="published").pk == second.pk


def test_targets_follow_their_competences_and_those_that_split_or_merged_are_asked_anew(cast, sign_in):
    old = make_framework(cast.sormland, areas=1, each=4)
    first = published(cast, old)
    new = make_framework(cast.sormland, areas=1, each=5, published=False)
    old.state = "replaced"
    old.save()
    new.framework, new.number, new.state, new.published_at = old.framework, 2, "published", NOW
    new.save()
    a, b, c, d = Competence.objects.filter(area__version=old)
    same, one, two, merged, fresh = Competence.objects.filter(area__version=new)
    for kind, was, now in (
        ("renamed", a, same), ("split", b, one), ("split", b, two), ("merged", c, merged), ("merged", d, merged),
    ):  # fmt: skip
        Descent.objects.create(old=was, new=now, kind=kind)
    draft = actions.new_version(profile=first.profile, by=cast.malin, now=NOW)
    assert dict(draft.targets.values_list("competence_id", "level")) == {same.pk: 3}
    assert draft.to_settle == [one.pk, two.pk, merged.pk]
    assert isinstance(rules.why_not_publish(draft), rules.ToSettle)
    client = sign_in(cast.malin)
    address = at("profile_edit", draft.pk, "targets")
    assert "från: Kompetens 1.3, Kompetens 1.4." in text_of(client.get(address))
    chosen = {"revision": 1, f"c{same.pk}": 4, f"c{one.pk}": 0, f"c{two.pk}": 5, f"c{fresh.pk}": 0}
    assert client.post(address, chosen).status_code == 422, "the merged one has no answer"
    assert client.post(address, {**chosen, f"c{merged.pk}": 2}).status_code == 302
    draft.refresh_from_db()
    assert draft.to_settle == []
    assert dict(draft.targets.values_list("competence_id", "level")) == {same.pk: 4, two.pk: 5, merged.pk: 2}
    assert rules.why_not_publish(draft) is None


def test_who_saves_later_sees_the_other_text_first(cast, sign_in):
    version = written(cast)
    with pytest.raises(SavedMeanwhile):
        actions.keep_tasks(version=version, tasks=[], revision=2, by=cast.malin, now=NOW)
    client = sign_in(cast.malin)
    typed = {"revision": 2, "words0_sv": "Min egen rad", "place0": 1}
    page = client.post(at("profile_edit", version.pk, "tasks"), typed)
    assert page.status_code == 422
    assert "Min egen rad" in text_of(page)
    assert "Följa upp beslut (sv)" in text_of(page), "and the other one's"
    assert page.context["form"]["revision"].value() == "4"


def test_tasks_change_places_and_empty_rows_disappear(cast, sign_in):
    version = written(cast)
    typed = {"revision": 4, "place0": 1, "place1": 1, "words0_sv": "Först", "words1_sv": "Sedan", "place2": 3}
    sign_in(cast.malin).post(at("profile_edit", version.pk, "tasks"), typed)
    assert [task.words_sv for task in version.tasks.all()] == ["Sedan", "Först"]


# ---------- Who sees what ----------


def test_a_draft_is_its_coordinators_and_what_is_published_is_the_regions(cast, sign_in):
    version = written(cast)
    for who in (cast.lars, cast.stina, cast.tuva, cast.vera, cast.outsider):
        for address in (version.get_absolute_url(), at("profile_pdf", version.pk), at("profile", version.profile_id)):
            assert sign_in(who).get(address).status_code == 404
        assert "Socialsekreterare" not in text_of(sign_in(who).get(at("profiles")))
    actions.publish(version=version, by=cast.malin, now=NOW)
    for who in (cast.lars, cast.stina, cast.tuva, cast.yasmin, cast.malin, cast.ada):
        assert sign_in(who).get(version.get_absolute_url()).status_code == 200
        assert "Socialsekreterare" in text_of(sign_in(who).get(at("profiles")))
    for who in (cast.vera, cast.selma, cast.outsider):
        assert sign_in(who).get(version.get_absolute_url()).status_code == 404
        assert sign_in(who).post(at("profile_do", version.pk), {"do": "new"}).status_code == 404
    assert sign_in(cast.tuva).get(at("profile_people", version.profile_id)).status_code == 404


def test_where_competence_is_switched_off_nothing_of_it_is_there(cast, sign_in):
    version = published(cast)
    cast.sormland.parts = ["course"]
    cast.sormland.save()
    for address in (version.get_absolute_url(), at("profile_people", version.profile_id), at("profile_new")):
        assert sign_in(cast.malin).get(address).status_code == 404
    assert "Socialsekreterare" not in text_of(sign_in(cast.malin).get(at("profiles")))


def test_a_coordinator_begins_writes_and_publishes_on_pages(cast, sign_in):
    framework = make_framework(cast.sormland, areas=1, each=1)
    client = sign_in(cast.malin)
    typed = {"framework": framework.pk, **{f"title_{code}": "Socialchef" for code in CODES}}
    assert client.post(at("profile_new"), {**typed, "title_sv": ""}).status_code == 422
    client.post(at("profile_new"), typed)
    version = ProfileVersion.objects.get()
    words = {**three("Leda", "purpose"), **three("Examen", "requirements"), **three("Socialchef", "title")}
    client.post(at("profile_edit", version.pk, "words"), {"revision": 1, **words})
    client.post(
        at("profile_edit", version.pk, "tasks"), {"revision": 2, **three("Leda arbetet", "words0"), "place0": 1}
    )
    key = Competence.objects.get().pk
    client.post(at("profile_edit", version.pk, "targets"), {"revision": 3, f"c{key}": 4})
    client.post(at("profile_do", version.pk), {"do": "publish"})
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED
    page = text_of(client.get(version.get_absolute_url() + "?advert=fi"))
    assert "Leda (fi)\n\n" in client.get(version.get_absolute_url() + "?advert=fi").context["advert"]
    assert "- Kompetens 1.1 (fi): Själv i svåra fall (fi)" in page
    deeds = Deed.objects.filter(deed__startswith="profile.").values_list("deed", flat=True)
    kinds = ("started", "words_kept", "tasks_kept", "targets_kept", "published")
    assert set(deeds) == {f"profile.{kind}" for kind in kinds}


def test_a_draft_that_is_thrown_away_takes_an_unpublished_profile_along(cast, sign_in):
    version = written(cast)
    sign_in(cast.malin).post(at("profile_do", version.pk), {"do": "throw_away"})
    assert not RoleProfile.objects.exists()


# ---------- Who has the role ----------


def test_com_4_who_leaves_the_role_in_may_is_not_in_junes_report_and_keeps_her_history(cast, sign_in):
    version = published(cast)
    [holding] = give(version.profile, cast.tuva, by=cast.stina)
    competence = Competence.objects.first()
    rate(cast.tuva, competence, 3, date(2027, 4, 1), reader=cast.stina)
    actions.end(holding=holding, last_day=date(2027, 5, 31), by=cast.stina, now=NOW)
    client = sign_in(cast.stina)
    address = at("profile_people", version.profile_id)
    assert "Tuva Ljungdahl" in text_of(client.get(address, {"day": "31.5.2027"})).split('id="h-give"')[0]
    june = client.get(address, {"day": "30.6.2027"})
    assert list(june.context["gap"].holdings) == []
    assert Rating.objects.visible_to(cast.tuva).filter(person=cast.tuva).count() == 1
    assert Holding.objects.visible_to(cast.tuva).get() == holding


def test_an_employment_that_has_ended_ends_the_role_too(cast):
    version = published(cast)
    give(version.profile, cast.tuva)
    Employment.objects.filter(person=cast.tuva).update(valid_to=date(2027, 5, 31))
    assert Holding.objects.on(date(2027, 5, 31)).count() == 1
    assert not Holding.objects.on(date(2027, 6, 1)).exists()


def test_com_2_levels_stand_side_by_side_with_days_and_only_those_that_the_reader_may_read(cast, sign_in):
    version = published(cast)
    give(version.profile, cast.tuva, cast.edvin)
    competence = Competence.objects.first()
    rate(cast.tuva, competence, 3, date(2027, 2, 1), reader=cast.stina)
    rate(cast.edvin, competence, 5, date(2027, 2, 1))
    Rating.objects.create(
        person=cast.tuva, competence=competence, rated_by="manager", by=cast.stina, level=2, on=date(2027, 3, 1), at=NOW
    )
    page = sign_in(cast.stina).get(at("profile_people", version.profile_id))
    gap = page.context["gap"]
    assert [shared for _who, shared in gap.people] == [False, True]
    assert [(one.level, one.on) for one in gap.lines[0].levels[0]] == [(2, date(2027, 3, 1)), (3, date(2027, 2, 1))]
    assert "Delas inte" in text_of(page)
    links = [f"/competence/people/{who.pk}/" for who in (cast.tuva, cast.edvin)]
    assert all(page.content.decode().count(link) == 1 for link in links)
    assert not [line for line in gap.lines if any(one.level == 5 for levels in line.levels for one in levels)]
    assert Deed.objects.filter(deed="profile.people_seen").count() == 1
    for who in (cast.lars, cast.malin):
        page = sign_in(who).get(at("profile_people", version.profile_id))
        assert not [link for link in links if link in page.content.decode()], "whom one does not manage has no page"
        gap = page.context["gap"]
        assert (len(gap.holdings), gap.open) == (2, []), "a role reaches the names, never the levels"


def test_levels_of_an_earlier_framework_count_where_the_competence_was_only_renamed(cast):
    old = make_framework(cast.sormland, areas=1, each=2)
    new = make_framework(cast.sormland, areas=1, each=2, title="Nytt")
    new.framework, new.number = old.framework, 2
    type(old).objects.filter(pk=old.pk).update(state="replaced")
    new.save()
    was, broken = Competence.objects.filter(area__version=old)
    now, split = Competence.objects.filter(area__version=new)
    Descent.objects.create(old=was, new=now, kind="renamed")
    Descent.objects.create(old=broken, new=split, kind="split")
    version = published(cast, new)
    holdings = give(version.profile, cast.tuva)
    rate(cast.tuva, was, 4, date(2027, 2, 1))
    rate(cast.tuva, broken, 4, date(2027, 2, 2))
    gap = rules.gap(version.profile, holdings, day=NOW.date(), viewer=cast.tuva)
    assert [[one.level for one in line.levels[0]] for line in gap.lines] == [[4], []]


def test_a_manager_gives_the_role_to_her_own_staff_only(cast, sign_in):
    version = published(cast)
    address = at("profile_people", version.profile_id)
    mine, other = (Employment.objects.get(person=who).pk for who in (cast.tuva, cast.leila))
    client = sign_in(cast.stina)
    assert client.post(address, {"people": [other], "valid_from": "1.4.2027"}).status_code == 422
    assert client.post(address, {"people": [mine], "valid_from": "1.4.2027"}).status_code == 302
    holding = Holding.objects.get()
    assert holding.employment_id == mine
    assert sign_in(cast.omar).post(address, {"holding": holding.pk, "last_day": "1.5.2027"}).status_code == 404
    assert sign_in(cast.stina).post(address, {"holding": holding.pk, "last_day": "1.3.2027"}).status_code == 422
    assert sign_in(cast.stina).post(address, {"holding": holding.pk, "last_day": "1.5.2027"}).status_code == 302
    holding.refresh_from_db()
    assert holding.valid_to == date(2027, 5, 1)


def test_a_role_is_given_within_the_employment_once_and_where_the_profile_is_for(cast):
    version = published(cast, organisation=cast.eskilstuna)
    with pytest.raises(rules.NotTheirEmployer):
        give(version.profile, cast.yasmin)
    with pytest.raises(rules.OutsideEmployment):
        give(version.profile, cast.tuva, since=date(2026, 8, 31))
    give(version.profile, cast.tuva, until=date(2027, 3, 1))
    with pytest.raises(rules.HasTheRole):
        give(version.profile, cast.tuva, since=date(2027, 3, 1))
    give(version.profile, cast.tuva, since=date(2027, 3, 2))
    with pytest.raises(rules.NotTheirEmployer):
        give(published(cast, make_framework(cast.sormland, title="B")).profile, cast.selma)
    with pytest.raises(rules.NotPublished):
        give(written(cast, make_framework(cast.sormland, title="C")).profile, cast.tuva)


# ---------- Measures ----------


def asked(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_ask_as_much_for_three_as_for_one(cast, sign_in):
    framework = make_framework(cast.sormland)
    version = published(cast, framework)
    give(version.profile, cast.tuva)
    competence = Competence.objects.first()
    rate(cast.tuva, competence, 3, date(2027, 2, 1), reader=cast.stina)
    client = sign_in(cast.stina)
    pages = (at("profiles"), version.get_absolute_url(), at("profile_people", version.profile_id))
    one = [asked(client, page) for page in pages]
    for n in range(2):
        who = person(f"Ny {n}", f"ny{n}@eskilstuna.example", cast.sormland)
        employment(who, cast.barn)
        give(version.profile, who)
        rate(who, competence, 3, date(2027, 2, 1), reader=cast.stina)
        published(cast, framework)
    assert [asked(client, page) for page in pages] == one


@pytest.mark.parametrize("code", ["sv", "fi"])
def test_the_paper_is_tagged_and_in_its_language(code, cast, sign_in):
    version = published(cast)
    answer = sign_in(cast.tuva).get(at("profile_pdf", version.pk), {"in": code})
    assert answer["Content-Type"] == "application/pdf"
    words = " ".join(pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range().split())
    assert f"Utreda barns behov ({code})" in words
    with pikepdf.open(io.BytesIO(answer.content)) as file:
        assert b"pdfuaid" in file.Root.Metadata.read_bytes()
        assert (str(file.Root.Lang), "/StructTreeRoot" in file.Root) == (code, True)
