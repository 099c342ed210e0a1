"""The summary of the tests counts what pytest says, and lets nothing be skipped unseen."""

import runpy
from pathlib import Path

import pytest

TOOL = runpy.run_path(str(Path(__file__).resolve().parents[1] / "tools" / "run_tests.py"))
GROUP = TOOL["Group"]("slow", (".venv/bin/pytest",))


def count(code: int, output: str, group: object = GROUP) -> tuple[int, int, int]:
    found = TOOL["counted"](group, code, output, 1.0)
    return found.passed, found.failed, found.skipped


@pytest.mark.parametrize(
    ("code", "closing", "expected"),
    [
        (0, "12 passed in 3.10s", (12, 0, 0)),
        (0, "== 12 passed, 3 skipped, 7 deselected, 1 xfailed in 71.04s (0:01:11) ==", (12, 0, 3)),
        (1, "1 failed, 2 passed, 2 errors in 0.10s", (2, 3, 0)),
        (0, "3 skipped in 0.02s", (0, 0, 3)),
        (5, "40 deselected in 0.50s", (0, 0, 0)),
        (5, "no tests ran in 0.01s", (0, 0, 0)),
        (3, "INTERNALERROR> boom", (0, 1, 0)),
        (-9, "......", (0, 1, 0)),
    ],
)
def test_a_closing_line_is_counted(code: int, closing: str, expected: tuple[int, int, int]) -> None:
    assert count(code, f"tests/a.py ...\n2 passed in a sentence\n{closing}") == expected


def test_a_fast_group_without_a_test_fails() -> None:
    assert count(5, "no tests ran in 0.01s", TOOL["Group"]("fast", (".venv/bin/pytest",))) == (0, 1, 0)


@pytest.mark.parametrize(
    ("ci", "reason", "failed"),
    [
        (True, "shared data is absent: there is no folder", 0),
        (True, "Chromium is not installed.", 1),
        (False, "Chromium is not installed.", 0),
    ],
)
def test_only_tests_on_shared_data_may_be_skipped_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: bool, reason: str, failed: int
) -> None:
    monkeypatch.setitem(TOOL["counted"].__globals__, "CI", ci)
    output = f"SKIPPED [2] tests/a.py:3: {reason}\n1 passed, 2 skipped in 0.10s"
    assert count(0, output) == (1, failed, 2)


def test_a_linter_counts_as_one_test() -> None:
    ruff = TOOL["Group"]("lint", (".venv/bin/ruff", "check"))
    assert count(1, "Found 3 errors.", ruff) == (0, 1, 0)
