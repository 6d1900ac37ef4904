"""News that looks like news, made up, with the truth about its copies.

A corpus is a sequence of days of DAY articles. A day depends on nothing but the language, the seed and
its number, so corpora of any size stream, and the first thousand articles of a million are the thousand.

    python -m benchmarks.generate 1000000 news/ --language ar --seed 7
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.languages import LANGUAGES, RESIDUE, Language

DAY = 10_000
WIRE = 1_000  # articles of the agencies, printed on any day
SITES = 40
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
DRAWS = 1 << 20
KINDS = ("original", "identical", "edited", "template", "quoting")
ORIGINAL, IDENTICAL, EDITED, TEMPLATE, QUOTING = range(5)
ACCIDENTS = (
    ("\u0020", "\u00a0"),
    ("\u0020", "\u0020\u0020"),
    ("ا", "اـ"),
    ("\u0020", "\u0020\u200b"),
    (".", ".&nbsp;"),
)

Numbers = np.ndarray
Wire = tuple[Numbers, Numbers]  # tokens of all articles of the agencies, words of each


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the articles that are no originals, and of those that carry residue of their site."""

    identical: float = 0.04
    edited: float = 0.10
    template: float = 0.04
    quoting: float = 0.04
    residue: float = 0.4
    accidents: float = 0.05

    def kinds(self) -> list[float]:
        copies = [self.identical, self.edited, self.template, self.quoting]
        return [1 - sum(copies), *copies]


class Press:
    """Prints token numbers as text: one gather of bytes, no Python object per word.

    A token is a word and what follows it: `4 * rank + after`.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        printed = [(word + after).encode() for word in language.words for after in language.after]
        lengths = np.array([len(token) for token in printed], dtype=np.int32)
        self._lengths = lengths
        self._starts = (np.cumsum(lengths) - lengths).astype(np.int32)
        self._bytes = np.frombuffer(b"".join(printed), dtype=np.uint8)
        ranks = np.arange(len(language.words))
        weights = np.cumsum(1 / (ranks + 2.7) ** 1.05)  # Zipf and Mandelbrot
        places = (np.arange(DRAWS) + 0.5) / DRAWS * weights[-1]
        self._draws = np.searchsorted(weights, places).astype(np.int32)

    def words(self, count: int, rng: np.random.Generator) -> Numbers:
        """Tokens of plain running words."""
        return self._draws[rng.integers(0, DRAWS, count, dtype=np.uint32)] * 4

    def prose(self, lengths: Numbers, rng: np.random.Generator) -> Numbers:
        """Tokens of texts of so many words, one text after the other, in sentences and paragraphs."""
        tokens = self.words(int(lengths.sum()), rng)
        chance = rng.integers(0, 256, len(tokens), dtype=np.uint8)
        tokens += (chance < 26).astype(np.int32) + (chance < 14) + (chance < 4)
        tokens[np.cumsum(lengths) - 1] |= 3
        return tokens

    def print(self, tokens: Numbers, lengths: Numbers) -> list[str]:
        texts: list[str] = []
        ends = np.cumsum(lengths)
        for first in range(0, len(lengths), 1_000):  # what fits the cache
            chunk = slice(first, first + 1_000)
            start = int(ends[first] - lengths[first])
            texts += self._print(tokens[start : int(ends[chunk][-1])], ends[chunk] - start)
        return texts

    def _print(self, tokens: Numbers, ends: Numbers) -> list[str]:
        sizes = self._lengths[tokens]
        byte_ends = np.cumsum(sizes, dtype=np.int32)
        places = np.repeat(self._starts[tokens] - (byte_ends - sizes), sizes)
        places += np.arange(len(places), dtype=np.int32)
        page = self._bytes[places].tobytes()
        cuts = [0, *byte_ends[ends - 1].tolist()]
        return [page[cut:end].decode().strip() for cut, end in pairwise(cuts)]


def _lengths(press: Press, count: int, rng: np.random.Generator) -> Numbers:
    drawn = rng.lognormal(np.log(press.language.median_words), 0.75, count)
    return np.clip(drawn, 12, 5_000).astype(np.int64)


def _copied(tokens: Numbers, lengths: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """The texts of these rows, each written out, rows repeated and in any order."""
    starts = np.cumsum(lengths) - lengths
    sizes = lengths[rows]
    ends = np.cumsum(sizes)
    places = np.repeat(starts[rows] - (ends - sizes), sizes) + np.arange(int(ends[-1]))
    return tokens[places], sizes


def _edited(
    press: Press, tokens: Numbers, lengths: Numbers, shares: Numbers, rng: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """A share of each text's words replaced by others, or left out (one in four)."""
    chance = rng.random(len(tokens), dtype=np.float32)
    per_word = np.repeat(shares.astype(np.float32), lengths)
    kept = chance >= per_word / 4
    replaced = np.flatnonzero((chance < per_word) & kept)
    tokens = tokens.copy()
    tokens[replaced] = press.words(len(replaced), rng) + tokens[replaced] % 4
    ends = np.cumsum(lengths)
    kept[ends - lengths] = True
    kept[ends - 1] = True
    texts = np.repeat(np.arange(len(lengths)), lengths)
    return tokens[kept], np.bincount(texts[kept], minlength=len(lengths))


def _quote(tokens: Numbers, lengths: Numbers, pairs: list[tuple[int, int]]) -> None:
    """The first paragraphs of the source, 30 words or more, become those of the text that quotes it."""
    starts = np.cumsum(lengths) - lengths
    for row, source in pairs:
        room = int(min(lengths[row], lengths[source]))
        opening = tokens[starts[source] : starts[source] + room]
        breaks = np.flatnonzero(opening % 4 == 3)
        breaks = breaks[breaks >= 30]
        if len(breaks):
            tokens[starts[row] : starts[row] + breaks[0] + 1] = opening[: breaks[0] + 1]


def _with_residue(text: str, fills: dict[str, str], code: str, rng: np.random.Generator) -> str:
    """One in four of the lines that the site may put before, into and after an article."""
    lines = text.split("\n")
    places = RESIDUE[code]
    chosen = iter((rng.random(sum(len(kinds) for kinds in places.values())) < 0.25).tolist())
    head, inside, tail = (
        [kind.format_map(fills) for kind in places[place] if next(chosen)] for place in ("head", "inside", "tail")
    )
    middle = len(lines) // 2
    return "\n".join([*head, *lines[:middle], *inside, *lines[middle:], *tail])


def _with_accident(text: str, number: int) -> str:
    good, bad = ACCIDENTS[number % len(ACCIDENTS)]
    return text.replace(good, bad, 3)


def _bodies(press: Press, wire: Wire, kinds: Numbers, rng: np.random.Generator) -> tuple[list[str], Numbers]:
    """The day's articles without their sites, and the place of each one's source, agencies first."""
    own = _lengths(press, DAY, rng)
    tokens = np.concatenate([wire[0], press.prose(own, rng)])
    lengths = np.concatenate([wire[1], own])
    rows = np.arange(DAY) + WIRE
    sources = rng.choice(rows[kinds == ORIGINAL], DAY)
    from_wire = rng.random(DAY) < 0.15
    sources[from_wire] = rng.integers(0, WIRE, int(from_wire.sum()))
    quoting = kinds == QUOTING
    _quote(tokens, lengths, list(zip(rows[quoting].tolist(), sources[quoting].tolist(), strict=True)))
    body, sizes = _copied(tokens, lengths, np.where((kinds == ORIGINAL) | quoting, rows, sources))
    light, heavy = 10 ** rng.uniform(-2.7, -1.3, DAY), rng.uniform(0.1, 0.3, DAY)
    shares = np.select([kinds == EDITED, kinds == TEMPLATE], [light, heavy], 0.0)
    return press.print(*_edited(press, body, sizes, shares, rng)), sources


def _headlines(press: Press, count: int, rng: np.random.Generator) -> list[str]:
    sizes = rng.integers(6, 12, count)
    return press.print(press.words(int(sizes.sum()), rng), sizes)


def _day(press: Press, wire: Wire, number: int, mix: Mix, rng: np.random.Generator) -> pl.DataFrame:
    code = press.language.code
    kinds = rng.choice(len(KINDS), DAY, p=mix.kinds())
    texts, sources = _bodies(press, wire, kinds, rng)
    headlines = _headlines(press, WIRE + DAY, rng)
    own_title = (rng.random(DAY) < 0.2) | (kinds == ORIGINAL) | (kinds == QUOTING)
    titles = [headlines[place] for place in np.where(own_title, np.arange(DAY) + WIRE, sources)]
    sites = [f"paper{site:02d}.example" for site in np.minimum(rng.zipf(1.4, DAY), SITES).tolist()]
    for row in np.flatnonzero(rng.random(DAY) < mix.residue).tolist():
        fills = {"title": titles[row], "site": sites[row], "tags": "#" + titles[row].replace(" ", " #")}
        fills |= {f"teaser{step}": headlines[row + step] for step in (1, 2, 3)}
        texts[row] = _with_residue(texts[row], fills, code, rng)
    for row in np.flatnonzero(rng.random(DAY) < mix.accidents).tolist():
        texts[row] = _with_accident(texts[row], row)
    ids = [f"{code}-{number}-{row}" for row in range(DAY)]
    names = [*(f"{code}-wire-{row}" for row in range(WIRE)), *ids]
    date = FIRST_DAY + timedelta(days=number)
    return pl.DataFrame(
        {
            "id": ids,
            "url": [f"https://www.{site}/{number}/{row}" for row, site in enumerate(sites)],
            "site": sites,
            "date": [(date + timedelta(minutes=int(at))).isoformat() for at in rng.integers(0, 1_440, DAY)],
            "lang": [code] * DAY,
            "title": titles,
            "text": texts,
            "kind": [KINDS[kind] for kind in kinds],
            "source": [names[source] if kind else None for kind, source in zip(kinds, sources, strict=True)],
        },
        schema_overrides={"source": pl.String},
    )


def days(count: int, *, language: str = "ar", seed: int = 0, mix: Mix | None = None) -> Iterator[pl.DataFrame]:
    """`count` articles, a day at a time.

    `kind` says what an article is, `source` of which one it is a copy, or which one it quotes; `template` is
    the same frame with other names and numbers, which is another item. A source `…-wire-…` is in no day.
    """
    press = Press(LANGUAGES[language]())
    rng = np.random.default_rng([seed, 0, *language.encode()])
    wire_lengths = _lengths(press, WIRE, rng)
    wire = (press.prose(wire_lengths, rng), wire_lengths)
    for number in range(max(1, -(-count // DAY))):
        own = np.random.default_rng([seed, number + 1, *language.encode()])
        yield _day(press, wire, number, mix or Mix(), own).head(count - number * DAY)


def articles(count: int, *, language: str = "ar", seed: int = 0, mix: Mix | None = None) -> pl.DataFrame:
    return pl.concat(days(count, language=language, seed=seed, mix=mix))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write generated news as Parquet, a file a day.")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="ar")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number, day in enumerate(days(options.count, language=options.language, seed=options.seed)):
        day.write_parquet(options.folder / f"{options.language}-{number:05d}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
