"""By what sliders are grouped: what segments say of themselves, and the nodes above them."""

from dataclasses import replace

from salesnb.actions.slider_groups import groupings
from salesnb.planning import Condition, Plan, Quota, Segment
from tests.actions.test_allocating import bare


def planned(*segments: Segment, nodes: tuple[tuple[str, str, str], ...] = ()) -> Plan:
    quotas = tuple(
        Quota(
            id=name, parent=parent or None, level=level, name=name, owner="", kpi="won_amount",
            period="2017-Q4", unit="money", amount=0, basis="equal",
        )
        for level, name, parent in nodes
    )  # fmt: skip
    return replace(bare(), segments=segments, quotas=quotas)


def segment(name: str, **conditions: str) -> Segment:
    return Segment(
        id=name,
        name=name,
        conditions=tuple(
            Condition(dimension=key, values=tuple(v.split("+"))) for key, v in conditions.items()
        ),
    )


NODES = (
    ("company", "All", ""),
    ("region", "Americas", "All"),
    ("region", "Europe", "All"),
    ("team", "Andes", "Americas"),
    ("team", "Gulf", "Americas"),
    ("team", "Alps", "Europe"),
)


def found(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.dimension: one.groups for one in groupings(plan, [one.id for one in plan.segments])}


def test_segments_of_teams_are_grouped_by_the_regions_above_them():
    plan = planned(*(segment(name, team=name) for name in ("Andes", "Gulf", "Alps")), nodes=NODES)
    assert found(plan) == {"region": ("Americas", "Americas", "Europe")}


def test_the_coarsest_comes_first_and_each_condition_is_a_way():
    plan = planned(
        segment("a", product="X", sector="retail"),
        segment("b", product="Y", sector="retail"),
        segment("c", product="Z", sector="bank"),
        segment("d", product="Z", sector="bank"),
    )
    assert list(found(plan)) == ["sector", "product"]


def test_what_says_nothing_of_a_dimension_has_no_group():
    plan = planned(segment("a", product="X"), segment("b", product="X"), segment("c", sector="bank"))
    assert found(plan) == {"product": ("X", "X", ""), "sector": ("", "", "bank")}


def test_a_segment_across_regions_is_of_several():
    plan = planned(
        segment("a", team="Andes+Alps"),
        segment("b", team="Andes+Gulf"),
        segment("c", team="Gulf"),
        nodes=NODES,
    )
    assert found(plan)["region"] == ("several", "Americas", "Americas")


def test_what_leaves_all_in_one_or_each_alone_is_no_way():
    plan = planned(
        segment("a", team="Andes", product="X"), segment("b", team="Gulf", product="X"), nodes=NODES
    )
    assert found(plan) == {}
