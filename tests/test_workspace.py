"""The workspace: its settings are checked, and found from any folder inside."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from salesnb.errors import BadInput, Damaged, MissingFile
from salesnb.planning import EDGES
from salesnb.workspace import SETTINGS_FILE, Settings, Workspace


def settings_of(folder: Path, text: str) -> Settings:
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return Workspace.open(folder).settings


def test_the_time_from_effort_to_sales_is_read_in_months(tmp_path):
    assert settings_of(tmp_path, '[effort]\nlag = "2m"\n').lag == 2
    assert settings_of(tmp_path, '[effort]\nlag = "57d"\n').lag == 2
    assert Settings().lag is None


def test_a_new_workspace_reads_back_what_it_was_made_with(tmp_path: Path) -> None:
    chosen = Settings(company='Ärger & "Söhne" 😀', currency="JPY", locale="ja_JP", fiscal_year_start=4)
    Workspace.create(tmp_path / "mine", chosen)
    assert Workspace.open(tmp_path / "mine").settings == chosen


def test_a_workspace_is_found_from_a_folder_inside(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "mine")
    assert Workspace.open(workspace.plans_dir).root == workspace.root


def test_bands_and_what_is_healthy_are_settings(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "[fairness]\nbands = [0.5, 1]\nhealthy = [0.6, 0.7]\n")
    assert (found.bands, found.healthy) == ((0.5, 1.0), (0.6, 0.7))
    assert Settings().bands == EDGES
    assert Settings().healthy is None


def test_a_second_workspace_in_one_folder_is_refused(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    with pytest.raises(BadInput, match="already"):
        Workspace.create(tmp_path)


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="salesnb new"):
        Workspace.open(tmp_path)


def test_empty_settings_are_the_defaults(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "") == Settings()


def test_settings_are_typed(tmp_path: Path) -> None:
    found = settings_of(
        tmp_path,
        '[workspace]\nfiscal_year_start = "04"\nlevels = ["area", "team"]\n[data]\nas_of = "2026-09-30"\n',
    )
    assert (found.fiscal_year_start, found.levels, found.as_of) == (4, ("area", "team"), date(2026, 9, 30))


def test_freshness_is_asked_for_or_not_checked(tmp_path: Path) -> None:
    found = settings_of(tmp_path, '[freshness]\nmax_age = "2w"\nmax_row_drop = 0.2\n')
    assert (found.max_age, found.max_row_drop) == (timedelta(days=14), 0.2)
    assert (Settings().max_age, Settings().max_row_drop) == (None, None)


def test_the_confidence_of_coverage_is_a_setting(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "[kpis]\ncoverage_confidence = 0.9\n").coverage_confidence == 0.9
    assert Settings().coverage_confidence == 0.8


def test_the_chances_of_commit_target_and_stretch_are_a_setting(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "[outlook]\nchances = [0.8, 0.6, 0.3]\n").chances == (0.8, 0.6, 0.3)
    assert Settings().chances == (0.9, 0.5, 0.2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[outlook]\nchances = [0.5, 0.9, 0.2]\n", "three that fall"),
        ("[outlook]\nchances = [0.9, 0.5]\n", "three that fall"),
        ("[outlook]\nchances = [1, 0.5, 0.2]\n", "three that fall"),
        ("[outlook]\nchances = 0.9\n", "three that fall"),
        ("[workspce]\n", "Did you mean 'workspace'"),
        ('[workspace]\ncurency = "EUR"\n', "Did you mean 'currency'"),
        ('[workspace]\ncurrency = "euro"\n', "not a currency code"),
        ("[workspace]\ncurrency = 5\n", "Write text in quotes"),
        ('[workspace]\nlocale = "xx_YY"\n', "not known"),
        ('[workspace]\ntime_zone = "Mars/Olympus"\n', "Europe/Berlin"),
        ('[workspace]\ntime_zone = "../../etc/passwd"\n', "Europe/Berlin"),
        ('[workspace]\nfiscal_year_start = "13"\n', "Write a month"),
        ('[workspace]\nlevels = ["rep"]\n', "always there"),
        ('[workspace]\nlevels = ["a b"]\n', "names of the levels"),
        ('[workspace]\nlevels = ["team", "team"]\n', "names of the levels"),
        ('[data]\nas_of = "31.12.2017"\n', "Write a date"),
        ("[freshness]\nmax_row_drop = 2\n", "from 0 to 1"),
        ("[kpis]\ncoverage_confidence = 1\n", "from 0.5 to 0.99"),
        ("[kpis]\ncoverage_confidence = 0.2\n", "from 0.5 to 0.99"),
        ('[kpis]\ncoverage_confidence = "80%"\n', "from 0.5 to 0.99"),
        ("[kpis]\ncoverage_confidenc = 0.8\n", "Did you mean 'coverage_confidence'"),
        ("[fairness]\nbands = [0.8, 0.5]\n", "that rise"),
        ("[fairness]\nbands = [0, 1]\n", "that rise"),
        ('[fairness]\nbands = ["1"]\n', "that rise"),
        ("[fairness]\nhealthy = 0.6\n", "least and the most"),
        ("[fairness]\nhealthy = [0.6, 1.2]\n", "least and the most"),
        ('[effort]\nlag = "soon"\n', "months or days"),
        ("[effort]\nlag = 2\n", "months or days"),
        ('[effort]\nlag = "99m"\n', "two years"),
        ('[freshness]\nmax_age = "3 days"\n', "days or weeks"),
        ("[freshness]\nmax_age = 3\n", "days or weeks"),
        ("data = 1\n", "outside a section"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message.replace("[", r"\[")) as caught:
        settings_of(tmp_path, text)
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"[workspace\n", b"\xff\xfe\x00"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(content)
    with pytest.raises(Damaged, match=SETTINGS_FILE):
        Workspace.open(tmp_path)
