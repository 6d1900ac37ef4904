"""How fast files are read and written, and the job beside Polars only reading and writing the same files."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest

from benchmarks.conftest import Clock
from ghirbal.inputs import find_inputs
from ghirbal.job import clean, dedup, run
from ghirbal.options import Options
from ghirbal.readers import read
from ghirbal.writers import Parts

JOBS = {"run": run, "clean": clean, "dedup": dedup}


@pytest.fixture(scope="module")
def archive(news: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The news in every format, a folder each."""
    root = tmp_path_factory.mktemp("archive")
    for name in ("parquet", "jsonl", "jsonl.gz", "csv", "tsv", "txt"):
        (root / name).mkdir()
    news.write_parquet(root / "parquet" / "news.parquet", compression="zstd", compression_level=3)
    news.write_ndjson(root / "jsonl" / "news.jsonl")
    with gzip.open(root / "jsonl.gz" / "news.jsonl.gz", "wb") as stream:
        stream.write((root / "jsonl" / "news.jsonl").read_bytes())
    news.write_csv(root / "csv" / "news.csv")
    news.write_csv(root / "tsv" / "news.tsv", separator="\t")
    for name, text in news.select("id", "text").iter_rows():
        (root / "txt" / f"{name}.txt").write_text(text, newline="")
    yield root
    rmtree(root)


@pytest.mark.parametrize("name", ["parquet", "jsonl", "jsonl.gz", "csv", "tsv", "txt"])
def test_read(clock: Clock, news: pl.DataFrame, archive: Path, name: str) -> None:
    files = find_inputs([archive / name])
    assert clock(f"read {name}", lambda: sum(batch.rows.height for batch in read(files))) == news.height


@pytest.mark.parametrize("name", ["parquet", "jsonl", "csv"])
def test_write(clock: Clock, news: pl.DataFrame, tmp_path: Path, name: str) -> None:
    def write() -> None:
        parts = Parts(tmp_path, news.schema, format=name)
        parts.write(news)
        parts.close()

    clock(f"write {name}", write)


def test_floor(clock: Clock, archive: Path, tmp_path: Path) -> None:
    """What any job at all must do: the same codec, the same level."""

    def copy() -> None:
        news = pl.read_parquet(archive / "parquet" / "news.parquet")
        news.write_parquet(tmp_path / "copy.parquet", compression="zstd", compression_level=3)

    clock("Polars reads and writes", copy)


@pytest.mark.parametrize("name", JOBS)
def test_job(clock: Clock, archive: Path, tmp_path: Path, name: str) -> None:
    clock(f"job {name}", lambda: JOBS[name]([archive / "parquet"], tmp_path / "out", options=Options(overwrite=True)))
