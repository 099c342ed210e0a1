"""A warehouse as a dataset: its own tables under canonical names, and what follows from them, as expressions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from salesnb.crm.dataset import Dataset, Meta
from salesnb.crm.tables import TABLES, Table, table_named
from salesnb.crm.warehouse.address import PLACE
from salesnb.crm.warehouse.checks import Findings, examine
from salesnb.crm.warehouse.columns import KINDS, Columns, Found, empty_table
from salesnb.crm.warehouse.credits import credited
from salesnb.crm.warehouse.engines import Engine, connect
from salesnb.crm.warehouse.organisation import (
    STEPS,
    NodeFacts,
    SpellFacts,
    depth_of,
    levels_of,
    memberships_of,
    nodes_given,
    nodes_of_levels,
    spells,
    with_nodes,
)
from salesnb.crm.warehouse.rows import (
    credits_given,
    deals_of_orders,
    forget_unknown,
    named,
    opportunities,
    partners,
)
from salesnb.errors import BadInput, nearest
from salesnb.money import minor_digits

if TYPE_CHECKING:
    import ibis

    from salesnb.crm.history import KnownImport

__all__ = ["Warehouse", "WarehouseSettings"]

_TABLES_PLACE = "salesnb.toml, [data.tables]"
_NO_HISTORY = "Load the data with salesnb import to keep one."
_REPORT = ("table_name", "read", "loaded", "rejected", "repaired", "warned")


@dataclass(frozen=True, kw_only=True)
class WarehouseSettings:
    """What the workspace says about its warehouse.

    Attributes
    ----------
    source
        The address, with ``${NAME}`` for what is secret.
    schema
        Where its tables are; empty means where the engine looks by itself.
    tables
        Names of tables that are called otherwise than the canonical ones, by those.
    root
        Folder that paths of files start from.
    """

    source: str = field(repr=False)
    currency: str
    schema: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    levels: tuple[str, ...] = ("region", "team")
    as_of: date | None = None
    root: Path = Path()


class Warehouse(Dataset):
    """Data that stays where it is: every figure is computed there, and nothing but results is fetched.

    Nothing is written, so that the right to read is enough. History is kept by imports only.
    """

    def __init__(self, engine: Engine, tables: Mapping[str, Any], findings: Findings, meta: Meta) -> None:
        super().__init__(Path(), engine, meta)
        self._tables = dict(tables)
        self._findings = findings

    @classmethod
    def connect(cls, settings: WarehouseSettings) -> "Warehouse":
        """Connect, and check what must hold for the figures to be right.

        Raises
        ------
        BadInput
            When it cannot be reached, a table or column is missing or of another type, or rows break a rule.
        """
        engine = connect(settings.source, settings.time_zone, settings.root)
        try:
            return _Opening(engine, settings).opened()
        except BaseException:
            engine.disconnect()
            raise

    def table(self, name: str) -> "ibis.Table":
        """Give a canonical table; one that the warehouse does not have is empty."""
        if name not in self._tables:
            self._tables[name] = self._report() if name == "import_report" else _empty(name)
        return self._tables[name]

    def has(self, name: str) -> bool:
        """Whether there can be rows in a table."""
        return name in self._tables

    @cached_property
    def imports(self) -> "tuple[KnownImport, ...]":
        """None: there are none to go back to."""
        return ()

    def known(self, on: date) -> Dataset:
        """Give the data as it is; what was known earlier is not kept.

        Raises
        ------
        BadInput
            When the day lies before the as-of day.
        """
        if on < self.meta.as_of:
            self.must_keep_history()
        return self

    def before(self, day: date | None = None) -> Dataset | None:
        """Give nothing: there is no import before."""
        del day
        return None

    def loaded(self) -> dict[str, int]:
        """Count the rows of each table."""
        return dict(self._findings.rows)

    def must_keep_history(self) -> NoReturn:
        """Say that there is none.

        Raises
        ------
        BadInput
            Always.
        """
        raise BadInput("A warehouse keeps no history of what was known.", where=PLACE, hint=_NO_HISTORY)

    def _report(self) -> Any:
        """What an import would report: nothing is set aside or repaired here."""
        import ibis
        import pyarrow as pa

        kinds = {name: "string" if name == "table_name" else "int64" for name in _REPORT}
        warned: dict[str, int] = {}
        for (table, _), count in self._findings.unknown.items():
            warned[table] = max(warned.get(table, 0), count)
        rows = [(name, n, n, 0, 0, warned.get(name, 0)) for name, n in self._findings.rows.items()]
        schema = ibis.schema(kinds)
        named = [dict(zip(_REPORT, row, strict=True)) for row in rows]
        return ibis.memtable(pa.Table.from_pylist(named, schema=schema.to_pyarrow()), schema=schema)


class _Opening:
    """From a connection to a dataset."""

    def __init__(self, engine: Engine, settings: WarehouseSettings) -> None:
        self._engine = engine
        self._settings = settings
        self._digits = minor_digits(settings.currency)
        self._schema = settings.schema or engine.default_schema()

    def opened(self) -> Warehouse:
        """Find the tables, examine them, and derive the rest."""
        found = self._find()
        self._prepare(found)
        findings = examine(found, self._settings.currency, self._ask)
        tables = {name: one.view for name, one in found.items()}
        forget_unknown(tables, findings)
        self._derive(tables, found, findings)
        dimensions = tuple(name for one in found.values() for name in one.further)
        return Warehouse(self._engine, tables, findings, self._meta(findings, dimensions))

    def _ask(self, query: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._engine.to_pyarrow(query).to_pylist()
        return rows

    def _find(self) -> dict[str, Found]:
        there = self._engine.tables_in(self._schema)
        if there is None:
            raise BadInput(
                f"There is no schema {self._schema!r}.",
                where=PLACE,
                hint='Name it: schema = "…" below [data].',
            )
        names = {table.name: self._settings.tables.get(table.name, table.name) for table in TABLES}
        for canonical, name in self._settings.tables.items():
            if name not in there:
                raise BadInput(
                    f"{canonical} is said to be {name!r}, which is not in the schema {self._schema!r} or may not be read.",
                    where=_TABLES_PLACE,
                    hint=nearest(name, there),
                )
        if not {names["opportunities"], names["orders"]} & there:
            raise BadInput(
                f"There is no table opportunities in the schema {self._schema!r} that may be read.",
                where=PLACE,
                hint=f'Name it: opportunities = "…" below [data.tables], or another schema. {nearest("opportunities", there)}',
            )
        return self._columns(names, there)

    def _columns(self, names: Mapping[str, str], there: set[str]) -> dict[str, Found]:
        settings = self._settings
        columns = Columns(settings.levels, settings.currency, self._digits, self._engine.as_text)
        # Opportunities choose their names first, as in an import.
        order = sorted(TABLES, key=lambda table: table.name != "opportunities")
        database: Any = self._schema
        if "." in self._schema:
            database = tuple(self._schema.rsplit(".", 1))
        return {
            table.name: columns.of(
                table,
                self._engine.table(names[table.name], database=database),
                f"{self._schema}.{names[table.name]}",
            )
            for table in order
            if names[table.name] in there
        }

    def _prepare(self, found: dict[str, Found]) -> None:
        """Write every row as an import would, before it is examined."""
        prepared = {"opportunities": opportunities, "credits": credits_given}
        for name, prepare in prepared.items():
            if name in found:
                found[name] = replace(found[name], view=prepare(found[name]))
        for name, one in found.items():
            found[name] = replace(one, view=self._engine.fixed(one.view))

    def _derive(self, tables: dict[str, Any], found: Mapping[str, Found], findings: Findings) -> None:
        """Add what follows from other tables, as an import does."""
        if "opportunities" not in tables or not findings.rows["opportunities"]:
            tables["opportunities"] = (
                deals_of_orders(tables["orders"]) if "orders" in tables else tables["opportunities"]
            )
        deals = tables["opportunities"]
        for table, key in (("accounts", "account_id"), ("products", "product"), ("reps", "rep_id")):
            tables[table] = named(table, tables[table]) if table in tables else partners(table, key, tables)
        self._organise(tables, found, findings)
        if "credits" in tables:
            tables["credited"] = credited(tables["credits"], deals)
        for name, view in tables.items():
            hidden = [column for column in view.columns if column.startswith(("level:", "input:"))]
            tables[name] = self._engine.fixed(view.drop(*hidden))

    def _organise(self, tables: dict[str, Any], found: Mapping[str, Found], findings: Findings) -> None:
        levels, reps = self._settings.levels, tables["reps"]
        given = bool(findings.rows.get("org"))
        own = found["reps"].levels if "reps" in found and not given else ()
        depth = max(len(own), 1)
        if given:
            facts = self._node_facts(tables["org"], findings)
            org, depth = nodes_given(tables["org"], levels, facts), facts.depth
        else:
            org = nodes_of_levels(reps, own)
        org = self._engine.fixed(org)
        lost = findings.is_true("reps", "lost") or not given
        reps = self._engine.fixed(with_nodes(reps, own, org, lost=lost))
        moved = tables["memberships"] if findings.rows.get("memberships") else None
        tables["org"] = org
        tables["org_levels"] = levels_of(org, levels, depth)
        spell = SpellFacts(
            lost=findings.is_true("memberships", "lost") or not given,
            partial=findings.is_true("memberships", "reps without") or "reps" not in found,
        )
        tables["rep_nodes"] = spells(reps, moved, org, spell)
        tables["memberships"] = memberships_of(reps) if moved is None else moved
        tables["reps"] = reps

    def _node_facts(self, org: Any, findings: Findings) -> NodeFacts:
        steps = [findings.is_true("org", f"step {n}") for n in range(1, STEPS + 1)]
        depth = depth_of(org, lambda query: self._ask(query)[0]) if all(steps) else sum(steps)
        return NodeFacts(
            unnamed=not findings.is_true("org", "named"),
            rootless=not findings.is_true("org", "roots"),
            lost=findings.is_true("org", "lost"),
            # The company that is missing is one step more above all, and above those that name no parent.
            depth=depth + 1,
        )

    def _meta(self, findings: Findings, dimensions: tuple[str, ...]) -> Meta:
        settings = self._settings
        as_of = settings.as_of or findings.latest
        if as_of is None:
            raise BadInput(
                "No row has a date on which something happened.",
                where=f"{self._schema}.opportunities",
                hint="Fill created_on and closed_on.",
            )
        facts = sorted((*key, value) for key, value in findings.facts.items())
        told = [self._schema, sorted(settings.tables.items()), settings.levels, settings.time_zone, facts]
        return Meta(
            currency=settings.currency,
            digits=self._digits,
            as_of=as_of,
            levels=settings.levels,
            fingerprint=sha256(json.dumps([*told, as_of], default=str).encode()).hexdigest(),
            time_zone=settings.time_zone,
            dimensions=dimensions,
        )


def _empty(name: str) -> Any:
    table: Table | None = table_named(name)
    if table is None:
        raise BadInput(
            f"A warehouse has no table {name}, which only an import makes.",
            where=PLACE,
            hint="Load the data with salesnb import for that.",
        )
    return empty_table({one.name: KINDS[one.kind] for one in table.kept})
