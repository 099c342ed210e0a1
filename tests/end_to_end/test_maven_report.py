"""The public data set as a report of itself: it agrees, and every edit is found again."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesnb.cli import main

pytestmark = pytest.mark.slow
HEADER = ("Opportunity Owner", "Account Name", "Stage", "Amount", "Close Date", "Opportunity ID")
QUARTER = ("--from", "2017-10-01", "--to", "2017-12-31")


@pytest.fixture(scope="module")
def maven(shared_data: Path) -> Path:
    return shared_data / "maven_crm"


@pytest.fixture(scope="module")
def loaded(maven: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maven") / "mine"
    assert main(["new", str(folder)]) == 0
    assert main(["-C", str(folder), "import", str(maven), "--mapping", "maven"]) == 0
    return folder


@pytest.fixture
def compare(loaded: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def call(kpi: str, report: Path, *words: str) -> Any:
        capsys.readouterr()
        arguments = ["-C", loaded, "kpi", "reconcile", kpi, "--expect", report, *words, "--format", "json"]
        assert main([str(argument) for argument in arguments]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_the_files_agree_with_what_was_loaded_from_them(maven: Path, compare: Callable[..., Any]) -> None:
    for kpi in ("won_amount", "lost_count", "open_count", "created_count"):
        found = compare(kpi, maven / "sales_pipeline.csv")
        assert (found["difference"], found["deals"]) == (0, []), kpi
        assert found["salesnb"] > 0


def test_every_variant_agrees_on_the_last_quarter(maven: Path, compare: Callable[..., Any]) -> None:
    variants = sorted((maven / "variants").glob("*.csv"))
    assert variants
    for variant in variants:
        assert compare("won_amount", variant, *QUARTER)["difference"] == 0, variant.name


def test_edits_of_a_quarters_report_are_found_again(
    maven: Path, compare: Callable[..., Any], tmp_path: Path
) -> None:
    with (maven / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
        deals = list(csv.DictReader(file))
    won = [d for d in deals if d["deal_stage"] == "Won" and "2017-10-01" <= d["close_date"]]
    rows, expected = [], Counter[str]()
    for place, deal in enumerate(won):
        kind, amount, closed = place % 97, int(deal["close_value"]), deal["close_date"]
        if kind == 1:
            expected["missing in the report"] += 1
            continue
        if kind == 2:
            amount, _ = amount + 1, expected.update(["other amount"])
        cells = (
            deal["sales_agent"],
            deal["account"],
            "Closed Won",
            f"{amount:,}.00",
            closed,
            deal["opportunity_id"],
        )
        rows.append(cells)
        if kind == 3:
            rows.append(cells)
            expected["duplicate"] += 1
        if kind == 4:
            rows.append((*cells[:-1], f"new {place}"))
            expected["missing in salesnb"] += 1
    early = [d for d in deals if d["deal_stage"] == "Won" and d["close_date"] == "2017-09-30"]
    for deal in early:
        rows.append((deal["sales_agent"], deal["account"], "Closed Won", deal["close_value"], "2017-10-01", deal["opportunity_id"]))  # fmt: skip
        expected["other date"] += 1
    report = tmp_path / "report.csv"
    with report.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows, ("Total", "", "", "", "", "")])
    found = compare("won_amount", report, *QUARTER)
    assert Counter(deal["reason"] for deal in found["deals"]) == expected
    assert sum(deal["effect"] for deal in found["deals"]) == found["difference"]
    assert min(expected.values()) > 1
