"""One table from its staged texts to canonical rows, by the engine: no row passes through Python."""

from dataclasses import dataclass, replace

from salesnb.crm.mapping import StatusRule, TableMapping
from salesnb.crm.plan import Context, FieldPlan, Problem, TablePlan, extra_name, plan_table
from salesnb.crm.report import TableReport, count_table, keep_rejected
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field, Table
from salesnb.errors import BadInput

__all__ = ["Loaded", "load_table"]


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
    context: Context,
    table: Table,
    mapping: TableMapping,
    staged: Staged,
    *,
    file: str,
    partners: frozenset[str],
    extras: dict[str, str],
) -> Loaded:
    """Check and load a table.

    Parameters
    ----------
    partners
        Tables that are loaded, so that references to them can be checked.
    extras
        Further columns that are kept: mapped name -> column in the canonical table.

    Raises
    ------
    BadInput
        When the mapping does not fit the source.
    """
    plan = plan_table(context, table, mapping, staged, file=file)
    if table.name == "opportunities":
        plan = _with_status(plan, mapping, staged)
    plan = replace(plan, fields=(*plan.fields, *_further(plan, mapping, staged, extras)))
    work = f"work_{table.name}"
    problems = (*(problem for item in plan.fields for problem in item.problems), *_table_rules(plan, context))
    _make_work(context, plan, staged, work, problems)
    _mark_duplicates(context, table, work, len(problems))
    _insert(context, plan, work, partners, extras)
    keep_rejected(context.connection, plan, staged, work, problems)
    report, notices = count_table(context.connection, plan, staged, work, problems, partners)
    return Loaded(report=report, notices=(*staged.notices, *plan.notices, *notices), plan=plan, work=work)


def _with_status(plan: TablePlan, mapping: TableMapping, staged: Staged) -> TablePlan:
    """Add the status column by the mapping's rule."""
    rule = mapping.status
    if rule is None:
        if not plan.has("status"):
            raise BadInput(
                "Nothing says which opportunities are won and lost.",
                where="mapping [opportunities]",
                hint='Add [opportunities.status] with won = ["…"] and lost = ["…"].',
            )
        return replace(plan, fields=tuple(_given_status(item) for item in plan.fields))
    stage = mapping.rule("stage")
    status = FieldPlan(
        field=Field(name="status"),
        rule=stage or mapping.columns[0][1],
        found="NULL",
        text=q("f_status"),
        value=_status_sql(rule, stage.column if stage else "", staged, plan.file),
    )
    return replace(plan, fields=(*(item for item in plan.fields if item.field.name != "status"), status))


def _given_status(item: FieldPlan) -> FieldPlan:
    if item.field.name != "status":
        return item
    text = 'lower("t_status")'
    wrong = Problem(
        field="status",
        condition=f"coalesce({text}, '') NOT IN ('open', 'won', 'lost')",
        reason="is not open, won or lost",
        value='"t_status"',
    )
    return replace(item, value=text, problems=(wrong,))


def _status_sql(rule: StatusRule, stage: str, staged: Staged, file: str) -> str:
    def holds(conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        parts = []
        for column, values in conditions:
            name = column or stage
            if not name:
                raise BadInput(
                    "It names no column, and stage is not mapped.", where="mapping [opportunities.status]"
                )
            found = staged.column(name, where="[opportunities.status] in the mapping", file=file)
            words = ", ".join(quote_literal(value.strip().lower()) for value in values)
            parts.append(f"coalesce(lower(trim(s_{found})), '') IN ({words})" if words else "false")
        return " AND ".join(parts) or "false"

    return f"CASE WHEN {holds(rule.won)} THEN 'won' WHEN {holds(rule.lost)} THEN 'lost' ELSE 'open' END"


def _further(
    plan: TablePlan, mapping: TableMapping, staged: Staged, extras: dict[str, str]
) -> tuple[FieldPlan, ...]:
    """Source columns that the mapping does not name and that are kept."""
    mapped = {item.field.name for item in plan.fields}
    return tuple(
        FieldPlan(
            field=Field(name=extra_name(name)),
            rule=mapping.columns[0][1],
            found=f"nullif(trim({staged.column(name, where='', file=plan.file)}), '')",
            text=q(f"f_{extra_name(name)}"),
            value=q(f"t_{extra_name(name)}"),
            extra=True,
        )
        for name in extras
        if extra_name(name) not in mapped
    )


def _table_rules(plan: TablePlan, context: Context) -> tuple[Problem, ...]:
    rules: list[Problem] = []
    if plan.has("currency") and plan.table.name != "rates":
        rules.append(
            Problem(
                field="currency",
                condition=f"{_foreign(context)} AND fx_rate IS NULL",
                reason="has no rate on that day",
                value='"t_currency"',
            )
        )
    if plan.table.name == "opportunities":
        rules += _closing_rules(plan)
    if plan.table.name == "memberships" and plan.has("valid_from") and plan.has("valid_to"):
        rules.append(
            Problem(
                field="valid_to",
                condition="valid_to <= valid_from",
                reason="is not after valid_from",
                value='"t_valid_to"',
            )
        )
    return tuple(rules)


def _closing_rules(plan: TablePlan) -> list[Problem]:
    if not plan.has("closed_on"):
        return [
            Problem(
                field="closed_on",
                condition="status <> 'open'",
                reason="is not mapped, though it is won or lost",
                value="NULL",
            )
        ]
    rules = [
        Problem(
            field="closed_on",
            condition="status <> 'open' AND closed_on IS NULL",
            reason="is missing, though it is won or lost",
            value="NULL",
        )
    ]
    if plan.has("created_on"):
        rules.append(
            Problem(
                field="closed_on",
                condition="status <> 'open' AND closed_on < created_on",
                reason="is before created_on",
                value='"t_closed_on" || \' before \' || "t_created_on"',
            )
        )
    return rules


def _foreign(context: Context) -> str:
    return f"upper(coalesce(\"t_currency\", '')) NOT IN ('', {quote_literal(context.currency)})"


def _make_work(
    context: Context, plan: TablePlan, staged: Staged, work: str, problems: tuple[Problem, ...]
) -> None:
    """Compute texts, exact amounts, values and verdicts, a layer each, in one pass over the staged rows."""
    fields = plan.fields
    money = [item for item in fields if item.exact]
    sources = ", ".join(f"c{i} AS s_c{i}" for i in range(len(staged.headers)))
    found = "".join(f", {item.found} AS {q('f_' + item.field.name)}" for item in fields)
    texts = "".join(f", {item.text} AS {q('t_' + item.field.name)}" for item in fields)
    exact = "".join(f", {item.exact} AS {q('e_' + item.field.name)}" for item in money)
    values = "".join(f", {_value(item, plan, context)} AS {q(item.field.name)}" for item in fields)
    repaired = [
        f"{q('f_' + item.field.name)} IS DISTINCT FROM {q('t_' + item.field.name)}"
        for item in fields
        if item.text.startswith("CASE") and not item.rule.via
    ]
    rounded = [f"{q('e_' + item.field.name)} <> floor({q('e_' + item.field.name)})" for item in money]
    flags = "".join(
        f", coalesce({condition}, false) AS {name}" for name, condition in _flags(plan, repaired, rounded)
    )
    cases = " ".join(f"WHEN {item.condition} THEN {i}" for i, item in enumerate(problems))
    bads = " ".join(f"WHEN {i} THEN {item.value}" for i, item in enumerate(problems))
    kept = "".join(f", {q(item.field.name)}" for item in fields)
    verdict = f"CASE {cases} END" if cases else "CAST(NULL AS INTEGER)"
    bad = f"CASE problem {bads} END" if bads else "NULL"
    context.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {q(work)} AS WITH"
        f" l0 AS (SELECT {staged.row_sql} AS source_row, {sources}{found} FROM {q(staged.relation)} WHERE {staged.keep_sql}),"
        f" l1 AS (SELECT *{texts} FROM l0),"
        f" l2 AS ({_rated(plan, context)}),"
        f" l3 AS (SELECT *{exact} FROM l2),"
        f" l4 AS (SELECT *{values} FROM l3),"
        f" l5 AS (SELECT *, {verdict} AS problem{flags} FROM l4)"
        f" SELECT source_row, problem, CAST({bad} AS VARCHAR) AS bad{kept}"
        f"{''.join(f', {name}' for name, _ in _flags(plan, repaired, rounded))} FROM l5"
    )


def _flags(plan: TablePlan, repaired: list[str], rounded: list[str]) -> list[tuple[str, str]]:
    return [
        ("was_repaired", " OR ".join(repaired) or "false"),
        ("was_rounded", " OR ".join(rounded) or "false"),
    ]


def _rated(plan: TablePlan, context: Context) -> str:
    """Add the rate of a row's day where rows say their currency."""
    if not plan.has("currency") or plan.table.name == "rates":
        return "SELECT * FROM l1"
    days = [item for item in plan.fields if item.field.name in ("closed_on", "ordered_on", "created_on")]
    order = {"closed_on": 0, "ordered_on": 0, "created_on": 1}
    dated = ", ".join(item.value for item in sorted(days, key=lambda item: order[item.field.name])) or "NULL"
    return (
        f"SELECT l.*, r.rate AS fx_rate FROM (SELECT *, coalesce({dated}, NULL) AS fx_day FROM l1) l"
        ' ASOF LEFT JOIN rates r ON upper(l."t_currency") = upper(r.currency) AND l.fx_day >= r.valid_from'
    )


def _value(item: FieldPlan, plan: TablePlan, context: Context) -> str:
    if not item.exact or not plan.has("currency"):
        return item.value
    exact = q(f"e_{item.field.name}")
    converted = f"CAST(round_even(CAST({exact} AS DOUBLE) * fx_rate, 0) AS BIGINT)"
    return f"CASE WHEN {_foreign(context)} THEN TRY({converted}) ELSE {item.value} END"


def _mark_duplicates(context: Context, table: Table, work: str, number: int) -> None:
    """Give every row whose key was there before the verdict ``number``; of those that pass, the first stays."""
    if not table.key:
        return
    keys = ", ".join(q(name) for name in table.key)
    again = context.connection.execute(
        f"SELECT count(*) > 0 FROM (SELECT 1 FROM {q(work)} WHERE problem IS NULL GROUP BY {keys} HAVING count(*) > 1)"
    ).fetchone()
    if again is None or not again[0]:
        return
    text = " || ', ' || ".join(f"CAST({q(name)} AS VARCHAR)" for name in table.key)
    context.connection.execute(
        f"UPDATE {q(work)} SET problem = {number}, bad = {text} WHERE rowid IN (SELECT r FROM (SELECT rowid AS r,"
        f" row_number() OVER (PARTITION BY {keys} ORDER BY source_row) AS n FROM {q(work)} WHERE problem IS NULL"
        f") WHERE n > 1)"
    )


def _insert(
    context: Context, plan: TablePlan, work: str, partners: frozenset[str], extras: dict[str, str]
) -> None:
    """Move the rows that passed into the canonical table, with references that have a partner only."""
    table = plan.table
    columns: dict[str, str] = {}
    named = {extra_name(name): kept for name, kept in extras.items()}
    joins: list[str] = []
    for item in plan.fields:
        name = item.field.name
        if item.extra:
            if name in named:
                columns[named[name]] = f"w.{q(name)}"
        elif not item.field.input_only:
            columns[name] = f"w.{q(name)}"
    for place, reference in enumerate(table.references):
        if reference.field in columns and reference.table in partners:
            joins.append(
                f"LEFT JOIN {q(reference.table)} r{place} ON w.{q(reference.field)} = r{place}.{q(reference.field)}"
            )
            columns[reference.field] = f"r{place}.{q(reference.field)}"
    for place, item in enumerate(plan.fields):
        if item.rule.via and not item.extra:
            key = _key_of(item.rule.via)
            joins.append(
                f"LEFT JOIN {q(item.rule.via)} v{place} ON w.{q(item.field.name)} = v{place}.{q(key)}"
            )
            columns[item.field.name] = f"CAST(v{place}.{q(item.rule.take)} AS {item.field.sql_type})"
    if table.name == "opportunities":
        columns |= _opportunity_columns(columns)
    if table.has_source_row:
        columns["source_row"] = "w.source_row"
    context.connection.execute(
        f"INSERT INTO {q(table.name)} ({', '.join(q(name) for name in columns)})"
        f" SELECT {', '.join(columns.values())} FROM {q(work)} w {' '.join(joins)} WHERE w.problem IS NULL"
    )


def _key_of(table: str) -> str:
    from salesnb.crm.tables import table_named

    found = table_named(table)
    return found.key[0] if found else ""


def _opportunity_columns(columns: dict[str, str]) -> dict[str, str]:
    """A date of closing on an open row is an expectation; what nothing says about value is its amount."""
    changed = {}
    if "closed_on" in columns:
        closed = columns["closed_on"]
        expected = columns.get("expected_close_on", "NULL")
        changed["closed_on"] = f"CASE WHEN w.status <> 'open' THEN {closed} END"
        changed["expected_close_on"] = f"coalesce({expected}, CASE WHEN w.status = 'open' THEN {closed} END)"
    if "expected_amount" not in columns and "amount" in columns:
        changed["expected_amount"] = columns["amount"]
    return changed
