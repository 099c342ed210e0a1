"""DuckDB as the engine: Ibis' backend of it, which answers without pandas, and several questions at once."""

from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from typing import Any
from weakref import WeakSet

import duckdb
import ibis.expr.operations as ops
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.formats.pyarrow import PyArrowData

from salesnb.crm.sql import quote_literal

__all__ = ["Compiler", "Embedded"]

# Seconds after which a query that goes on is told once more to stop.
_HEARD = 0.01


class _Arrow(PyArrowData):  # type: ignore[misc] # Ibis has no types
    """Gives a result the types of its expression; what is null of no type is an integer to DuckDB."""

    @classmethod
    def convert_column(cls, column: Any, dtype: Any) -> Any:
        return pa.nulls(len(column)) if dtype.is_null() else super().convert_column(column, dtype)

    @classmethod
    def convert_scalar(cls, scalar: Any, dtype: Any) -> Any:
        return pa.scalar(None) if dtype.is_null() else super().convert_scalar(scalar, dtype)


class Compiler(DuckDBCompiler):  # type: ignore[misc] # Ibis has no types
    """Writes statements for DuckDB."""

    __slots__ = ()

    def visit_DateDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:  # noqa: N802 -- Ibis' name
        """Subtract where days are wanted; DuckDB's function takes longer than a tenth of a scan for the same number."""
        if op.part.value == "day" and op.left.dtype.is_date() and op.right.dtype.is_date():
            return sge.Paren(this=sge.Sub(this=left, expression=right))
        return super().visit_DateDelta(op, part=part, left=left, right=right)


class Embedded(Backend):  # type: ignore[misc] # Ibis has no types
    """A connection to DuckDB."""

    compiler = Compiler()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._running: WeakSet[Running] = WeakSet()

    def disconnect(self) -> None:
        """Let go of the data; what runs is stopped, because DuckDB cannot be told to once they are closed."""
        for running in list(self._running):
            running.stop()
        super().disconnect()

    def _run_pre_execute_hooks(self, expr: Any) -> None:
        """Look once, not four times, for what must be told to the engine before a query."""
        if _needs_telling(expr):
            super()._run_pre_execute_hooks(expr)

    def to_pyarrow(self, expr: Any, /, **options: Any) -> Any:
        """Answer a query; on its own way Ibis imports pandas, which takes longer than most questions."""
        found = self._to_duckdb_relation(expr, **options).to_arrow_table()
        return expr.__pyarrow_result__(found, data_mapper=_Arrow)

    def ahead(self, expr: Any) -> "Running | None":
        """Have a query answered while something else is done; None where only this connection knows what it reads.

        What is temporary, such as a view of what was known earlier, another connection to the same data does not see.
        """
        if _needs_telling(expr):
            return None
        cursor = self.con.cursor()
        try:
            for name, value in self._session.items():
                cursor.execute(f"SET {name} = {quote_literal(value)}")
            running = Running(self, expr, cursor, cursor.sql(self.compile(expr.as_table())))
        except duckdb.Error:
            return None
        self._running.add(running)
        return running

    @property
    def _session(self) -> dict[str, str]:
        """What a connection does not take over from the one that it is made from."""
        told = self.con.execute(
            "SELECT current_setting('TimeZone'), current_setting('search_path')"
        ).fetchone()
        zone, path = told or ("UTC", "")
        return {"TimeZone": zone, "search_path": path, "python_enable_replacements": "false"}


class Running:
    """A query that DuckDB answers in a thread of its own.

    Parameters
    ----------
    backend, expr
        Who is asked what.
    cursor
        A connection that nobody else asks.
    relation
        The query, which it has read and not run.
    """

    def __init__(
        self,
        backend: Embedded,
        expr: Any,
        cursor: duckdb.DuckDBPyConnection,
        relation: duckdb.DuckDBPyRelation,
    ) -> None:
        self._backend, self._expr, self._cursor = backend, expr, cursor
        thread = ThreadPoolExecutor(1)
        self._found = thread.submit(relation.to_arrow_table)
        thread.shutdown(wait=False)

    def answer(self) -> Any:
        """Wait for the answer; what went wrong is asked again, so that it is told as everywhere."""
        try:
            found = self._found.result()
        except (duckdb.Error, CancelledError):
            return self._backend.to_pyarrow(self._expr)
        return self._expr.__pyarrow_result__(found, data_mapper=_Arrow)

    def stop(self) -> None:
        """Do without the answer: when this is left, nothing runs any more."""
        self._found.cancel()
        # Before it has begun to answer DuckDB does not hear this.
        while wait([self._found], _HEARD).not_done:
            self._cursor.interrupt()


def _needs_telling(expr: Any) -> bool:
    return bool(expr.op().find((ops.InMemoryTable, ops.ScalarUDF, ops.AggUDF)))
