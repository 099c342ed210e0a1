"""The canonical tables: what each holds, and of what kind."""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "DERIVED",
    "RESERVED_NAMES",
    "SET_ASIDE",
    "TABLES",
    "Field",
    "Kind",
    "Reference",
    "Table",
    "table_named",
]

Kind = Literal["text", "money", "signed_money", "date", "count", "number", "probability"]

_SQL_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "money": "BIGINT",
    "signed_money": "BIGINT",
    "date": "DATE",
    "count": "BIGINT",
    "number": "DOUBLE",
    "probability": "DOUBLE",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column. ``expected`` ones that are mapped and empty in a row give that row a warning.

    ``input_only`` ones can be mapped and serve the import, but are not kept under their name.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    expected: bool = False
    input_only: bool = False

    @property
    def sql_type(self) -> str:
        """Type of the column in the engine; money is whole minor units."""
        return _SQL_TYPES[self.kind]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A field whose values are keys of another table."""

    field: str
    table: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A canonical table.

    Attributes
    ----------
    key
        Fields that together occur once; empty when rows may repeat.
    takes_extras
        Whether further columns of the source are kept, as dimensions.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    takes_extras: bool = False
    has_source_row: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def kept(self) -> tuple[Field, ...]:
        """Fields that are stored."""
        return tuple(field for field in self.fields if not field.input_only)


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name) for name in names)


def _of(kind: Kind, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=kind) for name in names)


_CURRENCY = Field(name="currency", input_only=True)

_OPPORTUNITIES = Table(
    name="opportunities",
    key=("opportunity_id",),
    fields=(
        Field(name="opportunity_id", required=True),
        Field(name="name"),
        Field(name="account_id", expected=True),
        Field(name="rep_id", expected=True),
        Field(name="product", expected=True),
        Field(name="stage"),
        Field(name="status"),
        *_of("money", "amount", "expected_amount"),
        Field(name="created_on", kind="date", expected=True),
        *_of("date", "closed_on", "expected_close_on"),
        Field(name="probability", kind="probability"),
        *_texts("forecast_category", "loss_reason", "next_step"),
        _CURRENCY,
    ),
    references=(
        Reference(field="account_id", table="accounts"),
        Reference(field="rep_id", table="reps"),
        Reference(field="product", table="products"),
    ),
    takes_extras=True,
    has_source_row=True,
)

# In the order in which they are loaded: what is looked up comes before what looks it up.
TABLES: tuple[Table, ...] = (
    Table(
        name="rates",
        key=("currency", "valid_from"),
        fields=(
            Field(name="currency", required=True),
            Field(name="valid_from", kind="date", required=True),
            Field(name="rate", kind="number", required=True),
        ),
    ),
    Table(
        name="org",
        key=("node",),
        fields=(Field(name="node", required=True), *_texts("name", "parent", "level", "manager")),
    ),
    Table(
        name="reps",
        key=("rep_id",),
        fields=(
            Field(name="rep_id", required=True),
            *_texts("name", "email", "node"),
            *_of("date", "start_on", "end_on"),
            Field(name="manager", input_only=True),
        ),
        takes_extras=True,
    ),
    Table(
        name="accounts",
        key=("account_id",),
        fields=(
            Field(name="account_id", required=True),
            *_texts("name", "sector"),
            Field(name="employees", kind="count"),
            Field(name="revenue", kind="number"),
            Field(name="country"),
        ),
        takes_extras=True,
    ),
    Table(
        name="products",
        key=("product",),
        fields=(
            Field(name="product", required=True),
            Field(name="family"),
            Field(name="list_price", kind="money"),
        ),
        takes_extras=True,
    ),
    Table(
        name="memberships",
        fields=(
            Field(name="rep_id", required=True),
            Field(name="node", required=True),
            *_of("date", "valid_from", "valid_to"),
            Field(name="share", kind="probability"),
        ),
    ),
    _OPPORTUNITIES,
    Table(
        name="orders",
        key=("order_id",),
        fields=(
            Field(name="order_id", required=True),
            *(Field(name=name, expected=True) for name in ("account_id", "rep_id", "product")),
            Field(name="ordered_on", kind="date", required=True),
            Field(name="amount", kind="signed_money", required=True),
            Field(name="quantity", kind="number"),
            _CURRENCY,
        ),
        references=_OPPORTUNITIES.references,
    ),
    Table(
        name="quotas",
        fields=(
            Field(name="owner", required=True),
            Field(name="period", required=True),
            Field(name="kpi"),
            Field(name="amount", kind="money"),
        ),
    ),
    Table(
        name="credits",
        fields=(
            Field(name="opportunity_id", required=True),
            Field(name="rep_id", required=True),
            Field(name="share", kind="probability", required=True),
            Field(name="kind"),
        ),
        references=(
            Reference(field="opportunity_id", table="opportunities"),
            Reference(field="rep_id", table="reps"),
        ),
    ),
    Table(
        name="calls",
        fields=(
            Field(name="owner", required=True),
            Field(name="period", required=True),
            Field(name="category"),
            Field(name="amount", kind="money"),
            Field(name="made_on", kind="date"),
            Field(name="note"),
        ),
    ),
    Table(
        name="activities",
        fields=(
            *_texts("rep_id", "account_id", "opportunity_id", "kind"),
            Field(name="date", kind="date"),
            Field(name="minutes", kind="number"),
        ),
        references=(
            Reference(field="rep_id", table="reps"),
            Reference(field="account_id", table="accounts"),
            Reference(field="opportunity_id", table="opportunities"),
        ),
    ),
    Table(
        name="effort",
        fields=(*_texts("period", "segment", "resource"), Field(name="amount", kind="number")),
    ),
    Table(
        name="market",
        fields=(
            Field(name="segment", required=True),
            Field(name="period", required=True),
            Field(name="potential", kind="money", required=True),
            *_texts("source"),
            Field(name="confidence", kind="probability"),
        ),
    ),
    Table(
        name="stage_history",
        fields=(
            Field(name="opportunity_id", required=True),
            Field(name="stage", required=True),
            Field(name="entered_on", kind="date", required=True),
        ),
        references=(Reference(field="opportunity_id", table="opportunities"),),
    ),
)

# Tables that the import makes itself: name -> columns in SQL.
DERIVED: dict[str, str] = {
    "rep_nodes": "rep_id VARCHAR, node VARCHAR, valid_from DATE, valid_to DATE",
    "placements": "rep_id VARCHAR, node VARCHAR, valid_from DATE, valid_to DATE",
    "credited": "opportunity_id VARCHAR, rep_id VARCHAR, kind VARCHAR, share DOUBLE, amount BIGINT,"
    " expected_amount BIGINT",
    "meta": "key VARCHAR, value VARCHAR",
    "import_report": "table_name VARCHAR, read BIGINT, loaded BIGINT, rejected BIGINT, repaired BIGINT,"
    " warned BIGINT",
    "rejected": "table_name VARCHAR, file VARCHAR, source_row BIGINT, field VARCHAR, reason VARCHAR, value VARCHAR,"
    " row_key VARCHAR",
    "imports": "import_no BIGINT, as_of DATE, fingerprint VARCHAR, about VARCHAR",
    "changes": "import_no BIGINT, as_of DATE, table_name VARCHAR, row_key VARCHAR, change VARCHAR, before VARCHAR",
}

# What people get of a row that was set aside, in data/rejected.csv; ``row_key`` is for finding it again.
SET_ASIDE = ("table_name", "file", "source_row", "field", "reason", "value")

_BUCKETS = ("day", "week", "month", "quarter", "year")
_DIMENSIONS = ("rep", "account", "node", "company", "family", "source_row")
_KPIS = [
    "won_amount",
    "won_count",
    "lost_count",
    "closed_count",
    "created_count",
    "created_amount",
    "win_rate",
    "win_rate_value",
    "win_rate_cohort",
    "win_rate_cohort_closed",
    "average_deal",
    "median_deal",
    "median_cycle_days",
    "mean_cycle_days",
    "open_count",
    "open_amount",
    "weighted_amount",
    "sales_velocity",
    "coverage",
    "coverage_all_open",
    "attainment",
    "pacing",
    "nrr",
    "grr",
    "retention_start_amount",
    "retention_net_amount",
    "retention_gross_amount",
    "expansion_amount",
    "contraction_amount",
    "churn_amount",
]
_CANONICAL = {field.name for table in TABLES if table.takes_extras for field in table.fields}

# A further column of a source may not take one of these names: a query could not tell them apart.
RESERVED_NAMES = frozenset({*_BUCKETS, *_DIMENSIONS, *_KPIS, *_CANONICAL})


def table_named(name: str) -> Table | None:
    """Return the canonical table of that name, or None."""
    return next((table for table in TABLES if table.name == name), None)
