"""What a review rests on, part by part, and why it has to be made again, in words.

One key tells that something has changed; the hash of each part tells what. Parts are named as people are told of them.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from salesnb.workbooks.jobs import Job

__all__ = ["changed_parts", "input_parts"]

_DIGITS = 16
_OPEN, _CLOSED, _CREATED, _EFFORT = "open deals", "won and lost deals", "created deals", "effort"
_PLAN, _NAMES, _SETTINGS, _DEFINITIONS = "plan", "names", "settings", "KPI definitions"
_SECTIONS = {
    "format": _SETTINGS, "kind": _SETTINGS, "workspace": _SETTINGS, "segment_dimension": _SETTINGS,
    "goal": _PLAN, "milestones": _PLAN, "made": _PLAN, "held": _PLAN, "revisions": _PLAN,
    "pipeline": _OPEN, "best_month": _CLOSED, "history": _CLOSED, "elsewhere": "deals at other teams",
    "node": "organisation", "tree": "organisation", "peers": "averages of the others", "need": "pipeline needed",
    "likely": "outlook", "levers": "outlook", "since": "changes since the import before",
}  # fmt: skip
_ORIGIN = {
    "plan": _PLAN, "plan_revision": _PLAN, "package": "package", "template": "template", "restated": _SETTINGS,
    # It is that of all the other parts.
    "data_fingerprint": "",
}  # fmt: skip
_STATE = "state of the data"
_TABLES = {"stages": _OPEN, "open_deals": _OPEN}
_LABELS = frozenset({"window", "month", "rep_id", "rep", "value", "stage", "moved", "effect"})
_COLUMNS = (
    ("open_", _OPEN), ("weighted_", _OPEN), ("closable_", _OPEN), ("created_", _CREATED), ("quota", _PLAN),
    ("spend", _EFFORT), ("cost_per_", _EFFORT), ("return_on_", _EFFORT),
)  # fmt: skip


def input_parts(job: Job, template: bytes, package: str) -> dict[str, str]:
    """Hash each part of what a job's result depends on, by its name for people.

    Parameters
    ----------
    template
        The notebook's bytes.
    package
        See `salesnb.workbooks.cache.package_hash`.
    """
    found: defaultdict[str, list[Any]] = defaultdict(list)
    found["template"].append(hashlib.sha256(template).hexdigest())
    found["package"].append(package)
    found["parameters"].append(dict(job.parameters))
    found["head and foot of the page"].append([job.slug, job.title, job.facts, job.back, job.locale])
    for name, content in _extract_parts(job.extract):
        found[name].append(content)
    return {name: _digest(content) for name, content in found.items() if name}


def changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Name the parts that are not what they were, in their order.

    Examples
    --------
    >>> changed_parts({"plan": "1", "open deals": "1"}, {"plan": "2", "open deals": "1"})
    ('plan',)
    """
    return tuple(name for name in {**after, **before} if before.get(name) != after.get(name))


def _digest(content: list[Any]) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _extract_parts(extract: bytes) -> Iterator[tuple[str, Any]]:
    try:
        content = json.loads(extract)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        yield "extract", extract.hex()
        return
    own = content.get("own")
    names = own.get("names", []) if isinstance(own, dict) else []
    for section, value in content.items():
        if section == "tables" and isinstance(value, dict):
            for table, rows in value.items():
                yield from _table_parts(table, rows, frozenset(names))
        elif section == "provenance" and isinstance(value, dict):
            yield from ((_ORIGIN.get(key, _STATE), [key, part]) for key, part in value.items())
        elif section == "kpis" and isinstance(value, dict):
            yield _DEFINITIONS, {name: kpi for name, kpi in value.items() if name not in names}
            yield from ((f"definition of {name}", value.get(name)) for name in names)
        else:
            yield _SECTIONS.get(section, section.replace("_", " ")), [section, value]


def _table_parts(table: str, content: Any, own: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Take a table apart by its columns: open deals may change where nothing else does."""
    columns = content.get("columns") if isinstance(content, dict) else None
    if table in _TABLES or not isinstance(columns, list):
        yield _TABLES.get(table, _CLOSED), [table, content]
        return
    rows = content["rows"]
    places = [place for place, column in enumerate(columns) if column in _LABELS]
    labels = [[row[place] for place in places] for row in rows]
    yield _NAMES, [table, columns, labels]
    for place, column in enumerate(columns):
        if column not in _LABELS:
            # Who has nothing of it may come and go without changing it.
            values = [(label, row[place]) for label, row in zip(labels, rows, strict=True) if row[place]]
            yield _column_part(column, own), [table, column, values]


def _column_part(column: str, own: frozenset[str]) -> str:
    if column in own:
        return column
    return next((part for start, part in _COLUMNS if column.startswith(start)), _CLOSED)
