"""Accidents made on purpose: each chain, over texts of many languages, must be undone exactly."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ftfy.badness import is_bad

from cleaners.characters import FixEncoding, mojibake
from cleaners.characters.codepages import named
from cleaners.characters.spans import apply_spans

CASES = Path(__file__).parent / "cases"
UTF_8_READ_AS = ("latin-1", "cp1252", "cp1254", "cp1256", "cp1251", "mac_roman", "mac_arabic", "cp437", "cp850")
TWICE = ("latin-1", "cp1252", "cp1254", "cp1251", "cp437", "cp850")
LEGACY = {
    "cp1256": {"ar", "fa", "ur"},
    "iso8859_6": {"ar"},
    "mac_arabic": {"ar", "fa", "ur"},
    "cp720": {"ar"},
    "cp1251": {"ru", "uk", "bg"},
    "koi8_r": {"ru"},
    "cp932": {"ja"},
    "gb18030": {"zh", "zh-Hant"},
    "big5": {"zh-Hant"},
    "cp949": {"ko"},
    "cp1253": {"el"},
    "cp1255": {"he"},
}
# MacArabic reads the continuation as ASCII punctuation, and nothing tells that from Arabic with punctuation.
BEYOND_PROOF = {("utf-8", "mac_arabic"): {"de", "es", "pt", "hi", "th"}}
CHAINS: list[tuple[tuple[str, str], ...]] = [
    *((("utf-8", wrong),) for wrong in UTF_8_READ_AS),
    *((("utf-8", wrong), ("utf-8", wrong)) for wrong in TWICE),
    (("utf-8", "cp1252"), ("utf-8", "cp1256")),
    (("utf-8", "cp1256"), ("utf-8", "cp1252")),
    (("gb18030", "iso8859_15"), ("utf-8", "latin-1")),
    *(((right, wrong),) for right in LEGACY for wrong in ("latin-1", "cp1252", "cp1254")),
]  # fmt: skip


def misread(text: str, chain: tuple[tuple[str, str], ...]) -> str | None:
    """The text after the accidents; None where the first encoding cannot write it."""
    for right, wrong in chain:
        try:
            written = text.encode(right)
        except UnicodeEncodeError:
            return None
        if written.decode(right) != text:
            return None
        text = named(wrong).decode(written)
    return text


def repaired(lines: list[str]) -> list[str]:
    series = pl.Series(lines, dtype=pl.String)
    rows = series.to_frame("line").select(FixEncoding().gate(pl.col("line")).arg_true()).to_series()
    chosen = series.gather(rows)
    return series.scatter(rows, apply_spans(chosen, FixEncoding().rewrite(chosen))).to_list()


def paragraphs(chain: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    with (CASES / "paragraphs.jsonl").open(encoding="utf-8") as lines:
        texts = [(line["lang"], line["text"]) for line in map(json.loads, lines)]
    languages = LEGACY.get(chain[0][0])
    beyond = BEYOND_PROOF.get(chain[0], set())
    return [(lang, text) for lang, text in texts if (not languages or lang in languages) and lang not in beyond]


def misread_pairs(texts: list[str], chain: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    pairs = [(text, misread(text, chain)) for text in texts]
    return [(text, wrong) for text, wrong in pairs if wrong is not None and wrong != text and "\n" not in wrong]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "+".join(">".join(step) for step in chain))
def test_paragraphs_come_back(chain: tuple[tuple[str, str], ...]) -> None:
    pairs = misread_pairs([text for _, text in paragraphs(chain)], chain)
    assert repaired([wrong for _, wrong in pairs]) == [text for text, _ in pairs]


def test_clean_paragraphs_stay() -> None:
    texts = [text for _, text in paragraphs((("utf-8", "latin-1"),))]
    assert repaired(texts) == texts
    assert FixEncoding().flag(pl.Series(texts)).is_empty()


@pytest.fixture(scope="module")
def arabic(evaluation: Path) -> list[str]:
    lines = pl.read_parquet(evaluation / "saudi_news.parquet")["text"].str.split("\n").explode()
    return lines.filter(lines.str.contains(r"\p{Arabic}{2}")).unique(maintain_order=True).sample(1000, seed=7).to_list()


@pytest.mark.parametrize(
    "chain",
    [chain for chain in CHAINS if chain[0][0] in {"utf-8", "cp1256", "iso8859_6", "mac_arabic", "cp720"}],
    ids=lambda chain: "+".join(">".join(step) for step in chain),
)
def test_arabic_news_comes_back(chain: tuple[tuple[str, str], ...], arabic: list[str]) -> None:
    pairs = misread_pairs(arabic, chain)
    got = repaired([wrong for _, wrong in pairs])
    exact = sum(text == back for (text, _), back in zip(pairs, got, strict=True))
    spoiled = sum(back not in (text, wrong) for (text, wrong), back in zip(pairs, got, strict=True))
    assert exact >= 0.97 * len(pairs)
    assert spoiled <= 0.004 * len(pairs)


def test_clean_news_stays(evaluation: Path) -> None:
    for name in ("saudi_news", "pages_cleaneval_dev", "pages_readability"):
        lines = pl.read_parquet(evaluation / f"{name}.parquet")["text"].str.split("\n").explode().unique()
        gated = lines.filter(lines.to_frame("line").select(FixEncoding().gate(pl.col("line"))).to_series())
        assert FixEncoding().rewrite(gated).is_empty()


def wild(evaluation: Path, name: str) -> list[dict[str, Any]]:
    with (evaluation / name).open(encoding="utf-8") as lines:
        return [case for case in map(json.loads, lines) if "\n" not in case["original"]]


def test_found_in_the_wild(evaluation: Path) -> None:
    cases = [case for case in wild(evaluation, "moj_ar_wild.jsonl") if case["lossless"]]
    assert repaired([case["original"] for case in cases]) == [case["fixed"] for case in cases]


def test_what_ftfy_gets_right(evaluation: Path) -> None:
    for case in wild(evaluation, "moj_ftfy.jsonl"):
        wanted = case["fixed_encoding_only"] or case["fixed"]
        if mojibake.repaired(case["original"]) == wanted:
            assert repaired([case["original"]]) == [wanted], case["id"]


def test_the_native_pattern_is_that_of_ftfy(evaluation: Path) -> None:
    texts = [case[key] for case in wild(evaluation, "moj_ftfy.jsonl") for key in ("original", "fixed")]
    for name in ("saudi_news", "pages_daniel", "pages_dragnet_en"):
        lines = pl.read_parquet(evaluation / f"{name}.parquet")["text"].str.split("\n").explode().unique()
        texts += lines.drop_nulls().sort().head(15_000).to_list()
    native = pl.DataFrame({"text": texts}).select(mojibake.looks_bad(pl.col("text"))).to_series().to_list()
    assert native == [is_bad(text) for text in texts]


def test_an_ftfy_that_rust_cannot_read_is_asked_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftfy.badness.BADNESS_RE", re.compile("(?<=a)b"))
    mojibake.badness_in_rust.cache_clear()
    try:
        assert mojibake.badness_in_rust() is None
        frame = pl.DataFrame({"text": ["ab", "b", "x"]})
        found = frame.select(mojibake.looks_bad(pl.col("text"), or_has="x")).to_series().to_list()
    finally:
        mojibake.badness_in_rust.cache_clear()
    assert found == [True, False, True]
