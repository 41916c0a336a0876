"""Which groups are published, planned from counts alone before anything is opened (S2, S3, S4).

Blocks are formed from the bottom of the tree: a unit with at least `k` answers is one; smaller units of a node are put
together, or with another block, until every block has at least `k`. All of a municipality's and the region's tables
are unions of blocks. Any combination of such tables has the same coefficient for everybody in a block, so it touches
whole blocks or nothing, hence at least `k` people: that is the promise I1 for these tables, whatever the counts are.

Tables by role cut across blocks, so they are tried instead: all at first, then the lowest and smallest is dropped until
`leaks.find_leak` finds no leak. Tables of units are never dropped, and without any table by role there is no leak, so
it ends. Each dropped table is then tried once more, the widest first.

A question need not be asked of everybody: own parts are asked in the units of one kind of work, and people leave
questions out. Nobody's answer to one question is part of the figure of another, so the promise is asked of each one by
itself, with the people who answered it as the whole world. For them the planned tables are not unions of blocks any
more. So `tables_of_item` audits them from the start with these counts, and drops tables until none leaks: first those
by role, then the smallest that takes part. It only ever takes away from the plan that was confirmed, and it ends, for
without any table there is no leak. Which tables are dropped hangs on who answered the question, never on what. A table
that shows nothing of a question says nothing about it, whether nobody there was asked or too few answered.

The plan may also be made before anybody has answered, of supposed counts: so a survey can show what could be published
at which response. Such a forecast is a function of whom is asked, which everybody may know.

Nothing here sees an answer, and every tie is decided by sizes before it is decided by a digest of names. So the plan
tells nothing about what was answered, and other names would give groups of the same sizes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple

from answers.leaks import find_leak
from answers.suppression import K, floor_of, number_shown

Level = Literal["unit", "area", "municipality", "region"]


class Stratum(NamedTuple):
    """Where and as what somebody answered, as it was at launch (S1)."""

    unit: str
    role: str = ""


class Node(NamedTuple):
    """A place in the tree, with the place above it ("" at the top)."""

    key: str
    parent: str = ""
    level: Level = "unit"


Counts = Mapping[Stratum, int]


@dataclass(frozen=True)
class Block:
    """Units that are only ever published together."""

    units: frozenset[str]
    n: int

    @property
    def mixed(self) -> bool:
        """Whether it already joins several units."""
        return len(self.units) > 1


@dataclass(frozen=True)
class Table:
    """A group of which figures are published."""

    key: str
    kind: Literal["block", "node", "role"]
    strata: frozenset[Stratum]
    n: int
    units: tuple[str, ...] = ()
    node: str = ""
    role: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything that will be published, and what will not."""

    k: int
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    hidden_nodes: tuple[str, ...] = ()
    hidden_roles: tuple[tuple[str, str], ...] = ()  # role and node

    def digest(self) -> str:
        """What a coordinator confirms: plans that look the same have the same digest.

        It stands on the page and in the log of deeds. Over numbers that are not shown, anybody could find these by
        trying them all.
        """
        rows = [f"{table.key} {number_shown(table.n, k=self.k)}" for table in self.tables]
        rows += [f"hidden {key}" for key in self.hidden_nodes]
        rows += [f"hidden {role}@{key}" for role, key in self.hidden_roles]
        return sha256("\n".join([str(self.k), *sorted(rows)]).encode()).hexdigest()


def make_plan(nodes: Sequence[Node], counts: Counts, *, k: int = K, by_role: bool = True) -> Plan:
    """The plan for a tree and the number of answers in each stratum; without `by_role` only its tables of places."""
    k = floor_of(k)
    tree = _Tree(nodes, counts)
    blocks = _blocks(tree, k)
    tables = [_block_table(tree, block) for block in blocks]
    whole = [node for node in tree.inner if tree.total[node] and _is_union(tree.units_of[node], blocks)]
    tables += [_node_table(tree, node) for node in whole]
    wide = [node.key for node in nodes if node.level in ("municipality", "region") and tree.total[node.key]]
    apart = [key for key in wide if _is_union(tree.units_of[key], blocks)] if by_role else []
    roles, refused = _role_tables(tree, tables, apart, k)
    hidden = tuple(sorted(key for key in tree.total if tree.total[key] and not _is_shown(tree, key, blocks, whole)))
    return Plan(k, tuple(blocks), tuple(tables + roles), hidden, tuple(refused))


# ---------- The tree ----------


@dataclass
class _Tree:
    nodes: Sequence[Node]
    counts: Counts
    by_key: dict[str, Node] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    units_of: dict[str, frozenset[str]] = field(default_factory=dict)
    shape: dict[str, str] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_key = {node.key: node for node in self.nodes}
        if len(self.by_key) != len(self.nodes):
            raise ValueError("two places have the same key")
        for node in self.nodes:
            if node.parent and node.parent not in self.by_key:
                raise ValueError(f"the place above {node.key} is not in the tree")
            self.children.setdefault(node.parent, []).append(node.key)
        for stratum, n in self.counts.items():
            if stratum.unit not in self.by_key:
                raise ValueError(f"the unit {stratum.unit} is not in the tree")
            if n < 0:
                raise ValueError("a count is below nothing")
            self.own[stratum.unit] = self.own.get(stratum.unit, 0) + n
        self.roots = self.children.get("", [])
        for root in self.roots:
            self._measure(root)
        if len(self.total) != len(self.nodes):
            raise ValueError("the tree goes round in a circle")

    def _measure(self, key: str) -> None:
        below = self.children.get(key, [])
        for child in below:
            self._measure(child)
        self.total[key] = self.own.get(key, 0) + sum(self.total[child] for child in below)
        mine = [key] if self.own.get(key) else []
        self.units_of[key] = frozenset(mine).union(*(self.units_of[child] for child in below))
        # The counts below, without names: the same for places that only their names tell apart.
        self.shape[key] = _hash(
            self.by_key[key].level, self.counts_of(key), sorted(self.shape[child] for child in below)
        )

    def counts_of(self, unit: str) -> list[tuple[str, int]]:
        """The answers of a unit by role."""
        return sorted((stratum.role, n) for stratum, n in self.counts.items() if stratum.unit == unit and n)

    @property
    def inner(self) -> list[str]:
        """The places with others below them, from the top."""
        return [node.key for node in self.nodes if self.children.get(node.key)]

    def strata(self, units: Iterable[str]) -> frozenset[Stratum]:
        """Everybody who answered in these units."""
        wanted = set(units)
        return frozenset(stratum for stratum, n in self.counts.items() if n and stratum.unit in wanted)

    def way_up(self, unit: str) -> list[str]:
        """The shapes of the places above a unit."""
        shapes, key = [], unit
        while key:
            shapes.append(self.shape[key])
            key = self.by_key[key].parent
        return shapes


def _hash(*facts: object) -> str:
    return sha256(repr(facts).encode()).hexdigest()


# ---------- Blocks (S2) ----------


def _blocks(tree: _Tree, k: int) -> list[Block]:
    """Blocks of at least `k` that hold everybody, or none at all when even the whole is smaller."""
    made: list[Block] = []
    for root in tree.roots:
        blocks, residue = _below(tree, root, k)
        # A residue with no block to join means that the whole has fewer than k: nothing is published.
        if not residue:
            made += blocks
    return made


def _below(tree: _Tree, key: str, k: int) -> tuple[list[Block], frozenset[str]]:
    """The blocks under a place, and the units that are still too few."""
    blocks: list[Block] = []
    residue: set[str] = set()
    if n := tree.own.get(key, 0):
        if n >= k:
            blocks.append(Block(frozenset([key]), n))
        else:
            residue.add(key)
    for child in tree.children.get(key, []):
        theirs, left = _below(tree, child, k)
        blocks += theirs
        residue |= left
    return settle(tree, blocks, frozenset(residue), k) if tree.children.get(key) else (blocks, frozenset(residue))


def settle(tree: _Tree, blocks: list[Block], residue: frozenset[str], k: int) -> tuple[list[Block], frozenset[str]]:
    """Make a block of what is left when it is enough, else join it to the smallest block, else pass it up."""
    n = sum(tree.own[unit] for unit in residue)
    if not residue:
        return blocks, residue
    if n >= k:
        return [*blocks, Block(residue, n)], frozenset()
    if not blocks:
        return blocks, residue
    smallest = min(
        blocks, key=lambda block: (not block.mixed, block.n, _block_shape(tree, block), _hash(sorted(block.units)))
    )
    rest = [block for block in blocks if block is not smallest]
    return [*rest, Block(smallest.units | residue, smallest.n + n)], frozenset()


def _block_shape(tree: _Tree, block: Block) -> str:
    return _hash(sorted((tree.counts_of(unit), tree.way_up(unit)) for unit in block.units))


# ---------- Tables of places (S3) ----------


def _is_union(units: frozenset[str], blocks: Iterable[Block]) -> bool:
    """Whether each block lies wholly inside or wholly outside, and the blocks inside hold everybody."""
    inside = [block for block in blocks if block.units & units]
    return all(block.units <= units for block in inside) and units == frozenset().union(
        *(block.units for block in inside)
    )


def _block_table(tree: _Tree, block: Block) -> Table:
    units = tuple(sorted(block.units))
    # A place that has people of its own beside units below it is named apart from the whole of the place.
    key = "+".join(f"own:{unit}" if tree.children.get(unit) else unit for unit in units)
    return Table(key, "block", tree.strata(units), block.n, units=units)


def _node_table(tree: _Tree, node: str) -> Table:
    units = tree.units_of[node]
    return Table(node, "node", tree.strata(units), tree.total[node], units=tuple(sorted(units)), node=node)


def _is_shown(tree: _Tree, key: str, blocks: Iterable[Block], whole: Iterable[str]) -> bool:
    if key in whole:
        return True
    return not tree.children.get(key) and any(block.units == {key} for block in blocks)


# ---------- Tables by role (S4) ----------


def _role_tables(
    tree: _Tree, tables: Sequence[Table], wide: Sequence[str], k: int
) -> tuple[list[Table], list[tuple[str, str]]]:
    """The tables by role that may stand beside the others, and those that may not.

    Every table by role may take part in every leak, through the region's: so the lowest and smallest that is left goes
    first, and what went without need comes back at the second trial. Without any there is no leak, so it ends.
    """
    weights = {stratum: n for stratum, n in tree.counts.items() if n}
    fixed = [table.strata for table in tables]
    candidates: list[Table] = []
    refused: list[tuple[str, str]] = []
    for node in wide:
        strata = tree.strata(tree.units_of[node])
        for role in sorted({stratum.role for stratum in strata}):
            group = frozenset(stratum for stratum in strata if stratum.role == role)
            n = sum(weights[stratum] for stratum in group)
            if not role or n < k:
                continue
            # Where all who answered have one role, that is no more told than that one of another has answered.
            if group == strata:
                refused.append((role, node))
            else:
                candidates.append(Table(f"{role}@{node}", "role", group, n, node=node, role=role))

    def height(table: Table) -> int:
        return 0 if tree.by_key[table.node].level == "municipality" else 1

    def lowest_first(table: Table) -> tuple[int, int, str, str, str]:
        return (height(table), table.n, table.role, tree.shape[table.node], _hash(table.key))

    kept = sorted(candidates, key=lowest_first)
    dropped: list[Table] = []
    while find_leak([*fixed, *(table.strata for table in kept)], weights, k=k):
        dropped.append(kept.pop(0))
    for table in sorted(
        dropped, key=lambda one: (-height(one), -one.n, one.role, tree.shape[one.node], _hash(one.key))
    ):
        if find_leak([*fixed, *(one.strata for one in kept), table.strata], weights, k=k) is None:
            kept.append(table)
        else:
            refused.append((table.role, table.node))
    return sorted(kept, key=lambda table: (-height(table), table.key)), sorted(refused)


# ---------- One question (S6) ----------


def tables_of_item(tables: Sequence[Table], answered: Counts, *, k: int = K) -> list[Table]:
    """The planned tables in which one question may be shown, by how many answered this question in each stratum.

    Whoever leaves a question out changes its groups, so each question is audited by itself. On a leak the smallest
    table that takes part in it goes, tables by role before tables of places.
    """
    k = floor_of(k)

    def n_of(table: Table) -> int:
        return sum(answered.get(stratum, 0) for stratum in table.strata)

    weights = {stratum: n for stratum, n in answered.items() if n}
    kept = [table for table in tables if n_of(table) >= k]
    kept.sort(key=lambda table: (table.kind != "role", n_of(table), table.n, _hash(table.key)))
    while leak := find_leak([table.strata for table in kept], weights, k=k):
        kept.remove(next(table for table in kept if table.strata & leak))
    order = {table.key: index for index, table in enumerate(tables)}
    return sorted(kept, key=lambda table: order[table.key])
