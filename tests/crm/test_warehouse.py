"""What a warehouse must hold, tried on DuckDB files: no server is needed to say what is wrong with a table."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.crm.warehouse import Warehouse, WarehouseSettings
from salesnb.crm.warehouse.address import parse_address
from salesnb.errors import BadInput, MissingFile, SalesnbError
from salesnb.kpis import Query, run

# Every test builds a database.
pytestmark = pytest.mark.slow

DEALS = """
CREATE TABLE opportunities AS SELECT * FROM (VALUES
  ('1', 'r1', 'won', 1000::BIGINT, DATE '2026-01-05', DATE '2026-02-01'),
  ('2', 'r1', 'lost', 0, DATE '2026-01-06', DATE '2026-02-03'),
  ('3', 'r2', 'open', NULL, DATE '2026-01-07', NULL)
) t(opportunity_id, rep_id, status, amount, created_on, closed_on)
"""


@pytest.fixture
def connect(tmp_path: Path) -> Any:
    opened: list[Warehouse] = []

    def make(*statements: str, deals: str = DEALS, **more: Any) -> Warehouse:
        path = tmp_path / f"w{len(list(tmp_path.glob('*.duckdb')))}.duckdb"
        with duckdb.connect(str(path)) as connection:
            for statement in (deals, *statements):
                connection.execute(statement)
        settings = {"currency": "USD", "source": f"duckdb://{path}"} | more
        opened.append(Warehouse.connect(WarehouseSettings(**settings)))
        return opened[-1]

    yield make
    for data in opened:
        data.close()


def ask(data: Warehouse, *kpis: str, **more: Any) -> tuple[tuple[Any, ...], ...]:
    return run(Query(kpis=kpis, **more), data, FiscalCalendar()).rows


def test_opportunities_alone_are_enough(connect: Callable[..., Warehouse]) -> None:
    data = connect()
    assert data.meta.as_of == dt.date(2026, 2, 3)
    assert ask(data, "won_amount", "win_rate", "open_count", by=("rep",)) == (
        ("r1", 1000, 0.5, 0),
        ("r2", 0, None, 1),
    )
    assert data.loaded() == {"opportunities": 3}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("DOUBLE", "amount is float64: money is whole minor units (1 USD is 100) or a DECIMAL"),
        ("DECIMAL(12,3)", "USD has 2 decimals"),
        ("DECIMAL(12,0)", "without decimals it could mean 1 USD or a part of it"),
        ("VARCHAR", "amount is string"),
    ],
)
def test_money_that_is_not_exact_is_refused_by_table_and_column(
    kind: str, told: str, connect: Callable[..., Warehouse]
) -> None:
    with pytest.raises(BadInput) as error:
        connect(f"ALTER TABLE opportunities ALTER amount TYPE {kind}")
    assert "main.opportunities" in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize("kind", ["DECIMAL(9,2)", "DECIMAL(18,1)", "DECIMAL(38,2)"])
def test_decimals_become_minor_units_exactly(kind: str, connect: Callable[..., Warehouse]) -> None:
    data = connect(
        f"ALTER TABLE opportunities ALTER amount TYPE {kind}",
        "UPDATE opportunities SET amount = 1234567.8 WHERE opportunity_id = '1'",
    )
    assert ask(data, "won_amount") == ((123456780,),)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO opportunities SELECT * FROM opportunities", "3 rows repeat the opportunity_id of another."),
        ("UPDATE opportunities SET opportunity_id = NULL WHERE status = 'won'", "1 row has no opportunity_id."),
        ("UPDATE opportunities SET status = 'Closed'", "3 rows have a status that is not open, won or lost."),
        ("UPDATE opportunities SET status = NULL", "3 rows have a status that is not open, won or lost."),
        ("UPDATE opportunities SET amount = -1", "3 rows have a negative amount."),
        ("UPDATE opportunities SET closed_on = NULL", "2 rows are won or lost without a closed_on."),
        ("UPDATE opportunities SET created_on = DATE '2026-03-01'", "2 rows were closed before being created."),
        ("UPDATE opportunities SET created_on = DATE '1900-01-01'", "3 rows have a created_on that is not between"),
        ("UPDATE opportunities SET amount = 9000000000000000000", "amount adds up to more than can be held"),
        ("ALTER TABLE opportunities ADD currency VARCHAR DEFAULT 'EUR'", "3 rows are in another currency than USD."),
        ("ALTER TABLE opportunities ADD probability DOUBLE DEFAULT 35", "3 rows have a probability that is not between"),
        ("CREATE TABLE reps AS SELECT 'r1' AS rep_id FROM range(2)", "1 row repeats the rep_id of another."),
        (
            "CREATE TABLE credits AS SELECT '1' AS opportunity_id, 'r' || n AS rep_id, 0.6 AS share FROM range(2) t(n)",
            "1 deal has shares that add up to more than 1.",
        ),
        (
            "CREATE TABLE credits AS SELECT '9' AS opportunity_id, 'r1' AS rep_id, 0.6 AS share",
            "1 row has a opportunity_id that is not in opportunities.",
        ),
        (
            "CREATE TABLE credits AS SELECT '1' AS opportunity_id, 'r1' AS rep_id, 0.6 AS share, 'gift' AS kind",
            "1 row is neither revenue nor overlay.",
        ),
        (
            "CREATE TABLE memberships AS SELECT 'r1' AS rep_id, n AS node FROM (VALUES ('a'), ('b')) t(n)",
            "1 rep belongs to several nodes with more than a share of 1.",
        ),
    ],
)  # fmt: skip
def test_rows_that_break_a_rule_are_counted(
    statement: str, told: str, connect: Callable[..., Warehouse]
) -> None:
    with pytest.raises(BadInput) as error:
        connect(statement)
    assert told in str(error.value)
    assert "[data.tables]" in str(error.value)


def test_everything_that_is_wrong_is_said_at_once(connect: Callable[..., Warehouse]) -> None:
    with pytest.raises(BadInput) as error:
        connect("UPDATE opportunities SET status = 'x', amount = -1")
    assert "3 rows have a status" in str(error.value)
    assert "3 rows have a negative amount" in str(error.value)


@pytest.mark.parametrize("column", ["opportunity_id", "status", "amount", "closed_on"])
def test_a_column_that_is_needed_is_named_with_its_table(
    column: str, connect: Callable[..., Warehouse]
) -> None:
    with pytest.raises(BadInput, match=rf"^main\.opportunities: There is no column {column}\."):
        connect(f"ALTER TABLE opportunities DROP {column}")


def test_tables_may_have_other_names_and_columns_other_cases(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "CREATE SCHEMA mart",
        'CREATE VIEW mart.fct_deals AS SELECT opportunity_id AS "OPPORTUNITY_ID", status, amount AS "Amount", closed_on'
        " FROM opportunities",
        schema="mart",
        tables={"opportunities": "fct_deals"},
    )
    assert ask(data, "won_amount", "created_count") == ((1000, 0),)


def test_a_date_of_closing_on_an_open_deal_is_an_expectation(connect: Callable[..., Warehouse]) -> None:
    data = connect("UPDATE opportunities SET closed_on = DATE '2026-05-01' WHERE status = 'open'")
    assert data.meta.as_of == dt.date(2026, 2, 3)
    row = data.table("opportunities").filter(lambda t: t.opportunity_id == "3").to_pyarrow().to_pylist()[0]
    assert (row["closed_on"], row["expected_close_on"]) == (None, dt.date(2026, 5, 1))


def test_orders_are_deals_where_there_are_no_others(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "CREATE TABLE orders AS SELECT 7 AS order_id, 'r1' AS rep_id, DATE '2026-04-01' AS ordered_on, 500 AS amount",
        deals="SELECT 1",
    )
    assert ask(data, "won_amount", "created_count", by=("rep",)) == (("r1", 500, 0),)
    assert data.meta.as_of == dt.date(2026, 4, 1)


def test_further_columns_are_dimensions_that_clash_with_nothing(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "ALTER TABLE opportunities ADD channel VARCHAR DEFAULT ''",
        "ALTER TABLE opportunities ADD quarter INTEGER DEFAULT 4",
        "ALTER TABLE opportunities ADD weight DOUBLE DEFAULT 4",
    )
    assert data.meta.dimensions == ("channel", "opportunities.quarter")
    assert ask(data, "won_count", by=("channel", "opportunities.quarter")) == ((None, "4", 1),)


def test_levels_come_from_columns_of_reps(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "CREATE TABLE reps AS SELECT * FROM (VALUES ('r1', 'Ann', 'East', 'A/B'), ('r2', 'Bob', NULL, 'company'))"
        " t(rep_id, name, region, team)"
    )
    names = {
        row["node"]: (row["name"], row["parent"], row["level"])
        for row in data.table("org").to_pyarrow().to_pylist()
    }
    assert names == {
        "company": ("Company", None, "company"),
        "East": ("East", "company", "region"),
        "East/A%2FB": ("A/B", "East", "team"),
        "/company": ("company", "company", "team"),
    }
    assert ask(data, "won_amount", "open_count", by=("team",)) == (("A/B", 1000, 0), ("company", 0, 1))


def test_an_organisation_of_any_depth_is_walked_up(connect: Callable[..., Warehouse]) -> None:
    """Fourteen nodes below each other, the region at the top and the team at the bottom."""
    nodes = [
        f"('n{n}', {'NULL' if n == 0 else repr(f'n{n - 1}')}, '{ {0: 'region', 13: 'team'}.get(n, 'between') }')"
        for n in range(14)
    ]
    data = connect(
        f"CREATE TABLE org AS SELECT * FROM (VALUES {', '.join(nodes)}) t(node, parent, level)",
        "CREATE TABLE reps AS SELECT 'r1' AS rep_id, 'n13' AS node",
    )
    assert ask(data, "won_amount", by=("region", "team"), labels=False)[-1] == ("n0", "n13", 1000)


def test_levels_of_an_organisation_without_names_follow_from_depth(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "CREATE TABLE org AS SELECT * FROM (VALUES ('top', NULL), ('low', 'top'), ('lost', 'gone')) t(node, parent)",
        "CREATE TABLE reps AS SELECT 'r1' AS rep_id, 'low' AS node",
    )
    levels = {row["node"]: row["level"] for row in data.table("org").to_pyarrow().to_pylist()}
    assert levels == {"company": "company", "top": "region", "low": "team", "lost": "region"}
    assert ask(data, "won_amount", by=("region", "team"), labels=False)[-1] == ("top", "low", 1000)


def test_a_circle_of_parents_is_named(connect: Callable[..., Warehouse]) -> None:
    with pytest.raises(BadInput, match="Node 'a' does not lead up to the top"):
        connect("CREATE TABLE org AS SELECT * FROM (VALUES ('a', 'b'), ('b', 'a')) t(node, parent)")


def test_a_partner_that_is_not_there_is_nobody(connect: Callable[..., Warehouse]) -> None:
    data = connect("CREATE TABLE reps AS SELECT 'r1' AS rep_id, 'Ann' AS name")
    assert ask(data, "won_count", "open_count", by=("rep",)) == ((None, 0, 1), ("Ann", 1, 0))
    report = {
        row["table_name"]: row["warned"] for row in data.table("import_report").to_pyarrow().to_pylist()
    }
    assert report["opportunities"] == 1


def test_who_has_no_name_is_called_by_the_address_or_else_the_id(connect: Callable[..., Warehouse]) -> None:
    data = connect(
        "CREATE TABLE reps AS SELECT * FROM (VALUES ('r1', NULL::VARCHAR, 'ann@x.test'), ('r2', NULL, NULL))"
        " t(rep_id, name, email)"
    )
    names = {row["rep_id"]: row["name"] for row in data.table("reps").to_pyarrow().to_pylist()}
    assert names == {"r1": "ann@x.test", "r2": "r2"}


def test_a_folder_of_parquet_is_read_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "reps").mkdir()
    with duckdb.connect() as connection:
        connection.execute(DEALS)
        connection.execute(f"COPY opportunities TO '{tmp_path}/opportunities.parquet'")
        connection.execute(
            f"COPY (SELECT 'r1' AS rep_id, 'Ann' AS name) TO '{tmp_path}/reps/1.parquet' (FORMAT parquet)"
        )
        connection.execute(
            f"COPY (SELECT 'r2' AS rep_id, 'Bob' AS name) TO '{tmp_path}/reps/2.parquet' (FORMAT parquet)"
        )
    settings = WarehouseSettings(source=f"parquet://{tmp_path}", currency="USD")
    with Warehouse.connect(settings) as data:
        assert ask(data, "won_amount", by=("rep",)) == (("Ann", 1000), ("Bob", 0))
        with pytest.raises(BadInput):
            data.backend.to_pyarrow(
                data.backend.sql("SELECT * FROM read_csv('/etc/passwd')", schema={"a": "string"})
            )


@pytest.mark.parametrize(
    ("source", "error", "told"),
    [
        ("data/elsewhere", BadInput, "neither data/current nor an address"),
        ("oracle://host/db", BadInput, "oracle:// is no engine that salesnb knows."),
        ("duckdb://missing.duckdb", MissingFile, "There is no missing.duckdb."),
        ("parquet://missing", MissingFile, "There is no missing."),
    ],
)
def test_a_source_that_is_none_is_told(
    source: str, error: type[SalesnbError], told: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=told):
        Warehouse.connect(WarehouseSettings(source=source, currency="USD", root=tmp_path))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "deals.duckdb").write_text("not a database, and longer than a header would be" * 400)
    with pytest.raises(BadInput, match="DuckDB: "):
        Warehouse.connect(WarehouseSettings(source="duckdb://deals.duckdb", currency="USD", root=tmp_path))


def test_what_a_variable_holds_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "p%40@/:?#x")
    monkeypatch.setenv("DATABASE_URL", "postgres://ann:p%40x@db:5433/sales")
    found = parse_address("postgres://a%20b:${PGPASSWORD}@db.example/sales?sslmode=require")
    assert (found.user, found.password, found.host, found.path) == (
        "a b",
        "p%40@/:?#x",
        "db.example",
        "/sales",
    )
    assert "p%40@" not in repr(found)
    whole = parse_address("${DATABASE_URL}")
    assert (whole.password, whole.port) == ("p@x", 5433)


def test_a_workspace_reads_its_warehouse_and_refuses_what_only_imports_keep(tmp_path: Path) -> None:
    from salesnb.actions.changing import find_changes
    from salesnb.workspace import Workspace

    path = tmp_path / "own.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA mart")
        connection.execute(DEALS.replace("TABLE opportunities", "TABLE mart.deals"))
    (tmp_path / "salesnb.toml").write_text(
        '[data]\nsource = "duckdb://own.duckdb"\nschema = "mart"\n[data.tables]\nopportunities = "deals"\n'
    )
    workspace = Workspace.open(tmp_path)
    with workspace.dataset() as data:
        assert data.loaded() == {"opportunities": 3}
        assert data.known(dt.date(2026, 2, 3)) is data
    with pytest.raises(BadInput, match="keeps no history"):
        find_changes(workspace, (), ())


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[data.tables]\ndeals = "x"', "There is no table 'deals'."),
        ("[data.tables]\nopportunities = 3", "opportunities is 3."),
        ('[data]\ntables = "deals"', "tables is 'deals'."),
    ],
)
def test_names_of_tables_are_checked(lines: str, told: str, tmp_path: Path) -> None:
    from salesnb.workspace import Workspace

    (tmp_path / "salesnb.toml").write_text(f"{lines}\n")
    with pytest.raises(BadInput) as error:
        Workspace.open(tmp_path)
    assert told in str(error.value)
