"""A mapping for files that no profile knows: deals or orders by their columns, other tables by the values they share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from salesnb.crm.guessing.columns import candidates, column_rule, level_columns, match_columns, near_misses
from salesnb.crm.guessing.missing import called_alike, missing_of_deals
from salesnb.crm.guessing.names import folded
from salesnb.crm.guessing.orders import are_orders, order_columns, order_rules, voided
from salesnb.crm.guessing.status import guess_status, sure_stages
from salesnb.crm.guessing.survey import ColumnFacts, TableFacts
from salesnb.crm.mapping import ColumnRule, StatusRule, TableMapping
from salesnb.crm.sql import quote_identifier as q

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Guessed", "guess_tables"]

_PARTNERS = (("account_id", "accounts"), ("rep_id", "reps"), ("product", "products"))
_ENOUGH_SHARED = 0.5
_NEARLY_UNIQUE = 0.95
_TELLING = ("opportunity_id", "stage", "amount", "created_on", "closed_on", "rep_id", "account_id")
_ENOUGH_TOLD = 4
_INSTEAD_OF_ID = ("name", "account_id", "created_on")

Columns = dict[str, ColumnRule]


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """Tables with their mapping; ``unused`` are those that nothing was seen in, ``missing`` what people must say."""

    tables: tuple[TableMapping, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]


def guess_tables(
    connection: "DuckDBPyConnection", facts: Sequence[TableFacts], levels: Sequence[str], *, alone: bool
) -> Guessed | None:
    """Guess a mapping; None when nothing looks like deals or orders.

    Orders are taken for the sales where there are no deals.

    Parameters
    ----------
    levels
        Of the organisation, from the top.
    alone
        Whether the source is one file, which then needs no name.
    """
    rated = [(_told(table), table.rows, place, table) for place, table in enumerate(facts)]
    best = max(rated, default=None, key=lambda item: item[:3])
    if best is not None and best[0] >= _ENOUGH_TOLD:
        return _Guesser(connection, best[3], facts, levels, alone=alone).guess()
    orders = max(filter(are_orders, facts), default=None, key=lambda table: table.rows)
    return _Guesser(connection, orders, facts, levels, alone=alone).guess_orders() if orders else None


def _told(facts: TableFacts) -> int:
    """Count what of a deal a table tells; orders are none."""
    if are_orders(facts):
        return 0
    found = match_columns("opportunities", facts)
    return sum(name in found for name in _TELLING) if "amount" in found or "stage" in found else 0


@dataclass(frozen=True, kw_only=True)
class _Partner:
    """A table that lists what a column of the deals names."""

    facts: TableFacts
    key: ColumnFacts
    column: ColumnFacts
    shared: float


class _Guesser:
    def __init__(
        self,
        connection: "DuckDBPyConnection",
        deals: TableFacts,
        facts: Sequence[TableFacts],
        levels: Sequence[str],
        *,
        alone: bool,
    ) -> None:
        self._connection = connection
        self._deals = deals
        self._others = [table for table in facts if table is not deals]
        self._levels = levels
        self._alone = alone
        self._used = {deals.name}
        self._main = "opportunities"

    def guess(self) -> Guessed:
        """Put the tables together."""
        columns = match_columns("opportunities", self._deals)
        partners = self._partners(columns)
        for field, table in _PARTNERS:
            if table in partners:
                columns[field] = partners[table].column
        status = guess_status(self._connection, self._deals, columns.get("stage")) or self._sure(columns)
        rules = self._composed_id(columns) | {
            name: column_rule(name, column) for name, column in columns.items()
        }
        tables = [self._partner_table(name, partner) for name, partner in partners.items()]
        tables += self._from_deals(columns, partners)
        if "products" in partners:
            rules |= self._list_price(columns, tables)
        deals = replace(
            self._mapping("opportunities", self._deals, rules),
            ignore=tuple(column.name for column in self._deals.columns if not column.filled),
            status=status,
            repair=tuple(self._repairs(partners)),
        )
        orders, missing = self._orders_beside(partners)
        return Guessed(
            tables=(deals, *tables, *orders),
            unused=self._unused(),
            missing=(
                *missing_of_deals(deals, self._deals),
                *near_misses(self._deals, columns),
                *called_alike(self._connection, self._deals, columns),
                *missing,
            ),
        )

    def guess_orders(self) -> Guessed:
        """Put the tables together around orders, which are the sales where there are no deals."""
        self._main = "orders"
        columns = order_columns(self._deals)
        partners = self._partners(columns)
        columns |= {field: partners[table].column for field, table in _PARTNERS if table in partners}
        orders, missing = self._orders(self._deals, columns)
        tables = [self._partner_table(name, partner) for name, partner in partners.items()]
        tables += self._from_deals(columns, partners)
        orders = replace(orders, repair=tuple(self._repairs(partners)))
        missing = (*missing, *called_alike(self._connection, self._deals, columns))
        return Guessed(tables=(orders, *tables), unused=self._unused(), missing=missing)

    def _orders_beside(self, partners: dict[str, _Partner]) -> tuple[list[TableMapping], tuple[str, ...]]:
        """Find orders beside the deals, named by the keys that the deals use too."""
        free = (table for table in self._others if table.name not in self._used)
        facts = max(filter(are_orders, free), default=None, key=lambda table: table.rows)
        if facts is None:
            return [], ()
        self._used.add(facts.name)
        columns = order_columns(facts)
        for field, table in _PARTNERS:
            if table in partners:
                partner = partners[table]
                fits = [
                    (self._share_of(column, facts, partner.key, partner.facts), column)
                    for column in candidates("orders", field, facts)
                ]
                if fits:
                    columns[field] = max(fits, key=lambda fit: fit[0])[1]
        orders, missing = self._orders(facts, columns)
        return [orders], missing

    def _orders(
        self, facts: TableFacts, columns: dict[str, ColumnFacts]
    ) -> tuple[TableMapping, tuple[str, ...]]:
        rules, missing = order_rules(self._connection, facts, columns)
        left_out = voided(self._connection, facts)
        return replace(self._mapping("orders", facts, rules), leave_out=left_out), missing

    def _unused(self) -> tuple[str, ...]:
        return tuple(table.name for table in self._others if table.name not in self._used)

    def _sure(self, columns: dict[str, ColumnFacts]) -> StatusRule | None:
        """Where no stage reads like won or lost, those that are certain tell."""
        if not {"stage", "probability"} <= columns.keys():
            return None
        stage, probability = columns["stage"], columns["probability"]
        relation = q(self._deals.staged.relation)
        won, lost = sure_stages(self._connection, relation, stage.sql, probability.sql)
        if not won:
            return None
        return StatusRule(won=((stage.name, won),), lost=((stage.name, lost),) if lost else ())

    def _composed_id(self, columns: dict[str, ColumnFacts]) -> Columns:
        """Tell deals without an id apart by their name, account and day, where these do."""
        parts = [columns[name] for name in _INSTEAD_OF_ID if name in columns]
        if "opportunity_id" in columns or "name" not in columns or len(parts) < len(_INSTEAD_OF_ID):
            return {}
        text = f"concat_ws(' ', {', '.join(f'trim({part.sql})' for part in parts)})"
        whole = " AND ".join(f"trim({part.sql}) <> ''" for part in parts)
        row = self._connection.execute(
            f"SELECT count(DISTINCT {text}), count(*) FROM {q(self._deals.staged.relation)} WHERE {whole}"
        ).fetchone()
        if not row or row[0] < _NEARLY_UNIQUE * row[1] or row[1] < _ENOUGH_SHARED * self._deals.rows:
            return {}
        names = tuple(part.name for part in parts)
        return {"opportunity_id": ColumnRule(column=" ".join(names), alternatives=(names,))}

    def _mapping(
        self, name: str, facts: TableFacts, rules: Columns, *, distinct: bool = False
    ) -> TableMapping:
        place = facts.place
        pattern = re.sub(r"\d{4,}", "*", place.path.stem)
        dated = pattern != place.path.stem and not place.sheet
        return TableMapping(
            table=name,
            file="" if self._alone or dated else place.path.name,
            files=() if self._alone or not dated else (pattern,),
            sheet=place.sheet if self._several_sheets(facts) else "",
            header_row=facts.header_row,
            skip_footer=facts.footer,
            distinct=distinct,
            columns=tuple(rules.items()),
        )

    def _several_sheets(self, facts: TableFacts) -> bool:
        return len(facts.place.source.tables(facts.place.path)) > 1

    def _partners(self, columns: dict[str, ColumnFacts]) -> dict[str, _Partner]:
        """Find accounts, reps and products by the values that they share with the deals."""
        found: dict[str, _Partner] = {}
        free = [table for table in self._others if not are_orders(table)]
        for field, table in _PARTNERS:
            own = [columns[field]] if field in columns else []
            own += [column for column in candidates(self._main, field, self._deals) if column not in own]
            fits = [
                partner
                for column in own
                for other in free
                for partner in self._shared(column, other)
                if partner.shared >= _ENOUGH_SHARED
            ]
            if fits:
                best = max(fits, key=lambda partner: partner.shared)
                found[table] = best
                free.remove(best.facts)
                self._used.add(best.facts.name)
        return found

    def _shared(self, column: ColumnFacts, other: TableFacts) -> list[_Partner]:
        """Rate every column of another table that has each value once as the key of a column of the deals."""
        partners = []
        for key in other.columns:
            if key.distinct < _NEARLY_UNIQUE * other.rows or not key.filled:
                continue
            shared = self._share_of(column, self._deals, key, other)
            partners.append(_Partner(facts=other, key=key, column=column, shared=shared))
        return partners

    def _share_of(self, column: ColumnFacts, facts: TableFacts, key: ColumnFacts, other: TableFacts) -> float:
        """Give the share of a column's values that are keys of another table."""
        row = self._connection.execute(
            f"SELECT avg(CASE WHEN v IN (SELECT trim({key.sql}) FROM {q(other.staged.relation)}) THEN 1 ELSE 0 END)"
            f" FROM (SELECT DISTINCT trim({column.sql}) AS v FROM {q(facts.staged.relation)}) WHERE v <> ''"
        ).fetchone()
        return float(row[0] or 0) if row else 0.0

    def _partner_table(self, table: str, partner: _Partner) -> TableMapping:
        key = {"accounts": "account_id", "reps": "rep_id", "products": "product"}[table]
        found = match_columns(table, partner.facts, {key: partner.key})
        rules = {field: column_rule(field, column) for field, column in found.items()}
        if table != "products":
            rules.setdefault("name", ColumnRule(column=partner.key.name))
        if table == "reps":
            taken = {column.name for column in found.values()}
            places = level_columns(partner.facts, self._levels, taken)
            rules |= {level: ColumnRule(column=column.name) for level, column in places.items()}
        return self._mapping(table, partner.facts, rules)

    def _from_deals(
        self, columns: dict[str, ColumnFacts], partners: dict[str, _Partner]
    ) -> list[TableMapping]:
        """Take reps and accounts out of the deals, where those say more of them than their key."""
        tables = []
        taken = {column.name for column in columns.values()}
        for field, table in (("rep_id", "reps"), ("account_id", "accounts")):
            if table in partners or field not in columns:
                continue
            others = [
                column
                for column in candidates(self._main, field, self._deals)
                if column.name not in taken and column.numbers < _ENOUGH_SHARED
            ]
            more = {"name": ColumnRule(column=others[0].name)} if others else {}
            if table == "reps":
                places = level_columns(self._deals, self._levels, taken)
                more |= {level: ColumnRule(column=column.name) for level, column in places.items()}
            if more:
                rules = {field: ColumnRule(column=columns[field].name), **more}
                rules.setdefault("name", ColumnRule(column=columns[field].name))
                tables.append(self._mapping(table, self._deals, rules, distinct=True))
        return tables

    def _list_price(self, columns: dict[str, ColumnFacts], tables: Sequence[TableMapping]) -> Columns:
        """Open deals without an amount are worth their product's list price."""
        products = next(table for table in tables if table.table == "products")
        amount = columns.get("amount")
        sparse = amount is not None and amount.filled < _NEARLY_UNIQUE * self._deals.rows
        if products.rule("list_price") is None or "expected_amount" in columns or not sparse:
            return {}
        product = columns["product"].name
        return {"expected_amount": ColumnRule(column=product, via="products", take="list_price")}

    def _repairs(self, partners: dict[str, _Partner]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """Values that differ from one in the partner's table by spaces, case or punctuation only."""
        repairs = []
        for field, table in _PARTNERS:
            if table not in partners:
                continue
            partner = partners[table]
            known = self._values(partner.facts, partner.key)
            lost = [value for value in self._values(self._deals, partner.column) if value not in set(known)]
            pairs = []
            for value in lost:
                same = [item for item in known if folded(item) == folded(value) != ""]
                if len(same) == 1:
                    pairs.append((value, same[0]))
            if pairs:
                repairs.append((field, tuple(pairs)))
        return repairs

    def _values(self, facts: TableFacts, column: ColumnFacts) -> list[str]:
        rows = self._connection.execute(
            f"SELECT DISTINCT trim({column.sql}) FROM {q(facts.staged.relation)} WHERE trim({column.sql}) <> ''"
            " ORDER BY 1 LIMIT 20000"
        ).fetchall()
        return [str(row[0]) for row in rows]
