"""Whether a deal counts once, whatever is joined to it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salesnb.counting import counted
from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.deals import Dimension
from salesnb.kpis.gate.check import RULES, Verdict, failed, not_possible, passed
from salesnb.kpis.kpi import CLOSED
from salesnb.kpis.order_sales import deals_of_sales, tells
from salesnb.kpis.query import OWNER, Query
from salesnb.kpis.scan import Scan

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

_WORDS = {"closed_on": "closed", "created_on": "created", "as_of": "open", "at_start": "open at the start"}
_ORDERED = "ordered"


@RULES.register("no fan-out")
def no_fan_out(subject: "Subject") -> Verdict:
    """Count the deals behind its aggregates, with every dimension joined and without: a row a deal, both times.

    Of deals that several share, by credit, each has a part; that is told by the query, not by the definition.
    """
    said, most = [], 0
    for scan, basis, word in _scans(subject):
        table, deals_of = scan.opportunities(basis), scan.deals
        names = [
            name for name, found in deals_of.dimensions.items() if "." not in name and _tells(word, found)
        ]
        most = max(most, len(names))
        rows, deals = (0, 0) if table is None else _counted(table)
        if rows != deals:
            return failed(
                f"{counted(rows, 'row stands', 'rows stand')} for {counted(deals, 'deal', 'deals')} before anything is joined.",
                "An opportunity_id must be there once. Import the data again.",
            )
        joined = rows if table is None else _counted(deals_of.with_dimensions(table, names, "place_on"))[0]
        if joined != rows:
            return _multiplied(deals_of, table, names, rows)
        said.append(f"{rows:,} {word}")
    if not any(not text.startswith("0 ") for text in said):
        return not_possible("There is no deal behind it in the data.", "Import data that it is about.")
    return passed(f"Deals counted once with all {most} dimensions joined: {', '.join(said)}.")


def _scans(subject: "Subject") -> Iterator[tuple[Scan, str, str]]:
    """Give what its measures read: a scan, by which date, and what its deals are called."""
    run = subject.run(Query(kpis=(subject.name,)))
    scan = run.scan(OWNER)
    sales = deals_of_sales(run.deals)
    of_orders = [kpi for kpi in subject.measures if kpi.kind == RETENTION and sales]
    for basis in dict.fromkeys(kpi.basis for kpi in subject.measures if kpi not in of_orders):
        yield scan, basis, _WORDS[basis]
    if sales and of_orders:
        yield replace(scan, deals=sales), CLOSED, _ORDERED


def _tells(word: str, dimension: Dimension) -> bool:
    return word != _ORDERED or tells(dimension)


def _multiplied(deals: Any, table: Any, names: Sequence[str], rows: int) -> Verdict:
    """Name the table that multiplies rows, and the dimensions that come from it."""
    by_source: dict[str, list[str]] = {}
    for name in names:
        by_source.setdefault(deals.dimension(name).table, []).append(name)
    found = {
        source: _counted(deals.with_dimensions(table, joined, "place_on"))[0]
        for source, joined in by_source.items()
    }
    source = next((source for source, count in found.items() if count != rows), "all tables together")
    keys = (
        "spells of a rep in rep_nodes that overlap"
        if source == "org_levels"
        else "keys that stand there twice"
    )
    return failed(
        f"{counted(rows, 'deal becomes', 'deals become')} {counted(found.get(source, 0), 'row', 'rows')} when {source} is joined for"
        f" {', '.join(by_source.get(source, names))}.",
        f"Each deal must find at most one row there: look for {keys}.",
    )


def _counted(table: Any) -> tuple[int, int]:
    """Count rows and different deals."""
    counts = table.aggregate(rows=table.count(), deals=table.opportunity_id.nunique())
    row = counts.to_pyarrow().to_pylist()[0]
    return int(row["rows"]), int(row["deals"])
