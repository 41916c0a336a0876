"""A survey from its draft to its end: what is frozen, whom it asks, what it writes, and that it is counted once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from tests.cast import NOW, employment, person, role
from tests.competence.conftest import make_framework
from tests.competence.surveying import again, drafted, launched, opened, staffed, standing_open

pytestmark = pytest.mark.django_db


def strata(survey: Any) -> set[tuple[int, str, str]]:
    return set(survey.box.invitations.values_list("person_id", "unit", "role"))


def answer(survey: Any, people: list[Any], *, now: Any, step: int = 4) -> None:
    from answers import actions as answers

    for who in people:
        ticket = answers.open_ticket(code=answers.link_for(box=survey.box, person_id=who.pk), now=now)
        said = {question.key: step for question in ticket.form.kept if question.kind == "scale"}
        answers.cast(ticket=ticket, answers=said, now=now)


def closed(survey: Any) -> Any:
    """An instant after its last day."""
    return survey.box.closes_at + timedelta(hours=9)


# ---------- Whom it asks ----------


def test_everybody_is_asked_once_where_she_works_on_the_day_of_the_launch(cast: Any) -> None:
    """S1: strata as at launch; leave through the window, guests, other forms and other units are not asked."""
    from competence.rules.circles import circle_of
    from people.models import Absence

    away = employment(person("Arla Borta", "arla@eskilstuna.example", cast.sormland), cast.barn)
    Absence.objects.create(employment=away, valid_from=date(2027, 1, 1), valid_to=date(2027, 9, 1))
    hourly = person("Hugo Timme", "hugo@eskilstuna.example", cast.sormland)
    employment(hourly, cast.barn, form="hourly")
    guest = person("Gun Gäst", "gun@annat.example", cast.sormland, is_guest=True)
    employment(guest, cast.barn)
    nobody = person("Nils Utan", None, cast.sormland)
    employment(nobody, cast.mottagning)
    second = employment(cast.tuva, cast.mottagning)
    second.main = False
    second.save()
    survey = drafted(cast, slips=2)
    survey.employment_forms = ["permanent"]
    survey.save()
    circle = circle_of(survey, NOW.date())
    barn, mott, nyk = (str(unit.pk) for unit in (cast.barn, cast.mottagning, cast.nyk_barn))
    assert {(one.person_id, one.unit, one.role) for one in circle.invited} == {
        (cast.stina.pk, barn, "manager"),
        (cast.tuva.pk, barn, "worker"),
        (cast.edvin.pk, barn, "worker"),
        (cast.omar.pk, mott, "manager"),
        (cast.leila.pk, mott, "worker"),
        (cast.petra.pk, nyk, "manager"),
        (cast.yasmin.pk, nyk, "worker"),
    }
    assert dict(circle.slips) == {(barn, "worker"): 2, (mott, "worker"): 3, (nyk, "worker"): 2}
    levels = {node.key: (node.parent, node.level) for node in circle.nodes}
    assert levels[barn] == (str(cast.eskilstuna.pk), "unit")
    assert levels[str(cast.eskilstuna.pk)] == (f"r{cast.sormland.pk}", "municipality")


def test_what_changes_after_the_launch_changes_nobodys_place(cast: Any) -> None:
    survey = launched(cast, drafted(cast))
    before = strata(survey)
    role(cast.tuva, "manager", organisation=cast.barn)
    employment(person("Ny Person", "ny@eskilstuna.example", cast.sormland), cast.barn)
    assert strata(again(survey)) == before
    assert len(before) == 7


def test_own_parts_are_asked_in_the_units_of_their_work_only(cast: Any) -> None:
    from answers.ballots import from_json
    from competence.actions import surveys as actions
    from competence.models import Competence
    from tests.competence.conftest import make_framework

    survey = drafted(cast)
    common = survey.parts.get()
    own = make_framework(cast.sormland, areas=1, each=2, title="Äldreomsorg")
    chosen = list(Competence.objects.filter(area__version=own).values_list("pk", flat=True))[:1]
    survey = actions.set_questions(
        survey=survey,
        parts=[
            actions.PartFacts(common.framework_id, common=True),
            actions.PartFacts(own.pk, common=False, chosen=chosen, targets={str(chosen[0]): "3.8"}),
        ],
        statements=[],
        texts=[],
        asks_need=True,
        asks_wish=True,
        revision=survey.revision,
        by=cast.malin,
        now=NOW,
    )
    part = survey.parts.get(framework=own)
    survey = actions.set_units(
        survey=survey,
        units=[
            actions.UnitFacts(cast.barn.pk),
            actions.UnitFacts(cast.mottagning.pk),
            actions.UnitFacts(cast.nyk_barn.pk, part.pk),
        ],
        revision=survey.revision,
        by=cast.malin,
        now=NOW,
    )
    form = from_json(launched(cast, survey).box.questions)
    assert len(form.of(str(cast.barn.pk)).questions) == 4 * 3
    more = form.of(str(cast.nyk_barn.pk)).pages[-1].questions
    assert [(one.key, one.target) for one in more] == [
        (f"now{chosen[0]}", "3.8"),
        (f"need{chosen[0]}", ""),
        (f"wish{chosen[0]}", ""),
    ]


# ---------- Before the launch ----------


def test_nothing_is_changed_after_the_launch(cast: Any) -> None:
    """SUR-7."""
    from competence.actions import surveys as actions
    from competence.rules import surveys as rules

    survey = launched(cast, drafted(cast))
    by = {"revision": survey.revision, "by": cast.ada, "now": NOW}
    with pytest.raises(rules.Frozen):
        actions.set_units(survey=survey, units=[], **by)
    with pytest.raises(rules.Frozen):
        actions.set_frame(survey=survey, facts={"by_role": False}, **by)
    with pytest.raises(rules.Frozen):
        launched(cast, survey)


def test_a_survey_is_not_launched_before_it_is_whole(cast: Any) -> None:
    from base.refusal import Refusal
    from competence.actions import surveys as actions
    from competence.models import Descriptor
    from competence.rules import surveys as rules
    from competence.rules.frameworks import NoWords

    survey = drafted(cast)
    with pytest.raises(rules.NotRunner):
        actions.launch(survey=survey, by=cast.vera, now=NOW)
    with pytest.raises(rules.WindowPast):
        actions.launch(survey=survey, by=cast.malin, now=NOW + timedelta(days=30))
    with pytest.raises(rules.CircleChanged):
        actions.launch(survey=survey, by=cast.malin, now=NOW, asked=99)
    version = survey.parts.get().framework
    words = {f"step_3_{code}": "" for code in ("sv", "fi", "en")}
    type(version).objects.filter(pk=version.pk).update(**words)
    Descriptor.objects.filter(competence__area__version=version, step=3)[:1].get().delete()
    with pytest.raises(NoWords):
        launched(cast, survey)
    survey.units.all().delete()
    type(version).objects.filter(pk=version.pk).update(**dict.fromkeys(words, "Tre"))
    with pytest.raises(Refusal):
        launched(cast, survey)


def test_almost_the_same_people_are_not_asked_the_same_within_thirty_days(cast: Any) -> None:
    """S7, also when only some of the questions are the same."""
    from answers.rules import AlmostTheSame

    launched(cast, drafted(cast))
    second = drafted(cast)
    version = second.parts.get().framework
    first = type(second).objects.exclude(pk=second.pk).get().parts.get().framework
    second.parts.update(framework=first)
    assert version != first
    employment(person("Ny Person", "ny@eskilstuna.example", cast.sormland), cast.barn)
    with pytest.raises(AlmostTheSame):
        launched(cast, second)
    staffed(cast, cast.barn, 4)
    assert launched(cast, second).box.invited == 12


def test_what_could_be_published_follows_from_the_numbers_of_people(cast: Any) -> None:
    from competence.actions import surveys as actions

    staffed(cast, cast.barn, 9)
    survey = drafted(cast)
    assert actions.forecast_due(now=NOW) == 1
    assert actions.forecast_due(now=NOW) == 0
    survey = again(survey)
    whole = next(at for at in survey.forecast["shares"] if at["share"] == 100)
    assert survey.forecast_wanted_at is None
    assert whole["units"][str(cast.barn.pk)]["how"] == "figures"
    assert whole["units"][str(cast.mottagning.pk)]["with"] == [str(cast.barn.pk)] or whole["units"][
        str(cast.mottagning.pk)
    ]["how"] in ("word", "figures")


# ---------- Try-out ----------


def test_an_own_part_in_a_try_out_says_for_whom_it_is(cast: Any) -> None:
    """Everybody sees all that is tried out, since so few could not be told apart: so it says which part is whose."""
    from competence.actions import surveys as actions
    from competence.rules.questions import tryout_of

    survey = drafted(cast)
    common = survey.parts.get()
    own = make_framework(cast.sormland, title="Hemtjänst")
    own.framework.kind_of_work_sv, own.framework.kind_of_work_fi = "Hemtjänst", "Kotihoito"
    own.framework.save()
    survey = actions.set_questions(
        survey=survey, parts=[actions.PartFacts(common.framework_id, common=True), actions.PartFacts(own.pk, False)],
        statements=[], texts=[], asks_need=False, asks_wish=False, revision=survey.revision, by=cast.malin, now=NOW,
    )  # fmt: skip
    survey.units.filter(organisation__in=[cast.barn, cast.nyk_barn]).update(part=survey.parts.get(common=False))
    pages = tryout_of(survey, [str(cast.barn.pk), str(cast.mottagning.pk)]).pages
    leads = [page.lead.get("en", "") for page in pages]
    assert [f": {cast.barn.name}. If you work elsewhere" in lead for lead in leads] == [False, False, True, True, False]
    assert "Kotihoito" in pages[2].lead["fi"]


def test_a_try_out_keeps_only_whether_the_questions_were_clear(cast: Any) -> None:
    from answers import actions as answers
    from answers.documents import result_of
    from competence.actions import surveys as actions
    from competence.rules import surveys as rules

    survey = drafted(cast)
    survey.units.filter(organisation=cast.barn).update(tries_out=True)
    with pytest.raises(rules.TryoutSmall):
        actions.try_out(survey=survey, by=cast.malin, now=NOW)
    people = [*staffed(cast, cast.barn, 2), cast.tuva, cast.edvin, cast.stina]
    survey = actions.try_out(survey=survey, by=cast.malin, now=NOW)
    answers.open_due(now=NOW)
    box = again(survey).tryout
    for who in people:
        ticket = answers.open_ticket(code=answers.link_for(box=box, person_id=who.pk), now=NOW)
        said = {question.key: 5 for question in ticket.form.questions if question.kind == "scale"}
        assert any(question.thrown for question in ticket.form.questions)
        answers.cast(ticket=ticket, answers=said, now=NOW)
    answers.close_over(now=NOW + timedelta(days=9))
    answers.count_due(now=NOW + timedelta(days=9))
    shown = {row.key: row.item["how"] for row in result_of(again(survey).tryout).rows}
    assert shown
    assert {how for key, how in shown.items() if key.startswith("clear")} == {"word"}
    assert not any(key.startswith("now") and how != "hidden" for key, how in shown.items())


# ---------- Letters ----------


def test_every_letter_goes_to_all_who_are_asked_in_the_same_words(cast: Any) -> None:
    """T5 and SUR-8: recipients = invited, bodies alike but for the link, whoever has answered; nothing kept opens."""
    from answers import actions as answers
    from answers.models import Invitation
    from outbox.actions import sending
    from outbox.models import Letter

    survey = opened(cast, drafted(cast))
    answer(survey, [cast.tuva, cast.leila], now=survey.box.opens_at + timedelta(days=1))
    asked = set(Invitation.objects.filter(box=survey.box).values_list("person_id", flat=True))
    for kind, days in (("competence.survey", 0), ("competence.survey_again", 7), ("competence.survey_again", 14)):
        mail.outbox.clear()
        at = survey.box.opens_at + timedelta(days=days, hours=3)
        sending.send_due(now=at)
        sent = Letter.objects.filter(kind=kind, state="sent", not_before__gt=at - timedelta(days=1), not_before__lte=at)
        assert set(sent.values_list("person_id", flat=True)) == asked
        links = {pk: answers.link_for(box=survey.box, person_id=pk).rpartition("#")[2] for pk in asked}
        bodies: dict[str, set[str]] = {}
        for letter in mail.outbox:
            who = next(pk for pk in asked if links[pk] in letter.body)
            language = "fi" if who == cast.yasmin.pk else "en" if who == cast.edvin.pk else "sv"
            bodies.setdefault(language, set()).add(letter.subject + letter.body.replace(links[who], "LINK"))
        assert {language: len(texts) for language, texts in bodies.items()} == {"sv": 1, "fi": 1, "en": 1}
        kept = " ".join(f"{row.facts} {row.key} {row.sent_subject} {row.sent_text}" for row in sent)
        assert "/#…" in kept
        assert not [code for code in links.values() if code in kept]


def test_more_time_is_told_to_everybody_and_only_before_the_end(cast: Any) -> None:
    from competence.actions import surveys as actions
    from competence.rules import surveys as rules
    from outbox.models import Letter

    survey = opened(cast, drafted(cast))
    at = survey.box.opens_at + timedelta(days=3)
    survey = actions.extend(survey=survey, until=date(2027, 5, 20), by=cast.malin, now=at)
    assert Letter.objects.filter(kind="competence.survey_longer").count() == 7
    survey = again(survey)
    with pytest.raises(rules.TooLate):
        actions.extend(survey=survey, until=date(2027, 6, 20), by=cast.malin, now=closed(survey))


def test_a_survey_that_is_thrown_away_reminds_nobody_and_is_never_read(cast: Any) -> None:
    from answers import actions as answers
    from answers.models import Ballot
    from competence.actions import surveys as actions
    from competence.states import SurveyState
    from outbox.models import Letter

    survey = opened(cast, drafted(cast))
    answer(survey, [cast.tuva], now=survey.box.opens_at)
    actions.throw_away(survey=survey, reason="Fel enheter", by=cast.malin, now=survey.box.opens_at)
    answers.sweep(now=survey.box.opens_at)
    assert again(survey).state == SurveyState.DESTROYED
    assert not Ballot.objects.exists()
    assert not Letter.objects.filter(kind__startswith="competence.survey", state="queued").exists()
    assert again(survey).box.keys_destroyed_at


# ---------- While open, and the end ----------


def test_the_rate_is_the_days_in_tens_and_only_where_ten_are_asked(cast: Any, sign_in: Any, at: Any) -> None:
    """SUR-4: a coordinator alone; nothing is counted when the page is read."""
    from answers import actions as answers

    staffed(cast, cast.barn, 6)
    survey = opened(cast, drafted(cast))
    day = survey.box.opens_at + timedelta(days=1)
    answer(survey, [cast.tuva, cast.edvin, cast.leila], now=day)
    answers.note_rates(now=day)
    answer(survey, [cast.stina, cast.omar], now=day)
    at(day + timedelta(hours=1))
    page = sign_in(cast.malin).get(reverse("competence:survey", args=[survey.pk])).content.decode()
    assert "Eskilstuna" in page
    assert "30\xa0%" in page
    assert "Nyköping" not in page
    assert sign_in(cast.lars).get(reverse("competence:survey", args=[survey.pk])).status_code == 404


def test_results_are_planned_after_the_end_confirmed_once_and_then_frozen(cast: Any, sign_in: Any, at: Any) -> None:
    """SUR-3: nine answers give a word; no late answer and no second publication."""
    from answers import actions as answers
    from answers.models import Ballot
    from answers.rules import CodeUnknown, PlanChanged
    from audit.models import Deed
    from competence.actions import surveys as actions
    from competence.rules import surveys as rules
    from competence.states import SurveyState
    from outbox.models import Letter

    people = [*staffed(cast, cast.barn, 9), cast.tuva, cast.edvin, cast.stina]
    survey = opened(cast, drafted(cast, units=("barn",)))
    during = survey.box.opens_at + timedelta(days=1)
    answer(survey, people[:9], now=during)
    with pytest.raises(rules.StillOpen):
        actions.confirm(survey=survey, digest=actions.plan_of(survey).digest(), by=cast.malin, now=during)
    late = closed(survey)
    with pytest.raises(CodeUnknown):
        answer(survey, people[9:10], now=late)
    with pytest.raises(PlanChanged):
        actions.confirm(survey=survey, digest="another", by=cast.malin, now=late)
    survey = actions.confirm(survey=survey, digest=actions.plan_of(survey).digest(), by=cast.malin, now=late)
    assert survey.state == SurveyState.COUNTING
    Ballot.objects.filter(pk=Ballot.objects.first().pk).update(ciphertext=b"spoilt")
    assert answers.count_due(now=late) == 0
    survey = again(survey)
    assert survey.state == SurveyState.OPEN
    with translation.override("en"):
        assert "1 answer cannot be opened" in rules.held_up(survey.box)
    assert Deed.objects.filter(deed="survey.plan_given_back").count() == 1
    at(late)
    for page in ("survey", "survey_plan"):
        read = sign_in(cast.malin).get(reverse(f"competence:{page}", args=[survey.pk]))
        assert "notice-warn" in read.content.decode()
    survey = actions.confirm(survey=survey, digest=actions.plan_of(survey).digest(), by=cast.malin, now=late)
    assert answers.count_due(now=late) == 1
    survey = again(survey)
    unit = next(table for table in survey.box.release.tables["tables"] if table["units"] == [str(cast.barn.pk)])
    assert survey.state == SurveyState.RELEASED
    assert unit["n"] == "5-9"
    assert {item["how"] for item in unit["items"].values()} <= {"word", "hidden"}
    assert survey.box.keys_destroyed_at
    with pytest.raises(rules.StillOpen):
        actions.confirm(survey=survey, digest=survey.box.plan_digest, by=cast.malin, now=late)
    told = Letter.objects.filter(kind="competence.survey_results").values_list("person_id", flat=True)
    assert set(told) == {cast.stina.pk, cast.lars.pk}
    assert Deed.objects.filter(deed="survey.answers_destroyed").count() == 1


def test_slips_are_made_where_the_keys_are_and_fetched_once_by_the_browser_that_asked(
    cast: Any, sign_in: Any, at: Any
) -> None:
    from answers import actions as answers

    survey = opened(cast, drafted(cast, slips=2))
    now = survey.box.opens_at + timedelta(hours=1)
    at(now)
    client, address = sign_in(cast.malin), reverse("competence:survey_slips", args=[survey.pk])
    unit = {"unit": str(cast.barn.pk)}
    client.post(address, unit | {"do": "want"})
    assert answers.print_slips(now=now) == 1
    paper = client.post(address, unit | {"do": "fetch"})
    assert paper.content.startswith(b"%PDF")
    assert client.post(address, unit | {"do": "fetch"}).status_code in (302, 404)


# ---------- Pages ----------


def test_a_coordinator_writes_a_survey_on_its_pages_and_launches_it(cast: Any, sign_in: Any) -> None:
    from competence.models import Competence, Survey
    from competence.states import SurveyState
    from tests.competence.conftest import make_framework

    version = make_framework(cast.sormland)
    client = sign_in(cast.malin)
    client.post(reverse("competence:surveys"), {"region": cast.sormland.pk, "title": "Vad kan vi?"})
    survey = Survey.objects.get()

    def post(name: str, facts: dict[str, Any]) -> Any:
        facts = {"revision": again(survey).revision} | facts
        return client.post(reverse(f"competence:{name}", args=[survey.pk]), facts)

    frame = {"title_sv": "Vad kan vi?", "purpose_sv": "Att lära", "disposal_sv": "Dnr 1", "by_role": "on"}
    post("survey_frame", frame | {"opens_on": "20.4.2027", "closes_on": "11.5.2027", "reminders": "14, 7"})
    assert again(survey).reminders == [7, 14]
    post("survey_questions", {"common": version.pk, "statements_sv": "Ett.\nTvå.", "asks_wish": "on"})
    first = Competence.objects.filter(area__version=version).first()
    kept = post("survey_questions", {"common": version.pk, f"c{first.pk}": "1", f"t{first.pk}": "3,8"})
    part = survey.parts.get()
    assert kept.url == reverse("competence:survey_units", args=[survey.pk])
    assert (part.chosen, part.targets) == ([first.pk], {str(first.pk): "3.8"})
    wrong = post("survey_questions", {"common": version.pk, f"c{first.pk}": "1", f"t{first.pk}": "38"})
    assert wrong.status_code == 422 or "38" in wrong.content.decode()
    assert f'href="#t{first.pk}"' in wrong.content.decode()
    assert f'id="t{first.pk}_error"' in wrong.content.decode()
    units = {f"u{unit.pk}": "1" for unit in (cast.barn, cast.mottagning, cast.nyk_barn)}
    post("survey_units", units | {f"s{cast.barn.pk}": "3", f"t{cast.barn.pk}": "1"})
    assert survey.units.get(organisation=cast.barn).extra_slips == 3
    check = client.get(reverse("competence:survey_check", args=[survey.pk])).content.decode()
    assert 'name="asked" value="10"' in check
    post("survey_check", {"asked": "10"})
    assert again(survey).state == SurveyState.LAUNCHED
    assert client.get(reverse("competence:survey_units", args=[survey.pk])).status_code == 302


def test_somebody_elses_later_save_is_not_overwritten(cast: Any) -> None:
    from competence.actions import surveys as actions
    from programmes.rules.together import SavedMeanwhile

    survey = drafted(cast)
    with pytest.raises(SavedMeanwhile):
        actions.set_units(survey=survey, units=[], revision=survey.revision - 1, by=cast.malin, now=NOW)


@pytest.mark.parametrize("name", ["survey_units", "survey_check", "survey_plan"])
def test_pages_ask_as_often_for_three_units_as_for_two(cast: Any, sign_in: Any, name: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = sign_in(cast.malin), []
    survey = standing_open(cast, over=True) if name == "survey_plan" else drafted(cast)
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(f"competence:{name}", args=[survey.pk])).status_code == 200
        counts.append(len(asked))
        survey.units.filter(organisation=cast.nyk_barn).delete()
    assert counts[0] == counts[1]
