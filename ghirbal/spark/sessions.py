"""The session that the command makes, on this machine unless Spark's own configuration names another master."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from ghirbal.errors import UsageError


@contextmanager
def own_session() -> Iterator[SparkSession]:
    """Start a session, and stop it in the end.

    A worker has one core: threads of its own would only stand in the way of the other workers.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    before = signal.getsignal(signal.SIGINT)
    builder = (
        SparkSession.builder.appName("ghirbal")
        .config("spark.executorEnv.POLARS_MAX_THREADS", "1")
        .config("spark.ui.showConsoleProgress", "false")
    )
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise UsageError(f"Spark does not start (it needs a JDK, 17 or later): {error.getMessage()}") from error
    # Spark takes requests to stop for itself, and ends in a traceback.
    signal.signal(signal.SIGINT, before)
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    except Exception:  # whatever failed; but not a request to stop, which is none
        session.stop()
        raise
    # Not reached where a request to stop broke a call off: its answer stands in the way. Java ends with this process.
    session.stop()
