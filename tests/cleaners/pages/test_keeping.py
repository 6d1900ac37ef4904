"""What stays of whole pages: on written pages, in any batch, and on the labelled pages of the evaluation data."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from cleaners.pages import PageModel, keep_lines, load_model
from cleaners.pages.around import Pages
from cleaners.pages.blocks import cut_pages

CASES = [json.loads(line) for line in (Path(__file__).parent / "pages.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def model() -> PageModel:
    return load_model()


def table(pages: list[list[str]], titles: list[str | None] | None = None) -> pl.DataFrame:
    doc = [number for number, page in enumerate(pages) for _ in page]
    lines = pl.DataFrame({"doc": doc, "text": [line for page in pages for line in page]})
    lines = lines.with_columns(pl.col("doc").cast(pl.UInt32), pl.col("text").cast(pl.String))
    return lines if titles is None else lines.with_columns(title=pl.Series(titles, dtype=pl.String).gather(doc))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_written_pages(case: dict[str, object], model: PageModel) -> None:
    lines, wanted = [line for _, line in case["lines"]], [sign for sign, _ in case["lines"]]
    kept = keep_lines(table([lines], [case.get("title")]), model)
    wrong = [
        line for line, sign, keep in zip(lines, wanted, kept, strict=True) if sign != "?" and keep != (sign == "+")
    ]
    assert wrong == []


def test_nothing_depends_on_the_batch(model: PageModel) -> None:
    pages = [[line for _, line in case["lines"]] for case in CASES]
    together = keep_lines(table(pages * 3), model).to_list()
    alone = [keep for page in pages for keep in keep_lines(table([page]), model)]
    backwards = keep_lines(table(pages[::-1]), model).to_list()
    assert together == alone * 3
    assert backwards == [keep for page in pages[::-1] for keep in keep_lines(table([page]), model)]


def test_pages_are_scored_by_slices(model: PageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[line for _, line in case["lines"]] for case in CASES]
    whole = keep_lines(table(pages), model)
    monkeypatch.setattr("cleaners.pages.keeping._SLICE_BYTES", 700)
    assert keep_lines(table(pages), model).equals(whole)


def test_empty_blank_and_missing(model: PageModel) -> None:
    assert keep_lines(table([]), model).to_list() == []
    assert keep_lines(table([["", "  "]]), model).to_list() == [False, False]
    assert keep_lines(table([["The only line there is, a sentence."]], [None]), model).to_list() == [True]
    page = [line for _, line in CASES[0]["lines"]]
    spread = [part for line in page for part in (line, "")]
    kept = keep_lines(table([page]), model).to_list()
    assert keep_lines(table([spread]), model).to_list() == [keep for keep in kept for _ in range(2)]


def test_what_a_site_repeats_goes(model: PageModel) -> None:
    page = [line for _, line in CASES[0]["lines"]]
    lines = table([page]).with_columns(kept=keep_lines(table([page]), model))
    longest = lines.filter("kept")["text"].str.len_chars().max()
    shares = pl.when(pl.col("text").str.len_chars() == longest).then(0.9).otherwise(None)
    again = lines.with_columns(again=keep_lines(lines.with_columns(site_share=shares), model))
    assert again.filter(pl.col("kept") & ~pl.col("again"))["text"].str.len_chars().to_list() == [longest]


def test_a_network_asks_for_features_that_are_measured(model: PageModel) -> None:
    with pytest.raises(ValueError, match="not measured: words"):
        model.line.chances({name: np.zeros(1) for name in model.line.names if name != "words"})


def test_the_cut_has_the_highest_expected_f1() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        words, chances = random.integers(1, 60, 12).astype(float), random.random(12)
        kept, best = cut_pages(Pages.of(np.zeros(12)), words, chances)
        hits = words * chances
        expected = [
            2 * hits[chances >= least].sum() / (words[chances >= least].sum() + hits.sum()) for least in chances
        ]
        assert best[0] == pytest.approx(max(expected), abs=1e-3)
        assert 2 * hits[kept].sum() / (words[kept].sum() + hits.sum()) == pytest.approx(max(expected), abs=1e-3)


def test_a_second_run_finds_nothing(model: PageModel) -> None:
    pages = [[line for _, line in case["lines"]] for case in CASES]
    titles = [case.get("title") for case in CASES]
    lines = table(pages, titles)
    left = lines.filter(keep_lines(lines, model))
    assert keep_lines(left, model).all()


def test_articles_are_left_whole(gold: Path, model: PageModel) -> None:
    articles = [path.read_text("utf-8").split("\n") for path in sorted(gold.glob("*.txt"))]
    assert keep_lines(table(articles), model).all()


def test_the_second_copy_of_a_body_goes(model: PageModel) -> None:
    body = [line for sign, line in CASES[0]["lines"] if sign == "+"]
    page = [line for _, line in CASES[0]["lines"]]
    lines = table([[*page, "Print this page", *body]])
    kept = lines.filter(keep_lines(lines, model))["text"].to_list()
    assert [kept.count(line) for line in body] == [1] * len(body)


def test_verses_and_numbers_in_an_article_stay(model: PageModel) -> None:
    prose = "The poet read these lines on Friday in the old library, and nobody left before the end of the evening."
    verses = [f"the {thing} in the rain" for thing in ("lamp", "mill", "gate", "road", "barn", "well")] * 5
    numbers = [str(3601116987 + 131 * number) for number in range(60)]
    for page in ([prose, *verses], [prose, *numbers]):
        assert keep_lines(table([page], ["An evening of poems"]), model).all()


def test_a_refrain_is_no_second_copy(model: PageModel) -> None:
    verses = [["The river took the bridge away,", "the river took the mill,"], ["it came in March, it came in May,"]]
    song = [*verses[0], "and we are waiting still.", *verses[1], *verses[0], "and we are waiting still."]
    assert keep_lines(table([song]), model).all()


# Mean token F1 that was reached where the pages were trained on: a floor against breaking, not a claim of quality.
# The claim is the cross-validation that scripts/train_pages.py prints.
FLOORS = {"dragnet_en": 0.885, "daniel": 0.94, "cleaneval_dev": 0.93, "readability": 0.915}


@pytest.mark.parametrize("collection", FLOORS)
def test_floors(collection: str, evaluation: Path, model: PageModel) -> None:
    pages = pl.read_parquet(evaluation / f"pages_{collection}.parquet").gather_every(8)
    score = scorer(evaluation)
    lines = pages.with_row_index("doc").select("doc", "title", pl.col("text").str.split("\n")).explode("text")
    kept = lines.with_columns(keep=keep_lines(lines, model)).filter("keep")
    texts = dict(kept.group_by("doc").agg(pl.col("text").str.join("\n")).iter_rows())
    found = [
        score.score_page(page, texts.get(number, ""))["f1"] for number, page in enumerate(pages.iter_rows(named=True))
    ]
    assert np.mean(found) >= FLOORS[collection]


def scorer(evaluation: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("score", evaluation / "score.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
