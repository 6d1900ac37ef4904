"""Corpora of shapes that break searches for near-duplicates: how long they take, how much memory, what stays.

    python -m benchmarks.shapes [--texts 100000] [SHAPE ...]
    python -m benchmarks.shapes --write             put the table into docs/near-duplicates.md

Every text has some sixty words and the rule is words with a threshold of 0.8. Texts mutually below the threshold all
stay, which only comparing each with each can show: that is quadratic by nature, the others are not.
"""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from dedup import Rule, find_duplicates, jaccard, shingle_sets
from dedup.batches import gathered, pieces, sketch_all

PAGE = Path(__file__).resolve().parent.parent / "docs" / "near-duplicates.md"
RULE = Rule(words=1, threshold=0.8)
WORDS = [f"w{i}" for i in range(60)]
HEAD = "| shape | texts | stay | seconds | MB | unproved | similar and both stay |"


def copies(texts: int) -> list[str]:
    """One text, again and again."""
    return [" ".join(WORDS)] * texts


def template(texts: int) -> list[str]:
    """60 words of form and three names: all are similar."""
    return [" ".join([*WORDS, f"a{i}", f"b{i}", f"c{i}"]) for i in range(texts)]


def clique(texts: int) -> list[str]:
    """Every pair has a similarity of exactly 0.8: 56 / 70."""
    return [" ".join([*WORDS[:56], *(f"q{i}x{j}" for j in range(7))]) for i in range(texts)]


def below(texts: int, *, own: int = 8) -> list[str]:
    """Every pair has a similarity of 56 / 72, just below 0.8."""
    return [" ".join([*WORDS[:56], *(f"q{i}x{j}" for j in range(own))]) for i in range(texts)]


def star(texts: int) -> list[str]:
    """All resemble the first, few resemble one another."""
    rng = np.random.default_rng(1)
    made = [" ".join(WORDS)]
    for i, spoke in enumerate(rng.integers(0, 60, (texts - 1, 6)).tolist()):
        words = WORDS.copy()
        for place in spoke:
            words[place] = f"s{i}x{place}"
        made.append(" ".join(words))
    return made


def chain(texts: int) -> list[str]:
    """Each shares 56 of 60 words with the next, and 52 with the one after."""
    return [" ".join(f"c{j}" for j in range(4 * i, 4 * i + 60)) for i in range(texts)]


SHAPES: dict[str, Callable[[int], list[str]]] = {
    "copies of one text": copies,
    "one template, changing names": template,
    "clique at the threshold": clique,
    "star": star,
    "chain": chain,
    "mutually just below the threshold": below,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a corpus, and what that took: bytes over what the texts themselves take."""

    found: pl.DataFrame
    seconds: float
    peak_bytes: int


def find(texts: list[str]) -> Found:
    column = pl.Series(texts)
    before = _resident(anew=True)
    began = perf_counter()
    found = find_duplicates(
        sketch_all(pieces(column), RULE), np.arange(len(texts)), lambda wanted: gathered(column, wanted), RULE
    )
    return Found(found, perf_counter() - began, _resident() - before)


def _resident(*, anew: bool = False) -> int:
    """Highest resident memory of this process in bytes, `anew` from now on; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
    return 1024 * int(found[1]) if found else 0


def properties(texts: list[str], found: pl.DataFrame, *, sample: int = 300) -> tuple[int, int]:
    """Count, of drawn texts, removals that are not proved, and pairs that stay though they are similar."""
    rng = np.random.default_rng(0)
    survivor = found["survivor"]
    gone = rng.permutation(survivor.is_not_null().arg_true().to_numpy())[:sample]
    stay = rng.permutation(survivor.is_null().arg_true().to_numpy())[:sample]
    sets = {i: shingle_sets(pl.Series([texts[i]]), words=1)[0] for i in {*gone, *survivor.gather(gone), *stay}}
    unproved = sum(
        survivor[survivor[i]] is not None or jaccard(sets[i], sets[survivor[i]]) < RULE.threshold for i in gone.tolist()
    )
    similar = sum(
        jaccard(sets[one], sets[other]) >= RULE.threshold for at, one in enumerate(stay) for other in stay[:at]
    )
    return unproved, similar


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="; ".join(SHAPES))
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    print(*lines, sep="\n")
    find(copies(100))  # compiled kernels are loaded once
    for name in options.shapes or SHAPES:
        texts = SHAPES[name](options.texts)
        told = find(texts)
        unproved, similar = properties(texts, told.found)
        lines.append(
            f"| {name} | {len(texts):,} | {told.found['survivor'].null_count():,} | {told.seconds:.1f} "
            f"| {told.peak_bytes / 1e6:,.0f} | {unproved} | {similar} |"
        )
        print(lines[-1], flush=True)
    if options.write:
        table = "\n".join(lines)
        between = re.compile(r"(<!-- shapes -->\n).*?(<!-- /shapes -->)", flags=re.DOTALL)
        PAGE.write_text(between.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", PAGE.read_text()))


if __name__ == "__main__":
    main()
