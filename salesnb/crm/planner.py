"""From a mapping and a look at the data to the plan of a table."""

from dataclasses import replace

from salesnb.crm.convert import (
    EXCEL,
    EXCEL_DAY,
    date_sql,
    exact_minor_sql,
    half_even_sql,
    number_sql,
    primary_name_sql,
    quick_minor_sql,
    trimmed_sql,
)
from salesnb.crm.formats import Column, DateFinding, date_shapes, decimal_mark
from salesnb.crm.joining import id_sql
from salesnb.crm.mapping import ColumnRule, TableMapping
from salesnb.crm.plan import Context, FieldPlan, Problem, TablePlan, extra_name
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field, Table

__all__ = ["plan_table"]

# How programs and people write that a date or a number is not there.
_WORDS = ("nan", "nat", "none", "null", "n/a", "#n/a", "na")
_NOTHING = (*_WORDS, *(word.upper() for word in _WORDS), "NaN", "NaT", "None", "Null", "N/a", "-", "–", "—")
_THREE = 3
_EARLIEST, _LATEST = "1950-01-01", "2099-12-31"


def plan_table(
    context: Context, table: Table, mapping: TableMapping, staged: Staged, *, file: str
) -> TablePlan:
    """Plan the columns of a table; how dates and numbers are written is looked up in the data.

    Raises
    ------
    BadInput
        When the mapping names a column that the source does not have.
    """
    planner = _Planner(context, table, mapping, staged, file)
    fields = tuple(planner.field(name, rule) for name, rule in mapping.columns)
    dated = {"closed_on", "created_on"} <= {item.field.name for item in fields}
    return TablePlan(
        table=table,
        file=file,
        fields=fields,
        notices=tuple(planner.notices),
        late_entries=mapping.late_entries and dated,
    )


class _Planner:
    """Plans one column after the other, and collects what to say about them."""

    def __init__(
        self, context: Context, table: Table, mapping: TableMapping, staged: Staged, file: str
    ) -> None:
        self._context = context
        self._table = table
        self._mapping = mapping
        self._file = file
        self._relation = f"(SELECT * FROM {q(staged.relation)} WHERE {staged.keep_sql})"
        self._sample = q(staged.streamed.sample) if staged.streamed else ""
        self._blanks = staged.blanks
        self.notices: list[str] = []
        self._ids = {*table.key, *(item.field for item in table.references)} if context.ids else set()
        self._cells = {
            name: staged.column(rule.column, where=self._place(name), file=file)
            for name, rule in mapping.columns
        }
        self._found = {name: self._trimmed(name, column) for name, column in self._cells.items()}
        self._dates = self._date_findings()

    def _place(self, name: str) -> str:
        return f"[{self._table.name}.columns] {name} in the mapping"

    def _trimmed(self, name: str, column: str) -> str:
        """Take the spaces away, and the words that mean nothing; in a text only those that the mapping names."""
        field = self._table.field(name)
        if name in self._ids:
            return id_sql(trimmed_sql(column, blanks=self._blanks), self._context.ids)
        usual = () if field is None or field.kind == "text" else _NOTHING
        found = trimmed_sql(column, (*self._mapping.missing, *usual), blanks=self._blanks)
        is_place = self._table.name == "reps" and name in self._context.levels
        return primary_name_sql(found) if is_place else found

    def _column(self, name: str, rule: ColumnRule) -> Column:
        return Column(relation=self._relation, sql=self._found[name], name=rule.column, sample=self._sample)

    def _date_findings(self) -> dict[str, DateFinding]:
        """Look at the date columns together: one that shows its order settles those that do not."""
        kinds = {field.name: field.kind for field in self._table.fields}
        asked = {
            name: self._column(name, rule)
            for name, rule in self._mapping.columns
            if not rule.format and kinds.get(name) == "date"
        }
        order = self._mapping.date_order
        found = date_shapes(self._context.connection, tuple(asked.values()), file=self._file, order=order)
        if not order:
            self.notices += [finding.notice for finding in found.values() if finding.notice]
        return {name: found[column.name] for name, column in asked.items()}

    def field(self, name: str, rule: ColumnRule) -> FieldPlan:
        """Plan one column."""
        field = self._table.field(name)
        own = name if field else extra_name(name)
        repairs = self._repairs(name, rule)
        plan = FieldPlan(
            field=field or Field(name=own),
            rule=rule,
            label=name,
            cell=q(f"s_{self._cells[name]}"),
            found=self._found[name],
            text=_repaired(q(f"f_{own}"), repairs),
            value=q(f"t_{own}"),
            repaired=bool(repairs) and not rule.via,
            extra=field is None,
        )
        return self._typed(plan) if field is not None and not rule.via else plan

    def _repairs(self, name: str, rule: ColumnRule) -> tuple[tuple[str, str], ...]:
        """Repairs of a column; a lookup uses those of the canonical column that has the same source."""
        own = self._mapping.repairs(name)
        if own or not rule.via:
            return own
        twins = [other for other, its in self._mapping.columns if its.column == rule.column and not its.via]
        return next((self._mapping.repairs(twin) for twin in twins if self._mapping.repairs(twin)), ())

    def _typed(self, plan: FieldPlan) -> FieldPlan:
        """Add the conversion of a column's kind and the rules that come with it."""
        name, kind = plan.field.name, plan.field.kind
        text = q(f"t_{name}")
        if plan.field.required:
            missing = Problem(field=name, condition=f"{text} IS NULL", reason="is missing", value=plan.cell)
            plan = replace(plan, problems=(missing,))
        if kind == "text":
            return plan
        if kind == "date":
            shape = self._dates[name].shape if name in self._dates else "iso"
            value = date_sql(text, shape=shape, rule=plan.rule, time_zone=self._context.time_zone)
            return replace(plan, value=value, problems=(*plan.problems, *_date_rules(name, text)))
        return self._money(plan, text) if "money" in kind else self._number(plan, text)

    def _decimal(self, plan: FieldPlan) -> str:
        column = self._column(plan.field.name, plan.rule)
        mark, said = decimal_mark(
            self._context.connection,
            column,
            file=self._file,
            given=self._mapping.decimal,
            cents="money" in plan.field.kind and self._context.digits < _THREE,
        )
        self.notices += [said] if said else []
        return mark

    def _money(self, plan: FieldPlan, text: str) -> FieldPlan:
        name, scale, digits = plan.field.name, plan.rule.scale, self._context.digits
        decimal = self._decimal(plan)
        quick, exact = q(f"q_{name}"), q(f"e_{name}")
        slow = exact_minor_sql(
            text, decimal=decimal, currency=self._context.currency, digits=digits, scale=scale
        )
        rules = _money_rules(name, text, signed=plan.field.kind == "signed_money")
        return replace(
            plan,
            quick=quick_minor_sql(text, decimal=decimal, digits=digits, scale=scale),
            exact=f"CASE WHEN {quick} IS NULL AND {text} IS NOT NULL THEN {slow} END",
            value=f"CASE WHEN {quick} IS NOT NULL THEN {quick} WHEN {exact} IS NOT NULL THEN {half_even_sql(exact)} END",
            problems=(*plan.problems, *rules),
        )

    def _number(self, plan: FieldPlan, text: str) -> FieldPlan:
        value = number_sql(text, decimal=self._decimal(plan), scale=plan.rule.scale)
        if plan.field.kind == "count":
            whole = f"{value} = floor({value}) AND abs({value}) < 9e15"
            value = f"CASE WHEN {whole} THEN CAST({value} AS BIGINT) END"
        rules = _number_rules(plan.field.name, text, plan.field.kind)
        return replace(plan, value=value, problems=(*plan.problems, *rules))


def _repaired(column: str, repairs: tuple[tuple[str, str], ...]) -> str:
    if not repairs:
        return column
    cases = " ".join(f"WHEN {quote_literal(old)} THEN {quote_literal(new)}" for old, new in repairs)
    return f"CASE {column} {cases} ELSE {column} END"


def _date_rules(name: str, text: str) -> tuple[Problem, ...]:
    value = q(name)
    outside = f"{value} NOT BETWEEN DATE '{_EARLIEST}' AND DATE '{_LATEST}'"
    counted = f"{value} IS NULL AND regexp_full_match({text}, {quote_literal(EXCEL_DAY)})"
    number = f'is a number, not a date; where Excel wrote it, format = "{EXCEL}" in the mapping reads it'
    return (
        Problem(field=name, condition=counted, reason=number, value=text),
        _unreadable(name, text, "is not a date"),
        Problem(
            field=name, condition=outside, reason=f"is not between {_EARLIEST} and {_LATEST}", value=text
        ),
    )


def _money_rules(name: str, text: str, *, signed: bool) -> tuple[Problem, ...]:
    value, quick, exact = q(name), q(f"q_{name}"), q(f"e_{name}")
    huge = f"{value} IS NULL AND {text} IS NOT NULL"
    unreadable = f"{huge} AND {exact} IS NULL"
    rules = (
        Problem(field=name, condition=unreadable, reason="is not an amount", value=text),
        Problem(field=name, condition=huge, reason="is too large to be an amount", value=text),
    )
    below = f"({quick} < 0 OR {exact} < 0)"
    return (
        rules if signed else (*rules, Problem(field=name, condition=below, reason="is negative", value=text))
    )


def _number_rules(name: str, text: str, kind: str) -> tuple[Problem, ...]:
    if kind == "count":
        return (_unreadable(name, text, "is not a whole number"),)
    rule = _unreadable(name, text, "is not a number")
    if kind != "probability":
        return (rule,)
    outside = f"{q(name)} NOT BETWEEN 0 AND 1"
    return (rule, Problem(field=name, condition=outside, reason="is not between 0 and 1", value=text))


def _unreadable(name: str, text: str, reason: str) -> Problem:
    condition = f"{q(name)} IS NULL AND {text} IS NOT NULL"
    return Problem(field=name, condition=condition, reason=reason, value=text)
