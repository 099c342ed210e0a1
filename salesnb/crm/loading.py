"""One table from its staged texts to canonical rows, by the engine: no row passes through Python."""

from dataclasses import dataclass, replace

from salesnb.crm.doubts import header_again, totals
from salesnb.crm.mapping import TableMapping
from salesnb.crm.plan import Context, FieldPlan, TablePlan, extra_name
from salesnb.crm.planner import plan_table
from salesnb.crm.report import TableReport, count_table, keep_rejected
from salesnb.crm.rules import rate_rules, table_rules, with_status
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field, Table, table_named
from salesnb.crm.work import make_work, mark_duplicates

__all__ = ["Loaded", "Surroundings", "load_table"]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a table's load knows of the rest.

    Attributes
    ----------
    file
        What people call the table's file.
    partners
        Tables that are loaded, so that references to them can be checked.
    extras
        Further columns that are kept: (name in mapping or source, name in the canonical table).
    """

    file: str
    partners: frozenset[str]
    extras: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What became of a table.

    ``work`` is a temporary table with every row's values and verdict; ``plan`` says what its columns are.
    """

    report: TableReport
    notices: tuple[str, ...]
    plan: TablePlan
    work: str


def load_table(
    context: Context, table: Table, mapping: TableMapping, staged: Staged, around: Surroundings
) -> Loaded:
    """Check and load a table.

    Raises
    ------
    BadInput
        When the mapping does not fit the source.
    """
    plan = plan_table(context, table, mapping, staged, file=around.file)
    if table.name == "opportunities":
        plan = with_status(plan, mapping, staged)
    plan = replace(plan, fields=(*plan.fields, *_further(plan, mapping, staged, around.extras)))
    of_columns = (problem for item in plan.fields for problem in item.problems)
    doubtful = (*header_again(staged), *totals(plan, staged))
    problems = (*doubtful, *rate_rules(plan, context), *of_columns, *table_rules(plan))
    work = f"work_{table.name}"
    make_work(context, plan, staged, work, problems)
    mark_duplicates(context, table, work, len(problems))
    _insert(context, plan, work, around)
    keep_rejected(context.connection, plan, staged, work, problems)
    report, notices = count_table(context.connection, plan, staged, work, around.partners)
    return Loaded(report=report, notices=(*staged.notices, *plan.notices, *notices), plan=plan, work=work)


def _further(
    plan: TablePlan, mapping: TableMapping, staged: Staged, extras: tuple[tuple[str, str], ...]
) -> tuple[FieldPlan, ...]:
    """Source columns that the mapping does not name and that are kept."""
    mapped = {item.field.name for item in plan.fields}
    return tuple(
        FieldPlan(
            field=Field(name=extra_name(name)),
            rule=mapping.columns[0][1],
            label=name,
            found=f"nullif(trim({staged.column(name, where='the mapping', file=plan.file)}), '')",
            text=q(f"f_{extra_name(name)}"),
            value=q(f"t_{extra_name(name)}"),
            extra=True,
        )
        for name, _ in extras
        if extra_name(name) not in mapped
    )


def _insert(context: Context, plan: TablePlan, work: str, around: Surroundings) -> None:
    """Move the rows that passed into the canonical table; references without a partner become null."""
    table = plan.table
    columns = _plain_columns(plan, around.extras)
    joins: list[str] = []
    for place, reference in enumerate(table.references):
        if reference.field in columns and reference.table in around.partners:
            field = q(reference.field)
            joins.append(f"LEFT JOIN {q(reference.table)} r{place} ON w.{field} = r{place}.{field}")
            columns[reference.field] = f"r{place}.{field}"
    for place, item in enumerate(plan.fields):
        looked_up = table_named(item.rule.via)
        if looked_up is not None and not item.extra and item.field.name != "status":
            key = q(looked_up.key[0])
            joins.append(f"LEFT JOIN {q(looked_up.name)} v{place} ON w.{q(item.field.name)} = v{place}.{key}")
            columns[item.field.name] = f"CAST(v{place}.{q(item.rule.take)} AS {item.field.sql_type})"
    if table.name == "opportunities":
        columns |= _opportunity_columns(columns, late_entries=plan.late_entries)
    if table.has_source_row:
        columns["source_row"] = "w.source_row"
    context.connection.execute(
        f"INSERT INTO {q(table.name)} ({', '.join(q(name) for name in columns)})"
        f" SELECT {', '.join(columns.values())} FROM {q(work)} w {' '.join(joins)} WHERE w.problem IS NULL"
    )


def _plain_columns(plan: TablePlan, extras: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Columns of the canonical table with where they come from in the working table."""
    kept = {extra_name(name): canonical for name, canonical in extras}
    columns = {}
    for item in plan.fields:
        name = item.field.name
        if item.extra and name in kept:
            columns[kept[name]] = f"w.{q(name)}"
        elif not item.extra and not item.field.input_only:
            columns[name] = f"w.{q(name)}"
    return columns


def _opportunity_columns(columns: dict[str, str], *, late_entries: bool) -> dict[str, str]:
    """A date of closing on an open row is an expectation; what nothing says about value is its amount."""
    changed = {}
    if "closed_on" in columns:
        closed = columns["closed_on"]
        expected = columns.get("expected_close_on", "NULL")
        changed["closed_on"] = f"CASE WHEN w.status <> 'open' THEN {closed} END"
        changed["expected_close_on"] = f"coalesce({expected}, CASE WHEN w.status = 'open' THEN {closed} END)"
    if late_entries:
        changed["created_on"] = "CASE WHEN w.r_late THEN w.closed_on ELSE w.created_on END"
    if "expected_amount" not in columns and "amount" in columns:
        changed["expected_amount"] = columns["amount"]
    return changed
