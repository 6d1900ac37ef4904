import json
from pathlib import Path

import polars as pl
import pytest

from ghirbal.columns import documents, settle
from ghirbal.errors import UsageError
from ghirbal.fields import Fields
from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, host, read
from ghirbal.readers.reading import ROW_SCHEMA

HOSTS = [
    ("https://News.Example.COM/a/b?c=http://other.org", "news.example.com"),
    ("http://user:pass@example.org:8080/", "example.org"),
    ("//cdn.example.org/x", "cdn.example.org"),
    ("example.org/path", "example.org"),
    ("www.example.org", "www.example.org"),
    ("example.org:80/x", "example.org"),
    (" https://example.org ", "example.org"),
    ("https://[2001:db8::1]:443/x", "[2001:db8::1]"),
    ("http://موقع.وزارة-الاتصالات.مصر/خبر", "موقع.وزارة-الاتصالات.مصر"),
    ("http://localhost", "localhost"),
    ("https:///x", None),
    ("/relative/path.html", None),
    ("no url", None),
    ("", None),
    (None, None),
]


def read_all(path: Path, **options: object) -> list[Batch]:
    return list(read(find_inputs([path]), Reading(**options)))


def write_rows(path: Path, *rows: object) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.mark.parametrize(("url", "site"), HOSTS)
def test_hosts(url: str | None, site: str | None) -> None:
    assert pl.DataFrame({"url": [url]}, schema={"url": pl.String}).select(host(pl.col("url"))).item() == site


def test_ids_and_sites_are_made_where_they_are_missing(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    write_rows(
        tmp_path / "day" / "a.jsonl",
        {"text": "a", "url": "http://x.org/1"},
        {"text": "b", "id": 17, "site": "Given", "url": "http://x.org/2"},
        {"text": "c", "id": None, "site": "", "url": "http://y.org"},
        {"text": "d", "id": ""},
        {"text": "e", "id": {"$oid": "5f"}, "site": None, "url": None},
        {"text": "f", "id": "kept"},
    )
    (batch,) = read_all(tmp_path)
    assert batch.rows.schema == ROW_SCHEMA
    assert batch.rows["id"].to_list() == [
        "day/a.jsonl#1",
        "17",
        "day/a.jsonl#3",
        "day/a.jsonl#4",
        '{"$oid":"5f"}',
        "kept",
    ]
    assert batch.rows["site"].to_list() == ["x.org", "Given", "y.org", None, None, None]
    assert batch.carried.columns == ["url"]
    assert list(batch.kinds) == ["text", "url", "id", "site"]


def test_fields_of_other_types_are_no_strings(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", {"text": "a", "title": ["x"], "date": 1437447092, "lang": True})
    write_rows(tmp_path / "b.jsonl", {"text": "b", "title": 5.5, "date": "2015-07-21", "lang": "ar"})
    (batch,) = read_all(tmp_path)
    assert batch.rows["title"].to_list() == [None, "5.5"]
    assert batch.rows["date"].to_list() == ["1437447092", "2015-07-21"]
    assert batch.rows["lang"].to_list() == [None, "ar"]


def test_named_fields(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", {"body": "a", "key": 1, "link": "http://x.org", "text": "other"})
    (batch,) = read_all(tmp_path, fields=Fields(text="body", id="key", url="link", site=None))
    assert batch.rows.select("id", "text", "url", "site").row(0) == ("1", "a", "http://x.org", "x.org")
    assert batch.carried.columns == ["link", "text"]


def test_a_named_field_that_the_first_file_lacks_is_wrong_usage(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", {"text": "a", "body": "b"}, {"text": "a", "headline": "x"})
    write_rows(tmp_path / "b.jsonl", {"text": "a", "boddy": "b"})
    read_all(tmp_path, fields=Fields(title="headline"))
    for options in ({}, {"batch_rows": 1}):
        with pytest.raises(UsageError, match=r"no row of a.jsonl has the field 'boddy' named by --text; .* 'body'"):
            read_all(tmp_path, fields=Fields(text="boddy"), **options)
    with pytest.raises(UsageError, match="it has body, headline, text"):
        read_all(tmp_path, fields=Fields(title="qqqq"))


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.txt", "a.jsonl"])
def test_every_format_tells_its_columns(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"text": ["a"], "id": ["b"]})
    match name.rpartition(".")[2]:
        case "csv":
            frame.write_csv(tmp_path / name)
        case "parquet":
            frame.write_parquet(tmp_path / name)
        case "jsonl":
            frame.write_ndjson(tmp_path / name)
        case "txt":
            (tmp_path / name).write_text("a")
    read_all(tmp_path, fields=Fields(text="text"))
    with pytest.raises(UsageError, match="named by --lang"):
        read_all(tmp_path, fields=Fields(lang="l"))
    if name != "a.txt":
        with pytest.raises(UsageError, match="named by --text"):
            read_all(tmp_path, fields=Fields(text="l"))


def test_an_empty_first_file_shows_no_fields(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    write_rows(tmp_path / "b.jsonl", {"body": "a"})
    assert read_all(tmp_path, fields=Fields(text="body"))[0].rows.height == 1
    with pytest.raises(UsageError, match=r"no row of b\.jsonl"):
        read_all(tmp_path, fields=Fields(text="x"))


def test_id_text_and_site_are_three_columns() -> None:
    with pytest.raises(UsageError, match="must be three columns"):
        Fields(id="text")


def test_all_formats_together_and_any_batch_size(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "id": [f"i{n}" for n in range(300)],
            "text": [f"نص {n}\n«x»" for n in range(300)],
            "url": ["http://x.org/"] * 300,
            "n": range(300),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=100)
    frame.write_csv(tmp_path / "b.csv")
    frame.write_ndjson(tmp_path / "c.jsonl")
    with (tmp_path / "c.jsonl").open("a") as stream:
        stream.write('{"text": null}\n{"text":"last", "n": 0.5, "tags": ["x"]}\n')
    (tmp_path / "d.txt").write_text("plain")
    frame.with_columns(n=pl.col("n").cast(pl.Int32)).write_parquet(tmp_path / "e.parquet")
    (tmp_path / "f.parquet").write_bytes(b"PAR1")

    def everything(**options: object) -> tuple[pl.DataFrame, pl.DataFrame, list[object]]:
        batches = read_all(tmp_path, **options)
        settled = settle((batch.kinds for batch in batches), fields=Fields())
        tables = [documents(b.rows, b.carried, b.kinds, settled, fields=Fields()) for b in batches]
        rejects = [reject for batch in batches for reject in batch.rejects]
        return pl.concat([batch.rows for batch in batches]), pl.concat(tables), rejects

    rows, table, rejects = everything()
    assert rows.height == table.height == 1202
    assert rows["row"].to_list()[-300:] == list(range(1, 301))
    assert table.columns == ["id", "text", "url", "n", "tags", "site"]
    assert table.schema["n"] == pl.String
    assert len(rejects) == 2
    for options in (
        {"batch_rows": 1},
        {"batch_rows": 77},
        {"batch_bytes": 100},
        {"batch_bytes": 5000, "batch_rows": 50},
    ):
        again = everything(**options)
        assert again[0].equals(rows)
        assert again[1].equals(table)
        assert again[1].schema == table.schema
        assert again[2] == rejects


def test_small_files_share_a_batch(tmp_path: Path) -> None:
    for i in range(3000):
        write_rows(tmp_path / f"{i:04}.jsonl", {"text": str(i), f"k{i % 3}": i})
    (batch,) = read_all(tmp_path)
    assert batch.rows["text"].to_list() == [str(i) for i in range(3000)]
    for i in range(50):
        pl.DataFrame({"text": ["x"], "n": [i]}).write_parquet(tmp_path / f"p{i:04}.parquet")
    assert [b.rows.height for b in read_all(tmp_path)] == [3000, 50]


def test_a_rejects_only_file_goes_with_its_neighbours(tmp_path: Path) -> None:
    for i in range(4):
        pl.DataFrame({"text": ["x"]}).write_parquet(tmp_path / f"{i}b.parquet")
        (tmp_path / f"{i}a.jsonl").write_text("bad\n")
    (batch,) = read_all(tmp_path)
    assert (batch.rows.height, len(batch.rejects)) == (4, 4)
    assert [reject.file for reject in batch.rejects] == [f"{i}a.jsonl" for i in range(4)]


@pytest.mark.parametrize("options", [{}, {"fields": Fields(text="text")}, {"limit": 21}], ids=["all", "named", "limit"])
def test_reading_goes_on_where_a_batch_ended(tmp_path: Path, options: dict[str, object]) -> None:
    for number in range(3):
        write_rows(tmp_path / f"{number}.jsonl", *({"text": f"{number} {row}"} for row in range(9)))
        (tmp_path / f"{number}.csv").write_text("text\n" + "".join(f"{number} {row}\n" for row in range(9)))
        pl.DataFrame({"text": [f"{number} {row}" for row in range(300)]}).write_parquet(tmp_path / f"{number}.parquet")
    files, reading = find_inputs([tmp_path]), Reading(batch_rows=4, **options)
    batches = list(read(files, reading))
    assert len(batches) > 5
    assert batches[-1].end == (len(files), 0)
    for number, batch in enumerate(batches):
        later = list(read(files, reading, begin=batch.end))
        assert [one.end for one in later] == [one.end for one in batches[number + 1 :]]
        for one, other in zip(later, batches[number + 1 :], strict=True):
            assert one.rows.equals(other.rows)
