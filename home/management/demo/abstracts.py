"""What people have sent in to the demonstration's seminar: a call that is open, drafts, decisions, yes and no."""

import re
from datetime import datetime, time, timedelta

from base import clock
from documents import pdf
from events.actions import abstracts, calls
from events.actions.abstracts import Writer, Written
from events.models import Abstract, Call, Event
from events.states import EventKind
from people.models import Person, Region

TOPICS = {
    "sv": "Introduktion och handledning\nArbetsmiljö\nSamverkan",
    "fi": "Perehdytys ja työnohjaus\nTyöhyvinvointi\nYhteistyö",
    "en": "Introduction and supervision\nWorking environment\nCollaboration",
}
GUIDANCE = {
    "sv": "Berätta vad ni har prövat, för vilka, vad som hände och vad ni skulle göra annorlunda. Skriv så att en "
    "kollega i en annan kommun kan pröva samma sak. Inga personer ska gå att känna igen.",
    "fi": "Kerro, mitä olette kokeilleet, keiden kanssa, mitä tapahtui ja mitä tekisitte toisin. Kirjoita niin, että "
    "toisen kunnan kollega voi kokeilla samaa. Ketään ei saa tunnistaa.",
    "en": "Tell what you have tried, with whom, what happened and what you would do differently. Write so that a "
    "colleague in another municipality can try the same. Nobody must be recognisable.",
}
SECTION = {"sv": "Sammandrag", "fi": "Tiivistelmät", "en": "Abstracts"}
WEEKS = """\
När en ny socialsekreterare börjar hos oss får hon inget eget ärende de första fyra veckorna. I stället följer
hon med en erfaren kollega på hembesök, möten och telefonsamtal, och skriver *en* anteckning om dagen.

**Så gjorde vi**

- Vecka 1–2: bredvid, utan ansvar
- Vecka 3: håller i en del av samtalet
- Vecka 4: håller i hela samtalet, kollegan bredvid

Under två år har nio av tio som började så stannat hos oss, mot sex av tio tidigare. Kollegorna fick tre timmar i veckan
i sitt schema för uppgiften; utan de timmarna hade det inte gått.

**Vad vi skulle göra annorlunda**

Vi började för sent att berätta för andra enheter varför den nya inte tog ärenden. Nästa gång skriver vi det i
introduktionsplanen, som chefen går igenom med hela gruppen före första dagen."""
CASES = """\
Kaksi kuntaa, yksi esihenkilö: kokeilimme vuoden ajan yhteistä ryhmää, jossa uudet työntekijät toivat pöytään
oman tilanteensa ja muut kysyivät. Neuvoja ei annettu ennen kuin kysymykset olivat loppuneet.

1. Kertoja kuvaa tilanteen viidessä minuutissa.
2. Muut kysyvät viisitoista minuuttia.
3. Kertoja sanoo, mitä vie mukanaan.

Ryhmä kokoontui **joka toinen viikko**. Puolen vuoden jälkeen osallistujat pyysivät apua aiemmin kuin ennen, ja
esihenkilöiden luokse tuli vähemmän kiireellisiä asioita."""
PAUSE = """\
Vi mätte hur ofta våra utredare blev avbrutna: i medeltal elva gånger om dagen. Sedan införde vi två tysta timmar,
tisdag och torsdag kl. 9–11, då receptionen tar alla samtal.

Efter tre månader var avbrotten fyra om dagen och utredningstiden i medeltal nio dagar kortare. De som var nya sade att
de för första gången hann läsa klart ett ärende i lugn och ro."""
SIP = """\
SIP-möten blev inställda vart tredje gång. Vi gav en person i uppgift att ringa alla dagen före, och skrev om kallelsen
till klarspråk. Nu blir ett av tio inställt.

Texten håller på att skrivas."""


def _unwrapped(text: str) -> str:
    """A text as people type it: a paragraph is one line, a list has a line for each item."""
    return re.sub(r"(?<=[^\n])\n(?=[^\n\-\d*])", " ", text)


def _write(
    call: Call,
    *,
    writers: list[Writer],
    title: str,
    text: str,
    language: str,
    topic: int,
    publish: bool | None,
    now: datetime,
) -> Abstract:
    first = writers[0]
    row = abstracts.begin(
        call=call, name=first.name, address=first.address, employer=first.employer, language=language, now=now
    )
    written = Written(title, _unwrapped(text), language, topic, publish, writers)
    return abstracts.save(abstract=row, written=written, version=row.version, language=language, now=now)


def call_for(region: Region, *, by: Person, now: datetime) -> Call | None:
    """The region's seminar calls for abstracts, and four have come: two accepted, one to decide, one draft."""
    seminars = Event.objects.filter(region=region, kind=EventKind.SEMINAR, starts_at__gt=now + timedelta(days=21))
    event = seminars.order_by("starts_at").first()
    if event is None or pdf.why_not_print():
        return None
    closes = clock.wall(event.date - timedelta(days=14), time(16), event.zone)
    call = calls.set_call(
        event=event,
        opens_at=now - timedelta(days=20),
        closes_at=closes,
        section=SECTION,
        guidance=GUIDANCE,
        topics=TOPICS,
        blind=False,
        reviews_each=2,
        by=by,
        now=now - timedelta(days=20),
    )
    week = now - timedelta(days=7)
    sent = [
        _write(
            call,
            writers=[
                Writer("Karin Sandell", "karin.sandell@nykoping.demo.example", "Nyköpings kommun", True),
                Writer("Jonas Wiik", "jonas.wiik@nykoping.demo.example", "Nyköpings kommun"),
            ],
            title="Fyra veckor utan egna ärenden",
            text=WEEKS,
            language="sv",
            topic=0,
            publish=True,
            now=week,
        ),
        _write(
            call,
            writers=[Writer("Tiina Harju", "tiina.harju@eskilstuna.demo.example", "Eskilstuna kommun", True)],
            title="Kysy ensin: ryhmä, jossa neuvot tulevat viimeisenä",
            text=CASES,
            language="fi",
            topic=0,
            publish=False,
            now=week,
        ),
        _write(
            call,
            writers=[Writer("Per Lindahl", "per.lindahl@flen.demo.example", "Flens kommun", True)],
            title="Två tysta timmar",
            text=PAUSE,
            language="sv",
            topic=1,
            publish=True,
            now=week,
        ),
    ]
    sent = [abstracts.submit(abstract=row, version=row.version, now=week) for row in sent]
    coauthor = sent[0].authors.get(order=1)
    abstracts.answer_authorship(author=coauthor, yes=True, now=week + timedelta(days=1))
    for row in sent[:2]:
        calls.decide(abstract=row, accept=True, by=by, now=now)
    _write(
        call,
        writers=[Writer("Mona Backlund", "mona.backlund@strangnas.demo.example", "Strängnäs kommun", True)],
        title="När alla kommer till SIP-mötet",
        text=SIP,
        language="sv",
        topic=2,
        publish=None,
        now=now,
    )
    return call
