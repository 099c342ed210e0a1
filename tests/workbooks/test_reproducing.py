"""A finished workbook says what it was made of, and is made again from that: identical, or what differs."""

import json
import shutil
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

import pytest
from nbformat.v4 import output_from_msg

from salesnb import __version__
from salesnb.actions import reproducing
from salesnb.actions.reproducing import reproduce
from salesnb.cli import main
from salesnb.errors import BadInput, MissingFile
from salesnb.workbooks import runner
from salesnb.workbooks.html import PageInfo, render
from salesnb.workbooks.jobs import CellError, Outcome
from salesnb.workbooks.notebook import dumped, parsed
from salesnb.workbooks.runner import run_jobs
from salesnb.workspace import Workspace

SAY = 'import json\njson.load(open(extract))["say"]'


def stdout(text):
    return {"header": {"msg_type": "stream"}, "content": {"name": "stdout", "text": text}}


class Played(Executor):
    """Puts what the extract says into the last cell."""

    said = "{say}"

    def submit(self, _fn, task):
        future = Future()
        notebook = parsed(task.notebook)
        text = self.said.format(say=json.loads(task.extract)["say"])
        notebook.cells[-1].outputs = [output_from_msg(stdout(text))]
        info = PageInfo(title=task.title, provenance=task.provenance)
        outcome = Outcome(notebook=dumped(notebook), page=render(notebook, info))
        if text == "fail":
            outcome = Outcome(error=CellError(name="ValueError", message="no deals"))
        future.set_result((outcome, 0.1))
        return future


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(runner, "package_hash", lambda: "a" * 64)
    monkeypatch.setattr(reproducing, "package_hash", lambda: "a" * 64)
    return Workspace.create(tmp_path / "home").root


@pytest.fixture
def made(home, make_template, make_job, run_header, monkeypatch):
    """The notebook of a run whose cells are played."""
    job = make_job(make_template(home / "templates", SAY), "West")
    out = home / "reviews" / "fy18" / "2017-Q4"
    run_jobs([job], out, header=run_header, executor=Played())
    monkeypatch.setattr(reproducing, "run_jobs", partial(run_jobs, executor=Played()))
    return out / f"{job.slug}.ipynb"


def test_a_workbook_says_what_it_was_made_of_and_nothing_of_the_machine(made, home):
    told = json.loads(made.read_text())["metadata"]["salesnb_run"]
    assert told["template"]["name"] == "tiny"
    assert told["parameters"] == {"extract": f"extracts/{made.stem}.json"}
    assert told["package"] == {"version": __version__, "sha256": "a" * 64}
    page = made.with_suffix(".html").read_text()
    for said in (
        "Template tiny (",
        f"extract = extracts/{made.stem}.json",
        f"salesnb {__version__} (aaaaaaaa)",
    ):
        assert said in page
    for path in made.parent.rglob("*.*"):
        assert str(home.parent) not in path.read_text(), path


def test_a_review_s_workbook_names_data_plan_and_the_versions_of_kpis(
    home, make_template, make_job, run_header
):
    extract = {
        "say": "x",
        "provenance": {"data_fingerprint": "3f9a1c0be27d4455", "plan": "fy18", "plan_revision": 3},
        "kpis": {"won_amount": {"version": "2"}},
    }
    job = make_job(make_template(home / "templates", SAY), "W", extract=json.dumps(extract).encode())
    run_jobs([job], home / "run", header=run_header, executor=Played())
    told = json.loads((home / "run" / f"{job.slug}.ipynb").read_text())["metadata"]["salesnb_run"]
    assert (told["plan"], told["plan_revision"], told["kpis"]) == ("fy18", 3, {"won_amount": "2"})
    page = (home / "run" / f"{job.slug}.html").read_text()
    assert "Data 3f9a1c0be27d" in page
    assert "Plan fy18, revision 3" in page


@pytest.mark.parametrize("end", [".ipynb", ".html"])
def test_what_nothing_has_happened_to_is_identical_and_stays_as_it_lies(made, capsys, end):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made.parent.rglob("*.*")}
    assert main(["reproduce", str(made.with_suffix(end))]) == 0
    assert capsys.readouterr().out == "identical\n"
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made.parent.rglob("*.*")} == before


def test_it_is_identical_in_another_place(made, home, tmp_path):
    moved = shutil.copytree(home, tmp_path / "elsewhere", symlinks=True)
    assert reproduce(moved / made.relative_to(home)) == ()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_differs_is_said(made, home, monkeypatch, capsys):
    edit(made, '"fine"\n', '"great"\n')
    assert main(["reproduce", str(made)]) == 1
    assert capsys.readouterr().out == (
        'The output of cell 3 differs: import json json.load(open(extract))["say"]\n'
    )
    edit(made, "json.load(open", "json.loads(open")
    assert reproduce(made)[0].startswith("The source of cell 3 is not the template's: import json json.load(")
    edit(made, "json.loads(open", "json.load(open")
    edit(made, '"great"\n', '"fine"\n')
    edit(made.with_suffix(".html"), "fine", "great")
    assert reproduce(made) == (f"The page {made.stem}.html is not what its notebook gives.",)
    made.with_suffix(".html").unlink()
    assert reproduce(made) == (f"The page {made.stem}.html is missing.",)


def test_another_template_or_extract_is_said_and_nothing_is_run(made, home, monkeypatch):
    monkeypatch.setattr(reproducing, "run_jobs", None)
    extract = made.parent / "extracts" / f"{made.stem}.json"
    extract.write_text('{"say": "else"}')
    assert reproduce(made) == (f"The extract extracts/{made.stem}.json has changed.",)
    extract.unlink()
    edit(home / "templates" / "tiny.ipynb", "# Tiny", "# Other")
    assert reproduce(made) == (
        "The template tiny has changed.",
        f"The extract extracts/{made.stem}.json is missing.",
    )
    (home / "templates" / "tiny.ipynb").unlink()
    assert reproduce(made)[0] == "The template tiny is not here any more."


def test_another_package_is_said_beside_what_it_changes(made, monkeypatch):
    monkeypatch.setattr(reproducing, "package_hash", lambda: "b" * 64)
    said = f"salesnb is another one: it was {__version__} (aaaaaaaa), and is (bbbbbbbb)."
    assert reproduce(made) == (said,)
    monkeypatch.setattr(Played, "said", "not {say}")
    found = reproduce(made)
    assert found[0] == said
    assert found[1].startswith("The output of cell 3 differs")
    monkeypatch.setattr(Played, "said", "fail")
    assert reproduce(made)[1] == "It fails now: ValueError: no deals."


def test_a_file_from_elsewhere_chooses_neither_what_is_run_nor_what_is_read(made, home, tmp_path):
    (tmp_path / "evil.ipynb").write_text((home / "templates" / "tiny.ipynb").read_text())
    edit(made, '"name": "tiny"', '"name": "../../evil.ipynb"')
    assert reproduce(made) == ("The template ../../evil.ipynb is not here any more.",)


def test_what_cannot_be_made_again_is_refused_with_what_to_do(made, tmp_path):
    with pytest.raises(BadInput, match="neither a workbook nor a page"):
        reproduce(made.parent / "run.json")
    with pytest.raises(MissingFile, match="no such file"):
        reproduce(tmp_path / "none.html")
    made.unlink()
    with pytest.raises(MissingFile, match="not beside it"):
        reproduce(made.with_suffix(".html"))
    for text in ("{", "[]", '{"metadata": {}}', '{"metadata": {"salesnb_run": {}}}'):
        made.write_text(text)
        with pytest.raises(BadInput, match="does not say what it was made of"):
            reproduce(made)


@pytest.mark.slow
def test_with_real_kernels_it_is_identical_to_the_byte(home, make_template, make_job, run_header):
    job = make_job(make_template(home / "templates", SAY), "West")
    out = home / "reviews" / "fy18" / "2017-Q4"
    report = run_jobs([job], out, header=run_header, workers=1)
    assert [one.reason for one in report.failures] == []
    assert reproduce(Path(out / f"{job.slug}.html")) == ()
