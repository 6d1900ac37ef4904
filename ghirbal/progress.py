"""How far a job has come: drawn on a terminal, told line by line on request, silent in a pipe, timed either way."""

import json
import resource
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

from ghirbal.options import Telling

DEFAULT: Final = Telling()
SECONDS_APART: Final = {"text": 0.1, "json": 10.0}
"""How often a stage is drawn, or logged, at most; on a terminal it is drawn each second even where nothing moves."""


class Progress:
    """Seconds, bytes and rows of each stage; `stream` sees what `telling` asks for."""

    def __init__(self, stream: TextIO | None = None, *, telling: Telling = DEFAULT) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._stream = stream
        self._telling = telling
        self._draws = stream is not None and stream.isatty() and telling.log_format == "text"
        self._logs = stream is not None and telling.log_format == "json"
        self._told = 0.0
        self._turn = threading.Lock()

    @contextmanager
    def stage(self, name: str, *, size: int = 0, rows: int = 0) -> Iterator["Stage"]:
        """Time one stage; `size` is the bytes that it will read, `rows` how many it is about, where that is known.

        >>> progress = Progress()
        >>> with progress.stage("read") as stage:
        ...     stage.advance(rows=3, size=2_000_000)
        >>> progress.stages["read"]["rows"]
        3
        """
        stage = Stage(self, name, size, rows)
        self._told = time.monotonic()
        with self._ticking(stage):
            yield stage
        seconds = time.monotonic() - stage.began
        self.stages[name] = {
            "seconds": round(seconds, 3),
            "rows": stage.rows,
            "MB": round(stage.done / 1e6, 3),
            "MB/s": round(stage.done / 1e6 / max(seconds, 1e-9), 1),
            "rows/s": round(stage.rows / max(seconds, 1e-9)),
            "peak MB so far": round(peak_memory() / 1e6, 1),
        }
        self.log("stage", f"{stage.told()}, peak {peak_memory() / 1e6:,.0f} MB", stage=name, **self.stages[name])

    def log(self, event: str, sentence: str, **facts: Any) -> None:
        """Log something that is over: as JSON where that was asked for, else as a sentence under --verbose."""
        if self._stream is None:
            return
        if self._logs:
            self._stream.write(log_line(event, **facts))
        elif self._telling.verbose:
            self._stream.write(f"ghirbal: {sentence}\n")

    def tell(self, stage: "Stage") -> None:
        """Draw or log how far a stage has come, unless that was done a moment ago."""
        now = time.monotonic()
        if not (self._draws or self._logs) or now - self._told < SECONDS_APART[self._telling.log_format]:
            return
        with self._turn:
            self._told = now
            if self._logs:
                self._write(log_line("progress", stage=stage.name, rows=stage.rows, MB=round(stage.done / 1e6, 3)))
            else:
                self._write(f"\r\x1b[K{stage.told()[: shutil.get_terminal_size().columns - 1]}")

    @contextmanager
    def _ticking(self, stage: "Stage") -> Iterator[None]:
        """Tell how a stage fares, once a second, from a thread of its own; nothing to tell, no thread."""
        over = threading.Event()

        def tick() -> None:
            while not over.wait(1.0):
                self.tell(stage)

        ticker = threading.Thread(target=tick, name="progress", daemon=True)
        if self._draws or self._logs:
            ticker.start()
        try:
            yield
        finally:
            over.set()
            if ticker.is_alive():
                ticker.join()
            if self._draws:
                self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()


class Stage:
    """What one stage has done so far, of `size` bytes or `total` rows where one of them is known."""

    def __init__(self, progress: Progress, name: str, size: int, total: int) -> None:
        self.name = name
        self.rows = 0
        self.done = 0
        self.awaited = ""
        self.began = time.monotonic()
        self._progress = progress
        self._size = size
        self._total = total

    def advance(self, *, rows: int, size: int) -> None:
        """Count some rows and bytes as done."""
        self.rows += rows
        self.done += size
        self._progress.tell(self)

    @contextmanager
    def awaiting(self, what: str) -> Iterator[None]:
        """Say what the stage waits for, in place of how far it is.

        >>> with Progress().stage("read") as stage, stage.awaiting("waiting for the disk"):
        ...     stage.told()
        'read: waiting for the disk, 0 s'
        """
        self.awaited = what
        try:
            yield
        finally:
            self.awaited = ""

    def told(self) -> str:
        """Say how far the stage is: share, rows, bytes, speed, and the time that is left or that went by."""
        seconds = time.monotonic() - self.began
        if self.awaited:
            return f"{self.name}: {self.awaited}, {duration(seconds)}"
        share = self._share()
        facts = [f"{100 * share:.0f} %"] if share else []
        facts.append(f"{self.rows or self._total:,} rows" if self.rows or self._total else "")
        if self.done:
            facts += [f"{self.done / 1e6:,.0f} MB", f"{self.done / 1e6 / max(seconds, 1e-9):,.1f} MB/s"]
        facts.append(f"{duration(seconds * (1 - share) / share)} left" if 0 < share < 1 else duration(seconds))
        return f"{self.name}: {', '.join(filter(None, facts))}"

    def _share(self) -> float:
        """Return the share that is done, 0 where that is not known."""
        if self._size:
            return min(1.0, self.done / self._size)
        return min(1.0, self.rows / self._total) if self._total else 0.0


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> duration(7.4), duration(200), duration(7_500)
    ('7 s', '3 min', '2 h 5 min')
    """
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def log_line(event: str, **facts: Any) -> str:
    """Return a line of JSON about something that happened, with the time.

    >>> sorted(json.loads(log_line("note", note="so it is")))
    ['event', 'note', 'time']
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps({"time": now, "event": event, **facts}, ensure_ascii=False) + "\n"


def peak_memory() -> int:
    """Return the most bytes that this process has held at once (Linux counts in kB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
