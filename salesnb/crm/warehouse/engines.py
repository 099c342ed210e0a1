"""Which engine an address means, and how it is reached."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from salesnb.crm.warehouse.address import PLACE, Address, parse_address
from salesnb.errors import BadInput, nearest

if TYPE_CHECKING:
    import ibis

__all__ = ["Engine", "connect"]

_KINDS = {
    "postgres": "postgres", "postgresql": "postgres", "spark": "spark", "pyspark": "spark", "sc": "spark",
    "duckdb": "files", "parquet": "files",
}  # fmt: skip
_NAMES = {"postgres": "PostgreSQL", "spark": "Spark"}


class Engine(Protocol):
    """What a backend of Ibis has to tell beside answering queries."""

    def as_text(self, column: Any) -> Any:
        """Give a column as text that compares by its bytes."""

    def tables_in(self, schema: str) -> set[str] | None:
        """Name what can be read in a schema; None where there is no such schema."""

    def default_schema(self) -> str:
        """Name the schema that is looked into where none is set."""

    def table(self, name: str, /, *, database: Any = None) -> "ibis.Table":
        """Give a table."""

    def fixed(self, expr: Any) -> Any:
        """Give a table that is compiled once."""

    def to_pyarrow(self, expr: Any, /) -> Any:
        """Answer a query."""

    def disconnect(self) -> None:
        """Let go."""


def connect(source: str, time_zone: str, root: Path) -> Engine:
    """Reach the warehouse of an address.

    Parameters
    ----------
    source
        The address as the settings have it, with ``${NAME}`` for what is secret.
    time_zone
        In which a timestamp becomes a date.
    root
        Folder that paths of files start from.

    Raises
    ------
    BadInput
        When the address means no engine, its package is not installed, or it cannot be reached.
    MissingFile
        When a file is named that is not there.
    """
    address = parse_address(source)
    kind = _KINDS.get(address.scheme)
    if kind is None:
        raise BadInput(
            f"{address.scheme}:// is no engine that salesnb knows.",
            where=PLACE,
            hint=nearest(address.scheme, _KINDS),
        )
    try:
        return _reached(kind, address, time_zone, root)
    except ImportError as error:
        name = _NAMES.get(kind, kind)
        raise BadInput(
            f"{name} needs a package that is not installed: {error.name or error}.",
            where=PLACE,
            hint=f'Install it with: pip install "salesnb[{kind}]".',
        ) from None


def _reached(kind: str, address: Address, time_zone: str, root: Path) -> Engine:
    found: Engine
    if kind == "postgres":
        from salesnb.crm.warehouse import postgres

        found = postgres.connect(address, time_zone)
    elif kind == "spark":
        with warnings.catch_warnings():
            # PySpark warns of the pandas that is there; nothing goes through pandas here.
            warnings.simplefilter("ignore", FutureWarning)
            from salesnb.crm.warehouse import spark

        found = spark.connect(address, time_zone)
    else:
        from salesnb.crm.warehouse import files

        found = files.connect(address, time_zone, root)
    return found
