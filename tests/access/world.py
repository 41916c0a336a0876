"""Who knocks, and on what: the principals of the access matrix and one thing of each kind in Sörmland."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.cast import DAYS, NOW, Cast, employment, organisation, person, role


@dataclass(frozen=True)
class Principal:
    """Somebody who knocks: what the policy's `who` calls her towards Sörmland's things, and whether she is far away."""

    name: str
    who: frozenset[str] = frozenset()
    # Roles that she has, but elsewhere: their list pages answer her, with her own things.
    elsewhere: frozenset[str] = frozenset()
    foreign: bool = True


@dataclass
class World:
    """The cast in the middle of a running round, an open one and a finished one."""

    cast: Cast
    principals: list[Principal] = field(default_factory=list)
    things: dict[str, Any] = field(default_factory=dict)


def build(cast: Cast) -> World:
    """Everything once; who is called what stands in `principals`."""
    from events.models import Staff
    from people.models import Employment
    from programmes.models import Mentor

    made = cast.made
    made["director_nyk"] = person("Ditte Nyköping", "ditte@nykoping.example", cast.sormland)
    made["director_lid"] = person("Dag Lidköping", "dag@lidkoping.example", cast.skaraborg)
    role(made["director_nyk"], "director", organisation=cast.nykoping)
    role(made["director_lid"], "director", organisation=cast.lidkoping)
    employment(made["director_nyk"], cast.nykoping)
    employment(made["director_lid"], cast.lidkoping)
    made["host"] = person("Hilma Värd", "hilma@nykoping.example", cast.sormland)
    made["host_other"] = person("Hugo Värd", "hugo@flen.example", cast.sormland)
    made["lecturer"] = person("Lena Lektor", "lena@universitet.example")
    made["gone"] = person("Gerd Borta", "gerd@eskilstuna.example", cast.sormland, is_active=False)
    role(made["gone"], "coordinator", region=cast.sormland)
    made["former"] = person("Frans Förr", "frans@eskilstuna.example", cast.sormland)
    ended = role(made["former"], "manager", organisation=cast.barn)
    ended.valid_to = NOW.date() - timedelta(days=1)
    ended.save()
    made["moved"] = person("Moa Flyttad", "moa@eskilstuna.example", cast.sormland)
    employment(made["moved"], cast.barn, until=NOW.date() - timedelta(days=1))
    employment(made["moved"], cast.nyk_barn, since=NOW.date())
    made["johan"] = person("Johan Tallroth", "johan@eskilstuna.example", cast.sormland)
    employment(made["johan"], cast.mottagning)
    mentor = Mentor.objects.create(
        region=cast.sormland, person=made["johan"], valid_from=NOW.date() - timedelta(days=99), added_at=NOW
    )
    made["flen_unit"] = organisation("Barn Flen", "unit", cast.flen)

    running = cast.cohort()
    tuva = cast.enrolment(running, cast.tuva)
    cast.enrolment(running, cast.edvin)
    cast.enrolment(running, cast.yasmin)
    cast.attendance(tuva, "n", "f", "n")
    opened = cast.cohort(number=13, state="open", opens_on=date(2027, 4, 1), closes_on=date(2027, 5, 1), days=DAYS[3:])
    leila = cast.enrolment(opened, cast.leila, side="applied", employer="asked")
    finished = cast.cohort(number=11, state="finished", days=(date(2026, 3, 9), date(2026, 4, 9)), days_required=2)
    done = cast.enrolment(finished, cast.tuva, side="completed")
    cast.attendance(done, "n", "n")
    foreign = cast.cohort(cast.programme(cast.skaraborg), number=1)
    cast.enrolment(foreign, cast.selma)
    Staff.objects.create(event=running.days.get(number=4).event, person=made["host"], function="host")
    Staff.objects.create(event=running.days.get(number=4).event, person=made["lecturer"], function="lecturer")
    Staff.objects.create(event=running.days.get(number=2).event, person=made["host_other"], function="host")

    def one(name: str, *who: str, elsewhere: tuple[str, ...] = (), foreign: bool = True) -> Principal:
        return Principal(name, frozenset(who), frozenset(elsewhere), foreign)

    people = [
        one("anonymous"),
        one("ada", "administrator", foreign=False),
        one("malin", "coordinator", foreign=False),
        one("vera", elsewhere=("coordinator",)),
        one("lars", "director", foreign=False),
        one("director_nyk", elsewhere=("director",)),
        one("director_lid", elsewhere=("director",)),
        one("stina", "manager", foreign=False),
        one("omar", elsewhere=("manager",)),
        one("petra", elsewhere=("manager",)),
        one("ulf", elsewhere=("manager",)),
        one("tuva", "participant", foreign=False),
        one("edvin", elsewhere=("participant",)),
        one("leila", elsewhere=("participant",)),
        one("yasmin", elsewhere=("participant",)),
        one("selma", elsewhere=("participant",)),
        one("host", "host", foreign=False),
        one("host_other", elsewhere=("host",)),
        one("lecturer", "lecturer", "supervisor", foreign=False),
        one("former"),
        one("moved"),
        one("gone"),
        one("outsider"),
    ]
    things = {
        "running": running,
        "opened": opened,
        "finished": finished,
        "foreign": foreign,
        "tuva": tuva,
        "leila": leila,
        "done": done,
        "day": running.days.get(number=4),
        "mentor": mentor,
        "registration": running.days.get(number=4).event.registrations.get(person=cast.tuva),
        "employment": Employment.objects.get(person=cast.tuva),
    }
    return World(cast, people, things)
