"""Newsletters on pages: who reads, who writes, and what a mail program's own button does."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Deed
from home.views.newsletter import publisher_of, scope_of
from outbox.actions import newsletters, sending, subscriptions, suppression
from outbox.letters import leaving_token
from outbox.models import Consent, Issue, Letter, Subscription, Suppression
from outbox.newsletter import Section
from outbox.states import IssueState, Left, SubscriptionState
from tests.cast import NOW

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=2)  # the clock goes on while a test runs
LATER = NOW + timedelta(minutes=11)
PAGE = "/newsletter/sormland/"


@pytest.fixture(autouse=True)
def friday(at: Any) -> None:
    at(NOW)


def joined(cast: Any, address: str = "ny@kommun.example", language: str = "sv", region: Any = None) -> Subscription:
    return subscriptions.join(
        publisher=publisher_of(region or cast.sormland), address=address, language=language, read_in="sv", now=NOW
    )


def written(cast: Any, languages: tuple[str, ...] = ("sv",), **words: Any) -> Issue:
    issue = newsletters.begin_issue(publisher=publisher_of(cast.sormland), by=cast.malin, now=NOW)
    for language in languages:
        newsletters.keep_text(
            issue=issue,
            language=language,
            subject=words.get("subject", f"Nyheter {language}"),
            preface=words.get("preface", "Hej **alla**"),
            sections=[Section("Seminarium", "Kom och *lyssna*.", "https://helmi.example/s/1", "Läs mer om dagen")],
            version=0,
            by=cast.malin,
            now=NOW,
        )
    return issue


def sent(cast: Any, **words: Any) -> Issue:
    issue = written(cast, **words)
    newsletters.release_issue(issue=issue, publisher=publisher_of(cast.sormland), by=cast.malin, now=NOW)
    newsletters.write_due(now=LATER)
    sending.send_due(now=LATER)
    newsletters.write_due(now=LATER)
    issue.refresh_from_db()
    return issue


def login(client: Any, person: Any) -> Any:
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def links() -> list[str]:
    return re.findall(rf"{settings.BASE_URL}(/subscriptions/\S+/)", mail.outbox[-1].body)


# ---------- Readers ----------


def test_subscribe_and_confirm_by_one_click_in_the_mail_and_one_on_the_page(client: Any, cast: Any) -> None:
    assert client.get(PAGE).status_code == 200
    answer = client.post(PAGE, {"email": "Ny@Kommun.example", "language": "fi"})
    assert answer["Location"] == f"{PAGE}asked/"
    assert client.get(answer["Location"]).status_code == 200
    assert sending.send_due(now=SOON) == 1
    assert mail.outbox[-1].to == ["ny@kommun.example"]
    (link,) = links()
    for _scanner in range(2):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    assert Subscription.objects.get().state == SubscriptionState.ASKED
    done = client.post(link, follow=True)
    assert done.status_code == 200
    row = Subscription.objects.get()
    assert (row.state, row.language) == (SubscriptionState.CONFIRMED, "fi")
    assert "Suomi" in done.content.decode()
    # Once more, as people do: nothing new, and no fright.
    assert client.post(link).status_code == 200
    assert Consent.objects.count() == 1


def test_a_confirming_form_of_another_site_is_refused(cast: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(PAGE)
    assert client.post(PAGE, {"email": "ny@kommun.example", "language": "sv"}).status_code == 403
    assert not Subscription.objects.exists()


def test_the_page_never_says_whether_an_address_is_known(client: Any, cast: Any) -> None:
    joined(cast, "kand@kommun.example")
    left = joined(cast, "gangen@kommun.example")
    subscriptions.leave(subscription=left, how=Left.LINK, now=NOW)
    said = set()
    for address in ("kand@kommun.example", "okand@kommun.example", "gangen@kommun.example", cast.tuva.email):
        answer = client.post(PAGE, {"email": address, "language": "sv"}, follow=True)
        said.add((answer.redirect_chain[0], answer.status_code, re.sub(r"[\w]{64}", "", answer.content.decode())))
    assert len(said) == 1
    assert Subscription.objects.get(address="kand@kommun.example").state == SubscriptionState.CONFIRMED


def test_one_network_address_has_thirty_wishes_an_hour(client: Any, cast: Any) -> None:
    for number in range(30):
        assert client.post(PAGE, {"email": f"a{number}@b.example", "language": "sv"}).status_code == 302
    assert client.post(PAGE, {"email": "a31@b.example", "language": "sv"}).status_code == 429
    assert Subscription.objects.count() == 30


@pytest.mark.parametrize(
    "address", ['"a@b" <c@d.example>', "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", ""]
)
def test_what_is_no_address_is_shown_again_and_writes_nothing(client: Any, cast: Any, address: str) -> None:
    answer = client.post(PAGE, {"email": address, "language": "sv"})
    assert answer.status_code == 422
    assert not Letter.objects.exists()


def test_one_click_leaves_at_once_without_login_cookie_or_token_and_a_get_never_does(cast: Any) -> None:
    joined(cast)
    sent(cast)
    head = mail.outbox[-1].extra_headers
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = head["List-Unsubscribe"].strip("<>").removeprefix(settings.BASE_URL)
    for _scanner in range(3):
        assert Client(enforce_csrf_checks=True).get(address).status_code == 200
        assert Client(enforce_csrf_checks=True).head(address).status_code == 200
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED
    start = time.monotonic()
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert time.monotonic() - start < 1
    assert answer.status_code == 204
    assert not answer.cookies
    assert Subscription.objects.get().state == SubscriptionState.LEFT
    assert Consent.objects.get().ended_by == Left.ONE_CLICK
    # Mail programs may press twice.
    assert Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"}).status_code == 204


def test_the_link_of_an_issue_leads_to_a_page_with_one_button_and_back_again(client: Any, cast: Any) -> None:
    row = joined(cast)
    address = reverse("home:newsletter_leave", args=[leaving_token(row.pk)])
    page = client.get(address).content.decode()
    assert page.split("<main")[1].count("<button") == 1
    done = client.post(address, follow=True)
    assert "30" in done.content.decode()
    assert Consent.objects.get().ended_by == Left.LINK
    client.post(PAGE, {"email": row.address, "language": "sv"})
    sending.send_due(now=SOON)
    client.post(links()[0])
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED
    assert Consent.objects.count() == 2


def test_leaving_works_even_when_the_region_has_put_its_newsletter_away(client: Any, cast: Any) -> None:
    row = joined(cast)
    cast.sormland.parts = ["course"]
    cast.sormland.save()
    for address in (PAGE, f"{PAGE}asked/", f"{PAGE}1/"):
        assert client.get(address).status_code == 404
    assert "/newsletter/" not in client.get("/sormland/").content.decode()
    client.post(reverse("home:newsletter_leave", args=[leaving_token(row.pk)]))
    assert Subscription.objects.get().state == SubscriptionState.LEFT
    login(client, cast.malin)
    assert client.get("/newsletters/").status_code == 404
    assert "/newsletters/" not in client.get("/").content.decode().replace("/newsletters/my/", "")


def test_the_regions_public_page_leads_to_the_newsletter(client: Any, cast: Any) -> None:
    cast.programme()
    assert PAGE in client.get("/sormland/").content.decode()


def test_sent_issues_stand_on_the_web_in_the_readers_language_and_drafts_do_not(client: Any, cast: Any) -> None:
    joined(cast)
    issue = sent(cast, languages=("sv", "fi"))
    written(cast, subject="Utkastet")
    page = client.get(f"{PAGE}?lang=fi").content.decode()
    assert "Nyheter fi" in page
    assert "Utkastet" not in page
    address = f"{PAGE}{issue.number}/"
    finnish = client.get(f"{address}?lang=fi").content.decode()
    assert "Nyheter fi" in finnish
    assert "<strong>alla</strong>" in finnish
    assert "ny@kommun.example" not in finnish
    english = client.get(f"{address}?lang=en").content.decode()
    assert '<h1 lang="sv">Nyheter sv</h1>' in english
    assert "does not exist in the language" in english
    assert client.get(f"{PAGE}{issue.number + 1}/").status_code == 404
    assert client.get(f"/newsletter/skaraborg/{issue.number}/").status_code == 404


def test_an_issue_in_the_archive_is_inert_whatever_was_typed(client: Any, cast: Any) -> None:
    joined(cast)
    evil = "<img src=x onerror=alert(1)> <script>x</script> [x](javascript:alert(1)) {{ settings.SECRET_KEY }}"
    issue = sent(cast, subject=evil, preface=evil)
    page = client.get(f"{PAGE}{issue.number}/").content.decode().split("<main")[1]
    assert "<img" not in page
    assert "<script>x" not in page
    assert 'href="javascript' not in page
    assert "{{ settings.SECRET_KEY }}" in page


def test_registering_for_an_event_subscribes_nobody(cast: Any) -> None:
    from events import actions as events

    event = cast.cohort().days.get(number=5).event
    cast.enrolment(event.course_day.cohort, cast.tuva)
    for person in (cast.tuva, cast.edvin):
        events.register(event=event, person=person, by=cast.malin, now=NOW)
    assert event.registrations.count() == 2
    assert not Subscription.objects.exists()
    assert not Letter.objects.filter(kind__startswith="newsletter").exists()


def test_lists_cost_the_same_for_one_issue_and_for_three(client: Any, cast: Any) -> None:
    counts = []
    joined(cast)
    for number in (1, 2):
        for _issue in range(number):
            sent(cast)
        with CaptureQueriesContext(connection) as public:
            client.get(PAGE)
        counts.append([len(public)])
        staff = login(Client(), cast.malin)
        staff.get("/newsletters/")
        with CaptureQueriesContext(connection) as inside:
            staff.get("/newsletters/")
        counts[-1].append(len(inside))
    assert counts[0] == counts[1]


# ---------- One's own page ----------


def test_a_person_subscribes_changes_and_leaves_for_her_own_addresses_only(client: Any, cast: Any) -> None:
    login(client, cast.tuva)
    mine = "/newsletters/my/"
    facts = {"region": cast.sormland.pk, "address": cast.tuva.email, "language": "sv"}
    client.post(mine, {**facts, "do": "join"})
    row = Subscription.objects.get()
    assert (row.state, row.address, row.language) == (SubscriptionState.CONFIRMED, cast.tuva.email, "sv")
    assert cast.tuva.email in client.get(mine).content.decode()
    client.post(mine, {**facts, "language": "fi", "do": "language"})
    row.refresh_from_db()
    assert row.language == "fi"
    client.post(mine, {**facts, "do": "leave"})
    row.refresh_from_db()
    assert row.state == SubscriptionState.LEFT
    assert Consent.objects.get().ended_by == Left.OWN_PAGE
    other = joined(cast, cast.edvin.email)
    client.post(mine, {**facts, "address": cast.edvin.email, "do": "leave"})
    client.post(mine, {**facts, "address": "nagon@annan.example", "do": "join"})
    other.refresh_from_db()
    assert other.state == SubscriptionState.CONFIRMED
    assert Subscription.objects.count() == 2


# ---------- Writers ----------


def form_of(subject: str = "Våren", version: int = 0, sections: Any = (), do: str = "save") -> dict[str, Any]:
    data: dict[str, Any] = {
        "version": version,
        "subject": subject,
        "preface": "Hej",
        "do": do,
        "s-TOTAL_FORMS": len(sections),
        "s-INITIAL_FORMS": 0,
    }
    for number, (heading, words) in enumerate(sections):
        data |= {
            f"s-{number}-heading": heading,
            f"s-{number}-text": words,
            f"s-{number}-link": "",
            f"s-{number}-link_words": "",
        }
    return data


def test_a_coordinator_writes_previews_tests_sends_pauses_and_resumes(client: Any, cast: Any, at: Any) -> None:
    joined(cast)
    login(client, cast.malin)
    assert client.get("/newsletters/").status_code == 200
    page = client.post("/newsletters/new/", {"region": cast.sormland.pk})["Location"]
    assert client.get(page).status_code == 200
    text = f"{page}text/sv/"
    assert client.get(text).status_code == 200
    answer = client.post(text, form_of(sections=[("Ett", "a"), ("", ""), ("Två", "b")]))
    assert answer.status_code == 302
    issue = Issue.objects.get()
    assert [part.heading for part in issue.texts.get().parts] == ["Ett", "Två"]
    client.post(text, form_of(version=1, sections=[("Ett", "a"), ("Två", "b")], do="up-1"))
    assert [part.heading for part in issue.texts.get().parts] == ["Två", "Ett"]
    client.post(text, form_of(version=2, sections=[("Två", "b"), ("Ett", "a")], do="drop-0"))
    assert [part.heading for part in issue.texts.get().parts] == ["Ett"]
    for width in ("", "?width=phone", "?width=plain"):
        assert "Våren" in client.get(f"{page}preview/sv/{width}").content.decode()
    assert client.get(f"{page}preview/fi/").status_code == 404
    client.post(f"{page}test/", {"language": "sv"})
    assert sending.send_due(now=SOON) == 1
    assert mail.outbox[-1].to == [cast.malin.email]
    assert client.get(f"{page}send/").status_code == 200
    assert client.post(f"{page}send/", {"date": "", "time": ""})["Location"] == page
    issue.refresh_from_db()
    assert issue.state == IssueState.RELEASED
    assert client.get(text).status_code == 302
    client.post(f"{page}undo/")
    client.post(f"{page}send/", {"date": "", "time": ""})
    at(LATER)
    newsletters.write_due(now=LATER)
    client.post(f"{page}pause/")
    assert sending.send_due(now=LATER) == 0
    assert client.get(page).status_code == 200
    client.post(f"{page}resume/")
    assert sending.send_due(now=LATER) == 1
    assert client.get(page, headers={"HX-Request": "true"}).content.decode().startswith('<div id="progress"')
    assert {"newsletter.released", "newsletter.handled"} <= set(Deed.objects.values_list("deed", flat=True))


def test_a_subject_with_a_line_break_is_400_and_nothing_is_kept_or_sent(client: Any, cast: Any) -> None:
    login(client, cast.malin)
    page = client.post("/newsletters/new/")["Location"]
    for subject in ("Hej\r\nBcc: x@y.example", "Hej\nBcc: x@y.example"):
        assert client.post(f"{page}text/sv/", form_of(subject=subject)).status_code == 400
    assert not Issue.objects.get().texts.exists()
    assert not mail.outbox


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/x", "https://", "file:///etc"]
)
def test_a_link_that_leads_to_no_page_is_refused_at_its_field(client: Any, cast: Any, link: str) -> None:
    login(client, cast.malin)
    page = client.post("/newsletters/new/")["Location"]
    data = {**form_of(sections=[("Ett", "a")]), "s-0-link": link}
    assert client.post(f"{page}text/sv/", data).status_code == 422
    assert not Issue.objects.get().texts.exists()


def test_who_saves_over_anothers_text_sees_both(client: Any, cast: Any) -> None:
    issue = written(cast)
    login(client, cast.malin)
    text = reverse("home:newsletter_text", args=[issue.pk, "sv"])
    client.post(text, form_of("Hennes", version=1))
    answer = client.post(text, form_of("Hans", version=1))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Hennes" in page
    assert 'value="Hans"' in page
    assert issue.texts.get().subject == "Hennes"
    assert client.post(text, form_of("Hans", version=2)).status_code == 302


def test_open_rounds_are_put_in_as_sections_in_every_language_and_only_what_is_public(client: Any, cast: Any) -> None:
    from datetime import date

    programme = cast.programme(title_fi="Perehdytys")
    cast.cohort(
        programme, number=13, state="open", opens_on=date(2027, 4, 1), closes_on=date(2027, 5, 14),
        days=(date(2027, 8, 31), date(2027, 9, 1)), days_required=2,
    )  # fmt: skip
    hidden = cast.programme(slug="dold")
    hidden.published = False
    hidden.save()
    issue = written(cast)
    login(client, cast.malin)
    page = client.get(reverse("home:newsletter_insert", args=[issue.pk])).content.decode()
    keys = re.findall(r'value="((?:cohort|event)-\d+)"', page)
    assert len(keys) == 1
    client.post(reverse("home:newsletter_insert", args=[issue.pk]), {"chosen": keys})
    by_language = {text.language: text.parts[-1] for text in issue.texts.all()}
    assert set(by_language) == {"sv", "fi", "en"}
    assert by_language["fi"].heading == "Perehdytys"
    assert by_language["sv"].link.endswith("/sormland/introduktion/")


def test_subscribers_are_seen_by_their_coordinators_alone_and_each_look_is_recorded(client: Any, cast: Any) -> None:
    row = joined(cast, cast.tuva.email)
    joined(cast, "annan@skara.example", region=cast.skaraborg)
    login(client, cast.malin)
    page = client.get("/newsletters/subscribers/").content.decode()
    assert row.address in page
    assert "annan@skara.example" not in page
    assert Deed.objects.filter(deed="subscribers.listed", by=cast.malin).count() == 1
    client.post(reverse("home:newsletter_subscriber_leave", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == SubscriptionState.LEFT
    assert Consent.objects.get(subscription=row).ended_by == Left.ASKED
    login(client, cast.vera)
    assert client.post(reverse("home:newsletter_subscriber_leave", args=[row.pk])).status_code == 404
    assert client.get(f"/newsletters/subscribers/?region={cast.sormland.pk}").status_code == 404


def test_a_suppressed_address_is_lifted_with_a_reason(client: Any, cast: Any) -> None:
    joined(cast)
    for _time in range(3):
        suppression.count_bounce(address="ny@kommun.example", code="550 5.1.1", now=NOW)
    row = Suppression.objects.get()
    login(client, cast.malin)
    assert "ny@kommun.example" in client.get("/newsletters/suppressed/").content.decode()
    lift = reverse("home:newsletter_lift", args=[row.pk])
    assert client.get(lift).status_code == 200
    assert client.post(lift, {"reason": ""}).status_code == 422
    client.post(lift, {"reason": "Ny brevlåda, hon ringde"})
    row.refresh_from_db()
    assert (row.suppressed_at, row.reason, row.lifted_by) == (None, "Ny brevlåda, hon ringde", cast.malin)
    login(client, cast.vera)
    assert client.get(lift).status_code == 404


def test_an_issues_batch_is_handled_on_its_own_page(client: Any, cast: Any) -> None:
    joined(cast)
    issue = sent(cast)
    login(client, cast.malin)
    assert client.get(issue.batch.get_absolute_url())["Location"] == issue.get_absolute_url()
    for deed in ("undo_batch", "cancel_batch"):
        assert client.post(reverse(f"outbox:{deed}", args=[issue.batch.pk]))["Location"] == issue.get_absolute_url()
    assert scope_of(cast.sormland) == issue.scope


def test_ones_own_page_costs_the_same_for_one_newsletter_and_for_three(client: Any, cast: Any) -> None:
    from people.models import Region
    from tests.cast import region

    login(client, cast.tuva)
    joined(cast, cast.tuva.email)
    counts = []
    for number in (0, 2):
        for n in range(number):
            joined(cast, cast.tuva.email, region=region(f"annan-{n}", f"Annan {n}", []))
        client.get("/newsletters/my/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/newsletters/my/").content.decode()
        counts.append(len(queries))
        assert page.count(cast.tuva.email) >= 1 + number
    assert Region.objects.count() == 4
    assert counts[0] == counts[1]
