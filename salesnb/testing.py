"""Conformance checks for those who add KPIs, templates, sources or profiles.

Each returns the problems that it found, as sentences; an empty tuple is a pass. In a test of your own::

    from salesnb.testing import kpi_problems

    def test_my_kpi_conforms():
        assert kpi_problems(my_kpi) == ()
"""

import ast
import inspect
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import salesnb
from salesnb.errors import SalesnbError

if TYPE_CHECKING:
    from salesnb.allocation.constraints import Constraint
    from salesnb.allocation.limits import Limit
    from salesnb.crm.sources import Source
    from salesnb.kpis import Kpi

__all__ = [
    "constraint_problems",
    "kpi_problems",
    "module_problems",
    "profile_problems",
    "source_problems",
    "template_problems",
]

MODULE_LINES = 400
FUNCTION_LINES = 50
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def kpi_problems(kpi: "Kpi") -> tuple[str, ...]:
    """Check the definition of a KPI, and that a derived one survives zeros and nulls.

    Parameters
    ----------
    kpi
        The KPI, as :func:`salesnb.kpis.catalogue` holds it.

    Examples
    --------
    >>> from salesnb.kpis import catalogue
    >>> kpi_problems(catalogue().get("win_rate"))
    ()
    """
    return tuple(_kpi_problems(kpi))


def template_problems(path: Path) -> tuple[str, ...]:
    """Check a template: its front matter, that it carries no outputs, and that it imports public names only."""
    from salesnb.workbooks.templates import read_template

    try:
        read_template(path)
    except SalesnbError as error:
        return (str(error),)
    return tuple(_notebook_problems(path))


def profile_problems(path: Path) -> tuple[str, ...]:
    """Check a profile: that it can be read, and says in its first line which source it is for."""
    from salesnb.crm.mapping import load_mapping

    try:
        load_mapping(path)
    except SalesnbError as error:
        return (str(error),)
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return () if first.startswith("# ") else (f"{path.name} does not begin with a comment on its source.",)


def source_problems(
    source: "Source", example: Path, headers: tuple[str, ...], rows: tuple[tuple[str | None, ...], ...]
) -> tuple[str, ...]:
    """Check that a source stages an example file as its cells of text, in order, with nothing lost.

    Parameters
    ----------
    source
        An object with ``suffixes``, ``holds_many`` and ``stage``.
    example
        A small file in the source's real format, called after the table in it: ``deals.xlsx`` with a sheet ``deals``.
    headers, rows
        What is in it; an empty cell is None.
    """
    found = [f"{example.name} has none of its endings."] if example.suffix not in source.suffixes else []
    if any(suffix != suffix.lower() or not suffix.startswith(".") for suffix in source.suffixes):
        found.append("Its endings are not all lower case with a dot before them.")
    staged_headers, staged_rows = _stage(source, example)
    if staged_headers != headers:
        found.append(f"It reads the headers {staged_headers}, not {headers}.")
    elif staged_rows != rows:
        found.append(f"It reads the rows {staged_rows}, not {rows}.")
    return tuple(found)


def constraint_problems(constraint: "Constraint") -> tuple[str, ...]:
    """Check that the example of a constraint says why, changes an allocation, is kept, and rejects what it should.

    Parameters
    ----------
    constraint
        As :data:`salesnb.allocation.constraints.CONSTRAINTS` holds it; its example limits the segments North, South
        and West of a resource of 100.
    """
    from salesnb.allocation import allocate, power

    # Without a limit 100 is shared as 75.5, 18.9 and 5.7, which every example stands against.
    curves = {
        name: power(gain=gain, exponent=0.5) for name, gain in (("North", 4), ("South", 2), ("West", 1.1))
    }
    limit = constraint.example
    free, bound = allocate(curves, 100), allocate(curves, 100, [limit])
    found = [] if limit.why.strip() else ["Its example does not say why."]
    if _comes_to(limit, constraint.rejected):
        found.append("Its example allows the amounts that it should reject.")
    if not _comes_to(limit, bound.amounts):
        found.append("An allocation does not keep to its example.")
    if bound.outcome > free.bound * (1 + 1e-9):
        found.append("Its example makes an allocation better, which a limit cannot.")
    if limit.why not in {price.why for price in bound.prices} and len(limit.weights) > 1:
        found.append("Its example does not bind; choose one that does.")
    return tuple(found)


def _comes_to(limit: "Limit", amounts: Mapping[Any, float]) -> bool:
    """Whether amounts keep to a limit, but for rounding."""
    from salesnb.allocation.limits import line_of

    held = {line_of(key): amount for key, amount in amounts.items()}
    come = sum(weight * held.get(line, 0.0) for line, weight in limit.weights.items())
    return limit.low - 1e-6 <= come <= limit.high + 1e-6


def module_problems(path: Path, *, private: bool = False) -> tuple[str, ...]:
    """Check a module: at most 400 lines, functions of at most 50 lines of code, public ones documented.

    Parameters
    ----------
    private
        Whether all of it is for its own package only, so that nothing in it needs a docstring.
    """
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    found = []
    if (lines := len(text.splitlines())) > MODULE_LINES:
        found.append(f"{path.name} has {lines} lines; {MODULE_LINES} are enough.")
    lengths = [
        (node.name, _code_lines(node, text)) for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)
    ]
    found += [
        f"{path.name}: {name} has {lines} lines of code; {FUNCTION_LINES} are enough."
        for name, lines in lengths
        if lines > FUNCTION_LINES
    ]
    undocumented = () if private else tuple(_undocumented(tree))
    found += [f"{path.name}: {name} has no docstring." for name in undocumented]
    if ast.get_docstring(tree) is None:
        found.append(f"{path.name} does not say what it is for.")
    return tuple(found)


def _kpi_problems(kpi: "Kpi") -> Iterator[str]:
    from salesnb.kpis.checking import check_definition

    yield from (f"{kpi.name}: not so: {check.name}." for check in check_definition(kpi) if not check.passed)
    if not kpi.name.isidentifier() or kpi.name != kpi.name.lower():
        yield f"{kpi.name!r} is not a name in lower case with underscores."
    if kpi.formula.endswith(".") or kpi.label.endswith("."):
        yield f"{kpi.name}: its label and formula are phrases, without a full stop."
    if kpi.kind == "derived":
        yield from _derived_problems(kpi.name, kpi.function)


def _derived_problems(name: str, function: Callable[..., Any]) -> Iterator[str]:
    """Try zero and one for each part, and nothing for those whose annotation allows it: none may raise."""
    parts = inspect.signature(function).parameters.values()
    tried = [(None, 0, 1) if "None" in str(part.annotation) else (0, 1) for part in parts]
    for values in product(*tried):
        given = dict(zip((part.name for part in parts), values, strict=True))
        try:
            function(**given)
        except (ArithmeticError, TypeError, ValueError) as error:
            yield f"{name} of {given} raises {type(error).__name__}: {error}."
            return


def _notebook_problems(path: Path) -> Iterator[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for place, cell in enumerate(cells, start=1):
        if cell["cell_type"] != "code":
            continue
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"{path.name}: cell {place} carries outputs. Clear them."
        for name in _private_imports("".join(cell["source"])):
            yield f"{path.name}: cell {place} imports {name}, which is not a public name of salesnb."


def _private_imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("salesnb."))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "salesnb":
            public = node.module == "salesnb"
            yield from (
                f"{node.module}.{alias.name}"
                for alias in node.names
                if not (public and alias.name in salesnb.__all__)
            )


def _stage(source: "Source", example: Path) -> tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]:
    import duckdb

    from salesnb.crm.mapping import TableMapping
    from salesnb.crm.staging import StageRequest, cell

    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        request = StageRequest(
            connection=connection,
            path=example,
            sheet=example.stem if source.holds_many else "",
            mapping=TableMapping(table="opportunities", file=example.name),
            relation="staged",
            scratch=Path(scratch),
        )
        staged = source.stage(request)
        columns = ", ".join(cell(place) for place in range(len(staged.headers)))
        asked = f"SELECT {columns} FROM {staged.relation} WHERE {staged.keep_sql} ORDER BY {staged.row_sql}"
        return staged.headers, tuple(connection.execute(asked).fetchall())


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> int:
    """Count a function's lines from its name on, without its docstring, comments and empty lines."""
    lines = text.splitlines()[function.lineno - 1 : function.end_lineno]
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        start, end = first.lineno - function.lineno, (first.end_lineno or first.lineno) - function.lineno
        lines = lines[:start] + lines[end + 1 :]
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#"))


def _undocumented(tree: ast.Module) -> Iterator[str]:
    """Name the public functions, classes and methods without a docstring."""
    for node in tree.body:
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield node.name
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if (
                isinstance(inner, _FUNCTIONS)
                and not inner.name.startswith("_")
                and not ast.get_docstring(inner)
            ):
                yield f"{node.name}.{inner.name}"
