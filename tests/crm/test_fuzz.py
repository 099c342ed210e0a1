"""Whole files, mappings and workbooks that nobody meant: a sentence, or every row counted; never an exception of ours."""

import contextlib
import csv
import gzip
import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from salesnb.crm.dataset import Dataset
from salesnb.crm.guessing import draft_mapping
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.errors import SalesnbError

pytestmark = pytest.mark.slow

SETTINGS = ImportSettings(currency="EUR", time_zone="Europe/Berlin")
MAPPING = """\
[opportunities]
columns = { opportunity_id = "id", rep_id = "owner", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }
[opportunities.status]
won = ["Won"]
lost = ["Lost"]
"""
HEADER = ("id", "owner", "stage", "amount", "created", "closed")
GOOD = ("first", "Ann", "Won", "10.50", "2024-01-02", "2024-02-03")

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ids = st.sampled_from(["", "1", "01", "Total", "id", "#REF!", "None", "\u200f\u05d0", "x" * 300]) | texts
amounts = st.sampled_from(
    ["", "0", "-0", "1", "1.234,56", "1,234.56", "(5)", "1e400", "NaN", "٣", "EUR 5", "5 €", "-", "9" * 40]
) | st.floats(allow_nan=True, allow_infinity=True).map(repr)
days = st.sampled_from(
    ["", "2024-01-05", "31.12.2024", "12/31/2024", "0001-01-01", "9999-12-31", "NaT", "45293", "2024-02-30",
     "2024-03-01T10:00:00+0500", "Jan 5, 2024", "20240105"]
)  # fmt: skip
stages = st.sampled_from(["Won", "won ", "Lost", "Open", "", "Stage"]) | texts
deals = st.tuples(ids, texts, stages, amounts, days, days)
headers = st.one_of(
    st.just(HEADER),
    st.permutations(HEADER).map(tuple),
    st.lists(st.sampled_from((*HEADER, "", "id", "ID ", "Amount")) | texts, min_size=1, max_size=8).map(
        tuple
    ),
)
quick = settings(
    max_examples=int(os.environ.get("SALESNB_FUZZ_EXAMPLES", "8")),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def csv_files(draw):
    """A table as bytes: any delimiter, quoting, line end and encoding, and then some damage."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=draw(st.sampled_from(",;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )
    writer.writerows([draw(headers), GOOD, *draw(st.lists(deals, max_size=8))])
    encoding = draw(
        st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "latin-1"])
    )
    data = bytearray(out.getvalue().encode(encoding, "replace"))
    for place, byte in draw(
        st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=3)
    ):
        data[place] = byte
    ending = draw(st.sampled_from([b"", b'"', b"\0", b"\xff", b"\n\n\nCopyright\n", b"Grand Total;;;5;;\n"]))
    cut = draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))
    return bytes(data[:cut]) + ending


def reconciles(source, mapping, data_dir):
    """Import; a sentence of ours is fine, and else every row is loaded or set aside."""
    try:
        report = import_source(source, mapping, SETTINGS, data_dir)
    except SalesnbError as error:
        assert str(error).strip()
        return False
    with Dataset.open(data_dir) as data:
        run = data.backend.con.execute
        with (data_dir / "rejected.csv").open(newline="", encoding="utf-8") as file:
            aside = [row["table"] for row in csv.DictReader(file)]
        for table in report.tables:
            assert table.read == table.loaded + table.rejected
            assert run(f"SELECT count(*) FROM {table.name}").fetchall() == [(table.loaded,)]
            assert aside.count(table.name) == table.rejected
    return True


def tried(name, content, mapping=MAPPING):
    """Import a file with a mapping, and without."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / name
        source.write_bytes(content)
        (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        with contextlib.suppress(SalesnbError):
            reconciles(source, load_mapping(folder / "mapping.toml"), folder / "data")
        try:
            draft = draft_mapping(source, SETTINGS)
        except SalesnbError as error:
            assert str(error).strip()
            return
        (folder / "draft.toml").write_text(draft.text, encoding="utf-8")
        with contextlib.suppress(SalesnbError):
            reconciles(source, load_mapping(folder / "draft.toml"), folder / "guessed")


@quick
@given(csv_files(), st.sampled_from(["deals.csv", "deals.tsv", "deals.TXT"]))
def test_any_text_file_is_counted_or_refused_in_words(content, name):
    tried(name, content)


@quick
@given(st.lists(deals, max_size=12))
def test_rows_of_a_whole_table_are_all_counted(rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER, GOOD, *rows])
    with tempfile.TemporaryDirectory() as made:
        source = Path(made) / "deals.csv"
        source.write_text(out.getvalue(), encoding="utf-8", newline="")
        (Path(made) / "mapping.toml").write_text(MAPPING)
        mapping = load_mapping(Path(made) / "mapping.toml")
        report = import_source(source, mapping, SETTINGS, Path(made) / "data")
    counts = report.tables[0]
    assert counts.read == counts.loaded + counts.rejected == len(rows) + 1


cells = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(), st.dates(), st.times(), st.timedeltas(),
    st.sampled_from(["Won", "Lost", "=1/0", "=A1", "#REF!", "Total", "2024-01-05", "1.234,56"]), amounts, days,
)  # fmt: skip


def without_times(content):
    """Write a workbook anew, without the time at which it was made: damage then is always the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "docProps/core.xml":
                new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


damages = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=2)


@quick
@given(headers, st.lists(st.lists(cells, max_size=7), max_size=6), st.booleans(), damages)
def test_any_workbook_is_counted_or_refused_in_words(header, rows, merged, damage):
    book = Workbook()
    for row in (header, GOOD, *rows):
        with contextlib.suppress(ValueError, IllegalCharacterError):  # what a workbook cannot hold
            book.active.append(list(row))
    if merged:
        book.active.merge_cells("B2:C3")
    out = io.BytesIO()
    try:
        book.save(out)
    except (ValueError, OverflowError, TypeError):
        return
    content = bytearray(without_times(out.getvalue()))
    for place, byte in damage:
        content[int(place * len(content))] ^= byte
    tried("deals.xlsx", bytes(content))


@quick
@given(
    st.binary(max_size=200),
    st.sampled_from(["xlsx", "xls", "ods", "csv", "parquet", "duckdb"]),
    st.booleans(),
)
def test_any_bytes_under_any_name_are_refused_in_words(content, ending, packed):
    tried(f"deals.{ending}", gzip.compress(content, mtime=0) if packed else content)


keys = st.sampled_from(
    ["opportunities", "reps", "columns", "status", "won", "lost", "column", "file", "sheet", "header_row", "ignore",
     "join", "name", "on", "key", "where", "unpivot", "repair", "skip_footer", "distinct", "leave_out", "missing",
     "format", "scale", "via", "take", "unless", "time_zone", "encoding", "delimiter", "decimal", "flexible", "ids",
     "opportunity_id", "amount", "stage", "rep_id", "region", "skip_rows_matching"]
)  # fmt: skip
scalars = st.one_of(
    st.booleans(), st.integers(-2, 10**20), st.floats(),
    st.sampled_from(["id", "stage", "amount", "/(/", "/^w/", "*", "", "products", "list_price", "../x", "deals.csv",
                     "Europe/Berlin", "%d.%m.%Y", "utf-16", "(", "salesforce", "\x07", "0.01"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def toml(value):
    """Write a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\x07", "\\u0007") + '"'
    return repr(value)


@settings(quick, max_examples=5 * quick.max_examples)
@given(st.dictionaries(keys, values, max_size=4), st.dictionaries(keys, values, max_size=3), st.booleans())
def test_any_mapping_is_used_or_refused_in_words(further, columns, flexible):
    good = {name: name for name in ("stage", "amount")} | {"opportunity_id": "id", "closed_on": "closed"}
    table = {"columns": good | columns, "status": {"won": ["Won"], "lost": ["Lost"]}} | further
    lines = [
        f"flexible = {toml(flexible)}",
        *(f"opportunities.{key} = {toml(value)}" for key, value in table.items()),
    ]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / "deals.csv"
        source.write_text(f"{','.join(HEADER)}\n{','.join(GOOD)}\n2,Bob,Lost,5,2024-01-02,2024-02-04\n")
        (folder / "mapping.toml").write_text("\n".join(lines), encoding="utf-8")
        with contextlib.suppress(SalesnbError):
            reconciles(source, load_mapping(folder / "mapping.toml"), folder / "data")


@quick
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda data: data.decode("latin-1")))
def test_any_text_as_a_mapping_is_refused_in_words(text):
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "mapping.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SalesnbError):
            load_mapping(path)
