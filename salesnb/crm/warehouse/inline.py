"""What stands in a query instead of in the database: a role that may only read can make no tables and no views."""

from typing import Any

import sqlglot as sg
import sqlglot.expressions as sge

__all__ = ["Inline", "ReadOnly"]


class Inline:
    """Part of a compiler: a table in memory becomes VALUES, and SQL that is given stays as it is."""

    __slots__ = ()

    def visit_SQLQueryResult(self, op: Any, *, query: str, schema: Any, source: Any) -> Any:  # noqa: N802 -- Ibis' name
        """Put it in without reading it: the same view stands in every query, and taking it apart takes longest."""
        del op, schema, source
        view = sge.Subquery(this=sge.Var(this=query), alias=sge.TableAlias(this=sg.to_identifier("view")))
        return sg.select(sge.Star()).from_(view)

    def visit_InMemoryTable(self: Any, op: Any, *, name: str, schema: Any, data: Any) -> Any:  # noqa: N802 -- Ibis' name
        """Write its rows out."""
        del op
        rows = data.to_pyarrow(schema).to_pylist()
        if not rows:
            nothing = [
                self.cast(sge.Null(), kind).as_(column, quoted=True) for column, kind in schema.items()
            ]
            return sg.select(*nothing).where(sge.false())
        names = [sg.to_identifier(column, quoted=True) for column in schema.names]
        tuples = [
            sge.Tuple(expressions=[self._cell(row[c], kind) for c, kind in schema.items()]) for row in rows
        ]
        alias = sge.TableAlias(this=sg.to_identifier(name, quoted=True), columns=names)
        typed = [
            self.cast(sg.column(column, quoted=True), kind).as_(column, quoted=True)
            for column, kind in schema.items()
        ]
        return sg.select(*typed).from_(sge.Values(expressions=tuples, alias=alias))

    def _cell(self: Any, value: Any, kind: Any) -> Any:
        import ibis.expr.operations as ops

        literal = ops.Literal(value, kind)
        return self.visit_Literal(literal, value=literal.value, dtype=kind)


class ReadOnly:
    """Part of a backend: nothing is made in the database for a query."""

    def fixed(self: Any, expr: Any) -> Any:
        """Give a table that is compiled once, whatever is asked of it later."""
        return self.sql(self.compile(expr), schema=expr.schema())

    def _register_in_memory_tables(self, expr: Any) -> None:
        """Do nothing: tables in memory stand in the query."""
