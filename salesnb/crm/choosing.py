"""Every table of a source staged, and its mapping with all choices made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from salesnb.crm.files import TableFile
from salesnb.crm.joining import Joined, id_sql, join_headers, kept_rows, widened
from salesnb.crm.mapping import TableMapping
from salesnb.crm.plan import Context
from salesnb.crm.resolving import Resolved, resolve
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged, StageRequest
from salesnb.crm.unpivoting import unpivoted
from salesnb.errors import BadInput

__all__ = ["Chosen", "choose"]

# The tables that deals name by a key.
_KEYS = {"reps": "rep_id", "accounts": "account_id"}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A table as it will be loaded.

    Attributes
    ----------
    mapping
        With the source's own column names, and no choice left.
    file
        What people call the file.
    further
        Columns that the mapping neither uses nor ignores.
    used
        Columns that the mapping uses.
    source
        Where it was found.
    """

    mapping: TableMapping
    file: str
    staged: Staged
    further: tuple[str, ...]
    used: frozenset[str]
    source: TableFile


def choose(
    context: Context,
    files: tuple[TableFile, ...],
    scratch: Path,
    *,
    flexible: bool,
    say: Callable[[str], None],
    once: bool = False,
) -> tuple[Chosen, ...]:
    """Stage every table that is mapped; of several ways to read one, the first that fits counts.

    With a flexible mapping a file whose keys no deal names does not fit where there is another way.

    Parameters
    ----------
    once
        Whether each table is read once afterwards, so that a large file may stay where it is until then.

    Raises
    ------
    BadInput
        When none fits.
    """
    known = frozenset(file.mapping.table for file in files)
    chooser = _Chooser(context, scratch, known, flexible=flexible, once=once)
    found: dict[str, Chosen] = {}
    for place, file in enumerate(files):
        table = file.mapping.table
        if table in found:
            continue
        say(f"reading {file.name}")
        last = not any(later.mapping.table == table for later in files[place + 1 :])
        try:
            chosen = chooser.choose(file)
        except BadInput:
            # The error that counts is that of the last way there is; deals need not name their reps and accounts.
            if last and not (flexible and file.mapping.distinct):
                raise
            continue
        if last or not flexible or chooser.are_named(chosen, found.get("opportunities")):
            found[table] = chosen
    return tuple(found.values())


class _Chooser:
    def __init__(
        self, context: Context, scratch: Path, known: frozenset[str], *, flexible: bool, once: bool
    ) -> None:
        self._context = context
        self._scratch = scratch
        self._known = known
        self._flexible = flexible
        self._once = once

    def choose(self, file: TableFile) -> Chosen:
        """Stage one table with the files that it is joined to."""
        connection, mapping = self._context.connection, file.mapping
        whole = not (file.joins or mapping.unpivot or mapping.leave_out or mapping.distinct)
        staged = self._stage(file, mapping, f"stage_{mapping.table}", once=self._once and whole)
        own = staged.headers
        others = [
            (
                item.join,
                self._stage(
                    TableFile(mapping=mapping, path=item.path, source=item.source),
                    TableMapping(table=mapping.table, sheet=item.join.sheet, encoding=mapping.encoding),
                    f"stage_{mapping.table}_{place}",
                ),
            )
            for place, item in enumerate(file.joins)
        ]
        headers, joined = join_headers(own, others, flexible=self._flexible, file=file.name)
        resolved = resolve(mapping, headers, flexible=self._flexible, known=self._known, file=file.name)
        if resolved.composed:
            staged = staged.settled()
        staged = widened(connection, staged, resolved, joined, ids=self._context.ids)
        for _, other in others:
            connection.execute(f"DROP TABLE IF EXISTS {q(other.relation)}")
        staged = kept_rows(connection, staged, resolved.mapping, file=file.name)
        parts = {name for _, choices in resolved.composed for choice in choices for name in choice}
        used = _used(resolved.mapping, parts)
        used |= {join.on for join in joined}
        return Chosen(
            mapping=_settled(resolved, joined, file),
            used=frozenset(used),
            source=file,
            file=file.name,
            staged=staged,
            further=() if mapping.distinct else tuple(_further(staged, resolved.mapping, used)),
        )

    def are_named(self, partner: Chosen, deals: Chosen | None) -> bool:
        """Tell whether the deals name any row of a table, or name nothing."""
        key = _KEYS.get(partner.mapping.table, "")
        if deals is None or deals.mapping.rule(key) is None:
            return True
        named, there = (self._keys(chosen, key) for chosen in (deals, partner))
        row = self._context.connection.execute(
            f"SELECT count(*) = 0 OR count(*) FILTER (key IN ({there})) > 0 FROM ({named})"
        ).fetchone()
        return bool(row and row[0])

    def _keys(self, chosen: Chosen, field: str) -> str:
        """Write the query of the keys that a table has, as far as they have been looked at."""
        rule, staged = chosen.mapping.rule(field), chosen.staged
        column = staged.column(rule.column if rule else field, where=field, file=chosen.file)
        relation = staged.streamed.sample if staged.streamed else staged.relation
        text = id_sql(f"trim({column})", self._context.ids)
        keep = "true" if staged.streamed else staged.keep_sql
        return f"SELECT {text} AS key FROM {q(relation)} WHERE trim({column}) <> '' AND {keep}"

    def _stage(self, file: TableFile, mapping: TableMapping, relation: str, *, once: bool = False) -> Staged:
        connection = self._context.connection
        request = StageRequest(
            connection=connection,
            path=file.path.absolute(),
            sheet=mapping.sheet,
            mapping=mapping,
            relation=relation,
            scratch=self._scratch,
            once=once,
        )
        staged = file.source.stage(request)
        return unpivoted(connection, staged, mapping, file=file.name)


def _settled(resolved: Resolved, joined: tuple[Joined, ...], file: TableFile) -> TableMapping:
    """Give the mapping as it could be written for this source alone."""
    composed = dict(resolved.composed)
    columns = tuple(
        (field, replace(rule, alternatives=composed.get(rule.column, ())))
        for field, rule in resolved.mapping.columns
    )
    others = {item.join.name: item for item in file.joins}
    joins = tuple(
        replace(
            others[join.name].join,
            file=others[join.name].path.name,
            files=(),
            on=((join.on,),),
            key=((join.key,),),
            where=join.rules,
        )
        for join in joined
    )
    return replace(resolved.mapping, columns=columns, joins=joins)


def _used(mapping: TableMapping, composed: set[str]) -> set[str]:
    used = composed | {rule.column for _, rule in mapping.columns}
    used |= {column for column, _ in mapping.leave_out}
    if mapping.status:
        used |= {column for column, _ in (*mapping.status.won, *mapping.status.lost)}
    return used


def _further(staged: Staged, mapping: TableMapping, used: set[str]) -> list[str]:
    """List the columns that nothing uses and that are not ignored."""
    patterns = [name.casefold().replace("[", "[[]") for name in mapping.ignore]
    return [
        name
        for name in staged.headers
        if name not in used and not any(fnmatchcase(name.casefold(), pattern) for pattern in patterns)
    ]
