#!/bin/sh
# Installs what the tests need besides Python: Debian packages, and other projects' clients from npm that judge our
# test servers. Quick when all is there; a tool that stays missing makes its tests fail, never skip.
set -eu

# command:package, one a line
DEBIAN="
chromium:chromium
promtool:prometheus
node:nodejs
npm:npm
megatools:megatools
gcc:gcc
unshare:util-linux
podman:podman
pg_ctlcluster:postgresql
runc:runc
mmdebstrap:mmdebstrap
"
# exact versions, so that a judge changes only on purpose
NODE_PACKAGES="discord.js@14.28.1 megajs@1.3.10"
NODE_HOME=${HELIX_TEST_NODE:-${XDG_CACHE_HOME:-$HOME/.cache}/helix-test-node}

missing=
for pair in $DEBIAN; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
if [ -n "$missing" ]; then
    run=
    [ "$(id -u)" = 0 ] || run=sudo
    echo "test-tools: asking apt-get for$missing" >&2
    $run apt-get update -qq
    # shellcheck disable=SC2086  # a list of names
    $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
fi

stamp="$NODE_HOME/.installed"
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$NODE_PACKAGES" ]; then
    mkdir -p "$NODE_HOME"
    echo "test-tools: asking npm for $NODE_PACKAGES" >&2
    # one command for all: npm removes what a later --no-save install does not name
    # shellcheck disable=SC2086
    npm install --no-save --no-audit --no-fund --loglevel=error --prefix "$NODE_HOME" $NODE_PACKAGES >&2
    printf '%s' "$NODE_PACKAGES" >"$stamp"
fi
