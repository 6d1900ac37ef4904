r"""The line table: one row for each line of each document, split at `\n` alone.

What follows a final `\n` is not a line, and a `\r` before `\n` belongs to the terminator, not to the line.
"""

import numpy as np
import polars as pl


def split_lines(texts: pl.Series) -> pl.DataFrame:
    r"""Split documents into the line table.

    `texts` is a String series without nulls. Columns: `doc` (u32, position in `texts`), `line` (u32, from 1),
    `start` (u32, byte offset of the line in its document), `size` (u32, bytes of the line without its
    terminator), `ending` (u8, bytes of the terminator: 0, 1 or 2), `text` (str). Rows are in document order,
    so that a row's position identifies the line in its batch. The lines are views of the documents: no byte of
    text is copied.

    >>> split_lines(pl.Series(["ab\r\ncd\n", ""])).rows()
    [(0, 1, 0, 2, 2, 'ab'), (0, 2, 4, 2, 1, 'cd')]
    """
    lists = texts.str.split("\n")
    counts = lists.list.len().to_numpy()
    flat = lists.explode().alias("text")
    sizes = flat.str.len_bytes().to_numpy().astype(np.int64)
    starts = np.cumsum(sizes + 1) - sizes - 1
    firsts = np.cumsum(counts, dtype=np.int64) - counts
    ending = np.ones(len(sizes), np.uint8)
    ending[firsts + counts - 1] = 0
    frame = pl.DataFrame(
        {
            "doc": np.repeat(np.arange(texts.len(), dtype=np.uint32), counts),
            "line": (np.arange(1, len(sizes) + 1) - np.repeat(firsts, counts)).astype(np.uint32),
            "start": (starts - np.repeat(starts[firsts], counts)).astype(np.uint32),
            "size": sizes.astype(np.uint32),
            "ending": ending,
            "text": flat,
        }
    )
    return _give_carriage_returns_to_terminators(frame).filter((pl.col("ending") > 0) | (pl.col("size") > 0))


def _give_carriage_returns_to_terminators(lines: pl.DataFrame) -> pl.DataFrame:
    carriage = pl.col("text").str.ends_with("\r") & (pl.col("ending") == 1)
    if not lines.select(carriage.any()).item():
        return lines
    return lines.with_columns(
        text=pl.when(carriage).then(pl.col("text").str.head(-1)).otherwise("text"),
        size=pl.when(carriage).then(pl.col("size") - 1).otherwise("size"),
        ending=pl.when(carriage).then(pl.lit(2, pl.UInt8)).otherwise("ending"),
    )


def lines_at(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    r"""Cut one line out of each text; `numbers` count from 1, a text without so many is an error of Polars.

    >>> lines_at(pl.Series(["ab\ncd", "ef"]), pl.Series([2, 1])).to_list()
    ['cd', 'ef']
    """
    return pl.select(pl.lit(texts.alias("text")).str.split("\n").list.get(pl.lit(numbers) - 1)).to_series()
