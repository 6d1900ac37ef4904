"""`ghirbal fix`: what a check finds is repaired in place, and nothing else changes by a byte."""

import csv
import gzip
import io
import json
import os
import stat
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaners import clean_text
from ghirbal.checking import rewriting
from ghirbal.command import main

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = "The council met on Monday and talked about the new bridge over the river for hours."
ARABIC = "قال الوزير اليوم إن المحادثات بشأن الجسر الجديد استمرت ساعات طويلة في العاصمة."
BAD = f"Home » News\n{BODY}\nShare this article"
STRETCHED = f"بيـــان {ARABIC}\n\n{ARABIC}"
TEXTS = [BODY, BAD, STRETCHED, f'{BODY} "He  said"\tso \\ and 😀\n{BAD}']


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix(*arguments):
    return main(["fix", *map(str, arguments)])


def settled(path, *arguments):
    """Whether a second call finds nothing and leaves the same bytes."""
    before = Path(path).read_bytes()
    status = Path(path).stat()
    return (
        fix(path, *arguments) == 0 and Path(path).read_bytes() == before and Path(path).stat().st_ino == status.st_ino
    )


PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstd.compress}
UNPACK = {"": bytes, ".gz": gzip.decompress, ".zst": zstd.decompress}


@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_jsonl(pack, end, escaped, mark, capsys):
    rows = [{"z": 1.50, "text": text, "a": [1, {"text": "no  change"}], "big": 10**20} for text in TEXTS]
    lines = [json.dumps(row, ensure_ascii=escaped) for row in rows]
    lines[0] = lines[0].replace(": ", " :  ").replace(", ", ",\t ")
    lines[1:1] = ["", '{"text": "the  row  that  is   broken']
    path = Path(f"a.jsonl{pack}")
    path.write_bytes(PACK[pack](mark + end.join(lines).encode()))  # no line end at the end
    assert fix(path) == 1
    assert "GH901" in capsys.readouterr().out
    content = UNPACK[pack](path.read_bytes())
    assert content.startswith(mark)
    after = content[len(mark) :].decode().split(end)
    assert after[:3] == lines[:3]
    assert len(after) == len(lines)
    for before, line, row in zip(lines[3:], after[3:], rows[1:], strict=True):
        text = clean_text(row["text"])
        assert json.loads(line) == {**row, "text": text}
        assert line == json.dumps({**row, "text": text}, ensure_ascii=escaped)
        assert line != before
    assert settled(path)


def test_escapes_that_no_edit_names_stay():
    line = (
        '{"text":"Home \\u00bb News\\n'
        '\\u0054he council met on Monday \\/ and talked about the bridge for hours.\\u0020"}\n'
    )
    Path("a.jsonl").write_text(line)
    assert fix("a.jsonl") == 1
    assert Path("a.jsonl").read_text() == (
        '{"text":"\\u0054he council met on Monday \\/ and talked about the bridge for hours."}\n'
    )


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("pack", PACK)
def test_delimited(suffix, end, pack):
    delimiter = {"csv": ",", "tsv": "\t"}[suffix]
    rows = [["1", text, 'a "b"'] for text in [BODY, BAD, f"{ARABIC}  ", "Share this article"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([["id", "text", "z"], *rows])
    content = out.getvalue() + f'"2"{delimiter}"{BODY}"{delimiter}  x{end}{end}"broken'
    path = Path(f"a.{suffix}{pack}")
    path.write_bytes(PACK[pack](content.encode()))
    assert fix(path) == 1
    after = UNPACK[pack](path.read_bytes()).decode()
    cleaned = [[one, clean_text(text), z] for one, text, z in rows]
    whole = after[: after.rindex(f'"2"{delimiter}')]
    assert list(csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter))[1:] == cleaned
    assert after.startswith(content[: content.index("Home")].rstrip('"'))
    assert after.endswith(content[content.rindex(f'"2"{delimiter}') :])
    assert settled(path)


@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text(pack, end):
    path = Path(f"a.txt{pack}")
    text = BAD.replace("\n", end) + end
    path.write_bytes(PACK[pack](b"\xef\xbb\xbf" + text.encode()))
    assert fix(path) == 1
    assert UNPACK[pack](path.read_bytes()).decode() == "\ufeff" + clean_text(text)
    assert settled(path)


@pytest.mark.parametrize("codec", ["snappy", "gzip", "zstd", "none", "brotli", "lz4"])
def test_parquet(codec):
    table = pa.table(
        {
            "n": pa.array([3, 1, 2, None], pa.int16()),
            "text": TEXTS,
            "when": pa.array([1, 2, 3, 4], pa.timestamp("us", "UTC")),
            "tags": [["a"], [], None, ["b", "c"]],
        }
    ).replace_schema_metadata({"who": "me", "pandas": "{}"})
    pq.write_table(table, "a.parquet", compression=codec, row_group_size=2)
    before = pq.ParquetFile("a.parquet")
    assert fix("a.parquet") == 1
    after = pq.ParquetFile("a.parquet")
    assert after.read().drop(["text"]).to_pylist() == table.drop(["text"]).to_pylist()
    assert after.read()["text"].to_pylist() == [clean_text(text) for text in TEXTS]
    assert {k: v for k, v in after.metadata.metadata.items() if k != b"ARROW:schema"} == {
        b"who": b"me",
        b"pandas": b"{}",
    }
    assert [str(field.type).replace("large_", "") for field in after.schema_arrow][:3] == [
        "int16",
        "string",
        "timestamp[us, tz=UTC]",
    ]
    assert after.metadata.row_group(0).column(1).compression == before.metadata.row_group(0).column(1).compression
    assert after.num_row_groups == before.num_row_groups
    assert settled("a.parquet")


def test_parquet_with_types_that_would_change_stays(capsys):
    table = pa.table({"text": [BAD], "digest": pa.array([b"12345678"], pa.binary(8))})
    pq.write_table(table, "a.parquet")
    before = Path("a.parquet").read_bytes()
    assert fix("a.parquet") == 0
    assert "GH906 warning: " in capsys.readouterr().out
    assert Path("a.parquet").read_bytes() == before


@pytest.mark.parametrize("encoding", ["cp1256", "utf-16-le", "utf-16"])
def test_encodings_stay(encoding):
    Path("a.jsonl").write_bytes(
        "".join(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in TEXTS[:3]).encode(encoding)
    )
    assert fix("a.jsonl", "--encoding", encoding) == 1
    after = Path("a.jsonl").read_bytes().decode(encoding).splitlines()
    assert [json.loads(line)["text"] for line in after] == [clean_text(text) for text in TEXTS[:3]]
    assert settled("a.jsonl", "--encoding", encoding)


def test_byte_order_that_python_would_not_write_stays(capsys):
    before = b"\xfe\xff" + BAD.encode("utf-16-be")
    Path("a.txt").write_bytes(before)
    assert fix("a.txt", "--encoding", "utf-16") == 0
    assert "GH906" in capsys.readouterr().out
    assert Path("a.txt").read_bytes() == before


def test_characters_that_the_encoding_lacks(capsys):
    text = f"{BODY} &#20013;&#22269; was there."
    Path("a.txt").write_bytes(text.encode("cp1256"))
    Path("a.jsonl").write_bytes(json.dumps({"text": f"é {text}"}, ensure_ascii=False).encode("cp1256"))
    assert fix("a.txt", "--encoding", "cp1256") == 0
    assert "GH906 warning: " in capsys.readouterr().out
    assert Path("a.txt").read_bytes() == text.encode("cp1256")
    assert fix("a.jsonl", "--encoding", "cp1256") == 1
    assert rb"\u4e2d\u56fd" in Path("a.jsonl").read_bytes()
    assert settled("a.jsonl", "--encoding", "cp1256")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.zst"])
def test_damaged_file_stays(name, capsys):
    good = json.dumps({"text": BAD}) if "jsonl" in name else f'text\n"{BAD}"'
    packed = PACK[Path(name).suffix]((good + "\n" + good * 50).encode())[:-9]
    Path(name).write_bytes(packed)
    assert fix(name) == 0
    assert "GH904" in capsys.readouterr().out
    assert Path(name).read_bytes() == packed


def test_mode_link_and_gzip_header_stay():
    Path("deep").mkdir()
    real = Path("deep/real.txt.gz")
    out = io.BytesIO()
    with gzip.GzipFile("named.txt", "wb", 9, out, 1234567890) as stream:
        stream.write(BAD.encode())
    real.write_bytes(out.getvalue())
    real.chmod(0o640)
    Path("a.txt.gz").symlink_to(real)
    assert fix("a.txt.gz") == 1
    assert Path("a.txt.gz").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_bytes()[:20] == out.getvalue()[:20]
    assert sorted(path.name for path in Path("deep").iterdir()) == ["real.txt.gz"]


def test_interrupted_write_leaves_the_old_file(monkeypatch):
    Path("a.txt").write_text(BAD)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        fix("a.txt")
    assert Path("a.txt").read_text() == BAD
    assert [path.name for path in Path().iterdir()] == ["a.txt"]


def test_file_that_changes_meanwhile_stays(monkeypatch, capsys):
    Path("a.txt").write_text(BAD)
    read = rewriting.read_sheet

    def changed(*arguments):
        Path("a.txt").write_text("somebody else's work")
        return read(*arguments)

    monkeypatch.setattr(rewriting, "read_sheet", changed)
    assert fix("a.txt") == 0
    assert "changed while it was being checked" in capsys.readouterr().out
    assert Path("a.txt").read_text() == "somebody else's work"


@pytest.mark.parametrize("chosen", ["GH1", "GH2", "GH240", "GH112,GH113", "GH205,GH111"])
def test_part_of_the_codes_is_settled_too(chosen):
    texts = [
        *TEXTS,
        f"  {BAD}\n \n \nRead also:\nAnother story\n\n\nFollow us  ",
        f"Share\n{BODY}\n\n\nShare  \n\n{BAD}  ",
    ]
    Path("a.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    assert fix("a.jsonl", "--select", chosen) == 1
    assert settled("a.jsonl", "--select", chosen)
    assert main(["check", "a.jsonl", "--select", chosen]) == 0


def test_old_findings_are_left_alone():
    Path("a.jsonl").write_text(json.dumps({"id": "a", "text": BAD}) + "\n")
    main(["check", "a.jsonl", "--baseline", "old.json", "--write-baseline"])
    new = {"id": "a", "text": BAD.replace("Monday", "Mon&#100;ay")}
    Path("a.jsonl").write_text(json.dumps(new) + "\n")
    assert fix("a.jsonl", "--baseline", "old.json") == 1
    assert json.loads(Path("a.jsonl").read_text()) == {"id": "a", "text": BAD}
    assert settled("a.jsonl", "--baseline", "old.json")


def test_duplicates_are_reported_and_stay(capsys):
    row = json.dumps({"text": BODY}) + "\n"
    Path("a.jsonl").write_text(row * 2)
    assert fix("a.jsonl", "--duplicates") == 0
    assert "GH502" in capsys.readouterr().out
    assert Path("a.jsonl").read_text() == row * 2


def test_warnings_and_unreadable_rows_stay(capsys):
    before = json.dumps({"text": f"A letter \ufffd was lost. {BODY}"}) + '\n{"text": 3}\n'
    Path("a.jsonl").write_text(before)
    assert fix("a.jsonl") == 0
    assert {line.split()[1] for line in capsys.readouterr().out.splitlines()} == {"GH108", "GH902"}
    assert Path("a.jsonl").read_text() == before


def test_what_was_fixed_is_said(capsys):
    Path("a.txt").write_text(BAD)
    fix("a.txt")
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "a.txt:1:1: GH205 fixed: breadcrumb: 'Home » News\\n' goes"
    assert shown.err == "ghirbal: 2 findings, 0 warnings in 1 of 1 file, 2 fixed\n"


def test_repair_is_what_a_run_writes(desk):
    Path("a.jsonl").write_text("".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(TEXTS)))
    main(["clean", "a.jsonl", "-o", str(desk / "out")])
    fix("a.jsonl")
    fixed = [json.loads(line)["text"] for line in Path("a.jsonl").read_text().splitlines()]
    assert fixed == pl.read_parquet("out/documents/*.parquet")["text"].to_list()
