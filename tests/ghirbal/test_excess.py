"""Unusual losses are told with examples; usual ones are not."""

import polars as pl
import pytest

from ghirbal.excess import CROWD, excess


def told(survivor, site):
    schema = {"site": pl.String, "survivor": pl.Int64}
    rows = pl.DataFrame({"site": site, "survivor": survivor}, schema=schema).with_row_index("number")
    sites = pl.concat(part.group_by("site").agg(documents=pl.len()) for part in (rows.head(7), rows.slice(7)))
    return excess(sites, rows.drop_nulls("survivor"), lambda number: f"a row {number + 1}")


@pytest.mark.parametrize(
    ("documents", "went", "unusual"), [(20, 11, True), (20, 10, False), (19, 18, False), (0, 0, False)]
)
def test_most_of_a_site(documents, went, unusual):
    survivor = [None] * (documents - went) + [0] * went
    said = told(survivor, ["s"] * documents)
    assert len(said) == unusual
    if unusual:
        assert said[0].startswith("of site s 11 of 20 documents went (55%): a row 10 for a row 1; ")


def test_a_site_may_have_no_name():
    assert told([None] + [0] * 29, [None] * 30)[0].startswith("of documents without a site 29 of 30")


def test_a_crowd():
    sites = [f"s{n}" for n in range(CROWD + 2)]
    assert told([None] + [0] * CROWD + [None], sites) == []
    said = told([None] + [0] * (CROWD + 1), sites)
    assert said == [
        "1,001 documents went for one, a row 1: a row 2 for a row 1; a row 3 for a row 1; a row 4 for a row 1"
    ]


def test_only_some_are_told():
    survivor, site = [], []
    for n in range(15):
        first = len(survivor)
        survivor += [None] + [first] * 24
        site += [f"s{n:02}"] * 25
    said = told(survivor, site)
    assert len(said) == 11
    assert said[-1] == "5 more sites or survivors are like that"
