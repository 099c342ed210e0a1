"""Reading the two ends of a bridge from a dataset as it was known and as it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput, UnknownName
from salesnb.kpis import catalogue
from salesnb.kpis.bridge import Bridge, Group, OpenDeal, bridge
from salesnb.kpis.deals import Deals
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import AS_OF
from salesnb.kpis.query import OWNER, Query
from salesnb.kpis.scan import filters

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["BridgeQuery", "Ends"]

_KEPT = (
    "opportunity_id", "name", "account_id", "rep_id", "stage", "status", "amount", "expected_amount", "created_on",
    "closed_on", "expected_close_on", "loss_reason",
)  # fmt: skip
_CLOSED = ("won", "lost")


@dataclass(frozen=True, kw_only=True)
class BridgeQuery:
    """What is asked of a bridge.

    Attributes
    ----------
    by
        Dimensions that it is told by.
    where
        Pairs of a dimension and a value, all of which must hold. A deal that enters or leaves what they select while it
        is open is reassigned.
    within
        The period in which deals are expected to close; None means whenever.
    as_of
        The day of the later end; None means the latest in the data.
    credit, restated
        As in ``Query``.
    """

    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    within: Period | None = None
    as_of: date | None = None
    credit: str = OWNER
    restated: bool = False


class Ends:
    """A dataset as it was known, and as it is now.

    Parameters
    ----------
    then, now
        The dataset of an earlier import, and of now.
    """

    def __init__(self, then: "Dataset", now: "Dataset", calendar: FiscalCalendar, asked: BridgeQuery) -> None:
        self.then, self.now = then, now
        self.asked = asked
        self._calendar = calendar
        self.since = then.meta.as_of
        self.as_of = asked.as_of or now.meta.as_of

    def bridge(self) -> Bridge:
        """Explain the difference.

        Raises
        ------
        UnknownName
            When a dimension or a value is not known.
        BadInput
            When a dimension was not known then.
        """
        selected = self._selected()
        then, now = self._open(self.then, self.since, selected), self._open(self.now, self.as_of, selected)
        return bridge(then, now, self._fates(then, now), self.asked.within)

    def records(self, deals: Iterable[str]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """Give some deals as they were known then, and as they are known now, by id."""
        wanted = sorted(deals)
        return _records(self.then, self.since, wanted), _records(self.now, self.as_of, wanted)

    def labels(self, dimension: str) -> dict[str, str]:
        """Name a dimension's values of then and now; two of one name are told apart by their ids."""
        names: dict[str, str] = {}
        for data, day in ((self.then, self.since), (self.now, self.as_of)):
            deals = Deals(data, day)
            names |= deals.labels(deals.dimension(dimension))
        taken = list(names.values())
        return {key: f"{name} ({key})" if taken.count(name) > 1 else name for key, name in names.items()}

    def _selected(self) -> tuple[tuple[str, frozenset[str | None]], ...]:
        """Turn filters into ids; a value that is gone, or has come since, is known at one end only."""
        ends = [Deals(self.now, self.as_of), Deals(self.then, self.since)]
        for name in (*self.asked.by, *(name for name, _ in self.asked.where)):
            ends[0].dimension(name)
            if name not in ends[1].dimensions:
                raise BadInput(
                    f"The dimension {name!r} was not known on {self.since}.",
                    hint="Ask without it, or since a later day.",
                )
        return tuple((name, _ids(ends, name, value)) for name, value in self.asked.where)

    def _open(
        self, data: "Dataset", day: date, selected: tuple[tuple[str, frozenset[str | None]], ...]
    ) -> dict[str, OpenDeal]:
        """List the deals that were open, with the part of each group; what filters leave out is a group as well."""
        by = self.asked.by
        names = tuple(dict.fromkeys((*by, *(name for name, _ in selected))))
        table = self._table(data, day, names)
        columns = table.select("opportunity_id", "expected_amount", "expected_close_on", *map(_column, names))
        deals, amounts, dates, *values = columns.to_pyarrow().to_pydict().values()
        groups = self._groups(dict(zip(names, values, strict=True)), selected, len(deals))
        found: dict[str, OpenDeal] = {}
        for deal, amount, expected, group in zip(deals, amounts, dates, groups, strict=True):
            known = found.get(deal)
            parts = dict(known.parts) if known else {}
            parts[group] = parts.get(group, 0) + (amount or 0)
            found[deal] = OpenDeal(parts, expected)
        return found

    def _groups(
        self,
        values: dict[str, list[str | None]],
        selected: tuple[tuple[str, frozenset[str | None]], ...],
        count: int,
    ) -> Iterator[Group]:
        """Give the group of each row."""
        tests = [(values[name], allowed) for name, allowed in selected]
        asked = [values[name] for name in self.asked.by]
        for place in range(count):
            picked = all(column[place] in allowed for column, allowed in tests)
            yield tuple(column[place] for column in asked) if picked else None

    def _table(self, data: "Dataset", day: date, names: tuple[str, ...]) -> Any:
        query = Query(
            kpis=("open_amount",),
            by=names,
            as_of=day,
            labels=False,
            credit=self.asked.credit,
            restated=self.asked.restated,
        )
        run = Run(query, data, self._calendar, catalogue())
        return run.scan(run.credit_of(run.kpis[0])).opportunities(AS_OF)

    def _fates(self, then: dict[str, OpenDeal], now: dict[str, OpenDeal]) -> dict[str, str]:
        """Say why deals are open at one end only."""
        before, after = self.records(then.keys() ^ now.keys())
        gone = {deal: _end(after.get(deal)) for deal in then.keys() - now.keys()}
        return gone | {deal: self._start(before.get(deal), after[deal]) for deal in now.keys() - then.keys()}

    def _start(self, before: dict[str, Any] | None, after: dict[str, Any]) -> str:
        if before is not None:
            return "reopened" if before["status"] in _CLOSED else "created"
        late = after["created_on"] is not None and after["created_on"] < self.since
        return "added_late" if late else "created"


def _column(dimension: str) -> str:
    return f"dim_{dimension}"


def _end(after: dict[str, Any] | None) -> str:
    """A deal that the CRM has lost, or dates into the future, is open no more and not closed either."""
    return after["status"] if after is not None and after["status"] in _CLOSED else "removed"


def _ids(ends: list[Deals], name: str, value: str) -> frozenset[str | None]:
    found: set[str | None] = set()
    problems = []
    for deals in ends:
        try:
            found |= set(filters(deals, ((name, value),))[0].values)
        except UnknownName as error:
            problems.append(error)
    if len(problems) == len(ends):
        raise problems[0]
    return frozenset(found)


def _records(data: "Dataset", day: date, wanted: list[str]) -> dict[str, dict[str, Any]]:
    import ibis
    import pyarrow as pa

    if not wanted:
        return {}
    table = Deals(data, day).known
    ids = ibis.memtable(pa.table({"wanted": pa.array(wanted, pa.string())}))
    found = table.semi_join(ids, table.opportunity_id == ids.wanted).select(_KEPT)
    return {row["opportunity_id"]: row for row in found.to_pyarrow().to_pylist()}
