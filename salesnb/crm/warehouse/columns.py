"""A warehouse's own table under canonical names and types; what cannot be taken exactly is refused by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from salesnb.crm.tables import RESERVED_NAMES, Field, Table
from salesnb.errors import BadInput, nearest

__all__ = ["KINDS", "Columns", "Found", "empty_table"]

# Canonical kinds as Ibis has them.
KINDS = {
    "text": "string", "money": "int64", "signed_money": "int64", "date": "date", "count": "int64",
    "number": "float64", "probability": "float64",
}  # fmt: skip
# Without these there is no KPI; an import can do without some of them, because a mapping says so.
_NEEDED = {"opportunities": ("opportunity_id", "status", "amount", "closed_on"), "org": ("node",)}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A table as it was found, under canonical names.

    Attributes
    ----------
    label
        What people call it.
    view
        Canonical columns, further ones, and ``input:NAME`` for those that serve the check alone.
    columns
        The canonical columns that it has.
    further
        Names of the further columns, which are dimensions.
    levels
        Those of the organisation's levels that it has a column for, from the top.
    """

    label: str
    view: Any
    columns: frozenset[str]
    further: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


class Columns:
    """Gives tables their canonical columns, one after the other: a further column must not have a name that is taken.

    Parameters
    ----------
    levels
        Of the organisation.
    currency, digits
        Of the workspace.
    as_text
        How the engine gives a column as text.
    """

    def __init__(
        self, levels: tuple[str, ...], currency: str, digits: int, as_text: Callable[[Any], Any]
    ) -> None:
        self._levels = levels
        self._currency = currency
        self._digits = digits
        self._as_text = as_text
        self._taken = {level.casefold() for level in levels}

    def of(self, table: Table, raw: Any, label: str) -> Found:
        """Give a table its canonical columns.

        Raises
        ------
        BadInput
            When a column that is needed is missing, or one is of a type that is not taken.
        """
        names = {name.casefold(): name for name in raw.columns} | {name: name for name in raw.columns}
        own = {field.name: names[field.name] for field in table.fields if field.name in names}
        self._complete(table, own, raw.columns, label)
        view = {
            (f"input:{field.name}" if field.input_only else field.name): self._typed(
                field, raw[own[field.name]] if field.name in own else None, label
            )
            for field in table.fields
        }
        levels = tuple(level for level in self._levels if table.name == "reps" and level in names)
        view |= {f"level:{level}": self._text(raw[names[level]]) for level in levels}
        further = self._further(table, raw, {*own.values(), *(names[level] for level in levels)})
        view |= further
        return Found(
            label=label,
            view=raw.select(**view),
            columns=frozenset(own),
            further=tuple(further),
            levels=levels,
        )

    def _complete(self, table: Table, own: dict[str, str], columns: Iterable[str], label: str) -> None:
        needed = _NEEDED.get(table.name) or tuple(field.name for field in table.fields if field.required)
        for name in needed:
            if name not in own:
                raise BadInput(
                    f"There is no column {name}.",
                    where=label,
                    hint=f"Give it one, or a view that has it. {nearest(name, columns)}",
                )

    def _further(self, table: Table, raw: Any, used: set[str]) -> dict[str, Any]:
        """Take what groups something: texts, whole numbers, yes or no."""
        found: dict[str, Any] = {}
        if not table.takes_extras:
            return found
        for name, kind in raw.schema().items():
            if name in used or (table.has_source_row and name == "source_row"):
                continue
            if kind.is_string() or kind.is_integer() or kind.is_boolean() or kind.is_uuid():
                found[self._free(table, name)] = self._text(raw[name])
        return found

    def _free(self, table: Table, name: str) -> str:
        taken = name.casefold() in RESERVED_NAMES or name.casefold() in self._taken
        chosen = f"{table.name}.{name}" if taken else name
        self._taken.add(chosen.casefold())
        return chosen

    def _typed(self, field: Field, column: Any, label: str) -> Any:
        import ibis

        if column is None:
            return ibis.null(KINDS[field.kind])
        kind = column.type()
        convert: dict[str, Callable[[Any, Any], Any]] = {
            "text": self._as_words,
            "money": self._as_minor_units,
            "signed_money": self._as_minor_units,
            "date": _as_date,
            "count": _as_count,
        }
        value = convert.get(field.kind, _as_number)(column, kind)
        if isinstance(value, str):
            raise BadInput(f"{field.name} is {kind}: {value}", where=label, hint="Cast it in a view.")
        return value

    def _text(self, column: Any) -> Any:
        """An empty text is none, as everywhere."""
        import ibis

        text = self._as_text(column)
        return (text == "").ifelse(ibis.null("string"), text)

    def _as_words(self, column: Any, kind: Any) -> Any:
        # An enumeration, which Ibis does not know.
        if kind.is_string() or kind.is_integer() or kind.is_uuid() or kind.is_unknown():
            return self._text(column)
        if kind.is_null():
            return column.cast("string")
        return "a text or a whole number is needed."

    def _as_minor_units(self, column: Any, kind: Any) -> Any:
        """Whole minor units as they are; decimals times a hundred, which no engine rounds."""
        one = f"1 {self._currency}"
        if kind.is_integer():
            return column.cast("int64")
        if not kind.is_decimal():
            return f"money is whole minor units ({one} is {10**self._digits}) or a DECIMAL, never a floating-point number."
        if kind.scale is None:
            return "it does not say how many decimals it has."
        if kind.scale > self._digits:
            return f"{self._currency} has {self._digits} decimals, and what lies beyond would have to be rounded."
        if kind.scale == 0 and self._digits:
            return f"without decimals it could mean {one} or a part of it; BIGINT means minor units, DECIMAL(15,{self._digits}) whole ones."
        return (column * 10**self._digits).cast("int64")


def empty_table(kinds: dict[str, str]) -> Any:
    """Give a table without rows."""
    import ibis

    schema = ibis.schema(kinds)
    return ibis.memtable(schema.to_pyarrow().empty_table(), schema=schema)


def _as_date(column: Any, kind: Any) -> Any:
    if kind.is_date():
        return column
    # The session's time zone is the workspace's: an instant becomes the date there, a time without zone is as written.
    return column.cast("date") if kind.is_timestamp() else "a date or a timestamp is needed."


def _as_count(column: Any, kind: Any) -> Any:
    return column.cast("int64") if kind.is_integer() else "a whole number is needed."


def _as_number(column: Any, kind: Any) -> Any:
    return column.cast("float64") if kind.is_numeric() else "a number is needed."
