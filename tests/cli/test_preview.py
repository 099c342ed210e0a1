"""A KPI that is being defined in a notebook, and what an analyst does with it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import salesnb
from salesnb.errors import BadUsage, UnknownName
from salesnb.workspace import Workspace

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def open_workspace(workspace: Path) -> Workspace:
    return Workspace.open(workspace)


def defined(workspace: Workspace, **more: Any) -> Any:
    parts: dict[str, Any] = {"unit": "count", "label": "Base won", **more}
    return salesnb.define_kpi(workspace, "base_wins", "count(where won and product = 'Base')", **parts)


def test_it_shows_its_last_quarter_beside_others_its_trend_and_what_it_is_made_of(
    open_workspace: Workspace,
) -> None:
    """Data as of 27 September 2017, so that the second quarter is the last complete one."""
    preview = defined(open_workspace)
    known = {row[0]: row[1] for row in preview.frame(by="quarter").itertuples(index=False)}
    shown = preview._repr_mimebundle_()
    plain, html = shown["text/plain"], shown["text/html"]
    assert plain.startswith(
        f"Base won was {known['2017-Q2']} in Q2 2017, after {known['2017-Q1']} in Q1 2017"
    )
    assert preview.value == known["2017-Q2"]
    assert "Sep 2017 so far" in plain
    assert "not promoted yet" in plain
    assert "reads status" in plain or "status" in plain
    assert html.count("<img alt=") == 1
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'scope="col"' in html
    assert preview._repr_mimebundle_() == shown


def test_without_a_notebook_every_side_of_it_is_readable_text(open_workspace: Workspace) -> None:
    preview = defined(open_workspace)
    for shown in (preview.by("team"), preview.table(by="team"), preview.chart(by="team"), preview.lineage()):
        assert repr(shown).startswith(shown.finding)
        assert "Chart(" not in repr(shown)
    assert preview.by("team").figures()[1][0] in repr(preview.by("team"))


def test_figures_are_told_without_pandas_and_without_plans(workspace: Path) -> None:
    """What takes longest about a first figure is what is imported for it."""
    code = (
        "import sys, salesnb; from salesnb.workspace import Workspace;"
        f"shown = salesnb.define_kpi(Workspace.open({str(workspace)!r}), 'wins', 'count(where won)', unit='count');"
        "assert 'Q2 2017' in repr(shown);"
        "print({'pandas', 'salesnb.planning', 'bqplot'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_before_the_first_month_of_the_data_nothing_is_known_and_not_zero(open_workspace: Workspace) -> None:
    """Deals close from January 2017 on."""
    first = defined(open_workspace).during("2017-Q1")
    assert (first.figures.previous, first.figures.last_year) == (None, None)
    assert "after" not in repr(first).splitlines()[0]
    assert first.figures.months[0][0] == "2017-01"


def test_every_side_agrees_with_the_whole(open_workspace: Workspace) -> None:
    preview = defined(open_workspace)
    by_team = preview.frame(by="team", beside=["won_count"])
    assert by_team["base_wins"].sum() == preview.value
    assert list(by_team.columns) == ["team", "base_wins", "won_count"]
    assert len(preview.rows()) == preview.value
    assert "Base won" in preview.by("team").text()
    assert "Deals won" in preview.table(by="team", beside=["won_count"]).text()
    assert "Q2 2017" in preview.table(beside=["won_count"]).text()
    assert preview.chart(by="team").form == "bars"
    assert preview.chart(by="quarter").form == preview.chart().form == "trend"
    assert "base_wins" in preview.lineage().text()
    assert (
        preview.during("2017-Q1").value
        == preview.frame(by="quarter").set_index("quarter")["base_wins"]["2017-Q1"]
    )
    with pytest.raises(UnknownName):
        preview.by("tem")
    with pytest.raises(BadUsage, match="dimension"):
        preview.by("month")


def test_the_data_is_opened_once_and_again_after_an_import(
    open_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    right = Workspace.dataset
    monkeypatch.setattr(Workspace, "dataset", lambda self: opened.append(1) or right(self))
    preview = defined(open_workspace)
    preview.by("team")
    preview.chart(by="quarter")
    assert len(opened) == 1
    current = open_workspace.data_dir / "current"
    database = open_workspace.data_dir / current.read_text().strip()
    copy = database.with_name("crm-0123.duckdb")
    copy.write_bytes(database.read_bytes())
    current.write_text(f"{copy.name}\n")
    preview.by("team")
    assert len(opened) == 2


def test_what_was_typed_is_only_text(open_workspace: Workspace) -> None:
    preview = defined(open_workspace, label=HOSTILE, owner=HOSTILE, description=HOSTILE)
    promoted = preview.promote(expected={"2017-Q2": str(preview.value)})
    shown = (
        preview,
        preview.check(),
        promoted,
        preview.by("team"),
        preview.table(by="team"),
        preview.lineage(),
    )
    for part in shown:
        html = part._repr_mimebundle_()["text/html"]
        assert "<script" not in html
        pictures = re.findall(r'alt="([^"]*)"', html)
        assert all("<" not in alt for alt in pictures)
    assert "&lt;script&gt;" in preview._repr_mimebundle_()["text/html"]


def test_the_checks_and_the_promotion_show_themselves(open_workspace: Workspace) -> None:
    preview = defined(open_workspace, additive_over=["team"])
    assert not preview.check().passed
    assert "“is described”" in preview.check().sentence
    refused = preview.promote(owner="Ann", expected="1,000")
    assert (refused.accepted, refused.written) == (False, False)
    assert "Nothing was written" in repr(refused)
    kept = preview.promote(owner="Ann", expected=[{"period": "2017-Q2", "value": preview.value}])
    assert (kept.accepted, kept.definition.status) == (True, "certified")
    assert "certified now" in kept._repr_mimebundle_()["text/html"]
    again = defined(open_workspace)
    assert "certified, version 1 in the workspace" in repr(again)
    other = salesnb.define_kpi(open_workspace, "base_wins", "count(where won)", unit="count")
    assert "another definition than the one in the workspace" in repr(other)


def test_before_the_first_import_it_says_what_is_missing(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "new")
    shown = repr(salesnb.define_kpi(workspace, "mine", "count(where won)", unit="count"))
    assert "cannot be shown" in shown
    assert "salesnb import" in shown
