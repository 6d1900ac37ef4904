"""Draw edits of a finished `ghirbal clean`, to be read one by one with the lines around them.

python -m scripts.draw_edits INPUT OUT --seed 1 --count 100              any edits
python -m scripts.draw_edits INPUT OUT --seed 1 --count 100 --spread     as many of each cleaner and reason
python -m scripts.draw_edits INPUT OUT --seed 1 --count 50 --lines       only those that take a whole line or a tail
"""

import argparse
from pathlib import Path

import polars as pl

from ghirbal.inputs import find_inputs
from ghirbal.readers import read

AROUND = 2
SHOWN = 160


def drawn(edits: pl.DataFrame, *, seed: int, count: int, spread: bool) -> pl.DataFrame:
    """Draw edits; spread over the kinds, every kind gives one before any gives two."""
    edits = edits.sample(fraction=1, shuffle=True, seed=seed)
    if spread:
        kind = pl.struct(pl.col("cleaner").list.last(), pl.col("reason").list.last())
        edits = edits.sort(pl.int_range(pl.len()).over(kind), maintain_order=True)
    return edits.head(count).sort("file", "row", "start")


def shown(edit: dict[str, object], text: str, at: int) -> str:
    """Show an edit: what it is, and the lines around it with the changed bytes between ⟦ and ⟧."""
    source, start, end = text.encode(), int(str(edit["start"])), int(str(edit["end"]))
    marked = (source[:start] + "⟦".encode() + source[start:end] + "⟧".encode() + source[end:]).decode()
    lines = marked.split("\n")
    first = marked[: marked.index("⟦")].count("\n")
    last = marked[: marked.index("⟧")].count("\n")
    kinds = ", ".join(f"{one}: {why}" for one, why in zip(edit["cleaner"], edit["reason"], strict=True))
    after = f" becomes {edit['after']!r}" if edit["after"] else ""
    around = [_cut(lines[n]) for n in range(max(0, first - AROUND), min(len(lines), last + AROUND + 1))]
    return "\n".join([f"--- {at} {edit['file']}#{edit['row']} {kinds}{after}", *around])


def _cut(line: str) -> str:
    if len(line) <= 2 * SHOWN:
        return line
    place = next((line.index(mark) for mark in "⟦⟧" if mark in line), 0)
    first = max(0, place - SHOWN)
    return f"{'…' if first else ''}{line[first : place + SHOWN]}…"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--spread", action="store_true")
    parser.add_argument("--lines", action="store_true")
    given = parser.parse_args()
    edits = pl.read_parquet(given.output / "edits")
    if given.lines:
        edits = edits.filter((pl.col("after") == "") & pl.col("before").str.contains(r"\p{L}"))
    chosen = drawn(edits, seed=given.seed, count=given.count, spread=given.spread)
    wanted = chosen.select("file", pl.col("row").cast(pl.UInt64)).unique()
    texts: dict[tuple[str, int], str] = {}
    for batch in read(find_inputs([given.input])):
        rows = batch.rows.join(wanted, on=["file", "row"], how="semi")
        texts |= {(file, row): text for file, row, text in rows.select("file", "row", "text").iter_rows()}
    for at, edit in enumerate(chosen.iter_rows(named=True), 1):
        print(shown(edit, texts[edit["file"], edit["row"]], at))


if __name__ == "__main__":
    main()
