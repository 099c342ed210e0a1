"""Judgements and limits as people keep them in files: a table of answers, a table or TOML of limits and scenarios."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.actions.stating import Answers, Ends, Terms, limit, limit_records, only_resource, state_resource
from salesnb.crm.quotas.amounts import amount, decimal_mark
from salesnb.crm.sources import GridSource, source_for
from salesnb.errors import BadInput, Damaged, MissingFile, UnknownName, nearest
from salesnb.money import to_major
from salesnb.planning import (
    Plan,
    Scenario,
    ScenarioResource,
    ScenarioResponse,
    find_segment,
    keep_scenario,
)

if TYPE_CHECKING:
    from salesnb.workspace import Settings

__all__ = ["read_answers", "read_limits", "read_resources", "table_rows"]

_ANSWERS = ("segment", "none", "now", "saturated", "effort")
_MORE = ("resource", "today", "slope", "doubt", "by", "why")
_NUMBERS = {"none", "now", "saturated", "effort", "today", "slope", "low", "high", "lock"}
_ENDS = ("segment", "low", "high", "lock", "strategy", "resource", "group", "why", "by")
_FULL = 10_000


def read_answers(path: Path) -> tuple[Answers, ...]:
    """Read the three answers of each segment from CSV or a spreadsheet: segment, none, now, saturated, effort.

    Further columns may be resource, today, slope, doubt, by and why.

    Raises
    ------
    BadInput
        When a column is missing or not known, a segment is there twice, or a cell is no number.
    MissingFile
        When there is no such file.
    """
    found: list[Answers] = []
    seen: set[tuple[str, str]] = set()
    for where, row in table_rows(path, _ANSWERS, _MORE):
        missing = [name for name in _ANSWERS if not row[name]]
        if missing:
            raise BadInput(f"{missing[0]!r} is empty.", where=where, hint="Answer it, or delete the row.")
        key = (row.get("resource", ""), row["segment"])
        if key in seen:
            raise BadInput(f"{row['segment']!r} is there twice.", where=where, hint="Give each segment once.")
        seen.add(key)
        found.append(Answers(**row, where=where))
    return tuple(found)


def read_limits(plan: Plan, path: Path, settings: "Settings", *, who: str, at: datetime) -> Plan:
    """Take limits and scenarios from TOML, or limits from CSV or a spreadsheet.

    A table has the columns segment, low, high, lock, strategy, resource, group, why and by; rows of one group are limited
    together, by what the first of them says. TOML has ``[resource.NAME]``, ``[[limit]]`` and ``[scenario.NAME]``.

    Raises
    ------
    BadInput, UnknownName
        When a name or a key is not known, or a value is none, and where.
    MissingFile
        When there is no such file.
    """
    if path.suffix.lower() == ".toml":
        return _Document(path=path, settings=settings, who=who, at=at).limited(plan, _parsed(path))
    return limit(plan, _table_of_limits(path), settings, who=who, at=at)


def read_resources(plan: Plan, path: Path, settings: "Settings", *, who: str, at: datetime) -> Plan:
    """Take the resources from TOML, which judgements need before there are segments to limit; a table has none.

    Raises
    ------
    BadInput, UnknownName, MissingFile
        As `read_limits`.
    """
    if path.suffix.lower() != ".toml":
        return plan
    return _Document(path=path, settings=settings, who=who, at=at).with_resources(plan, _parsed(path))


def _table_of_limits(path: Path) -> list[Ends]:
    single: list[Ends] = []
    groups: dict[tuple[str, str], Ends] = {}
    for where, row in table_rows(path, ("segment",), _ENDS[1:]):
        ends = _ends(row, where)
        group = row.get("group", "")
        if not group:
            single.append(ends)
            continue
        key = (ends.resource, group)
        first = groups.setdefault(key, replace(ends, name=group, segments=()))
        groups[key] = replace(first, segments=(*first.segments, *ends.segments))
    return [*single, *groups.values()]


def _ends(row: Mapping[str, str], where: str) -> Ends:
    lock = row.get("lock", "")
    if lock and (row.get("low") or row.get("high")):
        raise BadInput("It has a lock and ends.", where=where, hint="Give one of both.")
    return Ends(
        segments=(row["segment"],),
        resource=row.get("resource", ""),
        low=lock or row.get("low", ""),
        high=lock or row.get("high", ""),
        strategy=row.get("strategy", ""),
        why=row.get("why", ""),
        by=row.get("by", ""),
        where=where,
    )


def table_rows(path: Path, needed: Sequence[str], more: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Give the rows of the first sheet by column, with where each stands; amounts as plain digits.

    Raises
    ------
    BadInput
        When a column is missing or not known, or an amount is no number.
    MissingFile
        When there is no such file.
    """
    if not path.is_file():
        raise MissingFile(f"There is no file {path.name}.", where=str(path.parent), hint="Check the path.")
    source = source_for(path)
    if not isinstance(source, GridSource):
        raise BadInput("It is read from CSV and spreadsheets.", where=path.name)
    grid, _ = source.grid(path, (source.tables(path) or ("",))[0])
    heads = [cell.strip().casefold() for cell in grid[0]] if grid else []
    for name in heads:
        if name and name not in {*needed, *more}:
            raise BadInput(
                f"There is no column {name!r} here.", where=path.name, hint=nearest(name, [*needed, *more])
            )
    for name in needed:
        if name not in heads:
            raise BadInput(
                f"The column {name!r} is missing.",
                where=path.name,
                hint=f"It should have {', '.join(needed)}.",
            )
    columns = {name: place for place, name in enumerate(heads) if name}
    cells = [
        (f"{path.name}, row {line}", {name: _cell(row, place) for name, place in columns.items()})
        for line, row in enumerate(grid[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    mark = decimal_mark(row[name] for _, row in cells for name in _NUMBERS & set(row))
    return [
        (where, {name: _plain(name, text, mark, where) for name, text in row.items()}) for where, row in cells
    ]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _plain(name: str, text: str, mark: str, where: str) -> str:
    if name not in _NUMBERS or not text:
        return text
    try:
        found = amount(text, mark)
    except ValueError:
        raise BadInput(
            f"{text!r} is not a number.", where=f"{where}, {name}", hint="Write digits, such as 1234.50."
        ) from None
    return "" if found is None else f"{found:f}"


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MissingFile(
            f"There is no file {path.name}.", where=str(path.parent), hint="Check the path."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Damaged(f"Not readable as TOML: {error}.", where=path.name) from error


@dataclass(frozen=True, kw_only=True)
class _Document:
    """A TOML file on its way into a plan."""

    path: Path
    settings: "Settings"
    who: str
    at: datetime

    def with_resources(self, plan: Plan, document: Mapping[str, Any]) -> Plan:
        _known(document, ("resource", "limit", "scenario"), self.path.name)
        for name, given in _tables(document, "resource", self.path.name):
            plan = self._resource(plan, name, given)
        return plan

    def limited(self, plan: Plan, document: Mapping[str, Any]) -> Plan:
        plan = limit(plan, self._limits(document), self.settings, who=self.who, at=self.at)
        for name, given in _tables(document, "scenario", self.path.name):
            plan = keep_scenario(plan, self._scenario(plan, name, given))
        return plan

    def _resource(self, plan: Plan, name: str, given: Mapping[str, Any]) -> Plan:
        where = f"{self.path.name}, resource.{name}"
        _known(given, ("total", "unit", "spend", "unit_cost", "moving_cost", "step"), where)
        stated = next((item for item in plan.resources if name in {item.id, item.name}), None)
        if "total" not in given and stated is None:
            raise BadInput("It has no total.", where=where, hint="Write total = 400000.")
        total = given.get("total")
        if total is None and stated is not None:
            total = to_major(int(stated.total), self.settings.digits if stated.unit == "money" else 0)
        text = {key: str(given[key]) for key in ("unit_cost", "moving_cost", "step") if key in given}
        terms = Terms(what_pays=given.get("spend") == "what pays", **text)
        return state_resource(plan, f"{name}={total} {given.get('unit', '')}", self.settings, terms)

    def _limits(self, document: Mapping[str, Any], where: str = "") -> list[Ends]:
        found = []
        for number, given in enumerate(document.get("limit", []), start=1):
            place = f"{self.path.name}{where}, limit {number}"
            _known(given, ("segments", *_ENDS), place)
            row = {key: str(value) for key, value in given.items() if key != "segments"}
            names = given.get("segments", [given["segment"]] if "segment" in given else [])
            if not names:
                raise BadInput("It is about no segment.", where=place, hint='Write segment = "North".')
            ends = _ends({"segment": "", **row}, place)
            found.append(replace(ends, segments=tuple(map(str, names)), name=row.get("group", "")))
        return found

    def _scenario(self, plan: Plan, name: str, given: Mapping[str, Any]) -> Scenario:
        where = f"{self.path.name}, scenario.{name}"
        _known(given, ("text", "totals", "responses", "limit"), where)
        ends = self._limits(given, f", scenario.{name}")
        return Scenario(
            id=name,
            name=name,
            text=str(given.get("text", "")),
            resources=tuple(
                self._total(plan, resource, total) for resource, total in given.get("totals", {}).items()
            ),
            limits=limit_records(plan, ends, self.settings, who=self.who, at=self.at),
            responses=tuple(
                ScenarioResponse(
                    segment=find_segment(plan, segment).id, factor_bp=_factor(factor, where, segment)
                )
                for segment, factor in given.get("responses", {}).items()
            ),
        )

    def _total(self, plan: Plan, name: str, total: object) -> ScenarioResource:
        resource = only_resource(plan, name)
        stated = state_resource(plan, f"{resource.name}={total}", self.settings, Terms())
        return ScenarioResource(
            resource=resource.id, unit=resource.unit, total=only_resource(stated, resource.name).total
        )


def _factor(factor: object, where: str, segment: str) -> int:
    if not isinstance(factor, int | float) or not 0 <= factor <= 100:
        raise BadInput(
            f"{segment} sells {factor!r} times as much.", where=where, hint="Write 0.8 for a fifth less."
        )
    return round(factor * _FULL)


def _tables(document: Mapping[str, Any], name: str, where: str) -> list[tuple[str, Mapping[str, Any]]]:
    found = document.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(item, dict) for item in found.values()):
        raise BadInput(f"{name!r} should be tables.", where=where, hint=f"Write [{name}.NAME].")
    return list(found.items())


def _known(given: object, names: Sequence[str], where: str) -> None:
    if not isinstance(given, dict):
        raise BadInput("It should be a table.", where=where)
    for name in given:
        if name not in names:
            raise UnknownName(f"There is no key {name!r} here.", where=where, hint=nearest(name, names))
