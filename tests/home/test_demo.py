"""The demonstration tells one story, through the same actions as everything else."""

from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from home.management.demo.people import SIGN_INS
from home.management.demo.story import Story


@pytest.mark.django_db
def test_a_finished_a_running_and_an_open_round_are_there_with_nobody_forgotten(at):
    from audit.actions import first_broken, seal
    from base.clock import now
    from outbox.models import Letter
    from people.models import Organisation, Person
    from programmes.models import Certificate, Cohort, Mentorship, Ruling, Workplace
    from programmes.rules import mentorships

    at("2027-04-16 09:00")
    Story(today=date(2027, 4, 16)).tell()
    finished, running, opened = Cohort.objects.order_by("number")
    assert (finished.state, running.state, opened.state) == ("decided", "running", "open")
    assert finished.decision.outcome == "change"
    assert finished.enrolments.filter(certificates__state="valid").count() == 16
    sides = Counter(running.enrolments.values_list("programme_side", flat=True))
    assert sides == {"enrolled": 21, "paused": 1, "withdrawn": 5}
    # Who waited in vain stands first in line in the next round.
    assert opened.enrolments.filter(carried_from__cohort=running).count() == 3
    running.places.refresh_from_db()
    assert (running.places.sold, running.places.capacity) == (22, 24)
    answers = Counter(opened.enrolments.values_list("employer_side", flat=True))
    assert answers["approved"] >= 6
    assert answers["asked"] >= 2
    assert answers["declined"] == 1
    assert not opened.places.claims.exists()
    # What the programme asks, and where a coordinator decided otherwise; who moved; who mentored, and who is silent.
    [ruling] = Ruling.objects.standing().select_related("enrolment__person")
    assert ruling.enrolment.cohort == opened
    assert ruling.enrolment.may_attend
    assert "föräldraledig" in ruling.why
    assert opened.enrolments.filter(may_attend=False).count() == 0
    assert [row.organisation.name for row in Workplace.objects.filter(enrolment__cohort=running)] == [
        "Trosa",
        "Eskilstuna",
    ]
    [paper] = Certificate.objects.valid().filter(function="mentor").select_related("person")
    assert paper.person.email == SIGN_INS["mentor"].email
    pairs = list(Mentorship.objects.filter(state="active").select_related(*mentorships.ALONG))
    colours = Counter(light.colour for light in mentorships.lights(pairs, now=now()).values())
    assert colours["amber"] == 1
    assert set(colours) == {"green", "amber"}
    assert Organisation.objects.filter(kind="municipality").count() == 9
    assert not Letter.objects.in_trouble().exists()
    assert {who.email for who in SIGN_INS.values()} <= set(Person.objects.values_list("email", flat=True))
    while seal(now()):
        pass
    assert not first_broken()


def test_a_real_region_is_never_touched(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo")
    with pytest.raises(CommandError):
        call_command("demo", reseed=True)


def test_each_role_has_a_line(settings, capsys):
    settings.DEMO = True
    call_command("demo", signins=True)
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == list(SIGN_INS)
