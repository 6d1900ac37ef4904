"""A folder that remembers what earlier batches kept, so that a later one is compared with it.

The manifest, `index.json`, says which segments there are and what their keys
depend on. A segment is written beside the others and counts from the moment
that the manifest is renamed: a killed append leaves the index as it was.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from dedup import Rule
from dedup.index import mismatch, pins
from ghirbal.errors import UsageError
from ghirbal.index_segments import Segment, merged
from ghirbal.writers import write_beside

MANIFEST: Final = "index.json"
VERSION: Final = 3
"""Version of the files; whoever changes what a segment holds adds one."""
MOST_SEGMENTS: Final = 16
"""Segments beside the newest, from which on small neighbours are merged: each one is read at every append."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index as one batch sees it: the segments from before that batch.

    `batch` is the digest of the job; `appended` says that the index holds its
    batch already, for a call that was killed after that goes on, and one that
    is repeated gets the answer of the first.
    """

    folder: Path
    pinned: dict[str, Any]
    segments: tuple[Segment, ...]
    batch: str
    appended: bool

    @property
    def state(self) -> dict[str, Any]:
        """What the answer depends on: which batches came before, whatever segments they are in by now."""
        batches = [batch for segment in self.segments for batch in segment.batches]
        return {"batches": len(batches), "digest": digest(batches)}

    @property
    def firsts(self) -> list[int]:
        """Place of each segment's first rank in the order of all that is stored."""
        return [sum(segment.ranks for segment in self.segments[:number]) for number in range(len(self.segments))]


def digest(values: object) -> str:
    """Return a digest of plain values.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def pinned(articles: Rule, paragraphs: Rule | None, paragraph_words: int) -> dict[str, Any]:
    """Say in plain values what the keys of an index depend on."""
    return {
        "version": VERSION,
        "articles": pins(articles),
        "paragraphs": None if paragraphs is None else {**pins(paragraphs), "min_words": paragraph_words},
    }


def open_index(folder: Path, wanted: dict[str, Any], batch: str) -> Index:
    """Open an index, or begin one, for a batch; UsageError where the two do not go together."""
    noted = _read(folder)
    if noted is None:
        return Index(folder, wanted, (), batch, appended=False)
    _check_pins(folder, noted["pins"], wanted)
    segments = [Segment.load(folder, segment) for segment in noted["segments"]]
    for number, segment in enumerate(segments):
        if segment.batches == (batch,):
            return Index(folder, wanted, tuple(segments[:number]), batch, appended=True)
        if batch in segment.batches:
            raise UsageError(
                f"{folder} holds this batch already, merged with later ones; what is in an index cannot be told apart "
                "from it again"
            )
    return Index(folder, wanted, tuple(segments), batch, appended=False)


def look_up(folder: Path, articles: Rule) -> Index:
    """Open an index to look articles up in; UsageError where there is none, or its keys are of another rule."""
    noted = _read(folder)
    if noted is None:
        raise UsageError(f"{folder} holds no index to look up in; ghirbal run --index begins one")
    wanted = {**pinned(articles, None, 0), "paragraphs": noted["pins"]["paragraphs"]}
    _check_pins(folder, noted["pins"], wanted)
    segments = tuple(Segment.load(folder, segment) for segment in noted["segments"])
    return Index(folder, wanted, segments, batch="", appended=False)


def append(index: Index, write: Callable[[Path], Segment]) -> None:
    """Add the segment of a batch: written by `write` into the folder given, and there once the manifest says so."""
    noted = _read(index.folder)
    used = {segment.folder.name for segment in index.segments}
    for stale in index.folder.glob("segment-*"):
        if stale.name not in used:
            shutil.rmtree(stale)
    number = noted["next"] if noted else 0
    segments = [*index.segments, write(_segment(index.folder, number))]
    _commit(index, segments, number + 1)
    while len(segments) - 1 > MOST_SEGMENTS:
        number += 1
        # The newest stays apart: its own job may be killed before it ends, and must find what was there before.
        at = min(range(len(segments) - 2), key=lambda i: segments[i].documents + segments[i + 1].documents)
        pair = segments[at : at + 2]
        segments[at : at + 2] = [merged(pair[0], pair[1], _segment(index.folder, number))]
        _commit(index, segments, number + 1)
        for segment in pair:
            shutil.rmtree(segment.folder)


def _segment(folder: Path, number: int) -> Path:
    return folder / f"segment-{number:05}"


def _commit(index: Index, segments: Sequence[Segment], number: int) -> None:
    _sync(index.folder)
    whole = {"pins": index.pinned, "next": number, "segments": [segment.noted() for segment in segments]}
    text = json.dumps(whole, indent=1).encode() + b"\n"

    def write(stream: BinaryIO) -> None:
        stream.write(text)

    write_beside(index.folder / MANIFEST, write)


def _sync(folder: Path) -> None:
    """Let the names in a folder reach the disk: a manifest must not name what a power cut takes away."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(folder: Path) -> dict[str, Any] | None:
    path = folder / MANIFEST
    if not path.is_file():
        others = [child.name for child in folder.iterdir() if not child.name.startswith(("segment-", MANIFEST))]
        if others:
            raise UsageError(f"{folder} is not an index: it holds {min(others)} and no {MANIFEST}")
        return None
    try:
        noted = json.loads(path.read_bytes())
        version = noted["pins"]["version"]
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is damaged: the index has to be made again from its batches") from None
    if version != VERSION:
        raise UsageError(f"{path} is of version {version}, this ghirbal reads {VERSION}: begin another index")
    for segment in noted["segments"]:
        if not (folder / segment["folder"]).is_dir():
            raise UsageError(f"{folder} is no longer whole: {segment['folder']} is missing; begin another index")
        if not Segment.load(folder, segment).is_whole(segment):
            raise UsageError(
                f"{folder} is no longer whole: files of {segment['folder']} are damaged or missing; put them back from "
                "a copy, or begin another index"
            )
    return dict(noted)


def _check_pins(folder: Path, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse keys that cannot be compared.

    >>> _check_pins(Path("index"), pinned(Rule(2, 0.5), None, 20), pinned(Rule(3, 0.5), None, 20))
    Traceback (most recent call last):
        ...
    ghirbal.errors.UsageError: index was made for articles with shingles of another length (2, not 3); give the \
options it was made with, or begin another index
    """
    for kind in ("articles", "paragraphs"):
        before, now = stored[kind], wanted[kind]
        if (before is None) != (now is None):
            wrong = f"{'without' if before is None else 'with'} {kind}"
        elif before is None or (how := mismatch(before, now)) is None:
            continue
        else:
            wrong = f"for {kind} with {how}"
        raise UsageError(f"{folder} was made {wrong}; give the options it was made with, or begin another index")
