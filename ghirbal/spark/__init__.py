"""The job on more than one machine: the same functions, on a Spark session."""

from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import SparkSession

from ghirbal.options import Options
from ghirbal.progress import Progress
from ghirbal.spark.job import job
from ghirbal.spark.sessions import own_session
from ghirbal.summary import Outcome

__all__ = ["clean", "dedup", "own_session", "run"]

Inputs = Sequence[str | Path]


def run(
    session: SparkSession,
    inputs: Inputs,
    out: str | Path,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Clean, then deduplicate articles and paragraphs, on an existing session; as `ghirbal.job.run`.

    Input, `out` and the work folder lie on a file system that all machines see under the same paths.
    """
    return job(session, "run", inputs, out, options=options or Options(), progress=progress)


def clean(
    session: SparkSession,
    inputs: Inputs,
    out: str | Path,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Clean only, on an existing session; as `ghirbal.job.clean`."""
    return job(session, "clean", inputs, out, options=options or Options(), progress=progress)


def dedup(
    session: SparkSession,
    inputs: Inputs,
    out: str | Path,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Deduplicate clean texts, on an existing session; as `ghirbal.job.dedup`."""
    return job(session, "dedup", inputs, out, options=options or Options(), progress=progress)
