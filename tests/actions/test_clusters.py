"""Reviews on a cluster: a real scheduler and two worker processes give what this machine gives."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesnb.actions.clusters import cluster
from salesnb.errors import BadUsage
from salesnb.workbooks.jobs import Job, RunHeader
from salesnb.workbooks.paths import extract_name
from salesnb.workbooks.runner import run_jobs
from tests.workbooks.conftest import notebook

pytestmark = pytest.mark.slow

ROOT = str(Path(__file__).parents[2])
CELLS = [
    "import json, os\nsay = json.load(open(extract))['say']\nsay",
    "if say == 'fail':\n    raise ValueError('no')\nif say == 'end':\n    os._exit(1)",
]
SAYS = ("fine", "fail", "end", "also fine")
HEADER = RunHeader(plan="fy18", revision=1, as_of="2017-12-12", template="tiny")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": ROOT}
    scheduler = ["dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
    worker = [
        "dask_worker",
        "--scheduler-file",
        str(told),
        "--nworkers",
        "1",
        "--nthreads",
        "1",
        "--no-dashboard",
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in (scheduler, worker, worker)
    ]
    try:
        yield _ready(told)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _ready(told: Path) -> str:
    from distributed import Client

    deadline = time.monotonic() + 90
    while not told.is_file() or not told.read_text():
        assert time.monotonic() < deadline, "the scheduler does not start"
        time.sleep(0.1)
    address = str(json.loads(told.read_text())["address"])
    with Client(address, timeout="60s", set_as_default=False) as client:
        client.wait_for_workers(2, timeout=90)
    return address


def jobs(folder: Path) -> list[Job]:
    folder.mkdir(parents=True, exist_ok=True)
    template = folder / "tiny.ipynb"
    template.write_text(json.dumps(notebook(CELLS, None)))
    return [
        Job(
            id=say,
            name=say,
            slug=say.replace(" ", "-"),
            template=template,
            parameters={"extract": extract_name(say.replace(" ", "-"))},
            extract=json.dumps({"say": say}).encode(),
            title=say,
        )
        for say in SAYS
    ]


def test_a_cluster_gives_what_this_machine_gives(address: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    alone = run_jobs(jobs(tmp_path), here, header=HEADER, workers=2, timeout=30)
    with cluster(address, there) as executor:
        found = run_jobs(jobs(tmp_path), there, header=HEADER, executor=executor, timeout=30)
        again = run_jobs(jobs(tmp_path)[:1], there, header=HEADER, executor=executor, partial=True)
    assert [(one.id, one.status, one.reason) for one in found.results] == [
        (one.id, one.status, one.reason) for one in alone.results
    ]
    # How much was heard of a kernel that ended is chance.
    assert [one.files for one in found.results if one.id != "end"] == [
        one.files for one in alone.results if one.id != "end"
    ]
    assert [one.status for one in found.results] == ["ran", "failed", "failed", "ran"]
    assert [one.status for one in again.results if one.id == "fine"] == ["kept"]
    names = {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()}
    assert names == {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}


def test_a_worker_with_another_package_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = iter(["another"] * 9)
    monkeypatch.setattr("salesnb.actions.clusters._own", lambda: next(hashed))
    with pytest.raises(BadUsage, match="Another salesnb than here is on tcp://"), cluster(address, tmp_path):
        pass


def test_a_folder_that_workers_do_not_see_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesnb.actions.clusters.os.path.exists", _blind)
    with pytest.raises(BadUsage, match="cannot see the folder of the reviews"), cluster(address, tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def _blind(_path: str) -> bool:
    return False


def test_no_scheduler_and_no_worker_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesnb.actions.clusters._PATIENCE", "1s")
    with pytest.raises(BadUsage, match="No scheduler answers at"), cluster("tcp://127.0.0.1:9", tmp_path):
        pass
