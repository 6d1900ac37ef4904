"""How much there is to read, about, so that progress can say what is left."""

from collections.abc import Sequence
from typing import Final

from ghirbal.inputs import InputFile
from ghirbal.readers.footer import FooterError, row_groups
from ghirbal.readers.reading import Reading

UNPACKED: Final = {None: 1.0, "gzip": 3.5, "zstd": 4.0}
"""Bytes of news for a byte of a file."""


def to_read(files: Sequence[InputFile], reading: Reading) -> dict[str, int]:
    """Return `rows` or `size`, in bytes as batches count them: what a stage that reads these files will see."""
    if reading.limit is not None:
        return {"rows": reading.limit}
    return {"size": sum(map(_size, files))}


def _size(file: InputFile) -> int:
    if file.format != "parquet":
        return round(file.size * UNPACKED[file.compression])
    try:
        return sum(group.size for group in row_groups(file.path)[slice(*(file.groups or (None,)))])
    except (FooterError, OSError):  # the reader meets it too, and says so
        return file.size
