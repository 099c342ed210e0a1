"""What changed since an earlier import: the bridge from the old open pipeline to the new, and the deals behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.actions.changed_deals import ChangedDeals, read_changed_deals
from salesnb.kpis.bridge import BESIDE, EFFECTS, Bridge, BridgeRow, Group, Sums
from salesnb.kpis.bridging import BridgeQuery, Ends
from salesnb.kpis.result import Column, Result, sort_key
from salesnb.workbooks.findings_bridge import Since, beside_sentence, bridge_sentence
from salesnb.workbooks.findings_words import Wording, period_name, plural

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.charts import Chart
    from salesnb.workspace import Settings, Workspace

__all__ = ["Changes", "changes", "find_changes"]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The bridge from an earlier open pipeline to that of now; in a notebook it shows itself as a waterfall.

    Attributes
    ----------
    since, as_of
        The as-of dates of both ends.
    by
        The dimensions that it is told by.
    bridge
        Every group's bridge, in minor units and numbers of deals.
    asked
        The day that was asked for; None means the import before.
    compared
        Whether an earlier import was found; else both ends are the data of now.
    """

    since: date
    as_of: date
    by: tuple[str, ...]
    bridge: Bridge
    labels: tuple[Mapping[str, str], ...]
    settings: "Settings"
    within: str
    changed: ChangedDeals
    asked: date | None
    compared: bool

    @property
    def finding(self) -> str:
        """What changed, in a few sentences."""
        if not self.compared:
            return self._alone
        found, say = self._since, Wording(self.settings.formatter)
        return " ".join(filter(None, (bridge_sentence(found, say), beside_sentence(found, say))))

    @property
    def _alone(self) -> str:
        """Say why there is nothing to compare with, and what is open."""
        fmt, row = self.settings.formatter, self.bridge.total
        day = fmt.date(self.as_of)
        why = (
            f"There is one import so far, as of {day}, and nothing to compare it with"
            if self.asked is None
            else f"On {fmt.date(self.asked)} the data of now was known, as of {day}; nothing has changed since"
        )
        return f"{why}. {fmt.compact(row.now.amount)} is open in {plural(row.now.deals, 'deal', fmt)}."

    @property
    def moved(self) -> bool:
        """Whether anything happened in the open pipeline."""
        return bool(self.bridge.moves)

    @property
    def amounts(self) -> tuple[int, ...]:
        """Every amount of the bridge, in minor units."""
        ends = (part.amount for row in self.bridge.rows for part in (row.then, row.now))
        return (*ends, *(move.sums.amount for move in self.bridge.moves))

    @property
    def rows(self) -> tuple[BridgeRow, ...]:
        """Every group's bridge in the order of the table: no value first, then by name."""
        return tuple(sorted(self.bridge.rows, key=lambda row: sort_key(self._names(row.group))))

    def result(self, *, count: bool = False) -> Result:
        """Give a row a group: dimensions, ``then``, every effect, ``now``, and what stands beside the sum.

        Parameters
        ----------
        count
            Numbers of deals instead of amounts.
        """
        names = ("then", *EFFECTS, "now", *BESIDE)
        unit = "count" if count else "money"

        def shown(sums: Sums) -> int:
            return sums.deals if count else sums.amount

        return Result(
            columns=(
                *(Column(name=name, role="dimension") for name in self.by),
                *(Column(name=name, role="kpi", unit=unit) for name in names),
            ),
            rows=tuple(
                (*self._names(row.group), *(shown(part) for part in _parts(row))) for row in self._shown
            ),
        )

    def deals(self) -> Result:
        """List what each deal did, with what it was and what it is in words; amounts add up to the effects."""
        moves = self.bridge.moves
        return self.changed.result(moves, self.by, {move: self._names(move.group) for move in moves})

    @property
    def table(self) -> "pd.DataFrame":
        """The bridge as a data frame: a row a group, money in major units."""
        return _frame(self.result(), self.settings.digits)

    @property
    def deal_table(self) -> "pd.DataFrame":
        """The deals behind it as a data frame."""
        return _frame(self.deals(), self.settings.digits)

    @property
    def chart(self) -> "Chart":
        """The whole as a waterfall."""
        from salesnb.workbooks.review_bridge import bridge_chart

        return bridge_chart(self._since, self.settings.formatter)

    @property
    def _since(self) -> Since:
        return Since(since=self.since, as_of=self.as_of, row=self.bridge.total, within=self.within)

    @property
    def _shown(self) -> tuple[BridgeRow, ...]:
        """Without dimensions there is one row, though no deal may be open."""
        return self.rows or (() if self.by else (BridgeRow(group=()),))

    def _names(self, group: Group) -> tuple[str | None, ...]:
        return tuple(
            names.get(value, value) if value is not None else None
            for value, names in zip(group or (), self.labels, strict=True)
        )

    def __repr__(self) -> str:
        """Give the bridge as text."""
        return repr(self.chart)

    def _repr_mimebundle_(
        self,
        include: object = None,
        exclude: object = None,
    ) -> dict[str, Any]:
        return self.chart._repr_mimebundle_(include, exclude)


def changes(
    workspace: "Workspace",
    *,
    since: date | None = None,
    by: str = "",
    where: Mapping[str, str] | None = None,
    period: str | None = None,
) -> Changes:
    """Explain how the open pipeline moved since an earlier import; the effects add up exactly.

    Parameters
    ----------
    since
        The day as of which the earlier end was known; by default the import before.
    by
        Dimensions, separated by commas: ``"team"``.
    where
        Filters: dimension and value.
    period
        Label of the period in which deals are expected to close; by default all open deals count.

    Returns
    -------
    Changes
        With ``table``, ``chart``, ``deal_table`` and ``finding``; ``salesnb.kpis.bridge`` says what each effect means.

    Raises
    ------
    UnknownName
        When a dimension, a value or the period is not known.
    BadInput
        When nothing was imported by that day.
    """
    names = tuple(part.strip() for part in by.split(",") if part.strip())
    return find_changes(workspace, names, tuple((where or {}).items()), since=since, period=period)


def find_changes(
    workspace: "Workspace",
    by: tuple[str, ...],
    where: tuple[tuple[str, str], ...],
    *,
    since: date | None = None,
    period: str | None = None,
) -> Changes:
    """Do what `changes` does, with dimensions and filters as they are."""
    within = workspace.calendar.period(period) if period else None
    asked = BridgeQuery(by=by, where=where, within=within)
    settings = workspace.settings
    with workspace.dataset() as data:
        data.must_keep_history()
        then = data.before() if since is None else data.known(since)
        ends = Ends(then or data, data, workspace.calendar, asked)
        found = ends.bridge()
        labels = tuple(ends.labels(name) for name in by)
        changed = read_changed_deals(ends, found, settings.formatter)
    name = period_name(within.label, settings.formatter, settings.fiscal_year_start) if within else ""
    return Changes(
        since=ends.since,
        as_of=ends.as_of,
        by=by,
        bridge=found,
        labels=labels,
        settings=settings,
        within=name,
        changed=changed,
        asked=since,
        compared=then is not None and then is not data,
    )


def _parts(row: BridgeRow) -> tuple[Sums, ...]:
    return (row.then, *map(row.effect, EFFECTS), row.now, *map(row.effect, BESIDE))


def _frame(result: Result, digits: int) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(result.to_records(digits), columns=[column.name for column in result.columns])
