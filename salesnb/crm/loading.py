"""One table from its staged texts to canonical rows, by the engine: no row passes through Python."""

from dataclasses import dataclass, replace

from salesnb.crm.convert import trimmed_sql
from salesnb.crm.doubts import header_again, totals
from salesnb.crm.mapping import TableMapping
from salesnb.crm.plan import Context, FieldPlan, TablePlan, extra_name
from salesnb.crm.planner import plan_table
from salesnb.crm.report import TableReport, count_table, keep_rejected
from salesnb.crm.rules import rate_rules, table_rules, with_status
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field, Reference, Table
from salesnb.crm.unwon import nothing_won
from salesnb.crm.work import Layout, layout_of, make_work, mark_duplicates

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

    ``plan`` and ``layout`` say what columns its table has until it is settled; ``unwon`` what is wrong, and what to do, where
    no deal is won.
    """

    report: TableReport
    notices: tuple[str, ...]
    plan: TablePlan
    layout: Layout
    unwon: tuple[str, str] | None = None


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
    layout = layout_of(plan, tuple((extra_name(name), canonical) for name, canonical in around.extras))
    make_work(context, plan, staged, layout, problems)
    mark_duplicates(context, table, len(problems))
    keep_rejected(context.connection, plan, staged, table.name, problems)
    report, notices, unknown = count_table(context.connection, plan, staged, around.partners)
    if report.rejected:
        context.connection.execute(f"DELETE FROM {q(table.name)} WHERE problem IS NOT NULL")
    for reference in unknown:
        _empty_unknown(context, table, reference)
    return Loaded(
        report=report,
        notices=(*staged.notices, *plan.notices, *notices),
        plan=plan,
        layout=layout,
        unwon=nothing_won(context.connection, mapping, staged, around.file),
    )


def _empty_unknown(context: Context, table: Table, reference: Reference) -> None:
    """Make references without a partner null."""
    field = q(reference.field)
    context.connection.execute(
        f"UPDATE {q(table.name)} SET {field} = NULL"
        f" WHERE {field} NOT IN (SELECT {field} FROM {q(reference.table)})"
    )


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
            found=trimmed_sql(staged.column(name, where="the mapping", file=plan.file), blanks=staged.blanks),
            text=q(f"f_{extra_name(name)}"),
            value=q(f"t_{extra_name(name)}"),
            extra=True,
        )
        for name, _ in extras
        if extra_name(name) not in mapped
    )
