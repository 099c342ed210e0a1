"""Deals of which none is won are loaded only when somebody says that it is so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Every test imports data.
pytestmark = pytest.mark.slow

MAPPING = """
[opportunities]
columns = {{ opportunity_id = "id", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }}
[opportunities.status]
{status}
"""
GERMAN = "D1,Gewonnen,10,2024-01-02,2024-02-01\nD2,Gewonnen,20,2024-01-03,2024-02-03\nD3,Verloren,5,2024-01-04,2024-02-04\n"
LIVE = "D1,Demo,10,2024-01-02,2024-06-01\nD2,Call,20,2024-01-03,2024-07-01\n"


@pytest.fixture
def load(run: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Import deals with what their mapping says of their status, nobody sitting at the terminal."""

    def loading(deals: str, status: str, *more: str) -> Any:
        (tmp_path / "deals.csv").write_text(f"id,stage,amount,created,closed\n{deals}")
        (tmp_path / "own.toml").write_text(MAPPING.format(status=status))
        if not (tmp_path / "w").exists():
            run("new", tmp_path / "w")
        return run(
            "-C", tmp_path / "w", "import", tmp_path / "deals.csv", "--mapping", tmp_path / "own.toml", *more
        )

    return loading


ENGLISH = 'won = ["Won"]\nlost = ["Lost"]'


def test_it_is_refused_with_the_values_and_the_line_to_write(
    load: Callable[..., Any], tmp_path: Path
) -> None:
    done = load(GERMAN, ENGLISH)
    assert (done.code, done.out) == (1, "")
    assert "Nothing was loaded. None of 3 deals is won." in done.err
    assert "The values of stage are 'Gewonnen' (2), 'Verloren' (1)." in done.err
    assert 'won = ["Gewonnen"]' in done.err
    assert "won = [] where nothing is" in done.err
    assert not (tmp_path / "w" / "data" / "current").exists()


def test_the_line_that_is_named_mends_it(load: Callable[..., Any]) -> None:
    assert load(GERMAN, 'won = ["Gewonnen"]\nlost = ["Verloren"]').code == 0


@pytest.mark.parametrize(
    ("status", "more"), [(ENGLISH, ("--yes",)), ("won = []", ()), ("won = []\nlost = []", ())]
)
def test_it_is_loaded_where_somebody_says_so(
    load: Callable[..., Any], status: str, more: tuple[str, ...]
) -> None:
    done = load(GERMAN, status, *more)
    assert done.code == 0, done.err
    assert "opportunities: no row is won or lost" in done.err


def test_deals_that_can_all_be_open_are_loaded(load: Callable[..., Any]) -> None:
    assert load(LIVE, ENGLISH).code == 0


@pytest.mark.parametrize(
    "deals", [LIVE.replace("2024-06-01", "2024-01-02"), LIVE.replace("Demo", "Closed Won")]
)
def test_deals_of_which_some_have_ended_are_not_all_open(load: Callable[..., Any], deals: str) -> None:
    assert load(deals, 'won = ["Signed"]').code == 1


def test_switches_mean_the_same_everywhere(load: Callable[..., Any]) -> None:
    done = load(LIVE.replace("Demo", "false").replace("Call", "false"), 'won = { stage = ["true"] }')
    assert done.code == 0, done.err


def test_a_mapping_says_what_is_won(load: Callable[..., Any]) -> None:
    done = load(GERMAN, 'lost = ["Verloren"]')
    assert done.code == 1
    assert "It does not say what is won." in done.err
