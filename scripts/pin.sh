#!/usr/bin/env bash
# Write constraints.txt again: the newest versions that pyproject.toml allows, names and versions only.
# Usage: scripts/pin.sh [PYTHON]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${1:-python3}" -m venv "$scratch/fresh"
"$scratch/fresh/bin/pip" install --quiet hatchling editables
"$scratch/fresh/bin/pip" install --quiet --no-build-isolation --editable "$root[dev]"
{
  echo "# Every version that .venv gets, so that a build today and one next year are the same."
  echo "# Made again by scripts/pin.sh after a change of pyproject.toml."
  "$scratch/fresh/bin/pip" freeze --exclude-editable
} >"$scratch/constraints.txt"
mv "$scratch/constraints.txt" "$root/constraints.txt"
