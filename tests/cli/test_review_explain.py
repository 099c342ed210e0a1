"""`salesnb review` makes exactly what is affected, and `--explain` says which and why; cells are played here."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from salesnb.actions import reviewing
from salesnb.workbooks import deciding, runner

# Every test imports data.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("played")]

REVIEW = ("review", "q3")


@pytest.fixture
def reviewed(run: Callable, planned: Path) -> Path:
    assert run("-C", planned, *REVIEW).code == 0
    return planned


def told(printed: str) -> dict[str, tuple[str, str]]:
    """Read what ``--explain`` prints: name, verdict, reason."""
    rows = [line.split("  ") for line in printed.splitlines()[1:]]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    return {name: (verdict, why) for name, verdict, why in cells}


def would_run(run: Callable, workspace: Path) -> dict[str, str]:
    done = run("-C", workspace, *REVIEW, "--explain")
    assert done.code == 0, done.err
    found = {name: why for name, (verdict, why) in told(done.out).items() if verdict == "run"}
    assert f"{len(found)} would be made" in done.err
    return found


def really_ran(run: Callable, workspace: Path) -> dict[str, str]:
    done = run("-C", workspace, *REVIEW)
    assert done.code == 0, done.err
    content = json.loads((workspace / "reviews" / "q3" / "latest" / "run.json").read_text())
    return {team["name"]: team["reason"] for team in content["teams"] if team["status"] == "ran"}


def edit(export: Path, deal: str, **fields: str) -> None:
    path = export / "sales_pipeline.csv"
    header, *rows = (line.split(",") for line in path.read_text().splitlines())
    for row in rows:
        if row[0] == deal:
            for name, value in fields.items():
                row[header.index(name)] = value
    path.write_text("".join(f"{','.join(row)}\n" for row in [header, *rows]))


def test_before_the_first_run_everything_is_new(run: Callable, planned: Path) -> None:
    assert would_run(run, planned) == dict.fromkeys(("Plan q3", "Mia", "Noa"), "It is new.")
    assert not (planned / "reviews" / "q3").exists()


def test_where_nothing_has_changed_all_is_kept_and_nothing_is_written(run: Callable, reviewed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in reviewed.rglob("*") if path.is_file()}
    done = run("-C", reviewed, *REVIEW, "--explain")
    assert set(told(done.out).values()) == {("keep", "Nothing has changed.")}
    assert "0 would be made, 3 kept. Nothing was run." in done.err
    assert {path: path.stat().st_mtime_ns for path in reviewed.rglob("*") if path.is_file()} == before


def test_one_team_s_open_deal_makes_that_team_s_review_and_the_plan_s(
    run: Callable, reviewed: Path, export: Path
) -> None:
    # D003 is an open deal of Ann, who is in Mia's team.
    edit(export, "D003", product="Plus")
    assert run("-C", reviewed, "import", export, "--mapping", "maven").code == 0
    found = would_run(run, reviewed)
    assert set(found) == {"Mia", "Plan q3"}
    assert "open deals" in found["Mia"]
    assert "won and lost deals" not in found["Mia"]
    assert really_ran(run, reviewed) == found


def test_a_changed_quota_makes_all_whose_pages_name_the_plan(run: Callable, reviewed: Path) -> None:
    assert run("-C", reviewed, "plan", "cascade", "q3", "--lock", "Ann=9000", "--why", "agreed").code == 0
    found = would_run(run, reviewed)
    assert set(found) == {"Plan q3", "Mia", "Noa"}
    assert all("plan" in why for why in found.values())
    assert not any("open deals" in why for why in found.values())


def test_a_definition_is_named_that_has_changed(run: Callable, planned: Path) -> None:
    path = planned / "kpis" / "big_wins.toml"
    text = 'name = "big_wins"\nexpression = "count(where won and amount >= 1_100)"\nunit = "count"\n'
    path.write_text(text)
    run("-C", planned, *REVIEW)
    path.write_text(text.replace("1_100", "1_200"))
    found = would_run(run, planned)
    assert {"Mia", "Noa"} <= set(found)
    assert all("definition of big_wins" in found[name] for name in ("Mia", "Noa"))
    assert not any("open deals" in why for why in found.values())


def test_a_changed_template_makes_those_that_are_made_of_it(run: Callable, planned: Path) -> None:
    shipped = Path(runner.__file__).parents[2] / "templates" / "kpi_review.ipynb"
    own = planned / "templates" / "short.ipynb"
    own.write_text(shipped.read_text())
    run("-C", planned, *REVIEW, "--template", "short")
    own.write_text(shipped.read_text().replace("## Products", "## What we sell"))
    done = run("-C", planned, *REVIEW, "--template", "short", "--explain")
    assert told(done.out) == {
        "Plan q3": ("keep", "Nothing has changed."),
        "Mia": ("run", "Changed: template."),
        "Noa": ("run", "Changed: template."),
    }


def test_another_package_makes_everything(
    run: Callable, reviewed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "kept_results", lambda *_: ())
    monkeypatch.setattr(deciding, "package_hash", lambda: "newer")
    assert would_run(run, reviewed) == dict.fromkeys(("Plan q3", "Mia", "Noa"), "Changed: package.")


def test_files_that_are_missing_or_edited_are_named(run: Callable, reviewed: Path) -> None:
    folder = reviewed / "reviews" / "q3" / "latest"
    page, notebook = next(folder.glob("mia-*.html")), next(folder.glob("noa-*.ipynb"))
    page.write_text("edited")
    notebook.unlink()
    assert would_run(run, reviewed) == {
        "Mia": f"A file was changed: {page.name}.",
        "Noa": f"A file is missing: {notebook.name}.",
    }


def test_with_force_all_is_asked_for(run: Callable, reviewed: Path) -> None:
    done = run("-C", reviewed, *REVIEW, "--explain", "--force", "--only", "Mia")
    assert told(done.out) == {"Mia": ("run", "It was asked for.")}


def test_to_explain_records_no_prediction(run: Callable, planned: Path) -> None:
    run("-C", planned, *REVIEW, "--explain", "--as-of", "2017-08-20")
    assert not list((planned / "plans").rglob("predictions.jsonl"))
