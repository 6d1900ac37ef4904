"""What the C library keeps of freed arrays goes back to the system."""

from pathlib import Path

import numpy as np

from dedup.memory import give_back


def resident():
    """Pages of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_freed_arrays_between_others_go_back():
    arrays = [np.ones(4096) for _ in range(4000)]  # 128 MB in pieces of eight pages
    kept = arrays[::50]
    del arrays
    before = resident()
    give_back()
    assert before - resident() > 20_000
    assert len(kept) == 80
