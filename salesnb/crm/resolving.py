"""What a mapping leaves to the source: which of several columns is there, and which rule of status fits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from salesnb.crm.mapping import Alternatives, ColumnRule, StatusRule, TableMapping
from salesnb.crm.tables import table_named
from salesnb.errors import BadInput, nearest

__all__ = ["Headers", "Resolved", "resolve"]

_SHOWN = 12


class Headers:
    """The column names of a source.

    Parameters
    ----------
    names
        As the source writes them, those of joined files as ``name.column``.
    flexible
        Whether upper and lower case are the same.
    """

    def __init__(self, names: Iterable[str], *, flexible: bool) -> None:
        self.names = tuple(names)
        self._folded = {name.casefold(): name for name in reversed(self.names)} if flexible else {}

    def find(self, name: str) -> str | None:
        """Give a column as the source writes it; None when there is none."""
        return name if name in self.names else self._folded.get(name.casefold())

    def first(self, choices: Alternatives) -> tuple[str, ...] | None:
        """Give the first choice whose columns are all there."""
        return next(iter(self.all(choices)), None)

    def all(self, choices: Alternatives) -> Alternatives:
        """Give every choice whose columns are all there."""
        found = [tuple(self.find(name) for name in choice) for choice in choices]
        return tuple(tuple(name for name in names if name) for names in found if None not in names)


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A table's mapping with every choice made.

    Attributes
    ----------
    composed
        Columns made of several of the source: name -> choices, of which the first that has a value counts; those of
        one choice are joined by a space.
    """

    mapping: TableMapping
    composed: tuple[tuple[str, Alternatives], ...]


def resolve(
    mapping: TableMapping, headers: Headers, *, flexible: bool, known: Iterable[str], file: str
) -> Resolved:
    """Make every choice that a mapping leaves open.

    Parameters
    ----------
    flexible
        Whether columns that are not there are left out.
    known
        The tables that the source has, for lookups.

    Raises
    ------
    BadInput
        When none of the columns that could be a required one is there, or no rule of status fits.
    """
    tables = set(known)
    columns: list[tuple[str, ColumnRule]] = []
    composed: dict[str, Alternatives] = {}
    others = tuple(f"{join.name}." for join in mapping.joins)
    for field, rule in mapping.columns:
        if any(headers.find(name) for name in rule.unless):
            continue
        if not rule.alternatives and not flexible:
            columns.append((field, rule))
            continue
        found = headers.all(rule.alternatives or ((rule.column,),))
        if not found or (rule.via and rule.via not in tables):
            _refuse(mapping, field, rule, headers, file, flexible=flexible)
            continue
        # What finds no partner in another file has the next best.
        beside = found[0][0].startswith(others) and len(found[0]) == 1
        chosen = found[:2] if beside and others else found[:1]
        name = " / ".join(" ".join(parts) for parts in chosen)
        if len(chosen) > 1 or len(chosen[0]) > 1:
            composed[name] = chosen
        columns.append((field, replace(rule, column=name, alternatives=(), unless=())))
    names = {field for field, _ in columns}
    resolved = replace(
        mapping,
        columns=tuple(columns),
        repair=tuple((field, pairs) for field, pairs in mapping.repair if field in names),
        leave_out=_conditions(mapping.leave_out, headers, flexible=flexible, file=file),
        status=_status(mapping, headers, file, flexible=flexible),
        statuses=(),
    )
    return Resolved(mapping=resolved, composed=tuple(composed.items()))


def _refuse(
    mapping: TableMapping, field: str, rule: ColumnRule, headers: Headers, file: str, *, flexible: bool
) -> None:
    """A column that may be left out is; one that is needed is asked for."""
    table = table_named(mapping.table)
    canonical = table.field(field) if table else None
    if flexible and not (canonical and canonical.required):
        return
    wanted = " or ".join(repr(" ".join(choice)) for choice in rule.alternatives[:_SHOWN] or ((rule.column,),))
    raise BadInput(
        f"No column here is {wanted}, one of which is {mapping.table}.{field}.",
        where=file,
        hint=nearest(rule.column, headers.names, shown=_SHOWN),
    )


def _conditions(
    conditions: tuple[tuple[str, tuple[str, ...]], ...], headers: Headers, *, flexible: bool, file: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Name the columns of conditions as the source does."""
    found = []
    for column, values in conditions:
        own = headers.find(column)
        if own is not None:
            found.append((own, values))
        elif not flexible:
            hint = nearest(column, headers.names, shown=_SHOWN)
            raise BadInput(f"Column {column!r} of leave_out is not in {file}.", where=file, hint=hint)
    return tuple(found)


def _status(mapping: TableMapping, headers: Headers, file: str, *, flexible: bool) -> StatusRule | None:
    """Give the first rule whose columns are all there."""
    rules = mapping.statuses or ((mapping.status,) if mapping.status and flexible else ())
    if not rules:
        return mapping.status
    for rule in rules:
        won, lost = _named(rule.won, headers), _named(rule.lost, headers)
        if won is not None and lost is not None:
            return StatusRule(won=won, lost=lost)
    wanted = sorted({column for rule in rules for column, _ in (*rule.won, *rule.lost) if column})
    raise BadInput(
        f"Nothing here says what is won and lost: none of {', '.join(wanted)} is there.",
        where=file,
        hint=f"It has: {', '.join(headers.names[:30])}.",
    )


def _named(
    conditions: tuple[tuple[str, tuple[str, ...]], ...], headers: Headers
) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """Give conditions with the source's names; None when a column is not there. Stage is looked up later."""
    found = [(headers.find(column) if column else "", values) for column, values in conditions]
    named = tuple((column, values) for column, values in found if column is not None)
    return named if len(named) == len(found) else None
