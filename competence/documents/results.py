"""What a survey's release says of one place, as it is read: the same words on the page and in every file.

Nothing is read here but the frozen release, the questions and the tree of the box, and the names of places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from answers import ballots
from answers.ballots import say
from answers.documents import answered, level, parts_of, share
from answers.models import Box
from answers.suppression import turnout
from base import dates
from base.languages import spoken
from competence.documents.bars import Bar, bar
from competence.rules.results import Before, Place, Sight
from competence.states import Lineage, RoleGroup

NEAR = Decimal("0.3")
STEPS = (("n3", Decimal("-1.0")), ("n2", Decimal("-0.5")), ("n1", Decimal("-0.2")))
MOST_LISTED = 5
ARROWS = {"below": ("dn", "▼"), "near": ("eq", "≈"), "above": ("up", "▲")}
Table = Mapping[str, Any]


# ---------- Questions ----------


@dataclass(frozen=True)
class Asked:
    """A question on the scale as it was asked: of a competence (now, need, wish), or a statement (st)."""

    key: str
    kind: str
    subject: int
    label: str
    area: str
    target: Decimal | None
    units: frozenset[str]

    @property
    def goal(self) -> str:
        """The target as it is read."""
        return dates.number(self.target, 1) if self.target is not None else ""


def asked_in(box: Box) -> list[Asked]:
    """The questions on the scale, in their order; what is asked beside a competence bears its name."""
    language = spoken()
    found: list[Asked] = []
    names: dict[int, str] = {}
    for page in ballots.from_json(box.questions).pages:
        for one in page.questions:
            match = re.fullmatch(r"(now|need|wish|st)(\d+)", one.key)
            if one.kind != "scale" or match is None or one.thrown:
                continue
            kind, subject = match[1], int(match[2])
            label = say(one.label, language)
            if kind == "now":
                names[subject] = label
            elif kind in ("need", "wish"):
                words = {"need": _("%(competence)s: level needed"), "wish": _("%(competence)s: wish to learn more")}
                label = words[kind] % {"competence": names.get(subject, label)}
            target = Decimal(one.target) if one.target and kind == "now" else None
            area = say(page.title, language)
            found.append(Asked(one.key, kind, subject, label, area, target, frozenset(page.units)))
    return found


# ---------- Cells ----------


@dataclass(frozen=True)
class Cell:
    """What is published of one question in one group, as it is read, and how it is drawn."""

    how: str  # figures, word, hidden; "" where the group was not asked
    level: str = ""
    gap: str = ""
    bins: tuple[str, ...] = ()
    word: str = ""
    tone: str = ""
    arrow: str = ""
    before: str = ""  # the figure in the earlier survey, with how it has changed
    distance: Decimal | None = None
    value: Decimal | None = None

    @property
    def strings(self) -> list[str]:
        """Level, distance, three bins and the word: the cells of a row in every file."""
        return [self.level, self.gap, *(self.bins or ("", "", "")), self.word]


def _word(kept: str, asked: Asked) -> str:
    if asked.target is not None:
        words = {"below": _("Below the target"), "near": _("Near the target"), "above": _("Above the target")}
    else:
        words = {"below": _("Below the region"), "near": _("Near the region"), "above": _("Above the region")}
    return words.get(kept, "")


def signed(value: Decimal) -> str:
    """A distance with its sign: −0,6, 0,0 or +0,4."""
    return f"+{dates.number(value, 1)}" if value > 0 else dates.number(value, 1)


def _tone(distance: Decimal) -> str:
    for name, most in STEPS:
        if distance <= most:
            return f"g-{name}"
    if distance >= Decimal("0.4"):
        return "g-p2"
    return "g-p1" if distance >= Decimal("0.2") else "g-0"


def cell_of(asked: Asked, item: Mapping[str, Any] | None, *, applies: bool = True) -> Cell:
    """The cell for an item of the release."""
    if not applies:
        return Cell("", word=_("Not asked here"))
    if item is None or item["how"] == "hidden":
        return Cell("hidden", word=_("Hidden, too few answers"), tone="sup")
    if item["how"] == "word":
        tone, arrow = ARROWS.get(item["word"], ("", ""))
        return Cell("word", word=_word(item["word"], asked), tone=f"band {tone}", arrow=arrow)
    sign, value = parts_of(item["mean"])
    bins = tuple(share(one) for one in item["bins"])
    read = level(item["mean"])
    if asked.target is None:
        return Cell("figures", read, "", bins, tone="plain", value=value)
    distance = value - asked.target
    return Cell("figures", read, sign + signed(distance), bins, "", _tone(distance), distance=distance, value=value)


# ---------- Groups ----------


@dataclass(frozen=True)
class Column:
    """A group of which something is published."""

    name: str
    answers: str
    exact: bool
    whole: bool
    place: str  # where it has a page of its own for this reader
    units: frozenset[str]
    items: Mapping[str, Any]
    joint: bool = False
    earlier: Mapping[str, Any] = field(default_factory=dict)
    turnout: Mapping[str, Any] = field(default_factory=dict)  # how many of how many, where that may be said
    reshaped: bool = False  # other units were asked in it in the earlier survey


@dataclass(frozen=True)
class Group:
    """Columns that are shown in the same way, under one heading."""

    name: str
    columns: Sequence[Column]

    @property
    def width(self) -> int:
        """How many columns it spans."""
        return len(self.columns)


@dataclass(frozen=True)
class HeatCell:
    """A cell with its column, and the whole of it as a sentence."""

    column: Column
    cell: Cell
    sentence: str


@dataclass(frozen=True)
class Line:
    """A question with its cells."""

    asked: Asked
    cells: Sequence[HeatCell]


@dataclass(frozen=True)
class Heat:
    """A table of questions and groups."""

    groups: Sequence[Group]
    lines: Sequence[Line]

    @property
    def columns(self) -> list[Column]:
        """All groups in order."""
        return [column for group in self.groups for column in group.columns]

    @property
    def figures(self) -> bool:
        """Whether any group has figures."""
        return any(column.exact for column in self.columns)

    @property
    def words(self) -> bool:
        """Whether any group has only words."""
        return not all(column.exact for column in self.columns)


@dataclass(frozen=True)
class Finding:
    """One of the few things to see first."""

    kicker: str
    name: str
    figure: str
    need: bool


@dataclass(frozen=True)
class Told:
    """Own words to one question, as somebody has read and redacted them."""

    label: str
    shown: Sequence[str]


@dataclass(frozen=True)
class Results:
    """A place's results: everything that the page and the files say."""

    place: Place
    title: str
    facts: Sequence[str]
    heat: Heat
    roles: Heat | None
    others: Sequence[Line]  # statements
    beside: Sequence[Line]  # level needed and wish to learn
    findings: Sequence[Finding]
    bars: Sequence[Bar]
    bars_of: str
    strengths: Sequence[tuple[str, str]]
    needs: Sequence[tuple[str, str]]
    trend: Sequence[tuple[str, str, str]]
    notes: Sequence[str]
    earlier: str = ""

    @property
    def some(self) -> bool:
        """Whether anything is published here."""
        return bool(self.heat.groups)

    @property
    def heads(self) -> list[str]:
        """The heads of the columns of `rows`."""
        heads = [_("Group"), _("Answers"), _("Area"), _("Question"), _("Target"), _("Self-assessed level")]
        heads += [_("Distance to target"), "1–2", "3", "4–5", _("In one word")]
        return [*heads, self.earlier] if self.earlier else heads

    @property
    def rows(self) -> list[list[str]]:
        """A row for each group and question: what every file holds and every page shows."""
        found: list[list[str]] = []
        for heat in [self.heat, self.roles] if self.roles is not None else [self.heat]:
            lines = [*heat.lines, *self.beside, *self.others] if heat is self.heat else heat.lines
            for number, column in enumerate(heat.columns):
                for line in lines:
                    cell = line.cells[number].cell
                    if cell.how:
                        row = [column.name, column.answers, line.asked.area, line.asked.label, line.asked.goal]
                        row += cell.strings
                        found.append([*row, cell.before] if self.earlier else row)
        return found


# ---------- A place ----------


@dataclass(frozen=True)
class Earlier:
    """The release that this one is compared with, how its questions follow, and which places were in which."""

    title: str
    tables: Mapping[str, Any]
    lineage: Mapping[int, Before]
    places: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class _Maker:
    box: Box
    sight: Sight
    place: Place
    asked: Sequence[Asked]
    earlier: Earlier | None

    @property
    def tables(self) -> list[Table]:
        """The tables of the release that the reader sees."""
        return [table for table in self.box.release.tables["tables"] if self.sight.shows(table)]

    # Which groups

    def own_table(self, key: str) -> Table | None:
        """The table of exactly this place."""
        for table in self.tables:
            if table["kind"] == "node" and table["node"] == key:
                return table
            if table["kind"] == "block" and table["key"] == key:
                return table
        return None

    def joints(self, key: str) -> list[Table]:
        """The blocks that hold somebody of this place or of what is below it."""
        below = self.sight.below(key)
        return [table for table in self.tables if table["kind"] == "block" and below & set(table["units"])]

    def others(self) -> list[Table]:
        """What stands beside the whole: the places below, or for a place without any, those above."""
        children = self.sight.children(self.place.key)
        if not children:
            return [table for up in self.sight.way_up(self.place.key) if (table := self.own_table(up.key))]
        found: list[Table] = []
        for child in children:
            table = self.own_table(child.key)
            found += [table] if table is not None else self.joints(child.key)
        own = [one for one in self.tables if one["kind"] == "block" and self.place.key in one["units"]]
        return [*found, *own]

    def columns(self) -> list[Column]:
        """The whole first, then groups with figures, then those with words."""
        whole = self.own_table(self.place.key)
        if whole is None and not self.sight.children(self.place.key):
            whole = next(iter(self.joints(self.place.key)), None)
        found = [self.column(whole, whole=True)] if whole is not None else []
        seen = {whole["key"]} if whole is not None else set()
        rest: list[Column] = []
        for table in self.others():
            if table["key"] not in seen:
                seen.add(table["key"])
                rest.append(self.column(table))
        return [*found, *sorted(rest, key=lambda column: not column.exact)]

    def role_columns(self) -> list[Column]:
        """The tables by role of this place."""
        return sorted(
            (self.column(one) for one in self.tables if one["kind"] == "role" and one["node"] == self.place.key),
            key=lambda column: not column.exact,
        )

    def column(self, table: Table, *, whole: bool = False) -> Column:
        """A table as a column."""
        n = str(table["n"])
        exact = n.isdigit()
        joint = len(table["units"]) > 1 and table["kind"] == "block"
        key = table["node"] or (table["units"][0] if not joint else "")
        if table["kind"] == "role":
            name = {RoleGroup.WORKERS: _("Employees"), RoleGroup.MANAGERS: _("Managers")}.get(table["role"], "")
            units = self.sight.below(key)
        else:
            name = self.joint_name(table["units"]) if table["kind"] == "block" else self.sight.places[key].name
            units = frozenset(table["units"])
        if whole and not joint:
            name = self.whole_name()
        linked = key in self.sight.own | self.sight.above and not whole and table["kind"] != "role"
        return Column(
            name=name,
            answers=self.answers(n),
            exact=exact,
            whole=whole,
            place=key if linked and table["key"] == key else "",
            units=units,
            items=table["items"],
            joint=joint,
            earlier=self.then(table),
            turnout=turnout(int(n), table["invited"]).as_json() if exact and "invited" in table and not joint else {},
            reshaped=self.is_reshaped(table),
        )

    def answers(self, n: str) -> str:
        """How many answers, as it is read."""
        if not n.isdigit():
            return _("%(n)s answers") % {"n": n.replace("-", "–")}
        return ngettext("%(n)s answer", "%(n)s answers", int(n)) % {"n": n}

    def whole_name(self) -> str:
        """What the first column is called."""
        words = {"region": _("The whole region"), "municipality": _("The whole municipality")}
        words["area"] = _("The whole area")
        return words.get(self.place.level, _("The whole unit"))

    def joint_name(self, units: Sequence[str]) -> str:
        """The units that are shown as one, each with its municipality where that is not the reader's."""
        home = self.sight.town(self.place.key)
        names = []
        for key in sorted(units, key=lambda key: self.sight.places[key].name):
            name = self.sight.places[key].name
            if self.sight.children(key):
                name = _("%(place)s, its own staff") % {"place": name}
            town = self.sight.town(key)
            names.append(name if town in ("", home, key) else f"{name} ({self.sight.places[town].name})")
        if len(names) == 1:
            return names[0]
        return pgettext("a list", "%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}

    # What they say

    def heat(self, columns: Sequence[Column], kinds: Sequence[str]) -> Heat:
        """The table of these questions in these groups."""
        figures, words = _("Distance to target"), _("Compared with the target")
        groups = [
            Group(figures if exact else words, list(run))
            for exact, run in groupby(columns, key=lambda column: column.exact)
        ]
        return Heat(groups, self.lines(columns, kinds))

    def lines(self, columns: Sequence[Column], kinds: Sequence[str]) -> list[Line]:
        """A line a question that any of the groups was asked."""
        found = []
        for asked in self.asked:
            if asked.kind not in kinds:
                continue
            cells = []
            for column in columns:
                applies = not asked.units or bool(asked.units & column.units)
                cell = cell_of(asked, column.items.get(asked.key), applies=applies)
                if cell.how == "figures" and self.earlier is not None:
                    cell = Cell(**{**cell.__dict__, "before": self.before(asked, cell, column)})
                cells.append(HeatCell(column, cell, _sentence(asked, cell, column)))
            if any(one.cell.how for one in cells):
                found.append(Line(asked, cells))
        return found

    # Since the earlier survey

    def is_reshaped(self, table: Table) -> bool:
        """Whether other units were asked in the place, or in a part of it, in the earlier survey."""
        if self.earlier is None or not table["node"]:
            return False
        then = self.earlier.places.get(table["node"])
        return then is not None and then != self.sight.below(table["node"])

    def then(self, table: Table) -> Mapping[str, Any]:
        """The items of the very same group in the earlier survey, where it has ten answers or more (S7)."""
        if self.earlier is None or self.is_reshaped(table):
            return {}
        for one in self.earlier.tables["tables"]:
            same = one["kind"] == table["kind"] and one["node"] == table["node"] and one["role"] == table["role"]
            if table["kind"] == "block":
                same = same and sorted(one["units"]) == sorted(table["units"])
            if same and str(one["n"]).isdigit() and str(table["n"]).isdigit():
                items: Mapping[str, Any] = one["items"]
                return items
        return {}

    def before(self, asked: Asked, cell: Cell, column: Column) -> str:
        """The earlier figure with how it has changed; or the break between; or nothing."""
        if self.earlier is None or asked.kind not in ("now", "need", "wish") or cell.value is None:
            return ""
        origin = self.earlier.lineage.get(asked.subject)
        if origin is None:
            return ""
        if origin.competence is None:
            broken = {
                Lineage.SPLIT: _("Cannot be compared: the competence has been split"),
                Lineage.MERGED: _("Cannot be compared: competences have been merged"),
            }
            return broken.get(Lineage(origin.broken), "")
        if column.reshaped:
            return _reshaped()
        item = column.earlier.get(f"{asked.kind}{origin.competence}")
        if item is None or item["how"] != "figures":
            return ""
        value = parts_of(item["mean"])[1]
        facts = {"level": level(item["mean"])}
        if value == cell.value:
            return _("%(level)s → unchanged") % facts
        return _("%(level)s ▲ risen") % facts if cell.value > value else _("%(level)s ▼ fallen") % facts

    # What is not shown

    def notes(self, columns: Sequence[Column], lines: Sequence[Line], roles: Sequence[Column]) -> list[str]:
        """Why what is not shown is not."""
        tables = self.box.release.tables
        k = int(tables["k"])
        notes: list[str] = []
        cells = [one.cell for line in lines for one in line.cells]
        if any(cell.how == "word" for cell in cells) or any(not column.exact for column in roles):
            words = _(
                "Where %(n)s have answered, only one word is shown, without colour. "
                "Near the target is at most 0.3 from it."
            )
            notes.append(words % {"n": f"{k}–9"})
        notes += [
            _("%(names)s stand together so that nobody can be recognised.") % {"names": column.name}
            for column in columns
            if column.joint
        ]
        whole = [self.place, *self.sight.children(self.place.key)]
        for place in whole:
            inner = bool(self.sight.children(place.key))
            if not inner or self.own_table(place.key) is not None or place.key not in self.sight.own:
                continue
            words = _(
                "%(place)s has no figure for the whole of it: together with the other figures it would tell "
                "about fewer than %(k)s people."
            )
            notes.append(words % {"place": place.name, "k": k})
        held = {unit for column in columns for unit in column.units}
        for place in self.sight.children(self.place.key):
            if place.key in self.sight.own and not self.sight.below(place.key) & held:
                notes.append(_("%(place)s is not shown: too few have answered.") % {"place": place.name})
        if any(cell.how == "hidden" for cell in cells):
            words = _(
                "Where a single question is hidden, too few in the group have answered it, or what they answered "
                "could be worked out from the other groups."
            )
            notes.append(words)
        if any(node == self.place.key for _role, node in tables["hidden_roles"]):
            words = _(
                "Employees and managers are shown apart only partly. Where their figures, taken together with the "
                "others, would tell about fewer than %(k)s people, they are left out."
            )
            notes.append(words % {"k": k})
        return notes


def _reshaped() -> str:
    return _("Cannot be compared: other units were asked then")


def _trend(mine: Mine, whole: Column | None) -> list[tuple[str, str, str]]:
    """Each competence with its earlier figure or the break; in one line where the place is not what it was."""
    if whole is not None and whole.reshaped:
        return [(whole.name, _reshaped(), "")] if any(cell.before for _asked, cell in mine) else []
    return [(asked.label, cell.before, cell.level) for asked, cell in mine if cell.before]


def _sentence(asked: Asked, cell: Cell, column: Column) -> str:
    facts = {
        "question": asked.label,
        "group": column.name,
        "level": cell.level,
        "target": asked.goal,
        "gap": cell.gap,
        "word": cell.word.lower(),
    }
    if cell.how == "figures" and cell.gap:
        return _("%(group)s, %(question)s: level %(level)s, target %(target)s, distance %(gap)s.") % facts
    if cell.how == "figures":
        return _("%(group)s, %(question)s: level %(level)s, no target.") % facts
    return _("%(group)s, %(question)s: %(word)s.") % facts


def results_of(box: Box, sight: Sight, place: Place, earlier: Earlier | None = None) -> Results:
    """What this reader is told about this place."""
    maker = _Maker(box, sight, place, asked_in(box), earlier)
    columns = maker.columns()
    roles = maker.role_columns()
    heat = maker.heat(columns, ["now"])
    whole = columns[0] if columns and columns[0].whole else None
    mine = [(line.asked, line.cells[0].cell) for line in heat.lines] if whole is not None else []
    other = [column for column in columns if not column.whole]
    town = sight.town(place.key)
    title = place.name if town in ("", place.key) else f"{place.name}, {sight.places[town].name}"
    return Results(
        place=place,
        title=title,
        facts=_facts(box, place, whole),
        heat=heat,
        roles=maker.heat(roles, ["now"]) if roles else None,
        others=maker.lines(columns, ["st"]),
        beside=maker.lines(columns, ["need", "wish"]),
        findings=_findings(heat, mine, len(other)),
        bars=[
            bar(asked.label, cell.value, asked.target, cell.level)
            for asked, cell in mine
            if cell.value is not None and asked.target is not None
        ],
        bars_of=whole.name if whole is not None else "",
        strengths=_ranked(mine, best=True),
        needs=_ranked(mine, best=False),
        trend=_trend(mine, whole),
        notes=maker.notes(columns, heat.lines, roles),
        earlier=earlier.title if earlier is not None else "",
    )


def _facts(box: Box, place: Place, whole: Column | None) -> list[str]:
    """How many answered, of how many where their number is shown, when it closed, and the scale."""
    facts = []
    of_all = box.release.tables["turnout"]
    if not place.parent and of_all["percent"]:
        facts.append(answered(of_all))
    elif whole is not None:
        facts.append(answered(whole.turnout) if whole.turnout else whole.answers)
    ends = [moment for moment in (box.closes_at, box.released_at) if moment is not None]
    if ends:
        facts.append(_("Closed on %(day)s") % {"day": dates.full_day(min(ends).date())})
    return [*facts, _("Scale 1–5")]


Mine = Sequence[tuple[Asked, Cell]]


def _ranked(mine: Mine, *, best: bool) -> list[tuple[str, str]]:
    """Up to five strengths or needs of the whole. With words only they stay in the order of the questions (S6)."""
    exact = [(asked, cell) for asked, cell in mine if cell.distance is not None]
    if exact:
        fit = [
            (asked.label, cell.gap, cell.distance)
            for asked, cell in exact
            if cell.distance is not None and ((cell.distance >= 0) == best)
        ]
        fit.sort(key=lambda row: -row[2] if best else row[2])
        return [(name, gap) for name, gap, _distance in fit][:MOST_LISTED]
    wanted = "band up" if best else "band dn"
    return [(asked.label, cell.word) for asked, cell in mine if cell.tone == wanted]


def _findings(heat: Heat, mine: Mine, groups: int) -> list[Finding]:
    """What to see first, from published figures only."""
    exact = [(asked, cell, cell.distance) for asked, cell in mine if cell.distance is not None]
    found: list[Finding] = []
    if not exact:
        return found
    worst = min(exact, key=lambda row: row[2])
    best = max(exact, key=lambda row: row[2])
    if worst[2] < 0:
        found.append(Finding(_("Furthest from the target"), worst[0].label, worst[1].gap, need=True))
    shared = []
    for line in heat.lines:
        short = sum(_is_short(one.cell) for one in line.cells if not one.column.whole)
        if short > 1 and line.asked != worst[0]:
            gap = next((cell.gap for asked, cell, _distance in exact if asked == line.asked), "")
            shared.append((short, line.asked.label, gap))
    if shared:
        short, name, gap = max(shared, key=lambda row: row[0])
        words = _("Same need in %(n)s of %(groups)s groups") % {"n": short, "groups": groups}
        found.append(Finding(words, name, gap, need=True))
    if best[2] >= 0 and best[0] != worst[0]:
        found.append(Finding(_("Strength to build on"), best[0].label, best[1].gap, need=False))
    return found


def _is_short(cell: Cell) -> bool:
    return cell.tone == "band dn" or cell.distance is not None and cell.distance < -NEAR
