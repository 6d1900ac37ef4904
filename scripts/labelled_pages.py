"""The labelled pages that the scorer of whole pages is trained on: as they are, in copies, and measured.

Copies keep the scorer from leaning on what other languages lack: pages with capitals made invisible, pages whose words
of chrome are unknown, pages without a title. Others teach it to leave alone what is cut already: pages cut as an
extractor would, and articles of Arabic papers.
"""

import importlib.util
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.pages.around import Pages
from cleaners.pages.features import Features, measure_lines
from cleaners.pages.model import load_characters, load_words
from cleaners.pages.shape import CLASSES, Flags, Floats

SETS = {"dragnet_en": 1.0, "daniel": 1.5, "cleaneval_dev": 4.0, "readability": 2.5}
"""The sets and what a page of each weighs in the line scorer: the two small ones are other kinds of pages."""
CASELESS, WORDLESS, UNTITLED = 0.4, 0.16, 0.35
"""Shares of the pages that are copied without case, among them those without words, and trained without titles."""
CUT, KINDS = 0.6, {"plain": 0.4, "untitled": 0.25, "caseless": 0.2, "wordless": 0.15}
"""Share of the pages that are copied cut, and how those are measured."""
CASELESS_WEIGHT, CUT_WEIGHT, ARTICLE_WEIGHT = 0.7, 0.5, 0.3
ARTICLES = "articles"
ARTICLE_COUNT = 800
IGNORED = "tdmx?"


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Labelled pages, one row a line."""

    score: ModuleType
    lines: pl.DataFrame
    labels: NDArray[np.str_]
    tokens: Floats
    collection: NDArray[np.str_]
    language: NDArray[np.str_]
    group: NDArray[np.int64]
    wanted: Floats
    """Tokens of content of each page."""
    pages: Pages = field(init=False)
    content: Flags = field(init=False)
    ignored: Flags = field(init=False)

    def __post_init__(self) -> None:
        """Derive what follows from the labels."""
        object.__setattr__(self, "pages", Pages.of(self.lines["doc"].to_numpy()))
        object.__setattr__(self, "content", self.labels == "c")
        object.__setattr__(self, "ignored", np.isin(self.labels, list(IGNORED)))

    def only(self, rows: Flags) -> "Labelled":
        """Leave these lines; a page of which none is left goes."""
        found = np.unique(self.pages.page[rows])
        return Labelled(
            self.score,
            self.lines.filter(pl.Series(rows)),
            self.labels[rows],
            self.tokens[rows],
            self.collection[found],
            self.language[found],
            self.group[found],
            self.wanted[found],
        )

    def f1(self, kept: Flags) -> Floats:
        """Token F1 of each page, at a hundred times the speed of `score.py`.

        That one aligns texts: it may take a line for an equal one elsewhere on the page.
        """
        starts, weight = self.pages.starts, self.tokens * ~self.ignored
        both: Floats = np.add.reduceat(weight * (kept & self.content), starts)
        found = np.add.reduceat(weight * kept, starts)
        precision = np.where(found > 0, both / np.maximum(found, 1), 1.0)
        recall = np.where(self.wanted > 0, both / np.maximum(self.wanted, 1), 1.0)
        f1: Floats = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        return f1

    def scored(self, kept: Flags, among: Flags) -> Floats:
        """Token F1 of each page by `score.py`, 0 outside `among`."""
        begin, text = self.pages.starts, self.lines["text"].to_numpy()
        found = []
        for rows, asked in zip(map(slice, begin, np.r_[begin[1:], len(text)]), among, strict=True):
            if not asked:
                found.append(0.0)
                continue
            page = {"text": "\n".join(text[rows]), "labels": "".join(self.labels[rows])}
            found.append(self.score.score_page(page, "\n".join(text[rows][kept[rows]]))["f1"])
        return np.array(found)


def read_pages(folder: Path) -> Labelled:
    """Read the four sets."""
    specification = importlib.util.spec_from_file_location("score", folder / "score.py")
    assert specification  # noqa: S101 - a file of Python has one
    assert specification.loader  # noqa: S101 - and one of these
    score = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(score)
    columns = ["id", "host", "lang", "title", "text", "labels"]
    frames = [
        pl.read_parquet(folder / f"pages_{name}.parquet").select(
            pl.col(columns).cast(pl.String), collection=pl.lit(name)
        )
        for name in SETS
    ]
    docs = pl.concat(frames).with_row_index("doc")
    blog = pl.col("title").str.split(" | ").list.last().str.split(": ").list.first()
    names = docs.select(pl.coalesce("host", pl.concat_str("collection", blog), "id")).to_series()
    lines = (
        docs.select("doc", "title", pl.col("text").str.split("\n"), pl.col("labels").str.split(""))
        .explode("text", "labels")
        .filter(pl.col("text").str.contains(r"\S"))
    )
    labels = lines["labels"].to_numpy()
    tokens = np.array([len(score.toks(text)) for text in lines["text"]], np.float64)
    starts = Pages.of(lines["doc"].to_numpy()).starts
    return Labelled(
        score,
        lines.drop("labels"),
        labels,
        tokens,
        docs["collection"].to_numpy(),
        docs["lang"].to_numpy(),
        np.array([zlib.crc32(name.encode()) for name in names]),
        np.add.reduceat(tokens * (labels == "c"), starts),
    )


def read_articles(folder: Path, score: ModuleType) -> Labelled:
    """Draw articles that are no pages: nothing of them should go."""
    table = pl.read_parquet(folder / "saudi_news.parquet").filter(pl.col("text").str.contains(r"\S"))
    docs = table.sample(ARTICLE_COUNT, seed=3).with_row_index("doc")
    lines = docs.select("doc", "title", pl.col("text").str.split("\n")).explode("text")
    lines = lines.filter(pl.col("text").str.contains(r"\S"))
    tokens = np.array([len(score.toks(text)) for text in lines["text"]], np.float64)
    return Labelled(
        score,
        lines,
        np.full(len(lines), "c"),
        tokens,
        np.full(len(docs), ARTICLES),
        np.full(len(docs), "ar"),
        np.array([zlib.crc32(name.encode()) for name in docs["source"]]),
        np.add.reduceat(tokens, Pages.of(lines["doc"].to_numpy()).starts),
    )


def cut_rows(labelled: Labelled) -> Flags:
    """Draw the lines of cut copies: the body alone, with strays, with some lines around it, or without a menu."""
    random = np.random.default_rng(11)
    starts, rows = labelled.pages.starts, np.zeros(len(labelled.labels), np.bool_)
    for page, (begin, past) in enumerate(zip(starts, np.r_[starts[1:], len(rows)], strict=True)):
        content, labels = labelled.content[begin:past], labelled.labels[begin:past]
        if random.random() >= CUT or not labelled.wanted[page]:
            continue
        first, last = np.flatnonzero(content)[[0, -1]]
        place, kind = np.arange(past - begin), random.integers(4)
        if kind < 2:
            kept = content | (np.isin(labels, list("tdmx")) & (random.random() < 0.5))
            kept |= (random.random(len(place)) < 0.02) & (kind == 1)
        elif kind == 2:
            near = (place >= first - int(random.exponential(4))) & (place <= last + int(random.exponential(6)))
            kept = content | (near & (random.random(len(place)) < random.random()))
        else:
            kept = place >= first if random.random() < 0.5 else place <= last
        rows[begin:past] = kept
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Lines with their features: what is trained on, or scored."""

    labelled: Labelled
    words: Floats
    features: Features
    values: NDArray[np.float32]
    weight: Floats


def measure(labelled: Labelled, kind: str = "plain", share: float = 1.0) -> Part:
    """Measure lines as they are, without titles, without case, or with neither case nor words of chrome."""
    characters, stock = load_characters(), load_words()
    if kind in ("caseless", "wordless"):
        cased = np.isin(np.arange(len(CLASSES)), [CLASSES.index("lower"), CLASSES.index("upper")])
        characters = np.where(cased[characters], CLASSES.index("letter"), characters).astype(np.uint8)
    lines = labelled.lines.drop("title") if kind == "untitled" else labelled.lines
    words, features = measure_lines(lines, characters, dict.fromkeys(stock, ("\0",)) if kind == "wordless" else stock)
    values = np.stack([column.astype(np.float32) for column in features.values()], axis=1)
    return Part(labelled, words, features, values, weigh(labelled) * share)


def drawn(labelled: Labelled, kinds: dict[str, float], share: float) -> Part:
    """Measure each page in one drawn way."""
    pages = len(labelled.group)
    chosen = np.random.default_rng(5).choice(len(kinds), pages, p=list(kinds.values()))[labelled.pages.page]
    part, *others = (measure(labelled, kind, share) for kind in kinds)
    for number, other in enumerate(others, 1):
        part.values[chosen == number] = other.values[chosen == number]
    return part


def training_parts(labelled: Labelled, folder: Path) -> list[Part]:
    """Everything that the line scorer is trained on."""
    pages = labelled.pages
    copied = np.random.default_rng(6).random(len(labelled.group)) < CASELESS
    wordless = WORDLESS / CASELESS
    return [
        drawn(labelled, {"plain": 1 - UNTITLED, "untitled": UNTITLED}, 1.0),
        drawn(labelled.only(copied[pages.page]), {"caseless": 1 - wordless, "wordless": wordless}, CASELESS_WEIGHT),
        drawn(labelled.only(cut_rows(labelled)), KINDS, CUT_WEIGHT),
        measure(read_articles(folder, labelled.score), share=ARTICLE_WEIGHT),
    ]


def weigh(labelled: Labelled) -> Floats:
    """Weigh lines by their tokens, so that the loss of a page is close to its F1; each page weighs about the same."""
    weight = np.where(labelled.ignored, 0.0, labelled.tokens + 0.5) ** 0.7
    pages = labelled.pages
    size = (pages.total(weight) + pages.total(weight * labelled.content)) / 2 + 50**0.7
    of_set = np.array([SETS.get(name, 1.0) for name in labelled.collection])[pages.page]
    weighed: Floats = weight / size * of_set
    return weighed
