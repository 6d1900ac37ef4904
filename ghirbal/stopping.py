"""Requests to stop: an exception in what runs, and the end of the process where that does not get through."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, NoReturn

STOPPED: Final = "stopped"
GRACE = 10
"""Seconds in which what is under way may end."""


class Stopped(BaseException):
    """Ctrl-C or a request to end; the code is 128 and the number of the signal, as shells have it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in the main thread when somebody asks to stop."""
    before = {signal.SIGALRM: signal.getsignal(signal.SIGALRM)}
    before |= {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def heed() -> None:
    """Let Ctrl-C interrupt what waits, as Python has it: call this once Polars is imported.

    Polars catches SIGINT too, and asks the system to go on with what was interrupted (SA_RESTART). Then a command that
    waits for a lock or for input hears of it when the wait is over: after all that numba compiles, or never.
    """
    signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - it takes no keywords


def _stop(number: int, _: object) -> NoReturn:
    signal.signal(signal.SIGALRM, partial(_end, number))
    signal.alarm(GRACE)
    raise Stopped(number)


def _end(number: int, *_: object) -> NoReturn:
    """End at once, by which a job loses as little as by any kill.

    An exception that comes in the middle of a lock's own code leaves it locked, and who waits for it waits for ever.
    """
    os.write(2, f"ghirbal: error: {STOPPED}\n".encode())
    os._exit(128 + number)
