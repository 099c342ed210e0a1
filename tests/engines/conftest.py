"""One PostgreSQL server and one Spark session for all tests, with the same invented company in each engine."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "reference")]


@pytest.fixture(scope="session")
def company() -> Any:
    from invented import invent

    return invent()


@pytest.fixture(scope="session")
def files(company: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from servers import fill_duckdb, write_parquet

    folder = tmp_path_factory.mktemp("engines")
    write_parquet(folder / "parquet", company.rows)
    fill_duckdb(folder / "sales.duckdb", company.rows)
    return folder


@pytest.fixture(scope="session")
def socket(company: Any) -> Iterator[Path]:
    """The folder of the PostgreSQL server's socket."""
    from servers import fill_postgres, postgres_server

    with postgres_server() as folder:
        fill_postgres(folder, company.rows)
        yield folder


@pytest.fixture(scope="session")
def spark(files: Path) -> Any:
    from servers import fill_spark

    return fill_spark(files / "parquet")


@pytest.fixture(scope="session")
def open_engine(
    request: pytest.FixtureRequest, company: Any, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Any]]:
    """Open the company in an engine, once."""
    opened: dict[str, Any] = {}

    def give(engine: str) -> Any:
        if engine not in opened:
            opened[engine] = _opened(engine, request, company, files, tmp_path_factory)
        return opened[engine]

    yield give
    for data in opened.values():
        data.close()


def _opened(
    engine: str, request: pytest.FixtureRequest, company: Any, files: Path, folders: pytest.TempPathFactory
) -> Any:
    from servers import import_all

    from salesnb.crm.dataset import Dataset
    from salesnb.crm.warehouse import Warehouse, WarehouseSettings

    if engine == "embedded":
        return Dataset.open(import_all(folders.mktemp("embedded") / "source", company.rows))
    if engine == "spark":
        request.getfixturevalue("spark")
        source = "spark://local"
    elif engine == "postgres":
        source = f"postgres://reader@/postgres?host={request.getfixturevalue('socket')}"
    else:
        source = f"duckdb://{files}/sales.duckdb"
    schema = "" if engine == "duckdb" else "sales"
    return Warehouse.connect(WarehouseSettings(source=source, currency="USD", schema=schema))
