"""Kernels that are forked warm do what started ones do, and nothing of one reaches another."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest

from salesnb.workbooks.forking import can_fork
from salesnb.workbooks.jobs import Outcome, Task
from salesnb.workbooks.kernel import run_task

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_fork(), reason="kernels cannot be forked here")]

# Most of what a cell can put out; each is a template of its own.
SHOWN = {
    "streams": ["import sys\nprint('one')", "print('two', file=sys.stderr)\nprint('three')"],
    "what a process of its own writes": [
        "import os\nos.system('echo from a shell')",
        "!echo and from IPython",
    ],
    "results and pictures": [
        "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\n1 + 1",
        "{'a': [1, 2]}",
    ],
    "a display that is written again": [
        "from IPython.display import display, clear_output\nshown = display('before', display_id='here')",
        "shown.update('after')",
        "print('gone')\nclear_output()\nprint('stays')",
    ],
    "widgets": [
        "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\nslider",
        "slider.value = 7\nslider.value",
    ],
    "what a widget catches": [
        "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print('caught')\nout",
        "len(out.outputs)",
    ],
    "awaiting": ["import asyncio\nawait asyncio.sleep(0.01)\n'slept'"],
    "a task in the background": [
        "import asyncio\nseen = []\nasync def work():\n    seen.append(1)\ntask = asyncio.ensure_future(work())",
        "await task\nseen",
    ],
    "magics and history": ["_i1", "In[1], Out.get(2, 'none')", "%store\nNone"],
    "its place": [
        "import os, sys\nos.path.basename(os.getcwd()), sys.path[0], __name__",
        "open(extract).read()",
    ],
    "an error": ["def f():\n    raise ValueError('no')", "f()", "print('never')"],
    "an error that is allowed": ["1 / 0"],
    "leaving": ["print('so far')\nraise SystemExit", "print('never')"],
    "a question": ["input('name?')"],
    "order of a set": ["list({'a', 'b', 'c', 'd', 'e'})"],
}


def task(
    tmp_path: Path, cells: list[str], *, isolated: bool = False, timeout: int = 30, **more: object
) -> Task:
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source, id=f"cell-{n}")
            for n, source in enumerate(["extract = ''", *cells])
        ]
    )
    notebook.cells[0].metadata["tags"] = ["parameters"]
    if more.pop("allows", False):
        for cell in notebook.cells:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
    return Task(
        slug="it",
        title="It",
        notebook=nbformat.writes(notebook),
        parameters={"extract": "extracts/it.json"},
        extract=b'{"it": 1}',
        extract_path="extracts/it.json",
        scratch=str(tmp_path / "run" / ".work" / "it"),
        timeout=timeout,
        isolated=isolated,
        **more,
    )


def run(tmp_path: Path, *cells: str, **more: object) -> Outcome:
    return run_task(task(tmp_path, list(cells), **more))


def results(outcome: Outcome) -> list[str]:
    """The results of the cells, as text."""
    notebook = nbformat.reads(outcome.notebook, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output.data["text/plain"] for output in outputs if output.output_type == "execute_result"]


@pytest.mark.parametrize("name", SHOWN)
def test_a_forked_kernel_gives_what_a_started_one_gives(tmp_path: Path, name: str) -> None:
    allows = name == "an error that is allowed"
    forked, started = (
        run(tmp_path, *SHOWN[name], isolated=isolated, allows=allows) for isolated in (False, True)
    )
    assert forked.error == started.error
    assert without_ids(forked.notebook) == without_ids(started.notebook)


def without_ids(text: str) -> object:
    """The notebook with its outputs, but for the ids of widgets and pieces that a stream came in."""
    notebook = nbformat.reads(text, as_version=4)
    states = (
        notebook.metadata.pop("widgets", {})
        .get("application/vnd.jupyter.widget-state+json", {})
        .get("state", {})
    )
    names = {
        model: f"model-{n}"
        for n, model in enumerate(sorted(states, key=lambda one: str(states[one].get("model_name"))))
    }
    for cell in notebook.cells:
        merged: list[dict[str, object]] = []
        for output in cell.get("outputs", ()):
            last = merged[-1] if merged else {}
            if output.output_type == "stream" and last.get("name") == output.name:
                last["text"] = f"{last['text']}{output.text}"
            else:
                merged.append(dict(output))
        cell["outputs"] = sorted(merged, key=str) if any("text" in one for one in merged) else merged
    told = json.dumps(notebook, sort_keys=True)
    for model, name in names.items():
        told = told.replace(model, name)
    return told, sorted(str(state.get("model_name")) for state in states.values())


def test_nothing_of_one_workbook_is_seen_by_the_next(tmp_path: Path) -> None:
    first = run(
        tmp_path,
        "import builtins, os, random, numpy as np, salesnb\nsecret = builtins.leak = salesnb.leak = 'theirs'\n"
        "os.environ['LEAK'] = 'theirs'\nheld = open('theirs.txt', 'w')\nos.listdir('/proc/self/fd').__len__()",
        "random.random(), np.random.rand()",
    )
    second = run(
        tmp_path,
        "import builtins, os, random, numpy as np, salesnb\n"
        "'secret' in globals(), hasattr(builtins, 'leak'), hasattr(salesnb, 'leak'), 'LEAK' in os.environ, os.path.exists('theirs.txt')",
        "random.random(), np.random.rand()",
    )
    assert results(second)[0] == "(False, False, False, False, False)"
    mine, theirs = (results(one)[-1].strip("()").split(", ") for one in (first, second))
    assert all(a != b for a, b in zip(mine, theirs, strict=True))


def test_a_workbook_sees_nothing_that_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESNB_TEST_PASSWORD", "hunter2")
    found = run(
        tmp_path,
        "import glob, os\nos.environ.get('SALESNB_TEST_PASSWORD'), b'hunter2' in open('/proc/self/environ', 'rb').read(),"
        " b'hunter2' in open(f'/proc/{os.getppid()}/environ', 'rb').read()",
        withheld=frozenset({"SALESNB_TEST_PASSWORD"}),
    )
    assert results(found) == ["(None, False, False)"]


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("import time\nwhile True:\n    time.sleep(1)", "Timeout"),
        (
            "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass",
            "Timeout",
        ),
        ("import os, signal, time\nos.kill(os.getpid(), signal.SIGSTOP)", "Timeout"),
        ("import ctypes\nctypes.string_at(0)", "DeadKernel"),
        (
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))\nlen(bytearray(10**10))",
            "MemoryError",
        ),
        ("import os\nos._exit(0)", "DeadKernel"),
    ],
    ids=["never ends", "will not be interrupted", "stopped", "crashes", "out of memory", "leaves"],
)
def test_what_goes_wrong_in_one_is_told_and_the_next_is_unharmed(
    tmp_path: Path, cell: str, error: str
) -> None:
    outcome = run(tmp_path, "print('before')", cell, timeout=2)
    assert outcome.error is not None
    assert (outcome.error.name, outcome.error.cell) == (error, 3)
    assert "before" in outcome.notebook
    assert results(run(tmp_path, "1 + 1")) == ["2"]


def test_what_a_cell_started_ends_with_its_workbook(tmp_path: Path) -> None:
    outcome = run(tmp_path, "import subprocess\nsubprocess.Popen(['sleep', '300']).pid")
    child = int(results(outcome)[0])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(child):
        time.sleep(0.05)
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_papermill_takes_it_as_an_engine(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in ("x = 1", "print(x)", "x + 1")]
    )
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    for engine in ("salesnb", "nbclient"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / f"{engine}.ipynb",
            {"x": 41},
            engine_name=engine,
            progress_bar=False,
        )
    ours, theirs = (
        nbformat.read(tmp_path / f"{engine}.ipynb", as_version=4) for engine in ("salesnb", "nbclient")
    )
    assert [cell.get("outputs") for cell in ours.cells] == [cell.get("outputs") for cell in theirs.cells]
    assert ours.cells[-1].outputs[0].data["text/plain"] == "42"
    assert ours.metadata.language_info == theirs.metadata.language_info


def test_papermills_command_finds_it(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import os\nos.getpid() == os.getsid(0)")]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "salesnb",
        "--no-progress-bar",
        "in.ipynb",
        "out.ipynb",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (
        nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[0].outputs[0].data["text/plain"] == "True"
    )


def test_no_process_is_left_of_one_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "go.py").write_text(
        "import sys\nsys.path.insert(0, sys.argv[1])\nfrom pathlib import Path\n"
        "from tests.workbooks.test_forked import run\n"
        'run(Path(sys.argv[2]), \'import os, subprocess, time\\nsubprocess.Popen(["sleep", "300"])\\nopen(os.environ["MARK"], "w").close()\\ntime.sleep(300)\')\n'
    )
    mark = tmp_path / "mark"
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "MARK": str(mark), "PYTHONPATH": root}
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "go.py"), root, str(tmp_path)], env=environment
    )
    deadline = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert mark.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    while _marked(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _marked(mark)


def _marked(mark: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"MARK={mark}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return [one for one in found if _runs(one)]
