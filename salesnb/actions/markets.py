"""What the table ``market`` says of the potential of nodes and reps: its segments are theirs, by id or name."""

from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX
from salesnb.calendar import FiscalCalendar, Period
from salesnb.planning import OrgTree

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["market_of", "potential_by_leaf"]


def _market_potential(data: "Dataset", tree: OrgTree, period: str) -> dict[str, int]:
    """Give the potential of a period by node, in minor units; of a node and those below it the lowest count.

    Parameters
    ----------
    period
        Label of the period that the table must name.
    """
    if not data.has("market"):
        return {}
    given: dict[str, int] = {}
    for row in data.table("market").to_pyarrow().to_pylist():
        if row["period"] == period and row["potential"] is not None:
            given[str(row["segment"])] = given.get(str(row["segment"]), 0) + int(row["potential"])
    names = [node.name for node in tree.nodes]
    own = {
        node.id: next(
            (
                given[key]
                # A name that several have is nobody's.
                for key in (
                    node.id,
                    node.id.removeprefix(REP_PREFIX),
                    node.name if names.count(node.name) == 1 else "",
                )
                if key in given
            ),
            None,
        )
        for node in tree.nodes
    }
    return {
        node: value
        for node, value in own.items()
        if value is not None
        and not any(own[below.id] is not None for below in tree.walk(node) if below.id != node)
    }


def market_of(
    data: "Dataset", tree: OrgTree, calendar: FiscalCalendar, period: Period
) -> tuple[dict[str, Fraction], str]:
    """Give the potential of a period by node, as the market says of it or of the quarter or year that it is within.

    What is of a longer period counts by the share of its months: of 1,200 a year a quarter has 300.

    Returns
    -------
    tuple
        In minor units, of a node and those below it the lowest; empty where nothing is known. And the label of the
        period that it is of.
    """
    wider = (calendar.containing(period.start, grain) for grain in ("quarter", "year"))
    for known in (period, *(one for one in wider if one.start <= period.start and period.end <= one.end)):
        found = _market_potential(data, tree, known.label)
        if any(found.values()):
            share = Fraction(1)
            if known.label != period.label:
                share = Fraction(len(calendar.months(period)), len(calendar.months(known)))
            return {node: value * share for node, value in found.items()}, known.label
    return {}, ""


def potential_by_leaf(
    data: "Dataset", tree: OrgTree, calendar: FiscalCalendar, period: Period
) -> tuple[dict[str, Fraction], str]:
    """Share what the market says of each node equally among the leaves below it.

    Returns
    -------
    tuple
        By leaf id, empty where nothing is known; and the label of the period that it is of.
    """
    found, of = market_of(data, tree, calendar, period)
    weights: dict[str, Fraction] = {}
    for node, value in found.items():
        leaves = tree.leaves(node)
        weights |= {leaf.id: value / len(leaves) for leaf in leaves}
    return weights, of
