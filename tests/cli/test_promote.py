"""``salesnb kpi promote``, as an analyst uses it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BIG = """
name = "base_share"
label = "Share of Base"
expression = "count(where won and product = 'Base') / count(where won)"
unit = "ratio"
"""


@pytest.fixture
def definition(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str = BIG, name: str = "mine.toml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_from_a_draft_to_a_certified_kpi_with_versions(run: Any, workspace: Path, definition: Any) -> None:
    ran = run("-C", workspace, "kpi", "promote", definition())
    assert ran.code == 0
    assert "a draft" in ran.err
    assert "Nobody is named" in ran.err
    kept = workspace / "kpis" / "base_share.toml"
    assert 'status = "draft"' in kept.read_text()
    # 13 of the 20 that were won are of Base; see tests/cli/conftest.py.
    ran = run("-C", workspace, "kpi", "promote", "base_share", "--owner", "Ann", "--expect", "65 %")
    assert ran.code == 0, ran.out
    assert "certified now" in ran.err
    assert 'status = "certified"' in kept.read_text()
    assert "version = 1" in kept.read_text()
    before = kept.stat().st_mtime_ns
    again = run("-C", workspace, "kpi", "promote", kept)
    assert "already" in again.err
    assert kept.stat().st_mtime_ns == before
    kept.write_text(kept.read_text().replace("'Base'", "'Plus'").replace("65 %", "35 %"))
    listed = run("-C", workspace, "kpi", "list")
    assert "draft" in next(line for line in listed.out.splitlines() if line.startswith("base_share"))
    assert run("-C", workspace, "kpi", "promote", kept).code == 0
    assert "version = 2" in kept.read_text()
    assert 'status = "certified"' in kept.read_text()
    history = workspace / "kpis" / ".history" / "base_share"
    assert sorted(path.name for path in history.glob("*.toml")) == ["1.toml", "2.toml"]


def test_what_fails_is_refused_and_nothing_is_written(run: Any, workspace: Path, definition: Any) -> None:
    ran = run("-C", workspace, "kpi", "promote", definition(), "--expect", "2017-Q3=99 %")
    assert ran.code == 1
    assert "FAILED" in ran.out
    assert "for 2017-Q3 it should be 99 %" in ran.out.lower().replace("q3", "Q3")
    assert "Nothing was written" in ran.err
    assert list((workspace / "kpis").iterdir()) == []


def test_programs_get_every_check_as_json(run: Any, workspace: Path, definition: Any) -> None:
    ran = run(
        "-C", workspace, "kpi", "promote", definition(), "--draft", "--owner", "Ann", "--format", "json"
    )
    (found,) = json.loads(ran.out)
    assert (found["accepted"], found["status"], found["version"], found["written"]) == (
        True,
        "draft",
        1,
        True,
    )
    assert len(found["checks"]) == 10
    assert set(found["checks"][0]) == {"check", "outcome", "told", "advice"}
    assert any("stay a draft" in text for text in found["missing"])


def test_kpi_check_runs_the_gate_over_the_workspaces_own(run: Any, workspace: Path) -> None:
    claims = BIG + 'additive_over = ["team"]\n'
    (workspace / "kpis" / "base_share.toml").write_text(claims, encoding="utf-8")
    ran = run("-C", workspace, "kpi", "check")
    assert ran.code == 1
    lines = [line for line in ran.out.splitlines() if "base_share: adds up where it says so" in line]
    assert [line[:6] for line in lines] == ["FAILED"]
    assert "1 of the gate failed" in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BIG.replace("base_share", "../../evil"), "cannot be the name"),
        (BIG.replace("base_share", "won_amount"), "defined twice"),
        (BIG.replace("count(where won)", "__import__('os').system('true')"), "means nothing here"),
        ('name = "x', "not valid TOML"),
        (BIG.replace("product", "produkt"), "produkt"),
    ],
)
def test_hostile_and_broken_definitions_are_refused_in_words(
    run: Any, workspace: Path, definition: Any, text: str, told: str
) -> None:
    ran = run("-C", workspace, "kpi", "promote", definition(text))
    assert ran.code == 1
    assert told in ran.err + ran.out
    assert "Traceback" not in ran.err
    assert list((workspace / "kpis").iterdir()) == []


def test_a_file_that_is_not_there_is_named(run: Any, workspace: Path) -> None:
    ran = run("-C", workspace, "kpi", "promote", "nowhere.toml")
    assert (ran.code, "nowhere.toml" in ran.err) == (1, True)
    wrong = run("-C", workspace, "kpi", "promote", "nowhere.toml", "--expect", "=5")
    assert wrong.code in (1, 2)
