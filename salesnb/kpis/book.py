"""What is true of all opportunities and reps, whatever is asked: found out once for as long as data is open."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from salesnb.crm.ahead import Ahead, Answer, later
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from salesnb.crm.answers import Answers
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.kpi import Kpi

__all__ = ["Book", "Closings", "kept"]

T = TypeVar("T")

# Among so many deals one finds out whether probabilities are those of few stages.
_SEEN, _FEW_PROBABILITIES = 10_000, 100
_CLOSINGS = "closings"


class Closings(NamedTuple):
    """Of one day of closing, or without one: deals that were won, those won or lost, and all."""

    day: date | None
    won: int
    closed: int
    deals: int


def kept(data: "Dataset", key: Hashable, ask: Callable[[], T], size: Callable[[T], int] = lambda _: 1) -> T:
    """Ask something of data once for as long as it is open; what stands in for a dataset in tests may keep nothing."""
    answers: Answers | None = getattr(data, "answers", None)
    return ask() if answers is None else answers.get(key, ask, size)


def is_kept(data: "Dataset", key: Hashable) -> bool:
    """Whether something has been asked of data before."""
    answers: Answers | None = getattr(data, "answers", None)
    return answers is not None and key in answers


class Book:
    """The facts of a dataset that tell how to ask it."""

    def __init__(self, data: "Dataset") -> None:
        self._data = data
        self._counted: Answer | None = None

    def ask_ahead(self, ahead: Ahead) -> None:
        """Have the engine count what closed, which is wanted soon, while something else is done."""
        if not is_kept(self._data, _CLOSINGS):
            self._counted = ahead.ask(self._count())

    @cached_property
    def closings(self) -> "tuple[Closings, ...]":
        """What closed on each day, whatever the as-of day, and what stands without such a day."""
        return kept(self._data, _CLOSINGS, self._closings, len)

    def _count(self) -> Any:
        table = self._data.table("opportunities")
        return table.group_by("closed_on", "status").aggregate(deals=table.count())

    def _closings(self) -> "tuple[Closings, ...]":
        counted = self._counted or later(self._count())
        found: dict[date | None, Counter[str]] = {}
        for row in counted().to_pylist():
            found.setdefault(row["closed_on"], Counter())[row["status"]] += int(row["deals"])
        return tuple(
            Closings(day=day, won=count["won"], closed=count.total() - count["open"], deals=count.total())
            for day, count in found.items()
        )

    @property
    def count(self) -> int:
        """How many opportunities there are."""
        return sum(found.deals for found in self.closings)

    @property
    def is_of_orders(self) -> bool:
        """Whether won deals are orders, because no pipeline is loaded."""
        return kept(self._data, "is of orders", self._is_of_orders)

    def _is_of_orders(self) -> bool:
        loaded = self._data.loaded()
        return bool(loaded.get("orders")) and not loaded.get("opportunities")

    def computed(self, kpi: "Kpi", values: Mapping[str, Any]) -> Any:
        """Compute a KPI from the values of those it needs; what tells of a pipeline is null where only orders are."""
        if kpi.of_pipeline and self.is_of_orders:
            return None
        return kpi.function(**{name: values[name] for name in kpi.needs})

    @property
    def has_many_probabilities(self) -> bool:
        """Whether deals have probabilities of their own, not one for each stage."""
        return kept(self._data, "probabilities", self._probabilities) > _FEW_PROBABILITIES

    def _probabilities(self) -> int:
        table = self._data.table("opportunities")
        seen = table.filter(table.probability.notnull()).select("probability").limit(_SEEN)
        return int(seen.distinct().count().to_pyarrow().as_py())

    def is_late(self, day: date) -> bool:
        """Tell whether most deals that have closed had closed before a day."""
        before = sum(found.closed for found in self.closings if found.day and found.day < day)
        return 2 * before > sum(found.closed for found in self.closings)

    def first_known(self, as_of: date) -> date | None:
        """Find the start of the month in which the first deal closed: of what closed before it nothing is known."""
        days = [found.day for found in self.closings if found.day and found.day <= as_of]
        return min(days).replace(day=1) if days else None

    @cached_property
    def moves(self) -> tuple[dict[str, Any], ...]:
        """The stretches between the moves of reps who were not always at one place, gaps among them.

        Each has ``moved_rep``, ``moved_in`` and ``moved_out`` (None for ever), and a day in it, ``moved_on``.
        """
        return kept(self._data, "moves", self._moves)

    def _moves(self) -> tuple[dict[str, Any], ...]:
        import ibis

        spells = self._data.table("rep_nodes")
        bounded = (spells.valid_from > ibis.date(FIRST_DAY)) | (spells.valid_to < ibis.date(LAST_DAY))
        days: dict[str, set[date]] = {}
        for row in _records(spells.filter(bounded).select("rep_id", "valid_from", "valid_to")):
            days.setdefault(row["rep_id"], set()).update((row["valid_from"], row["valid_to"]))
        return tuple(stretch for rep in sorted(days) for stretch in _stretches(rep, days[rep]))

    def moves_table(self) -> Any:
        """Give `moves` as a table."""
        import ibis

        kinds = {"moved_rep": "string", "moved_in": "date", "moved_out": "date", "moved_on": "date"}
        return ibis.memtable(list(self.moves), schema=kinds)


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _stretches(rep: str, days: set[date]) -> Iterator[dict[str, Any]]:
    cuts = sorted(days - {FIRST_DAY, LAST_DAY})
    for start, end in pairwise((None, *cuts, None)):
        yield {"moved_rep": rep, "moved_in": start, "moved_out": end, "moved_on": start or FIRST_DAY}
