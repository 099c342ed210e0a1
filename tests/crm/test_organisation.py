"""Who belongs where, and when."""

from datetime import date

import pytest

from salesnb.errors import BadInput

# Every test imports data.
pytestmark = pytest.mark.slow


MEMBERS = '[memberships]\nfile = "m.csv"\ncolumns = { rep_id = "rep", node = "node", valid_from = "from", valid_to = "to", share = "share" }'
ALWAYS = (date(1, 1, 1), date(9999, 12, 31))


def test_levels_become_nodes_with_paths_as_ids(source):
    source.load()
    assert source.query("SELECT node, name, parent, level FROM org ORDER BY node") == [
        ("North", "North", "company", "region"),
        ("North/Shore", "Shore", "North", "team"),
        ("South", "South", "company", "region"),
        ("South/Alps", "Alps", "South", "team"),
        ("company", "Company", None, "company"),
    ]
    assert source.query("SELECT * FROM org_levels ORDER BY node")[1] == (
        "North/Shore",
        "North",
        "North/Shore",
    )
    assert source.query("SELECT rep_id, node FROM reps ORDER BY 1") == [
        ("Ann", "South/Alps"),
        ("Bob", "North/Shore"),
    ]


def test_names_with_slashes_and_teams_called_company_keep_ids_apart(source):
    source.file("reps.csv", "rep,team,region\nAnn,A/B,South\nBob,company,\n").load()
    assert source.query("SELECT rep_id, node FROM reps ORDER BY 1") == [
        ("Ann", "South/A%2FB"),
        ("Bob", "/company"),
    ]
    assert source.query("SELECT name FROM org WHERE node = '/company'") == [("company",)]


def test_one_team_name_in_two_regions_is_two_teams(source):
    source.file("reps.csv", "rep,team,region\nAnn,Core,South\nBob,Core,North\n").load()
    assert source.query("SELECT count(*) FROM org WHERE name = 'Core'") == [(2,)]


def test_a_rep_without_team_stands_above_it(source):
    source.file("reps.csv", "rep,team,region\nAnn,,South\nBob,,\n").load()
    assert source.query("SELECT rep_id, node FROM reps ORDER BY 1") == [("Ann", "South"), ("Bob", "company")]


def test_a_manager_belongs_to_the_team(source):
    source.file("reps.csv", "rep,team,region,boss\nAnn,Alps,South,Mia\nBob,Shore,North,\n")
    text = (
        (source.folder / "mapping.toml")
        .read_text()
        .replace('region = "region"', 'region = "region", manager = "boss"')
    )
    source.file("mapping.toml", text).load()
    assert source.query("SELECT node, manager FROM org WHERE level = 'team' ORDER BY 1") == [
        ("North/Shore", None),
        ("South/Alps", "Mia"),
    ]


def test_an_unmapped_level_is_said(source):
    report = source.load(levels=("area", "team"))
    assert any("no column gives their area" in notice for notice in report.notices)


def test_dated_memberships_never_overlap_and_leave_no_gap(source):
    source.mapping(sections=MEMBERS)
    source.file(
        "m.csv",
        "rep,node,from,to,share\nAnn,South/Alps,2023-01-01,2024-01-20,1\nAnn,North/Shore,2024-03-01,,0.4\nAnn,South,2024-03-01,,0.6\n",
    )
    source.load()
    assert source.query(
        "SELECT node, valid_from, valid_to FROM rep_nodes WHERE rep_id = 'Ann' ORDER BY 2"
    ) == [
        ("South/Alps", ALWAYS[0], date(2024, 3, 1)),
        ("South", date(2024, 3, 1), ALWAYS[1]),
    ]
    assert source.query("SELECT node, valid_from, valid_to FROM rep_nodes WHERE rep_id = 'Bob'") == [
        ("North/Shore", *ALWAYS)
    ]


def test_shares_beyond_one_are_set_aside_the_first_stay(source):
    source.mapping(sections=MEMBERS)
    source.file(
        "m.csv",
        "rep,node,from,to,share\nAnn,South,2024-01-01,2024-06-01,0.7\nAnn,North,2024-05-01,,0.4\nAnn,North,2024-06-01,,\n",
    )
    report = source.load()
    assert source.counts(report, "memberships") == (3, 2, 1, 0, 0)
    assert source.rejected()[0][:4] == ("memberships", "m.csv", "3", "share")
    dated = "SELECT valid_from, share FROM memberships WHERE valid_from IS NOT NULL ORDER BY 1"
    assert source.query(dated) == [
        (date(2024, 1, 1), 0.7),
        (date(2024, 6, 1), 1.0),
    ]


def test_a_table_of_nodes_is_taken_as_it_is(source):
    org = '[org]\nfile = "org.csv"\ncolumns = { node = "id", name = "name", parent = "up", level = "level" }'
    source.mapping(sections=org).file("org.csv", "id,name,up,level\nr,Region,,region\nt,Team,r,team\n")
    text = (
        (source.folder / "mapping.toml")
        .read_text()
        .replace('team = "team", region = "region"', 'node = "team"')
    )
    source.file("mapping.toml", text).file("reps.csv", "rep,team\nAnn,t\nBob,nowhere\n")
    report = source.load()
    assert source.query("SELECT * FROM org_levels WHERE node = 't'") == [("t", "r", "t")]
    assert source.query("SELECT rep_id, node FROM reps ORDER BY 1") == [("Ann", "t"), ("Bob", "company")]
    assert any("1 rep names a node that is not in org" in notice for notice in report.notices)


def test_a_circle_of_nodes_is_refused(source):
    org = '[org]\nfile = "org.csv"\ncolumns = { node = "id", parent = "up" }'
    source.mapping(sections=org).file("org.csv", "id,up\na,b\nb,a\n")
    with pytest.raises(BadInput, match="circle"):
        source.load()


def test_a_team_without_a_region_is_not_the_region_of_that_name(source):
    source.file("reps.csv", "rep,team,region\nAnn,Alps,South\nBob,South,\n")
    source.load()
    assert source.query("SELECT node, name, parent, level FROM org WHERE level <> 'company' ORDER BY 1") == [
        ("/South", "South", "company", "team"),
        ("South", "South", "company", "region"),
        ("South/Alps", "Alps", "South", "team"),
    ]


ORG = '[org]\nfile = "org.csv"\ncolumns = { node = "id", parent = "up"%s }'
FOUR = ("area", "country", "region", "team")


def org_of(source, rows, *, level=True):
    """Give the source a table of nodes, and reps that name theirs."""
    source.mapping(sections=ORG % (', level = "level"' if level else ""))
    text = (source.folder / "mapping.toml").read_text()
    source.file("mapping.toml", text.replace('team = "team", region = "region"', 'node = "team"'))
    return source.file("org.csv", "id,up,level\n" + "\n".join(rows) + "\n")


def test_four_levels_with_branches_of_different_length(source):
    org_of(source, ["emea,,area", "de,emea,country", "south,de,region", "alps,south,team", "coast,de,team"])
    source.file("reps.csv", "rep,team\nAnn,alps\nBob,coast\n").load(levels=FOUR)
    assert source.query("SELECT * FROM org_levels WHERE node <> 'company' ORDER BY node") == [
        ("alps", "emea", "de", "south", "alps"),
        ("coast", "emea", "de", None, "coast"),
        ("de", "emea", "de", None, None),
        ("emea", "emea", None, None, None),
        ("south", "emea", "de", "south", None),
    ]


def test_nodes_without_level_names_are_named_by_their_depth(source):
    org_of(source, ["emea,,", "de,emea,", "south,de,", "alps,south,", "hut,alps,"], level=False)
    source.file("reps.csv", "rep,team\nAnn,hut\nBob,de\n").load(levels=FOUR)
    assert source.query("SELECT * FROM org_levels WHERE node IN ('hut', 'de') ORDER BY 1") == [
        ("de", "emea", "de", None, None),
        ("hut", "emea", "de", "south", "alps"),
    ]


def test_a_level_that_no_node_is_of_is_said(source):
    org_of(source, ["emea,,Area", "alps,emea,team"])
    report = source.file("reps.csv", "rep,team\nAnn,alps\nBob,alps\n").load(levels=("area", "team"))
    assert "org: no node is of level area; those in the table are Area, team." in report.notices


def test_an_organisation_may_be_of_any_depth(source):
    chain = [f"n{depth},n{depth - 1},level" if depth else "n0,,top" for depth in range(200)]
    org_of(source, [*chain, "alps,n199,team"])
    source.file("reps.csv", "rep,team\nAnn,alps\nBob,n50\n").load(levels=("top", "team"))
    assert source.query("SELECT * FROM org_levels WHERE node IN ('alps', 'n50') ORDER BY 1") == [
        ("alps", "n0", "alps"),
        ("n50", "n0", None),
    ]


def test_a_rep_who_left_keeps_the_last_node(source):
    source.mapping(sections=MEMBERS)
    report = source.file("m.csv", "rep,node,from,to,share\nAnn,South/Alps,2023-01-01,2024-01-20,1\n").load()
    assert not any("several nodes" in notice for notice in report.notices)
    assert source.query("SELECT node, valid_from, valid_to FROM rep_nodes WHERE rep_id = 'Ann'") == [
        ("South/Alps", *ALWAYS)
    ]


def test_of_two_halves_the_one_begun_last_has_the_rep(source):
    source.mapping(sections=MEMBERS)
    source.file(
        "m.csv",
        "rep,node,from,to,share\nAnn,South/Alps,2023-01-01,,0.5\nAnn,North/Shore,2024-02-01,2024-03-01,0.5\n",
    )
    report = source.load()
    assert any("1 rep belongs to several nodes at a time" in notice for notice in report.notices)
    assert source.query("SELECT node, valid_from FROM rep_nodes WHERE rep_id = 'Ann' ORDER BY 2") == [
        ("South/Alps", ALWAYS[0]),
        ("North/Shore", date(2024, 2, 1)),
        ("South/Alps", date(2024, 3, 1)),
    ]
