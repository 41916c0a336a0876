"""What a survey asks, as pages of a ballot: an area a page, then statements, then questions in own words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _

from answers.ballots import STEPS, Form, Page, Question, say
from base.languages import in_each
from competence.models import Competence, Survey, SurveyPart
from events.actions.evaluations import agreement
from people.models import Organisation

Texts = dict[str, str]
FEWEST_ITEMS, MOST_ITEMS = 15, 25


def asked_in(part: SurveyPart) -> list[Competence]:
    """The competences of a part that are asked, in order."""
    rows = Competence.objects.filter(area__version=part.framework_id)
    if part.chosen:
        rows = rows.filter(pk__in=part.chosen)
    return list(rows.select_related("area__version").prefetch_related("descriptors"))


def words_of(row: Model, name: str) -> Texts:
    """The words of a field in each language that has some."""
    texts = {code: str(getattr(row, f"{name}_{code}", "") or "") for code, _name in settings.LANGUAGES}
    return {code: words for code, words in texts.items() if words}


def steps_of(competence: Competence) -> tuple[Texts, ...]:
    """What each step means: in the competence's own words, else in those of its framework."""
    own = {row.step: row for row in competence.descriptors.all()}
    version = competence.area.version
    return tuple(
        (words_of(own[step], "words") if step in own else {}) or words_of(version, f"step_{step}")
        for step in range(1, STEPS + 1)
    )


def wishes() -> tuple[Texts, ...]:
    """The five steps of how much one wishes to learn more."""
    return tuple(
        in_each(say)
        for say in (
            lambda: _("Not now"),
            lambda: _("A little more"),
            lambda: _("Some more"),
            lambda: _("Quite a lot"),
            lambda: _("A great deal"),
        )
    )


def _about(competence: Competence, say: Callable[[], str]) -> Texts:
    """A sentence about a competence in each language; `say` gives it with a place for the name."""
    names = words_of(competence, "name")
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = say() % {"name": names.get(code) or str(competence)}
    return texts


def questions_about(survey: Survey, competence: Competence, target: str) -> list[Question]:
    """The level now; where the survey asks it, the level that the work needs, and how much one wishes to learn."""
    name, hint, steps = words_of(competence, "name"), words_of(competence, "description"), steps_of(competence)
    ask = in_each(lambda: _("Where I am now"))
    found = [Question(f"now{competence.pk}", "scale", name, hint=hint, steps=steps, target=target, about=name, ask=ask)]
    if survey.asks_need:
        need = _about(competence, lambda: _("%(name)s: the level that my work needs"))
        ask = in_each(lambda: _("The level that my work needs"))
        found.append(Question(f"need{competence.pk}", "scale", need, steps=steps, about=name, ask=ask))
    if survey.asks_wish:
        wish = _about(competence, lambda: _("%(name)s: how much I wish to learn more"))
        ask = in_each(lambda: _("How much I wish to learn more"))
        found.append(Question(f"wish{competence.pk}", "scale", wish, steps=wishes(), about=name, ask=ask))
    return found


def _pages_of(survey: Survey, part: SurveyPart, units: tuple[str, ...]) -> list[Page]:
    areas: dict[int, list[Competence]] = {}
    for competence in asked_in(part):
        areas.setdefault(competence.area_id, []).append(competence)
    pages = []
    for key, rows in areas.items():
        area = rows[0].area
        questions = [
            question
            for competence in rows
            for question in questions_about(survey, competence, str(part.targets.get(str(competence.pk), "")))
        ]
        lead = words_of(area, "description")
        pages.append(Page(f"area{key}", words_of(area, "name"), tuple(questions), lead=lead, units=units))
    return pages


def form_of(survey: Survey) -> Form:
    """The whole form: the common part, own parts for the units of their work, statements, own words."""
    pages: list[Page] = []
    own: dict[int | None, list[str]] = {}
    for part_id, unit in survey.units.values_list("part_id", "organisation_id").order_by("organisation_id"):
        own.setdefault(part_id, []).append(str(unit))
    for part in survey.parts.select_related("framework"):
        if part.common:
            pages += _pages_of(survey, part, ())
        elif own.get(part.pk):
            pages += _pages_of(survey, part, tuple(own[part.pk]))
    if statements := list(survey.statements.all()):
        agree = agreement()
        rows = [Question(f"st{one.pk}", "scale", words_of(one, "words"), steps=agree) for one in statements]
        lead = in_each(lambda: _("How far do you agree?"))
        pages.append(Page("statements", in_each(lambda: _("Conditions at work")), tuple(rows), lead=lead))
    if texts := list(survey.texts.all()):
        rows = [Question(f"text{one.pk}", "text", words_of(one, "words")) for one in texts]
        pages.append(Page("texts", in_each(lambda: _("In your own words")), tuple(rows)))
    return Form(tuple(pages))


def items_of(survey: Survey) -> int:
    """How many things somebody is asked about at most: competences of the common and the longest own part, and more."""
    longest, common = 0, 0
    for part in survey.parts.all():
        n = len(part.chosen) or Competence.objects.filter(area__version=part.framework_id).count()
        common, longest = (n, longest) if part.common else (common, max(longest, n))
    return common + longest + survey.statements.count() + survey.texts.count()


def tryout_of(survey: Survey, units: Sequence[str]) -> Form:
    """The same pages for a try-out: each question is shown, and asked whether it was clear; at the end, in own words.

    What is answered to the questions themselves is neither sealed nor kept. Own parts of units that do not try out are
    left away. The box is one group, so everybody sees all that is tried out: an own part says for whom it is.
    """
    clear = tuple(
        in_each(say)
        for say in (
            lambda: _("Not clear at all"),
            lambda: _("Rather unclear"),
            lambda: _("Partly clear"),
            lambda: _("Clear"),
            lambda: _("Quite clear"),
        )
    )
    pages: list[Page] = []
    works = _kinds_of_work(survey)
    for page in form_of(survey).pages:
        if page.units and not set(page.units) & set(units):
            continue
        questions: list[Question] = []
        for one in page.questions:
            asked = _was_clear(one.label)
            thrown = Question(one.key, one.kind, one.label, hint=one.hint, steps=one.steps, thrown=True)
            questions += [thrown, Question(f"clear{one.key}", "scale", asked, steps=clear, cannot_say=False)]
        lead = _for_whom(works[page.key], {*page.units} & {*units}, page.lead) if page.units else page.lead
        pages.append(Page(page.key, page.title, tuple(questions), lead=lead))
    words = Question("unclear", "text", in_each(lambda: _("What was hard to understand, and how would you ask it?")))
    pages.append(Page("unclear", in_each(lambda: _("In your own words")), (words,)))
    return Form(tuple(pages))


def _kinds_of_work(survey: Survey) -> dict[str, Texts]:
    """The kind of work that each page of an own part is for."""
    parts = survey.parts.filter(common=False).select_related("framework__framework")
    return {
        f"area{area.pk}": words_of(part.framework.framework, "kind_of_work")
        for part in parts.prefetch_related("framework__areas")
        for area in part.framework.areas.all()
    }


def _for_whom(work: Texts, units: set[str], lead: Mapping[str, str]) -> Texts:
    """The lead of an own part in a try-out: which units are asked it, then its own words."""
    names = ", ".join(Organisation.objects.filter(pk__in=units).order_by("name").values_list("name", flat=True))
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words = _("This part is only for %(work)s: %(units)s. If you work elsewhere, leave it out.")
            said[code] = " ".join(filter(None, [words % {"work": say(work, code), "units": names}, say(lead, code)]))
    return said


def _was_clear(label: Any) -> Texts:
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = _("Was the question clear? (%(question)s)") % {"question": label.get(code, "")}
    return texts
