"""Real kernels: failures isolated, nothing of the machine, a killed run continued and no process left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.sign import NotebookNotary

from salesnb.workbooks import runner
from salesnb.workbooks.runner import run_jobs

pytestmark = pytest.mark.slow

READ = """\
import json, os, sys, time
say = json.load(open(extract))["say"]
print(os.getcwd(), os.path.expanduser("~"))"""
ACT = """\
if say == "fail":
    json.loads("nonsense")
if say == "exit":
    os._exit(3)
if say == "long":
    time.sleep(60)
if say == "flood":
    for _ in range(10**5):
        print("x" * 1000)
if say == "orphan":
    os.kill(os.getppid(), 9)
    time.sleep(60)
if say == "kill":
    os.kill(int(open(f"/proc/{os.getppid()}/stat").read().split()[3]), 9)
open("by-product.txt", "w").write("x")
print(say, file=sys.stderr)
filter"""
SAYS = ("fine", "fail", "exit", "long", "flood", "orphan", "kill", "also fine")


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as context:
        yield context


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_template, make_job, run_header, patch):
    """One run in which most things go wrong."""
    folder = tmp_path_factory.mktemp("real")
    patch.setenv("JUPYTER_DATA_DIR", str(folder / "jupyter"))
    patch.setattr(runner, "package_hash", lambda: "package")
    template = make_template(folder, READ, ACT)
    jobs = [make_job(template, say.replace(" ", "-"), say=say) for say in SAYS]
    out = folder / "reviews" / "fy18" / "2017-Q4"
    report = run_jobs(jobs, out, header=run_header, workers=2, timeout=10)
    return jobs, out, report, run_header


def test_each_failure_is_its_own_row_with_cell_and_error(made):
    _, _, report, _ = made
    rows = {result.id: result for result in report.results}
    assert Counter(row.status for row in rows.values()) == {"failed": 6, "ran": 2}
    assert (rows["fail"].error.name, rows["fail"].error.cell) == ("JSONDecodeError", 4)
    assert rows["fail"].error.source == ACT
    assert (rows["exit"].error.name, rows["exit"].error.cell) == ("DeadKernel", 4)
    assert (rows["long"].error.name, rows["long"].error.cell) == ("Timeout", 4)
    assert (rows["flood"].error.name, rows["flood"].error.cell) == ("TooMuchOutput", 4)
    assert (rows["orphan"].error.name, rows["orphan"].error.cell) == ("DeadKernel", 4)
    assert rows["kill"].error.name == "WorkerDied"
    assert "SIGKILL" in rows["kill"].reason


def test_failed_notebooks_are_kept_for_a_look_with_their_error(made):
    jobs, out, _, _ = made
    failed = nbformat.read(out / f"{jobs[1].slug}.failed.ipynb", as_version=4)
    assert failed.cells[4].outputs[-1].ename == "JSONDecodeError"
    nbformat.validate(failed)


def test_only_whole_wanted_files_are_there(made):
    jobs, out, _, _ = made
    good = {f"{job.slug}{end}" for job in (jobs[0], jobs[7]) for end in (".ipynb", ".html")}
    bad = {f"{job.slug}.failed.ipynb" for job in jobs[1:6]}
    extracts = {f"extracts/{job.slug}.json" for job in jobs}
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert files == good | bad | extracts | {"run.json"}


def test_no_output_names_a_folder_of_the_machine(made):
    _, out, _, _ = made
    told = [
        out.parent.as_posix(),
        str(Path.home()) + "/",
        sys.prefix,
        # A system's own Python lies in /usr on every machine; that tells nothing of this one.
        *({sys.base_prefix} - {"/usr", "/usr/local"}),
        "/tmp/",
        os.path.dirname(runner.__file__),
    ]
    for path in (path for path in out.rglob("*") if path.is_file()):
        text = path.read_text()
        assert [place for place in told if place in text] == [], path.name


def test_the_parameter_cell_stays_and_the_default_with_an_equals_sign_holds(made):
    jobs, out, _, _ = made
    finished = nbformat.read(out / f"{jobs[0].slug}.ipynb", as_version=4)
    assert finished.cells[1].metadata.tags == ["parameters"]
    assert finished.cells[2].metadata.tags == ["injected-parameters"]
    assert finished.cells[4].outputs[-1].data["text/plain"] == "'region=EMEA'"
    assert finished.metadata.papermill.parameters == jobs[0].parameters


def test_finished_notebooks_are_signed(made):
    jobs, out, _, _ = made
    assert NotebookNotary().check_signature(nbformat.read(out / f"{jobs[0].slug}.ipynb", as_version=4))


def test_a_finished_notebook_runs_again_where_it_lies(made, tmp_path):
    jobs, out, _, _ = made
    again = papermill.execute_notebook(
        str(out / f"{jobs[0].slug}.ipynb"),
        str(tmp_path / "again.ipynb"),
        cwd=str(out),
        progress_bar=False,
        kernel_name="python3",
    )
    (out / "by-product.txt").unlink()
    assert again.cells[4].outputs[-1].data["text/plain"] == "'region=EMEA'"


def test_running_again_gives_the_same_bytes(made):
    jobs, out, _, header = made
    names = [f"{jobs[0].slug}.ipynb", f"{jobs[0].slug}.html"]
    before = [(out / name).read_bytes() for name in names]
    run_jobs([jobs[0]], out, header=header, workers=1, force=True, partial=True)
    assert [(out / name).read_bytes() for name in names] == before


def test_a_second_run_is_quick_and_starts_nothing(made, run_header, tmp_path):
    jobs, out, _, _ = made
    good = [jobs[0], jobs[7]]
    run_jobs(good, out, header=run_header, workers=1)
    before = (out / "run.json").stat().st_mtime_ns
    began = time.perf_counter()
    report = run_jobs(good, out, header=run_header, workers=1)
    assert time.perf_counter() - began < 0.5
    assert [result.status for result in report.results] == ["kept", "kept"]
    assert (out / "run.json").stat().st_mtime_ns == before


# Without a guard on __name__, as people write scripts.
SCRIPT = """
import json, sys
from pathlib import Path
from salesnb.workbooks import runner
from salesnb.workbooks.jobs import Job, RunHeader
from salesnb.workbooks.paths import extract_name

runner.package_hash = lambda: "package"

folder = Path(sys.argv[1])
jobs = [
    Job(id=n, name=n, slug=n, template=folder / "tiny.ipynb", title=n,
        extract=json.dumps({"say": n}).encode(), parameters={"extract": extract_name(n)})
    for n in "abcd"
]
header = RunHeader(plan="p", revision=1, as_of="2017-12-12", template="tiny")
say = lambda progress: print(progress.done, flush=True)
try:
    report = runner.run_jobs(jobs, folder / "run", header=header, workers=2, progress=say)
except KeyboardInterrupt:
    sys.exit(130)
print(*[result.status for result in report.results])
"""


@pytest.fixture
def started(tmp_path, make_template, monkeypatch):
    """A run in a process of its own, with two workbooks finished."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("SALESNB_TEST_MARK", str(tmp_path))
    make_template(tmp_path, READ, "time.sleep(1 if say in 'ab' else 8)")
    (tmp_path / "go.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "go.py"), str(tmp_path)]
    root = str(Path(runner.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    for line in process.stdout:
        if int(line) >= 2:
            break
    yield process, command, environment
    process.stdout.close()
    if process.poll() is None:
        process.kill()
        process.wait()


def descendants(mark: Path) -> list[int]:
    """Processes whose environment carries the mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SALESNB_TEST_MARK={mark}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def gone(mark: Path) -> bool:
    """Wait until all of them have ended."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if not descendants(mark):
            return True
    return False


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_whole_files_and_no_process_and_the_next_goes_on(started, tmp_path, how):
    process, command, environment = started
    assert len(descendants(tmp_path)) > 1
    process.send_signal(how)
    assert process.wait(timeout=30) != 0
    assert gone(tmp_path)
    run = tmp_path / "run"
    for path in run.glob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for path in run.glob("*.html"):
        assert path.read_text().rstrip().endswith("</html>")
    finished = {path.stem for path in run.glob("*.html")}
    assert len(finished) >= 2
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    told = dict(zip("abcd", again.stdout.splitlines()[-1].split(), strict=True))
    assert told == {name: "kept" if name in finished else "ran" for name in "abcd"}
    assert not list(run.rglob(".*"))
    assert json.loads((run / "run.json").read_text())["plan"] == "p"
