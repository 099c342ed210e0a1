"""Names that would do harm are shown as text: nothing of them runs, and no page is pushed sideways."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = (
    "<img src=x onerror=\"document.title='run'\">",
    '<script>document.title="run"</script>',
    "**bold** $x^2$ [link](javascript:document.title='run')",
    '=HYPERLINK("x")',
    "مرحبا \u202eabc",
    "😀" * 30,
    "x" * 3000,
    "line\nbreak",
    "../../up",
    "index",
    "plan",
)


def write(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of reviews over an export of such names."""
    base = tmp_path_factory.mktemp("hostile")
    crm, mine = base / "crm", base / "mine"
    crm.mkdir()
    columns = (
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    )
    deals = [
        (f"D{i}", name, "<b>Plus</b>", NAMES[-1 - place], "Won", "2017-01-05", f"2017-0{1 + i % 9}-12", str(1000 + i))
        for i, (place, name) in enumerate(list(enumerate(NAMES)) * 3)
    ]  # fmt: skip
    write(crm / "sales_pipeline.csv", columns, *deals)
    account = (
        "account",
        "sector",
        "year_established",
        "revenue",
        "employees",
        "office_location",
        "subsidiary_of",
    )
    write(
        crm / "accounts.csv", account, *((n, "<u>retail</u>", "1999", "1", "1", "Norway", "") for n in NAMES)
    )
    write(crm / "products.csv", ("product", "series", "sales_price"), ("<b>Plus</b>", "P", "1500"))
    teams = ((name, NAMES[(i + 5) % 3], "<i>East</i>") for i, name in enumerate(NAMES))
    write(crm / "sales_teams.csv", ("sales_agent", "manager", "regional_office"), *teams)
    goal = ("--period", "2017-Q3", "--goal", "won_amount=20000", "--objective", NAMES[1])
    for words in (
        ("new", mine, "--company", NAMES[1]),
        ("-C", mine, "import", crm, "--mapping", "maven"),
        ("-C", mine, "plan", "new", "q3", *goal),
        ("-C", mine, "review", "q3"),
    ):
        command = [sys.executable, "-m", "salesnb", *map(str, words)]
        subprocess.run(command, check=True, capture_output=True)
    return (mine / "reviews" / "q3" / "latest").resolve()


def test_nothing_of_a_name_runs(visit: Callable, run: Path) -> None:
    pages = sorted(run.glob("*.html"))
    assert len(pages) == 2 + 3
    for path in pages:
        opened = visit(path.as_uri(), width=390)
        opened.page.wait_for_timeout(50)
        assert opened.page.title() != "run"
        assert (opened.cut, opened.errors) == ([], [])
        assert (
            opened.page.locator("script, img[onerror], b, i, u").count()
            == opened.page.locator(".snb-bar i").count()
        )
        assert opened.page.evaluate("document.scrollingElement.scrollWidth") <= 390
        opened.page.context.close()


def test_a_name_is_shown_as_it_is_written(visit: Callable, run: Path) -> None:
    text = visit((run / "index.html").as_uri()).page.inner_text("body")
    assert NAMES[0] in text
    assert NAMES[1] in text
