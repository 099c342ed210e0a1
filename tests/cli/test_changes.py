"""``salesnb changes`` and ``--known``: what a manager reads of two exports a week apart."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from salesnb.cli import main

# Every test imports data.
pytestmark = pytest.mark.slow


HEADER = (
    "opportunity_id,name,account_id,rep_id,product,stage,amount,expected_amount,created_on,closed_on,"
    "expected_close_on,probability,forecast_category,loss_reason,next_step,lead_source"
)
# id, name, rep, stage, amount, expected amount, created, closed, expected close, loss reason
BEFORE = (
    ("W", "Pumps", "ann", "Open", "", "100.50", "2026-10-01", "", "2026-11-20", ""),
    ("L", "Valves", "ann", "Open", "", "200", "2026-10-01", "", "2026-12-10", ""),
    ("P", "Pipes", "ann", "Open", "", "300", "2026-10-01", "", "2026-12-15", ""),
    ("I", "Taps", "bob", "Open", "", "400", "2026-10-01", "", "2027-01-20", ""),
    ("S", "Seals", "bob", "Open", "", "500", "2026-10-01", "", "2026-12-05", ""),
    ("R", "Rings", "ann", "Open", "", "600", "2026-10-01", "", "2026-12-06", ""),
    ("G", "Gauges", "bob", "Open", "", "700", "2026-10-01", "", "2026-12-07", ""),
    ("B", "Bolts", "bob", "Open", "", "800", "2026-08-01", "", "2026-09-15", ""),
    ("O", "Ovens", "bob", "Lost", "0", "50", "2026-09-01", "2026-10-20", "2027-03-01", "Price"),
    ("Q", "Quills", "ann", "Won", "1000", "1000", "2026-09-01", "2026-10-30", "", ""),
    ("U", "Urns", "ann", "Open", "", "900", "2026-11-02", "", "2026-11-30", ""),
)
AFTER = (
    ("W", "Pumps", "ann", "Won", "95", "100.50", "2026-10-01", "2026-11-08", "2026-11-20", ""),
    ("L", "Valves", "ann", "Lost", "0", "200", "2026-10-01", "2026-11-09", "2026-12-10", "Price"),
    ("P", "Pipes", "ann", "Open", "", "300", "2026-10-01", "", "2027-02-01", ""),
    ("I", "Taps", "bob", "Open", "", "400", "2026-10-01", "", "2026-12-20", ""),
    ("S", "Seals", "bob", "Open", "", "650", "2026-10-01", "", "2026-12-05", ""),
    ("R", "Rings", "bob", "Open", "", "600", "2026-10-01", "", "2026-12-06", ""),
    ("B", "Bolts", "bob", "Open", "", "800", "2026-08-01", "", "2026-12-01", ""),
    ("O", "Ovens", "bob", "Open", "", "50", "2026-09-01", "", "2027-03-01", ""),
    ("Q", "Quills", "ann", "Won", "1200", "1000", "2026-09-01", "2026-10-30", "", ""),
    ("U", "Urns", "ann", "Open", "", "900", "2026-11-02", "", "2026-11-30", ""),
    ("C", "Cups", "ann", "Open", "", "60", "2026-11-05", "", "2026-12-30", ""),
    ("A", "Axes", "bob", "Open", "", "70", "2026-10-01", "", "", ""),
    ("V", "Vats", "ann", "Won", "40", "40", "2026-10-01", "2026-10-15", "", ""),
)
FILES = {
    "accounts.csv": "account_id,name,sector,employees,revenue,country\na1,Acme,retail,5,1,Norway\n",
    "reps.csv": "rep_id,name,email,team,region,manager,start_on,end_on\nann,Ann,,East,North,Mia,,\nbob,Bob,,West,North,Noa,,\n",
    "products.csv": "product,family,list_price\nBase,B,100\n",
    "effort.csv": "period,segment,resource,amount\n2026-10,East,hours,1\n",
}


def export(folder: Path, deals: tuple[tuple[str, ...], ...]) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    rows = [
        f"{id_},{name},a1,{rep},Base,{stage},{amount},{expected},{created},{closed},{due},,,{reason},,"
        for id_, name, rep, stage, amount, expected, created, closed, due, reason in deals
    ]
    (folder / "opportunities.csv").write_text("\n".join((HEADER, *rows)) + "\n")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the exports of 2 and of 9 November 2026."""
    folder = tmp_path_factory.mktemp("changes")
    workspace = folder / "mine"
    assert main(["new", str(workspace)]) == 0
    for name, deals in (("before", BEFORE), ("after", AFTER)):
        source = export(folder / name, deals)
        assert main(["-C", str(workspace), "import", str(source), "--mapping", "sample"]) == 0
    return workspace


@dataclass(frozen=True)
class Told:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def told(made: Path) -> Callable[..., Told]:
    """Run ``changes`` in that workspace, once for the same arguments."""

    @cache
    def call(*arguments: object) -> Told:
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            try:
                code = main(["-C", str(made), "changes", *map(str, arguments)])
            except SystemExit as stop:
                code = int(stop.code or 0)
        return Told(code, out.getvalue(), err.getvalue())

    return call


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def nonzero(record: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in record.items() if value not in {"0", "0.00"}}


WHOLE = {
    "then": "4500.50", "created": "60.00", "added_late": "70.00", "reopened": "50.00", "won": "-100.50",
    "lost": "-200.00", "removed": "-700.00", "resized": "150.00", "now": "3830.00", "pushed_later": "1100.00",
    "pulled_earlier": "400.00",
}  # fmt: skip


def test_every_effect_is_what_was_done_to_the_deals(told) -> None:
    (record,) = records(told("--format", "csv").out)
    assert nonzero(record) == WHOLE


def test_columns_are_a_contract(told) -> None:
    assert told("--by", "team", "--format", "csv").out.splitlines()[0] == (
        "team,then,created,added_late,reopened,won,lost,removed,pushed_out,pulled_ahead,pulled_in,slipped_in,"
        "resized,reassigned,now,pushed_later,pulled_earlier"
    )


def test_teams_add_up_and_a_deal_that_changed_hands_is_reassigned(told) -> None:
    east, west = records(told("--by", "team", "--format", "csv").out)
    assert nonzero(east) == {
        "team": "East", "then": "2100.50", "created": "60.00", "won": "-100.50", "lost": "-200.00",
        "reassigned": "-600.00", "now": "1260.00", "pushed_later": "300.00",
    }  # fmt: skip
    assert nonzero(west) == {
        "team": "West", "then": "2400.00", "added_late": "70.00", "reopened": "50.00", "removed": "-700.00",
        "resized": "150.00", "reassigned": "600.00", "now": "2570.00", "pushed_later": "800.00",
        "pulled_earlier": "400.00",
    }  # fmt: skip


def test_a_filter_gives_the_row_that_the_dimension_has(told) -> None:
    (record,) = records(told("--where", "team=East", "--format", "csv").out)
    east = records(told("--by", "team", "--format", "csv").out)[0]
    assert {"team": "East"} | record == east


def test_in_a_period_dates_move_the_total(told) -> None:
    (record,) = records(told("--period", "2026-Q4", "--format", "csv").out)
    assert nonzero(record) == {
        "then": "3300.50", "created": "60.00", "added_late": "70.00", "won": "-100.50", "lost": "-200.00",
        "removed": "-700.00", "pushed_out": "-300.00", "pulled_in": "400.00", "slipped_in": "800.00",
        "resized": "150.00", "now": "3480.00",
    }  # fmt: skip


def test_deals_are_counted(told) -> None:
    (record,) = records(told("--count", "--format", "csv").out)
    assert nonzero(record) == {
        "then": "9", "created": "1", "added_late": "1", "reopened": "1", "won": "-1", "lost": "-1", "removed": "-1",
        "now": "9", "pushed_later": "2", "pulled_earlier": "1",
    }  # fmt: skip


def test_json_has_the_same_figures(told) -> None:
    (record,) = json.loads(told("--format", "json").out)
    assert {name: f"{value:.2f}" for name, value in record.items() if value} == WHOLE


def test_both_ends_are_what_the_kpis_say(made, run, told) -> None:
    def figures(*more: str) -> list[str]:
        query = ("kpi", "query", "open_amount", "--by", "team", "--format", "csv", *more)
        return [record["open_amount"] for record in records(run("-C", made, *query).out)]

    rows = records(told("--by", "team", "--format", "csv").out)
    assert [row["now"] for row in rows] == figures()
    assert (
        [row["then"] for row in rows] == figures("--known", "2026-11-02") == figures("--known", "2026-11-08")
    )


def test_the_finding_names_what_moved_it_most(told) -> None:
    assert told().out.splitlines()[0] == (
        "Open pipeline fell by $670 to $3.83K since Nov 2, 2026, mainly lost -$200, removed from the CRM -$700 and "
        "resized +$150. The expected close moved, and the total did not, of 2 deals ($1.1K) to later and 1 deal ($400) "
        "to earlier."
    )


def test_people_read_a_line_an_effect_with_its_deals_and_nothing_that_is_zero(told) -> None:
    lines = [line.split() for line in told().out.splitlines()[2:]]
    assert lines == [
        ["amount", "deals", "changed"], ["then", "$4,500.50", "9"], ["created", "$60.00", "1", "1"],
        ["added", "late", "$70.00", "1", "1"], ["reopened", "$50.00", "1", "1"], ["won", "-$100.50", "-1", "1"],
        ["lost", "-$200.00", "-1", "1"], ["removed", "-$700.00", "-1", "1"], ["resized", "$150.00", "0", "1"],
        ["now", "$3,830.00", "9"],
    ]  # fmt: skip


def test_groups_end_with_all_of_them_together_and_say_how_many_deals_changed(told) -> None:
    east, west, last = (
        line.split() for line in told("--by", "team", "--period", "2026-Q4").out.splitlines()[-3:]
    )
    assert east[-3:] == ["-$600.00", "(1)", "$960.00"]
    assert west[-5:-1] == ["$150.00", "(1)", "$600.00", "(1)"]
    assert last == [
        "Total", "$3,300.50", "$60.00", "(1)", "$70.00", "(1)", "-$100.50", "(1)", "-$200.00", "(1)", "-$700.00", "(1)",
        "-$300.00", "(1)", "$400.00", "(1)", "$800.00", "(1)", "$150.00", "(1)", "$0.00", "(1)", "$3,480.00",
    ]  # fmt: skip


def test_every_deal_says_what_it_was_and_what_it_is(told) -> None:
    rows = records(told("--deals", "--by", "team", "--period", "2026-Q4", "--format", "csv").out)
    assert {(row["team"], row["change"], row["name"]): (row["amount"], row["what"]) for row in rows} == {
        ("East", "created", "Cups"): ("60.00", "created on Nov 5, 2026, to close on Dec 30, 2026"),
        ("West", "added_late", "Axes"): ("70.00", "created on Oct 1, 2026, entered late"),
        ("East", "won", "Pumps"): ("-100.50", "won for $95 on Nov 8, 2026"),
        ("East", "lost", "Valves"): ("-200.00", "lost on Nov 9, 2026: Price"),
        ("West", "removed", "Gauges"): ("-700.00", "no longer in the CRM"),
        ("East", "pushed_out", "Pipes"): ("-300.00", "expected close Dec 15, 2026 → Feb 1, 2027"),
        ("West", "pulled_in", "Taps"): ("400.00", "expected close Jan 20, 2027 → Dec 20, 2026"),
        ("West", "slipped_in", "Bolts"): ("800.00", "expected close Sep 15, 2026 → Dec 1, 2026"),
        ("West", "resized", "Seals"): ("150.00", "amount $500 → $650"),
        ("East", "reassigned", "Rings"): ("-600.00", "Ann → Bob"),
        ("West", "reassigned", "Rings"): ("600.00", "Ann → Bob"),
    }


def test_a_deal_that_is_open_again_says_what_it_was(told) -> None:
    assert "lost on Oct 20, 2026, is open again" in told("--deals").out


def test_people_read_names_and_no_ids(told) -> None:
    lines = told("--deals").out.splitlines()[2:]
    assert lines[0].split() == ["change", "deal", "account", "rep", "amount", "what"]
    assert lines[1].split()[:5] == ["created", "Cups", "Acme", "Ann", "$60.00"]


def test_the_waterfall_is_one_file_that_needs_no_page(told, tmp_path) -> None:
    done = told("--svg", tmp_path / "w.svg")
    drawn = (tmp_path / "w.svg").read_text()
    assert drawn.startswith("<svg")
    assert "var(" not in drawn
    for words in ("Open pipeline fell by $670", "Nov 2, 2026", "Removed", "-$700", "Nov 9, 2026", "$3.83K"):
        assert words in drawn
    assert str(tmp_path / "w.svg") in done.err


def test_a_day_before_the_first_import_is_refused_with_the_day_that_history_starts(told) -> None:
    done = told("--since", "2026-11-01")
    assert (done.code, done.out) == (1, "")
    assert "history starts with the data as of 2026-11-02" in done.err


def test_a_day_after_the_last_import_has_nothing_to_tell(told) -> None:
    done = told("--since", "2026-12-24")
    assert done.code == 0
    assert done.out == (
        "On Dec 24, 2026 the data of now was known, as of Nov 9, 2026; nothing has changed since. "
        "$3.83K is open in 9 deals.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "teem"), "Did you mean 'team'?"),
        (("--where", "team=Easst"), "Did you mean 'East'?"),
        (("--where", "team"), "Write DIM=VALUE"),
        (("--period", "2026-Q9"), "2026-Q9"),
        (("--since", "soon"), "2017-12-31"),
    ],
)
def test_what_cannot_be_meant_is_told(told, arguments, said) -> None:
    done = told(*arguments)
    assert done.code == 2
    assert said in done.err


def test_figures_are_told_as_they_were_known(made, run) -> None:
    def won(*more: str) -> tuple[str, str]:
        done = run("-C", made, "kpi", "query", "won_amount", "--format", "csv", *more)
        return done.out.splitlines()[1], done.err

    assert won("--known", "2026-11-05") == (
        "1000.00", "As known on Nov 5, 2026: by the import whose data is as of Nov 2, 2026.\n",
    )  # fmt: skip
    assert won("--as-of", "2026-11-02")[0] == "1240.00"
    assert won()[0] == "1335.00"
    assert run("-C", made, "kpi", "query", "won_amount", "--known", "2026-10-31").code == 1


def test_rows_behind_a_figure_are_those_that_were_known(made, run) -> None:
    rows = run("-C", made, "kpi", "rows", "won_amount", "--known", "2026-11-02", "--format", "csv").out
    assert [(row["opportunity_id"], row["won_amount"]) for row in records(rows)] == [("Q", "1000.00")]


def test_with_one_import_it_says_that_there_is_nothing_to_compare_with(workspace, run) -> None:
    done = run("-C", workspace, "changes")
    assert done.code == 0
    assert done.out.startswith("There is one import so far, as of ")
    assert "\n" not in done.out.strip()
    assert run("-C", workspace, "changes", "--by", "team", "--format", "csv").code == 0


def test_an_import_that_moved_no_deal_is_one_sentence(workspace, export, run) -> None:
    accounts = export / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("Norway", "Sweden"))
    run("-C", workspace, "import", export, "--mapping", "maven")
    done = run("-C", workspace, "changes")
    assert done.code == 0
    assert done.out.startswith("Open pipeline is as it was at the import before: ")
    assert "\n" not in done.out.strip()


def test_a_notebook_gets_tables_and_a_picture(made) -> None:
    import salesnb

    found = salesnb.changes(salesnb.Workspace.open(made), by="team", period="2026-Q4")
    assert list(found.table["team"]) == ["East", "West"]
    assert found.table["now"].sum() == 3480
    assert set(found.deal_table["change"]) >= {"won", "reassigned"}
    bundle = found._repr_mimebundle_()
    assert repr(found) == bundle["text/plain"]
    assert "expected to close in Q4 2026" in bundle["text/plain"]
    assert "<img" in bundle["text/html"]
