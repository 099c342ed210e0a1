"""Spark: a session of salesnb's own on the application that runs, or one that it starts."""

from collections.abc import Mapping
from typing import Any

import ibis
from ibis.backends.pyspark import Backend
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.formats.pyarrow import PyArrowData
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from salesnb.crm.warehouse.address import PLACE, Address
from salesnb.crm.warehouse.inline import Inline, ReadOnly
from salesnb.errors import BadInput

__all__ = ["connect"]

# Without ANSI an overflow wraps round in silence.
_EQUAL = {"spark.sql.ansi.enabled": "true"}
_STARTED = {
    "spark.app.name": "salesnb",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {"spark.sql.shuffle.partitions": "4"}


class _Compiler(Inline, PySparkCompiler):  # type: ignore[misc] # Ibis has no types
    __slots__ = ()


class _Spark(ReadOnly, Backend):  # type: ignore[misc] # Ibis has no types
    compiler = _Compiler()

    def as_text(self, column: Any) -> Any:
        """Give a column as text; it compares by bytes."""
        return column.cast("string")

    def tables_in(self, schema: str) -> set[str] | None:
        """Name what there is in a schema, as in ``schema`` or ``catalog.schema``; None where there is no such schema."""
        try:
            if not self._session.catalog.databaseExists(schema):
                return None
            quoted = ".".join(f"`{part.replace('`', '``')}`" for part in schema.split("."))
            return {row["tableName"] for row in self._session.sql(f"SHOW TABLES IN {quoted}").collect()}
        except (PySparkException, Py4JError) as error:
            raise _refused(error) from None

    def default_schema(self) -> str:
        """Name the schema that is looked into where none is set."""
        return str(self._session.catalog.currentDatabase())

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """Fetch as Arrow, which needs no pandas on the way."""
        table = expr.as_table()
        try:
            fetched = self._session.sql(self.compile(table, params=params, limit=limit)).toArrow()
        except (PySparkException, Py4JError) as error:
            raise _refused(error) from None
        return expr.__pyarrow_result__(PyArrowData.convert_table(fetched, table.schema()))

    def disconnect(self) -> None:
        """Do nothing: a session costs seconds to start, serves the next question, and ends with the process."""


def connect(address: Address, time_zone: str) -> _Spark:
    """Connect to Spark.

    ``spark://local`` or ``spark://local[4]`` runs it in this process, ``spark://host:7077`` on a cluster,
    ``sc://host:15002`` on a Spark Connect server. Options of the address are Spark's own settings.

    Raises
    ------
    BadInput
        When it cannot be started or reached.
    """
    ibis.pyspark  # noqa: B018 -- only this makes the options that its compiler looks at
    backend = _Spark()
    try:
        backend.do_connect(_session(address))
        # Ibis has set UTC; where a timestamp is found, the date is that of the workspace's time zone.
        for key, value in {**_EQUAL, "spark.sql.session.timeZone": time_zone}.items():
            backend._session.conf.set(key, value)  # noqa: SLF001 -- Ibis gives no other way to the session
    except (PySparkException, Py4JError, RuntimeError, OSError) as error:
        raise _refused(error) from None
    return backend


def _session(address: Address) -> Any:
    running = SparkSession.getActiveSession()
    if running is None:
        running = _started(address)
    # Settings and temporary views of whoever else works on it stay as they are.
    return running.newSession()


def _started(address: Address) -> Any:
    if address.scheme == "sc":
        port = f":{address.port}" if address.port else ""
        return SparkSession.builder.remote(f"sc://{address.host}{port}{address.path}").getOrCreate()
    local = address.host.startswith("local") and address.port is None
    master = _local_master(address.host) if local else f"spark://{address.host}:{address.port or 7077}"
    settings: Mapping[str, str] = {**_STARTED, **(_LOCAL if local else {}), **_EQUAL, **address.options}
    builder = SparkSession.builder.master(master)
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _local_master(host: str) -> str:
    return "local[*]" if host in {"local", "localhost"} else host


def _refused(error: Exception) -> BadInput:
    # A Java error goes on with a plan or a trace, of which people need the first line only.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = (lines[0] if lines else type(error).__name__).rstrip(".")
    return BadInput(
        f"Spark: {reason[:300]}.", where=PLACE, hint="Check the address, and that Java 17 is installed."
    )
