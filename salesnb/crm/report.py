"""What an import says about each table: counts, notices, and the rows that were set aside."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.doubts import like_nothing, never_met, probabilities
from salesnb.crm.plan import Problem, TablePlan
from salesnb.crm.rules import repair_flags
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Reference

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["TableReport", "count_table", "keep_rejected"]

_VALUE_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class _Note:
    """Something that can be said of rows: the condition on them, and the join that it needs, with whom."""

    said: str
    condition: str
    join: str = ""
    reference: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """Rows of one table: ``read == loaded + rejected``, always; the others count rows that are loaded."""

    name: str
    read: int
    loaded: int
    rejected: int
    repaired: int
    warned: int


def keep_rejected(
    connection: "DuckDBPyConnection",
    plan: TablePlan,
    staged: Staged,
    work: str,
    problems: tuple[Problem, ...],
) -> None:
    """Add the rows that were set aside to the table ``rejected``."""
    named = [*((item.field, item.reason) for item in problems), _duplicate(plan)]
    fields = " ".join(f"WHEN {i} THEN {quote_literal(field)}" for i, (field, _) in enumerate(named))
    reasons = " ".join(f"WHEN {i} THEN {quote_literal(reason)}" for i, (_, reason) in enumerate(named))
    place = f"{quote_literal(plan.table.name)}, {quote_literal(plan.file)}, source_row"
    connection.execute(
        f"INSERT INTO rejected SELECT {place}, CASE problem {fields} END, CASE problem {reasons} END,"
        f" left(bad, {_VALUE_SHOWN}), {_key(plan)} FROM {q(work)} WHERE problem IS NOT NULL"
    )
    if staged.broken:
        place = place.replace("source_row", "CAST(source_row AS BIGINT)")
        connection.execute(
            f"INSERT INTO rejected SELECT {place}, '', reason, value, NULL FROM {q(staged.broken)}"
        )


def _key(plan: TablePlan) -> str:
    """Give the key of a row that has a single one, so that it is found again; what is not mapped has none."""
    known = len(plan.table.key) == 1 and plan.has(plan.table.key[0])
    return f"CAST({q(plan.table.key[0])} AS VARCHAR)" if known else "NULL"


def _duplicate(plan: TablePlan) -> tuple[str, str]:
    return ", ".join(plan.table.key), "was there before; the first is kept"


def count_table(
    connection: "DuckDBPyConnection", plan: TablePlan, staged: Staged, partners: frozenset[str]
) -> tuple[TableReport, tuple[str, ...], tuple[Reference, ...]]:
    """Count the rows of a table and put what was noticed into sentences; give the references without a partner."""
    work = plan.table.name
    warnings = _warnings(plan, partners)
    repairs = [_Note(said=flag.said, condition=f"w.{q(flag.name)}") for flag in repair_flags(plan)]
    read, loaded, repaired, warned, *noted = _counts(connection, work, repairs, warnings)
    broken = _broken(connection, staged)
    report = TableReport(
        name=plan.table.name,
        read=read + broken,
        loaded=loaded,
        rejected=read - loaded + broken,
        repaired=repaired,
        warned=warned,
    )
    said = tuple(
        f"{plan.table.name}: {_rows(count)}: {note.said} (first in {plan.file}, row {first})."
        for note, count, first in zip((*repairs, *warnings), noted[::2], noted[1::2], strict=True)
        if count
    )
    unknown = tuple(
        note.reference
        for note, count in zip((*repairs, *warnings), noted[::2], strict=True)
        if count and note.reference
    )
    doubts = (*never_met(connection, plan, work), *probabilities(connection, plan, work))
    return report, (*said, *doubts, *_rejections(connection, plan)), unknown


def _rows(count: int) -> str:
    return counted(count, "row", "rows")


def _broken(connection: "DuckDBPyConnection", staged: Staged) -> int:
    if not staged.broken:
        return 0
    row = connection.execute(f"SELECT count(*) FROM {q(staged.broken)}").fetchone()
    return int(row[0]) if row else 0


def _counts(
    connection: "DuckDBPyConnection", work: str, repairs: list[_Note], warnings: list[_Note]
) -> list[int]:
    """Count all rows, those that pass, those repaired, those warned about; then of each note, and its first row."""
    notes = [*repairs, *warnings]
    joins = " ".join(note.join for note in warnings)
    found = "".join(
        f", w.problem IS NULL AND coalesce({note.condition}, false) AS n{i}" for i, note in enumerate(notes)
    )
    each = "".join(f", count_if(n{i}), min(CASE WHEN n{i} THEN source_row END)" for i in range(len(notes)))
    repaired, warned = _any(range(len(repairs))), _any(range(len(repairs), len(notes)))
    row = connection.execute(
        f"SELECT count(*), count_if(problem IS NULL), count_if({repaired}), count_if({warned}){each}"
        f" FROM (SELECT w.source_row, w.problem{found} FROM {q(work)} w {joins})"
    ).fetchone()
    return [int(value or 0) for value in row or ()]


def _any(places: Iterable[int]) -> str:
    return " OR ".join(f"n{place}" for place in places) or "false"


def _warnings(plan: TablePlan, partners: frozenset[str]) -> list[_Note]:
    """Everything that a row can be warned about."""
    found = [
        _Note(said=f"{item.label} is missing", condition=f"w.{q(item.field.name)} IS NULL")
        for item in plan.fields
        if item.field.expected
    ]
    found += [
        _unknown_partner(place, reference)
        for place, reference in enumerate(plan.table.references)
        if plan.has(reference.field) and reference.table in partners
    ]
    found += [_Note(said=said, condition=condition) for said, condition in like_nothing(plan)]
    if plan.table.name == "opportunities" and plan.has("amount"):
        found.append(
            _Note(
                said="amount is missing, though it is won", condition="w.status = 'won' AND w.amount IS NULL"
            )
        )
    return found


def _unknown_partner(place: int, reference: Reference) -> _Note:
    name = q(reference.field)
    return _Note(
        said=f"{reference.field} is not in {reference.table} and was left empty",
        condition=f"w.{name} IS NOT NULL AND r{place}.{name} IS NULL",
        join=f"LEFT JOIN {q(reference.table)} r{place} ON w.{name} = r{place}.{name}",
        reference=reference,
    )


def _rejections(connection: "DuckDBPyConnection", plan: TablePlan) -> list[str]:
    rows = connection.execute(
        "SELECT field, reason, count(*), min(source_row) FROM rejected"
        f" WHERE table_name = {quote_literal(plan.table.name)} GROUP BY ALL ORDER BY 4"
    ).fetchall()
    return [
        f"{plan.table.name}: {_rows(count)} set aside: {field + ' ' if field else ''}{reason}"
        f" (first in {plan.file}, row {first})."
        for field, reason, count, first in rows
    ]
