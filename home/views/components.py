"""The component page, with invented samples."""

from datetime import date, time
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from base import dates
from competence import wheel
from competence.documents.bars import bar
from home.forms.components import SampleFilter, SampleForm
from people.models import Organisation, Request


@require_GET
def components(request: Request) -> HttpResponse:
    """Every shared piece on one page, for those who build and check Helmi."""
    if not request.user.reach.administrator:
        raise Http404
    return render(request, "home/components.html", {"sample": samples(request)})


def samples(request: HttpRequest) -> dict[str, object]:
    """What the component page shows; invented, and nothing of it stored."""
    names = ["ES Eskilstuna", "NK Nyköping", "KA Katrineholm", "SN Strängnäs", "FL Flen", "OX Oxelösund"]
    towns = [Organisation(pk=n, mark=name[:2], name=name[3:]) for n, name in enumerate(names)]
    topics = ["Uppdrag och ansvar", "Rollen", "Barnets rättigheter", "Utredning", "Samverkan", "Uppföljning"]
    stages = ["done", "done", "done", "next", "", ""]
    days = [
        {
            "url": "#d4",
            "name": _("Day %(number)s") % {"number": n + 1},
            "number": n + 1,
            "date": date(2027, 3 + n, 9 + n),
            "host": towns[n],
            "topic": topics[n],
            "title": topics[n],
            "state": stages[n],
        }
        for n in range(6)
    ]
    return {
        "towns": towns,
        "wrong": SampleForm({"email": "selma.akervall", "starts_on": "31.11.2027"}),
        "filters": SampleFilter({"q": "Åsa"}),
        "rows": Paginator(range(1, 61), 25).get_page(request.GET.get("page")),
        "more": [("#d1", _("Buttons, states, marks, notices")), ("#d5", _("Letters, exports, people"))],
        "links": [("#d1", _("Overview"), True), ("#forms", _("Forms"), False), ("#d4", _("Course days"), False)],
        "answers": [
            {"label": _("Name"), "value": "Selma Åkervall", "url": "#forms"},
            {"label": _("E-mail"), "value": "selma.akervall@kommun.example", "url": "#forms"},
            {"label": _("Unit"), "value": "", "url": "#forms"},
        ],
        "todo": [
            {
                "url": "#d3",
                "title": "Para ihop tre deltagare med mentor",
                "text": "Ronja, Edvin och Amir",
                "due": _("Late"),
                "late": True,
            },
            {
                "url": "#d3",
                "title": "Få lokalen bekräftad av Katrineholm",
                "text": "",
                "due": "21 april",
                "late": False,
            },
        ],
        "tasks": [
            {"url": "#d3", "title": "Gör gruppuppgiften till dag 4", "hint": "", "state": _("Running"), "tone": "on"},
            {
                "url": "#d3",
                "title": "Möt din mentor första gången",
                "hint": "2 april",
                "state": _("Done"),
                "tone": "ok",
            },
        ],
        "steps": [
            {"title": "Skapa första omgången", "url": "#d3", "done": True, "next": False, "hint": ""},
            {"title": "Lägg in kursdagarna", "url": "#d3", "done": False, "next": True, "hint": "5 min"},
            {"title": "Öppna anmälan", "url": "#d3", "done": False, "next": False, "hint": "2 min"},
        ],
        "figures": [{"organisation": town, "figure": 6 - n} for n, town in enumerate(towns[:4])]
        + [{"name": "Övriga", "figure": 2}],
        "days": days,
        "stops": days,
        "date": days[3]["date"],
        "start": time(9),
        "end": time(16),
        "door": [
            {
                "name": name,
                "field": f"d{n}",
                "organisation": towns[n],
                "choices": [("n", _("Here"), n != 1), ("a", _("Notified"), n == 1), ("f", _("Absent"), False)],
            }
            for n, name in enumerate(["Ronja Almlöf", "Yasmin Haddadi", "Edvin Kronqvist"])
        ],
        "letter_facts": [(_("To"), "22 deltagare"), (_("Subject"), "Vi ses i Katrineholm på onsdag")],
        "letter": "Hej Tuva!\n\nOnsdag 12 maj är det dag 4. Vi börjar kl. 9.00 i Kommunhuset.",
        "files": [
            {"name": "Deltagande per kommun 2027", "text": "Excel", "url": "", "percent": 61},
            {"name": "Närvaro omgång 12", "text": "CSV, 22 rader", "url": "#d5", "percent": None},
        ],
        **_competence(),
    }


def _competence() -> dict[str, object]:
    """One person's levels as a wheel, and the same as bars."""
    levels = [
        ("Grunduppdrag och roll", 3, 4),
        ("Utredning, BBIC och LVU", 3, 4),
        ("Barnets delaktighet", 4, 4),
        ("Samverkan", 2, 4),
        ("Juridik och dokumentation", 4, 4),
        ("Uppföljning, SIP, Lex Sarah", 2, 3),
        ("Ekonomi", 2, 3),
        ("Samarbete och kommunikation", 5, 4),
    ]
    lines = [
        {
            "number": n,
            "competence": name,
            "level": own,
            "target": goal,
            "distance": f"+{own - goal}" if own > goal else dates.number(own - goal),
        }
        for n, (name, own, goal) in enumerate(levels, start=1)
    ]
    return {
        "wheel": {
            "key": "wheel-sample",
            "title": _("Own level and target"),
            "words": _("The table has every level."),
            "rings": wheel.rings(),
            "sectors": wheel.sectors([(own, goal) for _name, own, goal in levels]),
            "lines": lines,
        },
        "bars": [bar(name, Decimal(own), Decimal(goal)) for name, own, goal in levels],
    }
