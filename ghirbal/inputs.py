"""Find the files that the INPUT arguments name."""

import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ghirbal.errors import InputError
from ghirbal.evidence import TABLES

TEXT_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".txt": "txt", ".wet": "wet"}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
KNOWN = ".jsonl .ndjson .csv .tsv .txt .wet (also as .gz or .zst) and .parquet"
HASHED_AT_ONCE = 1 << 20
DOCUMENTS = "documents"
"""What is read of a result that an earlier job left below an INPUT: its evidence would come back as articles."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read, with the name that stands for it in every table of the output."""

    path: Path
    name: str
    format: str
    compression: str | None
    size: int
    groups: tuple[int, int] | None = None  # the row groups of a Parquet file from … to, None: all


def format_of(path: Path) -> tuple[str, str | None] | None:
    """Format and compression that a file's name tells, or None for a name that tells none.

    >>> format_of(Path("day/A.JSONL.gz")), format_of(Path("notes.md"))
    (('jsonl', 'gzip'), None)
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-1] if suffixes else ""
    if last == ".parquet":
        return "parquet", None
    compression = COMPRESSIONS.get(last)
    if compression:
        last = suffixes[-2] if len(suffixes) > 1 else ""
    format_ = TEXT_FORMATS.get(last)
    return (format_, compression) if format_ else None


def find_inputs(inputs: Sequence[str | Path], *, outputs: Sequence[Path] = ()) -> list[InputFile]:
    """Files that the INPUT arguments name, sorted by name.

    A folder is read recursively; hidden files and files of other formats in it
    are left out, and so are the folders in `outputs` (so `run . -o out` reads
    the same the second time). Of the result of an earlier job, known by its
    tables of evidence, only the documents are read. A name is the path below the INPUT folder; for
    several INPUTs, below the deepest folder that holds them all. So a name is
    unique, and does not change when the whole tree moves. A file that several
    INPUTs or links lead to is read once, under its own name rather than a link's.
    """
    if not inputs:
        raise InputError("no INPUT was given: name a file, a folder or a glob")
    if not all(map(str, inputs)):  # the current folder, by the rules of paths; by those of shells, a variable unset
        raise InputError("an INPUT is empty: name a file, a folder or a glob")
    ours = [Path(os.path.realpath(output)) for output in outputs]
    roots: list[str] = []
    found: list[Path] = []
    for given in inputs:
        try:
            root, paths = _expand(str(given), ours)
        except OSError as error:
            raise InputError(f"cannot read {error.filename or given}: {error.strerror}") from error
        if not paths:
            raise InputError(f"nothing to read in {given}: no file there ends in {KNOWN}")
        roots.append(root)
        found += paths
    base = os.path.commonpath(roots)
    files: dict[str, InputFile] = {}
    for path in sorted(found, key=lambda path: (path.is_symlink(), str(path))):
        files.setdefault(os.path.realpath(path), _input_file(path, base))
    return sorted(files.values(), key=lambda file: file.name)


def fingerprint(file: InputFile) -> str:
    """SHA-256 of the file's bytes as they lie on the disk.

    Content, not time: a copy of an archive is the same input. SHA-256 reads
    1,080 MB/s here, where processors bring it in hardware (blake2b 370), and
    lets go of the interpreter lock, so it may run in a thread beside the job.
    """
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(HASHED_AT_ONCE):
                digest.update(block)
    except OSError as error:
        raise InputError(f"cannot read {file.path}: {error.strerror}") from error
    return digest.hexdigest()


def _expand(given: str, ours: list[Path]) -> tuple[str, list[Path]]:
    """Folder below which the names of this INPUT are told, and its files."""
    path = Path(os.path.abspath(given))  # noqa: PTH100  (Path.resolve would follow links)
    if path.exists():
        output = next((one for one in ours if Path(os.path.realpath(path)).is_relative_to(one)), None)
        if output is not None:
            raise InputError(f"the input {given} lies in {output}, where the job writes: let it write elsewhere")
        if path.is_dir():
            return str(path), list(_walk(path, ours))
        if format_of(path) is None:
            raise InputError(f"cannot tell the format of {given}: known are {KNOWN}")
        return str(path.parent), [path]
    if path.is_symlink():
        raise InputError(f"cannot read {given}: it is a link to nothing")
    if "://" in given:
        raise InputError(
            f"cannot read {given}: the command reads files of this machine; mount it or copy it, or read it in Python "
            "with polars.scan_parquet"
        )
    if not glob.has_magic(given):
        raise InputError(f"no such file or folder: {given}")
    matches = [Path(os.path.abspath(match)) for match in glob.glob(given, recursive=True)]  # noqa: PTH100, PTH207 - as above; Path.glob takes no absolute pattern
    if not matches:
        raise InputError(f"no file matches {given}")
    plain = str(path)[: next(i for i, char in enumerate(str(path)) if char in "*?[")]
    paths = [file for match in matches for file in _below(match, ours)]
    return str(Path(plain + "x").parent), paths


def _below(path: Path, ours: list[Path]) -> Iterator[Path]:
    if path.is_dir():
        yield from _walk(path, ours)
    elif format_of(path) and not any(Path(os.path.realpath(path)).is_relative_to(output) for output in ours):
        yield path


def _walk(folder: Path, ours: list[Path]) -> Iterator[Path]:
    """Files below a folder; each real folder once, and by its own name where it has one."""
    seen = {str(output) for output in ours}
    folders, links = [folder], list[Path]()
    while folders or links:
        here = folders.pop() if folders else links.pop(0)
        real = os.path.realpath(here)
        if real in seen:
            continue
        seen.add(real)
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(f"cannot read the folder {here}: {error.strerror}") from error
        if TABLES.keys() <= {entry.name for entry in entries}:
            entries = [entry for entry in entries if entry.name == DOCUMENTS]
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if entry.is_dir():
                (links if entry.is_symlink() else folders).append(path)
            elif format_of(path):
                yield path


def _input_file(path: Path, base: str) -> InputFile:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"cannot read {path}: it is no regular file")
        path.open("rb").close()  # hours later would be too late to hear that it is not allowed
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    format_, compression = format_of(path) or ("", None)
    name = path.relative_to(base).as_posix()
    # A name that is not UTF-8 has to go into tables of UTF-8 all the same.
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    return InputFile(path, shown, format_, compression, status.st_size)
