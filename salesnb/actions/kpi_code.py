"""The code that a definition stands for: what a person would write in a cell of a notebook."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from salesnb.kpis.definition import Definition, Expected

__all__ = ["code_of"]

_TEXTS = ("label", "at", "where", "description", "owner", "source")
_FLAGS = ("higher_is_better", "mixed_dates", "restates")
_WIDTH = 100


def code_of(definition: Definition, root: Path, here: Path) -> str:
    """Write the cell that defines a KPI; run, it gives the same definition, and shows it.

    Parameters
    ----------
    root
        The workspace's folder.
    here
        Where the cell runs: within the workspace its path need not be named.
    """
    place = "." if here == root or root in here.parents else str(root)
    dated = any(one.first or one.last for one in definition.expected)
    arguments = [
        "workspace", _text(definition.name), _text(definition.expression), *_options(definition)
    ]  # fmt: skip
    return "\n".join(
        [
            *(["from datetime import date", ""] if dated else []),
            "from salesnb import Workspace, define_kpi",
            "",
            f"workspace = Workspace.open({_text(place)})",
            _call("kpi = define_kpi", arguments),
            "kpi",
            "",
        ]
    )


def _options(definition: Definition) -> Iterator[str]:
    usual = {field.name: field.default for field in fields(Definition)}
    yield f"unit={_text(definition.unit)}"
    for name in _TEXTS:
        if getattr(definition, name) != usual[name]:
            yield f"{name}={_text(getattr(definition, name))}"
    if definition.additive_over is not None:
        yield f"additive_over=[{', '.join(map(_text, definition.additive_over))}]"
    for name in _FLAGS:
        if getattr(definition, name) != usual[name]:
            yield f"{name}={getattr(definition, name)}"
    if definition.expected:
        yield f"expected={_expected(definition.expected)}"


def _expected(figures: tuple[Expected, ...]) -> str:
    """Write figures by their period where that says it all."""
    periods = {one.period for one in figures}
    plain = all(one == Expected(value=one.value, period=one.period) for one in figures)
    if plain and "" not in periods and len(periods) == len(figures):
        return "{" + ", ".join(f"{_text(one.period)}: {_text(one.value)}" for one in figures) + "}"
    return "[" + ", ".join(_figure(one) for one in figures) + "]"


def _figure(one: Expected) -> str:
    parts = [f'"value": {_text(one.value)}']
    parts += [f'"{name}": {_text(getattr(one, name))}' for name in ("period", "note") if getattr(one, name)]
    for name in ("first", "last"):
        day = getattr(one, name)
        parts += [f'"{name}": date({day.year}, {day.month}, {day.day})'] if day else []
    if one.where:
        parts.append(
            '"where": {' + ", ".join(f"{_text(name)}: {_text(value)}" for name, value in one.where) + "}"
        )
    return "{" + ", ".join(parts) + "}"


def _call(head: str, arguments: list[str]) -> str:
    line = f"{head}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{head}(", *(f"    {argument}," for argument in arguments), ")"])


def _text(text: str) -> str:
    """Quote text; what JSON escapes Python reads alike."""
    return json.dumps(text, ensure_ascii=False)
