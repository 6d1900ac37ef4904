"""Read files of every format in bounded batches."""

from ghirbal.fields import Fields
from ghirbal.readers.batches import host, read
from ghirbal.readers.reading import Batch, Reading, Reject

__all__ = ["Batch", "Fields", "Reading", "Reject", "host", "read"]
