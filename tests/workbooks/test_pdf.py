"""Pages are printed by a browser that is there, anew only when they have changed; without one it is said."""

import os
import stat

import pytest

from salesnb.actions.printing import print_reviews
from salesnb.errors import MissingFile
from salesnb.workbooks import pdf, runner
from salesnb.workbooks.html import PageInfo, render
from salesnb.workbooks.pdf import find_browser, print_page
from salesnb.workbooks.runner import run_jobs

# Writes what it was asked for where it was told, and counts.
PLAYED = """#!/bin/sh
for word in "$@"; do
  case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac
  last="$word"
done
echo "$last" >> "$0.asked"
[ -e "$0.broken" ] && exit 7
printf '%%PDF of %s' "$last" > "$out"
"""


@pytest.fixture
def browser(tmp_path, monkeypatch):
    path = tmp_path / "bin" / "chromium"
    path.parent.mkdir()
    path.write_text(PLAYED)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
    return path


def asked(browser):
    path = browser.with_name("chromium.asked")
    return path.read_text().splitlines() if path.exists() else []


def test_the_browser_on_the_search_path_is_found_and_where_none_is_it_is_said(browser, monkeypatch):
    assert find_browser() == str(browser)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingFile, match=r"no Chromium to print PDF with(.|\n)*leave out --pdf"):
        find_browser()


def test_a_page_is_printed_once_until_it_changes(browser, tmp_path):
    page, printed = tmp_path / "a b.html", tmp_path / "a b.pdf"
    page.write_text("<p>x")
    assert print_page(page, printed, str(browser)) == ""
    assert printed.read_bytes().startswith(b"%PDF")
    assert print_page(page, printed, str(browser)) == ""
    assert asked(browser) == [page.as_uri()]
    os.utime(page, ns=(printed.stat().st_mtime_ns + 1,) * 2)
    print_page(page, printed, str(browser))
    assert len(asked(browser)) == 2


def test_what_could_not_be_printed_is_said_and_leaves_nothing(browser, tmp_path, monkeypatch):
    page = tmp_path / "a.html"
    page.write_text("<p>x")
    browser.with_name("chromium.broken").touch()
    assert print_page(page, tmp_path / "a.pdf", str(browser)) == (
        "a.html could not be printed: the browser ended with exit code 7."
    )
    monkeypatch.setattr(pdf, "_SECONDS", 0)
    assert "did not answer" in print_page(page, tmp_path / "a.pdf", str(browser))
    assert not list(tmp_path.glob("*.pdf"))


def test_a_printed_page_goes_with_its_review(
    browser, tmp_path, make_template, make_job, run_header, monkeypatch
):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(runner, "_work", lambda task: played(task))
    out, template = tmp_path / "run", make_template(tmp_path)

    def go(*jobs):
        run_jobs(jobs, out, header=run_header, executor=Here())
        names = {path.stem for path in out.glob("*.pdf")}
        assert print_reviews(out, str(browser)) == ()
        return names

    first, other = make_job(template, "A"), make_job(template, "B")
    assert go(first, other) == set()
    # One that is made anew has no PDF of old figures; the other keeps its own, and one that is gone takes it along.
    assert go(make_job(template, "A", say="new"), other) == {other.slug}
    assert go(other) == {other.slug}
    assert {path.stem for path in out.glob("*.pdf")} == {other.slug}


def played(task):
    from salesnb.workbooks.jobs import Outcome

    return Outcome(notebook=task.notebook, page=f"<p>{task.extract.decode()}"), 0.1


class Here:
    """Does the work at once, in this process."""

    def submit(self, fn, task):
        from concurrent.futures import Future

        future = Future()
        future.set_result(fn(task))
        return future


@pytest.mark.browser
def test_chromium_prints_a_page_of_whole_sheets(tmp_path):
    page = tmp_path / "a.html"
    text = "\n\n".join(["# Review"] + ["A paragraph of some length. " * 20] * 40)
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    page.write_text(render({"cells": [cell]}, PageInfo(title="Review", provenance=("foot",))))
    assert print_page(page, tmp_path / "a.pdf", find_browser()) == ""
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") >= 3
    assert b"[0 0 594.95996 841.91998]" in content or b"/MediaBox [0 0 595" in content
