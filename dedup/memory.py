"""Memory that nobody uses any more goes back to the system."""

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Let go of what the C library keeps of freed arrays, to have it at hand.

    Between two stages, or two steps of a search, it is of no use, for the next one needs arrays of other sizes. Where
    it is not glibc, there is no such call, and nothing happens.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
