"""The measured stages as one table, from what pytest-benchmark wrote."""

import json
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path("benchmark-results/stages.json")


class Measured(NamedTuple):
    """One stage in one language; seconds are those of the fastest round."""

    stage: str
    language: str
    documents: int
    megabytes: float
    seconds: float

    @property
    def speed(self) -> float:
        return self.megabytes / self.seconds

    @property
    def rate(self) -> float:
        return self.documents / self.seconds


def read_results(path: Path = RESULTS) -> tuple[list[Measured], dict[str, Any]]:
    """The measured stages in the order in which they ran, and what is known of the machine."""
    results = json.loads(path.read_text())
    measured = [
        Measured(
            extra["stage"],
            extra["language"],
            extra["documents"],
            extra["bytes"] / 1e6,
            benchmark["stats"]["min"],
        )
        for benchmark in results["benchmarks"]
        if "stage" in (extra := benchmark["extra_info"])
    ]
    return measured, results["machine_info"]


def machine(info: dict[str, Any]) -> str:
    cpu = info["cpu"]
    brand = cpu.get("brand_raw") or info["machine"]
    return f"{brand}, {cpu.get('count', '?')} cores, {info['system']}, Python {info['python_version']}"


def print_table(measured: list[Measured]) -> None:
    print(f"{'stage':<28} {'language':<9} {'MB/s':>9} {'documents/s':>13} {'ms':>9}")
    for row in measured:
        speeds = f"{row.speed:>9,.0f} {row.rate:>13,.0f} {1000 * row.seconds:>9,.1f}"
        print(f"{row.stage:<28} {row.language:<9} {speeds}")


def job_ratios(measured: list[Measured]) -> dict[str, float]:
    """Time of the whole job over that of Polars only reading and writing the same file, by language."""
    seconds = {(row.stage, row.language): row.seconds for row in measured}
    return {
        language: taken / seconds["Polars reads and writes", language]
        for (stage, language), taken in seconds.items()
        if stage == "job run" and ("Polars reads and writes", language) in seconds
    }
