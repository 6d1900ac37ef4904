"""Site lines: the counts are exact, and only what a site puts around its articles goes by them."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners import NEWS, SITE_LINES, apply_edits, clean, fold_text, merge_site_lines, site_lines, undo_edits
from cleaners.sites import LONGEST_LINE, count_standings, standings
from tests.cleaners.cases import HERE, load

CASES = load("site_cases")
PROSE = json.loads((HERE / "site_cases" / "prose.json").read_text("utf-8"))


def site_of(case):
    """Pages of one site: `on` of them of the case's form, the others of two paragraphs."""
    made = []
    for number in range(case["of"]):
        form = case["page"] if number < case["on"] else ["*", "*"]
        lines = [
            (PROSE[case["lang"]] if line == "*" else line).format(n=7 * number + at, m=number % 3 + at)
            for at, line in enumerate(form)
        ]
        made.append("\n".join(lines))
    return pl.DataFrame({"site": ["a.example"] * len(made), "text": made})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_a_site_prints_around_articles_goes_and_their_own_lines_stay(case):
    docs = site_of(case)
    cleaned = clean(docs, NEWS, sites=site_lines(docs, NEWS))
    wanted = ["\n".join(line for line in text.split("\n") if line not in case["drop"]) for text in docs["text"]]
    assert cleaned.documents["text"].to_list() == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cleaning_again_with_the_same_table_finds_nothing_and_edits_replay(case):
    docs = site_of(case)
    table = site_lines(docs, NEWS)
    cleaned = clean(docs, NEWS, sites=table)
    assert clean(cleaned.documents, NEWS, sites=table).edits.is_empty()
    edits = cleaned.edits.select(pl.col("row").cast(pl.UInt32).alias("doc") - 1, *cleaned.edits.columns[1:])
    assert apply_edits(docs["text"], edits).equals(cleaned.documents["text"])
    assert undo_edits(cleaned.documents["text"], edits).equals(docs["text"])


def test_a_wire_paragraph_that_many_papers_carry_stays():
    wire = "The strait reopened on Monday after engineers had cleared the wreck of the ferry from the channel."
    texts = [f"{PROSE['en'].format(n=n, m=n)}\n{wire}" for n in range(60)]
    docs = pl.DataFrame({"site": [f"paper{n % 30}.example" for n in range(60)], "text": texts})
    assert clean(docs, NEWS, sites=site_lines(docs, NEWS)).edits.is_empty()


def test_another_site_keeps_the_line_that_is_standing_here():
    docs = site_of(next(case for case in CASES if case["id"] == "ar-foot"))
    table = site_lines(docs, NEWS)
    elsewhere = docs.with_columns(site=pl.lit("b.example"))
    assert clean(elsewhere, NEWS, sites=table).edits.is_empty()
    nowhere = docs.with_columns(site=pl.lit(None, pl.String))
    assert clean(nowhere, NEWS, sites=table).edits.is_empty()


def test_a_copy_counts_once_whatever_its_spaces_punctuation_and_marks():
    texts = [
        "The ferry is late.\nThe Harbour Ledger",
        "The  ferry is late!\n\n\nThe Harbour Ledger.",
        "the ferry is late. The Harbour Ledger",
        "العبّارة متأخرة\nجريدة الفجر",
        "العبارة «متأخرة»\nجـريدة الفجر",
        "The ferry is early.\nThe Harbour Ledger",
    ]
    table = site_lines(pl.DataFrame({"site": "a.example", "text": texts}))
    counts = dict(table.select("key", "documents").iter_rows())
    assert counts[None] == 3
    assert counts["the harbour ledger"] == 2
    assert counts[fold_text("جريدة الفجر")] == 1


def test_a_line_has_one_vote_a_document_and_is_counted_as_repaired():
    docs = pl.DataFrame(
        {"site": "a.example", "text": ["Share &amp; enjoy\nShare & enjoy\nOne", "Two\nShare &amp;amp; enjoy"]}
    )
    table = site_lines(docs, NEWS)
    assert table.filter(pl.col("key") == "share enjoy").rows() == [("a.example", "share enjoy", 2, 2, 2)]


def test_top_and_bottom_are_the_first_and_last_lines_and_what_no_paragraph_parts_from_the_edge():
    paragraph = "word " * 50
    text = f"a\nb\nc\nd\n{paragraph}\ne\nf\n{paragraph}\ng\nh\ni\nj"
    table = site_lines(pl.DataFrame({"site": ["s"], "text": [text]}))
    near = {key: (top, bottom) for key, top, bottom in table.select("key", "top", "bottom").iter_rows() if key}
    assert near == {**dict.fromkeys("abcd", (1, 0)), **dict.fromkeys("ef", (0, 0)), **dict.fromkeys("ghij", (0, 1))}


def test_long_lines_blank_lines_and_ornaments_are_not_counted():
    text = "x" * (LONGEST_LINE + 1) + "\n \n***\nkept"
    assert site_lines(pl.DataFrame({"site": ["s"], "text": [text]}))["key"].to_list() == [None, "kept"]


def test_rows_without_text_or_site_and_no_rows_at_all():
    docs = pl.DataFrame({"site": ["s", None, "s"], "text": [None, "a", "b"]})
    assert site_lines(docs)["documents"].to_list() == [1, 1]
    assert site_lines(docs.clear()).schema == SITE_LINES
    assert merge_site_lines().schema == SITE_LINES


def test_a_wrong_table_or_site_column_is_an_error():
    docs = pl.DataFrame({"site": ["s"], "text": ["a"]})
    with pytest.raises(ValueError, match="no site column 'host'; the columns are site, text"):
        clean(docs, NEWS, site="host", sites=site_lines(docs))
    with pytest.raises(ValueError, match="must be a table of site_lines"):
        clean(docs, NEWS, sites=docs)


TEXTS = st.lists(st.sampled_from(["", "x", "X!", "y", "x y", "12"])).map("\n".join)


def twin(pages):
    """The counts, the slow and obvious way; pages have a short first line or two and no paragraph."""
    texts = {}
    for site, text in pages:
        texts.setdefault((site, "".join(fold_text(text).split())), set()).update(
            key for key in map(fold_text, text.split("\n")) if key
        )
    counts = {}
    for (site, _), keys in texts.items():
        for key in (None, *keys):
            counts[site, key] = counts.get((site, key), 0) + 1
    return counts


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from(["", "x", "X!", "y", "x y", "12"])).map("\n".join))
    ),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_counts_are_exact_whatever_the_batches_and_their_order(pages, pieces, chance):
    chance.shuffle(pages)
    docs = pl.DataFrame(pages, schema={"site": pl.String, "text": pl.String}, orient="row")
    spilled = [standings(docs["text"][i::pieces], docs["site"][i::pieces]) for i in range(pieces)]
    table = count_standings(pl.concat(spilled))
    assert {(site, key): n for site, key, n in table.select("site", "key", "documents").iter_rows()} == twin(pages)
    assert table.equals(site_lines(docs))
    least = count_standings(pl.concat(spilled), least=2)
    assert least.equals(table.filter((pl.col("documents") >= 2) | pl.col("key").is_null()))


def test_tables_of_shards_add_up():
    docs = site_of(next(case for case in CASES if case["id"] == "en-foot-half"))
    shards = [site_lines(docs[:11]), site_lines(docs[11:30]), site_lines(docs[30:])]
    assert merge_site_lines(*shards).equals(site_lines(docs))
    assert merge_site_lines(shards[2], merge_site_lines(*shards[:2])).equals(site_lines(docs))


def test_real_pages_lose_no_content(evaluation):
    pages = pl.read_parquet(evaluation / "pages_daniel.parquet")
    cleaned = clean(pages, NEWS, site="host", sites=site_lines(pages, NEWS, site="host"))
    dropped = cleaned.edits.filter(pl.col("cleaner").list.contains("DropSiteLines"))
    labels = pages["labels"].gather(dropped["row"].cast(pl.Int64) - 1).to_list()
    lost = sum(of_page[line - 1] == "c" for of_page, line in zip(labels, dropped["line"], strict=True))
    assert dropped.height > 8000
    assert lost <= 0.001 * dropped.height
