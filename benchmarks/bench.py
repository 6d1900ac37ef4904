"""Time every stage, print one table, write benchmark-results/stages.json.

python -m benchmarks.bench [-k EXPRESSION]
"""

import sys
from pathlib import Path

import pytest

from benchmarks.table import RESULTS, job_ratios, machine, print_table, read_results


def main() -> int:
    RESULTS.parent.mkdir(exist_ok=True)
    quiet = ["-q", "--no-header", "-p", "no:cacheprovider", "--benchmark-only", "--benchmark-quiet"]
    suites = sorted(str(path) for path in Path("benchmarks").glob("test_*.py"))
    code = pytest.main([*suites, f"--benchmark-json={RESULTS}", *quiet, *sys.argv[1:]])
    if code == pytest.ExitCode.OK:
        measured, info = read_results()
        print()
        print_table(measured)
        for language, ratio in job_ratios(measured).items():
            print(f"{language}: the whole job takes {ratio:.1f} times as long as only reading and writing")
        print(f"\n{machine(info)}; each figure is the best of three\nwritten to {RESULTS}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
