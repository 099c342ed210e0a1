"""Whatever stands in a file, every row is either loaded or set aside."""

import csv
import io
import tempfile
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.crm.convert import exact_minor_sql, half_even_sql
from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.money import plain

MAPPING = """\
[opportunities]
file = "deals.csv"
date_order = "ymd"
columns = { opportunity_id = "id", stage = "stage", amount = "value", created_on = "created", closed_on = "closed" }
[opportunities.status]
won = ["Won"]
lost = ["Lost"]
"""
HEADER = "id,stage,value,created,closed\n"
FIRST = "first,Won,1,2024-01-01,2024-01-02\n"

days = st.sampled_from(
    ["2024-01-05", "2024-02-30", "2024-03-01T10:00:00Z", "1", "", "05/01/2024", "9999-01-01"]
)
cells = st.one_of(
    st.sampled_from(
        ["a", "b", "Won", "Lost", "", " ", "-1", "3.005", "1e30", '"', 'x"y', "a\nb", "é", "NULL", "\u2028"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)
records = st.tuples(cells, st.sampled_from(["Won", "Lost", "Open"]), cells, days, days)


def load(content: bytes):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deals.csv").write_bytes(content)
        (Path(folder) / "mapping.toml").write_text(MAPPING)
        report = import_source(
            Path(folder),
            load_mapping(f"{folder}/mapping.toml"),
            ImportSettings(currency="USD"),
            Path(folder) / "data",
        )
        with Dataset.open(Path(folder) / "data") as data:
            lines = data.backend.con.execute("SELECT source_row FROM opportunities").fetchall()
        with (Path(folder) / "data" / "rejected.csv").open(newline="", encoding="utf-8") as file:
            aside = [int(row["row"]) for row in csv.DictReader(file)]
    return report.tables[0], sorted(row[0] for row in lines), aside


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(records, max_size=12))
def test_well_formed_files_reconcile_by_line(rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    places = []
    for row in rows:
        places.append(2 + (HEADER + FIRST + text.getvalue()).count("\n") - 1)
        writer.writerow(row)
    counts, loaded, aside = load((HEADER + FIRST + text.getvalue()).encode())
    assert counts.read == counts.loaded + counts.rejected == len(rows) + 1
    assert sorted(loaded + aside) == [2, *places]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.text(alphabet=' ,"abW1-\n\r\té;', max_size=20), max_size=8))
def test_broken_files_reconcile(lines):
    counts, loaded, aside = load((HEADER + FIRST + "\n".join(lines) + "\n").encode())
    assert counts.read == counts.loaded + counts.rejected
    assert len(loaded) == counts.loaded >= 1
    assert len(aside) == counts.rejected
    assert not set(loaded) & set(aside)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.binary(max_size=60))
def test_any_bytes_reconcile(tail):
    counts, loaded, aside = load((HEADER + FIRST).encode() + tail)
    assert counts.read == counts.loaded + counts.rejected
    assert (len(loaded), len(aside)) == (counts.loaded, counts.rejected)


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=300)
@given(minor=st.integers(-(10**15), 10**15), digits=st.sampled_from([0, 2, 3]))
def test_money_survives_the_way_in_and_out(engine, minor, digits):
    assert converted(engine, plain(minor, digits), digits) == minor


@settings(max_examples=300)
@given(amount=st.decimals(-(10**9), 10**9, places=5), digits=st.sampled_from([0, 2, 3]))
def test_money_is_rounded_half_even(engine, amount, digits):
    expected = int(amount.scaleb(digits).to_integral_value(rounding=ROUND_HALF_EVEN))
    assert converted(engine, f"{amount:f}", digits) == expected


def test_halves_go_to_the_even_neighbour(engine):
    halves = {"0.005": 0, "0.015": 2, "0.025": 2, "-0.005": 0, "-0.015": -2, "2.675": 268}
    assert {text: converted(engine, text, 2) for text in halves} == halves
    assert Decimal("0.015").quantize(Decimal("0.01")) == Decimal("0.02")


def converted(engine, text, digits):
    exact = exact_minor_sql("t", decimal=".", currency="USD", digits=digits, scale="")
    query = f"SELECT {half_even_sql('e')} FROM (SELECT {exact} AS e FROM (SELECT CAST(? AS VARCHAR) AS t))"
    return engine.execute(query, [text]).fetchone()[0]
