"""No gate misses a line that its rewriter would change, over more than 200,000 lines."""

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ftfy.badness import is_bad

from cleaners.characters.codepages import named
from cleaners.characters.gates import unusual
from tests.cleaners.characters.test_cases import CASES, REWRITERS, read

LINES = 200_000
# What the rewriters look for, what they must leave, and what stands around both.
PIECES = [
    *(chr(code) for code in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0x180), *range(0x2000, 0x2070))),
    *"\u061c\u0640\u180e\u0192\u02c6\u02dc\u20ac\u2122\u221a\u2550\u3000\ufeff\ufffc\ufffd",
    *"اللغةالعربيةabc12 .،؟:!«»“”'\"()",
    *("ط§", "ظ„", "Ã©", "â€œ", "Рџ", "ÇáÚÑ", "╪º", "ÿß", "√©", "&amp;", "&#1593;", "&nbsp;", "=D8=A7"),
    *("%D8%A7%D9%84", "\\u0627\\u0644", "+BicGRAY5-", "ﺔﻴﺑ", "ﻻ", "ـــ", "ﷺ", "می\u200cروم", "👩\u200d💻"),
    *("  ", "   ", "\u202aabc\u202c"),
]


@pytest.fixture(scope="module")
def lines() -> pl.Series:
    """Known cases, accidents made on purpose, and lines thrown together from what the rewriters look for."""
    known = [case[key] for name in REWRITERS for case in read(name) for key in ("original", "fixed")]
    with (CASES / "paragraphs.jsonl").open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    wrong = ("latin-1", "cp1252", "cp1254", "cp1256", "cp1251", "mac_roman", "mac_arabic", "cp437", "cp850")
    misread = [
        named(name).decode(text[a:].encode()) for name in wrong for text in texts for a in range(0, len(text), 7)
    ]
    chance = random.Random(20261122)  # noqa: S311 (a fixed seed, no secret)
    thrown = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(LINES + LINES // 5)]
    found = pl.Series([*known, *misread, *thrown], dtype=pl.String)
    return found.filter(~found.str.contains("\n", literal=True)).unique(maintain_order=True)


def missed(rewriter: Any, lines: pl.Series) -> list[str]:
    """Lines that the rewriter would change if its gate let them through."""
    shut = lines.filter(~lines.to_frame("line").select(rewriter.gate(pl.col("line"))).to_series())
    return shut.gather(rewriter.rewrite(shut)["at"].unique().sort()).to_list()


@pytest.mark.parametrize("name", REWRITERS)
def test_no_made_line_is_missed(name: str, lines: pl.Series) -> None:
    assert len(lines) >= LINES
    assert missed(REWRITERS[name], lines) == []


@pytest.mark.parametrize("name", REWRITERS)
@pytest.mark.parametrize("news", ["saudi_news", "pages_daniel", "pages_dragnet_en", "pages_readability"])
def test_no_line_of_news_is_missed(name: str, news: str, evaluation: Path) -> None:
    found = pl.read_parquet(evaluation / f"{news}.parquet")["text"].str.split("\n").explode()
    assert missed(REWRITERS[name], found.drop_nulls().unique(maintain_order=True)) == []


def test_the_gate_of_encoding_opens_for_all_that_ftfy_calls_bad(lines: pl.Series) -> None:
    bad = lines.filter([is_bad(line) for line in lines.to_list()])
    assert len(bad) > 1000
    assert bad.to_frame("line").select(REWRITERS["encoding"].gate(pl.col("line")).all()).item()


@pytest.mark.parametrize("name", [name for name, made in REWRITERS.items() if getattr(made, "unusual_only", False)])
def test_lines_without_unusual_characters_can_be_spared(name: str, lines: pl.Series) -> None:
    usual = lines.to_frame("line").filter(~unusual(pl.col("line")))
    assert len(usual) > 100
    assert not usual.select(REWRITERS[name].gate(pl.col("line")).any()).item()


@pytest.mark.parametrize("name", REWRITERS)
def test_gate_opens_for_every_case(name: str) -> None:
    changed = pl.Series([case["original"] for case in read(name) if case["original"] != case["fixed"]])
    assert changed.to_frame("line").select(REWRITERS[name].gate(pl.col("line")).all()).item()
