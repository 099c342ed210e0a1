"""What the form of a KPI offers: columns by what can be done with them, KPIs, dimensions, values."""

from typing import TYPE_CHECKING, Any

from salesnb.actions.kpi_look import GRAINS
from salesnb.actions.kpi_picks import DEALS, KINDS, KNOWN, MEASURES, MISSING, SIGNS
from salesnb.errors import MissingFile, SalesnbError
from salesnb.kpis import Query, dimension_names
from salesnb.kpis.gate import rules
from salesnb.kpis.language import tree

if TYPE_CHECKING:
    from salesnb.actions.kpi_builder import Builder
    from salesnb.kpis.language.columns import Found

__all__ = ["choices", "values_of"]

_AT = {
    "closed_on": "the day they closed",
    "created_on": "the day they were created",
    "as_of": "being open at the end of the period",
    "at_start": "being open before the period",
}
_AMOUNTS = {"money", "signed_money", "count"}
_OF = {"accounts": "account", "products": "product", "reps": "rep", "org_levels": "organisation"}
# Deals are picked by their status apart; the day as of which they are told is no fact of a deal.
_NO_CONDITION = {"status", "as_of"}
_TEXT_SIGNS = ("is", "is not", KNOWN, MISSING)
_MOST_VALUES = 500


def choices(builder: "Builder") -> dict[str, Any]:
    """Give everything that can be picked, with its words, as a page takes it."""
    settings = builder.workspace.settings
    return {
        "locale": settings.locale.replace("_", "-"),
        "kinds": _pairs(KINDS),
        "measures": _pairs(MEASURES),
        "ranked": [(name, words) for name, words in MEASURES.items() if name not in {"kpi", "count", "count_distinct"}],
        "deals": _pairs(DEALS),
        "at": _pairs(_AT),
        "grains": list(GRAINS),
        "units": _pairs({unit: unit.replace("_", " ") for unit in ("money", "count", "ratio", "days", "money_per_day")}),
        "columns": _columns(builder),
        "kpis": [
            (name, f"{kpi.label} ({name}{', draft' if kpi.status == 'draft' else ''})")
            for name, kpi in builder.known.items()
            if not kpi.hidden and name != builder.editing
        ],
        "dimensions": _dimensions(builder),
        "saved": [(name, _state(found)) for name, found in builder.saved.items()],
        "checks": [name for name, _ in rules().items()],
    }  # fmt: skip


def values_of(builder: "Builder", column: str) -> list[tuple[str, int]]:
    """Give the values of a column of texts with how many deals have them, the most frequent first; may be empty."""
    found = next((found for name, found in _named(builder) if name == column), None)
    if found is None or found.kind != "text" or not found.dimension:
        return []
    try:
        told = builder.kpis.query(Query(kpis=("created_count",), by=(found.dimension,)))
    except SalesnbError:
        return []
    counted = [(str(value), int(count or 0)) for value, count in told if value is not None]
    return sorted(counted, key=lambda one: (-one[1], one[0]))[:_MOST_VALUES]


def _columns(builder: "Builder") -> dict[str, Any]:
    """Tell which columns can stand where, and how each can be compared."""
    found = _named(builder)
    amounts = [one for one in found if one[1].kind in _AMOUNTS]
    return {
        "summed": _worded([one for one in amounts if one[1].of_deals]),
        "ranked": _worded(amounts),
        "counted": _worded([one for one in found if one[1].kind == "text"]),
        "dates": _worded([one for one in found if one[1].kind == "date"]),
        "conditions": _worded([one for one in found if one[0] not in _NO_CONDITION]),
        "kinds": {name: one.kind if one.kind in {"text", "date"} else "number" for name, one in found},
        "signs": {"text": _TEXT_SIGNS, "date": list(SIGNS), "number": list(SIGNS)},
    }


def _named(builder: "Builder") -> "list[tuple[str, Found]]":
    """Give each column by its shortest name."""
    columns = builder.columns
    named = [(name, columns.find(tree.Column(name=name))) for name in columns.names]
    short: dict[tuple[str, str], str] = {}
    for name, found in named:
        key = (found.table, found.column.rpartition(".")[2].removeprefix("dim_"))
        short[key] = min(short.get(key, name), name, key=len)
    return [(name, found) for name, found in named if name in short.values()]


def _worded(found: "list[tuple[str, Found]]") -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " ") + (f" (of the {_OF[one.table]})" if one.table in _OF else ""))
        for name, one in found
    ]


def _dimensions(builder: "Builder") -> list[tuple[str, str]]:
    try:
        names = dimension_names(builder.kpis.data, builder.kpis.as_of)
    except MissingFile:
        return []
    return [(name, name.replace("_", " ")) for name in names if "." not in name]


def _state(found: Any) -> str:
    if isinstance(found, SalesnbError):
        return "cannot be read"
    return f"{found.title}, {found.status}, version {found.version}"


def _pairs(words: dict[str, str]) -> list[tuple[str, str]]:
    return list(words.items())
