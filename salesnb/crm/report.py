"""What an import says about each table: counts, notices, and the rows that were set aside."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.crm.plan import Problem, TablePlan
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["TableReport", "count_table", "keep_rejected"]

_VALUE_SHOWN = 200


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
        f" left(bad, {_VALUE_SHOWN}) FROM {q(work)} WHERE problem IS NOT NULL"
    )
    if staged.broken:
        place = place.replace("source_row", "CAST(source_row AS BIGINT)")
        connection.execute(f"INSERT INTO rejected SELECT {place}, '', reason, value FROM {q(staged.broken)}")


def _duplicate(plan: TablePlan) -> tuple[str, str]:
    return ", ".join(plan.table.key), "was there before; the first is kept"


def count_table(
    connection: "DuckDBPyConnection",
    plan: TablePlan,
    staged: Staged,
    work: str,
    problems: tuple[Problem, ...],
    partners: frozenset[str],
) -> tuple[TableReport, tuple[str, ...]]:
    """Count the rows of a table and put what was noticed into sentences."""
    warnings = _warnings(plan, partners)
    joins = " ".join(join for _, _, join in warnings if join)
    anything = " OR ".join(condition for _, condition, _ in warnings) or "false"
    flags = [
        ("was repaired", "was_repaired"),
        ("had more decimals than the currency; rounded", "was_rounded"),
    ]
    flags += [(text, condition) for text, condition, _ in warnings]
    each = "".join(
        f", count_if(ok AND ({condition})), min(CASE WHEN ok AND ({condition}) THEN source_row END)"
        for _, condition in flags
    )
    row = connection.execute(
        f"SELECT count(*), count_if(ok), count_if(ok AND (was_repaired OR was_rounded)), count_if(ok AND ({anything}))"
        f"{each} FROM (SELECT w.*, w.problem IS NULL AS ok{_partner_columns(plan, partners)} FROM {q(work)} w {joins})"
    ).fetchone()
    found = [int(value or 0) for value in row or ()]
    broken = 0
    if staged.broken:
        counted = connection.execute(f"SELECT count(*) FROM {q(staged.broken)}").fetchone()
        broken = int(counted[0]) if counted else 0
    report = TableReport(
        name=plan.table.name,
        read=found[0] + broken,
        loaded=found[1],
        rejected=found[0] - found[1] + broken,
        repaired=found[2],
        warned=found[3],
    )
    said = tuple(
        f"{plan.table.name}: {found[4 + 2 * i]:,} rows: {text} (first in {plan.file}, row {found[5 + 2 * i]})."
        for i, (text, _) in enumerate(flags)
        if found[4 + 2 * i]
    )
    return report, (*said, *_rejections(connection, plan))


def _warnings(plan: TablePlan, partners: frozenset[str]) -> list[tuple[str, str, str]]:
    """Give (what to say, condition, join that it needs) of everything that a row can be warned about."""
    found = []
    for item in plan.fields:
        if item.field.expected and not item.extra:
            found.append((f"{item.field.name} is missing", f"{q(item.field.name)} IS NULL", ""))
    for place, reference in enumerate(plan.table.references):
        if plan.has(reference.field) and reference.table in partners:
            name = q(reference.field)
            found.append(
                (
                    f"{reference.field} is not in {reference.table}; left empty",
                    f"{name} IS NOT NULL AND partner_{place} IS NULL",
                    f"LEFT JOIN {q(reference.table)} r{place} ON w.{name} = r{place}.{name}",
                )
            )
    if plan.table.name == "opportunities" and plan.has("amount"):
        found.append(("amount is missing, though it is won", "status = 'won' AND amount IS NULL", ""))
    return found


def _partner_columns(plan: TablePlan, partners: frozenset[str]) -> str:
    return "".join(
        f", r{place}.{q(reference.field)} AS partner_{place}"
        for place, reference in enumerate(plan.table.references)
        if plan.has(reference.field) and reference.table in partners
    )


def _rejections(connection: "DuckDBPyConnection", plan: TablePlan) -> list[str]:
    rows = connection.execute(
        "SELECT field, reason, count(*), min(source_row) FROM rejected WHERE table_name = ? GROUP BY ALL ORDER BY 4",
        [plan.table.name],
    ).fetchall()
    return [
        f"{plan.table.name}: {count:,} rows set aside: {field + ' ' if field else ''}{reason}"
        f" (first in {plan.file}, row {first})."
        for field, reason, count, first in rows
    ]
