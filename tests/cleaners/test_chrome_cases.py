"""Pages with residue around the article: what must go goes, and nothing else does."""

import polars as pl
import pytest

from cleaners import NEWS, DropByline, DropImageCaption, DropPlaceAndSource, clean_batch
from tests.cleaners.cases import load

CASES = load("chrome_cases")
OPINION = {"byline", "agency_mark", "photo_credit", "image_caption_mark", "live_updates_mark"}


def gone(case):
    """Numbers of the lines that cleaning took out of a case."""
    opinion = (DropByline(), DropImageCaption(), DropPlaceAndSource()) if case["class"] in OPINION else ()
    batch = clean_batch(
        pl.Series([case["text"]]), titles=pl.Series([case.get("title")], dtype=pl.String), recipe=NEWS + opinion
    )
    lines = case["text"].split("\n")
    whole = [
        line
        for line, before, after in batch.edits.select("line", "before", "after").iter_rows()
        if not after and before.strip() == lines[line - 1].strip() != ""
    ]
    return set(whole)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_residue_goes_and_the_article_stays(case):
    lines = case["text"].split("\n")
    wanted = {line for line in case["drop"] if lines[line - 1].strip()}
    found = gone(case)
    assert not {line: lines[line - 1] for line in found - wanted}, "lines of the article went"
    assert not {line: lines[line - 1] for line in wanted - found}, "residue stayed"


GLUED = load("chrome_cases/glued")


@pytest.mark.parametrize("case", GLUED, ids=lambda case: case["id"])
def test_glued_residue_is_cut_as_a_span(case):
    batch = clean_batch(pl.Series([case["text"]]), titles=pl.Series([case.get("title")], dtype=pl.String), recipe=NEWS)
    assert batch.texts[0] == case["expected"]
