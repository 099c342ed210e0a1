"""Templates are checked before anything runs."""

import json
from datetime import date
from pathlib import Path

import pytest

from salesnb.errors import BadInput, MissingFile, UnknownName
from salesnb.registry import Registry
from salesnb.workbooks.templates import (
    Parameter,
    Template,
    check_parameters,
    find_template,
    read_template,
    templates,
)


def typed(kind: str) -> Template:
    """A template with one parameter of a type."""
    return Template(
        name="t",
        path=Path("t.ipynb"),
        title="T",
        kind="k",
        audience="rep",
        parameters=(Parameter(name="x", type=kind),),
    )


def test_a_template_of_the_workspace_stands_beside_those_that_ship(tmp_path, make_template):
    make_template(tmp_path, front={"title": "Own", "kind": "k", "audience": "rep"})
    known = templates(tmp_path)
    assert find_template("tiny", known).title == "Own"
    assert find_template("kpi_review", known).kind == "kpi_review"
    assert "tiny" not in templates()


def test_a_template_with_a_name_that_is_taken_is_refused_with_both_places(tmp_path, make_template):
    make_template(tmp_path, name="plan")
    with pytest.raises(
        BadInput, match=rf"'plan' is defined twice: by salesnb and by {tmp_path.name}/plan.ipynb"
    ):
        templates(tmp_path)


def test_an_installed_package_adds_a_template(tmp_path, make_template, monkeypatch):
    path = make_template(tmp_path)

    class Point:
        name, value, dist = "theirs", "their_package:TEMPLATE", None

        @staticmethod
        def load() -> Path:
            return path

    monkeypatch.setattr(
        "salesnb.registry.entry_points", lambda group: [Point] if group == "salesnb.templates" else []
    )
    registry = Registry[Path]("template", "salesnb.templates")
    assert registry.get("theirs") == path
    assert find_template("theirs", registry).title == read_template(path).title


def test_an_unknown_template_is_named_with_the_nearest(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'kpi_review'"):
        find_template("kpi_reveiw", templates())
    with pytest.raises(MissingFile):
        find_template(str(tmp_path / "none.ipynb"), templates())


def test_the_front_matter_is_read_with_its_defaults(tmp_path, make_template):
    template = read_template(make_template(tmp_path))
    assert [(p.name, p.type, p.required, p.default) for p in template.parameters] == [
        ("extract", "path", True, None),
        ("filter", "string", False, "region=EMEA"),
    ]


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("no", "no salesnb front matter"),
        ({"kind": "k", "audience": "rep"}, "has no title"),
        ({"title": "T", "kind": "k", "audience": "boss"}, "audience 'boss'"),
        ({"title": "T", "kind": "k", "audience": "rep", "parmeters": {}}, "Did you mean 'parameters'"),
        ({"title": "T", "kind": "k", "audience": "rep", "parameters": {"a": {"type": "int"}}}, "type 'int'"),
        (
            {"title": "T", "kind": "k", "audience": "rep", "parameters": {"a b": {"type": "date"}}},
            "no name of a variable",
        ),
        (
            {
                "title": "T",
                "kind": "k",
                "audience": "rep",
                "parameters": {"a": {"type": "integer", "default": "1"}},
            },
            "not a whole number",
        ),
    ],
)
def test_a_wrong_front_matter_names_the_file_and_what_to_do(tmp_path, make_template, front, said):
    path = make_template(tmp_path, front=front)
    with pytest.raises(BadInput, match=said) as caught:
        read_template(path)
    assert caught.value.where == "tiny.ipynb"
    assert caught.value.hint


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cells": 1}', '{"cells": [], "nbformat": 3, "metadata": {}}', "\udcff"]
)
def test_what_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "t.ipynb"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match="not a notebook"):
        read_template(path)


def test_the_cell_for_the_parameters_must_be_there_once(tmp_path, make_template):
    path = make_template(tmp_path)
    content = json.loads(path.read_text())
    tagged = content["cells"][1]
    path.write_text(json.dumps({**content, "cells": [*content["cells"], tagged]}))
    with pytest.raises(BadInput, match="2 cells are tagged"):
        read_template(path)
    tagged["metadata"] = {}
    path.write_text(json.dumps(content))
    with pytest.raises(BadInput, match="No cell is tagged"):
        read_template(path)


def test_an_output_of_papermill_is_not_a_template(tmp_path, make_template):
    path = make_template(tmp_path, "1")
    content = json.loads(path.read_text())
    content["cells"][2]["metadata"] = {"tags": ["injected-parameters"]}
    path.write_text(json.dumps(content))
    with pytest.raises(BadInput, match="output of papermill"):
        read_template(path)


def test_a_misspelt_parameter_is_refused_with_the_nearest(tmp_path, make_template):
    template = read_template(make_template(tmp_path))
    with pytest.raises(BadInput, match="no parameter 'filtr'.*Did you mean 'filter'"):
        check_parameters(template, {"extract": "e.json", "filtr": "region=West"})


def test_a_missing_parameter_is_refused(tmp_path, make_template):
    with pytest.raises(BadInput, match="'extract' is missing"):
        check_parameters(read_template(make_template(tmp_path)), {})


def test_values_and_defaults_may_hold_an_equals_sign(tmp_path, make_template):
    template = read_template(make_template(tmp_path))
    assert check_parameters(template, {"extract": "e.json"})["filter"] == "region=EMEA"
    assert check_parameters(template, {"extract": "e.json", "filter": "a=b=c"})["filter"] == "a=b=c"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", "", 1),
        ("string", "12", None),
        ("integer", -3, 3.0),
        ("integer", 0, True),
        ("number", 2, "2"),
        ("number", 0.5, float("nan")),
        ("boolean", False, 0),
        ("date", "2026-09-30", "2026-9-30"),
        ("date", "2024-02-29", "20240229"),
        ("date", "2024-02-29", "2023-02-29"),
        ("path", "extracts/a.json", "/etc/passwd"),
        ("path", "a", "../a"),
        ("path", "a", "C:\\a"),
        ("path", "a", "file://a"),
        ("path", "a", ""),
    ],
)
def test_each_type_takes_its_values_only(kind, good, bad):
    assert check_parameters(typed(kind), {"x": good}) == {"x": good}
    with pytest.raises(BadInput, match="parameter 'x'"):
        check_parameters(typed(kind), {"x": bad})


def test_dates_and_paths_become_text():
    assert check_parameters(typed("date"), {"x": date(2026, 9, 30)}) == {"x": "2026-09-30"}
    assert check_parameters(typed("path"), {"x": Path("extracts") / "a.json"}) == {"x": "extracts/a.json"}
