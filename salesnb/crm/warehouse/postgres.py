"""PostgreSQL: one read-only transaction, so that all figures of an answer are of the same moment."""

from decimal import Decimal
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
import psycopg
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.postgres import Backend
from ibis.backends.sql.compilers.postgres import PostgresCompiler

from salesnb.crm.warehouse.address import PLACE, Address
from salesnb.crm.warehouse.inline import Inline, ReadOnly
from salesnb.errors import BadInput

__all__ = ["connect"]

_SECONDS = "10"
# Less, and a million rows are sorted on disk to be grouped, because the planner cannot know how few groups there are.
_MEMORY = "256MB"


class _ByBytes(ops.Unary):  # type: ignore[misc] # Ibis has no types
    """A text that is sorted by its bytes, as the other engines do, and not by the rules of a language."""

    shape = rlz.shape_like("arg")
    dtype = dt.string


class _Compiler(Inline, PostgresCompiler):  # type: ignore[misc] # Ibis has no types
    __slots__ = ()

    def visit__ByBytes(self, op: Any, *, arg: Any) -> Any:  # noqa: N802 -- Ibis' name
        """Cast first: an enumeration is no text."""
        del op
        return sge.Collate(this=sge.cast(arg, "text"), expression=sge.Identifier(this="C", quoted=True))


class _Postgres(ReadOnly, Backend):  # type: ignore[misc] # Ibis has no types
    compiler = _Compiler()

    def as_text(self, column: Any) -> Any:
        """Give a column as text that compares as on every other engine."""
        return _ByBytes(column).to_expr()

    def tables_in(self, schema: str) -> set[str] | None:
        """Name what can be read in a schema; None where there is no such schema."""
        found = self._asked(
            "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = %s", schema
        )
        if not found:
            return None
        if not found[0][0]:
            raise _refused(f"the user may not use the schema {schema}", "Grant USAGE on the schema.")
        rows = self._asked(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s"
            " AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND has_table_privilege(c.oid, 'SELECT')",
            schema,
        )
        return {str(row[0]) for row in rows}

    def default_schema(self) -> str:
        """Name the schema that is looked into where none is set."""
        return str(self._asked("SELECT coalesce(current_schema(), 'public')")[0][0])

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """Fetch at once: through a cursor of the server's, which Ibis uses, PostgreSQL does not work in parallel."""
        table = expr.as_table()
        sql = self.compile(table, params=params, limit=limit)
        rows = self._asked(sql)
        schema = table.schema().to_pyarrow()
        columns = [
            pa.array([_plain(row[place], kind.type) for row in rows], type=kind.type)
            for place, kind in enumerate(schema)
        ]
        return expr.__pyarrow_result__(pa.Table.from_arrays(columns, schema=schema))

    def _asked(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            with self.con.cursor() as cursor, self.con.transaction():
                return list(cursor.execute(sql, values or None).fetchall())
        except psycopg.Error as error:
            raise _refused(_told(error), _advice(error)) from None


def connect(address: Address, time_zone: str) -> _Postgres:
    """Connect for reading.

    Raises
    ------
    BadInput
        When the server cannot be reached, or refuses.
    """
    options = {"connect_timeout": _SECONDS, "application_name": "salesnb", **address.options}
    host = options.pop("host", address.host) or None
    port = int(options.pop("port", address.port or 5432))
    backend = _Postgres()
    try:
        backend.do_connect(
            host=host,
            port=port,
            user=address.user or None,
            password=address.password or None,
            database=address.path.strip("/") or None,
            **options,
        )
        connection = backend.con
        connection.execute("SELECT set_config('TimeZone', %s, false)", (time_zone,))
        if "work_mem" not in options.get("options", ""):
            connection.execute(
                "SELECT set_config('work_mem', %s, false)"
                " WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes(%s)",
                (_MEMORY, _MEMORY),
            )
        connection.autocommit = False
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        # The transaction begins here, and ends with the connection.
        connection.execute("SELECT 1")
    except psycopg.Error as error:
        told = _told(error).replace(address.password, "***") if address.password else _told(error)
        raise _refused(told, "Check host, database, user and password.") from None
    return backend


def _plain(value: Any, kind: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and pa.types.is_integer(kind) else value


def _told(error: psycopg.Error) -> str:
    """The reason in one line: of several addresses tried each has one, and the last says most."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (error.diag.message_primary or (lines[0] if lines else type(error).__name__)).rstrip(".")


def _advice(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "Grant SELECT on the table."
    if isinstance(error, psycopg.OperationalError):
        return "Try again; if it stays so, ask whoever runs the server."
    return "Check that the tables are as the README says."


def _refused(reason: str, hint: str) -> BadInput:
    return BadInput(f"PostgreSQL: {reason}.", where=PLACE, hint=hint)
