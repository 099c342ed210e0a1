#!/bin/sh
# Make the virtual environment from the lock. Called by the Makefile with PYTHON and VENV.
set -eu

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "salesnb needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>&1 || echo missing)." >&2
    echo "Name another one: make PYTHON=python3.12 …" >&2
    exit 1
fi

if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv …" >&2
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        echo "Python's venv module is not complete. Install it first, on Debian: apt install python3-venv" >&2
        exit 1
    fi
fi

echo "Setting up $VENV (about a minute the first time) …" >&2
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
pip="$VENV/bin/python -m pip --disable-pip-version-check --quiet"
# A lock with hashes names every package; nothing else is let in.
$pip install --require-hashes -r requirements.lock
$pip install --no-deps --no-build-isolation --editable .
