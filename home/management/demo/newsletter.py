"""The demonstration's newsletter: who subscribes, an issue that has been sent, and one that is being written."""

from datetime import datetime
from typing import Any

from home.views.newsletter import publisher_of
from outbox.actions import newsletters, sending, subscriptions
from outbox.models import Issue, Subscription
from outbox.newsletter import Section
from people.models import Region

READERS = (
    ("anneli.sjoholm", "sv"), ("bo.lindgren", "sv"), ("camilla.ek", "sv"), ("daniel.hagberg", "sv"),
    ("eeva.korhonen", "fi"), ("fatima.rahimi", "sv"), ("gun.wester", "sv"), ("heikki.laine", "fi"),
    ("ida.stromberg", "sv"), ("jaana.makela", "fi"), ("karin.aberg", "sv"), ("liam.oconnor", "en"),
    ("maria.nyqvist", "sv"), ("nils.ostlund", "sv"), ("outi.virtanen", "fi"), ("petra.falk", "sv"),
)  # fmt: skip

SENT = {
    "sv": (
        "Nytt från samarbetet: så gick höstens introduktion",
        "Hej **alla läsare**\n\nHär är det viktigaste sedan sist. Skriv gärna till oss om något saknas.",
        (
            Section(
                "Åtta dagar, nio kommuner",
                "Höstens omgång av introduktionsutbildningen är klar. Deltagarna lyfter särskilt\n\n"
                "- fallen ur vardagen\n- tiden i smågrupper\n- att träffa kollegor från andra kommuner",
                "{base}/sormland/introduktion/",
                "Läs om utbildningen",
            ),
            Section("Tack till värdarna", "Varje kommun har tagit emot en dag. Nästa omgång börjar om i turordningen."),
        ),
    ),
    "fi": (
        "Yhteistyön kuulumisia: näin syksyn perehdytys onnistui",
        "Hei **kaikki lukijat**\n\nTässä tärkeimmät kuulumiset. Kirjoita meille, jos jotain puuttuu.",
        (
            Section(
                "Kahdeksan päivää, yhdeksän kuntaa",
                "Syksyn perehdytyskoulutus on päättynyt. Osallistujat kiittävät erityisesti\n\n"
                "- arjen tapauksia\n- pienryhmien aikaa\n- muiden kuntien kollegojen tapaamista",
                "{base}/sormland/introduktion/",
                "Lue koulutuksesta",
            ),
            Section("Kiitos isännille", "Jokainen kunta on ottanut vastaan yhden päivän. Vuorojärjestys alkaa alusta."),
        ),
    ),
}
DRAFT = {
    "sv": (
        "Anmälan till nästa omgång är öppen",
        "Hej\n\nNu kan du som är ny anmäla dig till nästa omgång. Prata med din chef.",
        (Section("Tips från förra omgången", "Boka dagarna i kalendern redan nu, och läs fallet före varje dag."),),
    ),
}


def _write(region: Region, words: dict[str, Any], base: str, *, by: Any, now: datetime) -> Issue:
    issue = newsletters.begin_issue(publisher=publisher_of(region), by=by, now=now)
    for language, (subject, preface, sections) in words.items():
        newsletters.keep_text(
            issue=issue,
            language=language,
            subject=subject,
            preface=preface,
            sections=[Section(one.heading, one.text, one.link.format(base=base), one.link_words) for one in sections],
            version=0,
            by=by,
            now=now,
        )
    return issue


def subscribe(region: Region, *, now: datetime) -> None:
    """Everyone asks on the public page and confirms from the mail, but for the last, who has not yet."""
    publisher = publisher_of(region)
    for name, language in READERS:
        address = f"{name}@kommun.example"
        subscriptions.ask(publisher=publisher, address=address, language=language, read_in=language, now=now)
        if (name, language) == READERS[-1]:
            continue
        row = Subscription.objects.get(address=address, scope=publisher.scope)
        subscriptions.confirm(subscription=row, nonce=row.nonce, language=language, now=now)


def send_one(region: Region, base: str, *, by: Any, now: datetime, later: datetime) -> None:
    """An issue in two languages reaches everybody."""
    issue = _write(region, SENT, base, by=by, now=now)
    newsletters.release_issue(issue=issue, publisher=publisher_of(region), by=by, now=now)
    newsletters.write_due(now=later)
    sending.send_due(now=later)
    newsletters.write_due(now=later)


def begin_next(region: Region, base: str, *, by: Any, now: datetime) -> None:
    """The next one is a draft."""
    _write(region, DRAFT, base, by=by, now=now)
