"""Errors of tasks told as what they were: one sentence, not two tracebacks of two languages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import PySparkException

from ghirbal.errors import InputError, UsageError

_TOLD = re.compile(r"^ghirbal\.errors\.(InputError|UsageError): (.+)$", re.MULTILINE)
_ERRORS = {"InputError": InputError, "UsageError": UsageError}


@contextmanager
def told_plainly() -> Iterator[None]:
    """Raise the error of ghirbal that made a task fail; any other goes through as it is."""
    try:
        yield
    except PySparkException as error:
        told = _TOLD.search(str(error))
        if told is None:
            raise
        raise _ERRORS[told[1]](told[2]) from None
