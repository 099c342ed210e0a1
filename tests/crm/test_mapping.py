"""A mapping is read strictly."""

import pytest

from salesnb.crm.mapping import PROFILES, load_mapping
from salesnb.crm.resolving import Headers, resolve
from salesnb.errors import BadInput, Damaged, MissingFile

GOOD = '[opportunities]\nfile = "x.csv"\ncolumns = { opportunity_id = "id" }\n'


@pytest.mark.parametrize("name", PROFILES.names())
def test_every_profile_reads(name):
    assert load_mapping(name).table("opportunities") is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[oportunities]\nfile = "x"', "Did you mean 'opportunities'"),
        ('[opportunities]\nfiel = "x"', "Did you mean 'file'"),
        ('[opportunities.columns]\nclosed_om = "x"\nopportunity_id = "id"', "Did you mean 'closed_on'"),
        ("[opportunities.columns]\nopportunity_id = 3", "3 stands where"),
        ("[opportunities.columns]\nopportunity_id = [[]]", "names no source column"),
        ('[opportunities.columns]\nopportunity_id = { colum = "x" }', "Did you mean 'column'"),
        ('[opportunities.columns]\nopportunity_id = { format = "x" }', "names no source column"),
        ('[opportunities.columns]\nrep_id = "x"', "need the column opportunity_id"),
        (GOOD + '[opportunities.status]\nwin = ["Won"]', "Did you mean 'won'"),
        (GOOD + '[opportunities.status]\ncolumn = "x"', "does not say what is won"),
        (GOOD + '[opportunities.status]\nwon = "Won"', "list of texts"),
        (
            GOOD + '[opportunities.status]\ncolumn = "x"\nwon = ["Won"]\nlost = ["won"]',
            "'won' is both won and lost",
        ),
        (GOOD + '[opportunities.repair.prodct]\na = "b"', "has no column 'prodct'"),
        (GOOD + "[opportunities.repair.opportunity_id]\na = 1", "1 stands where"),
        (GOOD.replace('"id"', '{ column = "x", time_zone = "Mars/Base" }'), "no time zone 'Mars/Base'"),
        (GOOD.replace('"id"', '{ column = "x", scale = "a" }'), "scale is 'a'"),
        (GOOD.replace('"id"', '{ column = "x", via = "products" }'), "belong together"),
        (GOOD.replace('"id"', '{ column = "x", via = "products", take = "y" }'), "not mapped"),
        (GOOD + "header_row = 0", "is not a whole number of 1"),
        (GOOD + 'skip_rows_matching = "("', "not a regular expression"),
        (GOOD + 'decimal = ";"', "is not one of"),
        ('[accounts]\ncolumns = { account_id = "id" }\n[accounts.status]\nwon = ["x"]', "Only opportunities"),
        (
            '[quotas]\ncolumns = { owner = "a", period = "p" }\nunpivot = { columns = "x", into = "y" }',
            "value is missing",
        ),
        ('[effort]\ncolumns = { prize = "a" }', "no column 'prize' in effort"),
        ("", "maps no table"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(tmp_path, text, message):
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match="mapping.toml") as refused:
        load_mapping(path)
    assert message in str(refused.value)


def test_a_file_that_is_not_toml_is_damaged(tmp_path):
    (tmp_path / "mapping.toml").write_text("[[[")
    with pytest.raises(Damaged, match="not TOML"):
        load_mapping(tmp_path / "mapping.toml")


def test_an_unknown_profile_is_refused_with_the_nearest():
    with pytest.raises(MissingFile, match="Did you mean 'maven'"):
        load_mapping("mavn")


def test_a_column_that_another_makes_superfluous_is_left_out(source):
    source.mapping(more=', currency = { column = "currency", unless = ["converted"] }')
    (deals, *_) = load_mapping(source.folder / "mapping.toml").tables
    for headers, expected in (((), True), (("Converted",), False)):
        names = (
            "id",
            "rep",
            "account",
            "product",
            "stage",
            "value",
            "created",
            "closed",
            "currency",
            *headers,
        )
        resolved = resolve(deals, Headers(names, flexible=True), flexible=True, known=(), file="deals.csv")
        assert ("currency" in dict(resolved.mapping.columns)) == expected
