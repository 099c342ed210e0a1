"""Small tables written into the query: a role that may only read cannot make temporary ones."""

from typing import Any

import sqlglot as sg
import sqlglot.expressions as sge

__all__ = ["Inline", "NothingRegistered"]


class Inline:
    """Part of a compiler: a table in memory becomes VALUES."""

    __slots__ = ()

    def visit_InMemoryTable(self: Any, op: Any, *, name: str, schema: Any, data: Any) -> Any:  # noqa: N802 -- Ibis' name
        """Write its rows out."""
        del op
        rows = data.to_pyarrow(schema).to_pylist()
        if not rows:
            nothing = [self.cast(sge.Null(), kind).as_(column, quoted=True) for column, kind in schema.items()]
            return sg.select(*nothing).where(sge.false())
        names = [sg.to_identifier(column, quoted=True) for column in schema.names]
        tuples = [sge.Tuple(expressions=[self._cell(row[c], kind) for c, kind in schema.items()]) for row in rows]
        alias = sge.TableAlias(this=sg.to_identifier(name, quoted=True), columns=names)
        typed = [
            self.cast(sg.column(column, quoted=True), kind).as_(column, quoted=True) for column, kind in schema.items()
        ]
        return sg.select(*typed).from_(sge.Values(expressions=tuples, alias=alias))

    def _cell(self: Any, value: Any, kind: Any) -> Any:
        import ibis.expr.operations as ops

        literal = ops.Literal(value, kind)
        return self.visit_Literal(literal, value=literal.value, dtype=kind)


class NothingRegistered:
    """Part of a backend: tables in memory stand in the query, so that nothing is made for them."""

    def _register_in_memory_tables(self, expr: Any) -> None:
        """Do nothing."""
