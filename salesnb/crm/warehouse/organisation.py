"""The organisation as expressions over a warehouse's own tables: nodes, their levels, who belonged where and when.

What comes out is what an import makes of the same tables (``salesnb.crm.organisation``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from salesnb.errors import BadInput

__all__ = [
    "STEPS",
    "NodeFacts",
    "SpellFacts",
    "chain",
    "depth_of",
    "levels_of",
    "memberships_of",
    "nodes_given",
    "nodes_of_levels",
    "spells",
    "with_nodes",
]

COMPANY = "company"
_COLUMNS = ("node", "name", "parent", "level", "manager")
_FIRST, _LAST = date(1, 1, 1), date(9999, 12, 31)
STEPS, _DEEPEST = 5, 40


@dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """What a table of nodes lacks; what it does not lack costs no join in every query.

    Attributes
    ----------
    unnamed
        Whether no node names its level.
    rootless
        Whether there is no node ``company``.
    lost
        Whether some name a parent that is not there.
    depth
        How many steps the lowest node lies below the top.
    """

    unnamed: bool
    rootless: bool
    lost: bool
    depth: int


@dataclass(frozen=True, kw_only=True)
class SpellFacts:
    """What memberships lack: some name nodes that are not there, or not every rep has one."""

    lost: bool
    partial: bool


def nodes_of_levels(reps: Any, levels: Sequence[str]) -> Any:
    """Make nodes of the level columns of reps; a node's id is the path of names down to it."""
    columns = [reps[f"level:{level}"] for level in levels]
    tables = []
    for place, level in enumerate(levels):
        named = reps.filter(columns[place].notnull())
        inside = [named[f"level:{one}"] for one in levels]
        last = place == len(levels) - 1
        rows = named.select(
            node=_path(inside[: place + 1]),
            name=inside[place],
            parent=_path(inside[:place]),
            manager=named["input:manager"],
        )
        managed = rows.manager.min() if last else rows.manager.min().nullif(rows.manager.min())
        grouped = rows.group_by("node", "name", "parent").aggregate(manager=managed)
        tables.append(grouped.mutate(level=_text(level)).select(_COLUMNS))
    return reduce(lambda one, other: one.union(other), [*tables, _root()])


def with_nodes(reps: Any, levels: Sequence[str], org: Any, *, lost: bool) -> Any:
    """Give each rep its node: that of its level columns, or the one it names; the company where that is not known.

    Parameters
    ----------
    lost
        Whether some name a node that is not there.
    """
    if levels:
        return reps.mutate(node=_path([reps[f"level:{level}"] for level in levels]))
    if not lost:
        return reps.mutate(node=reps.node.fill_null(COMPANY))
    known = org.select(known="node")
    joined = reps.left_join(known, reps.node == known.known)
    return joined.mutate(node=joined.known.fill_null(COMPANY)).drop("known")


def nodes_given(org: Any, levels: Sequence[str], facts: NodeFacts) -> Any:
    """Complete a table of nodes: one root, parents that are there, and levels by depth where none is named."""
    import ibis

    if facts.lost:
        known = org.select(known="node")
        joined = org.left_join(known, org.parent == known.known)
        org = joined.mutate(parent=joined.known).drop("known")
    top = org.node == COMPANY
    nodes = org.select(
        node=org.node,
        name=org.name.fill_null(org.node),
        parent=top.ifelse(ibis.null("string"), org.parent.fill_null(COMPANY)),
        level=top.ifelse(COMPANY, org.level),
        manager=org.manager,
    )
    if facts.rootless:
        nodes = nodes.union(_root())
    return _level_by_depth(nodes, levels, facts.depth) if facts.unnamed else nodes


def _level_by_depth(nodes: Any, levels: Sequence[str], depth: int) -> Any:
    import ibis

    linked = chain(nodes, depth)
    steps = reduce(
        lambda one, other: one + other,
        (linked[f"a{n}"].notnull().ifelse(1, 0) for n in range(1, depth + 1)),
        ibis.literal(0),
    )
    named = ibis.cases(
        (linked.node == COMPANY, COMPANY),
        *((steps == n, name) for n, name in enumerate(levels, 1)),
        else_=ibis.null("string"),
    )
    return linked.mutate(level=named).select(_COLUMNS)


def levels_of(nodes: Any, levels: Sequence[str], depth: int) -> Any:
    """Give each node its ancestor of each level, itself among them; of two of one level the nearer."""
    import ibis

    linked = chain(nodes, depth)

    def ancestor(level: str) -> Any:
        places = range(depth + 1)
        return ibis.coalesce(
            *((linked[f"l{n}"] == level).ifelse(linked[f"a{n}"], ibis.null("string")) for n in places)
        )

    return linked.select(node=linked.node, **{level: ancestor(level) for level in levels})


def depth_of(nodes: Any, ask: Callable[[Any], dict[str, Any]]) -> int:
    """Tell how many steps up it is from the lowest node, of one that is deeper than ``STEPS``.

    Raises
    ------
    BadInput
        When parents go in a circle.
    """
    steps = STEPS
    while steps < _DEEPEST:
        steps *= 2
        linked = chain(nodes, steps)
        counts = {f"a{n}": linked[f"a{n}"].count() for n in range(1, steps + 1)}
        row = ask(linked.aggregate(**counts, stuck=linked.node.min(where=linked[f"a{steps}"].notnull())))
        if not row[f"a{steps}"]:
            return sum(bool(row[name]) for name in counts)
    raise BadInput(
        f"Node {row['stuck']!r} does not lead up to the top in {steps} steps: its parents go in a circle.",
        where="org, parent",
        hint="Correct the parent column.",
    )


def memberships_of(reps: Any) -> Any:
    """Make the memberships that the dates of reps tell, where there is no table of them."""
    import ibis

    after = (reps.end_on + ibis.interval(days=1)).cast("date")
    return reps.select(
        rep_id=reps.rep_id, node=reps.node, valid_from=reps.start_on, valid_to=after, share=ibis.literal(1.0)
    )


def spells(reps: Any, memberships: Any, nodes: Any, facts: SpellFacts) -> Any:
    """One node a rep at every date: the largest share, else the latest begun; gaps keep the node before.

    Parameters
    ----------
    memberships
        None where nobody has ever moved.
    """
    always = reps.select(rep_id=reps.rep_id, node=reps.node, valid_from=_day(_FIRST), valid_to=_day(_LAST))
    if memberships is None:
        return always
    kept = memberships
    if facts.lost:
        known = nodes.select(known="node")
        kept = memberships.semi_join(known, memberships.node == known.known)
    runs = _runs(_best(_members(kept)))
    if not (facts.lost or facts.partial):
        return runs
    # Memberships of no length are none, so that it is not they that tell who has one.
    return runs.union(always.anti_join(runs, always.rep_id == runs.rep_id))


def _members(kept: Any) -> Any:
    return kept.select(
        rep_id=kept.rep_id,
        node=kept.node,
        since=kept.valid_from.fill_null(_day(_FIRST)),
        until=kept.valid_to.fill_null(_day(_LAST)),
        share=kept.share.fill_null(1.0),
    )


def _best(members: Any) -> Any:
    """Pick one node for every day on which something begins or ends."""
    import ibis

    ends = members.filter(members.until < _day(_LAST)).select(who="rep_id", day="until")
    events = members.select(who="rep_id", day="since").union(ends).distinct()
    held = events.inner_join(
        members,
        (events.who == members.rep_id) & (members.since <= events.day) & (events.day < members.until),
    )
    order = [ibis.desc(held.share), ibis.desc(held.since), ibis.desc(held.node)]
    place = ibis.row_number().over(group_by=[held.who, held.day], order_by=order)
    ranked = held.select(rep_id=held.who, day=held.day, node=held.node, place=place)
    return ranked.filter(ranked.place == 0).drop("place")


def _runs(best: Any) -> Any:
    """Join days of one node that follow each other; the first begins before all time."""
    window = {"group_by": best.rep_id, "order_by": best.day}
    began = best.mutate(earlier=best.node.lag().over(**window))
    begun = began.filter(began.earlier.isnull() | (began.earlier != began.node))
    following = begun.day.lead().over(group_by=begun.rep_id, order_by=begun.day)
    return begun.select(
        rep_id=begun.rep_id,
        node=begun.node,
        valid_from=begun.earlier.isnull().ifelse(_day(_FIRST), begun.day),
        valid_to=following.fill_null(_day(_LAST)),
    )


def chain(nodes: Any, depth: int) -> Any:
    """Beside each node all above it: ``a0`` is itself, ``a1`` its parent, with their levels ``l0``, ``l1``."""
    linked = nodes.mutate(a0=nodes.node, l0=nodes.level, p0=nodes.parent)
    for step in range(1, depth + 1):
        names = {f"a{step}": nodes.node, f"l{step}": nodes.level, f"p{step}": nodes.parent}
        above = nodes.select(**names)
        # Joined one after the other, without a selection in between that would nest them.
        linked = linked.left_join(above, linked[f"p{step - 1}"] == above[f"a{step}"])
    return linked


def _path(columns: Sequence[Any]) -> Any:
    """The path of names down to the lowest level that is there; nothing is the company.

    A level that is left out keeps its place: a team without a region is not the region of that name.
    """
    import ibis

    if not columns:
        return _text(COMPANY)
    parts = [column.replace("/", "%2F").fill_null("") for column in columns]
    paths = [reduce(lambda above, part: above + "/" + part, parts[: n + 1]) for n in range(len(parts))]
    # A team that is called "company" is not the company.
    safe = [(path == COMPANY).ifelse("%63ompany", path) for path in paths]
    lowest = [(column.notnull(), path) for column, path in zip(columns, safe, strict=True)]
    return ibis.cases(*reversed(lowest), else_=COMPANY)


def _root() -> Any:
    import ibis

    row = {"node": COMPANY, "name": "Company", "parent": None, "level": COMPANY, "manager": None}
    return ibis.memtable([row], schema=dict.fromkeys(_COLUMNS, "string"))


def _text(value: str) -> Any:
    import ibis

    return ibis.literal(value, type="string")


def _day(day: date) -> Any:
    import ibis

    return ibis.date(day)
