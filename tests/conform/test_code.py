"""Rules that hold for every module: size, words, broad excepts, clocks, examples."""

import ast
import doctest
import importlib
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from salesnb.testing import module_problems

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salesnb"
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py"))

# Where anything at all may go wrong in somebody else's code, and the rest must go on.
BROAD_EXCEPT = {
    "salesnb/cli/__init__.py": "the command line: our own errors become one line",
    "salesnb/kpis/gate/__init__.py": "the promotion gate: a check that breaks down has failed",
    "salesnb/registry.py": "loading plugins",
    "salesnb/workbooks/kernel.py": "the review worker: one team's failure stays that team's",
    "salesnb/workbooks/runner.py": "the review worker: whatever ended it, the others go on",
    "salesnb/workbooks/worker.py": "the review worker: the error belongs to whoever asked",
}
CLOCK = {"salesnb/actions/clock.py"}
CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_are_small_and_told(module: str) -> None:
    hidden = Path(module).name.startswith("_") and not Path(module).name.startswith("__")
    assert module_problems(ROOT / module, private=hidden) == ()


def test_what_is_too_long_or_not_told_is_found(tmp_path: Path) -> None:
    body = "\n".join(f"    x{n} = {n}" for n in range(60))
    (tmp_path / "long.py").write_text(f"def work():\n{body}\n" + "\n" * 400)
    told = " ".join(module_problems(tmp_path / "long.py"))
    assert "61 lines of code" in told
    assert "462 lines" in told or "461 lines" in told
    assert "work has no docstring" in told
    assert "what it is for" in told


def test_broad_excepts_stand_only_where_they_are_named() -> None:
    assert {module for module in MODULES if any(map(is_broad, handlers(module)))} == set(BROAD_EXCEPT)


def handlers(module: str) -> list[ast.ExceptHandler]:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it swallows everything; one that cleans up and raises again does not."""
    names = (
        {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
        if handler.type
        else {"Exception"}
    )
    raises_again = any(isinstance(node, ast.Raise) and node.exc is None for node in handler.body)
    return bool(names & {"Exception", "BaseException"}) and not raises_again


@pytest.mark.parametrize("module", MODULES)
def test_nothing_but_the_clock_asks_the_clock(module: str) -> None:
    asked = [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node.value).rpartition(".")[2], node.attr) in CLOCK_CALLS
    ]
    assert not asked or module in CLOCK


@pytest.mark.parametrize("module", [module for module in MODULES if ">>> " in (ROOT / module).read_text()])
def test_examples_in_docstrings_are_true(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    assert doctest.testmod(importlib.import_module(name), optionflags=flags).failed == 0


def tracked() -> list[Path]:
    """Give the files that git keeps, or all of an unpacked archive's."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


# Put together here, so that this file does not hold what it looks for.
MACHINE = [
    "/wo" + "rk/",
    "/ro" + "ot/.",
    "/ho" + "me/",
    "index" + "-url",
    "pypi" + ".org",
    "files.python" + "hosted",
]
REGISTRIES = ["registry." + "npmjs", "registry." + "yarnpkg", "conda." + "anaconda.org"]


def test_modules_cite_only_what_their_readers_have() -> None:
    notes = re.compile(r"\b(?:DESIGN|FORMULAS|FACTS|USERS|STYLE)\b")
    assert [module for module in MODULES if notes.search((ROOT / module).read_text())] == []


@pytest.mark.parametrize("word", MACHINE + REGISTRIES)
def test_no_file_names_a_machine_or_a_registry(word: str) -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}:{n}" for n, line in enumerate(text.split("\n"), 1) if word in line
        ]
    assert found == []


# What cannot be one, and so needs no other words.
NEVER_ONE = {
    "salesnb/actions/fairness_words.py": "a slope needs three points",
    "salesnb/actions/staffing.py": "months with decimals",
    "salesnb/actions/what_if_words.py": "days with decimals, months with a word for one, and hundreds of draws",
    "salesnb/crm/staging.py": "more than can be read",
    "salesnb/kpis/aging.py": "none, or less than none",
    "salesnb/kpis/comparing.py": "one day has a sentence of its own",
    "salesnb/testing.py": "more than are enough",
    "salesnb/workbooks/templates.py": "one is as it should be",
}
COUNTABLE = re.compile(
    r" (rows|deals|cells|quotas|reps|nodes|opportunities|orders|checks|figures|columns|values|days|months|weeks|teams"
    r"|lines|goals|files|dates|hires)\b"
)


def test_one_of_a_thing_is_never_said_in_the_plural() -> None:
    assert {module for module in MODULES if any(map(counts_in_plural, texts(module)))} == set(NEVER_ONE)


def texts(module: str) -> list[ast.JoinedStr]:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]


def counts_in_plural(text: ast.JoinedStr) -> bool:
    """Tell whether a number that is not known stands before a plural; a constant in capitals is known."""
    return any(
        isinstance(value, ast.FormattedValue)
        and not (isinstance(value.value, ast.Name) and value.value.id.isupper())
        and isinstance(after, ast.Constant)
        and COUNTABLE.match(str(after.value)) is not None
        for value, after in pairwise(text.values)
    )
