"""Who belongs where, and when."""

from datetime import date

import pytest

from salesnb.errors import BadInput

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
    assert source.query("SELECT valid_from, share FROM memberships ORDER BY 1") == [
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
    assert any("1 reps name a node that is not in org" in notice for notice in report.notices)


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
