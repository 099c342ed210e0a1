"""What is computed for each column of one table, before anything runs: texts, values, rules, warnings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.crm.convert import date_sql, exact_minor_sql, half_even_sql, number_sql
from salesnb.crm.formats import Column, DateFinding, date_shapes, decimal_mark
from salesnb.crm.mapping import ColumnRule, TableMapping
from salesnb.crm.sql import quote_identifier, quote_literal
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Context", "FieldPlan", "Problem", "TablePlan", "extra_name", "plan_table"]

_EARLIEST, _LATEST = "1950-01-01", "2099-12-31"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every table's load has in common."""

    connection: "DuckDBPyConnection"
    currency: str
    digits: int
    time_zone: str
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A rule that sets a row aside: where ``condition`` holds, ``reason`` is reported for ``value`` of ``field``."""

    field: str
    condition: str
    reason: str
    value: str


@dataclass(frozen=True, kw_only=True)
class FieldPlan:
    """One column: SQL over the layers below it.

    Attributes
    ----------
    found
        The trimmed source text, over the staged table.
    text
        The same repaired, over ``found``; named ``t_<name>`` in the next layer.
    exact
        Exact minor units of money, over texts; named ``e_<name>``.
    value
        What is kept, over texts and exact values; named as the field.
    """

    field: Field
    rule: ColumnRule
    found: str
    text: str
    value: str
    exact: str = ""
    problems: tuple[Problem, ...] = ()
    extra: bool = False


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """All columns of one table that the mapping or the source gives, in order."""

    table: Table
    file: str
    fields: tuple[FieldPlan, ...]
    notices: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Tell whether a canonical column is mapped."""
        return any(plan.field.name == name for plan in self.fields)


def plan_table(
    context: Context, table: Table, mapping: TableMapping, staged: Staged, *, file: str
) -> TablePlan:
    """Plan the columns of a table; how dates and numbers are written is looked up in the data.

    Raises
    ------
    BadInput
        When the mapping names a column that the source does not have.
    """
    where = f"[{table.name}.columns]"
    columns = {
        name: staged.column(rule.column, where=f"{where} {name} in the mapping", file=file)
        for name, rule in mapping.columns
    }
    dates, notices = _date_findings(context, table, mapping, staged, columns, file)
    plans: list[FieldPlan] = []
    for name, rule in mapping.columns:
        field = table.field(name)
        own = name if field else extra_name(name)
        found = _found(columns[name], mapping)
        text = _repaired(f"f_{own}", _repairs_of(mapping, name))
        plain = FieldPlan(
            field=field or Field(name=own),
            rule=rule,
            found=found,
            text=text,
            value=_q(f"t_{own}"),
            extra=field is None,
        )
        if field is not None and not rule.via:
            column = Column(relation=_relation(staged), sql=found, name=rule.column)
            plain, said = _typed(context, plain, mapping, column, dates.get(name), file)
            notices += said
        plans.append(plain)
    return TablePlan(table=table, file=file, fields=tuple(plans), notices=tuple(notices))


def extra_name(name: str) -> str:
    """Name of a further column while it is worked on, which no canonical or inner one can have."""
    return f"x:{name}"


def _relation(staged: Staged) -> str:
    return f"(SELECT * FROM {quote_identifier(staged.relation)} WHERE {staged.keep_sql})"


def _date_findings(
    context: Context, table: Table, mapping: TableMapping, staged: Staged, columns: dict[str, str], file: str
) -> tuple[dict[str, DateFinding], list[str]]:
    """Look at the date columns together: one that shows its order settles those that do not."""
    names = [
        name
        for name, rule in mapping.columns
        if not rule.format and (field := table.field(name)) is not None and field.kind == "date"
    ]
    rules = dict(mapping.columns)
    asked = tuple(
        Column(relation=_relation(staged), sql=_found(columns[name], mapping), name=rules[name].column)
        for name in names
    )
    found = date_shapes(context.connection, asked, file=file, order=mapping.date_order)
    notices = [finding.notice for finding in found.values() if finding.notice and not mapping.date_order]
    return {name: found[rules[name].column] for name in names}, notices


def _repairs_of(mapping: TableMapping, name: str) -> tuple[tuple[str, str], ...]:
    """Repairs of a column; a lookup uses those of the canonical column that has the same source."""
    rule = mapping.rule(name)
    own = mapping.repairs(name)
    if own or rule is None or not rule.via:
        return own
    twins = [other for other, its in mapping.columns if its.column == rule.column and not its.via]
    return next((mapping.repairs(twin) for twin in twins if mapping.repairs(twin)), ())


def _found(column: str, mapping: TableMapping) -> str:
    trimmed = f"nullif(trim({column}, ' \t\r\n\u00a0'), '')"
    if not mapping.missing:
        return trimmed
    words = ", ".join(quote_literal(word) for word in mapping.missing)
    return f"CASE WHEN {trimmed} NOT IN ({words}) THEN {trimmed} END"


def _repaired(found: str, repairs: tuple[tuple[str, str], ...]) -> str:
    column = quote_identifier(found)
    if not repairs:
        return column
    cases = " ".join(f"WHEN {quote_literal(old)} THEN {quote_literal(new)}" for old, new in repairs)
    return f"CASE {column} {cases} ELSE {column} END"


def _q(name: str) -> str:
    return quote_identifier(name)


def _typed(
    context: Context,
    plan: FieldPlan,
    mapping: TableMapping,
    column: Column,
    date: DateFinding | None,
    file: str,
) -> tuple[FieldPlan, list[str]]:
    """Add the conversion of a column's kind and the rules that come with it."""
    field, name = plan.field, plan.field.name
    text = _q(f"t_{name}")
    problems = (
        [Problem(field=name, condition=f"{text} IS NULL", reason="is missing", value="NULL")]
        if field.required
        else []
    )
    if field.kind == "text":
        return _with(plan, problems), []
    if field.kind == "date":
        shape = date.shape if date else "iso"
        value = date_sql(text, shape=shape, rule=plan.rule, time_zone=context.time_zone)
        return _with(plan, [*problems, *_date_rules(name, text)], value=value), []
    decimal, said = decimal_mark(context.connection, column, file=file, given=mapping.decimal)
    notices = [said] if said else []
    if field.kind in ("money", "signed_money"):
        exact = exact_minor_sql(
            text, decimal=decimal, currency=context.currency, digits=context.digits, scale=plan.rule.scale
        )
        rules = _money_rules(name, text, signed=field.kind == "signed_money")
        return _with(plan, [*problems, *rules], value=half_even_sql(_q(f"e_{name}")), exact=exact), notices
    value = number_sql(text, decimal=decimal, scale=plan.rule.scale)
    if field.kind == "count":
        value = f"CASE WHEN {value} = floor({value}) AND abs({value}) < 9e15 THEN CAST({value} AS BIGINT) END"
    return _with(plan, [*problems, *_number_rules(name, text, field.kind)], value=value), notices


def _with(plan: FieldPlan, problems: list[Problem], *, value: str = "", exact: str = "") -> FieldPlan:
    return FieldPlan(
        field=plan.field,
        rule=plan.rule,
        found=plan.found,
        text=plan.text,
        value=value or plan.value,
        exact=exact,
        problems=tuple(problems),
        extra=plan.extra,
    )


def _date_rules(name: str, text: str) -> tuple[Problem, ...]:
    value = _q(name)
    return (
        Problem(
            field=name,
            condition=f"{text} IS NOT NULL AND {value} IS NULL",
            reason="is not a date",
            value=text,
        ),
        Problem(
            field=name,
            condition=f"{value} NOT BETWEEN DATE '{_EARLIEST}' AND DATE '{_LATEST}'",
            reason=f"is not between {_EARLIEST} and {_LATEST}",
            value=text,
        ),
    )


def _money_rules(name: str, text: str, *, signed: bool) -> tuple[Problem, ...]:
    value, exact = _q(name), _q(f"e_{name}")
    rules = [
        Problem(
            field=name,
            condition=f"{text} IS NOT NULL AND {exact} IS NULL",
            reason="is not an amount",
            value=text,
        ),
        Problem(
            field=name,
            condition=f"{exact} IS NOT NULL AND {value} IS NULL",
            reason="is too large to be an amount",
            value=text,
        ),
    ]
    if not signed:
        rules.append(Problem(field=name, condition=f"{exact} < 0", reason="is negative", value=text))
    return tuple(rules)


def _number_rules(name: str, text: str, kind: str) -> tuple[Problem, ...]:
    value = _q(name)
    what = "is not a whole number" if kind == "count" else "is not a number"
    rules = [
        Problem(field=name, condition=f"{text} IS NOT NULL AND {value} IS NULL", reason=what, value=text)
    ]
    if kind == "probability":
        rules.append(
            Problem(
                field=name,
                condition=f"{value} NOT BETWEEN 0 AND 1",
                reason="is not between 0 and 1",
                value=text,
            )
        )
    return tuple(rules)
