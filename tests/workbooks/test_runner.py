"""What a run keeps, repeats, isolates and writes; the work is played here, and real in test_run_for_real."""

import json
import os
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest
from filelock import FileLock

from salesnb.errors import BadUsage, CannotWrite, MissingFile
from salesnb.workbooks import deciding, runner
from salesnb.workbooks.cache import package_hash
from salesnb.workbooks.deciding import intents
from salesnb.workbooks.folder import locked
from salesnb.workbooks.jobs import CellError, Outcome
from salesnb.workbooks.notebook import dumped, parsed
from salesnb.workbooks.runner import run_jobs


class Played(Executor):
    """Does in this process what a worker would, without a kernel: the extract says what comes of it."""

    def __init__(self):
        self.asked = []

    def submit(self, fn, task):
        self.asked.append(task.slug)
        future = Future()
        say = json.loads(task.extract)["say"]
        if say == "die":
            future.set_exception(RuntimeError("the worker died"))
        else:
            error = (
                CellError(name="ValueError", message="no\ndeals", cell=3, count=2, source="1/0")
                if say == "fail"
                else None
            )
            notebook = parsed(task.notebook)
            notebook.metadata["said"] = say
            outcome = Outcome(notebook=dumped(notebook), page="" if error else f"<p>{say}", error=error)
            future.set_result((outcome, 0.5))
        return future


@pytest.fixture(autouse=True)
def apart(monkeypatch, tmp_path):
    """Keep signatures out of the user's folder, and the package's key from changing while it is edited."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(runner, "package_hash", lambda: "package")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "reviews" / "fy18" / "2017-Q4-asof-2017-12-12"


@pytest.fixture
def go(out, run_header):
    """Run jobs; gives the report and the slugs that were worked on."""

    def run(jobs, **more):
        played = Played()
        report = run_jobs(jobs, out, header=run_header, executor=played, **more)
        return report, played.asked

    return run


@pytest.fixture
def template(tmp_path, make_template):
    return make_template(tmp_path)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its bytes and its time."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def statuses(report):
    return [result.status for result in report.results]


def test_a_run_writes_a_notebook_a_page_and_an_extract_a_team(go, out, template, make_job):
    job = make_job(template, "West")
    report, _ = go([job])
    assert statuses(report) == ["ran"]
    assert set(state(out)) == {
        f"{job.slug}.ipynb",
        f"{job.slug}.html",
        f"extracts/{job.slug}.json",
        "run.json",
    }
    assert (out / f"extracts/{job.slug}.json").read_bytes() == job.extract


def test_run_json_tells_the_plan_and_a_row_a_team(go, out, template, make_job):
    go([make_job(template, "West"), make_job(template, "East", say="fail")])
    content = json.loads((out / "run.json").read_text())
    assert [content[key] for key in ("plan", "revision", "as_of", "template")] == [
        "fy18",
        3,
        "2017-12-12",
        "tiny",
    ]
    good, bad = content["teams"]
    assert (good["id"], good["name"], good["status"], good["error"]) == ("West", "Team West", "ran", None)
    assert bad["status"] == "failed"
    assert bad["error"] == {
        "name": "ValueError",
        "message": "no\ndeals",
        "cell": 3,
        "count": 2,
        "source": "1/0",
    }
    assert bad["reason"] == "Cell 4 [2] stopped with ValueError: no"


def test_a_second_run_changes_not_one_byte_or_time(go, out, template, make_job):
    jobs = [make_job(template, name) for name in "ABC"]
    first, _ = go(jobs, finish=lambda _report: {"index.html": "x"})
    before = state(out.parent)
    second, asked = go(jobs, finish=lambda _report: {"index.html": "x"})
    assert asked == []
    assert statuses(second) == ["kept"] * 3
    assert (first.changed, second.changed) == (True, False)
    after = state(out.parent)
    after.pop(f".{out.name}.lock", None)
    before.pop(f".{out.name}.lock", None)
    assert after == before


def test_exactly_the_team_whose_extract_changed_runs_again(go, template, make_job):
    go([make_job(template, name) for name in "ABC"])
    jobs = [make_job(template, name, say="new" if name == "B" else "fine") for name in "ABC"]
    report, asked = go(jobs)
    assert asked == [jobs[1].slug]
    assert statuses(report) == ["kept", "ran", "kept"]
    assert report.results[1].reason == "Changed: say."


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("template", "template"),
        ("parameters", "parameters"),
        ("title", "head and foot of the page"),
        ("package", "package"),
    ],
)
def test_whatever_a_result_rests_on_makes_it_run_again_and_is_named(
    go, template, make_job, make_template, monkeypatch, tmp_path, what, reason
):
    go([make_job(template, "A")])
    more = {}
    if what == "template":
        make_template(tmp_path, "2")
    elif what == "package":
        monkeypatch.setattr(runner, "package_hash", lambda: "newer")
    else:
        more = {what: {"extract": "x", "filter": "a=b"} if what == "parameters" else "Other"}
    report, asked = go([make_job(template, "A", **more)])
    assert len(asked) == 1
    assert report.results[0].reason == f"Changed: {reason}."


def test_a_result_of_an_earlier_version_that_kept_no_parts_runs_with_what_can_be_said(
    go, out, template, make_job
):
    go([make_job(template, "A")])
    content = json.loads((out / "run.json").read_text())
    del content["teams"][0]["parts"]
    (out / "run.json").write_text(json.dumps(content))
    assert go([make_job(template, "A")])[1] == []
    report, _ = go([make_job(template, "A", say="new")])
    assert report.results[0].reason == "Its inputs have changed."


def test_an_intent_says_what_a_run_would_do_and_touches_nothing(
    go, out, template, make_job, monkeypatch, tmp_path
):
    monkeypatch.setattr(deciding, "package_hash", lambda: "package")
    assert [one.reason for one in intents([make_job(template, "A")], out, force=False, partial=False)] == [
        "It is new."
    ]
    assert not out.exists()
    go([make_job(template, name, say=say) for name, say in zip("ABCD", ("a", "fail", "c", "d"), strict=True)])
    before = state(tmp_path)
    jobs = [make_job(template, "A", say="a"), make_job(template, "B"), make_job(template, "C", say="new")]
    told = intents([*jobs, make_job(template, "E")], out, force=False, partial=False)
    assert [(one.id, one.verdict, one.reason) for one in told] == [
        ("A", "keep", "Nothing has changed."),
        ("B", "run", "It failed before."),
        ("C", "run", "Changed: say."),
        ("E", "run", "It is new."),
        ("D", "remove", "There is nothing to review any more."),
    ]
    assert state(tmp_path) == before
    assert [one.id for one in intents(jobs, out, force=True, partial=True) if one.verdict == "run"] == [
        "A", "B", "C",
    ]  # fmt: skip
    report, _ = go(jobs)
    assert [result.reason for result in report.results] == [one.reason for one in told[:3]]


def test_a_file_that_was_changed_or_removed_is_made_again(go, out, template, make_job):
    jobs = [make_job(template, name) for name in "AB"]
    go(jobs)
    good = (out / f"{jobs[0].slug}.html").read_bytes()
    (out / f"{jobs[0].slug}.html").write_text("edited")
    (out / f"{jobs[1].slug}.ipynb").unlink()
    report, asked = go(jobs)
    assert len(asked) == 2
    assert [result.reason for result in report.results] == [
        f"A file was changed: {jobs[0].slug}.html.",
        f"A file is missing: {jobs[1].slug}.ipynb.",
    ]
    assert (out / f"{jobs[0].slug}.html").read_bytes() == good


@pytest.mark.parametrize(
    ("place", "counts"), [("charts", True), ("money.py", True), ("cli", False), ("crm", False)]
)
def test_a_result_rests_on_the_source_that_draws_it(tmp_path, place, counts):
    for folder in ("charts", "cli", "crm"):
        (tmp_path / folder).mkdir()
    before = package_hash(tmp_path)
    path = tmp_path / place
    (path / "new.py" if path.is_dir() else path).write_text("x = 1")
    assert (package_hash(tmp_path) != before) is counts


def test_force_runs_everything(go, template, make_job):
    jobs = [make_job(template, name) for name in "AB"]
    go(jobs)
    assert len(go(jobs, force=True)[1]) == 2


def test_a_failure_is_its_own_row_and_runs_again_next_time(go, out, template, make_job):
    jobs = [
        make_job(template, name, say=say) for name, say in zip("ABC", ("fine", "fail", "die"), strict=True)
    ]
    report, _ = go(jobs)
    assert statuses(report) == ["ran", "failed", "failed"]
    assert (out / f"{jobs[1].slug}.failed.ipynb").is_file()
    assert not (out / f"{jobs[1].slug}.ipynb").exists()
    assert "the worker died" in report.results[2].reason
    assert go(jobs)[1] == [jobs[1].slug, jobs[2].slug]


def test_no_page_with_old_numbers_stays_beside_a_failure_nor_the_other_way_round(go, out, template, make_job):
    slug = make_job(template, "A").slug
    names = (f"{slug}.html", f"{slug}.ipynb", f"{slug}.failed.ipynb")
    for say, there in (("fine", [1, 1, 0]), ("fail", [0, 0, 1]), ("mended", [1, 1, 0])):
        go([make_job(template, "A", say=say)])
        assert [(out / name).exists() for name in names] == there


def test_files_of_a_team_that_is_no_more_go_and_strangers_stay(go, out, template, make_job):
    jobs = [make_job(template, name) for name in "AB"]
    go(jobs)
    (out / "notes.txt").write_text("mine")
    report, _ = go(jobs[:1])
    assert report.changed
    assert not list(out.glob(f"{jobs[1].slug}*"))
    assert not (out / "extracts" / f"{jobs[1].slug}.json").exists()
    assert (out / "notes.txt").read_text() == "mine"


def test_a_partial_run_keeps_the_rows_of_the_others(go, out, template, make_job):
    jobs = [make_job(template, name) for name in "ABC"]
    go(jobs)
    report, asked = go([make_job(template, "B", say="new")], partial=True)
    assert len(asked) == 1
    assert [result.id for result in report.results] == ["A", "B", "C"]
    assert [team["id"] for team in json.loads((out / "run.json").read_text())["teams"]] == ["A", "B", "C"]
    assert (out / f"{jobs[2].slug}.html").exists()


def test_a_partial_run_counts_what_it_was_asked_for(go, out, template, make_job):
    bad = make_job(template, "C", say="fail")
    first, _ = go([*(make_job(template, name) for name in "AB"), bad])
    assert (first.count("ran"), len(first.failures)) == (2, 1)
    report, _ = go([make_job(template, name) for name in "AB"] + [make_job(template, "D")], partial=True)
    assert [report.count(status) for status in ("ran", "kept", "failed")] == [1, 2, 0]
    assert not report.failures


def test_latest_names_the_last_run(go, out, template, make_job):
    go([make_job(template, "A")])
    assert (out.parent / "latest").resolve() == out.resolve()


def test_two_runs_into_one_folder_the_second_refuses(go, out, template, make_job):
    out.parent.mkdir(parents=True)
    with FileLock(out.parent / f".{out.name}.lock"), pytest.raises(BadUsage, match="Another run"):
        go([make_job(template, "A")])


def test_runs_of_other_workbooks_go_side_by_side_and_of_the_same_do_not(go, out, template, make_job):
    jobs = [make_job(template, name) for name in "ABC"]
    go(jobs)
    with locked(out, [jobs[0].slug]):
        report, _ = go(jobs[1:2], partial=True, force=True)
        assert report.count("ran") == 1
        with pytest.raises(BadUsage, match=f"Another run is writing {jobs[0].slug}.html"):
            go(jobs[:1], partial=True)
        with pytest.raises(BadUsage, match=f"Another run is writing {jobs[0].slug}.html"):
            go(jobs)
    report, _ = go(jobs)
    assert statuses(report) == ["kept"] * 3
    assert not list(out.parent.glob(".*.locks"))


def test_what_another_run_finishes_meanwhile_is_kept(go, out, template, make_job, monkeypatch):
    jobs = [make_job(template, name) for name in "ABC"]
    go(jobs)
    results = runner._Run.results
    done = []

    def meanwhile(self, *arguments, **more):
        found = results(self, *arguments, **more)
        if not done:
            done.append(True)
            go([make_job(template, "C", say="new")], partial=True)
            (out / ".work" / jobs[0].slug).mkdir(parents=True, exist_ok=True)
            go([make_job(template, "D")], partial=True)
            assert (out / ".work" / jobs[0].slug).exists()
        return found

    monkeypatch.setattr(runner._Run, "results", meanwhile)
    go(jobs[:1], partial=True, force=True)
    rows = {row["id"]: row for row in json.loads((out / "run.json").read_text())["teams"]}
    assert list(rows) == ["A", "B", "C", "D"]
    monkeypatch.undo()
    monkeypatch.setattr(runner, "package_hash", lambda: "package")
    report, _ = go([jobs[0], jobs[1], make_job(template, "C", say="new"), make_job(template, "D")])
    assert statuses(report) == ["kept"] * 4
    assert not list(out.rglob(".*"))


def test_a_file_in_the_place_of_the_folder_is_refused(go, out, template, make_job):
    out.parent.mkdir(parents=True)
    out.write_text("x")
    with pytest.raises(CannotWrite, match="A file stands"):
        go([make_job(template, "A")])


def test_two_jobs_with_one_slug_and_a_missing_template_are_refused(go, tmp_path, template, make_job):
    with pytest.raises(BadUsage, match="Two reviews"):
        go([make_job(template, "A"), make_job(template, "A")])
    with pytest.raises(MissingFile):
        go([make_job(tmp_path / "none.ipynb", "A")])


def test_what_a_killed_run_left_is_swept_and_what_it_finished_is_kept(
    go, out, template, make_job, monkeypatch
):
    jobs = [make_job(template, name) for name in "AB"]
    monkeypatch.setattr(runner, "write_run", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        go(jobs[:1])
    monkeypatch.undo()
    monkeypatch.setattr(runner, "package_hash", lambda: "package")
    (out / ".a.html.xyz.tmp").write_text("half")
    (out / ".work" / "a").mkdir(parents=True)
    with (out / ".run.jsonl").open("a") as journal:
        journal.write('{"id": "B", "na')
    report, _ = go(jobs)
    assert statuses(report) == ["kept", "ran"]
    assert not list(out.rglob(".*"))


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"format": "salesnb-run/1", "teams": [{"files": {}}, 3]}', '{"teams": 1}']
)
def test_a_damaged_run_json_only_makes_everything_run(go, out, template, make_job, damage):
    go([make_job(template, "A")])
    (out / "run.json").write_text(damage)
    report, _ = go([make_job(template, "A")])
    assert statuses(report) == ["ran"]


def test_a_run_json_that_names_files_elsewhere_removes_none_there(go, out, template, make_job, tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    go([make_job(template, "A"), make_job(template, "B")])
    content = json.loads((out / "run.json").read_text())
    content["teams"][1]["files"] = {os.path.relpath(victim, out): "x", str(victim): "x"}
    (out / "run.json").write_text(json.dumps(content))
    go([make_job(template, "A")])
    assert victim.exists()


def test_progress_counts_up_to_the_end(go, template, make_job):
    seen = []
    go(
        [make_job(template, name, say=say) for name, say in (("A", "fine"), ("B", "fail"))],
        progress=seen.append,
    )
    assert (seen[0].done, seen[0].total) == (0, 2)
    assert (seen[-1].done, seen[-1].failed, seen[-1].running) == (2, 1, 0)
    assert seen[-1].line() == "Reviews: 2 of 2 done, 1 failed"
