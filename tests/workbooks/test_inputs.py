"""What a review rests on, part by part: each part is named alone when it alone changes, and none escapes."""

import copy
import json

import pytest
from extract_builder import World, deals, make_document
from hypothesis import given
from hypothesis import strategies as st

from salesnb.workbooks.inputs import changed_parts, input_parts

BASE = json.dumps(make_document(World(deals=tuple(deals()))))


def document():
    """Give an extract that a test may change."""
    return json.loads(BASE)


@pytest.fixture
def named(tmp_path, make_template, make_job):
    """Name the parts that differ between two extracts."""
    template = make_template(tmp_path)

    def name(before, after):
        parts = [
            input_parts(make_job(template, "A", extract=json.dumps(one).encode()), b"template", "package")
            for one in (before, after)
        ]
        return changed_parts(*parts)

    return name


def put(content, table, column, value, row=0):
    found = content["tables"][table]
    found["rows"][row][found["columns"].index(column)] = value


def test_open_deals_won_deals_and_quotas_of_one_table_are_told_apart(named):
    for column, part in (
        ("open_count", "open deals"),
        ("won_amount", "won and lost deals"),
        ("created_count", "created deals"),
        ("quota", "plan"),
        ("rep", "names"),
    ):
        changed = document()
        put(changed, "by_rep", column, 123_456_789 if column != "rep" else "Somebody new")
        told = named(document(), changed)
        assert told == (part,) if part != "names" else "names" in told


def test_a_new_product_with_open_deals_alone_leaves_what_was_won_alone(named):
    changed = document()
    table = changed["tables"]["by_product"]
    table["rows"].append(["New", *(7 if name == "open_count" else 0 for name in table["columns"][1:])])
    assert set(named(document(), changed)) == {"open deals", "names"}


@pytest.mark.parametrize(
    ("section", "part"),
    [("goal", "plan"), ("milestones", "plan"), ("peers", "averages of the others"), ("node", "organisation")],
)
def test_sections_have_the_names_that_people_know(named, section, part):
    changed = document() | {section: {"else": 1}}
    assert named(document(), changed) == (part,)


def test_a_revision_of_the_plan_is_the_plan_and_a_fingerprint_is_none(named):
    changed = document()
    changed["provenance"]["plan_revision"] += 1
    changed["provenance"]["data_fingerprint"] = "else"
    assert named(document(), changed) == ("plan",)


def test_the_definition_that_changed_is_named_where_it_is_the_workspace_s_own(named):
    before = document()
    own = next(iter(before["kpis"]))
    before["own"] = {"names": [own], "left_out": []}
    changed = copy.deepcopy(before)
    changed["kpis"][own]["formula"] = "else"
    assert named(before, changed) == (f"definition of {own}",)


def leaves(content, path=()):
    if isinstance(content, dict):
        for key, value in content.items():
            yield from leaves(value, (*path, key))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from leaves(value, (*path, place))
    else:
        yield path


@given(place=st.integers(min_value=0))
def test_no_figure_of_an_extract_can_change_unnoticed(place, tmp_path_factory, make_job):
    before, changed = document(), document()
    paths = [path for path in leaves(before) if path != ("provenance", "data_fingerprint")]
    *way, last = paths[place % len(paths)]
    at = changed
    for key in way:
        at = at[key]
    at[last] = "something else"
    job = make_job(tmp_path_factory.getbasetemp() / "none.ipynb", "A")
    parts = [
        input_parts(type(job)(**{**vars(job), "extract": json.dumps(one).encode()}), b"template", "package")
        for one in (before, changed)
    ]
    assert changed_parts(*parts)


def test_an_extract_that_is_no_object_is_one_part(tmp_path, make_template, make_job):
    job = make_job(make_template(tmp_path), "A", extract=b"\xff")
    assert "extract" in input_parts(job, b"", "")
