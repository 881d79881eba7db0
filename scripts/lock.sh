#!/bin/sh
# Regenerates requirements.lock and requirements-dev.lock: hash-pinned, for Python 3.11 to 3.13, without any index address.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-.venv/bin/python}
compile() {
    "$PYTHON" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --no-header --override overrides.txt "$@"
}
compile pyproject.toml -o requirements.lock
compile pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
if grep -nE '(https?|file)://' requirements.lock requirements-dev.lock; then
    echo "lock: an index address stands in a lock file" >&2
    exit 1
fi
