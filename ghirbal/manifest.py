"""Which parts of a job are finished, so that a killed job goes on where it stopped.

The file is a log of JSON lines: the job first, then one line for each finished
part with the checksums of its files. A line is written only when its files are
whole, and has a checksum of its own; one that a kill cut short or the disk
damaged does not count, and neither does a part whose files no longer have their
checksums: it is made again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import count, takewhile
from pathlib import Path
from threading import Lock
from typing import Any

from ghirbal.writers import write_beside

NAME = "manifest.jsonl"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_whole(path: Path, known: str) -> bool:
    """Tell whether a file is there and has the checksum that is known of it."""
    return path.is_file() and checksum(path) == known


def begun(work: Path) -> dict[str, Any] | None:
    """Return the job that a work folder holds finished parts of, None where there is nothing to lose."""
    lines = _lines(work / NAME)
    return lines[0] if len(lines) > 1 else None


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    job, *parts = map(unsealed, whole.split(b"\n"))
    return [] if job is None else [job, *(part for part in parts if part is not None)]


def sealed(noted: Mapping[str, Any]) -> bytes:
    """Return a line that notes something, with a checksum of its own."""
    return json.dumps({"noted": noted, "sha256": _digest(noted)}).encode() + b"\n"


def unsealed(line: bytes) -> dict[str, Any] | None:
    """Return what a line notes, None if it is not the line that was written.

    >>> unsealed(sealed({"rows": 1})), unsealed(sealed({"rows": 1}).replace(b"1", b"7"))
    ({'rows': 1}, None)
    """
    try:
        whole = json.loads(line)
        noted: dict[str, Any] = whole["noted"]
        return noted if whole["sha256"] == _digest(noted) else None
    except (ValueError, KeyError, TypeError):
        return None


def _digest(noted: Mapping[str, Any]) -> str:
    # Keys stay in their order: that of `kinds` is the order of the columns.
    return hashlib.sha256(json.dumps(noted).encode()).hexdigest()


class Manifest:
    """The finished parts of one job; files lie below `folders`, named by the keys of that mapping."""

    def __init__(self, job: Mapping[str, Any], *, work: Path, out: Path) -> None:
        self._folders = {"work": work, "out": out}
        self._parts: dict[tuple[str, int], dict[str, Any]] = {}
        self._lock = Lock()
        path = work / NAME
        lines = _lines(path)
        for line in lines[1:]:
            if all(is_whole(self._path(name), known) for name, known in line["files"].items()):
                self._parts[line["stage"], line["part"]] = line
        # Written anew rather than appended to: what a kill cut short must not meet the next line. And whole or not at
        # all: a kill at this moment must not forget what was finished.
        known = [sealed(line) for line in [job, *self._parts.values()]]
        write_beside(path, lambda stream: stream.writelines(known))
        self._log = path.open("ab", buffering=0)

    def _path(self, name: str) -> Path:
        folder, _, below = name.partition("/")
        return self._folders[folder] / below

    def finished(self, stage: str, part: int = 0) -> dict[str, Any] | None:
        """Return the facts noted about a finished part, None if it has to be made."""
        line = self._parts.get((stage, part))
        return None if line is None else line["facts"]

    def parts(self, stage: str) -> frozenset[int]:
        """Return the numbers of a stage's finished parts."""
        return frozenset(part for name, part in self._parts if name == stage)

    def first(self, stage: str) -> list[dict[str, Any]]:
        """Return what was noted about a stage's parts from the first to the last before any that has to be made."""
        numbers = takewhile(lambda part: (stage, part) in self._parts, count())
        return [self._parts[stage, part]["facts"] for part in numbers]

    def finish(
        self, stage: str, part: int = 0, *, files: Iterable[Path], facts: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Note that a part is finished; safe to call from several threads."""
        return self.note(stage, part, known={self._name(path): checksum(path) for path in files}, facts=facts)

    def note(
        self, stage: str, part: int = 0, *, known: Mapping[str, str], facts: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Note that a part is finished whose files have these checksums: `work/…` or `out/…` → SHA-256."""
        noted = dict(facts or {})
        line = {"stage": stage, "part": part, "files": dict(known), "facts": noted}
        with self._lock:
            self._parts[stage, part] = line
            self._log.write(sealed(line))
        return noted

    def results(self) -> dict[str, str]:
        """Return file → checksum for everything that was written to the result, in order of name."""
        files = {name: digest for line in self._parts.values() for name, digest in line["files"].items()}
        return {name.removeprefix("out/"): files[name] for name in sorted(files) if name.startswith("out/")}

    def _name(self, path: Path) -> str:
        for folder, where in self._folders.items():
            if path.is_relative_to(where):
                return f"{folder}/{path.relative_to(where).as_posix()}"
        raise ValueError(f"{path} lies in none of the job's folders")

    def close(self) -> None:
        """Close the log."""
        self._log.close()
