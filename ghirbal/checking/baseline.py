"""The baseline: keys of old findings, which do not count."""

import json
from collections.abc import Iterable
from pathlib import Path

from ghirbal.checking.findings import Finding
from ghirbal.errors import InputError, UsageError
from ghirbal.writers import write_beside

VERSION = 1


def read_baseline(path: Path) -> frozenset[str]:
    """Return the keys that a file of `write_baseline` holds."""
    try:
        held = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"there is no baseline {path}; --write-baseline makes it") from error
    except OSError as error:
        raise InputError(f"cannot read the baseline {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is no baseline: {error}") from error
    if not isinstance(held, dict) or held.get("version") != VERSION or not isinstance(held.get("findings"), dict):
        raise UsageError(f"{path} is no baseline of version {VERSION}; --write-baseline makes it again")
    return frozenset(held["findings"])


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write the keys of findings with their codes, one a line so that changes merge; return how many."""
    keys = {finding.key: finding.code for finding in findings}
    held = {"version": VERSION, "findings": dict(sorted(keys.items()))}
    written = json.dumps(held, indent=1).encode() + b"\n"
    write_beside(path, lambda stream: stream.writelines([written]))
    return len(keys)
