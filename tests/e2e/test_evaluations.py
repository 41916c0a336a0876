"""An event's evaluation in the browser: chosen by the coordinator, answered from the letter, read, and shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from answers import actions as answers
from answers.models import FreeText, Invitation
from answers.states import TextState
from base.clock import now
from events.actions import evaluations
from events.models import Attendance, Evaluation, Registration
from outbox.actions import sending
from programmes.actions import evaluations as rounds
from tests.answers.conftest import keys_folder  # noqa: F401  (a fixture)
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_day_is_evaluated_from_the_letter_to_the_result(
    page: Any, site: str, cast: Any, sign_in: Any, look: Any, at: Any
) -> None:
    event = cast.cohort(days=(NOW.date(),)).days.get().event
    people = [cast.tuva, *(person(f"Deltagare {n}", f"d{n}@helmi.example", cast.sormland) for n in range(11))]
    rows = [Registration(event=event, person=who, created_at=NOW, changed_at=NOW) for who in people]
    Registration.objects.bulk_create(rows)
    address = f"{site}{reverse('events:evaluation', args=[event.pk])}"

    sign_in(cast.malin)
    page.goto(address)
    look("evaluation-before", widths=(1280, 390, 320))
    page.click(".page-actions .btn-primary")
    page.fill("[name=label1_fi]", "Uskalsin kysyä")
    page.expected.add("422")
    page.click("main .btn-primary")
    page.wait_for_selector(".errsum")
    look("evaluation-questions", widths=(1280, 390, 320))
    page.fill("[name=label1_sv]", "Jag vågade fråga")
    page.click("main .btn-primary")
    page.wait_for_selector("text=Jag vågade fråga")

    at(event.ends_at + timedelta(minutes=5))
    for row in Registration.objects.filter(event=event):
        Attendance.objects.create(registration=row, mark="present", hours=event.hours, at=now())
    evaluations.open_due(now=now())
    answers.open_due(now=now())
    answers.note_rates(now=now())
    sending.send_due(now=now())
    page.goto(address)
    look("evaluation-open", widths=(1280, 390, 320))

    letter = next(letter for letter in mail.outbox if letter.to == [cast.tuva.email])
    link = next(word for word in str(letter.body).split() if "/b/sv/#" in word)
    page.context.clear_cookies()
    page.goto(link)
    page.wait_for_selector("text=Hur var dagen som helhet?")
    look("evaluation-form", widths=(1280, 390, 320))
    page.check("[name='q-score'][value='5']")
    page.check("[name='q-own1'][value='4']")
    page.fill("[name='q-good']", "Att Tuva vågade fråga först")
    page.click("form#ballot .btn-primary")
    page.wait_for_selector(".done-panel")

    evaluation = Evaluation.objects.get(event=event)
    others = Invitation.objects.filter(box=evaluation.box).exclude(person=cast.tuva).values_list("person_id", flat=True)
    for n, pk in enumerate(others):
        ticket = answers.open_ticket(code=answers.link_for(box=evaluation.box, person_id=pk), now=now())
        answers.cast(ticket=ticket, answers={"score": 3 + n % 3, "own1": 4, "good": f"Bra {n}"}, now=now())
    at(event.ends_at + timedelta(days=10, minutes=5))
    answers.close_over(now=now())
    answers.count_due(now=now())

    sign_in(cast.malin)
    page.goto(address)
    page.wait_for_selector("text=12 av 12 har svarat")
    page.click(".page-actions .btn-primary")
    look("evaluation-texts", widths=(1280, 390, 320))
    for _text in range(12):
        words = page.input_value("[name=words]")
        page.fill("[name=words]", words.replace("Tuva", "[namn]"))
        with page.expect_navigation():
            page.click("main .btn-primary")
    page.wait_for_selector(".empty")
    assert FreeText.objects.filter(state=TextState.SHOWN).count() == 12

    rounds.close_due(now=now())
    answers.count_due(now=now())
    page.goto(f"{site}{reverse('programmes:evaluation', args=[event.course_day.cohort_id])}")
    page.wait_for_selector("text=12 av 12 formulär besvarade")
    look("evaluation-round", widths=(1280, 390, 320))

    page.context.clear_cookies()
    sign_in(cast.tuva)
    page.goto(address)
    page.wait_for_selector("text=Att [namn] vågade fråga först")
    look("evaluation-result", widths=(1280, 390, 320))
