"""Extracts: the one file that a workbook reads, checked once and then trusted.

An extract is JSON, written by the run and never by hand. ``"format"`` is ``salesnb-extract/1``; ``"kind"`` says
which workbook it is for. A review's extract holds the figures of one team, rep or segment (`ReviewExtract`):

``headline``
    ``window`` and a column a KPI: ``period`` (its start to the as-of date), ``previous`` and ``last_year`` (as many
    days of the periods compared with), ``previous_full`` and ``last_year_full``.
``by_month``
    ``month`` and the KPIs, up to the as-of month.
``by_rep``
    ``rep_id``, ``rep``, ``quota`` and the KPIs of the period so far.
``by_product``, ``by_segment``
    ``value``, the KPIs, ``last_year_won_amount``.
``by_product_month``, ``by_segment_month``
    ``value``, ``month``, ``won_amount``; may be missing.
``stages``, ``open_deals``, ``drivers_previous_period``, ``drivers_last_year``
    The open pipeline, its largest deals, and what changed won_amount (``effect``, ``amount``; they add up exactly).

``pipeline`` (may be missing) tells of all open deals: ``closable_count`` and ``closable_amount`` (expected to close by
the period's last day, overdue ones among them, or without that date), ``without_expected_close_count``,
``without_created_count``, ``usual_cycle_days`` (nine of ten won deals took no longer), ``stalled_count`` and
``stalled_amount`` (older than that). ``since`` and ``own`` (may be missing) are told of in
``salesnb.workbooks.extract_since`` and ``salesnb.workbooks.extract_own``, ``need`` (may be missing: the pipeline that
the goal needs) in ``salesnb.workbooks.findings_need``, ``outlook`` (may be missing: how likely the quota is attained) in
``salesnb.workbooks.findings_outlook``, ``roadmap`` (may be missing: what is due by month) in
``salesnb.workbooks.findings_roadmap``, ``made`` (may be missing: how the quota was made) in
``salesnb.workbooks.findings_made``, ``activities`` and ``effort`` (may be missing) in ``salesnb.workbooks.findings_activities`` and
``salesnb.workbooks.findings_effort``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from salesnb.counting import counted
from salesnb.errors import Damaged, MissingFile
from salesnb.money import Formatter
from salesnb.workbooks.extract_own import OwnKpis, own_of
from salesnb.workbooks.extract_since import since_of
from salesnb.workbooks.findings_activities import ActivityNote, activities_from
from salesnb.workbooks.findings_bridge import Since
from salesnb.workbooks.findings_effort import EffortNote, effort_from
from salesnb.workbooks.findings_elsewhere import Elsewhere, elsewhere_of
from salesnb.workbooks.findings_held import HeldTarget, held_of
from salesnb.workbooks.findings_made import Made, made_from
from salesnb.workbooks.findings_need import Need, need_from
from salesnb.workbooks.findings_outlook import Prospect, prospect_from
from salesnb.workbooks.findings_roadmap import RoadmapNote, roadmap_from

__all__ = [
    "FORMAT",
    "ExtractGoal",
    "ExtractNode",
    "ExtractPeriod",
    "Figures",
    "KpiNote",
    "Origin",
    "Pipeline",
    "ReviewExtract",
    "figures_of",
    "formatter_of",
    "origin_of",
    "read_document",
    "read_review",
    "review_from_document",
]

FORMAT = "salesnb-extract/1"
_HINT = "Run the review again: salesnb review."
_TABLES = {
    "headline": "window",
    "by_month": "month",
    "by_rep": "rep",
    "by_product": "value",
    "by_segment": "value",
    "stages": "stage",
    "open_deals": "opportunity_id",
    "drivers_previous_period": "effect",
    "drivers_last_year": "effect",
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A table: names of columns, and rows of as many cells."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()

    def records(self) -> tuple[dict[str, Any], ...]:
        """Give each row under the names of its columns."""
        return tuple(dict(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class ExtractNode:
    """What the review is about."""

    id: str
    name: str
    level: str
    parent_name: str = ""
    manager: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtractPeriod:
    """The period, half-open, and how many of its days had passed on the as-of date."""

    label: str
    start: date
    end: date
    elapsed_days: int
    days: int
    months: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExtractGoal:
    """The goal or quota of the node; ``target`` is in minor units of money or a count."""

    kpi: str
    label: str
    unit: str
    target: int
    objective: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class KpiNote:
    """What a KPI is, as the catalogue had it when the extract was made."""

    name: str
    label: str
    unit: str
    formula: str = ""
    version: str = ""
    status: str = ""
    owner: str = ""
    why_draft: str = ""
    higher_is_better: bool = True


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the figures come from; ``caution`` says what is wrong with the data and was accepted."""

    as_of: date
    data_fingerprint: str
    plan: str = ""
    plan_revision: int = 0
    package: str = ""
    template: str = ""
    caution: str = ""
    rejected: int = 0
    repaired: int = 0
    warned: int = 0
    restated: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What is known of all open deals together; None where it is not."""

    closable_count: int | None = None
    closable_amount: int | None = None
    without_expected_close_count: int | None = None
    without_created_count: int | None = None
    usual_cycle_days: float | None = None
    stalled_count: int | None = None
    stalled_amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewExtract:
    """Everything that a KPI review knows."""

    company: str
    fmt: Formatter
    fiscal_year_start: int
    origin: Origin
    node: ExtractNode
    period: ExtractPeriod
    goal: ExtractGoal | None
    milestones: tuple[tuple[str, int], ...]
    kpis: Mapping[str, KpiNote]
    tables: Mapping[str, Figures]
    segment_dimension: str
    pipeline: Pipeline
    peers: Mapping[str, Any]
    since: Since | None = None
    need: Need | None = None
    outlook: Prospect | None = None
    roadmap: RoadmapNote | None = None
    made: Made | None = None
    activities: ActivityNote | None = None
    effort: EffortNote | None = None
    own: OwnKpis = field(default_factory=OwnKpis)
    held: tuple[HeldTarget, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    best_month: tuple[str, float] | None = None

    def table(self, name: str) -> tuple[dict[str, Any], ...]:
        """Give the rows of a table; a table that is not there has none."""
        return self.tables.get(name, Figures()).records()


def read_document(path: str | Path, kind: str) -> dict[str, Any]:
    """Read an extract's JSON and check that it is of the kind wanted.

    Raises
    ------
    MissingFile
        When there is no such file.
    Damaged
        When it is not JSON, of another format or of another kind.
    """
    file = Path(path)
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise MissingFile("There is no extract of that name.", where=str(path), hint=_HINT) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Damaged(f"The extract is not JSON: {error}.", where=file.name, hint=_HINT) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Damaged(f"It is not an extract of the format {FORMAT}.", where=file.name, hint=_HINT)
    if document.get("kind") != kind:
        found = document.get("kind")
        raise Damaged(
            f"The extract is of the kind {found!r}; {kind!r} is wanted.", where=file.name, hint=_HINT
        )
    return document


def read_review(path: str | Path) -> ReviewExtract:
    """Read the extract of a KPI review.

    Raises
    ------
    MissingFile, Damaged
        As `read_document`; and Damaged where a part is missing or is not what it should be.
    """
    return review_from_document(read_document(path, "kpi_review"), where=Path(path).name)


def review_from_document(document: Mapping[str, Any], *, where: str = "extract") -> ReviewExtract:
    """Read the extract of a KPI review from JSON values; raises as `read_review`."""
    try:
        return _review(document)
    except KeyError as error:
        raise Damaged(f"The extract has no {error.args[0]!r}.", where=where, hint=_HINT) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Damaged(f"The extract holds something unexpected: {error}.", where=where, hint=_HINT) from None


def _review(document: Mapping[str, Any]) -> ReviewExtract:
    workspace = document["workspace"]
    return ReviewExtract(
        company=str(workspace.get("company", "")),
        fmt=formatter_of(document),
        fiscal_year_start=int(workspace.get("fiscal_year_start", 1)),
        origin=origin_of(document["provenance"]),
        node=_node(document["node"]),
        period=_period(document["period"]),
        goal=_goal(document.get("goal")),
        milestones=tuple(
            (str(m["label"]), int(m["target_to_date"])) for m in document.get("milestones") or ()
        ),
        kpis={name: _kpi(name, note) for name, note in document["kpis"].items()},
        tables=_tables(document["tables"]),
        segment_dimension=str(document.get("segment_dimension") or ""),
        pipeline=Pipeline(**_known(Pipeline, document.get("pipeline") or {})),
        peers=document.get("peers") or {},
        since=since_of(document.get("since")),
        need=need_from(document.get("need")),
        outlook=prospect_from(document.get("outlook")),
        roadmap=roadmap_from(document.get("roadmap")),
        activities=activities_from(document.get("activities")),
        effort=effort_from(document.get("effort")),
        made=made_from(document.get("made")),
        own=own_of(document.get("own")),
        held=held_of(document.get("held")),
        elsewhere=elsewhere_of(document.get("elsewhere")),
        best_month=(str(best[0]), best[1]) if (best := document.get("best_month")) else None,
    )


def formatter_of(document: Mapping[str, Any]) -> Formatter:
    """Tell how the readers of an extract see figures."""
    workspace = document["workspace"]
    return Formatter(str(workspace["locale"]), str(workspace["currency"]))


def origin_of(part: Mapping[str, Any]) -> Origin:
    """Read where an extract's figures come from."""
    aside = part.get("set_aside") or {}
    return Origin(
        as_of=date.fromisoformat(part["as_of"]),
        data_fingerprint=str(part.get("data_fingerprint") or ""),
        plan=str(part.get("plan") or ""),
        plan_revision=int(part.get("plan_revision") or 0),
        package=str(part.get("package") or ""),
        template=str(part.get("template") or ""),
        restated=bool(part.get("restated")),
        caution=str(part.get("caution") or ""),
        **{key: int(aside.get(key) or 0) for key in ("rejected", "repaired", "warned")},
    )


def _node(part: Mapping[str, Any]) -> ExtractNode:
    names = ("id", "name", "level")
    optional = {key: str(part.get(key) or "") for key in ("parent_name", "manager")}
    return ExtractNode(**{key: str(part[key]) for key in names}, **optional)


def _period(part: Mapping[str, Any]) -> ExtractPeriod:
    return ExtractPeriod(
        label=str(part["label"]),
        start=date.fromisoformat(part["start"]),
        end=date.fromisoformat(part["end"]),
        elapsed_days=int(part["elapsed_days"]),
        days=int(part["days"]),
        months=tuple(map(str, part["months"])),
    )


def _goal(part: Mapping[str, Any] | None) -> ExtractGoal | None:
    if part is None:
        return None
    words = {key: str(part.get(key) or "") for key in ("objective", "basis")}
    return ExtractGoal(
        kpi=str(part["kpi"]),
        label=str(part["label"]),
        unit=str(part["unit"]),
        target=int(part["target"]),
        **words,
    )


def _kpi(name: str, part: Mapping[str, Any]) -> KpiNote:
    words = {key: str(part.get(key) or "") for key in ("formula", "version", "status", "owner", "why_draft")}
    better = part.get("higher_is_better") is not False
    return KpiNote(
        name=name, label=str(part["label"]), unit=str(part["unit"]), higher_is_better=better, **words
    )


def _tables(part: Mapping[str, Any]) -> dict[str, Figures]:
    found = {name: figures_of(name, table) for name, table in part.items()}
    for name, key in _TABLES.items():
        if name not in found:
            raise KeyError(name)
        if key not in found[name].columns:
            raise KeyError(f"{name}.{key}")
    return found


def figures_of(name: str, part: Mapping[str, Any]) -> Figures:
    """Read a table; ValueError where a row has not as many cells as there are columns."""
    columns = tuple(map(str, part["columns"]))
    rows = tuple(tuple(row) for row in part["rows"])
    wrong = next((place for place, row in enumerate(rows) if len(row) != len(columns)), None)
    if wrong is not None:
        message = f"row {wrong} of {name} has not {counted(len(columns), 'cell', 'cells')}"
        raise ValueError(message)
    return Figures(columns=columns, rows=rows)


def _known(kind: type[Pipeline], part: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a later package may have added."""
    fields = cast("dict[str, Any]", kind.__dataclass_fields__)
    return {name: part[name] for name in fields if name in part}
