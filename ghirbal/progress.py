"""How far a job has come: drawn on a terminal, silent in a pipe, and timed either way."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Seconds, bytes and rows of each stage; `stream` sees them only if it is a terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._stream = stream if stream is not None and stream.isatty() else None
        self._drawn = 0.0

    @contextmanager
    def stage(self, name: str, *, size: int = 0) -> Iterator["Stage"]:
        """Time one stage; `size` is the bytes it will read, if that is known.

        >>> progress = Progress()
        >>> with progress.stage("read") as stage:
        ...     stage.advance(rows=3, size=2_000_000)
        >>> progress.stages["read"]["rows"]
        3
        """
        stage = Stage(self, name, size)
        began = time.perf_counter()
        try:
            yield stage
        finally:
            self._clear()
        seconds = time.perf_counter() - began
        self.stages[name] = {
            "seconds": round(seconds, 3),
            "rows": stage.rows,
            "MB": round(stage.done / 1e6, 3),
            "MB/s": round(stage.done / 1e6 / max(seconds, 1e-9), 1),
            "rows/s": round(stage.rows / max(seconds, 1e-9)),
            "peak MB so far": round(peak_memory() / 1e6, 1),
        }

    def draw(self, name: str, rows: int, done: int, size: int) -> None:
        """Draw one line, at most ten times a second."""
        now = time.monotonic()
        if self._stream is None or now - self._drawn < 0.1:
            return
        self._drawn = now
        share = f"{min(100, 100 * done // size)} %, " if size else ""
        self._stream.write(f"\r\x1b[K{name}: {share}{rows:,} rows, {done / 1e6:,.0f} MB")
        self._stream.flush()

    def _clear(self) -> None:
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


class Stage:
    """What one stage has done so far."""

    def __init__(self, progress: Progress, name: str, size: int) -> None:
        self.rows = 0
        self.done = 0
        self._progress = progress
        self._name = name
        self._size = size

    def advance(self, *, rows: int, size: int) -> None:
        """Count some rows and bytes as done."""
        self.rows += rows
        self.done += size
        self._progress.draw(self._name, self.rows, self.done, self._size)


def peak_memory() -> int:
    """Return the most bytes that this process has held at once (Linux counts in kB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
