"""The closing day: mentors come, who reads what of the support that is needed, figures, proposals and their answers."""

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from answers.leaks import find_leak
from audit.models import Deed
from events.models import Registration
from events.states import RegistrationState
from outbox.actions.sending import build
from outbox.models import Letter
from people.models import Employment
from programmes import tasks as jobs
from programmes.actions import closing as actions
from programmes.actions import decisions, proposals, support
from programmes.letters.closing import director_token, mentor_token
from programmes.models import Closing, Mentor, MentorInvitation, Mentorship, Proposal, ProposalAnswer, SupportNeed
from programmes.rules import closing as rules
from programmes.rules import proposals as proposal_rules
from programmes.rules import support as support_rules
from programmes.rules.together import SavedMeanwhile
from reports.documents import extract
from tests.cast import LONG_AGO, NOW, STOCKHOLM, employment, person, role

pytestmark = pytest.mark.django_db
SECRET = "Någon-att-prata-med-om-hot"
PASSED = "Handledning-varannan-vecka"


@pytest.fixture
def sign_in() -> Any:
    """Everybody at a browser of her own."""

    def signed_in(who: Any) -> Client:
        client = Client()
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def scene(cast: Any) -> Any:
    """Tuva, Leila and Yasmin take part; Marta is Tuva's mentor; day 8 closes the round; Ditte directs Nyköping."""
    row = cast.cohort()
    cast.made["round_"] = row
    for who in (cast.tuva, cast.leila, cast.yasmin):
        cast.enrolment(row, who)
    cast.made["place"] = row.enrolments.get(person=cast.tuva)
    cast.made["marta"] = person("Marta Mentor", "marta@annat.example", cast.sormland)
    cast.made["ditte"] = person("Ditte Direktör", "ditte@nykoping.example", cast.sormland)
    role(cast.ditte, "director", organisation=cast.nykoping)
    cast.made["pair"] = pair(cast, cast.place, cast.marta)
    cast.made["closing"] = actions.choose_day(cohort=row, day=row.days.get(number=8), by=cast.malin, now=NOW)
    return cast


def pair(cast: Any, enrolment: Any, who: Any, state: str = "active") -> Mentorship:
    mentor, _made = Mentor.objects.get_or_create(
        region=cast.sormland, person=who, defaults={"valid_from": LONG_AGO, "added_at": NOW}
    )
    return Mentorship.objects.create(
        enrolment=enrolment, mentor=mentor, state=state, created_at=NOW, agreed_at=NOW, nonce="n"
    )


def need(scene: Any, text: str = SECRET, by: Any = None, kind: str = "supervision", at: datetime = NOW) -> SupportNeed:
    facts: dict[str, Any] = {"kind": kind, "text": text, "from_whom": "Stina"}
    return support.add(enrolment=scene.place, by=by or scene.tuva, now=at, **facts)


def passed(scene: Any) -> SupportNeed:
    """A row that the manager gets, beside one that she does not."""
    need(scene)
    row = need(scene, PASSED)
    support.pass_on(enrolment=scene.place, needs=[row.pk], by=scene.tuva, now=NOW)
    row.refresh_from_db()
    return row


def page(scene: Any, name: str = "support") -> str:
    pages = {"support": f"/programmes/support/{scene.place.pk}/"}
    cohort = f"/programmes/cohorts/{scene.round_.pk}/closing/"
    return {**pages, "closing": cohort, "proposals": f"{cohort}proposals/"}[name]


# ---------- The day and the mentors ----------


def test_the_last_day_is_proposed_and_another_can_be_chosen_until_mentors_are_invited(scene: Any) -> None:
    assert rules.last_day(scene.round_).number == 8
    seventh = scene.round_.days.get(number=7)
    actions.choose_day(cohort=scene.round_, day=seventh, by=scene.malin, now=NOW)
    assert Closing.objects.get().day == seventh
    actions.invite_mentors(closing=scene.closing, by=scene.malin, now=NOW)
    with pytest.raises(rules.DayIsFixed):
        actions.choose_day(cohort=scene.round_, day=scene.round_.days.get(number=8), by=scene.malin, now=NOW)
    other = scene.cohort(number=13)
    with pytest.raises(rules.NotADayOfTheRound):
        actions.choose_day(cohort=scene.round_, day=other.days.get(number=8), by=scene.malin, now=NOW)


def test_each_mentor_of_a_standing_pair_is_invited_once(scene: Any, sign_in: Any) -> None:
    over = person("Olof Över", "olof@annat.example", scene.sormland)
    proposed = person("Petra Påtänkt", "petrap@annat.example", scene.sormland)
    pair(scene, scene.round_.enrolments.get(person=scene.leila), proposed, state="proposed")
    Mentorship.objects.create(
        enrolment=scene.round_.enrolments.get(person=scene.yasmin),
        mentor=Mentor.objects.create(region=scene.sormland, person=over, valid_from=LONG_AGO, added_at=NOW),
        state="closed", closed_at=NOW, closed_why="finished", created_at=NOW, nonce="n",
    )  # fmt: skip
    client, address = sign_in(scene.malin), page(scene, "closing")
    read = client.post(address, {"act": "invite"}).content.decode()
    assert "Inget är skickat än" in read
    assert not Letter.objects.exists()
    client.post(address, {"act": "invite", "confirm": "yes"})
    assert [letter.person for letter in Letter.objects.all()] == [scene.marta]
    assert Letter.objects.get().not_before >= NOW + timedelta(minutes=10)
    with pytest.raises(rules.NoMentorToInvite):
        actions.invite_mentors(closing=scene.closing, by=scene.malin, now=NOW)
    assert Letter.objects.count() == 1


def test_a_yes_by_the_link_registers_the_mentor_and_a_no_takes_her_off(scene: Any) -> None:
    actions.invite_mentors(closing=scene.closing, by=scene.malin, now=NOW)
    row = MentorInvitation.objects.get()
    letter = Letter.objects.get()
    with translation.override("sv"):
        mail = build(letter)
    assert mail is not None
    link = f"/k/{mentor_token(row)}/"
    assert link in mail.text
    client = Client()
    assert client.get(link, {"answer": "yes"}).status_code == 200
    assert not MentorInvitation.objects.filter(answer="yes").exists()
    client.post(link, {"answer": "yes"})
    mine = Registration.objects.get(person=scene.marta)
    assert (mine.event, mine.state, mine.from_enrolment) == (
        scene.closing.day.event,
        RegistrationState.REGISTERED,
        False,
    )
    client.post(link, {"answer": "no"})
    mine.refresh_from_db()
    assert mine.state == RegistrationState.CANCELLED
    assert build(letter) is None
    assert client.get(f"{link[:-4]}xyz/").status_code == 404
    with pytest.raises(rules.DayHasBegun):
        actions.answer_invitation(invitation=row, answer="yes", by=scene.marta, now=scene.closing.day.event.starts_at)


# ---------- Support that is still needed ----------


def test_the_list_is_read_by_the_two_and_by_nobody_else(scene: Any, sign_in: Any) -> None:
    need(scene)
    for name in ("tuva", "marta"):
        assert SECRET in sign_in(getattr(scene, name)).get(page(scene)).content.decode(), name
    for name in ("leila", "yasmin", "malin", "ada", "stina", "omar", "lars", "petra", "vera", "outsider"):
        client = sign_in(getattr(scene, name))
        assert client.get(page(scene)).status_code == 404, name
        assert client.post(page(scene), {"act": "save", "kind": "other", "text": "x"}).status_code == 404, name
    assert SECRET not in sign_in(scene.malin).get(page(scene, "closing")).content.decode()
    assert SupportNeed.objects.count() == 1


def test_a_mentor_reads_while_the_pair_stands_and_decides_nothing(scene: Any, sign_in: Any) -> None:
    row = need(scene, by=scene.marta)
    with pytest.raises(support_rules.NotYoursToPass):
        support.pass_on(enrolment=scene.place, needs=[row.pk], by=scene.marta, now=NOW)
    assert "Låt min chef läsa" not in sign_in(scene.marta).get(page(scene)).content.decode()
    Mentorship.objects.update(state="closed", closed_at=NOW, closed_why="finished")
    assert sign_in(scene.marta).get(page(scene)).status_code == 404
    with pytest.raises(support_rules.NotYourList):
        support.change(need=row, kind="other", text="x", from_whom="", version=1, by=scene.marta, now=NOW)


def test_a_participant_without_a_mentor_has_a_list_of_her_own(scene: Any, sign_in: Any) -> None:
    mine = scene.round_.enrolments.get(person=scene.leila)
    support.add(enrolment=mine, kind="mentor", text="En mentor", from_whom="", by=scene.leila, now=NOW)
    words = sign_in(scene.leila).get(f"/programmes/support/{mine.pk}/").content.decode()
    assert "Bara du läser den här listan" in words
    assert sign_in(scene.marta).get(f"/programmes/support/{mine.pk}/").status_code == 404


def test_the_manager_sees_the_chosen_rows_and_nothing_else_once_they_cannot_be_taken_back(
    scene: Any, sign_in: Any
) -> None:
    row = passed(scene)
    assert not SupportNeed.objects.with_manager(scene.stina, NOW + timedelta(minutes=9)).exists()
    assert list(SupportNeed.objects.with_manager(scene.stina, NOW + timedelta(minutes=10))) == [row]
    SupportNeed.objects.filter(pk=row.pk).update(passed_at=NOW - timedelta(minutes=11))
    words = sign_in(scene.stina).get(page(scene)).content.decode()
    assert PASSED in words
    assert SECRET not in words
    for name in ("omar", "lars", "petra", "malin"):
        assert sign_in(getattr(scene, name)).get(page(scene)).status_code == 404, name
    # Somebody who no longer works under her takes her words along.
    Employment.objects.filter(person=scene.tuva).update(valid_to=NOW.date() - timedelta(days=1))
    employment(scene.tuva, scene.nyk_barn, since=NOW.date())
    assert sign_in(scene.stina).get(page(scene)).status_code == 404


def test_the_letter_says_that_there_is_something_and_not_what(scene: Any) -> None:
    passed(scene)
    letter = Letter.objects.get(kind="programmes.support_passed")
    assert (letter.person, letter.not_before) == (scene.stina, NOW + timedelta(minutes=10))
    mail = build(letter)
    assert mail is not None
    assert PASSED not in mail.text
    assert page(scene) in mail.text
    assert PASSED not in str(list(Deed.objects.values_list("codes", flat=True)))


def test_what_was_passed_is_taken_back_before_it_is_sent_and_not_after(scene: Any) -> None:
    row = passed(scene)
    with pytest.raises(support_rules.HasLeft):
        support.take_back(need=row, by=scene.tuva, now=NOW + timedelta(minutes=10))
    with pytest.raises(support_rules.NotYoursToPass):
        support.take_back(need=row, by=scene.marta, now=NOW)
    support.take_back(need=row, by=scene.tuva, now=NOW + timedelta(minutes=9))
    assert build(Letter.objects.get(kind="programmes.support_passed")) is None
    assert not SupportNeed.objects.with_manager(scene.stina, NOW + timedelta(days=1)).exists()


def test_what_the_manager_has_does_not_change_and_goes_when_the_participant_removes_it(scene: Any) -> None:
    row = passed(scene)
    facts: dict[str, Any] = {"kind": "other", "text": "Något annat", "from_whom": "", "version": 1}
    for who in (scene.tuva, scene.marta):
        with pytest.raises(support_rules.PassedAlready):
            support.change(need=row, by=who, now=NOW, **facts)
    with pytest.raises(support_rules.PassedAlready):
        support.remove(need=row, by=scene.marta, now=NOW)
    support.remove(need=row, by=scene.tuva, now=NOW + timedelta(days=1))
    assert not SupportNeed.objects.with_manager(scene.stina, NOW + timedelta(days=1)).exists()


def test_two_who_change_the_same_row_lose_neither_text(scene: Any, sign_in: Any) -> None:
    row = need(scene)
    form = {"act": "save", "need": row.pk, "version": 1, "kind": "other", "text": "Martas ord", "from_whom": ""}
    sign_in(scene.marta).post(page(scene), form)
    answer = sign_in(scene.tuva).post(page(scene), {**form, "text": "Tuvas ord"})
    assert answer.status_code == 409
    assert "Martas ord" in answer.content.decode()
    assert "Tuvas ord" in answer.content.decode()
    assert SupportNeed.objects.get().text == "Martas ord"


def test_the_participant_passes_rows_on_the_page(scene: Any, sign_in: Any) -> None:
    need(scene)
    row = need(scene, PASSED)
    client = sign_in(scene.tuva)
    assert client.post(page(scene), {"act": "pass"}).status_code == 422
    client.post(page(scene), {"act": "pass", "needs": [row.pk]})
    words = client.get(page(scene)).content.decode()
    assert "Går till Stina Malmqvist" in words
    client.post(page(scene), {"act": "take_back", "need": row.pk})
    assert not SupportNeed.objects.filter(passed_at__isnull=False).exists()


# ---------- In figures ----------


def lists(*sizes: tuple[str, int], of: int) -> list[set[str]]:
    """`of` people; of each kind so many, from the first on."""
    return [{kind for kind, size in sizes if n < size} for n in range(of)]


def test_kinds_with_fewer_than_five_stand_together_and_under_five_nothing_is_told() -> None:
    told = support_rules.figures(lists(("supervision", 12), ("training", 5), ("mentor", 2), of=20))
    assert (told.listed, told.kinds) == (12, {"supervision": 12, "training": 5})
    assert "mentor" in told.together
    assert told.in_all is None
    assert support_rules.figures(lists(("supervision", 4), of=20)) == support_rules.Figures(
        together=tuple(support_rules.SupportKind.values)
    )
    assert support_rules.figures(lists(("supervision", 4), of=4)) == support_rules.Figures()
    assert support_rules.figures([]) == support_rules.Figures()


def test_small_kinds_are_told_together_where_they_are_of_five_or_more() -> None:
    row: list[set[str]] = [{"mentor"}] * 3 + [{"training"}] * 3 + [{"supervision"}] * 8 + [set()] * 6
    told = support_rules.figures(row)
    assert (told.listed, told.kinds, told.in_all) == (14, {"supervision": 8}, 6)


def test_no_difference_of_numbers_tells_of_one_to_four_people() -> None:
    # 18 of 20 leaves two who did not; 12 and 10 of the same people leave two in between.
    assert support_rules.figures(lists(("supervision", 18), of=20)).kinds == {}
    assert len(support_rules.figures(lists(("supervision", 12), ("training", 10), of=20)).kinds) == 1
    kinds = support_rules.SupportKind.values
    for seed in range(40):
        row = [{kind for at, kind in enumerate(kinds) if (n * 7 + at * (seed + 3) + n * n * seed) % (at + 2) == 0}
               for n in range(9 + seed % 14)]  # fmt: skip
        told = support_rules.figures(row)
        groups = [frozenset(range(len(row)))]
        groups += [frozenset(n for n, own in enumerate(row) if kind in own) for kind in told.kinds]
        if told.listed is not None:
            groups.append(frozenset(n for n, own in enumerate(row) if own))
        if told.in_all is not None:
            groups.append(frozenset(n for n, own in enumerate(row) if own & set(told.together)))
        assert find_leak(groups, dict.fromkeys(range(len(row)), 1)) is None
        assert all(not 0 < len(one ^ other) < 5 for one, other in combinations(groups, 2))


def test_the_coordinator_sees_figures_counted_once_and_after_the_day(scene: Any, sign_in: Any) -> None:
    need(scene)
    with pytest.raises(support_rules.DayNotOver):
        support.count(closing=scene.closing, by=scene.malin, now=scene.closing.day.event.ends_at)
    for n in range(12):
        who = person(f"Deltagare {n}", f"d{n}@eskilstuna.example", scene.sormland)
        mine = scene.enrolment(scene.round_, who, unit=scene.barn)
        if n < 6:
            support.add(enrolment=mine, kind="supervision", text=SECRET, from_whom="", by=who, now=NOW)
    after = datetime(2027, 11, 4, 9, tzinfo=STOCKHOLM)
    support.count(closing=scene.closing, by=scene.malin, now=after)
    row = Closing.objects.get()
    assert (row.figures["kinds"], row.figures["listed"]) == ({"supervision": 7}, 7)
    need(scene, kind="training")
    with pytest.raises(support_rules.CountedAlready):
        support.count(closing=scene.closing, by=scene.malin, now=after + timedelta(days=1))
    words = sign_in(scene.malin).get(page(scene, "closing")).content.decode()
    assert "Yrkeshandledning" in words
    assert SECRET not in words
    for name in ("tuva", "marta", "stina", "lars", "vera", "outsider"):
        assert sign_in(getattr(scene, name)).get(page(scene, "closing")).status_code == 404, name


# ---------- Proposals ----------


def write(scene: Any, words: str = "Handledning i varje kommun", by: Any = None) -> Proposal:
    return proposals.write(closing=scene.closing, words=words, by=by or scene.tuva, now=NOW)


def sent(scene: Any) -> list[ProposalAnswer]:
    write(scene)
    proposals.agree(closing=scene.closing, agreed=True, by=scene.malin, now=NOW)
    proposals.send(closing=scene.closing, by=scene.malin, now=NOW)
    return list(ProposalAnswer.objects.order_by("organisation__name"))


def test_the_group_writes_on_one_page_and_nobody_overwrites_another(scene: Any, sign_in: Any) -> None:
    client = sign_in(scene.tuva)
    client.post(page(scene, "proposals"), {"act": "save", "words": "En mentor åt alla"})
    row = Proposal.objects.get()
    form = {"act": "save", "proposal": row.pk, "version": 1, "words": "Leilas ord"}
    sign_in(scene.leila).post(page(scene, "proposals"), form)
    answer = client.post(page(scene, "proposals"), {**form, "words": "Tuvas ord"})
    assert answer.status_code == 409
    assert "Leilas ord" in answer.content.decode()
    assert "Tuvas ord" in answer.content.decode()
    with pytest.raises(SavedMeanwhile):
        proposals.rewrite(proposal=row, words="x", version=1, by=scene.malin, now=NOW)
    assert "Leilas ord" in sign_in(scene.malin).get(page(scene, "proposals"), {"screen": "1"}).content.decode()
    for name in ("marta", "stina", "lars", "vera", "outsider"):
        assert sign_in(getattr(scene, name)).get(page(scene, "proposals")).status_code == 404, name


def test_what_is_agreed_stays_until_it_is_opened_and_goes_to_each_director_once(scene: Any, sign_in: Any) -> None:
    with pytest.raises(proposal_rules.NoProposals):
        proposals.agree(closing=scene.closing, agreed=True, by=scene.malin, now=NOW)
    row = write(scene)
    with pytest.raises(proposal_rules.NotAgreed):
        proposals.send(closing=scene.closing, by=scene.malin, now=NOW)
    proposals.agree(closing=scene.closing, agreed=True, by=scene.malin, now=NOW)
    with pytest.raises(proposal_rules.Agreed):
        proposals.remove(proposal=row, by=scene.tuva, now=NOW)
    client, address = sign_in(scene.malin), page(scene, "closing")
    assert "Handledning i varje kommun" in client.post(address, {"act": "send"}).content.decode()
    assert not ProposalAnswer.objects.exists()
    client.post(address, {"act": "send", "confirm": "yes"})
    # Flen has no director; it has a row without an answer all the same.
    assert {letter.person for letter in Letter.objects.all()} == {scene.lars, scene.ditte}
    assert ProposalAnswer.objects.count() == 3
    for again in (
        lambda: proposals.send(closing=scene.closing, by=scene.malin, now=NOW),
        lambda: proposals.agree(closing=scene.closing, agreed=False, by=scene.malin, now=NOW),
    ):
        with pytest.raises(proposal_rules.SentAlready):
            again()


def test_a_director_answers_by_the_link_or_signed_in_and_the_round_reads_it(scene: Any, sign_in: Any) -> None:
    eskilstuna, _flen, nykoping = sent(scene)
    link = f"/d/{director_token(eskilstuna, scene.lars)}/"
    letter = Letter.objects.get(person=scene.lars)
    mail = build(letter)
    assert mail is not None
    assert link in mail.text
    assert link.strip("/d") not in mail.masked(mail.text)
    assert Client().get(link).status_code == 200
    assert Client().post(link, {"answer": ""}).status_code == 422
    Client().post(link, {"answer": "will_do", "words": "Från hösten"})
    eskilstuna.refresh_from_db()
    assert (eskilstuna.answer, eskilstuna.answered_by, eskilstuna.way) == ("will_do", scene.lars, "link")
    assert build(letter) is None
    sign_in(scene.ditte).post(f"/programmes/closing/answers/{nykoping.pk}/", {"answer": "not_now", "words": ""})
    nykoping.refresh_from_db()
    assert (nykoping.answer, nykoping.way) == ("not_now", "page")
    words = sign_in(scene.tuva).get(page(scene, "proposals")).content.decode()
    assert "Från hösten" in words
    assert "Inte nu" in words
    for name in ("lars", "stina", "tuva", "malin", "vera"):
        answer = sign_in(getattr(scene, name)).get(f"/programmes/closing/answers/{nykoping.pk}/")
        assert answer.status_code == 404, name
    assert Client().get(f"/d/{director_token(nykoping, scene.lars)}/").content.decode().count("radio") == 0
    with pytest.raises(proposal_rules.NotTheDirector):
        proposals.answer(row=nykoping, answer="will_do", words="", way="link", by=scene.lars, now=NOW)


def test_who_has_not_answered_is_reminded_once_after_fourteen_days_and_may_answer_late(scene: Any) -> None:
    eskilstuna, _flen, nykoping = sent(scene)
    proposals.answer(row=nykoping, answer="will_think", words="", way="page", by=scene.ditte, now=NOW)
    assert jobs.remind_of_proposals(NOW + timedelta(days=13, hours=23)) == 0
    assert jobs.remind_of_proposals(NOW + timedelta(days=14)) == 1
    assert jobs.remind_of_proposals(NOW + timedelta(days=30)) == 0
    letter = Letter.objects.get(kind="programmes.proposals_reminder")
    assert letter.person == scene.lars
    late = NOW + timedelta(days=100)
    row = proposals.answer(row=eskilstuna, answer="not_now", words="", way="link", by=scene.lars, now=late)
    assert row.answered_at == late


def test_a_proposal_goes_to_the_next_rounds_checklist_when_something_is_decided(scene: Any) -> None:
    row = write(scene, "Handledning\ni varje kommun")
    with pytest.raises(proposal_rules.NoDecision):
        proposals.to_checklist(proposal=row, by=scene.malin, now=NOW)
    later = scene.cohort(number=13, state="open")
    facts: dict[str, Any] = {"outcome": "continue", "preliminary": True, "why": "Bra", "improvements": "Kortare dagar"}
    decisions.decide(cohort=scene.round_, by=scene.malin, now=NOW, **facts)
    for _again in range(2):
        proposals.to_checklist(proposal=row, by=scene.malin, now=NOW)
    assert [one.words for one in later.improvements.all()] == ["Kortare dagar", "Handledning i varje kommun"]


# ---------- Cost, and what is left ----------


def counted(client: Client, *addresses: str) -> list[int]:
    found = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        found.append(len(queries))
    return found


def test_as_many_statements_for_three_rows_as_for_one(scene: Any, sign_in: Any) -> None:
    client, tuva = sign_in(scene.malin), sign_in(scene.tuva)
    actions.invite_mentors(closing=scene.closing, by=scene.malin, now=NOW)
    pages = (page(scene, "closing"), page(scene, "proposals"))
    need(scene)
    ProposalAnswer.objects.filter(pk__in=[row.pk for row in sent(scene)[1:]]).delete()
    few = [*counted(client, *pages), *counted(tuva, page(scene))]
    for n, town in enumerate((scene.nykoping, scene.flen)):
        who = person(f"Mentor {n}", f"m{n}@annat.example", scene.sormland)
        MentorInvitation.objects.create(closing=scene.closing, person=who, at=NOW)
        Proposal.objects.create(closing=scene.closing, words="Mer", changed_at=NOW)
        ProposalAnswer.objects.create(
            closing=scene.closing, organisation=town, nonce="x", asked_at=NOW, answer="not_now", answered_at=NOW,
            answered_by=scene.lars,
        )  # fmt: skip
        need(scene)
    assert [*counted(client, *pages), *counted(tuva, page(scene))] == few


def test_ones_own_extract_has_the_list_and_nobody_elses(scene: Any) -> None:
    need(scene, by=scene.marta)
    actions.invite_mentors(closing=scene.closing, by=scene.malin, now=NOW)
    assert SECRET in str(extract.as_plain(scene.tuva, "sv", NOW))
    for who in (scene.marta, scene.stina, scene.leila, scene.malin):
        assert SECRET not in str(extract.as_plain(who, "sv", NOW))
    assert "Inbjudningar till avslutningsdagar" in str(extract.as_plain(scene.marta, "sv", NOW))


def test_who_is_erased_leaves_nothing_of_the_list(scene: Any) -> None:
    passed(scene)
    scene.stina.delete()
    assert not SupportNeed.objects.filter(passed_to__isnull=False).exists()
    scene.tuva.delete()
    assert not SupportNeed.objects.exists()
