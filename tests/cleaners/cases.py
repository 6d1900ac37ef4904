"""Cases kept as data beside the tests."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def load(folder: str) -> list[dict]:
    """Read every case of a folder, in order of file and line."""
    return [
        json.loads(line)
        for path in sorted((HERE / folder).glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        if line
    ]
