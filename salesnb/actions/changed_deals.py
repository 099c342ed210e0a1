"""The deals behind a bridge: what each was, and what it is, in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import Names
from salesnb.kpis.bridge import BESIDE, EFFECTS, Bridge, Move
from salesnb.kpis.result import Column, Result, sort_key
from salesnb.money import Formatter, minor_digits

if TYPE_CHECKING:
    from salesnb.kpis.bridging import Ends

__all__ = ["ChangedDeals", "read_changed_deals"]

_COLUMNS = ("change", "opportunity_id", "name", "account", "rep")
_ORDER = {kind: place for place, kind in enumerate((*EFFECTS, *BESIDE))}

_CAME, _WENT = ("created", "added_late", "reopened"), ("won", "lost", "removed")

Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ChangedDeals:
    """Deals that moved, as they were and as they are.

    Attributes
    ----------
    then, now
        Their records by id; a deal that was not there, or is not, has none.
    reps, accounts
        Names by id.
    """

    then: Mapping[str, Record]
    now: Mapping[str, Record]
    reps: Mapping[str, str]
    accounts: Mapping[str, str]
    fmt: Formatter

    def result(
        self, moves: Iterable[Move], by: Sequence[str], names: Mapping[Move, tuple[str | None, ...]]
    ) -> Result:
        """List what each deal did: by group, in the order in which effects are told, the largest first.

        Parameters
        ----------
        names
            The names of each move's group.
        """
        ordered = sorted(
            moves,
            key=lambda move: (
                sort_key(names[move]),
                _ORDER[move.kind],
                -abs(move.sums.amount),
                move.deal,
            ),
        )
        return Result(
            columns=(
                *(Column(name=name, role="dimension") for name in (*by, *_COLUMNS)),
                Column(name="amount", role="kpi", unit="money"),
                Column(name="what", role="dimension"),
            ),
            rows=tuple(self._row(move, names[move]) for move in ordered),
        )

    def _row(self, move: Move, group: tuple[str | None, ...]) -> tuple[Any, ...]:
        old, new = self.then.get(move.deal), self.now.get(move.deal)
        known = new or old or {}
        return (
            *group,
            move.kind,
            move.deal,
            known.get("name"),
            self.accounts.get(known.get("account_id") or "", known.get("account_id")),
            self.reps.get(known.get("rep_id") or "", known.get("rep_id")),
            move.sums.amount,
            self._what(move.kind, old, new),
        )

    def _what(self, kind: str, old: Record | None, new: Record | None) -> str:
        """Say in words what happened to a deal."""
        if kind in _CAME:
            return self._came(kind, old, new)
        if kind in _WENT:
            return self._went(kind, new)
        return "; ".join(self._differences(old or {}, new or {}))

    def _came(self, kind: str, old: Record | None, new: Record | None) -> str:
        if kind == "reopened" and old:
            return f"{old['status']} on {self._day(old)}, is open again"
        known = new or {}
        day, due = known.get("created_on"), known.get("expected_close_on")
        created = f"created on {self.fmt.date(day)}" if day else "created"
        late = ", entered late" if kind == "added_late" else ""
        return f"{created}{late}{f', to close on {self.fmt.date(due)}' if due else ''}"

    def _went(self, kind: str, new: Record | None) -> str:
        if new is None:
            return "no longer in the CRM"
        if kind == "won":
            return f"won for {self._money(new['amount'])} on {self._day(new)}"
        if kind == "lost":
            reason = f": {new['loss_reason']}" if new["loss_reason"] else ""
            return f"lost on {self._day(new)}{reason}"
        return f"not open: created on {self.fmt.date(new['created_on'])}"

    def _differences(self, old: Record, new: Record) -> Iterator[str]:
        shown = (
            ("expected_close_on", "expected close", self.fmt.date),
            ("expected_amount", "amount", self._money),
            ("rep_id", "", lambda rep: self.reps.get(rep, rep) if rep else "nobody"),
            ("stage", "stage", lambda stage: stage or "none"),
        )
        for column, word, write in shown:
            before, after = old.get(column), new.get(column)
            if before != after:
                yield f"{word} {write(before)} → {write(after)}".strip()

    def _money(self, minor: int | None) -> str:
        """Write money with its cents only where it has some."""
        cents = minor is not None and minor % 10 ** minor_digits(self.fmt.currency) != 0
        return self.fmt.money(minor, cents=cents)

    def _day(self, record: Record) -> str:
        return self.fmt.date(record["closed_on"])


def read_changed_deals(ends: "Ends", found: Bridge, fmt: Formatter) -> ChangedDeals:
    """Read the deals behind a bridge, as they were and as they are, with the names of whose they are."""
    then, now = ends.records({move.deal for move in found.moves})
    records = (*then.values(), *now.values())
    return ChangedDeals(
        then=then,
        now=now,
        reps=_names(ends, {record["rep_id"] for record in records}, Names.rep),
        accounts=_names(ends, {record["account_id"] for record in records}, Names.account),
        fmt=fmt,
    )


def _names(ends: "Ends", wanted: set[str | None], name: Callable[[Names, str | None], str]) -> dict[str, str]:
    """Name what is known now, and what was known then of those that are gone."""
    if not wanted:
        return {}
    both = Names(data=ends.then, as_of=ends.since), Names(data=ends.now, as_of=ends.as_of)
    found: dict[str, str] = {}
    for names in both:
        found |= {
            key: said for key in wanted if key and ((said := name(names, key)) != key or key not in found)
        }
    return found
