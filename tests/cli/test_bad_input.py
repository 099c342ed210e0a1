"""Bad input at the command line: one clear message, the documented exit code, no traceback, nothing half-written."""

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Every test imports data.
pytestmark = pytest.mark.slow


OWN = "an error of our own"


def refused(done: object, code: int, *words: str) -> None:
    """Assert one readable message."""
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert OWN not in done.err
    message = [line for line in done.err.splitlines() if line.startswith(("salesnb", "usage"))]
    assert message
    for word in words:
        assert word in done.err


def test_no_workspace(run: Callable, tmp_path: Path) -> None:
    refused(run("-C", tmp_path, "kpi", "query", "won_amount"), 1, "salesnb new")


def test_no_data_yet(run: Callable, tmp_path: Path) -> None:
    run("new", tmp_path / "mine")
    refused(run("-C", tmp_path / "mine", "kpi", "query", "won_amount"), 1, "import")


def test_a_missing_source(run: Callable, workspace: Path) -> None:
    refused(run("-C", workspace, "import", workspace / "nowhere", "--mapping", "maven"), 1, "nowhere")


@pytest.mark.parametrize("mapping", [(), ("--mapping", "maven"), ("--quotas",)])
def test_sources_that_cannot_be_looked_at(
    run: Callable, workspace: Path, tmp_path: Path, mapping: tuple
) -> None:
    pipe, loop = tmp_path / "pipe.csv", tmp_path / "loop.csv"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    refused(run("-C", workspace, "import", pipe, *mapping), 1, "pipe or a device")
    refused(run("-C", workspace, "import", "/dev/zero", *mapping), 1, "pipe or a device")
    refused(run("-C", workspace, "import", loop, *mapping), 1, "loop.csv")
    refused(run("-C", workspace, "import", tmp_path / ("x" * 300), *mapping), 1, "too long")


def test_a_missing_file_of_the_mapping(run: Callable, workspace: Path, export: Path) -> None:
    (export / "sales_pipeline.csv").unlink()
    refused(run("-C", workspace, "import", export, "--mapping", "maven"), 1, "sales_pipeline.csv")


def test_a_missing_column(run: Callable, workspace: Path, export: Path) -> None:
    path = export / "sales_pipeline.csv"
    path.write_text(path.read_text().replace("close_value", "value", 1))
    refused(
        run("-C", workspace, "import", export, "--mapping", "maven"), 1, "close_value", "sales_pipeline.csv"
    )


def test_an_unknown_profile(run: Callable, workspace: Path, export: Path) -> None:
    done = run("-C", workspace, "import", export, "--mapping", "mavn")
    assert done.code in (1, 2)
    assert "maven" in done.err


def test_a_mapping_that_names_an_unknown_column(
    run: Callable, workspace: Path, export: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[opportunities]\nfile = "sales_pipeline.csv"\n'
        '[opportunities.columns]\nopportunity_id = "opportunity_id"\nrep_id = "sales_agnt"\n'
        'amount = "close_value"\ncreated_on = "engage_date"\nclosed_on = "close_date"\nstage = "deal_stage"\n'
        '[opportunities.status]\nwon = ["Won"]\nlost = ["Lost"]\n'
    )
    refused(run("-C", workspace, "import", export, "--mapping", mapping), 1, "sales_agnt", "sales_agent")


def test_wrong_rows_are_set_aside_and_counted(run: Callable, workspace: Path, export: Path) -> None:
    bad = [
        "D000,Ann,Base,Account 1,Won,2017-01-01,2017-02-01,100",  # duplicate id
        "B001,Ann,Base,Account 1,Won,2017-01-01,31/31/2017,100",  # unreadable date
        "B002,Ann,Base,Account 1,Won,2017-01-01,2017-02-01,-5",  # negative amount
        "B003,Ann,Base,Account 1,Won,2017-01-01,2017-02-01,1e300",  # absurd amount
    ]
    with (export / "sales_pipeline.csv").open("a") as file:
        file.write("\n".join(bad) + "\n")
    done = run("-C", workspace, "import", export, "--mapping", "maven")
    assert done.code == 0, done.err
    assert "opportunities: read 44, loaded 40, rejected 4" in done.out
    rejected = (workspace / "data" / "rejected.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in rejected[1:]] == ["42", "43", "44", "45"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--period", "2017-Q3", "--goal", "won_amnt=1"), ("Did you mean 'won_amount'",)),
        (("--period", "2017-Q7", "--goal", "won_amount=1"), ("2017-Q7",)),
        (("--period", "2017 4-4-5", "--goal", "won_amount=1"), ("4-4-5",)),
        (("--period", "2017-Q3", "--goal", "won_amount"), ("KPI=AMOUNT",)),
    ],
)
def test_a_plan_that_cannot_be_meant(run: Callable, workspace: Path, arguments: tuple, words: tuple) -> None:
    refused(run("-C", workspace, "plan", "new", "q3", *arguments), 2, *words)
    assert not list((workspace / "plans").glob("*.plan.json"))


@pytest.mark.parametrize("target", ["abc", "-5", "1e99", "NaN"])
def test_a_target_that_is_no_target(run: Callable, workspace: Path, target: str) -> None:
    refused(
        run("-C", workspace, "plan", "new", "q3", "--period", "2017-Q3", "--goal", f"won_amount={target}"), 1
    )
    assert not list((workspace / "plans").glob("*.plan.json"))


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden"])
def test_a_plan_name_that_leaves_its_folder(run: Callable, workspace: Path, name: str) -> None:
    done = run("-C", workspace, "plan", "new", name, "--period", "2017-Q3", "--goal", "won_amount=1")
    assert done.code in (1, 2)
    assert "Traceback" not in done.err
    assert not list(workspace.parent.glob("*.plan.json"))


def test_two_goals_for_one_kpi(run: Callable, workspace: Path) -> None:
    goals = ("--goal", "won_amount=1", "--goal", "won_amount=2")
    refused(run("-C", workspace, "plan", "new", "q3", "--period", "2017-Q3", *goals), 2, "won_amount")


def test_a_plan_of_that_name_already(run: Callable, planned: Path) -> None:
    refused(
        run("-C", planned, "plan", "new", "q3", "--period", "2017-Q3", "--goal", "won_amount=1"), 1, "already"
    )


def test_a_plan_that_is_not_there(run: Callable, planned: Path) -> None:
    refused(run("-C", planned, "plan", "show", "q4"), 2, "q3")
    refused(run("-C", planned, "review", "q4"), 2, "q3")


def test_a_damaged_plan(run: Callable, planned: Path) -> None:
    path = planned / "plans" / "q3.plan.json"
    path.write_text(path.read_text()[:-200])
    refused(run("-C", planned, "plan", "show", "q3"), 1, "q3.plan.json", "line")


def test_a_plan_of_a_newer_schema(run: Callable, planned: Path) -> None:
    path = planned / "plans" / "q3.plan.json"
    document = json.loads(path.read_text()) | {"schema_version": 99}
    path.write_text(json.dumps(document))
    refused(run("-C", planned, "plan", "show", "q3"), 1, "newer")


def test_a_lock_that_exceeds_its_parent(run: Callable, planned: Path) -> None:
    before = (planned / "plans" / "q3.plan.json").read_bytes()
    done = run("-C", planned, "plan", "cascade", "q3", "--lock", "Ann=90000", "--why", "wish")
    refused(done, 1, "90,000")
    assert (planned / "plans" / "q3.plan.json").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("won_amnt",),
        ("won_amount", "--by", "teem"),
        ("won_amount", "--by", "month,quarter"),
        ("won_amount", "--where", "team"),
        ("won_amount", "--from", "yesterday"),
        ("won_amount", "--where", "teem=Mia"),
    ],
)
def test_a_query_that_cannot_be_meant(run: Callable, workspace: Path, arguments: tuple) -> None:
    refused(run("-C", workspace, "kpi", "query", *arguments), 2)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--by", "teem"), "team"),
        (("--only", "Nobody"), "Mia"),
        (("--template", "kpi_revue"), "kpi_review"),
        (("--period", "2017-Q9"), "2017-Q9"),
    ],
)
def test_a_review_that_cannot_be_meant(run: Callable, planned: Path, arguments: tuple, word: str) -> None:
    refused(run("-C", planned, "review", "q3", *arguments), 2, word)
    assert not list((planned / "reviews").rglob("*.html"))


def test_a_foreign_folder_for_the_demo(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    refused(run("demo", tmp_path), 1, "not empty")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_is_a_file(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    refused(run("new", tmp_path / "mine"), 1)


def as_anybody() -> None:
    """Give root's right to read and write everywhere away; files that it may not write then stay as they are."""
    if os.geteuid() == 0:
        drop_from_bounding_set, may_override_permissions, may_read_everything = 24, 1, 2
        for right in (may_override_permissions, may_read_everything):
            ctypes.CDLL(None).prctl(drop_from_bounding_set, right)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="permissions are dropped as on Linux")
@pytest.mark.parametrize("arguments", [("--yes",), ("--mapping", "maven"), ("--quotas",)])
def test_sources_that_may_not_be_read(
    workspace: Path, export: Path, run_apart: Callable, arguments: tuple[str, ...]
) -> None:
    deals = export / "sales_pipeline.csv"
    try:
        for locked, source in ((deals, deals), (export, export), (export, deals)):
            locked.chmod(0)
            done = run_apart("-C", workspace, "import", source, *arguments, preexec_fn=as_anybody)
            refused(done, 1, "Permission denied")
            locked.chmod(0o755)
    finally:
        export.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="permissions are dropped as on Linux")
@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "{crm}", "--mapping", "maven"),
        ("plan", "new", "q4", "--period", "2017-Q4", "--goal", "won_amount=5"),
        ("plan", "cascade", "q3", "--goal", "won_amount=5"),
    ],
)
def test_a_read_only_workspace(
    planned: Path, export: Path, run_apart: Callable, arguments: tuple[str, ...]
) -> None:
    for folder in (planned, *planned.rglob("*")):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    with (export / "accounts.csv").open("a") as file:
        file.write("Account 9,retail,1999,1,1,Norway,\n")
    before = {path: path.stat().st_mtime_ns for path in planned.rglob("*")}
    words = [word.format(crm=export) for word in arguments]
    refused(run_apart("-C", planned, *words, preexec_fn=as_anybody), 1, "rite")
    assert {path: path.stat().st_mtime_ns for path in planned.rglob("*")} == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a small tmpfs is a Linux thing")
def test_a_full_disk(planned: Path, export: Path, tmp_path: Path, run_apart: Callable) -> None:
    import subprocess

    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk needs root: {mounted.stderr.decode().strip()}")
    try:
        shutil.copytree(planned, disk / "mine")
        (disk / "ballast").write_bytes(b"x" * (shutil.disk_usage(disk).free - 4096))
        with (export / "accounts.csv").open("a") as file:
            file.write("Account 9,retail,1999,1,1,Norway,\n")
        before = sorted(path.name for path in (disk / "mine").rglob("*"))
        refused(run_apart("-C", disk / "mine", "import", export, "--mapping", "maven"), 1, "space")
        refused(run_apart("-C", disk / "mine", "plan", "cascade", "q3", "--goal", "won_amount=5"), 1)
        after = sorted(path.name for path in (disk / "mine").rglob("*"))
        assert [name for name in after if not name.endswith(".lock")] == [
            n for n in before if not n.endswith(".lock")
        ]
        assert run_apart("-C", disk / "mine", "kpi", "query", "won_amount").code == 0
    finally:
        subprocess.run(["umount", disk], check=False)
