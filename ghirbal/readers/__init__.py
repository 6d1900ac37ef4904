"""Read files of every format in bounded batches."""

from ghirbal.readers.batches import host, read
from ghirbal.readers.reading import Batch, Reading, Reject

__all__ = ["Batch", "Reading", "Reject", "host", "read"]
