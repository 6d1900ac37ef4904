"""Put the latest figures of `make bench` and `make peers` into README.md and docs/, between their marks.

python -m benchmarks.quote
"""

import json
import re
from pathlib import Path

from benchmarks.table import Measured, job_ratios, machine, read_results

PEERS = Path("benchmark-results/peers.json")
PAGES = (Path("README.md"), Path("docs/comparison.md"))
QUOTED = (
    "split",
    "recipe news",
    "sketch, defaults",
    "bands, defaults",
    "verify, a pair a document",
    "cluster, defaults",
    "near-duplicate paragraphs",
    "read parquet",
    "read jsonl",
    "write parquet",
    "Polars reads and writes",
    "job run",
)


def stages() -> str:
    measured, info = read_results()
    by_stage = {(row.stage, row.language): row for row in measured}
    languages = list(dict.fromkeys(row.language for row in measured))

    def cell(row: Measured | None) -> str:
        return "–" if row is None else f"{row.speed:,.0f} | {row.rate:,.0f}"

    head = "".join(f" {language} MB/s | {language} documents/s |" for language in languages)
    lines = [
        f"On {machine(info)}; memory to memory but for the last five, best of three.",
        "",
        f"| stage |{head}",
        "|---|" + "---:|---:|" * len(languages),
        *(
            f"| {stage} | " + " | ".join(cell(by_stage.get((stage, language))) for language in languages) + " |"
            for stage in QUOTED
        ),
        "",
        "The whole job over Polars only reading and writing the same file: "
        + ", ".join(f"{language} {ratio:.1f}" for language, ratio in job_ratios(measured).items())
        + ".",
    ]
    return "\n".join(lines)


def peers() -> str:
    results = json.loads(PEERS.read_text())
    rows = [
        f"| {line['task']} | {line['tool']} | {line['rate']:,.0f} | "
        + ("–" if line["recall"] is None else f"{line['recall']:.3f}")
        + " | "
        + ("–" if line["removed"] is None else f"{line['removed']:,} ({line['unproved']:,})")
        + " |"
        for line in results["lines"]
    ]
    head = "| raw text to | tool | documents/s | recall | removed (less similar than the threshold) |"
    return "\n".join(
        [
            f"{results['documents']:,} documents, word 5-grams, threshold 0.8, as many hashes each, one run.",
            "",
            head,
            "|---|---|---:|---:|---:|",
            *rows,
        ]
    )


def main() -> None:
    tables = {"stages": stages(), "peers": peers()}
    for path in PAGES:
        page = path.read_text()
        for name, table in tables.items():
            between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", flags=re.DOTALL)
            page = between.sub(lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}", page)
        path.write_text(page)


if __name__ == "__main__":
    main()
