import pytest

from salesnb.errors import BadInput, UnknownName
from salesnb.planning import OrgNode, OrgTree


def node(node_id, parent=None, level="team"):
    return OrgNode(id=node_id, name=node_id.title(), parent=parent, level=level)


def test_a_walk_gives_parents_before_children_and_siblings_by_id():
    tree = OrgTree((node("b", "top"), node("b2", "b"), node("a", "top"), node("top"), node("b1", "b")))
    assert [n.id for n in tree.walk()] == ["top", "a", "b", "b1", "b2"]


def test_the_order_of_nodes_does_not_matter():
    nodes = (node("top"), node("b", "top"), node("a", "top"), node("a1", "a"))
    assert list(OrgTree(nodes).walk()) == list(OrgTree(nodes[::-1]).walk())


def test_leaves_are_the_nodes_with_nothing_below_them():
    tree = OrgTree((node("top"), node("a", "top"), node("a1", "a"), node("b", "top")))
    assert [n.id for n in tree.leaves()] == ["a1", "b"]
    assert [n.id for n in tree.leaves("a")] == ["a1"]


def test_a_path_leads_from_the_top():
    tree = OrgTree((node("top"), node("a", "top"), node("a1", "a")))
    assert [n.id for n in tree.path("a1")] == ["top", "a", "a1"]


def test_a_subtree_has_its_node_as_top():
    tree = OrgTree((node("top"), node("a", "top"), node("a1", "a"), node("b", "top")))
    assert tree.subtree("a").root.id == "a"
    assert {n.id for n in tree.subtree("a").nodes} == {"a", "a1"}


def test_a_node_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="no node 'Wset'") as caught:
        OrgTree((node("West"),)).node("Wset")
    assert "Did you mean 'West'?" in caught.value.hint


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ((node("top"), node("a", "top"), node("a", "top")), "'a' is there twice"),
        ((node("top"), node("a", "nowhere")), "'a' is under 'nowhere', which is not in the organisation"),
        ((node("top"), node("other")), "2 tops: other, top"),
        ((node("top"), node("a", "b"), node("b", "a")), "loop: a is under b is under a"),
        ((node("a", "b"), node("b", "a")), "loop: a is under b is under a"),
        ((node("top"), node("a", "a")), "loop: a is under a"),
        ((), "has no nodes"),
    ],
)
def test_what_is_not_a_tree_is_refused_by_name(nodes, said):
    with pytest.raises(BadInput, match=said):
        OrgTree(nodes)


def test_a_tail_that_leads_into_a_loop_does_not_count_as_part_of_it():
    with pytest.raises(BadInput) as caught:
        OrgTree((node("top"), node("tail", "a"), node("a", "b"), node("b", "a")))
    assert "tail" not in caught.value.what


def test_a_deep_chain_of_nodes_is_no_problem():
    chain = [node("n0")] + [node(f"n{i}", f"n{i - 1}") for i in range(1, 3000)]
    assert OrgTree(tuple(chain)).path("n2999")[0].id == "n0"
