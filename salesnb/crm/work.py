"""The working table: every row's values with the verdict on them, computed by the engine in one pass."""

from salesnb.crm.plan import Context, FieldPlan, Problem, TablePlan
from salesnb.crm.rules import foreign_sql, has_rates, repair_flags
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Table

__all__ = ["make_work", "mark_duplicates"]

# The day whose rate counts: when it was closed, else when it came.
_RATE_DAYS = ("closed_on", "ordered_on", "created_on")


def make_work(
    context: Context, plan: TablePlan, staged: Staged, work: str, problems: tuple[Problem, ...]
) -> None:
    """Compute ``work``: source_row, problem (the place of the first rule that is broken), bad, values, repairs.

    Each layer reads the one below it: source cells and trimmed texts (``f_``), repaired texts (``t_``), rates,
    amounts (plain ones ``q_``, exact ones ``e_``), values, verdict.
    """
    flags = repair_flags(plan)
    money = tuple(item for item in plan.fields if item.exact)
    kept = [*(item.field.name for item in plan.fields), *(flag.name for flag in flags)]
    context.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {q(work)} AS WITH"
        f" l0 AS ({_cells(plan, staged)}),"
        f" l1 AS (SELECT *{_columns('t_', plan.fields, [item.text for item in plan.fields])} FROM l0),"
        f" l2 AS ({_rated(plan)}),"
        f" l3q AS (SELECT *{_columns('q_', money, [item.quick for item in money])} FROM l2),"
        f" l3 AS (SELECT *{_columns('e_', money, [item.exact for item in money])} FROM l3q),"
        f" l4 AS (SELECT *{_columns('', plan.fields, [_value(item, plan, context) for item in plan.fields])} FROM l3),"
        f" l5 AS (SELECT *, {_verdict(problems)} AS problem"
        f"{''.join(f', coalesce({flag.condition}, false) AS {q(flag.name)}' for flag in flags)} FROM l4)"
        f" SELECT source_row, problem, CAST({_bad_value(problems)} AS VARCHAR) AS bad"
        f"{''.join(f', {q(name)}' for name in kept)} FROM l5"
    )


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
    return f"CASE problem {cases} END" if cases else "NULL"


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


def mark_duplicates(context: Context, table: Table, work: str, number: int) -> None:
    """Give every row whose key was there before the verdict ``number``; of those that pass, the first stays."""
    if not table.key:
        return
    keys = ", ".join(q(name) for name in table.key)
    again = context.connection.execute(
        f"SELECT 1 FROM {q(work)} WHERE problem IS NULL GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if again is None:
        return
    text = " || ', ' || ".join(f"CAST({q(name)} AS VARCHAR)" for name in table.key)
    context.connection.execute(
        f"UPDATE {q(work)} SET problem = {number}, bad = {text} WHERE rowid IN (SELECT r FROM (SELECT rowid AS r,"
        f" row_number() OVER (PARTITION BY {keys} ORDER BY source_row) AS n FROM {q(work)} WHERE problem IS NULL)"
        " WHERE n > 1)"
    )
