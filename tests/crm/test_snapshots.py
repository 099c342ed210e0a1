"""One import after another, and those who read meanwhile."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from salesnb.crm.dataset import Dataset
from salesnb.crm.snapshots import current_database
from salesnb.errors import CannotWrite, Damaged, MissingFile, SalesnbError

# Every test imports data.
pytestmark = pytest.mark.slow


WON = "D1,Ann,Acme,Pump,Won,{value},2024-01-02,2024-02-03"
TOTAL = "SELECT sum(amount) FROM opportunities"
IMPORT = """
import sys
from pathlib import Path
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.errors import SalesnbError
source, data = map(Path, sys.argv[1:])
print("started", flush=True)
try:
    report = import_source(source, load_mapping(source / "mapping.toml"), ImportSettings(currency="USD"), data)
    print(report.changed)
except SalesnbError as error:
    print(f"{type(error).__name__}|{error}")
"""


def value(source, amount):
    return source.deals(WON.format(value=amount))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != ".import.lock"
    }


def start(source, **options) -> subprocess.Popen:
    arguments = [sys.executable, "-c", IMPORT, str(source.folder), str(source.data)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment, **options)


def test_the_same_files_again_change_nothing(source):
    first = source.load()
    before = files(source.data)
    again = source.load()
    assert (first.changed, again.changed) == (True, False)
    assert files(source.data) == before
    assert (again.tables, again.notices, again.as_of) == (first.tables, first.notices, first.as_of)


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"time_zone": "Asia/Tokyo"}, {"levels": ("team",)}])
def test_other_settings_make_another_import(source, change):
    source.load()
    assert source.load(**change).changed


def test_another_mapping_makes_another_import(source):
    source.load()
    assert source.mapping(options="# a comment").load().changed


def test_a_lost_report_of_rejected_rows_comes_back(source):
    source.deals(WON.format(value=1), "broken").load()
    (source.data / "rejected.csv").unlink()
    source.load()
    assert source.rejected()[0][2] == "3"


def test_a_damaged_current_database_is_replaced(source):
    path = source.load().path
    path.write_bytes(b"x" * 100)
    with pytest.raises(Damaged, match="cannot be read"):
        Dataset.open(source.data)
    assert source.load().changed
    assert source.query(TOTAL) == [(10000,)]


def test_without_data_it_says_so(tmp_path):
    with pytest.raises(MissingFile, match="No data has been imported"):
        Dataset.open(tmp_path)


def test_readers_keep_what_they_opened_and_later_ones_see_the_new(source):
    value(source, 1).load()
    with Dataset.open(source.data) as old:
        for amount in (2, 3, 4, 5):
            value(source, amount).load()
            assert old.backend.con.execute(TOTAL).fetchone() == (100,)
            assert source.query(TOTAL) == [(amount * 100,)]


@pytest.mark.slow
def test_readers_in_other_threads_always_see_a_whole_import(source):
    value(source, 1).load()
    seen, failures, stop = set(), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                with Dataset.open(source.data) as data:
                    seen.add(data.backend.con.execute(TOTAL).fetchone()[0])
            except SalesnbError as error:
                failures.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for amount in range(2, 8):
        value(source, amount).load()
    stop.set()
    reader.join()
    assert not failures
    assert seen <= {amount * 100 for amount in range(1, 8)}


def test_the_last_two_databases_stay(source):
    for amount in range(1, 6):
        value(source, amount).load()
    assert len(list(source.data.glob("crm-*.duckdb"))) == 2


def test_going_back_to_earlier_files_leaves_their_readers_alone(source):
    value(source, 1).load()
    with Dataset.open(source.data) as old:
        value(source, 2).load()
        value(source, 1).load()
        assert old.backend.con.execute("SELECT count(*) FROM imports").fetchone() == (1,)
        assert source.query("SELECT count(*) FROM imports") == [(3,)]


def test_a_dataset_cannot_be_written_nor_read_other_files(source):
    import duckdb

    source.load()
    with Dataset.open(source.data) as data:
        with pytest.raises(duckdb.Error):
            data.backend.con.execute("DELETE FROM opportunities")
        with pytest.raises(duckdb.PermissionException):
            data.backend.con.execute(f"SELECT * FROM read_csv('{source.folder / 'deals.csv'}')")


def test_what_changed_is_kept_with_what_was_before(source):
    source.deals(WON.format(value=1), WON.format(value=2).replace("D1", "D2")).load()
    source.deals(
        WON.format(value=9), WON.format(value=3).replace("D1", "D3").replace("02-03", "02-09")
    ).load()
    rows = source.query(
        "SELECT import_no, as_of, row_key, change, before FROM changes WHERE table_name = 'opportunities' ORDER BY row_key"
    )
    assert [(number, key, change) for number, _, key, change, _ in rows] == [
        (2, "D1", "changed"),
        (2, "D2", "removed"),
        (2, "D3", "added"),
    ]
    assert [row[1].isoformat() for row in rows] == ["2024-02-09"] * 3
    assert [json.loads(row[4])["amount"] if row[4] else None for row in rows] == [100, 200, None]


def test_rows_that_only_moved_did_not_change(source):
    source.deals(WON.format(value=1), WON.format(value=2).replace("D1", "D2")).load()
    source.deals(WON.format(value=2).replace("D1", "D2"), WON.format(value=1)).load()
    assert source.query("SELECT count(*) FROM changes") == [(0,)]


def test_a_failed_import_leaves_everything_as_it_was(source):
    source.load()
    before = files(source.data)
    source.file("deals.csv", "nothing,of,use\n1,2,3\n")
    with pytest.raises(SalesnbError):
        source.load()
    assert files(source.data) == before
    assert not list(source.data.glob(".import-*"))


def test_what_a_killed_import_left_behind_is_removed(source):
    (source.data / ".import-dead").mkdir(parents=True)
    (source.data / ".import-dead" / "build.duckdb").write_bytes(b"half")
    source.load()
    assert not list(source.data.glob(".import-*"))


@pytest.mark.slow
def test_killed_imports_leave_whole_files_only(source):
    value(source, 1).load()
    rng = random.Random(7)
    known = {100}
    for amount in range(2, 14):
        process = start(value(source, amount))
        process.stdout.readline()
        try:
            process.wait(timeout=rng.uniform(0, 0.9))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        known.add(amount * 100)
        assert source.query(TOTAL)[0][0] in known
        assert current_database(source.data).is_file()
    value(source, 99).load()
    assert source.query(TOTAL) == [(9900,)]
    assert not list(source.data.glob(".import-*"))


@pytest.mark.skipif(os.name != "posix", reason="limits on files are a POSIX thing")
@pytest.mark.parametrize(
    "limit",
    [60_000, pytest.param(4_000, marks=pytest.mark.slow), pytest.param(600_000, marks=pytest.mark.slow)],
)
def test_a_full_disk_is_said_and_changes_nothing(source, limit):
    import resource

    source.load()
    before = files(source.data)
    rows = [WON.format(value=i).replace("D1", f"D{i}") for i in range(1, 2000)]
    process = start(
        source.deals(*rows), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    said, _ = process.communicate()
    assert process.returncode == 0
    assert said.splitlines()[1].startswith("CannotWrite|")
    assert "nothing was changed" in said
    assert files(source.data) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_read_only_folder_is_said(source):
    source.load()
    before = files(source.data)
    value(source, 5)
    for folder in (source.data, *source.folder.parents[:-1], source.folder):
        folder.chmod(folder.stat().st_mode | 0o055)
    reader, writer = os.pipe()
    # Python itself may lie where nobody else can read it: so a copy of this process, with all imported.
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            source.load()
            said = "loaded"
        except SalesnbError as error:
            said = f"{type(error).__name__}|{error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert said.startswith("CannotWrite|")
    assert "you may write to" in said
    assert files(source.data) == before


def test_a_data_folder_that_is_a_file_is_said(source):
    source.data.write_text("in the way")
    with pytest.raises(CannotWrite):
        source.load()
