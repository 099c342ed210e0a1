"""DuckDB as the engine: Ibis' backend of it, which answers without pandas."""

from typing import Any

import ibis.expr.operations as ops
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.formats.pyarrow import PyArrowData

__all__ = ["Embedded"]


class _Arrow(PyArrowData):  # type: ignore[misc] # Ibis has no types
    """Gives a result the types of its expression; what is null of no type is an integer to DuckDB."""

    @classmethod
    def convert_column(cls, column: Any, dtype: Any) -> Any:
        return pa.nulls(len(column)) if dtype.is_null() else super().convert_column(column, dtype)

    @classmethod
    def convert_scalar(cls, scalar: Any, dtype: Any) -> Any:
        return pa.scalar(None) if dtype.is_null() else super().convert_scalar(scalar, dtype)


class Embedded(Backend):  # type: ignore[misc] # Ibis has no types
    """A connection to DuckDB."""

    def _run_pre_execute_hooks(self, expr: Any) -> None:
        """Look once, not four times, for what must be told to the engine before a query."""
        if expr.op().find((ops.InMemoryTable, ops.ScalarUDF, ops.AggUDF)):
            super()._run_pre_execute_hooks(expr)

    def to_pyarrow(self, expr: Any, /, **options: Any) -> Any:
        """Answer a query; on its own way Ibis imports pandas, which takes longer than most questions."""
        found = self._to_duckdb_relation(expr, **options).to_arrow_table()
        return expr.__pyarrow_result__(found, data_mapper=_Arrow)
