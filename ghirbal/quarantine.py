"""Write what could not be read, one line of JSON for each row."""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ghirbal.readers import Reject
from ghirbal.writers import write_beside


def reject_line(reject: Reject) -> bytes:
    """Line of quarantine.jsonl for a row, or for the unreadable rest of a file.

    >>> reject_line(Reject("a.jsonl", 3, 120, "text is null", b'{"id"')).decode().strip()
    '{"file":"a.jsonl","row":3,"offset":120,"error":"text is null","head":"eyJpZCI="}'
    """
    line = {
        "file": reject.file,
        "row": reject.row,
        "offset": reject.offset,
        "error": reject.error,
        "head": b64encode(reject.head).decode("ascii"),
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_quarantine(path: Path, pieces: Iterable[Path]) -> None:
    """Write the file, whole or not at all, from pieces that hold its lines."""

    def write(stream: BinaryIO) -> None:
        for piece in pieces:
            with piece.open("rb") as lines:
                shutil.copyfileobj(lines, stream)

    write_beside(path, write)
