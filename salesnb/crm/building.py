"""A whole database: all tables, the organisation, the as-of date, what changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.crm.changes import record_changes
from salesnb.crm.choosing import Chosen, choose
from salesnb.crm.credits import fill_credited, reject_excess
from salesnb.crm.files import TableFile
from salesnb.crm.loading import Loaded, Surroundings, load_table
from salesnb.crm.mapping import Mapping
from salesnb.crm.memberships import reject_overlaps, resolve_members
from salesnb.crm.organisation import create_org_levels, make_nodes, place_reps
from salesnb.crm.placements import Past
from salesnb.crm.plan import Context, extra_name
from salesnb.crm.report import TableReport
from salesnb.crm.rules import NO_RATE
from salesnb.crm.sql import insert_values, quote_literal
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import RowsDiffer
from salesnb.crm.tables import DERIVED, RESERVED_NAMES, TABLES, Table
from salesnb.crm.work import settle
from salesnb.errors import BadInput
from salesnb.money import minor_digits

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["SCHEMA", "Built", "ImportSettings", "build"]

# Part of the fingerprint: another schema makes another import of the same files.
SCHEMA = "salesnb-crm/4"

_SHOWN_FIRST = ("opportunities", "accounts", "reps", "products")
_MOST = 2**63
# The organisation is made out of columns of theirs that do not stay.
_SETTLED_LATER = ("reps", "memberships")


@dataclass(frozen=True, kw_only=True)
class ImportSettings:
    """What the workspace says about its data.

    Attributes
    ----------
    levels
        Levels of the organisation from the top, without reps.
    as_of
        The day as of which everything is told; None means the latest that happened in the data.
    """

    currency: str
    time_zone: str = "UTC"
    levels: tuple[str, ...] = ("region", "team")
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True)
class Built:
    """What was built."""

    tables: tuple[TableReport, ...]
    notices: tuple[str, ...]
    as_of: date
    unwon: tuple[str, str] | None = None


def build(
    connection: "DuckDBPyConnection",
    files: tuple[TableFile, ...],
    mapping: Mapping,
    settings: ImportSettings,
    scratch: Path,
    before: Path | None,
    *,
    fingerprint: str,
    say: Callable[[str], None],
    told: tuple[str, ...] = (),
) -> Built:
    """Fill an empty database.

    Parameters
    ----------
    told
        What people should know of the files already.

    Raises
    ------
    BadInput
        When the mapping does not fit, amounts add up to more than can be held, or nothing is dated.
    """
    context = Context(
        connection=connection,
        currency=settings.currency,
        digits=minor_digits(settings.currency),
        time_zone=settings.time_zone,
        levels=settings.levels,
        ids=mapping.ids,
    )
    chosen = choose(context, files, scratch, flexible=mapping.flexible, say=say, once=True)
    builder = _Builder(context, chosen, say)
    builder.load_all()
    as_of = settings.as_of or _latest_day(context, builder)
    builder.organise(before, as_of)
    builder.complete()
    _refuse_overflow(context)
    say("comparing with the import before")
    of_history = record_changes(context, before, as_of=as_of, fingerprint=fingerprint)
    # A file of which two tables are made is said once what there is to say of it.
    notices = tuple(dict.fromkeys((*_zone_notice(settings), *told, *builder.notices, *of_history)))
    built = Built(tables=builder.reports(), notices=notices, as_of=as_of, unwon=builder.unwon)
    _write_meta(context, built, fingerprint, builder)
    return built


class _Builder:
    """Loads one table after the other, in the order in which they look each other up."""

    def __init__(self, context: Context, chosen: tuple[Chosen, ...], say: Callable[[str], None]) -> None:
        self._context = context
        self._chosen = {found.mapping.table: found for found in chosen}
        self._say = say
        self._loaded: dict[str, Loaded] = {}
        self._taken: set[str] = {level.casefold() for level in context.levels}
        self.notices: list[str] = []
        self.dimensions: list[str] = []
        self.placed_by: dict[str, str] = {}

    def load_all(self) -> None:
        """Load every table that is mapped; the others stay empty."""
        extras = self._name_extras()
        for table in TABLES:
            self._create(table)
        for table in TABLES:
            found = self._chosen.get(table.name)
            if found is not None:
                self._load(table, found, extras.get(table.name, {}))
        create_org_levels(self._context)
        for name, columns in DERIVED.items():
            if name != "rejected":
                self._context.connection.execute(f"CREATE TABLE {name} ({columns})")

    def _name_extras(self) -> dict[str, dict[str, str]]:
        """Name the further columns of each table; opportunities choose first."""
        order = sorted(TABLES, key=lambda table: table.name != "opportunities")
        return {
            table.name: self._extras_of(table, self._chosen[table.name])
            for table in order
            if table.name in self._chosen and table.takes_extras
        }

    def _extras_of(self, table: Table, found: Chosen) -> dict[str, str]:
        mapping = found.mapping
        levels = self._context.levels if table.name == "reps" else ()
        wanted = [name for name, _ in mapping.columns if table.field(name) is None and name not in levels]
        wanted += [name for name in found.further if name not in wanted]
        return {name: self._free_name(table, name) for name in wanted}

    def _free_name(self, table: Table, name: str) -> str:
        chosen = name
        if name.casefold() in RESERVED_NAMES or name.casefold() in self._taken:
            chosen = f"{table.name}.{name}"
            self.notices.append(
                f"{table.name}: column {name!r} is kept as {chosen!r}, because {name!r} has a meaning already."
            )
        self._taken.add(chosen.casefold())
        self.dimensions.append(chosen)
        return chosen

    def _create(self, table: Table) -> None:
        columns = [f"{q(field.name)} {field.sql_type}" for field in table.kept]
        if table.has_source_row:
            columns.append("source_row BIGINT")
        run = self._context.connection.execute
        run(f"CREATE TABLE {q(table.name)} ({', '.join(columns)})")
        run(f"CREATE TABLE IF NOT EXISTS rejected ({DERIVED['rejected']})")

    def _load(self, table: Table, found: Chosen, extras: dict[str, str]) -> None:
        import duckdb

        self._say(f"loading {table.name}")
        staged = found.staged
        around = Surroundings(file=found.file, partners=frozenset(self._loaded), extras=tuple(extras.items()))
        try:
            loaded = load_table(self._context, table, found.mapping, staged, around)
        except (RowsDiffer, duckdb.InvalidInputException, duckdb.ConversionException):
            if not staged.streamed:
                raise
            staged = staged.settled()
            loaded = load_table(self._context, table, found.mapping, staged, around)
        staged.drop(self._context.connection)
        if table.name == "credits":
            loaded = reject_excess(self._context.connection, loaded)
        if table.name not in _SETTLED_LATER:
            settle(self._context, table, loaded.layout)
        self._loaded[table.name] = loaded
        self.notices += loaded.notices

    def organise(self, before: Path | None, as_of: date) -> None:
        """Make the organisation out of what the reps' table says, also by columns of it that do not stay.

        Parameters
        ----------
        before
            The database of the import before, which says where reps were.
        as_of
            The day as of which everything is told.
        """
        self._say("building the organisation")
        reps = self._loaded.get("reps")
        mapped = {item.field.name: item.rule.column for item in reps.plan.fields} if reps else {}
        levels = tuple(level for level in self._context.levels if extra_name(level) in mapped)
        if reps and "org" not in self._loaded and len(levels) < len(self._context.levels):
            missing = ", ".join(level for level in self._context.levels if level not in levels)
            self.notices.append(
                f"reps: no column gives their {missing}; add it to [reps.columns] in the mapping."
            )
        if not reps:
            self._people_from_opportunities()
        places = {"node", *(extra_name(level) for level in levels)}
        self.placed_by = {name: column for name, column in sorted(mapped.items()) if name in places}
        self.notices += make_nodes(self._context, levels, manager="manager" in mapped)
        self._check_members()
        past = Past(database=before, as_of=as_of, columns=self.placed_by)
        self.notices += place_reps(self._context, past)
        if reps:
            settle(self._context, reps.plan.table, reps.layout)

    def _check_members(self) -> None:
        """Memberships name nodes and reps, which are all there only now."""
        loaded = self._loaded.get("memberships")
        if loaded is None:
            return
        checked = reject_overlaps(self._context.connection, resolve_members(self._context, loaded))
        self.notices += checked.notices[len(loaded.notices) :]
        self._loaded["memberships"] = checked
        settle(self._context, checked.plan.table, checked.layout)

    def _people_from_opportunities(self) -> None:
        self._context.connection.execute(
            "INSERT INTO reps (rep_id, name) SELECT DISTINCT rep_id, rep_id FROM (SELECT rep_id FROM opportunities"
            " UNION SELECT rep_id FROM orders UNION SELECT rep_id FROM credits) WHERE rep_id IS NOT NULL"
        )

    def complete(self) -> None:
        """Fill what follows from other tables: partners that no table lists, sales from orders, names."""
        run = self._context.connection.execute
        for table, key, label in (("accounts", "account_id", ", name"), ("products", "product", "")):
            if table not in self._loaded:
                run(
                    f"INSERT INTO {table} ({key}{label}) SELECT DISTINCT {key}{', ' + key if label else ''} FROM"
                    f" (SELECT {key} FROM opportunities UNION SELECT {key} FROM orders) WHERE {key} IS NOT NULL"
                )
        run("UPDATE reps SET name = coalesce(email, rep_id) WHERE name IS NULL")
        run("UPDATE accounts SET name = account_id WHERE name IS NULL")
        if "opportunities" not in self._loaded and "orders" in self._loaded:
            run(
                "INSERT INTO opportunities (opportunity_id, account_id, rep_id, product, status, amount,"
                " expected_amount, closed_on) SELECT order_id, account_id, rep_id, product, 'won', amount, amount,"
                " ordered_on FROM orders"
            )
        fill_credited(self._context)

    @property
    def currency(self) -> str:
        """The workspace's currency."""
        return self._context.currency

    def foreign_only(self, table: str) -> str:
        """Give the one currency of all rows of a table that was set aside for the lack of a rate, else nothing."""
        rows = self._context.connection.execute(
            f"SELECT DISTINCT upper(value), reason FROM rejected WHERE table_name = {quote_literal(table)}"
        ).fetchall()
        return str(rows[0][0]) if len(rows) == 1 and rows[0][1] == NO_RATE else ""

    @property
    def unwon(self) -> tuple[str, str] | None:
        """What is wrong where no deal is won, and what to do."""
        deals = self._loaded.get("opportunities")
        return deals.unwon if deals else None

    def notices_of(self, table: str) -> tuple[str, ...]:
        """Give what is said of one table."""
        return self._loaded[table].notices

    def reports(self) -> tuple[TableReport, ...]:
        """Give the counts, the main tables first."""
        order = {name: place for place, name in enumerate(_SHOWN_FIRST)}
        found = [loaded.report for loaded in self._loaded.values()]
        return tuple(sorted(found, key=lambda report: order.get(report.name, len(order))))


def _refuse_overflow(context: Context) -> None:
    """Refuse amounts whose sum, in any selection, could pass what 64 bits hold."""
    for table in TABLES:
        for field in table.kept:
            if field.sql_type != "BIGINT" or "money" not in field.kind:
                continue
            row = context.connection.execute(
                f"SELECT sum(abs(CAST({q(field.name)} AS HUGEINT))) FROM {q(table.name)}"
            ).fetchone()
            if row and row[0] is not None and int(row[0]) >= _MOST:
                raise BadInput(
                    f"{field.name} adds up to more than can be held exactly.",
                    where=table.name,
                    hint="Look for amounts in the wrong unit; scale in the mapping divides them.",
                )


def _latest_day(context: Context, builder: _Builder) -> date:
    """Give the latest day on which something happened; an expected close has not happened."""
    # A row counts once, so that the two slips in one deal do not bear each other out.
    days = " UNION ALL ".join(
        f"SELECT {day} AS d FROM {table}"
        for table, day in (
            ("opportunities", "greatest(created_on, closed_on)"),
            ("stage_history", "entered_on"),
            ("orders", "ordered_on"),
        )
    )
    row = context.connection.execute(
        # Of few rows even the last thousandth is the slip itself; the day before it is not.
        "SELECT max(d), least(min(d) FILTER (upto >= 0.999 * every), coalesce((max(d, 2))[2], max(d))) FROM ("
        "SELECT d, sum(count(*)) OVER (ORDER BY d) AS upto, sum(count(*)) OVER () AS every"
        f" FROM ({days}) WHERE d IS NOT NULL GROUP BY d)"
    ).fetchone()
    if row is None or row[0] is None:
        raise _nothing_dated(builder)
    latest: date = row[0]
    if (latest - row[1]).days > 366:
        builder.notices.append(
            f"The latest date, {latest}, lies far from the others; set [data] as_of if it is a slip."
        )
    return latest


def _nothing_dated(builder: _Builder) -> BadInput:
    """Say why there is nothing to load: no rows, only rows that were set aside, or no dates."""
    found = [report for report in builder.reports() if report.name in {"opportunities", "orders"}]
    if found and not any(report.read for report in found):
        left = [notice for notice in builder.notices_of(found[0].name) if "left out" in notice]
        why = left[0] if left else "There is a header and no row."
        return BadInput(why, where=found[0].name, hint="Export the rows as well.")
    if any(report.rejected for report in found) and not any(report.loaded for report in found):
        if foreign := builder.foreign_only(found[0].name):
            return _other_currency(builder, foreign)
        why = next((notice for notice in builder.notices if "set aside:" in notice), "")
        return BadInput(f"Every row is set aside. {why}", hint="Correct the mapping; nothing was loaded.")
    return BadInput(
        "No row has a date on which something happened.",
        where="opportunities",
        hint="Map created_on and closed_on.",
    )


def _other_currency(builder: _Builder, currency: str) -> BadInput:
    """Say what to do where every amount is in one currency that is not the workspace's."""
    own = builder.currency
    return BadInput(
        f"Every amount is in {currency}, and the workspace is in {own}; nothing was loaded.",
        hint=f'Set currency = "{currency}" in salesnb.toml to have everything in {currency}. To have it in {own}, put'
        " a file rates.csv beside it, with the columns currency, valid_from and rate, such as"
        f" {currency},2020-01-01,1.1: from that day on 1 {currency} is 1.1 {own}.",
    )


def _zone_notice(settings: ImportSettings) -> tuple[str, ...]:
    return (f"Times with a zone become dates in {settings.time_zone}; those without are taken as written.",)


def _write_meta(context: Context, built: Built, fingerprint: str, builder: _Builder) -> None:
    values = {
        "currency": context.currency,
        "digits": str(context.digits),
        "as_of": built.as_of.isoformat(),
        "levels": json.dumps(context.levels),
        "fingerprint": fingerprint,
        "time_zone": context.time_zone,
        "dimensions": json.dumps(builder.dimensions),
        "placed_by": json.dumps(builder.placed_by),
        "schema": SCHEMA,
    }
    run = context.connection.execute
    run(insert_values("meta", [*values.items(), *(("notice", notice) for notice in built.notices)]))
    rows = [(t.name, t.read, t.loaded, t.rejected, t.repaired, t.warned) for t in built.tables]
    run(insert_values("import_report", rows))
