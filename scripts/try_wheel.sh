#!/usr/bin/env bash
# Build the wheel, install it into an empty environment, run the seeds with it.
# Usage: scripts/try_wheel.sh PYTHON BUILDER   (BUILDER is a Python that has hatchling)
set -euo pipefail

python=$1
builder=$(realpath --no-symlinks "$2")
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$builder" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$scratch/dist" "$root"

"$python" -m venv "$scratch/empty"
"$scratch/empty/bin/pip" install --quiet --constraint "$root/constraints.txt" "$scratch"/dist/*.whl
cp -r "$root/seeds" "$scratch/seeds"
cd "$scratch"
empty/bin/ghirbal run seeds -o out
empty/bin/python - <<'PYTHON'
import polars as pl

import cleaners, dedup, ghirbal  # noqa: E401

rows = pl.read_parquet("out/documents/*.parquet").height
assert rows == 5, f"the wheel kept {rows} of the 5 seeds"
PYTHON
mkdir -p "$root/dist"
cp "$scratch"/dist/*.whl "$root/dist/"
echo "the wheel works: dist/$(basename "$scratch"/dist/*.whl)"
