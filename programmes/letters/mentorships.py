"""What we write to a mentor and a mentee: the agreement, the questions after two months, the closing talk, the end.

And about their light, which whoever runs the round hears of too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock
from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from people.models import Person
from people.rules import name_for
from programmes.letters.applications import address, compose_for
from programmes.lights import Colour, Light
from programmes.models import MentorCheck, Mentorship
from programmes.rules import mentorships as rules
from programmes.states import AGREED_PAIRS, PairState

AGREEMENT, CONFIRMED = "programmes.mentor_agreement", "programmes.mentor_agreement_confirmed"
CHECK, CLOSING, OVER = "programmes.mentor_check", "programmes.mentor_closing", "programmes.mentor_over"
LIGHT, LIGHT_SEEN = "programmes.mentor_light", "programmes.mentor_light_seen"
ALONG = (*rules.ALONG, "enrolment__cohort__programme__funder", "enrolment__cohort__responsible")


def _key(kind: str, pair: Mentorship, to: Person, reason: object) -> str:
    return f"{kind}:{pair.pk}:{reason}:{to.pk}"


def _write(kind: str, pair: Mentorship, to: Person, reason: object, *, now: datetime, **more: Any) -> Letter | None:
    if not to.email:
        return None
    return write(
        kind=kind,
        key=_key(kind, pair, to, reason),
        about=pair.enrolment,
        scope=pair.enrolment.cohort.scope,
        now=now,
        person=to,
        facts={"pair": pair.pk, "reason": str(reason)},
        **more,
    )


def agreement(pair: Mentorship, *, to: Person, now: datetime) -> Letter | None:
    """The other one has written down what the two agree on: read it, and say yes."""
    return _write(AGREEMENT, pair, to, f"{now:%Y%m%d%H%M%S%f}", now=now, undoable=True)


def confirmed(pair: Mentorship, *, to: Person, now: datetime) -> Letter | None:
    """The other one has said yes to what one wrote."""
    return _write(CONFIRMED, pair, to, f"{now:%Y%m%d%H%M%S%f}", now=now)


def check(row: MentorCheck, *, now: datetime) -> Letter | None:
    """Three questions, once for each of the two."""
    return _write(CHECK, row.mentorship, row.person, "check", now=now, useful_until=row.until)


def closing(pair: Mentorship, *, to: Person, now: datetime) -> Letter | None:
    """The time is out: three things to talk about."""
    return _write(CLOSING, pair, to, pair.ends_on, now=now)


def not_told(pairs: Sequence[Mentorship]) -> list[Mentorship]:
    """Those of the pairs that have not been written to about the end of their time."""
    keys = {_key(CLOSING, pair, pair.mentor.person, pair.ends_on): pair for pair in pairs}
    told = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
    return [pair for key, pair in keys.items() if key not in told]


def over(pair: Mentorship, *, to: Person, now: datetime) -> Letter | None:
    """It is over; nobody's fault, and not by whom."""
    return _write(OVER, pair, to, f"{now:%Y%m%d%H%M%S%f}", now=now)


def lights(found: Iterable[tuple[Mentorship, Light]], *, now: datetime) -> int:
    """Tell of lights that are amber or red the two and whoever is responsible, each once for a colour and a silence.

    They leave in the hours in which letters are read; how many.
    """
    due = {}
    for pair, light in found:
        reason = _silence(light)
        for person in (pair.mentor.person, pair.enrolment.person):
            due[_key(LIGHT, pair, person, reason)] = (LIGHT, pair, person, reason)
        if responsible := rules.seen_by(pair):
            due[_key(LIGHT_SEEN, pair, responsible, reason)] = (LIGHT_SEEN, pair, responsible, reason)
    known = set(Letter.objects.filter(key__in=due).values_list("key", flat=True))
    written = 0
    for key, (kind, pair, person, reason) in due.items():
        if key not in known:
            at = clock.within_hours(now, pair.enrolment.cohort.programme.region.time_zone)
            written += _write(kind, pair, person, reason, now=now, not_before=at) is not None
    return written


def _silence(light: Light) -> str:
    """Which silence it is, and how long it has become."""
    return f"{light.last.isoformat()}:{light.colour}"


# ---------- In words ----------


def _pair(letter: Letter) -> Mentorship | None:
    return Mentorship.objects.filter(pk=letter.facts["pair"]).select_related(*ALONG).first()


def _mail(letter: Letter, pair: Mentorship, template: str, route: str = "mentorship", **facts: Any) -> Mail | None:
    person: Person | None = letter.person
    if person is None or not rules.is_of_pair(pair, person):
        return None
    return compose_for(
        pair.enrolment.cohort,
        f"programmes/letters/{template}.txt",
        {
            "person": person,
            "other": name_for(rules.other_of(pair, person), person),
            "mentee": person.pk == pair.enrolment.person_id,
            "pair": pair,
            "link": address(f"programmes:{route}", pair.pk),
            **facts,
        },
        why=_("You get this letter because you are a mentor or a mentee in %(programme)s.")
        % {"programme": pair.enrolment.cohort.programme},
    )


def build_agreement(letter: Letter) -> Mail | None:
    """While these words wait for the reader's yes; the letter holds none of them."""
    pair = _pair(letter)
    if pair is None or letter.person is None or rules.why_not_confirm(pair, by=letter.person):
        return None
    if pair.written_at is None or f"{pair.written_at:%Y%m%d%H%M%S%f}" != letter.facts["reason"]:
        return None
    return _mail(letter, pair, "mentor_agreement")


def build_confirmed(letter: Letter) -> Mail | None:
    """While it goes on; the first yes says until when."""
    pair = _pair(letter)
    return _mail(letter, pair, "mentor_agreement_confirmed") if pair and pair.state == PairState.ACTIVE else None


def build_check(letter: Letter) -> Mail | None:
    """While the reader can answer."""
    pair = _pair(letter)
    row = pair.checks.open_to(letter.person, clock.now()).first() if pair and letter.person else None
    return _mail(letter, pair, "mentor_check", "mentor_check", until=row.until) if pair and row else None


def build_closing(letter: Letter) -> Mail | None:
    """While the two have not had the talk."""
    pair = _pair(letter)
    return _mail(letter, pair, "mentor_closing") if pair and pair.state == PairState.ACTIVE else None


def build_over(letter: Letter) -> Mail | None:
    """Unless the two go on after all."""
    pair = _pair(letter)
    return _mail(letter, pair, "mentor_over") if pair and pair.state not in AGREED_PAIRS else None


def _build_light(letter: Letter, template: str) -> Mail | None:
    """While the light has that colour, of the same silence."""
    pair = _pair(letter)
    person = letter.person
    found = rules.lights([pair], now=clock.now()) if pair is not None else {}
    if pair is None or person is None or pair.pk not in found or _silence(found[pair.pk]) != letter.facts["reason"]:
        return None
    light = found[pair.pk]
    facts: dict[str, Any] = {
        "red": light.colour == Colour.RED,
        "words": rules.in_words(light, today=rules.today_of(pair, clock.now())),
        "rule": rules.RULE,
    }
    if rules.is_of_pair(pair, person):
        return _mail(letter, pair, template, **facts)
    if rules.why_not_see_to(pair, by=person):
        return None
    mentor, mentee = name_for(pair.mentor.person, person), name_for(pair.enrolment.person, person)
    return compose_for(
        pair.enrolment.cohort,
        f"programmes/letters/{template}.txt",
        {
            "person": person,
            "mentor": mentor,
            "mentee": mentee,
            "link": address("programmes:mentorship", pair.pk),
            **facts,
        },
        why=_("You get this letter because you are responsible for the round."),
        asks=False,
    )


def build_light(letter: Letter) -> Mail | None:
    """To the two: since when no meeting is logged, and what can be done."""
    return _build_light(letter, "mentor_light")


def build_light_seen(letter: Letter) -> Mail | None:
    """To whoever is responsible: whose light it is and since when; nothing of what the two write."""
    return _build_light(letter, "mentor_light_seen")


register(AGREEMENT, build_agreement, title=gettext_lazy("Mentor and mentee: an agreement to say yes to"))
register(CONFIRMED, build_confirmed, title=gettext_lazy("Mentor and mentee: the agreement holds"))
register(CHECK, build_check, title=gettext_lazy("Mentor and mentee: how it goes after two months"))
register(CLOSING, build_closing, title=gettext_lazy("Mentor and mentee: the closing talk"))
register(LIGHT, build_light, title=gettext_lazy("Mentor and mentee: the light is amber or red"))
register(LIGHT_SEEN, build_light_seen, title=gettext_lazy("To the coordinator: the light of a pair is amber or red"))
register(OVER, build_over, title=gettext_lazy("Mentor and mentee: it is over"))
