"""What happened in every unit since the import before: few queries for all of them together."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import COMPANY
from salesnb.errors import BadInput
from salesnb.kpis import Query, rows
from salesnb.kpis.bridge import BridgeRow
from salesnb.kpis.bridging import BridgeQuery, Ends
from salesnb.kpis.query import CREDIT
from salesnb.workbooks.findings_bridge import Restated, Since

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.crm.dataset import Dataset

__all__ = ["Earlier", "earlier_of"]

_WON = "won_amount"
_Won = dict[str, dict[str, int]]


class Earlier:
    """What was known at an earlier import, against what is known now.

    Parameters
    ----------
    facts
        The figures of now.
    ends
        The dataset of then, and of now.
    """

    def __init__(self, facts: "Facts", ends: Ends) -> None:
        self._since = ends.since
        self._as_of = ends.as_of
        self._rows: Mapping[str, BridgeRow] = {
            _unit(row.group[0] if row.group else COMPANY): row
            for row in ends.bridge().rows
            if row.group is not None
        }
        known = facts.period.start <= ends.since
        self._won: tuple[_Won, _Won] | None = (
            (_won(facts, ends.then, ends), _won(facts, ends.now, ends)) if known else None
        )

    def of(self, unit: str) -> Since:
        """Tell of one unit."""
        row = self._rows.get(unit, BridgeRow(group=()))
        return Since(since=self._since, as_of=self._as_of, row=row, restated=self._restated(unit))

    def _restated(self, unit: str) -> Restated | None:
        if self._won is None:
            return None
        then, now = (won.get(unit, {}) for won in self._won)
        differing = sum(then.get(deal) != now.get(deal) for deal in {*then, *now})
        return Restated(then=sum(then.values()), now=sum(now.values()), deals=differing)


def earlier_of(facts: "Facts") -> Earlier | None:
    """Go back to the last import of an earlier day; None where there is none that figures can be compared with."""
    by = () if facts.by == COMPANY else (facts.by,)
    asked = BridgeQuery(by=by, as_of=facts.as_of, credit=CREDIT, restated=facts.restated)
    try:
        then = facts.data.before(facts.as_of)
        return Earlier(facts, Ends(then, facts.data, facts.calendar, asked)) if then else None
    except BadInput:
        # Money was in another currency, or the dimension was not known.
        return None


def _won(facts: "Facts", data: "Dataset", ends: Ends) -> _Won:
    """List what was won in the period up to the earlier day, by unit and deal, as a dataset knows it."""
    whole = facts.by == COMPANY
    query = Query(
        kpis=(_WON,),
        by=() if whole else (facts.by,),
        start=facts.period.start,
        end=min(facts.period.end, ends.since + timedelta(days=1)),
        as_of=ends.since if data is ends.then else ends.as_of,
        labels=False,
        credit=CREDIT,
        restated=facts.restated,
    )
    found = rows(_WON, data, facts.calendar, query)
    names = [column.name for column in found.columns]
    won: _Won = {}
    for row in found.rows:
        record: dict[str, Any] = dict(zip(names, row, strict=True))
        deals = won.setdefault(_unit(COMPANY if whole else record[facts.by]), {})
        deal = record["opportunity_id"]
        deals[deal] = deals.get(deal, 0) + record[_WON]
    return won


def _unit(value: str | None) -> str:
    return "" if value is None else value
