"""A KPI tree of the workspace on the data of two periods: checked against its KPI, then shared out."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Kpi
from salesnb.kpis.effects import Change, LineChange, changes_of
from salesnb.kpis.order_lines import Values
from salesnb.kpis.tree_effects import TreeChange, TreeEnds, check_claims, explain_tree, told_names
from salesnb.kpis.tree_file import read_tree, tree_names
from salesnb.kpis.tree_units import unit_of
from salesnb.kpis.trees import KpiTree
from salesnb.kpis.why import WhyReader
from salesnb.registry import Registry

__all__ = ["ExplainedTree", "TreeRequest", "explained_tree", "find_tree"]

_WHOLE = ("money", "count")
_APART = ("new", "lost")
# By segment, the value of each leaf and of each node that claims to be a KPI; None where there is none.
Known = dict[Values, dict[str, Fraction | None]]


@dataclass(frozen=True, kw_only=True)
class TreeRequest:
    """A tree, and the two periods that it is compared in."""

    tree: KpiTree
    before: Period
    after: Period


@dataclass(frozen=True, kw_only=True)
class ExplainedTree:
    """The effects of a tree by segment, and the whole tree where it is asked for as one; units are those of its nodes."""

    label: str
    unit: str
    change: Change
    labels: Mapping[str, str]
    units: Mapping[str, str]
    whole: TreeChange | None


def find_tree(folder: Path, kpi: str, name: str | None, known: Registry[Kpi]) -> KpiTree | None:
    """Read the tree that is asked for, or the one that bears the KPI's name; None where neither is.

    Parameters
    ----------
    known
        The KPIs that there are, and why others of the workspace cannot be used.

    Raises
    ------
    MissingFile
        When there is no tree of the name asked for.
    BadUsage
        When it is a tree of another KPI.
    """
    if name is None and kpi not in tree_names(folder):
        return None
    tree = read_tree(folder, name or kpi, known.names(), known.failures)
    if tree.kpi != kpi:
        raise BadUsage(f"The tree {tree.name} is of {tree.kpi}, not of {kpi}.", hint=f"Explain {tree.kpi}.")
    return tree


def explained_tree(reader: WhyReader, request: TreeRequest) -> ExplainedTree:
    """Share the difference of a tree's root among its leaves, for every segment asked for.

    Raises
    ------
    BadInput
        When the tree does not come to its KPI in either period, a leaf has no value, or a denominator is zero.
    BadUsage
        When segments of a KPI do not add up to the whole.
    """
    tree, kpi = request.tree, reader.known.get(request.tree.kpi)
    if reader.asked.by and not kpi.additive:
        raise BadUsage(
            f"{kpi.label} does not add up over {', '.join(reader.asked.by)}.",
            hint="Explain the whole, or one part of it with --where.",
        )
    before, after = (_values(reader, tree, period) for period in (request.before, request.after))
    found = _Segments(reader, request, before, after)
    keys = sorted({*before, *after}, key=reader.sort)
    changes = {key: change for key in keys if (change := found.change(key)) is not None}
    return ExplainedTree(
        label=kpi.label,
        unit=kpi.unit,
        change=_change(kpi, tree, changes, found),
        labels={name: _label(reader, tree, name) for name in told_names(tree) if name in tree.leaves},
        units={name: unit_of(tree, name, reader.known) for _, name in tree.walk},
        whole=None if reader.asked.by else found.trees.get(()),
    )


class _Segments:
    """The tree of each segment at both ends."""

    def __init__(self, reader: WhyReader, request: TreeRequest, before: Known, after: Known) -> None:
        self._reader = reader
        self._request = request
        self._ends = before, after
        self.trees: dict[Values, TreeChange] = {}

    def ends(self, key: Values) -> tuple[Fraction, Fraction]:
        """Give the KPI of a segment before and after; nothing where it has none."""
        kpi = self._request.tree.kpi
        before, after = (end.get(key, {}).get(kpi) or Fraction() for end in self._ends)
        return before, after

    def change(self, key: Values) -> tuple[Fraction, ...] | None:
        """Give the effects of leaves, and of a segment that is there at one end only; None for one that never is."""
        tree, (before, after) = self._request.tree, self.ends(key)
        told = len(told_names(tree))
        apart = bool(self._reader.asked.by) and not (before and after)
        if apart:
            there = any(self._holds(end.get(key, {})) for end in self._ends)
            nothing = (Fraction(),) * told
            return (*nothing, after, -before) if there and (before or after) else None
        values = [self._leaves(key, place) for place in (0, 1)]
        for known, place in zip(values, (0, 1), strict=True):
            self._check(key, known, place)
        found = explain_tree(tree, TreeEnds(*values))
        self.trees[key] = found
        effects = list(found.told().values())
        # Ratios are floats, so that a sum of money may be a millionth of a cent off its KPI.
        largest = max(range(told), key=lambda number: (abs(effects[number]), -number))
        effects[largest] += after - before - sum(effects)
        return (*effects, Fraction(), Fraction())

    def _holds(self, row: Mapping[str, Fraction | None]) -> bool:
        return any(row.get(name) for name in (*self._request.tree.leaf_names, self._request.tree.kpi))

    def _leaves(self, key: Values, place: int) -> dict[str, Fraction]:
        tree, row = self._request.tree, self._ends[place].get(key, {})
        found = {}
        for name in tree.leaf_names:
            value = row.get(name)
            if value is None:
                raise BadInput(
                    f"{name} has no value in {self._when(key, place)}, so that nothing can be told of it.",
                    where=f"{tree.name}.tree.toml",
                    hint="Choose periods in which it has one, or build the tree from sums and counts.",
                )
            found[name] = value
        return found

    def _check(self, key: Values, leaves: Mapping[str, Fraction], place: int) -> None:
        tree, known, row = self._request.tree, self._reader.known, self._ends[place].get(key, {})
        claims = {tree.root: row.get(tree.kpi)} | {
            name: row.get(name) for name in tree.nodes if name in known.names() and name != tree.root
        }
        try:
            values = tree.values(leaves)
        except BadInput as error:
            raise BadInput(
                f"In {self._when(key, place)} {error.what}", where=error.where, hint=error.hint
            ) from None
        check_claims(
            tree,
            values,
            {name: value if value is not None else Fraction() for name, value in claims.items()},
            unit_of=lambda name: known.get(tree.kpi if name == tree.root else name).unit,
            when=self._when(key, place),
        )

    def _when(self, key: Values, place: int) -> str:
        period = (self._request.before, self._request.after)[place]
        shown = [value or "(none)" for value in self._reader.shown(key)]
        return f"{period.label} ({', '.join(shown)})" if shown else period.label


def _values(reader: WhyReader, tree: KpiTree, period: Period) -> Known:
    """Ask for the KPIs of leaves and claims: one question a filter, whatever their number."""
    wanted: dict[tuple[tuple[str, str], ...], dict[str, str]] = {(): {tree.kpi: tree.kpi}}
    claims = {name: name for name in tree.nodes if name in reader.known.names()}
    wanted[()] |= claims
    for name in tree.leaf_names:
        leaf = tree.leaves[name]
        wanted.setdefault(leaf.where, {})[name] = leaf.kpi
    found: Known = {}
    for where, names in wanted.items():
        rows = reader.figures(tuple(dict.fromkeys(names.values())), period, where)
        for key, row in rows.items():
            mine = found.setdefault(key, {})
            mine.update({name: _exact(row[kpi]) for name, kpi in names.items()})
    # A segment of which a filter leaves nothing has no row there.
    sums = {
        name for names in wanted.values() for name, kpi in names.items() if reader.known.get(kpi).additive
    }
    for known in found.values():
        for name in sums:
            known.setdefault(name, Fraction())
    return found


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _change(
    kpi: Kpi, tree: KpiTree, changes: Mapping[Values, tuple[Fraction, ...]], found: _Segments
) -> Change:
    methods = [one.method for one in found.trees.values()]
    method = methods[0] if methods else f"the tree {tree.name}"
    names = (*told_names(tree), *_APART)
    if kpi.unit in _WHOLE:

        def ends(key: Values) -> tuple[int, int]:
            before, after = found.ends(key)
            return int(before), int(after)

        lines = changes_of(changes, ends)
    else:
        lines = tuple(
            LineChange(key=key, before=found.ends(key)[0], after=found.ends(key)[1], effects=effects)
            for key, effects in changes.items()
        )
    if not any(any(line.effects[-2:]) for line in lines):
        names = names[:-2]
        lines = tuple(
            LineChange(key=line.key, before=line.before, after=line.after, effects=line.effects[:-2])
            for line in lines
        )
    return Change(names=names, lines=lines, method=method)


def _label(reader: WhyReader, tree: KpiTree, name: str) -> str:
    leaf = tree.leaves[name]
    label = reader.known.get(leaf.kpi).label
    return f"{label} {', '.join(value or '(none)' for _, value in leaf.where)}".strip()
