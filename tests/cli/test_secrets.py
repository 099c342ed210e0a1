"""A secret is named in salesnb.toml and stands in the environment; nothing that is written or said repeats it."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesnb.errors import BadInput
from salesnb.secrets import expand, read_secrets
from salesnb.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-Zwölf%&'\"/Säbel"  # noqa: S105 -- it must not be found again
FORMS = ("hunter2", "Zwölf", "S\\xe4bel", "S%C3%A4bel", "S\\u00e4bel")


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what goes to the system's."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def planted(planned: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a plan whose settings name the secret."""
    monkeypatch.setenv("CRM_SECRET", SECRET)
    settings = planned / "salesnb.toml"
    url = 'record_url = "https://crm.example.com/{opportunity_id}?key=${CRM_SECRET}"\n\n[data]'
    settings.write_text(settings.read_text().replace("[data]", url))
    return planned


def name_source(workspace: Path, address: str) -> None:
    settings = workspace / "salesnb.toml"
    settings.write_text(settings.read_text().replace('source = "data/current"', f"source = '{address}'"))


def leaks(*texts: str) -> list[str]:
    return [text[:300] for text in texts if any(form in text for form in FORMS)]


def written(*folders: Path) -> Iterator[str]:
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        yield f"{path}: {path.read_bytes().decode('utf-8', 'replace')}"


def test_nothing_that_import_and_plan_write_or_say_holds_it(
    run: Callable, planted: Path, export: Path, temp: Path
) -> None:
    (export / "reps_more.csv").write_text("x")
    with (export / "sales_pipeline.csv").open("a") as file:
        file.write("B1,Ann,Base,Account 1,Won,2017-01-01,31/31/2017,100\n")
    done = [
        run("-C", planted, "import", export, "--mapping", "maven"),
        run("-C", planted, "plan", "new", "q4", "--period", "2017-Q4", "--goal", "won_amount=5000"),
        run("-C", planted, "plan", "show", "q4", "--format", "json"),
        run("-C", planted, "kpi", "rows", "won_amount"),
    ]
    assert [one.code for one in done] == [0, 0, 0, 0]
    assert leaks(*(text for one in done for text in (one.out, one.err))) == []
    assert leaks(*written(planted, temp)) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("kpi", "query", "won_amount"),
        ("kpi", "query", "won_amount", "--where", f"team={SECRET}"),
        ("import", f"postgres://ann:{SECRET}@host/db"),
        ("import", "nowhere", "--mapping", SECRET),
        ("plan", "show", SECRET),
        ("plan", "new", "x", "--period", "2017-Q4", "--goal", f"won_amount={SECRET}"),
        ("review", "--only", SECRET),
    ],
)
def test_no_message_of_a_failing_command_repeats_it(
    run: Callable, planted: Path, temp: Path, arguments: tuple[str, ...]
) -> None:
    name_source(planted, "postgres://ann:${CRM_SECRET}@host/db")
    done = run("-C", planted, *arguments)
    assert done.code in (1, 2)
    assert leaks(done.out, done.err, *written(planted, temp)) == []


def test_the_log_of_an_error_of_our_own_does_not_hold_it(
    run: Callable, planted: Path, temp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        message = f"cannot reach postgres://ann:{SECRET}@host/db with {SECRET!r}"
        raise RuntimeError(message)

    monkeypatch.setattr("sys.argv", ["salesnb", "plan", "list", "--as", SECRET])
    monkeypatch.setattr("salesnb.planning.store.PlanStore.names", broken)
    done = run("-C", planted, "plan", "list")
    assert done.code == 3
    assert "***" in done.err
    assert leaks(done.err) == []
    (log,) = temp.glob("salesnb-error-*.log")
    assert "salesnb plan list --as ***" in log.read_text()
    assert "RuntimeError: cannot reach" in log.read_text()
    assert leaks(*written(temp, planted)) == []


@pytest.mark.slow
def test_no_review_holds_it_even_of_a_template_that_prints_its_environment(
    run: Callable, planted: Path, temp: Path
) -> None:
    notebook = json.loads((ROOT / "templates" / "kpi_review.ipynb").read_text())
    nosy = {"cell_type": "code", "execution_count": None, "id": "nosy", "metadata": {}, "outputs": []}
    notebook["cells"].append({**nosy, "source": "import os\nprint(sorted(os.environ.items()))"})
    (planted / "templates").mkdir(exist_ok=True)
    (planted / "templates" / "nosy.ipynb").write_text(json.dumps(notebook))
    failing = {**nosy, "id": "bad", "source": "import os\nraise ValueError(os.environ['CRM_SECRET'])"}
    notebook["cells"].append(failing)
    (planted / "templates" / "failing.ipynb").write_text(json.dumps(notebook))
    done = [
        run("-C", planted, "review", "q3"),
        run("-C", planted, "review", "q3", "--template", "nosy", "--only", "Mia"),
        run("-C", planted, "review", "q3", "--template", "failing", "--only", "Mia"),
    ]
    assert [one.code for one in done] == [0, 0, 1], done
    assert any("PYTHONHASHSEED" in text for text in written(planted / "reviews"))
    assert leaks(*(text for one in done for text in (one.out, one.err))) == []
    assert leaks(*written(planted, temp)) == []


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ('[data]\nsource = "postgres://ann:swordfish@host/db"', True),
        ('[data]\nsource = "postgres://ann:swordfish${MORE}@host/db"', True),
        ("[data]\nsource = 'host=db user=ann password=swordfish'", True),
        ('[data]\npassword = "swordfish"', True),
        ("[data]\ncrm_token = 'swordfish'", True),
        ('[data]\nsource = ["postgres://ann:swordfish@host/db"]', True),
        ('[data\nsecret = "swordfish"', True),
        ('[data]\nsource = "postgres://ann:${CRM_SECRET}@host/db"', False),
        ('[data]\ntoken = "${CRM_SECRET}"', False),
        ('[workspace]\nrecord_url = "https://crm.example.com:8080/a?mail=ann@example.com"', False),
    ],
)
def test_a_secret_in_clear_text_is_warned_of_and_not_repeated(
    run: Callable, tmp_path: Path, line: str, spoken: bool
) -> None:
    (tmp_path / "salesnb.toml").write_text(line + "\n")
    done = run("-C", tmp_path, "kpi", "query", "won_amount")
    assert done.code == 1
    assert ("salesnb.toml, line 2: a password or token stands here in clear text" in done.err) is spoken
    assert "swordfish" not in done.err


def test_a_workspace_does_not_show_the_address_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "salesnb.toml").write_text('[data]\nsource = "postgres://ann:swordfish@host/db"\n')
    assert "swordfish" not in repr(Workspace.open(tmp_path))
    assert "swordfish" not in repr(read_secrets(tmp_path / "salesnb.toml"))


def test_a_variable_that_is_not_set_is_named(
    run: Callable, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_source(planted, "postgres://ann:${CRM_SECRET}@host/db")
    monkeypatch.delenv("CRM_SECRET")
    done = run("-C", planted, "kpi", "query", "won_amount")
    assert done.code == 1
    assert "salesnb.toml, [data] source: The environment variable CRM_SECRET is not set." in done.err


def test_variables_are_expanded_where_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_B", "x${A_B}\\1")
    assert expand("${A_B}:$A_B:${A-B}", where="here") == "x${A_B}\\1:$A_B:${A-B}"
    monkeypatch.delenv("A_B")
    with pytest.raises(BadInput, match="A_B is not set"):
        expand("${A_B}", where="here")


def test_words_of_a_message_stay_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "salesnb.toml"
    settings.write_text('source = "postgres://${PGUSER}:${PGPASSWORD}@${PGHOST}/${SHORT}"')
    for name, value in {
        "PGUSER": "anna",
        "PGHOST": "localhost",
        "SHORT": "abc",
        "PGPASSWORD": "s3cret",
    }.items():
        monkeypatch.setenv(name, value)
    hidden = read_secrets(settings).hide("/home" + "s/anna: s3cret at localhost, abcdef")
    assert hidden == "/home" + "s/anna: *** at localhost, abcdef"
