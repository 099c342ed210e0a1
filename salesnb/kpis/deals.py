"""The opportunities with their dimensions: joins that never multiply a row, whatever is asked."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from salesnb.errors import UnknownName, nearest
from salesnb.kpis.book import Book, kept
from salesnb.kpis.query import CREDIT, OVERLAY

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Deals", "Dimension"]

T = TypeVar("T")

# Columns of the canonical tables that are keys, figures, dates or free text and so do not group anything.
_NOT_DIMENSIONS = {
    "opportunities": {"opportunity_id", "name", "account_id", "rep_id", "product", "next_step"},
    "accounts": {"account_id", "name"},
    "products": {"product"},
    "reps": {"rep_id", "name", "email", "node"},
}
_KINDS = {CREDIT: "revenue", OVERLAY: "overlay"}
# The columns behind dimensions for which an import knows other names.
_CALLED = (
    ("opportunities", "rep_id"), ("opportunities", "account_id"), ("opportunities", "product"), ("opportunities", "stage"),
    ("opportunities", "loss_reason"), ("opportunities", "forecast_category"), ("accounts", "sector"),
    ("accounts", "country"), ("products", "family"),
)  # fmt: skip
_KEYS = {"accounts": "account_id", "products": "product", "reps": "rep_id"}


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """Something to group by.

    Attributes
    ----------
    name
        As it is asked for.
    table, column
        Where its values are; ``org_levels`` for levels of the organisation.
    label_table, label_key, label_column
        Where the names of its ids are; empty where the values are names themselves.
    """

    name: str
    table: str
    column: str
    label_table: str = ""
    label_key: str = ""
    label_column: str = "name"

    @property
    def found_by(self) -> str:
        """The column of opportunities by which the value is found."""
        return self.column if self.table == "opportunities" else _KEYS.get(self.table, "rep_id")

    @property
    def of_reps(self) -> bool:
        """Whether a deal has its value by whose it is."""
        return self.column == "rep_id" or self.table in {"org_levels", "reps"}


class Deals:
    """The opportunities of a dataset as they were known on a day.

    Parameters
    ----------
    data
        The dataset.
    as_of
        What happened later is not known: a deal closed after it is open.
    """

    def __init__(self, data: "Dataset", as_of: date) -> None:
        self.data = data
        self.as_of = as_of
        self.book = Book(data)

    def kept(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Find something out once for as long as the data is open, whatever the as-of day."""
        return kept(self.data, key, ask)

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """Every dimension by its name; where two tables have one name, the opportunities' own comes first."""
        return kept(self.data, "dimensions", self._dimensions)

    def _dimensions(self) -> dict[str, Dimension]:
        found = {
            "rep": Dimension(
                name="rep", table="opportunities", column="rep_id", label_table="reps", label_key="rep_id"
            ),
            "account": Dimension(
                name="account",
                table="opportunities",
                column="account_id",
                label_table="accounts",
                label_key="account_id",
            ),
            "product": Dimension(name="product", table="opportunities", column="product"),
        }
        for level in self.data.meta.levels:
            found[level] = Dimension(
                name=level, table="org_levels", column=level, label_table="org", label_key="node"
            )
        for table in ("opportunities", "accounts", "products", "reps"):
            for column in self._text_columns(table):
                for name in (column, f"{table}.{column}"):
                    found.setdefault(name, Dimension(name=name, table=table, column=column))
        return found

    def dimension(self, name: str) -> Dimension:
        """Find a dimension.

        Raises
        ------
        UnknownName
            When there is none of that name.
        """
        if name not in self.dimensions:
            plain = [known for known in self.dimensions if "." not in known]
            hint = nearest(name, plain, shown=20, meant=_meant(name))
            raise UnknownName(f"There is no dimension {name!r}.", hint=hint)
        return self.dimensions[name]

    @cached_property
    def figures(self) -> dict[str, Dimension]:
        """Numbers and dates of accounts, products and reps: nothing to group by, but a condition may read them."""
        found: dict[str, Dimension] = {}
        for table in _KEYS:
            for column, kind in self.data.table(table).schema().items():
                if kind.is_numeric() or kind.is_date():
                    dimension = Dimension(name=f"{table}.{column}", table=table, column=column)
                    found.setdefault(f"{table}.{column}", dimension)
        return found

    def readable(self, name: str) -> Dimension:
        """Find what a measure reads: a dimension, or a figure of an account, a product or a rep.

        Raises
        ------
        UnknownName
            When there is none of that name.
        """
        return self.figures[name] if name in self.figures else self.dimension(name)

    @cached_property
    def kinds(self) -> dict[str, Any]:
        """The columns of the opportunities with their types."""
        return dict(self.data.table("opportunities").schema().items())

    def kind(self, name: str) -> Any:
        """Give the type of what a measure reads."""
        found = self.readable(name)
        return self.data.table(found.table).schema()[found.column]

    @cached_property
    def known(self) -> Any:
        """The opportunities as they were known on the as-of day."""
        return self.known_columns(self.data.table("opportunities").columns)

    def known_columns(self, names: Iterable[str]) -> Any:
        """Give some columns of the opportunities as they were known on the as-of day."""
        import ibis

        wanted = tuple(dict.fromkeys(names))
        table = self.data.table("opportunities")
        if self.as_of >= self.data.meta.as_of and self._all_is_known:
            return table.select(wanted)
        closed = table.closed_on.notnull() & (table.closed_on <= ibis.date(self.as_of))
        then = {
            "status": closed.ifelse(table.status, "open"),
            # The stage that a deal had before it closed is not in its row; "Won" would tell the future.
            "stage": (table.closed_on.isnull() | closed).ifelse(table.stage, ibis.null("string")),
            "closed_on": closed.ifelse(table.closed_on, ibis.null("date")),
        }
        if self.as_of >= self.data.meta.as_of or "stage" not in wanted:
            return table.select(**{name: then.get(name, table[name]) for name in wanted})
        return self._with_stages(table.mutate(**then)).select(wanted)

    @property
    def _all_is_known(self) -> bool:
        """Whether nothing closed after the as-of day, so that every row is as it was known then."""
        return all(found.day <= self.as_of if found.day else not found.closed for found in self.book.closings)

    @property
    def of_duckdb(self) -> bool:
        """Whether DuckDB is the engine."""
        return str(getattr(self.data.backend, "name", "")) == "duckdb"

    def _with_stages(self, table: Any) -> Any:
        """Take the stage that each open deal was in on the as-of day, where a history of stages tells it."""
        import ibis

        history = self.data.table("stage_history")
        entered = history.filter(history.entered_on <= ibis.date(self.as_of))
        # Of two stages of one day the order is not known: the last by name, so that the answer stays the same.
        last = entered.group_by("opportunity_id").aggregate(entered_on=entered.entered_on.max())
        stages = (
            entered.inner_join(last, ["opportunity_id", "entered_on"])
            .group_by("opportunity_id")
            .aggregate(stage_then=ibis._.stage.max())
            .rename(join_id="opportunity_id")
        )
        joined = table.left_join(stages, table.opportunity_id == stages.join_id)
        then = (joined.status == "open") & joined.stage_then.notnull()
        return joined.mutate(stage=then.ifelse(joined.stage_then, joined.stage)).drop("join_id", "stage_then")

    def with_dimensions(self, table: Any, names: Iterable[str], on: str) -> Any:
        """Add a column ``dim_NAME`` for each dimension; each join finds at most one row.

        Parameters
        ----------
        on
            The name of a date column: whose organisation counts. It need not be there where nobody moved.
        """
        dimensions = [self.readable(name) for name in dict.fromkeys(names)]
        for source in dict.fromkeys(dimension.table for dimension in dimensions):
            mine = [dimension for dimension in dimensions if dimension.table == source]
            table = self._joined(table, source, mine, on)
        return table

    def parts(self, credit: str) -> Any:
        """The parts of deals that count by credit or by overlay; None where there are none.

        Returns
        -------
        Ibis table or None
            ``opportunity_id``, ``rep_id``, ``amount`` and ``expected_amount``: a row a deal and rep with a share.
        """
        return kept(self.data, ("parts", credit), lambda: self._parts_of(_KINDS[credit]))

    def _parts_of(self, kind: str) -> Any:
        if not self.data.has("credited"):
            return None
        table = self.data.table("credited")
        found = table.filter(table.kind == kind).drop("kind", "share")
        return found if found.limit(1).to_pyarrow().num_rows else None

    def values(self, dimension: Dimension) -> list[str | None]:
        """List every known value (the id where there is one), in no particular order."""
        return kept(self.data, ("values", dimension), lambda: self._values(dimension), len)

    def _values(self, dimension: Dimension) -> list[str | None]:
        if dimension.table == "org_levels":
            org = self.data.table("org")
            return [row["node"] for row in _records(org.filter(org.level == dimension.column).select("node"))]
        if dimension.label_table:
            table = self.data.table(dimension.label_table).select(value=dimension.label_key)
        elif dimension.name == "product":
            table = self.data.table("products").select(value="product")
        else:
            table = self.data.table(dimension.table).select(value=dimension.column)
        return [row["value"] for row in _records(table.distinct()) if row["value"] is not None]

    def labels(self, dimension: Dimension) -> dict[str, str]:
        """Map ids to names; two ids of one name are told apart by their ids."""
        return kept(self.data, ("labels", dimension), lambda: self._named(dimension), len)

    def _named(self, dimension: Dimension) -> dict[str, str]:
        if not dimension.label_table:
            return {}
        table = self.data.table(dimension.label_table)
        wanted = table.select(key=dimension.label_key, label=dimension.label_column)
        names = {row["key"]: row["label"] or row["key"] for row in _records(wanted)}
        if dimension.table == "org_levels":
            level = table.filter(table.level == dimension.column).select("node")
            names = {key: names[key] for key in (row["node"] for row in _records(level))}
        shared = _repeated(names.values())
        return {key: f"{name} ({key})" if name in shared else name for key, name in names.items()}

    def _joined(self, table: Any, source: str, dimensions: list[Dimension], on: str) -> Any:
        if source == "opportunities":
            return table.mutate(**{f"dim_{found.name}": table[found.column] for found in dimensions})
        wanted = {f"dim_{found.name}": found.column for found in dimensions}
        if source == "org_levels":
            return self._with_levels(table, wanted, on)
        key = _KEYS[source]
        right = self.data.table(source).select(**{f"join_{key}": key, **wanted})
        joined = table.left_join(right, table[key] == right[f"join_{key}"])
        return joined.select(*table.columns, *wanted)

    def _with_levels(self, table: Any, wanted: dict[str, str], on: str) -> Any:
        """Find the node by the rep and the day: spells of one rep never overlap, so at most one fits."""
        places = self.kept(("places", tuple(wanted.items())), lambda: self._places(wanted))
        here = table.rep_id == places.join_rep
        if "join_from" in places.columns:
            day = table[on]
            here &= (day >= places.join_from) & (day < places.join_to)
        return table.left_join(places, here).select(*table.columns, *wanted)

    def _places(self, wanted: dict[str, str]) -> Any:
        """Give the levels above each rep, between two days where anybody moved."""
        spells, levels = self.data.table("rep_nodes"), self.data.table("org_levels")
        bounds = {"join_from": spells.valid_from, "join_to": spells.valid_to} if self.book.moves else {}
        values = {name: levels[column] for name, column in wanted.items()}
        return spells.inner_join(levels, spells.node == levels.node).select(
            join_rep=spells.rep_id, **bounds, **values
        )

    def _text_columns(self, table: str) -> list[str]:
        schema = self.data.table(table).schema()
        return [
            name
            for name, kind in schema.items()
            if kind.is_string() and name not in _NOT_DIMENSIONS[table] and not name.startswith("join_")
        ]


def _meant(name: str) -> str:
    """Give the dimension that others call so, by the names that an import knows; empty where there is none."""
    from salesnb.crm.guessing.names import LEVELS, NAMES, folded

    said = {folded(name), folded(name).removesuffix("s")}
    named = [(ours.removesuffix("_id"), NAMES[table][ours]) for table, ours in _CALLED]
    return next((ours for ours, theirs in (*named, *LEVELS.items()) if said & {*theirs}), "")


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _repeated(names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
