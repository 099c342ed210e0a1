"""What a name in an expression can be: a column of opportunities, a dimension, or a figure of an account or the like."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.crm.tables import table_named
from salesnb.errors import UnknownName, nearest
from salesnb.kpis.deals import Deals, Dimension
from salesnb.kpis.language import tree
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.scan import TOLD_ON, filters

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Columns", "Found"]

_OWN = "opportunities"
_WORDS = {"count": "a whole number", "date": "a date", "number": "a number", "signed_money": "money"}
_OTHERS = ("accounts", "products", "reps")
_AS_OF = "as_of"
# Keys and free text: what they may be is not looked up, because there are as many as deals.
_FREE = {"opportunity_id", "name", "account_id", "rep_id", "next_step"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A column that was found.

    Attributes
    ----------
    name
        As it is called.
    table
        Where its values are.
    column
        What it is called among the deals of a scan; ``dim_NAME`` where it has to be joined.
    kind
        ``text``, ``money``, ``count``, ``date``, ``number`` or ``probability``.
    reads
        The dimension that has to be joined; empty for a deal's own columns.
    dimension
        By which its values are looked up; empty where they are not.
    """

    name: str
    table: str
    column: str
    kind: str
    reads: str = ""
    dimension: str = ""

    @property
    def told(self) -> str:
        """What it holds, in words."""
        return _WORDS.get(self.kind, self.kind)

    @property
    def of_deals(self) -> bool:
        """Whether each deal has its own, so that a sum over deals counts it once."""
        return self.table == _OWN


class Columns:
    """The columns of a dataset; without one those that every dataset has, and no values."""

    def __init__(self, data: "Dataset | None") -> None:
        self._data = data
        self._deals = Deals(data, data.meta.as_of) if data is not None else None
        self._ids: dict[tuple[str, str], tuple[str, ...]] = {}

    @cached_property
    def _found(self) -> dict[str, Found]:
        """Ask the dataset once, and only where a definition names a column at all."""
        found = _of_data(self._data, self._deals) if self._data is not None and self._deals else _of_any()
        # The day as of which open deals are told; a column of that name is found as opportunities.as_of.
        return found | {_AS_OF: Found(name=_AS_OF, table=_OWN, column=TOLD_ON, kind="date")}

    @property
    def digits(self) -> int:
        """Decimals of the currency; without data 2, and nothing is computed."""
        return 2 if self._data is None else self._data.meta.digits

    @property
    def are_known(self) -> bool:
        """Whether there is a dataset, so that a name that is not found is wrong."""
        return self._data is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be named, shortest way."""
        return tuple(self._found)

    def find(self, node: tree.Column) -> Found:
        """Find a column.

        Raises
        ------
        Fault
            When the dataset has none of that name; the nearest is offered.
        """
        if node.name in self._found:
            return self._found[node.name]
        if not self.are_known:
            return Found(name=node.name, table="", column="", kind="text", reads=node.name)
        short = [name for name in self._found if not name.startswith(f"{_OWN}.")]
        raise Fault(f"There is no column {node.name[:60]!r}.", node.at, nearest(node.name, short, shown=30))

    def ids(self, found: Found, literal: tree.Literal) -> tuple[str, ...]:
        """Give the values of a column that a text means, by id or by name.

        Raises
        ------
        Fault
            When the dataset has no such value; the nearest is offered.
        """
        if not literal.value:
            raise Fault("An empty text is no value.", literal.at, f"Write {found.name} is null.")
        if self._deals is None or not found.dimension:
            return (literal.value,)
        key = (found.dimension, literal.value)
        if key not in self._ids:
            try:
                (only,) = filters(self._deals, (key,))
            except UnknownName as error:
                raise Fault(error.what, literal.at, error.hint) from None
            self._ids[key] = tuple(str(value) for value in only.values)
        return self._ids[key]


def _of_data(data: "Dataset", deals: Deals) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name, kind in data.table(_OWN).schema().items():
        if name != "source_row" and not name.startswith("join_"):
            found[name] = found[f"{_OWN}.{name}"] = _own(name, _kind(_OWN, name, kind))
    for name, dimension in deals.dimensions.items():
        # What a rep is a deal's by is joined, because by credit it is that of whoever shares in the deal.
        joined = dimension.table != _OWN or dimension.of_reps
        found.setdefault(name, _joined(name, dimension, "text") if joined else _named(name, dimension))
    for name, dimension in deals.figures.items():
        kind = _kind(
            dimension.table, dimension.column, data.table(dimension.table).schema()[dimension.column]
        )
        figure = _joined(name, dimension, kind)
        found[name] = figure
        found.setdefault(dimension.column, figure)
    return found


def _of_any() -> dict[str, Found]:
    """Give the columns that every dataset has."""
    found: dict[str, Found] = {}
    for table in (_OWN, *_OTHERS):
        canonical = table_named(table)
        for field in canonical.kept if canonical else ():
            own = _own(field.name, field.kind)
            full = f"{table}.{field.name}"
            column = own if table == _OWN else Found(
                name=full, table=table, column=f"dim_{full}", kind=field.kind, reads=full
            )  # fmt: skip
            found.setdefault(field.name, column)
            found[full] = column
    found["account"] = Found(name="account", table=_OWN, column="account_id", kind="text")
    found["rep"] = Found(name="rep", table=_OWN, column="dim_rep", kind="text", reads="rep")
    return found


def _own(name: str, kind: str) -> Found:
    dimension = name if kind == "text" and name not in _FREE else ""
    return Found(name=name, table=_OWN, column=name, kind=kind, dimension=dimension)


def _named(name: str, dimension: Dimension) -> Found:
    return Found(name=name, table=_OWN, column=dimension.column, kind="text", dimension=dimension.name)


def _joined(name: str, dimension: Dimension, kind: str) -> Found:
    looked_up = dimension.name if kind == "text" else ""
    column = f"dim_{dimension.name}"
    return Found(
        name=name, table=dimension.table, column=column, kind=kind, reads=dimension.name, dimension=looked_up
    )


def _kind(table: str, name: str, kind: object) -> str:
    """Tell what a column holds: as the canonical tables have it, else by its type."""
    canonical = table_named(table)
    field = canonical.field(name) if canonical else None
    if field is not None:
        return field.kind
    is_date = getattr(kind, "is_date", lambda: False)()
    is_text = getattr(kind, "is_string", lambda: False)()
    return "date" if is_date else "text" if is_text else "number"
