"""The group of the round that runs: what some show each other, and what one has written and lets the others read."""

from datetime import datetime

from people.actions import persons
from people.models import Person
from programmes.actions import group, reflections
from programmes.models import Cohort

ABOUT = (
    "Arbetar med familjehem. Pratar gärna om hur man orkar.",
    "Utredare sedan i höstas, tar gärna en lunch.",
    "",
    "Barn och unga. Samåker från Flen.",
    "Ny i yrket efter tio år i skolan.",
)
PHONES = ("070-174 06 11", "", "070-174 06 27", "070-174 06 38", "")
SHARED = (
    "Efter tredje dagen",
    (
        "Jag trodde att jag var ensam om att köra fast i utredningarna. Det var jag inte.\n\n"
        "Det som hjälpte mest var frågan som Johan ställde: vad behöver barnet veta i dag? Jag har den på en lapp vid "
        "datorn nu, och använde den redan på torsdagen.\n\n"
        "Nästa gång vill jag öva på att avsluta samtal."
    ),
)
OWN = (
    "Inför nästa dag",
    "Tre saker som jag vill ta upp med min chef: tid för att läsa, någon att fråga, och färre ärenden till sommaren.",
)


def tell(cohort: Cohort, reader: Person | None, *, now: datetime) -> None:
    """Five participants choose what the group sees; one shares a reflection, and the reader has one for herself."""
    rows = list(cohort.enrolments.taking_part().select_related("person").order_by("person__name"))
    others = [row for row in rows if row.person_id != getattr(reader, "pk", None)]
    for row, about, phone in zip(others, ABOUT, PHONES, strict=False):
        if phone:
            who = row.person
            facts = {"name": who.name, "language": who.language, "theme": who.theme}
            persons.set_own_facts(person=who, phone=phone, now=now, **facts)
            row.person.refresh_from_db()
        group.show(enrolment=row, email=True, phone=bool(phone), about=about, by=row.person, now=now)
    day = cohort.days.filter(number=3).first()
    title, text = SHARED
    author = others[0]
    shared = reflections.write(enrolment=author, day=day, title=title, text=text, by=author.person, now=now)
    reflections.let_read(reflection=shared, with_group=True, people=[], by=author.person, now=now)
    for own in rows:
        if own.person_id == getattr(reader, "pk", None):
            title, text = OWN
            reflections.write(enrolment=own, day=None, title=title, text=text, by=own.person, now=now)
