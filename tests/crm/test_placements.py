"""Who moved from one import to the next: the past stays as it was, and it is said."""

from datetime import date

import pytest

# Every test imports data.
pytestmark = pytest.mark.slow

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
ROWS = ("D1,Ann,Acme,Pump,Won,100,2024-01-02,2024-02-03", "D2,Bob,Acme,Valve,Lost,0,2024-01-05,2024-02-10")
MEMBERS = '[memberships]\nfile = "m.csv"\ncolumns = { rep_id = "rep", node = "node", valid_from = "from" }'


def load(source, day, *teams):
    """Import deals of which the last was created on a day, with reps where they are then."""
    rows = "".join(f"{rep},{team},{region}\n" for rep, team, region in (text.split("/") for text in teams))
    source.file("reps.csv", f"rep,team,region\n{rows}")
    return source.deals(*ROWS, f"D3,Ann,Beta,Pump,Open,,{day},").load()


def spells(source, rep="Ann"):
    rows = source.query(f"SELECT node, valid_from, valid_to FROM rep_nodes WHERE rep_id = '{rep}' ORDER BY 2")
    return [
        (node, *(None if day in (FIRST, LAST) else day.isoformat() for day in days)) for node, *days in rows
    ]


def said(report, word):
    return [notice for notice in report.notices if word in notice]


BOB = "Bob/Shore/North"


def test_a_rep_who_moves_counts_for_the_new_team_from_the_day_after_the_import_before(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    report = load(source, "2024-03-08", "Ann/Shore/North", BOB)
    assert spells(source) == [("South/Alps", None, "2024-03-02"), ("North/Shore", "2024-03-02", None)]
    moved = "reps: 1 rep moved since the import before: Ann, Alps → Shore; counted from 2024-03-02."
    assert said(report, "moved") == [f"{moved} Where that is not so, say it in memberships."]
    # The team that nobody is in any more still is what it was.
    assert source.query("SELECT name, parent FROM org WHERE node = 'South/Alps'") == [("Alps", "South")]
    assert source.query("SELECT region FROM org_levels WHERE node = 'South/Alps'") == [("South",)]
    again = load(source, "2024-03-08", "Ann/Shore/North", BOB)
    assert not again.changed
    later = load(source, "2024-03-15", "Ann/Shore/North", BOB)
    assert not said(later, "moved")
    load(source, "2024-03-22", "Ann/Alps/South", BOB)
    assert spells(source) == [
        ("South/Alps", None, "2024-03-02"),
        ("North/Shore", "2024-03-02", "2024-03-16"),
        ("South/Alps", "2024-03-16", None),
    ]


def test_what_was_known_then_is_where_reps_were_then(source):
    from salesnb.crm.dataset import Dataset

    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    load(source, "2024-03-08", "Ann/Shore/North", BOB)
    with Dataset.open(source.data) as data:
        rows = data.known(date(2024, 3, 1)).table("rep_nodes").to_pyarrow().to_pylist()
    assert [row["node"] for row in rows if row["rep_id"] == "Ann"] == ["South/Alps"]


def test_a_rep_who_comes_back_is_remembered(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    load(source, "2024-03-08", BOB)
    load(source, "2024-03-15", "Ann/Shore/North", BOB)
    assert spells(source) == [("South/Alps", None, "2024-03-09"), ("North/Shore", "2024-03-09", None)]


def test_two_imports_of_one_day_are_a_correction_of_that_day(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    load(source, "2024-03-08", "Ann/Shore/North", BOB)
    load(source, "2024-03-08", "Ann/Alps/South", BOB, "Cid/Alps/South")
    # On the last day the last import counts.
    assert spells(source)[0][:2] == ("South/Alps", None)
    assert spells(source)[-1] == ("South/Alps", "2024-03-08", None)


def test_an_older_export_knows_nothing_of_later_moves(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    load(source, "2024-03-08", "Ann/Shore/North", BOB)
    report = load(source, "2024-03-01", "Ann/Alps/South", BOB)
    assert spells(source) == [("South/Alps", None, None)]
    assert not said(report, "moved")


def test_a_team_with_the_same_reps_under_a_new_name_was_renamed(source):
    load(source, "2024-03-01", "Ann/Alps/South", "Cid/Alps/South", BOB)
    report = load(source, "2024-03-08", "Ann/Alpes/South", "Cid/Alpes/South", BOB)
    assert spells(source) == [("South/Alpes", None, None)]
    assert said(report, "new name")[0].startswith(
        "org: 1 node has the same reps under a new name, all of the past included: Alps → Alpes."
    )
    assert source.query("SELECT count(*) FROM org WHERE name = 'Alps'") == [(0,)]


def test_a_team_that_goes_to_another_region_is_not_renamed_and_keeps_its_past_there(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    report = load(source, "2024-03-08", "Ann/Alps/North", BOB)
    assert spells(source)[0] == ("South/Alps", None, "2024-03-02")
    assert said(report, "Ann, Alps → Alps")


def test_reps_split_between_two_new_teams_have_moved(source):
    load(source, "2024-03-01", "Ann/Alps/South", "Cid/Alps/South", BOB)
    report = load(source, "2024-03-08", "Ann/Alpes/South", "Cid/Coast/South", BOB)
    assert spells(source)[0] == ("South/Alps", None, "2024-03-02")
    assert said(report, "2 reps moved")


def test_who_had_no_team_before_gets_it_for_all_days_and_who_loses_it_stays(source):
    load(source, "2024-03-01", "Ann//", BOB)
    load(source, "2024-03-08", "Ann/Alps/South", BOB)
    assert spells(source) == [("South/Alps", None, None)]
    report = load(source, "2024-03-15", "Ann//", BOB)
    assert spells(source) == [("South/Alps", None, None)]
    assert said(report, "1 rep has no place in the organisation any more and count where they were: Ann.")


def test_another_column_for_teams_is_a_correction_and_no_move(source):
    load(source, "2024-03-01", "Ann/Alps/South", BOB)
    text = (source.folder / "mapping.toml").read_text()
    source.file("mapping.toml", text.replace('team = "team"', 'team = "crew"'))
    source.file("reps.csv", "rep,team,region,crew\nAnn,Alps,South,One\nBob,Shore,North,Two\n")
    report = source.load()
    assert spells(source) == [("South/One", None, None)]
    assert said(report, "other columns than before") and not said(report, "moved")


def test_memberships_win_and_a_transfer_leaves_the_time_before_where_the_imports_have_it(source):
    source.mapping(sections=MEMBERS).file("m.csv", "rep,node,from\nAnn,Shore,2024-02-20\n")
    report = load(source, "2024-03-01", "Ann/Alps/South", BOB)
    assert spells(source) == [("South/Alps", None, "2024-02-20"), ("North/Shore", "2024-02-20", None)]
    assert said(report, "1 rep counts where the imports have them: Ann, Alps until 2024-02-20.")
    report = load(source, "2024-03-08", "Ann/Shore/North", BOB)
    assert spells(source) == [("South/Alps", None, "2024-02-20"), ("North/Shore", "2024-02-20", None)]
    assert not said(report, "moved since")
    # Without the table, what the imports said is all there is.
    source.mapping()
    load(source, "2024-03-15", "Ann/Shore/North", BOB)
    assert spells(source) == [("South/Alps", None, "2024-03-02"), ("North/Shore", "2024-03-02", None)]


def test_memberships_of_reps_or_nodes_that_are_not_there_are_set_aside_and_names_stand_for_ids(source):
    source.file("reps.csv", "rep,name,team,region\n1,Ann,Alps,South\n2,Bob,Shore,North\n")
    source.mapping(sections=MEMBERS)
    text = (source.folder / "mapping.toml").read_text().replace('name = "rep", team', 'name = "name", team')
    source.file("mapping.toml", text)
    source.file("m.csv", "rep,node,from\nann,shore,2024-02-20\nNobody,Alps,\nBob,Shroe,\n")
    report = source.load()
    assert source.counts(report, "memberships") == (3, 1, 2, 0, 0)
    assert source.rejected()[-2:] == [
        ("memberships", "m.csv", "3", "rep_id", "is not in reps", "Nobody"),
        ("memberships", "m.csv", "4", "node", "is not a node of the organisation (did you mean 'Shore'?)", "Shroe"),
    ]  # fmt: skip
    assert spells(source, "1")[-1] == ("North/Shore", "2024-02-20", None)


ORG = '[org]\nfile = "org.csv"\ncolumns = { node = "unit", name = "name", parent = "up" }'


def test_a_level_of_the_reps_names_a_node_of_a_given_organisation(source):
    source.mapping(sections=ORG).file("org.csv", "unit,name,up\ns,South,\nt1,Alps,s\nn,North,\nt2,Shore,n\n")
    report = source.file("reps.csv", "rep,team,region\nAnn,Alps,South\nBob,Shroe,North\n").load()
    assert source.query("SELECT rep_id, node FROM reps ORDER BY 1") == [("Ann", "t1"), ("Bob", "n")]
    assert source.query("SELECT region, team FROM org_levels WHERE node = 't1'") == [("s", "t1")]
    assert said(report, "of no node") == [
        "reps: 1 name is of no node in org; whoever belongs there stands above it: 'Shroe' (did you mean 'Shore'?)."
    ]


def test_reps_that_belong_to_no_node_of_a_given_organisation_are_refused(source):
    from salesnb.errors import BadInput

    source.mapping(sections=ORG).file("org.csv", "unit,name,up\nx,Else,\n")
    with pytest.raises(BadInput, match="No rep belongs to a node of org: 'Alps', 'Shore'"):
        source.load()


def test_who_was_nowhere_before_the_first_membership_is_told_where_deals_were_closed_then(source):
    source.mapping(sections=MEMBERS).file(
        "m.csv", "rep,node,from\nAnn,Shore,2024-02-20\nCid,Shore,2024-02-20\n"
    )
    report = load(source, "2024-03-01", "Ann//", "Cid//", BOB)
    assert spells(source) == [("company", None, "2024-02-20"), ("North/Shore", "2024-02-20", None)]
    assert said(report, "1 rep counts where the imports have them: Ann, Company until 2024-02-20.")
