"""A PostgreSQL server of the tests' own, and the same tables put into each engine as such a warehouse would have them."""

import csv
import datetime as dt
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

# Columns of each table as a warehouse has them: decimals, timestamps and numbers as keys among them.
DATES = ("created_on", "closed_on", "expected_close_on", "valid_from", "valid_to", "entered_on", "ordered_on")
MONEY = ("amount", "expected_amount")
NUMBERS = ("probability", "share", "quantity")


@contextmanager
def postgres_server() -> Iterator[Path]:
    """Run a server that sorts by the rules of English; give the folder of its socket."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(shutil.which("postgres") or "").parent
    ]
    # Its own folder: those of pytest are closed to the user that the server must run as.
    folder = Path(tempfile.mkdtemp(prefix="salesnb-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    english = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    subprocess.run(
        [programs[-1] / "initdb", "-D", data, "-U", "t", "-A", "trust", "-N", "-E", "UTF8", *english],
        check=True,
        **quiet,
    )
    (data / "pg_hba.conf").write_text("local all guarded scram-sha-256\nlocal all all trust\n")
    server = subprocess.Popen(
        [
            programs[-1] / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-F",
            "-c",
            "TimeZone=UTC",
        ],
        **quiet,
    )
    try:
        _wait(folder)
        yield folder
    finally:
        # At once, whoever is still connected.
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path) -> None:
    import psycopg

    for _ in range(200):
        try:
            psycopg.connect(host=str(folder), user="t", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(folder)


def fill_postgres(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """A schema with decimals, timestamps in Sydney's time and an enumeration; a role that may read, and nothing else."""
    import psycopg

    with psycopg.connect(host=str(folder), user="t", dbname="postgres", autocommit=True) as connection:
        run = connection.execute
        run("CREATE SCHEMA sales")
        run("CREATE TYPE sales.fate AS ENUM ('open', 'won', 'lost')")
        run("CREATE ROLE reader LOGIN")
        run("CREATE ROLE guarded LOGIN PASSWORD 'correct horse'")
        run("GRANT USAGE ON SCHEMA sales TO reader, guarded")
        run("REVOKE TEMP ON DATABASE postgres FROM PUBLIC")
        run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for name, some in rows.items():
            columns = list(some[0])
            kinds = ", ".join(f'"{column}" {_postgres_kind(column)}' for column in columns)
            run(f"CREATE TABLE sales.{name} ({kinds})")
            marks = ", ".join(["%s"] * len(columns))
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO sales.{name} VALUES ({marks})",
                    [tuple(as_warehouse(column, row[column]) for column in columns) for row in some],
                )
        run("GRANT SELECT ON ALL TABLES IN SCHEMA sales TO reader, guarded")


def _postgres_kind(column: str) -> str:
    kinds = {"status": "sales.fate", "created_on": "timestamptz"}
    kinds |= dict.fromkeys(NUMBERS, "double precision")
    if column in kinds:
        return kinds[column]
    return "numeric(12,2)" if column in MONEY else "date" if column in DATES else "text"


def as_warehouse(column: str, value: Any) -> Any:
    """Whole cents as decimals, the day of creation as half past eleven in the evening in UTC."""
    if value is None:
        return None
    if column in MONEY:
        # Money and amounts of effort alike: cents of the invented company.
        return Decimal(value) / 100
    if column == "created_on":
        return dt.datetime.combine(value, dt.time(23, 30), dt.UTC)
    return value


def write_parquet(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Write what Spark's tables lie on."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    kinds = dict.fromkeys(MONEY, pa.decimal128(12, 2)) | dict.fromkeys(DATES, pa.date32())
    kinds |= dict.fromkeys(NUMBERS, pa.float64()) | {"created_on": pa.timestamp("us", "UTC")}
    for name, some in rows.items():
        schema = pa.schema([(column, kinds.get(column, pa.string())) for column in some[0]])
        table = [{column: as_warehouse(column, value) for column, value in row.items()} for row in some]
        pq.write_table(pa.Table.from_pylist(table, schema=schema), folder / f"{name}.parquet")


def fill_spark(folder: Path) -> Any:
    """Start Spark, with a database over files."""
    import warnings

    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = {
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "1",
            "spark.sql.warehouse.dir": str(folder / "spark"), "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1", "spark.driver.memory": "1g", "spark.sql.adaptive.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
        }  # fmt: skip
        builder = SparkSession.builder.master("local[2]")
        for key, value in settings.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sql("CREATE DATABASE sales")
    for file in sorted(folder.glob("*.parquet")):
        session.sql(f"CREATE TABLE sales.{file.stem} USING parquet LOCATION '{file}'")
    return session


def fill_duckdb(path: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Write a DuckDB file: whole cents, and dates."""
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for name, some in rows.items():
            columns = list(some[0])
            kinds = ", ".join(f'"{column}" {_duckdb_kind(column)}' for column in columns)
            connection.execute(f"CREATE TABLE {name} ({kinds})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f"INSERT INTO {name} VALUES ({marks})",
                [tuple(row[column] for column in columns) for row in some],
            )


def _duckdb_kind(column: str) -> str:
    if column in NUMBERS:
        return "DOUBLE"
    return "BIGINT" if column in MONEY else "DATE" if column in DATES else "VARCHAR"


def import_all(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> Path:
    """Write CSV files and import them; give the data folder."""
    from salesnb.crm.importing import ImportSettings, import_source
    from salesnb.crm.mapping import load_mapping

    folder.mkdir()
    mapping = []
    for name, some in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(some[0])
            for row in some:
                writer.writerow(
                    f"{value / 100:.2f}" if column in MONEY and value is not None else value
                    for column, value in row.items()
                )
        columns = ", ".join(f'{column} = "{column}"' for column in some[0] if column != "lead_source")
        mapping.append(f'[{name}]\nfile = "{name}.csv"\ncolumns = {{ {columns} }}\n')
    (folder / "mapping.toml").write_text("\n".join(mapping), encoding="utf-8")
    settings = ImportSettings(currency="USD", levels=("region", "team"))
    import_source(folder, load_mapping(folder / "mapping.toml"), settings, folder / "data")
    return folder / "data"
