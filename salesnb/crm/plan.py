"""What is computed for each column of one table, as SQL, before anything runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.crm.mapping import ColumnRule
from salesnb.crm.tables import Field, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Context", "FieldPlan", "Problem", "TablePlan", "extra_name"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every table's load has in common."""

    connection: "DuckDBPyConnection"
    currency: str
    digits: int
    time_zone: str
    levels: tuple[str, ...]
    ids: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A rule that sets a row aside: where ``condition`` holds, ``reason`` is reported for ``value`` of ``field``."""

    field: str
    condition: str
    reason: str
    value: str


@dataclass(frozen=True, kw_only=True)
class FieldPlan:
    """One column: SQL over the layers below it.

    Attributes
    ----------
    label
        What people call it.
    found
        The trimmed source text, over the staged table; named ``f_<name>`` in the next layer.
    text
        The same repaired, over ``found``; named ``t_<name>``.
    cell
        The source's cell as it stands there, in every layer.
    quick
        Minor units of money that is written plainly, over texts; named ``q_<name>``.
    exact
        Exact minor units of the rest, with excess decimals, over texts; named ``e_<name>``.
    value
        What is kept, over texts and exact values; named as the field.
    repaired
        Whether the mapping repairs values of it.
    extra
        Whether it is a further column, not a canonical one.
    """

    field: Field
    rule: ColumnRule
    label: str
    found: str
    text: str
    value: str
    cell: str = "NULL"
    quick: str = ""
    exact: str = ""
    problems: tuple[Problem, ...] = ()
    repaired: bool = False
    extra: bool = False


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """All columns of one table that the mapping or the source gives, in order.

    ``late_entries`` says that a day of creation after closing is brought to that of closing, not refused.
    """

    table: Table
    file: str
    fields: tuple[FieldPlan, ...]
    notices: tuple[str, ...]
    late_entries: bool = False

    def has(self, name: str) -> bool:
        """Tell whether a canonical column is mapped."""
        return any(item.field.name == name for item in self.fields)


def extra_name(name: str) -> str:
    """Name of a further column while it is worked on, which no canonical or inner one can have."""
    return f"x:{name}"
