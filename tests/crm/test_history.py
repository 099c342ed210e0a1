"""What was known at an earlier import is exactly what a reader had then."""

import csv
import random
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.crm.dataset import Dataset
from salesnb.crm.generator import write_sample
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import PROFILES, load_mapping
from salesnb.errors import BadInput
from salesnb.kpis import Query, catalogue, rows, run

# Every test imports data.
pytestmark = pytest.mark.slow


MORE = """
[credits]
file = "credits.csv"
columns = { opportunity_id = "deal", rep_id = "rep", share = "share", kind = "kind" }
[stage_history]
file = "stages.csv"
columns = { opportunity_id = "deal", stage = "stage", entered_on = "on" }
[orders]
file = "orders.csv"
columns = { order_id = "order", account_id = "account", rep_id = "rep", ordered_on = "on", amount = "amount" }
"""
LEVELS = ("region", "team")
# Every table that a figure, a list of deals or a review reads.
READ = (
    "opportunities", "accounts", "reps", "products", "org", "org_levels", "rep_nodes", "credited", "stage_history",
    "orders", "import_report",
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """Three imports one after the other, and what there was after each of them."""

    data: Path
    alone: tuple[Path, ...]
    as_of: tuple[date, ...]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def take(source: Path, data: Path) -> date:
    mapping = load_mapping(source / "mapping.toml")
    return import_source(source, mapping, ImportSettings(currency="USD", levels=LEVELS), data).as_of


def edit(source: Path, rng: random.Random, last_day: str) -> None:
    """Do what sales people do between two exports, and somebody in operations as well."""
    deals, reps = read(source / "opportunities.csv"), read(source / "reps.csv")
    open_ = [deal for deal in deals if not deal["closed_on"]]
    for deal in rng.sample(open_, 30):
        deal["expected_amount"] = str(int(deal["expected_amount"]) + rng.randrange(-300, 900))
    for deal in rng.sample(open_, 20):
        deal["rep_id"] = rng.choice(reps)["rep_id"]
    for deal in rng.sample(open_, 20):
        won = rng.random() < 0.5
        deal |= {"stage": "Won" if won else "Lost", "closed_on": last_day}
        deal["amount"] = deal["expected_amount"] if won else "0"
    for deal in rng.sample([deal for deal in deals if deal["stage"] == "Lost"], 5):
        deal |= {"stage": "Proposal", "closed_on": "", "amount": ""}
    gone = {deal["opportunity_id"] for deal in rng.sample(deals, 8)}
    new = [deal | {"opportunity_id": f"{deal['opportunity_id']}-{last_day}"} for deal in rng.sample(deals, 8)]
    write(source / "opportunities.csv", [d for d in deals if d["opportunity_id"] not in gone] + new)
    mover, other = rng.sample(reps, 2)
    mover |= {name: other[name] for name in ("team", "region", "manager")}
    write(source / "reps.csv", reps)
    credits, stages = read(source / "credits.csv"), read(source / "stages.csv")
    credits[0]["share"], credits[-1]["rep"] = "0.125", rng.choice(reps)["rep_id"]
    write(source / "credits.csv", credits[:-1] + credits[-1:])
    orders = read(source / "orders.csv")
    orders[0]["amount"], orders[1]["account"] = "12345", orders[2]["account"]
    write(source / "orders.csv", [*orders[:-3], orders[-1] | {"order": last_day, "amount": "-5"}])
    # Two rows alike are two rows; and one of them goes.
    write(source / "stages.csv", [*stages[3:], stages[10], {**stages[20], "on": last_day}])


def add_more(source: Path, rng: random.Random) -> None:
    """Add shared deals and stages to the sample."""
    deals, reps = read(source / "opportunities.csv"), read(source / "reps.csv")
    shares = [
        {"deal": d["opportunity_id"], "rep": rng.choice(reps)["rep_id"], "share": "0.3", "kind": "revenue"}
        for d in rng.sample(deals, 60)
    ]
    overlays = [
        shares[0] | {"kind": "overlay", "share": "1"},
        shares[1] | {"kind": "overlay", "share": "0.5"},
    ]
    write(source / "credits.csv", shares + overlays)
    stages = [
        {"deal": deal["opportunity_id"], "stage": stage, "on": deal["created_on"]}
        for deal in deals
        if deal["created_on"]
        for stage in ("Prospecting", "Proposal")
    ]
    write(source / "stages.csv", stages + stages[:2])
    write(
        source / "orders.csv",
        [
            {"order": d["opportunity_id"], "account": d["account_id"], "rep": d["rep_id"]}
            | {"on": d["closed_on"], "amount": d["amount"]}
            for d in deals
            if d["stage"] == "Won"
        ],
    )
    (source / "mapping.toml").write_text(PROFILES.get("sample").read_text() + MORE)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Exports of September 2026, each changed from the one before."""
    folder, rng = tmp_path_factory.mktemp("history"), random.Random(4)
    source, data = folder / "crm", folder / "data"
    write_sample(source, opportunities=1_000, last_day=date(2026, 9, 4), teams=5)
    add_more(source, rng)
    alone, as_of = [], []
    for number, day in enumerate(("2026-09-04", "2026-09-11", "2026-09-18")):
        if number:
            edit(source, rng, day)
        as_of.append(take(source, data))
        alone.append(shutil.copytree(data, folder / f"after{number}"))
    return Loaded(data, tuple(alone), tuple(as_of))


def contents(data: Dataset, table: str) -> list[dict[str, object]]:
    found = data.table(table)
    names = sorted(set(found.columns) - {"source_row"})
    return sorted(found.select(names).to_pyarrow().to_pylist(), key=lambda row: repr(list(row.values())))


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_table_is_row_for_row_what_it_was(loaded: Loaded, number: int) -> None:
    with Dataset.open(loaded.data) as now, Dataset.open(loaded.alone[number]) as alone:
        then = now.known(loaded.as_of[number])
        for table in READ:
            assert contents(then, table) == contents(alone, table), table
        assert (then.meta.as_of, then.meta.levels) == (alone.meta.as_of, alone.meta.levels)
        assert (then.meta.dimensions, then.loaded()) == (alone.meta.dimensions, alone.loaded())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "credit"), [("team", "owner"), ("rep", "credit"), ("month", "owner"), ("team,year", "credit")]
)
def test_every_kpi_is_what_it_was(loaded: Loaded, by: str, credit: str) -> None:
    names = tuple(name for name, kpi in catalogue().items() if not kpi.needs_target)
    query = Query(kpis=names, by=tuple(by.split(",")), credit=credit)
    with Dataset.open(loaded.data) as now, Dataset.open(loaded.alone[0]) as alone:
        assert run(query, now.known(loaded.as_of[0]), FiscalCalendar()) == run(query, alone, FiscalCalendar())


@pytest.mark.slow
def test_what_is_known_now_is_not_what_was_known_then(loaded: Loaded) -> None:
    query = Query(kpis=("open_amount", "won_amount"), by=("team",), as_of=loaded.as_of[0])
    with Dataset.open(loaded.data) as now:
        assert run(query, now, FiscalCalendar()) != run(query, now.known(loaded.as_of[0]), FiscalCalendar())


@pytest.mark.slow
def test_the_deals_behind_a_figure_are_what_they_were(loaded: Loaded) -> None:
    query = Query(kpis=("open_amount",), by=("team",))
    with Dataset.open(loaded.data) as now, Dataset.open(loaded.alone[0]) as alone:
        then = now.known(loaded.as_of[0])
        assert rows("open_amount", then, FiscalCalendar(), query) == rows(
            "open_amount", alone, FiscalCalendar(), query
        )


@pytest.mark.slow
def test_a_day_between_two_imports_knows_the_earlier_one(loaded: Loaded) -> None:
    with Dataset.open(loaded.data) as now:
        assert now.known(date(2026, 9, 10)).meta.as_of == loaded.as_of[0]
        assert now.known(date(2030, 1, 1)).meta.as_of == loaded.as_of[2]
        assert now.before().meta.as_of == loaded.as_of[1]
        assert now.before().before().meta.as_of == loaded.as_of[0]
        assert now.before().before().before() is None
        assert now.before().known(loaded.as_of[0]).meta.as_of == loaded.as_of[0]
        with pytest.raises(BadInput, match="starts with the data as of 2026-09-03"):
            now.known(date(2026, 9, 2))


def test_one_per_cent_of_changed_rows_are_exactly_what_is_found(tmp_path: Path) -> None:
    source, data = tmp_path / "crm", tmp_path / "data"
    write_sample(source, opportunities=1_000, last_day=date(2026, 9, 4), teams=5)
    (source / "mapping.toml").write_text(PROFILES.get("sample").read_text())
    take(source, data)
    deals = read(source / "opportunities.csv")
    changed = random.Random(1).sample(deals, 10)
    for deal in changed:
        deal["next_step"] = "Call again"
    write(source / "opportunities.csv", deals)
    take(source, data)
    with Dataset.open(data) as now:
        found = now.backend.con.execute("SELECT table_name, row_key, change FROM changes").fetchall()
    assert sorted(found) == sorted(("opportunities", deal["opportunity_id"], "changed") for deal in changed)


def recorded(source: object) -> list[tuple[object, ...]]:
    return source.query(
        "SELECT table_name, row_key, change FROM changes WHERE table_name NOT IN ('org', 'org_levels') ORDER BY ALL"
    )


def deals_with(source: object, header: str, *cells: str) -> object:
    rows = zip(ROWS, cells, strict=True)
    return source.deals(*(f"{row},{cell}" if cell else row for row, cell in rows), header=header)


ROWS = (
    "D1,Ann,Acme,Pump,Won,100,2024-01-02,2024-02-03",
    "D2,Bob,Acme,Valve,Lost,0,2024-01-05,2024-02-10",
    "D3,Ann,Beta,Pump,Open,,2024-02-01,",
)
HEADER = "id,rep,account,product,stage,value,created,closed"


def test_a_column_that_comes_or_goes_changes_no_row(source) -> None:
    deals_with(source, f"{HEADER},color", "red", "red", "blue").load()
    deals_with(source, HEADER, "", "", "").load()
    deals_with(source, f"{HEADER},size", "9", "8", "7").load()
    assert recorded(source) == []


def test_a_column_that_was_not_there_all_the_time_is_not_known(source) -> None:
    deals_with(source, f"{HEADER},color,size", "red,1", "red,2", "blue,3").load()
    deals_with(source, f"{HEADER},size", "1", "2", "3").load()
    deals_with(source, f"{HEADER},color,size,form", "pink,1,a", "pink,2,b", "pink,3,c").load()
    with Dataset.open(source.data) as now:
        then = now.before().before()
        assert {"color", "form"}.isdisjoint(then.table("opportunities").columns)
        assert then.meta.dimensions == ("size",)
        assert {row["opportunity_id"]: row["size"] for row in contents(then, "opportunities")} == {
            "D1": "1", "D2": "2", "D3": "3",
        }  # fmt: skip


def test_rows_that_share_a_key_are_kept_together(source) -> None:
    options = '[stage_history]\nfile = "stages.csv"\ncolumns = { opportunity_id = "id", stage = "stage", entered_on = "on" }'
    source.mapping(sections=options)
    first = ["id,stage,on", "D3,A,2024-02-01", "D3,B,2024-02-02", "D1,A,2024-01-02", "D1,A,2024-01-02"]
    source.file("stages.csv", "\n".join(first)).load()
    source.file("stages.csv", "\n".join([*first[:2], "D3,C,2024-02-02", *first[3:4]])).load()
    assert (
        recorded(source)
        == [("stage_history", "D1", "changed")] * 2 + [("stage_history", "D3", "changed")] * 2
    )
    with Dataset.open(source.data) as now:
        found = contents(now.before(), "stage_history")
    assert sorted((row["opportunity_id"], row["stage"]) for row in found) == [
        ("D1", "A"), ("D1", "A"), ("D3", "A"), ("D3", "B"),
    ]  # fmt: skip


def test_a_key_that_looks_like_another_is_another(source) -> None:
    names = ("a", "A", "a ", 'a"', "a\\", "é", "e\u0301", "a,b", "1", "01")
    made = [f'"{name.replace(chr(34), chr(34) * 2)}",Ann,Acme,Pump,Open,5,2024-01-02,' for name in names]
    source.deals(*made).load()
    source.deals(*(row.replace(",5,", ",6,") for row in made)).load()
    with Dataset.open(source.data) as now:
        then = contents(now.before(), "opportunities")
        assert {row["amount"] for row in then} == {500}
        assert {row["opportunity_id"] for row in then} == {
            row["opportunity_id"] for row in contents(now, "opportunities")
        }


def test_history_of_an_earlier_version_starts_with_the_data_that_is_there(source) -> None:
    import duckdb

    source.load()
    path = source.deals(*ROWS[:2]).load().path
    with duckdb.connect(str(path)) as old:
        old.execute("ALTER TABLE imports DROP COLUMN about; DROP TABLE credited")
    with Dataset.open(source.data) as now:
        assert now.imports == ()
        assert now.known(now.meta.as_of) is now
        with pytest.raises(BadInput, match="starts with the data as of 2024-02-10"):
            now.known(date(2024, 2, 9))
    report = source.deals(ROWS[0], ROWS[1].replace("Valve", "Pump")).load()
    assert any("history starts with the import before" in notice for notice in report.notices)
    with Dataset.open(source.data) as now:
        assert [one.number for one in now.imports] == [1, 2]
        assert {row["product"] for row in contents(now.before(), "opportunities")} == {"Pump", "Valve"}
        assert contents(now.before(), "credited") == []


def test_money_of_another_currency_is_not_compared(source) -> None:
    source.load()
    source.load(currency="EUR")
    with Dataset.open(source.data) as now, pytest.raises(BadInput, match="in USD, that of now in EUR"):
        now.before()


def test_going_back_to_earlier_files_does_not_change_what_was_known_later(source) -> None:
    later = ROWS[2].replace("2024-02-01", "2024-03-01")
    for last in (ROWS[2], later, ROWS[2], later.replace("Pump", "Valve")):
        source.deals(*ROWS[:2], last).load()
    with Dataset.open(source.data) as now:
        assert [one.as_of.isoformat() for one in now.imports] == ["2024-02-10", "2024-03-01"] * 2
        assert now.known(date(2024, 3, 5)) is now
        assert now.known(date(2024, 2, 20)).imports[-1].number == 3
        assert now.before().imports[-1].number == 3
        assert now.before(date(2024, 3, 2)).imports[-1].number == 2
        # Seen from the third import, the second is what was known in March.
        third = now.known(date(2024, 2, 20))
        assert third.known(date(2024, 3, 5)).imports[-1].number == 2
