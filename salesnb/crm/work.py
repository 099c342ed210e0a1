"""A table while it is loaded: every row's values with the verdict on them, computed by the engine in one pass.

The rows go where they will stay, so that they are written once. The verdict stands in further columns beside the
values; they are dropped when nobody asks for them any more, which moves no data.
"""

from dataclasses import dataclass

from salesnb.crm.plan import Context, FieldPlan, Problem, TablePlan
from salesnb.crm.rules import foreign_sql, has_rates, repair_flags
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import RowsDiffer, Staged, Streamed
from salesnb.crm.tables import Table, table_named

__all__ = ["Layout", "layout_of", "make_work", "mark_duplicates", "settle"]

# The day whose rate counts: when it was closed, else when it came.
_RATE_DAYS = ("closed_on", "ordered_on", "created_on")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Columns of a table that is being loaded.

    Attributes
    ----------
    kept
        Those that stay: (name, expression over the last layer ``w`` and what is joined to it).
    passing
        Those that are dropped in the end: verdict, repairs, and what only serves the import.
    renamed
        Further columns: (name while it is loaded, which no other can have; name in the end).
    joins
        Lookups in tables that were loaded before.
    """

    kept: tuple[tuple[str, str], ...]
    passing: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    joins: tuple[str, ...]


def layout_of(plan: TablePlan, extras: tuple[tuple[str, str], ...]) -> Layout:
    """Arrange the columns of a table; ``extras`` are further ones: (name while it is loaded, name in the end)."""
    table = plan.table
    found = {item.field.name: f"w.{q(item.field.name)}" for item in plan.fields}
    joins = []
    for place, item in enumerate(plan.fields):
        looked_up = table_named(item.rule.via)
        if looked_up is not None and not item.extra and item.field.name != "status":
            key = q(looked_up.key[0])
            joins.append(f"LEFT JOIN {q(looked_up.name)} v{place} ON w.{q(item.field.name)} = v{place}.{key}")
            found[item.field.name] = f"v{place}.{q(item.rule.take)}"
    if table.name == "opportunities":
        found |= _opportunity_columns(found, late_entries=plan.late_entries)
    kept = [
        (field.name, f"CAST({found.get(field.name, 'NULL')} AS {field.sql_type})") for field in table.kept
    ]
    kept += [(inner, found[inner]) for inner, _ in extras]
    kept += [("source_row", "w.source_row")] if table.has_source_row else []
    names = {name for name, _ in kept}
    verdict = ("source_row", "problem", "bad", *(flag.name for flag in repair_flags(plan)))
    passing = [name for name in (*(item.field.name for item in plan.fields), *verdict) if name not in names]
    return Layout(kept=tuple(kept), passing=tuple(passing), renamed=extras, joins=tuple(joins))


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


def make_work(
    context: Context, plan: TablePlan, staged: Staged, layout: Layout, problems: tuple[Problem, ...]
) -> None:
    """Fill the table with all rows; beside their values: source_row, problem (the first rule broken), bad, repairs.

    Each layer reads the one below it: source cells and trimmed texts (``f_``), repaired texts (``t_``), rates,
    amounts (plain ones ``q_``, exact ones ``e_``), values, verdict.
    """
    flags = repair_flags(plan)
    money = tuple(item for item in plan.fields if item.exact)
    columns = [f"{expression} AS {q(name)}" for name, expression in layout.kept]
    columns += [f"w.{q(name)}" for name in layout.passing]
    context.connection.execute(
        f"CREATE OR REPLACE TABLE {q(plan.table.name)} AS WITH"
        f" l0 AS ({_cells(plan, staged)}),"
        f" l1 AS (SELECT *{_columns('t_', plan.fields, [item.text for item in plan.fields])} FROM l0),"
        f" l2 AS ({_rated(plan)}),"
        f" l3q AS (SELECT *{_columns('q_', money, [item.quick for item in money])} FROM l2),"
        f" l3 AS (SELECT *{_columns('e_', money, [item.exact for item in money])} FROM l3q),"
        f" l4 AS (SELECT *{_columns('', plan.fields, [_value(item, plan, context) for item in plan.fields])} FROM l3),"
        f" l5 AS (SELECT *, {_verdict(problems)} AS problem"
        f"{''.join(f', coalesce({flag.condition}, false) AS {q(flag.name)}' for flag in flags)} FROM l4),"
        f" l6 AS (SELECT *, {_bad_value(problems)} AS bad FROM l5)"
        f" SELECT {', '.join(columns)} FROM l6 w {' '.join(layout.joins)}"
    )
    if staged.streamed:
        _number_rows(context, plan.table, staged.streamed)


def _number_rows(context: Context, table: Table, streamed: Streamed) -> None:
    """Say on which line each row stood: they follow one another, when there are as many of them as lines."""
    row = context.connection.execute(f"SELECT count(*) FROM {q(table.name)}").fetchone()
    if row != (streamed.rows,):
        raise RowsDiffer
    context.connection.execute(f"UPDATE {q(table.name)} SET source_row = rowid + {streamed.first_row}")


def settle(context: Context, table: Table, layout: Layout) -> None:
    """Drop what served the load, and give further columns their names."""
    run = context.connection.execute
    run("BEGIN")
    for name in layout.passing:
        run(f"ALTER TABLE {q(table.name)} DROP COLUMN {q(name)}")
    for inner, name in layout.renamed:
        run(f"ALTER TABLE {q(table.name)} RENAME COLUMN {q(inner)} TO {q(name)}")
    run("COMMIT")


def _cells(plan: TablePlan, staged: Staged) -> str:
    cells = "".join(f", c{place} AS s_c{place}" for place in range(len(staged.headers)))
    found = _columns("f_", plan.fields, [item.found for item in plan.fields])
    return f"SELECT {staged.row_sql} AS source_row{cells}{found} FROM {q(staged.relation)} WHERE {staged.keep_sql}"


def _columns(prefix: str, fields: tuple[FieldPlan, ...], expressions: list[str]) -> str:
    return "".join(
        f", {expression} AS {q(prefix + item.field.name)}"
        for item, expression in zip(fields, expressions, strict=True)
    )


def _verdict(problems: tuple[Problem, ...]) -> str:
    cases = " ".join(f"WHEN {problem.condition} THEN {place}" for place, problem in enumerate(problems))
    return f"CASE {cases} END" if cases else "CAST(NULL AS INTEGER)"


def _bad_value(problems: tuple[Problem, ...]) -> str:
    cases = " ".join(f"WHEN {place} THEN {problem.value}" for place, problem in enumerate(problems))
    # Nearly all rows are good, and one test tells.
    return f"CAST(CASE WHEN problem IS NOT NULL THEN CASE problem {cases} END END AS VARCHAR)"


def _rated(plan: TablePlan) -> str:
    """Add the rate of a row's day where rows say their currency."""
    if not has_rates(plan):
        return "SELECT * FROM l1"
    values = {item.field.name: item.value for item in plan.fields}
    days = ", ".join(values[name] for name in _RATE_DAYS if name in values) or "CAST(NULL AS DATE)"
    return (
        f"SELECT l.*, r.rate AS fx_rate FROM (SELECT *, coalesce({days}) AS fx_day FROM l1) l"
        ' ASOF LEFT JOIN rates r ON upper(l."t_currency") = upper(r.currency) AND l.fx_day >= r.valid_from'
    )


def _value(item: FieldPlan, plan: TablePlan, context: Context) -> str:
    if not item.exact or not has_rates(plan):
        return item.value
    exact = f"coalesce({q('q_' + item.field.name)}, CAST({q('e_' + item.field.name)} AS DOUBLE))"
    converted = f"TRY(CAST(round_even({exact} * fx_rate, 0) AS BIGINT))"
    return f"CASE WHEN {foreign_sql(context)} THEN {converted} ELSE {item.value} END"


def mark_duplicates(context: Context, table: Table, number: int) -> None:
    """Give every row whose key was there before the verdict ``number``; of those that pass, the first stays."""
    if not table.key:
        return
    name = q(table.name)
    keys = ", ".join(q(name) for name in table.key)
    again = context.connection.execute(
        f"SELECT 1 FROM {name} WHERE problem IS NULL GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if again is None:
        return
    text = " || ', ' || ".join(f"CAST({q(name)} AS VARCHAR)" for name in table.key)
    context.connection.execute(
        f"UPDATE {name} SET problem = {number}, bad = {text} WHERE rowid IN (SELECT r FROM (SELECT rowid AS r,"
        f" row_number() OVER (PARTITION BY {keys} ORDER BY source_row) AS n FROM {name} WHERE problem IS NULL)"
        " WHERE n > 1)"
    )
