"""Frameworks: ready-made ones are complete, drafts are written by several, what is published never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from competence import lineage
from competence.actions import frameworks as actions
from competence.models import Area, Competence, Framework, FrameworkVersion
from competence.rules import frameworks as rules
from competence.rules.ready import KEYS, read
from competence.states import Lineage, Step, VersionState
from programmes.rules.together import SavedMeanwhile
from tests.cast import NOW
from tests.competence.conftest import in_three, make_framework

pytestmark = pytest.mark.django_db
LANGUAGES = ("sv", "fi", "en")


def whole(version: Any) -> Any:
    return rules.whole(version)


def words_of(competence: Competence) -> dict[str, str]:
    """What stands on a competence's page, as a form would send it."""
    facts = rules.facts_of_competence(competence)
    return {key: text for key, text in facts.items() if key not in ("area", "comes_from")}


def named(name: str) -> dict[str, str]:
    """A new competence with a name and words for each step, in all languages."""
    words = in_three(name) | in_three("", "description")
    for step in Step.values:
        words |= in_three(f"{name} {step}", f"step_{step}")
    return words


# ---------- Those that come with Helmi ----------


@pytest.mark.parametrize("key", KEYS)
def test_a_ready_made_framework_is_complete_in_every_language(key: str) -> None:
    ready = read(key)
    fits = {"name": 120, "description": 400}
    for texts in (ready.title, ready.kind_of_work, ready.introduction):
        assert all(texts[code].strip() for code in LANGUAGES)
    assert all(len(ready.scale[code]) == 5 and max(map(len, ready.scale[code])) <= 200 for code in LANGUAGES)
    assert len(ready.areas) == 3
    competences = [one for area in ready.areas for one in area["competences"]]
    assert len(competences) == 9
    for code in LANGUAGES:
        for row in (*ready.areas, *competences):
            assert all(0 < len(row[code][name].strip()) <= most for name, most in fits.items()), row[code]
        assert all(len(row[code]["description"]) <= 300 for row in ready.areas)
        steps = [step for one in competences for step in one[code]["steps"]]
        assert len(steps) == 45
        assert all(0 < len(step.strip()) <= 160 for step in steps)
        names = [one[code]["name"] for one in competences]
        assert len(set(names)) == 9
        assert len(set(steps)) == 45, "a step says something of its own for each competence"


def test_what_comes_with_helmi_is_exactly_what_is_offered() -> None:
    folder = Path(rules.__file__).parents[1] / "ready"
    assert sorted(file.stem for file in folder.glob("*.json")) == sorted(KEYS)
    assert all(json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.json"))


# ---------- The draft ----------


def test_a_framework_begun_from_a_ready_made_one_is_whole_and_in_the_regions_languages(cast: Any) -> None:
    region = cast.sormland
    region.languages = ["sv", "fi"]
    region.save(update_fields=["languages"])
    version = whole(actions.create_from(region=region, ready=read("child-welfare"), by=cast.malin, now=NOW))
    assert version.state == VersionState.DRAFT
    assert len(rules.competences_of(version)) == 9
    assert rules.missing(version) == []
    assert rules.unasked(version) == []
    assert not version.introduction_en
    assert version.framework.origin == "child-welfare"


def test_a_framework_of_ones_own_begins_with_a_plain_scale(cast: Any) -> None:
    words = in_three("Äldre", "title") | in_three("Hemtjänst", "kind_of_work")
    version = actions.create(region=cast.sormland, words=words, by=cast.malin, now=NOW)
    assert all(getattr(version, f"step_{step}_{code}") for step in Step.values for code in LANGUAGES)
    assert version.step_1_sv == "Arbetet är nytt"
    assert len(rules.missing(whole(version))) == 1, "only the areas"


def test_a_draft_is_refused_with_the_names_of_what_lacks_words(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1, published=False)
    competence = Competence.objects.get(area__version=version)
    Competence.objects.filter(pk=competence.pk).update(name_fi="")
    with pytest.raises(rules.Lacks) as refused:
        actions.publish(version=version, by=cast.malin, now=NOW)
    assert "Kompetens 1.1" in str(refused.value)
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_a_competence_without_words_for_a_step_is_published_but_never_asked(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1, published=False)
    competence = Competence.objects.get(area__version=version)
    assert rules.why_not_ask(competence) is None
    competence.descriptors.filter(step=3).delete()
    assert rules.why_not_ask(competence) is None, "the version's own words stand in"
    FrameworkVersion.objects.filter(pk=version.pk).update(step_3_sv="", step_3_fi="", step_3_en="")
    actions.publish(version=version, by=cast.malin, now=NOW)
    competence = rules.competences_of(whole(version))[0]
    refusal = rules.why_not_ask(competence)
    assert refusal is not None
    assert "Kompetens 1.1" in str(refusal)
    assert rules.unasked(whole(version)) == [competence]


def test_two_who_write_the_same_competence_do_not_overwrite_each_other(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=2, published=False)
    first, second = Competence.objects.filter(area__version=version)
    read_first = rules.mark_of(rules.facts_of_competence(first))
    read_second = rules.mark_of(rules.facts_of_competence(second))

    def keep(competence: Competence, name: str, mark: str) -> Competence:
        return actions.keep_competence(
            version=version,
            competence=competence,
            area=competence.area,
            words=words_of(competence) | {"name_sv": name},
            comes_from=[],
            mark=mark,
            by=cast.malin,
            now=NOW,
        )

    keep(first, "Min text", read_first)
    with pytest.raises(SavedMeanwhile):
        keep(first, "Din text", read_first)
    keep(second, "En annan", read_second)
    names = Competence.objects.filter(area__version=version).values_list("name_sv", flat=True)
    assert sorted(names) == ["En annan", "Min text"]
    version.refresh_from_db()
    assert version.revision == 3


def test_a_draft_changed_since_it_was_read_is_not_published(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=2, each=1, published=False)
    actions.move_up(thing=version.areas.last(), by=cast.malin, now=NOW)
    assert [area.name for area in version.areas.all()] == ["Område 2", "Område 1"]
    with pytest.raises(rules.ChangedSince):
        actions.publish(version=version, revision=version.revision, by=cast.malin, now=NOW)


# ---------- What is published never changes ----------


def test_what_is_published_never_changes(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1)
    area = Area.objects.get(version=version)
    competence = Competence.objects.get(area=area)
    by: dict[str, Any] = {"by": cast.malin, "now": NOW}
    mark = rules.mark_of(rules.facts_of_competence(competence))
    deeds = (
        lambda: actions.keep_version(version=version, words=in_three("Ny", "step_1"), mark="", **by),
        lambda: actions.keep_area(version=version, area=None, words=in_three("Ny"), mark="", **by),
        lambda: actions.keep_area(
            version=version, area=area, words=in_three("Ny"), mark=rules.mark_of(rules.facts_of_area(area)), **by
        ),
        lambda: actions.keep_competence(
            version=version, competence=competence, area=area, words=named("Ny"), comes_from=[], mark=mark, **by
        ),
        lambda: actions.remove(thing=competence, **by),
        lambda: actions.remove(thing=area, **by),
        lambda: actions.move_up(thing=area, **by),
    )
    for deed in deeds:
        with pytest.raises(rules.Published):
            deed()
    with pytest.raises(rules.NotADraft):
        actions.discard(version=version, **by)
    with pytest.raises(rules.NotADraft):
        actions.publish(version=version, **by)
    assert whole(version).areas.get().competences.get().name_sv == "Kompetens 1.1"


def test_a_page_opened_before_it_was_published_cannot_change_it_afterwards(cast: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1, published=False)
    stale = FrameworkVersion.objects.get(pk=version.pk)
    actions.publish(version=version, by=cast.malin, now=NOW)
    assert stale.state == VersionState.DRAFT
    with pytest.raises(rules.Published):
        actions.keep_area(version=stale, area=None, words=in_three("Ny"), mark="", by=cast.malin, now=NOW)


# ---------- The version after ----------


def begun(cast: Any, **facts: Any) -> tuple[Any, Any, dict[str, Competence]]:
    """A published version, the draft begun from it, and the draft's competences by name."""
    old = make_framework(cast.sormland, **facts)
    draft = actions.begin_version(version=old, by=cast.malin, now=NOW)
    return old, draft, {row.name_sv: row for row in rules.competences_of(whole(draft))}


def test_a_new_version_copies_everything_and_replaces_the_old_one_when_published(cast: Any) -> None:
    old, draft, rows = begun(cast, areas=2, each=2)
    assert draft.number == 2
    assert {kind for row in rows.values() for kind in row.descents.values_list("kind", flat=True)} == {Lineage.SAME}
    assert rules.steps_of(rows["Kompetens 1.1"], "fi") == rules.steps_of(rules.competences_of(whole(old))[0], "fi")
    assert not rules.changes(whole(draft), whole(old)).any
    with pytest.raises(rules.AlreadyBegun):
        actions.begin_version(version=old, by=cast.malin, now=NOW)
    actions.publish(version=draft, by=cast.malin, now=NOW)
    old.refresh_from_db()
    assert old.state == VersionState.REPLACED
    assert old.published_at is not None
    with pytest.raises(rules.NotPublished):
        actions.begin_version(version=old, by=cast.malin, now=NOW)


def test_renaming_splitting_merging_adding_and_removing_tell_where_trends_break(cast: Any) -> None:
    old, draft, rows = begun(cast, areas=1, each=5)
    by: dict[str, Any] = {"by": cast.malin, "now": NOW}

    def keep(name: str, words: dict[str, str], olds: list[Competence]) -> Competence:
        row = rows.get(name)
        return actions.keep_competence(
            version=draft,
            competence=row,
            area=draft.areas.get(),
            words=words,
            comes_from=olds,
            mark=rules.mark_of(rules.facts_of_competence(row)) if row else "",
            **by,
        )

    olds = {row.name_sv: row for row in rules.competences_of(whole(old))}
    keep("Kompetens 1.1", words_of(rows["Kompetens 1.1"]) | {"name_sv": "Samtal"}, [olds["Kompetens 1.1"]])
    keep("Halva", named("Halva"), [olds["Kompetens 1.2"]])
    actions.remove(thing=rows["Kompetens 1.3"], into=rows["Kompetens 1.4"], **by)
    actions.remove(thing=rows["Kompetens 1.5"], **by)
    keep("Ny", named("Ny"), [])
    found = rules.changes(whole(draft), whole(old))
    assert found.renamed == [("Kompetens 1.1", "Samtal")]
    assert found.split == [("Kompetens 1.2", ["Kompetens 1.2", "Halva"])]
    assert [(sorted(olds), new) for olds, new in found.merged] == [
        (["Kompetens 1.3", "Kompetens 1.4"], "Kompetens 1.4")
    ]
    assert found.new == ["Ny"]
    assert found.gone == ["Kompetens 1.5"]
    assert found.breaks


def test_half_of_a_split_taken_back_makes_the_other_half_whole_again(cast: Any) -> None:
    _old, draft, rows = begun(cast, areas=1, each=1)
    origin = rows["Kompetens 1.1"].descents.get().old
    half = actions.keep_competence(
        version=draft,
        competence=None,
        area=draft.areas.get(),
        words=named("Halva"),
        comes_from=[origin],
        mark="",
        by=cast.malin,
        now=NOW,
    )
    assert rows["Kompetens 1.1"].descents.get().kind == Lineage.SPLIT
    actions.remove(thing=half, by=cast.malin, now=NOW)
    assert rows["Kompetens 1.1"].descents.get().kind == Lineage.SAME


def test_a_draft_thrown_away_leaves_the_version_in_force_and_a_first_one_takes_its_framework_along(cast: Any) -> None:
    old, draft, _rows = begun(cast, areas=1, each=1)
    actions.discard(version=draft, by=cast.malin, now=NOW)
    assert list(old.framework.versions.all()) == [old]
    only = make_framework(cast.sormland, areas=1, each=1, published=False, title="Ny")
    actions.discard(version=only, by=cast.malin, now=NOW)
    assert not Framework.objects.filter(pk=only.framework_id).exists()


def test_kinds_follow_from_who_comes_from_whom() -> None:
    names = {n: {"sv": "A"} for n in range(1, 20)}
    assert lineage.kinds([(1, 11)], names, names) == {(1, 11): "same"}
    assert lineage.kinds([(1, 11)], names, {11: {"sv": "B"}}) == {(1, 11): "renamed"}
    assert lineage.kinds([(1, 11)], names, {11: {"fi": "B"}}) == {(1, 11): "same"}, "a new language is no new name"
    assert lineage.kinds([(1, 11), (1, 12)], names, names) == {(1, 11): "split", (1, 12): "split"}
    assert lineage.kinds([(1, 11), (2, 11)], names, names) == {(1, 11): "merged", (2, 11): "merged"}
    both = lineage.kinds([(1, 11), (2, 11), (2, 12)], names, names)
    assert both == {(1, 11): "merged", (2, 11): "merged", (2, 12): "split"}


# ---------- The pages ----------


def test_a_coordinator_begins_from_a_ready_made_framework_and_publishes_it(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    made = client.post(reverse("competence:framework_new"), {"region": cast.sormland.pk, "start": "home-care"})
    version = FrameworkVersion.objects.get()
    assert made["Location"] == version.get_absolute_url()
    assert sign_in(cast.tuva).get(version.get_absolute_url()).status_code == 404
    client = sign_in(cast.malin)
    done = client.post(
        reverse("competence:framework_edit", args=[version.pk]), {"act": "publish", "revision": version.revision}
    )
    assert done["Location"] == version.get_absolute_url()
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED
    assert version.published_by == cast.malin
    page = sign_in(cast.tuva).get(version.get_absolute_url()).content.decode()
    assert "Hemtjänst" in page
    assert "framework_edit" not in page
    assert reverse("competence:framework_edit", args=[version.pk]) not in page
    assert sign_in(cast.vera).get(version.get_absolute_url()).status_code == 404


def test_what_was_typed_stays_on_the_page_beside_what_another_has_saved(cast: Any, sign_in: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1, published=False)
    competence = Competence.objects.get(area__version=version)
    address = reverse("competence:framework_part", args=[version.pk, f"competence.{competence.pk}"])
    client = sign_in(cast.malin)
    opened = client.get(address).context["form"]["mark"].value()
    typed = words_of(competence) | {"area": competence.area_id, "mark": opened}
    assert client.post(address, typed | {"name_sv": "Först sparat"}).status_code == 302
    answer = client.post(address, typed | {"name_sv": "Sedan skrivet"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Först sparat" in page
    assert 'value="Sedan skrivet"' in page
    again = typed | {"name_sv": "Sedan skrivet", "mark": answer.context["form"]["mark"].value()}
    assert client.post(address, again).status_code == 302
    competence.refresh_from_db()
    assert competence.name_sv == "Sedan skrivet"


def test_a_version_tells_its_readers_where_trends_break(cast: Any, sign_in: Any) -> None:
    _old, draft, rows = begun(cast, areas=1, each=2)
    actions.remove(thing=rows["Kompetens 1.1"], into=rows["Kompetens 1.2"], by=cast.malin, now=NOW)
    actions.publish(version=draft, by=cast.malin, now=NOW)
    answer = sign_in(cast.tuva).get(draft.framework.get_absolute_url())
    assert answer.context["version"] == draft
    assert answer.context["changes"].merged
    assert len(answer.context["history"]) == 2


def test_where_competence_is_not_in_use_it_shows_nowhere(cast: Any, sign_in: Any) -> None:
    version = make_framework(cast.sormland, areas=1, each=1)
    cast.sormland.parts = ["course"]
    cast.sormland.save(update_fields=["parts"])
    client = sign_in(cast.malin)
    for address in (
        version.get_absolute_url(),
        version.framework.get_absolute_url(),
        reverse("competence:home"),
        reverse("competence:frameworks"),
        reverse("competence:framework_new"),
        reverse("competence:framework_edit", args=[version.pk]),
    ):
        assert client.get(address).status_code == 404, address
    assert reverse("competence:home") not in client.get(reverse("people:me")).content.decode()


def test_the_menu_leads_to_competence_and_to_ones_own(cast: Any, sign_in: Any) -> None:
    home, own = reverse("competence:home"), reverse("competence:my")

    def menu(person: Any) -> str:
        page = sign_in(person).get(reverse("people:me")).content.decode()
        return page.split('<nav class="sidenav"')[1].split("</nav>")[0]

    for leader in (cast.malin, cast.lars, cast.stina):
        assert f'href="{home}"' in menu(leader)
    assert "/competence/" not in menu(cast.tuva)
    version = make_framework(cast.sormland, areas=1, each=1)
    cast.tuva.assessments.create(framework=version, on=NOW.date(), changed_at=NOW)
    assert f'href="{own}"' in menu(cast.tuva)


def test_lists_cost_the_same_for_one_framework_and_for_three(cast: Any, sign_in: Any) -> None:
    def cost(address: str) -> int:
        client = sign_in(cast.malin)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = (reverse("competence:frameworks"), reverse("competence:home"))
    first = make_framework(cast.sormland, areas=1, each=1)
    with_one = [cost(address) for address in (*addresses, first.get_absolute_url())]
    for name in ("A", "B"):
        make_framework(cast.sormland, areas=1, each=1, title=name)
    bigger = make_framework(cast.sormland, areas=3, each=3, title="C")
    assert [cost(address) for address in (*addresses, bigger.get_absolute_url())] == with_one
