"""Rules that look at more than one column of a row, and the status of an opportunity."""

from dataclasses import dataclass, replace

from salesnb.crm.convert import trimmed_sql
from salesnb.crm.credits import credit_rules
from salesnb.crm.mapping import StatusRule, TableMapping
from salesnb.crm.plan import Context, FieldPlan, Problem, TablePlan
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged
from salesnb.crm.tables import Field
from salesnb.crm.toml_values import regular
from salesnb.errors import BadInput

__all__ = [
    "NO_RATE",
    "RepairFlag",
    "foreign_sql",
    "has_rates",
    "rate_rules",
    "repair_flags",
    "table_rules",
    "with_status",
]

NO_RATE = "has no rate on that day"
_LATE = "status <> 'open' AND closed_on < created_on"
_STATUS_PLACE = "mapping [opportunities.status]"


@dataclass(frozen=True, kw_only=True)
class RepairFlag:
    """A kind of repair: a column of the working table that says where it was made, and what to say about it."""

    name: str
    condition: str
    said: str


def repair_flags(plan: TablePlan) -> tuple[RepairFlag, ...]:
    """Repairs that the mapping asks for, and amounts with more decimals than the currency has."""
    flags = []
    for item in plan.fields:
        name = item.field.name
        found, text, exact = q(f"f_{name}"), q(f"t_{name}"), q(f"e_{name}")
        if item.repaired:
            condition = f"{found} IS DISTINCT FROM {text}"
            flags.append(RepairFlag(name=f"r_{name}", condition=condition, said=f"{item.label} was repaired"))
        if item.exact:
            said = f"{item.label} had more decimals than the currency and was rounded"
            flags.append(RepairFlag(name=f"d_{name}", condition=f"{exact} <> floor({exact})", said=said))
    if plan.late_entries:
        said = "it was entered after it was closed; created_on is taken to be closed_on"
        flags.append(RepairFlag(name="r_late", condition=_LATE, said=said))
    return tuple(flags)


def has_rates(plan: TablePlan) -> bool:
    """Tell whether rows say their own currency."""
    return plan.has("currency") and plan.table.name != "rates"


def foreign_sql(context: Context) -> str:
    """Condition on rows whose amounts are in another currency than the workspace's."""
    return f"upper(coalesce(\"t_currency\", '')) NOT IN ('', {quote_literal(context.currency)})"


def rate_rules(plan: TablePlan, context: Context) -> tuple[Problem, ...]:
    """Rule on rows in other currencies, before those of the columns: what has no rate has no amount to judge."""
    if not has_rates(plan):
        return ()
    condition = f"{foreign_sql(context)} AND fx_rate IS NULL"
    return (_problem("currency", condition, NO_RATE, '"t_currency"'),)


def table_rules(plan: TablePlan) -> tuple[Problem, ...]:
    """Rules of a table, after those of its columns."""
    rules: list[Problem] = []
    if plan.table.name == "opportunities":
        rules += _closing_rules(plan)
    if plan.table.name == "credits":
        rules += credit_rules(plan)
    if plan.table.name == "memberships" and plan.has("valid_from") and plan.has("valid_to"):
        rules.append(
            _problem("valid_to", "valid_to <= valid_from", "is not after valid_from", '"t_valid_to"')
        )
    return tuple(rules)


def _closing_rules(plan: TablePlan) -> list[Problem]:
    if not plan.has("closed_on"):
        return [_problem("closed_on", "status <> 'open'", "is not mapped, though it is won or lost", "NULL")]
    missing = "status <> 'open' AND closed_on IS NULL"
    # A word that means nothing, such as NaT, is told as it stands there.
    cell = next(item.cell for item in plan.fields if item.field.name == "closed_on")
    rules = [_problem("closed_on", missing, "is missing, though it is won or lost", cell)]
    if plan.has("created_on") and not plan.late_entries:
        both = '"t_closed_on" || \' before \' || "t_created_on"'
        rules.append(_problem("closed_on", _LATE, "is before created_on", both))
    return rules


def _problem(field: str, condition: str, reason: str, value: str) -> Problem:
    return Problem(field=field, condition=condition, reason=reason, value=value)


def with_status(plan: TablePlan, mapping: TableMapping, staged: Staged) -> TablePlan:
    """Add the status of opportunities, by the mapping's rule or as the source gives it.

    Raises
    ------
    BadInput
        When nothing says what is won, or a column named there is not in the source.
    """
    if mapping.status is None:
        if plan.has("status"):
            return replace(plan, fields=tuple(_given_status(item) for item in plan.fields))
        raise BadInput(
            "Nothing says which opportunities are won and lost.",
            where="mapping [opportunities]",
            hint='Add [opportunities.status] with won = ["…"] and lost = ["…"].',
        )
    stage = mapping.rule("stage")
    rule = _StatusSql(staged=staged, file=plan.file, stage=stage.column if stage else "")
    status = FieldPlan(
        field=Field(name="status"),
        rule=mapping.columns[0][1],
        label="status",
        found="NULL",
        text=q("f_status"),
        value=rule.of(mapping.status),
    )
    return replace(plan, fields=(*(item for item in plan.fields if item.field.name != "status"), status))


def _given_status(item: FieldPlan) -> FieldPlan:
    if item.field.name != "status":
        return item
    text = 'lower("t_status")'
    wrong = _problem(
        "status",
        f"coalesce({text}, '') NOT IN ('open', 'won', 'lost')",
        "is not open, won or lost",
        '"t_status"',
    )
    return replace(item, value=text, problems=(wrong,))


@dataclass(frozen=True, kw_only=True)
class _StatusSql:
    """Conditions over source columns; upper and lower case are the same there."""

    staged: Staged
    file: str
    stage: str

    def of(self, rule: StatusRule) -> str:
        """Give the status as SQL over the first layer."""
        return f"CASE WHEN {self._holds(rule.won)} THEN 'won' WHEN {self._holds(rule.lost)} THEN 'lost' ELSE 'open' END"

    def _holds(self, conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        return " AND ".join(self._one(column, values) for column, values in conditions) or "false"

    def _one(self, column: str, values: tuple[str, ...]) -> str:
        name = column or self.stage
        if not name:
            raise BadInput(
                "It names no column, and stage is not mapped.", where=_STATUS_PLACE, hint='Add column = "…".'
            )
        found = self.staged.column(name, where="[opportunities.status] in the mapping", file=self.file)
        cell = f"coalesce(lower({trimmed_sql(f's_{found}', blanks=self.staged.blanks)}), '')"
        words = ", ".join(quote_literal(value.strip().lower()) for value in values if not regular(value))
        tests = [f"{cell} IN ({words})"] if words else []
        tests += [
            f"regexp_matches({cell}, {quote_literal(regular(value).lower())})"
            for value in values
            if regular(value)
        ]
        return f"({' OR '.join(tests)})" if tests else "false"
