"""A round is summed up over its days: once, when they are over, beside the round before, and the same in every file."""

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from answers import actions as answers
from answers.models import Box, FreeText, Invitation
from answers.states import BoxState, TextState
from audit.models import Deed
from events.actions import evaluations as events
from events.models import Attendance, Evaluation, Event, Registration, Staff
from programmes.actions import evaluations as actions
from programmes.rules import evaluations as rules
from tests.cast import NOW, STOCKHOLM, person

pytestmark = pytest.mark.django_db

DAYS = (date(2027, 3, 2), date(2027, 3, 9))
BEFORE = (date(2026, 3, 3),)


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path):
    settings.KEYS_DIR, settings.KEYS_EMBEDDED = str(tmp_path / "keys"), True


@pytest.fixture
def people(cast):
    return [person(f"Deltagare {n}", f"d{n}@helmi.example", cast.sormland) for n in range(12)]


def evaluate(day, people, scores, writers=0):
    """Everybody was there, some answer, the time to answer is over."""
    event = day.event
    for who in people:
        row = Registration.objects.create(event=event, person=who, created_at=NOW, changed_at=NOW)
        Attendance.objects.create(registration=row, mark="present", hours=event.hours, at=NOW)
    end = datetime.combine(event.date, time(17), STOCKHOLM)
    events.open_due(now=end)
    answers.open_due(now=end)
    box = Evaluation.objects.get(event=event).box
    asked = Invitation.objects.filter(box=box).order_by("pk").values_list("person_id", flat=True)
    for n, (pk, score) in enumerate(zip(asked, scores, strict=False)):
        said = {"score": score, **({"good": f"Malin var bra {day.number}.{n}"} if n < writers else {})}
        answers.cast(
            ticket=answers.open_ticket(code=answers.link_for(box=box, person_id=pk), now=end), answers=said, now=end
        )
    later = end + timedelta(days=11)
    answers.close_over(now=later)
    answers.count_due(now=later)


def sum_up(now=NOW):
    closed = actions.close_due(now=now)
    answers.count_due(now=now)
    return closed


@pytest.fixture
def rounds(cast, people):
    """Round 11, and round 12 of whose days one is shown in figures and one in a word."""
    before = cast.cohort(number=11, state="finished", days=BEFORE)
    evaluate(before.days.get(), people, [3] * 12)
    cohort = cast.cohort(number=12, state="finished", days=DAYS, previous=before)
    first, second = cohort.days.order_by("number")
    evaluate(first, people, [5, 4, 4, 3, 4, 5, 4, 4, 2, 4, 4, 4], writers=6)
    evaluate(second, people, [4] * 7, writers=6)
    sum_up()
    return cohort


def address(cohort, name="evaluation", *rest):
    return reverse(f"programmes:{name}", args=[cohort.pk, *rest])


def main(client, url):
    return unescape(client.get(url).content.decode().split("<main")[1]).replace("\xa0", " ")


def test_a_round_is_summed_up_once_when_every_day_is_over(cast, people):
    cohort = cast.cohort(state="running", days=(date(2027, 3, 2), date(2027, 5, 4), date(2027, 6, 1)))
    first, second, third = cohort.days.order_by("number")
    evaluate(first, people, [4] * 12)
    assert sum_up() == 0, "two days are to come"
    Event.objects.filter(pk=third.event_id).update(state="cancelled")
    after = datetime.combine(second.event.date, time(17), STOCKHOLM)
    assert sum_up(after + timedelta(days=6)) == 0, "the second could still be evaluated"
    assert sum_up(after + timedelta(days=8)) == 1
    assert sum_up(after + timedelta(days=8)) == 0
    box = rules.box_of(cohort)
    assert box.state == BoxState.RELEASED
    assert Deed.objects.get(deed="cohort.evaluation_released").codes["release"] == box.release.digest


def test_a_day_that_is_not_to_be_evaluated_holds_nothing_up_when_it_has_been(cast, people):
    cohort = cast.cohort(state="running", days=DAYS)
    first, second = cohort.days.order_by("number")
    events.set_up(event=second.event, wanted=False, questions=[], by=cast.malin, now=NOW)
    evaluate(first, people, [4] * 12)
    assert sum_up() == 1


def test_evt_25_the_page_shows_the_total_the_days_and_the_round_before(rounds, sign_in, cast):
    text = main(sign_in(cast.malin), address(rounds))
    assert "19 av 24 formulär besvarade (79 %)" in text
    assert "3,9" in text
    assert "Omgång 11" in text
    assert "3,0" in text
    assert "högre" in text
    assert "12 av 12 har svarat (100 %)" in text
    assert "5–9 har svarat" in text
    for day in rounds.days.all():
        assert reverse("events:evaluation", args=[day.event_id]) in text


def test_while_days_are_to_come_the_page_says_when_there_is_a_total(cast, people, sign_in):
    cohort = cast.cohort(days=(date(2027, 3, 2), date(2027, 5, 4)))
    evaluate(cohort.days.get(number=1), people, [4] * 12)
    client = sign_in(cast.malin)
    text = main(client, address(cohort))
    assert "när den sista dagen är utvärderad" in text
    assert "4,0" in text, "the day's own result stands already"
    assert client.get(address(cohort, "evaluation_file", "csv")).status_code == 404


def test_a_day_of_four_answers_is_neither_shown_nor_in_the_total(cast, people, sign_in):
    cohort = cast.cohort(state="finished", days=DAYS)
    first, second = cohort.days.order_by("number")
    evaluate(first, people, [4] * 12, writers=0)
    evaluate(second, people, [1] * 4, writers=4)
    sum_up()
    text = main(sign_in(cast.malin), address(cohort))
    assert "12 av 12 formulär besvarade" in text
    assert text.count("4,0") == 2
    assert "För få svar" in text
    assert not FreeText.objects.exists()


# ---------- Own words ----------


def test_words_of_small_days_are_read_by_somebody_else_and_then_shown(rounds, sign_in, cast):
    cast.enrolment(rounds, cast.tuva)
    client = sign_in(cast.malin)
    assert FreeText.objects.filter(state=TextState.WAITING).count() == 12
    assert address(rounds, "evaluation_texts") in main(client, address(rounds))
    assert address(rounds) in client.get("/").content.decode(), "the start page says that words wait"
    assert "Malin var bra" in main(client, address(rounds, "evaluation_texts"))
    for row in FreeText.objects.all():
        done = client.post(address(rounds, "evaluation_text", row.pk), {"words": row.words.replace("Malin", "[namn]")})
        assert done.status_code == 302
    text = main(client, address(rounds))
    assert text.count("[namn] var bra") == 12
    assert not FreeText.objects.filter(words__contains="Malin").exists()
    assert Deed.objects.filter(deed="evaluation.text_shown").count() == 12
    assert Deed.objects.filter(deed="evaluation.texts_seen").count() == 1


@pytest.mark.parametrize("part", ["lecturer", "participant"])
def test_nobody_reads_first_what_may_be_about_herself(rounds, sign_in, cast, part):
    day = rounds.days.get(number=1)
    if part == "lecturer":
        Staff.objects.create(event=day.event, person=cast.malin, function="lecturer")
    else:
        Registration.objects.create(event=day.event, person=cast.malin, created_at=NOW, changed_at=NOW)
    client = sign_in(cast.malin)
    row = FreeText.objects.first()
    assert client.get(address(rounds, "evaluation_texts")).status_code == 403
    assert client.post(address(rounds, "evaluation_text", row.pk), {"words": "x"}).status_code == 403
    assert client.post(address(rounds, "evaluation_text", row.pk), {"do": "leave_out"}).status_code == 403
    assert FreeText.objects.filter(state=TextState.WAITING).count() == 12
    assert address(rounds, "evaluation_texts") not in main(client, address(rounds))
    with pytest.raises(rules.NotReaderOfRound):
        actions.leave_out(cohort=rounds, text=row, by=cast.malin, now=NOW)
    assert sign_in(cast.ada).get(address(rounds, "evaluation_texts")).status_code == 200


def test_a_text_of_another_round_is_not_found_and_a_text_is_left_out(rounds, sign_in, cast):
    client = sign_in(cast.malin)
    row = FreeText.objects.first()
    assert client.post(address(rounds.previous, "evaluation_text", row.pk), {"words": "x"}).status_code == 404
    wrong = client.post(address(rounds, "evaluation_text", row.pk), {"words": " "})
    assert wrong.status_code == 422
    client.post(address(rounds, "evaluation_text", row.pk), {"do": "leave_out"})
    row.refresh_from_db()
    assert (row.state, row.words) == (TextState.LEFT_OUT, "")


def test_of_too_few_writers_the_page_says_that_nothing_is_left(cast, people, sign_in):
    cohort = cast.cohort(state="finished", days=DAYS)
    first, second = cohort.days.order_by("number")
    evaluate(first, people, [4] * 12, writers=5)
    evaluate(second, people, [4] * 12, writers=4)
    sum_up()
    assert not FreeText.objects.exists()
    assert "har förstörts oläst" in main(sign_in(cast.malin), address(cohort))


def test_those_outside_the_region_and_those_without_the_role_see_nothing(rounds, sign_in, cast):
    for who in (cast.vera, cast.tuva, cast.stina):
        for name in ("evaluation", "evaluation_texts"):
            assert sign_in(who).get(address(rounds, name)).status_code == 404


# ---------- P9: one frozen table, every channel ----------


def sheet_rows(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name(book.sheet_names[0]).to_python()]


def words_of_pdf(content):
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"[\s\u00ad\xa0]+", "", text)


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_p9_page_csv_xlsx_and_pdf_say_the_same_of_days_total_and_the_round_before(rounds, sign_in, cast, language):
    cast.malin.language = language
    cast.malin.save()
    client = sign_in(cast.malin)
    files = {form: client.get(address(rounds, "evaluation_file", form)) for form in ("csv", "xlsx", "pdf")}
    assert all("attachment" in answer["Content-Disposition"] for answer in files.values())
    table = list(csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig")), delimiter=";"))
    assert sheet_rows(files["xlsx"].content) == table
    printed = words_of_pdf(files["pdf"].content)
    groups = {row[0] for row in table[1:]}
    assert len(groups) == 4, "two rounds and two days"
    page = main(client, address(rounds))
    own = {
        row[0]: main(client, reverse("events:evaluation", args=[day.event_id]))
        for day in rounds.days.select_related("event")
        for row in table[1:]
        if day.event.title in row[0]
    }
    for group, said, question, mean, low, middle, high, word in table[1:]:
        for cell in (group, said, question, mean, low, middle, high, word):
            assert re.sub(r"[\s\xa0]+", "", cell) in printed
        shown = own.get(group) or (page if group == str(rounds.short_name) or "12" in group else None)
        if shown is None:
            assert mean in page, "the round before: one figure a question"
            continue
        shown = shown.replace("\xa0", " ")
        assert said.replace("\xa0", " ") in shown
        if mean:
            assert f"<b>{mean}</b>" in shown
            bins = f"1–2: {low}, 3: {middle}, 4–5: {high}".replace("\xa0", " ")
            assert f'aria-label="{bins}"' in shown
        else:
            assert f">{word}<" in shown


def test_p9_a_days_own_file_has_the_rows_of_its_page_and_its_words(cast, people, sign_in):
    cohort = cast.cohort(state="finished", days=DAYS)
    day = cohort.days.get(number=1)
    evaluate(day, people, [4] * 11, writers=11)
    row = FreeText.objects.filter(state=TextState.WAITING).first()
    events.redact(event=day.event, text=row, words="=SUMMA(A1) bra", by=cast.malin, now=NOW)
    client = sign_in(cast.malin)
    url = reverse("events:evaluation_file", args=[day.event_id, "xlsx"])
    content = client.get(url).content
    assert sheet_rows(content)[1][2:4] == ["Hur var dagen som helhet?", "4,0"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.get_sheet_by_name(book.sheet_names[1]).to_python()[1] == ["Vad var bra?", "=SUMMA(A1) bra"]
    assert sign_in(cast.tuva).get(url).status_code in (403, 404)
    assert client.get(url.replace("xlsx", "docx")).status_code == 404


# ---------- P10: no page shows a group that is not published ----------


def test_p10_no_role_sees_a_figure_that_no_release_holds(rounds, sign_in, cast, people):
    """Every page about the evaluations, for every role: each figure and number of answers stands in a release."""
    kept = {"1–2", "4–5"}
    numbers = set()
    for box in Box.objects.filter(state=BoxState.RELEASED):
        tables = box.release.tables
        numbers.add(tables["turnout"]["n"].replace("-", "–"))
        for item in (item for table in tables["tables"] for item in table["items"].values()):
            kept |= {item["mean"].replace(".", ","), *(one.lstrip("<=>") for one in item["bins"])}
    seen = 0
    for who in (cast.ada, cast.malin, people[0], cast.lars, cast.stina, cast.vera):
        client = sign_in(who)
        urls = [address(cohort) for cohort in (rounds, rounds.previous)]
        urls += [reverse("events:evaluation", args=[day.event_id]) for day in rounds.days.all()]
        for url in urls:
            answer = client.get(url)
            if answer.status_code != 200:
                continue
            seen += 1
            text = unescape(answer.content.decode().split("<main")[1]).replace("\xa0", " ")
            assert set(re.findall(r"<b>[≤≥ ]*(\d,\d)</b>", text)) <= kept
            assert set(re.findall(r"(\d+) % svarade", text)) <= kept
            assert set(re.findall(r"(\d+(?:–\d+)?)(?: av \d+)? (?:har svarat|formulär besvarade)", text)) <= numbers
    assert seen >= 10


def test_the_page_takes_as_many_statements_for_one_day_as_for_two(rounds, sign_in, cast, django_assert_max_num_queries):
    for cohort in (rounds.previous, rounds):
        client = sign_in(cast.malin)
        client.get(address(cohort))
        with django_assert_max_num_queries(14):
            client.get(address(cohort))
