"""What a warehouse asks of its server: nothing but to read, nothing fetched but results, one moment for all figures."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.engines
ROOT = Path(__file__).resolve().parents[2]


def settings(source: str, **more: Any) -> Any:
    from salesnb.crm.warehouse import WarehouseSettings

    return WarehouseSettings(source=source, currency="USD", schema="sales", **more)


def ask(data: Any, *kpis: str, **more: Any) -> Any:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    return run(Query(kpis=kpis, **more), data, FiscalCalendar())


def test_a_role_that_may_only_read_needs_no_more(socket: Path, open_engine: Callable[[str], Any]) -> None:
    import psycopg

    with psycopg.connect(host=str(socket), user="reader", dbname="postgres", autocommit=True) as reader:
        for forbidden in (
            "CREATE TEMP TABLE mine (x int)",
            "CREATE VIEW sales.mine AS SELECT 1",
            "CREATE TABLE mine (x int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(forbidden)
    data = open_engine("postgres")
    assert ask(data, "won_amount", by=("team",), grain="month").rows
    ((who, only_reads),) = data.backend.con.execute(
        "SELECT current_user, current_setting('transaction_read_only')"
    ).fetchall()
    assert (who, only_reads) == ("reader", "on")


def test_nothing_is_fetched_but_results(
    open_engine: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_engine("postgres")
    statements: list[tuple[str, int]] = []
    asked = type(data.backend)._asked

    def counting(self: Any, sql: str, *values: str) -> Any:
        rows = asked(self, sql, *values)
        statements.append((sql, len(rows)))
        return rows

    monkeypatch.setattr(type(data.backend), "_asked", counting)
    result = ask(data, "won_amount", "win_rate", "median_deal", "open_amount", by=("team",), grain="quarter")
    assert 0 < len(statements) <= 8
    # A row a group for each way in which deals are counted there: created, closed, and no longer open.
    assert max(rows for _, rows in statements) <= 3 * len(result.rows) < data.loaded()["opportunities"]
    assert all(sql.lstrip().startswith(("SELECT", "WITH")) for sql, _ in statements)


def test_all_figures_of_an_open_warehouse_are_of_one_moment(socket: Path) -> None:
    import psycopg

    from salesnb.crm.warehouse import Warehouse

    with Warehouse.connect(settings(f"postgres://reader@/postgres?host={socket}")) as data:
        before = ask(data, "won_count").rows
        with psycopg.connect(host=str(socket), user="t", dbname="postgres", autocommit=True) as writer:
            writer.execute(
                "INSERT INTO sales.opportunities (opportunity_id, status, amount, closed_on)"
                " VALUES ('new', 'won', 5, '2026-01-01')"
            )
        try:
            # With another question beside it, because the same one is answered from what is kept.
            assert ask(data, "won_count", "lost_count").rows[0][0] == before[0][0]
            with Warehouse.connect(settings(f"postgres://reader@/postgres?host={socket}")) as later:
                assert ask(later, "won_count").rows == ((before[0][0] + 1,),)
                assert later.meta.fingerprint != data.meta.fingerprint
        finally:
            with psycopg.connect(host=str(socket), user="t", dbname="postgres", autocommit=True) as writer:
                writer.execute("DELETE FROM sales.opportunities WHERE opportunity_id = 'new'")


def test_a_timestamp_is_a_date_in_the_time_zone_of_the_workspace(socket: Path, company: Any) -> None:
    """Deals are created at half past eleven in the evening in UTC, which is the next day in Berlin."""
    import psycopg

    from salesnb.crm.warehouse import Warehouse

    day = min(row["created_on"] for row in company.rows["opportunities"] if row["created_on"])
    with psycopg.connect(host=str(socket), user="t", dbname="postgres", autocommit=True) as writer:
        # Those that closed on the day of their creation would have closed before it.
        writer.execute(
            "CREATE VIEW sales.evening AS SELECT opportunity_id, status, amount, created_on, closed_on + 1 AS closed_on"
            " FROM sales.opportunities; GRANT SELECT ON sales.evening TO reader"
        )
    found = {}
    for zone in ("UTC", "Europe/Berlin"):
        asked = settings(
            f"postgres://reader@/postgres?host={socket}", time_zone=zone, tables={"opportunities": "evening"}
        )
        with Warehouse.connect(asked) as data:
            table = data.table("opportunities")
            found[zone] = table.created_on.min().name("day").as_table().to_pyarrow().to_pylist()[0]["day"]
    assert found == {"UTC": day, "Europe/Berlin": day + dt.timedelta(days=1)}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("postgres://guarded:${CRM_SECRET}@/postgres?host={socket}", "password authentication failed"),
        ("postgres://reader@/elsewhere?host={socket}", 'database "elsewhere" does not exist'),
        ("postgres://reader:${CRM_SECRET}@127.0.0.1:1/postgres", "Connection refused"),
        ("postgres://reader:${CRM_SECRET}@no-such-host.invalid/postgres", "no-such-host.invalid"),
    ],
)
def test_a_server_that_refuses_is_told_in_one_line_without_the_password(
    source: str, told: str, socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SECRET", "tr0ub4dor@/&3")
    done = command(tmp_path, source.replace("{socket}", str(socket)), "kpi", "query", "won_amount")
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "tr0ub4dor" not in done.stdout + done.stderr


def test_a_password_may_hold_any_character(
    socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SECRET", "correct horse")
    source = f"postgres://guarded:${{CRM_SECRET}}@/postgres?host={socket}"
    done = command(tmp_path, source, "kpi", "query", "won_count", "--format", "csv", more='schema = "sales"')
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout.splitlines()[1]) > 50


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('schema = "nowhere"', "There is no schema 'nowhere'."),
        ('schema = "public"', "There is no table opportunities in the schema 'public'"),
        ('schema = "sales"\n[data.tables]\nopportunities = "deals"', "opportunities is said to be 'deals'"),
        (
            'schema = "sales"\n[data.tables]\nopportunities = "reps"',
            "sales.reps: There is no column opportunity_id.",
        ),
    ],
)
def test_what_a_schema_lacks_is_named(more: str, told: str, socket: Path, tmp_path: Path) -> None:
    done = command(
        tmp_path, f"postgres://reader@/postgres?host={socket}", "kpi", "query", "won_amount", more=more
    )
    assert done.returncode == 1
    assert told in done.stderr


def test_a_table_that_may_not_be_read_is_not_there(socket: Path, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(host=str(socket), user="t", dbname="postgres", autocommit=True) as writer:
        writer.execute("CREATE SCHEMA hidden; CREATE TABLE hidden.opportunities (opportunity_id text)")
        first = command(
            tmp_path,
            f"postgres://reader@/postgres?host={socket}",
            "kpi",
            "query",
            "won_amount",
            more='schema = "hidden"',
        )
        writer.execute("GRANT USAGE ON SCHEMA hidden TO reader")
        then = command(
            tmp_path,
            f"postgres://reader@/postgres?host={socket}",
            "kpi",
            "query",
            "won_amount",
            more='schema = "hidden"',
        )
        writer.execute("DROP SCHEMA hidden CASCADE")
    assert "may not use the schema hidden" in first.stderr
    assert "There is no table opportunities in the schema 'hidden' that may be read." in then.stderr


def test_what_only_imports_keep_is_refused_by_name(open_engine: Callable[[str], Any]) -> None:
    from salesnb.errors import BadInput

    data = open_engine("postgres")
    assert data.before() is None
    assert data.imports == ()
    assert data.known(data.meta.as_of) is data
    with pytest.raises(BadInput, match="keeps no history"):
        data.known(dt.date(2025, 1, 1))


def command(folder: Path, source: str, *words: str, more: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "salesnb.toml").write_text(f"[data]\nsource = '{source}'\n{more}\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "salesnb", "-C", str(folder), *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
