#!/usr/bin/env bash
# Compare with the peers in an environment of their own. Usage: benchmarks/peers/run.sh PYTHON [options of compare]
set -euo pipefail

cd "$(dirname "$0")/../.."
python=${1:-python3}
shift || true
environment=.venv/peers
if [ ! -e "$environment/installed" ] || [ benchmarks/peers/requirements.txt -nt "$environment/installed" ]; then
  "$python" -m venv "$environment"
  "$environment/bin/pip" install --quiet --constraint constraints.txt hatchling editables
  "$environment/bin/pip" install --quiet --constraint constraints.txt --no-build-isolation \
    --requirement benchmarks/peers/requirements.txt --editable .
  touch "$environment/installed"
fi
exec "$environment/bin/python" -m benchmarks.peers.compare "$@"
