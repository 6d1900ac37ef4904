"""The folder of a result: who may write in it, and whether it is new, unfinished or finished."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ghirbal.errors import InputError, UsageError
from ghirbal.manifest import NAME, Manifest, begun, is_whole
from ghirbal.plan import Plan
from ghirbal.spill import Spill
from ghirbal.writers import write_beside

FOLDERS = ("documents", "edits", "flags", "decisions", "paragraphs")
FILES = ("quarantine.jsonl", "run.json", "timings.json", "report.json", "report.html")
RUN = "run.json"
TOLD = {"job", "counts", "notes", "files"}
"""What run.json has whatever was done."""


@dataclass(frozen=True, slots=True)
class Output:
    """A result that is being made, in the hands of one process."""

    out: Path
    work: Path
    manifest: Manifest
    resumed: bool

    @property
    def spill(self) -> Spill:
        """Where the tables between the stages lie."""
        return Spill(self.work)


def read_run(out: Path) -> dict[str, Any] | None:
    """Return run.json of a finished result, None if there is none: it is written last."""
    path = out / RUN
    if not path.is_file():
        return None
    try:
        run = json.loads(path.read_bytes())
    except ValueError:
        raise UsageError(f"{path} is damaged; --overwrite makes the result again") from None
    objects = ("job", "files")
    if not (isinstance(run, dict) and run.keys() >= TOLD and all(isinstance(run[name], dict) for name in objects)):
        raise UsageError(f"{path} was not written by ghirbal; --overwrite replaces it")
    return run


def finished_run(out: Path) -> dict[str, Any]:
    """Return run.json of a result to tell about; InputError if there is none."""
    run = read_run(out) if out.is_dir() else None
    if run is None:
        raise InputError(f"{out} holds no finished result: there is no {RUN} in it")
    return run


def check_tables(out: Path, run: Mapping[str, Any]) -> None:
    """Check that every part of every table is there; InputError names one that is not."""
    missing = [name for name in run["files"] if "/" in name and not (out / name).is_file()]
    if missing:
        raise InputError(f"{out} is no longer whole: {missing[0]} is missing; the job with --overwrite makes it again")


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Hold `out` alone: a second process is refused. The lock goes with the process, however it ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{out} is a file, but the result needs a folder") from None
    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another ghirbal is writing to {out} at this moment") from None
        yield
    finally:
        os.close(handle)


def finished(plan: Plan) -> dict[str, Any] | None:
    """Return run.json if `out` holds this job's result already, None if it has to be made."""
    if plan.options.overwrite:
        return None
    out = plan.out
    run = read_run(out)
    if run is None:
        return None
    if run["job"] != plan.job:
        how = difference(run["job"], plan.job)
        raise UsageError(f"{out} holds a result made {how}; --overwrite replaces it")
    for name, known in run["files"].items():
        if not is_whole(out / name, known):
            what = "damaged" if (out / name).is_file() else "missing"
            raise UsageError(f"{out} is no longer whole: {name} is {what}; --overwrite makes it again")
    return run


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say in which way a result was made differently.

    >>> difference({"recipe": "news", "inputs": []}, {"recipe": "encoding", "inputs": []})
    'with another recipe'
    >>> difference({"options": {"threshold": 0.5}, "versions": 1}, {"options": {"threshold": 0.6}, "versions": 2})
    'with other options (--threshold) and by other versions of the programs'
    """
    told, own = (made.get("options", {}) for made in (before, now))
    options = ", ".join(f"--{name.replace('_', '-')}" for name in own if own[name] != told.get(name))
    names = {
        "command": "by another command",
        "inputs": "from other input",
        "recipe": "with another recipe",
        "code": "with other code in its recipe",
        "rules": "by other rules",
        "options": f"with other options ({options})" if options else "with other options",
        "index": "beside an index in another state",
        "batches": "with batches of another size",
        "engine": "on another engine",
        "versions": "by other versions of the programs",
    }
    differing = [words for name, words in names.items() if before.get(name) != now.get(name)]
    return " and ".join(differing) or "differently"


@contextmanager
def unfinished(plan: Plan) -> Iterator[Output]:
    """Make a new result in `out` or go on with a killed one; the work folder goes only when all is well."""
    out, place = plan.out, plan.work
    before = begun(place)
    if plan.options.overwrite and before != plan.begun:
        _remove(out)
        shutil.rmtree(place, ignore_errors=True)
        before = None
    elif before is not None and before != plan.begun:
        raise UsageError(
            f"{out} holds an unfinished result made {difference(before, plan.begun)}; --overwrite starts anew"
        )
    elif before is None:
        for name in (*FOLDERS, *FILES):
            if (out / name).exists():
                raise UsageError(f"{out / name} is in the way; --overwrite replaces it")
    place.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(plan.begun, work=place, out=out)
    try:
        yield Output(out, place, manifest, resumed=before is not None)
    finally:
        manifest.close()
        if begun(place) is None and [path.name for path in place.iterdir()] == [NAME]:  # nothing to go on with
            discard_work(plan)
    discard_work(plan)


def seal(output: Output, run: dict[str, Any], *, timings: Mapping[str, Any]) -> dict[str, Any]:
    """End a job: drop what killed calls left between the results, then write run.json: it is finished."""
    files = output.manifest.results()
    for folder in FOLDERS:
        for path in (output.out / folder).iterdir():
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    write_beside(output.out / "timings.json", lambda stream: _dump(stream, timings))
    whole = {**run, "files": files}
    write_beside(output.out / RUN, lambda stream: _dump(stream, whole))
    return whole


def _dump(stream: BinaryIO, values: Mapping[str, Any]) -> None:
    # What stands for the bytes of a folder whose name is no UTF-8 is written as JSON spells it, and read back so.
    stream.write(json.dumps(values, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n")


def discard_work(plan: Plan) -> None:
    """Delete the work folder of a finished result, and the folder named for it if nothing else is there."""
    shutil.rmtree(plan.work, ignore_errors=True)
    if plan.options.work is not None:
        with suppress(OSError):
            plan.work.parent.rmdir()


def _remove(out: Path) -> None:
    """Take away what a job writes, and nothing else that lies in the folder."""
    (out / RUN).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    for name in FILES:
        (out / name).unlink(missing_ok=True)
