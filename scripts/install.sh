#!/bin/sh
# Makes the virtual environment .venv from a lock file: install.sh requirements.lock | requirements-dev.lock
# Needs python3 (3.11 to 3.13) and nothing else; on Debian it fetches python3-venv when that is missing and it may.
set -eu
cd "$(dirname "$0")/.."
LOCK=${1:-requirements.lock}
STAMP=.venv/.installed-$(basename "$LOCK")

for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "install: Helix needs Python 3.11, 3.12 or 3.13; install python3 or set PYTHON=/path/to/python3.12" >&2
    exit 1
fi

if [ -e "$STAMP" ] && [ "$STAMP" -nt "$LOCK" ] && [ "$STAMP" -nt pyproject.toml ]; then
    exit 0
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian splits ensurepip off into python3-venv
        run=
        [ "$(id -u)" = 0 ] || run=sudo
        echo "install: $python has no ensurepip; asking apt-get for python3-venv" >&2
        $run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2 || {
            echo "install: run 'apt-get install python3-venv' as root, then try again" >&2
            exit 1
        }
    fi
    rm -rf .venv
    "$python" -m venv .venv
fi

pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --no-deps --require-hashes -r "$LOCK"
# the project itself, in place: one copy of each module, so nothing can shadow it
$pip install --no-deps --no-build-isolation --editable .
touch "$STAMP"
