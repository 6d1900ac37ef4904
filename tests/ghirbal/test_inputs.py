import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ghirbal.errors import InputError
from ghirbal.evidence import TABLES
from ghirbal.inputs import find_inputs, fingerprint


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def names(*inputs: str | Path, outputs: tuple[Path, ...] = ()) -> list[str]:
    return [file.name for file in find_inputs(inputs, outputs=outputs)]


def test_a_folder_is_read_recursively_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b/x.jsonl",
        "a.csv",
        "b/c/y.txt.gz",
        ".hidden.txt",
        ".git/z.txt",
        "README.md",
        "b/n.tar.gz",
        "K.TSV",
    )
    assert names(tmp_path) == ["K.TSV", "a.csv", "b/c/y.txt.gz", "b/x.jsonl"]
    assert [(file.format, file.compression) for file in find_inputs([tmp_path])] == [
        ("tsv", None),
        ("csv", None),
        ("txt", "gzip"),
        ("jsonl", None),
    ]


def test_a_file_has_its_own_name(tmp_path: Path) -> None:
    make(tmp_path, "b/x.jsonl")
    assert names(tmp_path / "b" / "x.jsonl") == ["x.jsonl"]


def test_names_of_several_inputs_are_unique(tmp_path: Path) -> None:
    make(tmp_path, "2015/07/x.jsonl", "2015/08/x.jsonl", "2015/08/y.jsonl", "other/x.jsonl")
    assert names(tmp_path / "2015" / "07", tmp_path / "2015" / "08") == [
        "07/x.jsonl",
        "08/x.jsonl",
        "08/y.jsonl",
    ]
    assert names(tmp_path / "2015/08/y.jsonl", tmp_path / "2015/08/x.jsonl") == ["x.jsonl", "y.jsonl"]
    assert names(tmp_path / "2015" / "07", tmp_path / "other/x.jsonl") == ["2015/07/x.jsonl", "other/x.jsonl"]


def test_what_several_inputs_name_is_read_once(tmp_path: Path) -> None:
    make(tmp_path, "a/x.jsonl", "a/y.jsonl")
    assert names(tmp_path / "a", tmp_path / "a" / "x.jsonl", tmp_path / "a") == ["x.jsonl", "y.jsonl"]


def test_globs(tmp_path: Path) -> None:
    make(tmp_path, "07/x.jsonl", "08/x.jsonl", "08/y.csv", "08/n.md", "09/deep/z.txt", ".no/x.jsonl")
    assert names(str(tmp_path / "*" / "*.jsonl")) == ["07/x.jsonl", "08/x.jsonl"]
    assert names(str(tmp_path / "0[89]")) == ["08/x.jsonl", "08/y.csv", "09/deep/z.txt"]
    assert names(str(tmp_path / "**" / "*.txt")) == ["09/deep/z.txt"]
    assert names(str(tmp_path / "08" / "*")) == ["x.jsonl", "y.csv"]


def test_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    make(tmp_path, "a[1].txt", "a1.txt")
    assert names(tmp_path / "a[1].txt") == ["a[1].txt"]


@pytest.mark.parametrize("name", ["with space.txt", "مقال.txt", "a\nb.txt", "quote'\".txt", "%41.txt", "e\u0301.txt"])
def test_names_of_any_kind(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    assert names(tmp_path) == [name]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    try:
        Path(os.fsdecode(path)).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert names(tmp_path) == ["\\xff.txt"]


def test_links(tmp_path: Path) -> None:
    make(tmp_path, "in/z/x.txt", "outside/y.txt", "outside/far.txt")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "z" / "up").symlink_to("..", target_is_directory=True)
    (tmp_path / "in" / "a").symlink_to("z", target_is_directory=True)
    (tmp_path / "in" / "again.txt").symlink_to("z/x.txt")
    (tmp_path / "in" / "far.txt").symlink_to(tmp_path / "outside" / "far.txt")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert names(tmp_path / "in") == ["out/far.txt", "out/y.txt", "z/x.txt"]


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    make(tmp_path, "in/x.txt")
    (tmp_path / "in" / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(InputError, match=r"cannot read .*/in/loop\.txt: Too many levels of symbolic links"):
        names(tmp_path)


def test_ten_thousand_files(tmp_path: Path) -> None:
    for i in range(100):
        make(tmp_path, *(f"{i:02}/{j:02}.txt" for j in range(100)))
    assert len(names(tmp_path)) == 10_000


def test_the_output_is_not_its_own_input(tmp_path: Path) -> None:
    make(tmp_path, "x.jsonl", "out/documents/part-00000.parquet", "out/.work/a.jsonl")
    out = tmp_path / "out"
    assert names(tmp_path, outputs=(out,)) == ["x.jsonl"]
    for inside in (out, out / "documents", str(out / "documents" / "part-00000.parquet")):
        with pytest.raises(InputError, match=f"lies in {out}, where the job writes: let it write elsewhere"):
            find_inputs([inside], outputs=[out])
    with pytest.raises(InputError, match="nothing to read"):
        find_inputs([str(tmp_path / "o*")], outputs=[out])


def test_of_an_earlier_result_only_the_documents_are_read(tmp_path: Path) -> None:
    result = [f"clean/{folder}/part-00000.parquet" for folder in ("documents", *TABLES)]
    make(tmp_path, "x.jsonl", *result, "clean/quarantine.jsonl", "clean/report.json")
    assert names(tmp_path) == ["clean/documents/part-00000.parquet", "x.jsonl"]
    assert names(tmp_path / "clean") == ["documents/part-00000.parquet"]
    assert names(tmp_path / "clean" / "edits") == ["part-00000.parquet"]  # what is named is read
    (tmp_path / "clean" / "flags" / "part-00000.parquet").unlink()
    (tmp_path / "clean" / "flags").rmdir()  # so it is no result
    assert len(names(tmp_path / "clean")) == 5


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    make(tmp_path, "README.md")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "gone.txt").symlink_to("nowhere")
    (tmp_path / "self.txt").symlink_to("self.txt")
    for given, sentence in [
        ("nothing", "no such file or folder: "),
        ("no*.txt", "no file matches "),
        ("README.md", "cannot tell the format of "),
        ("empty", "nothing to read in "),
        ("pipe.txt", "it is no regular file"),
        ("broken", "cannot read .*gone.txt"),
        ("broken/gone.txt", "it is a link to nothing"),
        ("self.txt", "cannot read "),
    ]:
        with pytest.raises(InputError, match=sentence):
            find_inputs([tmp_path / given])
    with pytest.raises(InputError, match="no INPUT was given"):
        find_inputs([])


@pytest.fixture
def anybody() -> Iterator[None]:
    """Somebody who may not read everything, also where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    yield
    os.seteuid(user)


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder outside pytest's own, which is root's alone where root runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        make(folder, "file/x.txt", "folder/sub/x.txt")
        (folder / "file" / "x.txt").chmod(0)
        (folder / "folder" / "sub").chmod(0)
        yield folder
        (folder / "folder" / "sub").chmod(0o755)


@pytest.mark.usefixtures("anybody")
def test_permission_denied(locked: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*x\.txt: Permission denied"):
        find_inputs([locked / "file"])
    with pytest.raises(InputError, match=r"cannot read the folder .*sub: Permission denied"):
        find_inputs([locked / "folder"])
    with pytest.raises(InputError, match=r"cannot read .*: Permission denied"):
        find_inputs([locked / "folder" / "sub" / "x.txt"])
    with pytest.raises(InputError, match=r"cannot read .*: File name too long"):
        find_inputs([locked / ("x" * 5000)])


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    (file,) = find_inputs([tmp_path])
    assert fingerprint(file) == hashlib.sha256(b"a.txt").hexdigest()
    file.path.unlink()
    with pytest.raises(InputError, match="cannot read"):
        fingerprint(file)
