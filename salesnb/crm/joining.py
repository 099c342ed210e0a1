"""Staged tables with the columns of other files beside their own, and without the rows that are left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.mapping import Alternatives, Join, TableMapping
from salesnb.crm.resolving import Headers, Resolved
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged, cell
from salesnb.errors import BadInput, nearest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Joined", "id_sql", "join_headers", "kept_rows", "widened"]

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Another file, staged, with the columns that it is joined by; ``rules`` are its conditions as it names them."""

    name: str
    staged: Staged
    on: str
    key: str
    where: str = "true"
    rules: tuple[tuple[str, tuple[str, ...]], ...] = ()


def id_sql(text: str, ids: str) -> str:
    """Bring an id to the one form that the mapping's kind of ids has.

    References
    ----------
    Salesforce gives ids with 15 characters, where upper and lower case differ, and with 18, which end in three that
    say which of each five are upper case.
    """
    if ids != "salesforce":
        return text
    letters = []
    for start in (1, 6, 11):
        bits = " + ".join(
            f"CASE WHEN substr({text}, {start + place}, 1) BETWEEN 'A' AND 'Z' THEN {2**place} ELSE 0 END"
            for place in range(5)
        )
        letters.append(f"substr({quote_literal(_CHECK)}, 1 + {bits}, 1)")
    whole = " || ".join((text, *letters))
    return f"CASE WHEN regexp_full_match({text}, '[0-9A-Za-z]{{15}}') THEN {whole} ELSE {text} END"


def join_headers(
    headers: Sequence[str], found: Sequence[tuple[Join, Staged]], *, flexible: bool, file: str
) -> tuple[Headers, tuple[Joined, ...]]:
    """Name all columns that a table sees, and settle by which columns its files are joined.

    Raises
    ------
    BadInput
        When a column to join by is not there, and the mapping is not flexible.
    """
    names = list(headers)
    joined = []
    for join, staged in found:
        on = _first(join.on, Headers(names, flexible=flexible), file, join, flexible=flexible)
        key = _first(join.key, Headers(staged.headers, flexible=flexible), file, join, flexible=flexible)
        if on and key:
            rules = _rules(join, staged, flexible=flexible)
            where = [
                _one_of(staged.column(column, where=f"where of the join {join.name}", file=file), values)
                for column, values in rules
            ]
            condition = " AND ".join(where) or "true"
            joined.append(Joined(name=join.name, staged=staged, on=on, key=key, where=condition, rules=rules))
            names += [f"{join.name}.{header}" for header in staged.headers]
    return Headers(names, flexible=flexible), tuple(joined)


def _rules(join: Join, staged: Staged, *, flexible: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Conditions on the rows of a joined file; those on columns that it lacks are left out where that may be."""
    headers = Headers(staged.headers, flexible=flexible)
    named = [(headers.find(column) or ("" if flexible else column), values) for column, values in join.where]
    return tuple((column, values) for column, values in named if column)


def _one_of(column: str, values: Sequence[str]) -> str:
    words = ", ".join(quote_literal(value.strip().lower()) for value in values)
    return f"coalesce(lower(trim({column})), '') IN ({words})"


def _first(choices: Alternatives, headers: Headers, file: str, join: Join, *, flexible: bool) -> str:
    chosen = headers.first(choices)
    if chosen is None and not flexible:
        raise BadInput(
            f"Column {choices[0][0]!r}, by which {join.name} is joined, is not there.",
            where=file,
            hint=nearest(choices[0][0], headers.names, shown=12),
        )
    return chosen[0] if chosen else ""


def widened(
    connection: "DuckDBPyConnection",
    staged: Staged,
    resolved: Resolved,
    joined: Sequence[Joined],
    *,
    ids: str,
) -> Staged:
    """Add the columns of other files that the mapping uses, and those composed of several."""
    places = _Places(staged, joined)
    composed = dict(resolved.composed)
    # A column that is nowhere is told with its place later.
    wanted = [name for name in _used(resolved) if name in composed or places.beside(name)]
    if not wanted:
        return staged
    added = [_composed(composed.get(name, ((name,),)), places) for name in wanted]
    width = len(staged.headers)
    own = "".join(f", s.{cell(place)}" for place in range(width))
    more = "".join(f", {sql} AS {cell(width + place)}" for place, sql in enumerate(added))
    base = ", ".join((f"{staged.row_sql} AS r", *(cell(place) for place in range(width))))
    joins = " ".join(_join_sql(place, join, places, ids) for place, join in enumerate(joined))
    relation = f"{staged.relation}_wide"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {q(relation)} AS SELECT s.r AS source_row{own}{more}"
        f" FROM (SELECT {base} FROM {q(staged.relation)} WHERE {staged.keep_sql}) s {joins} ORDER BY s.r"
    )
    connection.execute(f"DROP TABLE {q(staged.relation)}")
    return replace(
        staged,
        relation=relation,
        headers=(*staged.headers, *wanted),
        row_sql="source_row",
        keep_sql="true",
    )


class _Places:
    """Where in the joined query each column is."""

    def __init__(self, staged: Staged, joined: Sequence[Joined]) -> None:
        self._own = frozenset(staged.headers)
        self._sql = {name: f"s.{cell(place)}" for place, name in enumerate(staged.headers)}
        for number, join in enumerate(joined):
            for place, name in enumerate(join.staged.headers):
                self._sql.setdefault(f"{join.name}.{name}", f"j{number}.{cell(place)}")

    def beside(self, name: str) -> bool:
        """Tell whether a column comes from another file."""
        return name in self._sql and name not in self._own

    def sql(self, name: str) -> str:
        return self._sql[name]


def _used(resolved: Resolved) -> list[str]:
    """Every column that the mapping names, each once."""
    mapping = resolved.mapping
    names = [rule.column for _, rule in mapping.columns]
    names += [column for column, _ in mapping.leave_out]
    if mapping.status:
        names += [column for column, _ in (*mapping.status.won, *mapping.status.lost) if column]
    return list(dict.fromkeys(names))


def _composed(choices: Alternatives, places: _Places) -> str:
    """The first choice that has a value; the columns of one are joined by a space."""
    texts = []
    for choice in choices:
        parts = [f"nullif(trim({places.sql(name)}), '')" for name in choice]
        texts.append(parts[0] if len(parts) == 1 else f"nullif(concat_ws(' ', {', '.join(parts)}), '')")
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _join_sql(place: int, join: Joined, places: _Places, ids: str) -> str:
    """Join the first row of each key."""
    key = id_sql(f"trim({cell(join.staged.headers.index(join.key))})", ids)
    first = (
        f"SELECT *, {key} AS k FROM {q(join.staged.relation)} WHERE {join.staged.keep_sql} AND {join.where}"
        f" QUALIFY row_number() OVER (PARTITION BY k ORDER BY {join.staged.row_sql}) = 1"
    )
    on = id_sql(f"trim({places.sql(join.on)})", ids)
    return f"LEFT JOIN ({first}) j{place} ON {on} = j{place}.k"


def kept_rows(
    connection: "DuckDBPyConnection", staged: Staged, mapping: TableMapping, *, file: str
) -> Staged:
    """Leave out the rows that the mapping does not want, and say how many they are."""
    keep, notices = staged.keep_sql, list(staged.notices)
    for column, values in mapping.leave_out:
        found = staged.column(column, where="leave_out in the mapping", file=file)
        condition = _one_of(found, values)
        count = _count(connection, staged.relation, f"{keep} AND {condition}")
        if count:
            shown = " or ".join(values)
            rows = counted(count, "row is", "rows are")
            notices.append(f"{file}: {rows} left out, where {column} is {shown}.")
        keep = f"{keep} AND NOT {condition}"
    if mapping.distinct:
        keep, said = _distinct(connection, staged, mapping, keep, file)
        notices += said
    return replace(staged, keep_sql=keep, notices=tuple(notices))


def _distinct(
    connection: "DuckDBPyConnection", staged: Staged, mapping: TableMapping, keep: str, file: str
) -> tuple[str, list[str]]:
    """Keep the first row of each key; say where later ones differ."""
    columns = [
        staged.column(rule.column, where="the mapping", file=file)
        for _, rule in mapping.columns
        if not rule.via
    ]
    key = f"trim({columns[0]})"
    several = " OR ".join(f"count(DISTINCT {column}) > 1" for column in columns[1:]) or "false"
    row = connection.execute(
        f"SELECT count(*), min(k) FROM (SELECT {key} AS k FROM {q(staged.relation)} WHERE {keep} AND {key} <> ''"
        f" GROUP BY ALL HAVING {several})"
    ).fetchone()
    said = []
    if row and row[0]:
        example = f"{row[0]:,} of them stand in {file} with different values, such as {row[1]!r}"
        said = [f"{mapping.table}: {example}; the first row of each counts."]
    first = f"SELECT min(rowid) FROM {q(staged.relation)} WHERE {keep} AND {key} <> '' GROUP BY {key}"
    return f"rowid IN ({first})", said


def _count(connection: "DuckDBPyConnection", relation: str, condition: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {q(relation)} WHERE {condition}").fetchone()
    return int(row[0]) if row else 0
