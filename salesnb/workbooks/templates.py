"""Templates: notebooks with a front matter and typed parameters, found and checked before anything runs."""

import json
import math
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, cast

from salesnb.errors import BadInput, MissingFile, nearest
from salesnb.registry import Registry

__all__ = [
    "AUDIENCES",
    "TEMPLATES",
    "TYPES",
    "Parameter",
    "Template",
    "check_parameters",
    "find_template",
    "read_template",
    "shipped",
    "templates",
]

AUDIENCES = ("company", "manager", "rep")
TYPES = ("string", "integer", "number", "boolean", "date", "path")
_KEYS = ("title", "kind", "audience", "parameters")
_PARAMETER_KEYS = ("type", "required", "default", "help")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a template.

    Attributes
    ----------
    type
        One of `TYPES`.
    default
        Used when it is not given; None when it is required or has none.
    help
        What it means, a sentence.
    """

    name: str
    type: str
    default: Any = None
    required: bool = False
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A notebook that papermill can run for many teams.

    Attributes
    ----------
    kind
        What it is about, such as ``kpi_review`` or ``plan``.
    audience
        Who reads it; one of `AUDIENCES`.
    """

    name: str
    path: Path
    title: str
    kind: str
    audience: str
    parameters: tuple[Parameter, ...]


def shipped(folder: str) -> tuple[Path, ...]:
    """Find the notebooks that come with salesnb: beside the package in a checkout, else where they are installed.

    Parameters
    ----------
    folder
        ``templates`` or ``notebooks``.
    """
    checkout = Path(__file__).resolve().parents[2]
    found = checkout / folder
    if not (checkout / "pyproject.toml").is_file():
        found = Path(sysconfig.get_path("data")) / "share" / "jupyter" / "salesnb" / folder
    return tuple(sorted(found.glob("*.ipynb")))


TEMPLATES = Registry[Path]("template", "salesnb.templates")
for _file in shipped("templates"):
    TEMPLATES.add(_file.stem, _file, origin="salesnb")


def templates(folder: Path | None = None) -> Registry[Path]:
    """Give every template: those that ship, those that installed packages add, and those of a workspace's folder.

    Raises
    ------
    BadInput
        When two have one name: both are named.
    """
    found = TEMPLATES.copy()
    for path in sorted(folder.glob("*.ipynb")) if folder else ():
        found.add(path.stem, path, origin=f"{path.parent.name}/{path.name}")
    return found


def find_template(name: str, known: Registry[Path]) -> Template:
    """Find and read a template by name, or by a path that ends in ``.ipynb``.

    Raises
    ------
    UnknownName
        When there is none of that name.
    MissingFile
        When a path was given and there is no such file.
    BadInput
        When it is not a template.
    """
    return read_template(Path(name) if name.endswith(".ipynb") else Path(known.get(name)))


def read_template(path: Path) -> Template:
    """Read a template's front matter and check that papermill will be able to run it.

    Raises
    ------
    MissingFile
        When there is no such file.
    BadInput
        When it is no notebook, has no front matter or a wrong one, or has no cell tagged ``parameters``.
    """
    notebook = _load(path)
    front = notebook.get("metadata", {}).get("salesnb")
    if not isinstance(front, dict):
        raise _wrong(
            path, "It has no salesnb front matter.", 'Add "salesnb": {"title": …, "kind": …} to its metadata.'
        )
    _known_keys(path, "The front matter", front, _KEYS)
    title, kind, audience = (_text(path, front, key) for key in ("title", "kind", "audience"))
    if audience not in AUDIENCES:
        raise _wrong(path, f"The audience {audience!r} is not known.", nearest(audience, AUDIENCES))
    declared = front.get("parameters", {})
    if not isinstance(declared, dict):
        raise _wrong(
            path, "The parameters are not an object.", 'Write "parameters": {"extract": {"type": "path"}}.'
        )
    parameters = tuple(_parameter(path, name, content) for name, content in declared.items())
    _check_cell(path, notebook)
    return Template(
        name=path.stem, path=path, title=title, kind=kind, audience=audience, parameters=parameters
    )


def check_parameters(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check values against what a template declares and fill in the defaults, before anything runs.

    papermill itself runs a misspelt parameter with the template's default, in silence.

    Raises
    ------
    BadInput
        When a name is unknown, a required one is missing or a value has another type.
    """
    known = {parameter.name: parameter for parameter in template.parameters}
    for name in values:
        if name not in known:
            raise BadInput(
                f"The template {template.name!r} has no parameter {name!r}.",
                where=template.path.name,
                hint=nearest(name, known),
            )
    checked: dict[str, Any] = {}
    for parameter in template.parameters:
        if parameter.name in values:
            checked[parameter.name] = _value(template.path, parameter, values[parameter.name])
        elif parameter.required:
            raise BadInput(
                f"The parameter {parameter.name!r} is missing.",
                where=template.path.name,
                hint=f"It is a {parameter.type}. {parameter.help}".strip(),
            )
        else:
            checked[parameter.name] = parameter.default
    return checked


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingFile(
            "There is no such template.", where=str(path), hint="Name one of templates/."
        ) from None
    except OSError as error:
        raise BadInput(f"The template cannot be read: {error.strerror}.", where=str(path)) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise _wrong(
            path, f"It is not a notebook: {error}.", "Open it in JupyterLab and save it again."
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise _wrong(path, "It is not a notebook of format 4.", "Open it in JupyterLab and save it again.")
    if content.get("nbformat") != 4 or not isinstance(content.get("metadata"), dict):
        raise _wrong(path, "It is not a notebook of format 4.", "Open it in JupyterLab and save it again.")
    return cast("dict[str, Any]", content)


def _check_cell(path: Path, notebook: dict[str, Any]) -> None:
    """Make sure that there is one place where papermill puts the values."""
    tagged = [cell for cell in notebook["cells"] if "parameters" in _tags(cell)]
    if len(tagged) != 1 or tagged[0].get("cell_type") != "code":
        found = f"{len(tagged)} cells are" if tagged else "No cell is"
        raise _wrong(
            path,
            f"{found} tagged 'parameters'.",
            "Tag exactly one code cell 'parameters' (the gear in JupyterLab).",
        )
    if any("injected-parameters" in _tags(cell) for cell in notebook["cells"]):
        raise _wrong(
            path,
            "It is an output of papermill, not a template.",
            "Delete the cell tagged 'injected-parameters'.",
        )


def _tags(cell: object) -> list[Any]:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tags if isinstance(tags, list) else []


def _parameter(path: Path, name: str, content: object) -> Parameter:
    if not name.isidentifier():
        raise _wrong(path, f"The parameter {name!r} is no name of a variable.", "Use letters, digits and _.")
    if not isinstance(content, dict):
        raise _wrong(path, f"The parameter {name!r} is not an object.", f'Write {{"type": "{TYPES[0]}"}}.')
    _known_keys(path, f"The parameter {name!r}", content, _PARAMETER_KEYS)
    kind = content.get("type")
    if kind not in TYPES:
        raise _wrong(path, f"The parameter {name!r} has the type {kind!r}.", nearest(str(kind), TYPES))
    required = content.get("required", "default" not in content)
    parameter = Parameter(name=name, type=kind, required=required is True, help=str(content.get("help", "")))
    if content.get("default") is None:
        return parameter
    default = _value(path, parameter, content["default"])
    return Parameter(name=name, type=kind, required=parameter.required, help=parameter.help, default=default)


def _value(path: Path, parameter: Parameter, value: object) -> Any:
    """Give a value as the notebook gets it: dates as ISO text, everything else as it is."""
    if parameter.type == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if parameter.type == "path" and isinstance(value, Path):
        value = value.as_posix()
    problem = _CHECKS[parameter.type](value)
    if problem:
        raise BadInput(
            f"The parameter {parameter.name!r} is {value!r}, which is {problem}.",
            where=path.name,
            hint=f"Give a {parameter.type}. {parameter.help}".strip(),
        )
    return value


def _string(value: object) -> str:
    return "" if isinstance(value, str) else "not text"


def _integer(value: object) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else "not a whole number"


def _number(value: object) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return "" if fits else "not a finite number"


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "neither true nor false"


def _date(value: object) -> str:
    try:
        fits = date.fromisoformat(cast("str", value)).isoformat() == value
    except (TypeError, ValueError):
        fits = False
    return "" if fits else "not a date such as 2026-09-30"


def _path(value: object) -> str:
    """Paths stay relative, so that a finished workbook runs again wherever its folder is put."""
    if not isinstance(value, str) or not value:
        return "not a path"
    pure = PurePosixPath(value)
    outside = pure.is_absolute() or ".." in pure.parts or "\\" in value or ":" in value
    return "not a path inside the run's folder" if outside else ""


_CHECKS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "path": _path,
}


def _known_keys(path: Path, what: str, content: dict[str, Any], known: Sequence[str]) -> None:
    for key in content:
        if key not in known:
            raise _wrong(path, f"{what} has the unknown key {key!r}.", nearest(key, known))


def _text(path: Path, front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(
            path, f"The front matter has no {key}.", f'Add "{key}": "…" to "salesnb" in its metadata.'
        )
    return value


def _wrong(path: Path, what: str, hint: str) -> BadInput:
    return BadInput(what, where=path.name, hint=hint)
