#!/bin/sh
# Build .venv from requirements.lock and install the package into it, editable. Does nothing where that is done already.
# PYTHON=/path/to/python names the interpreter to build it with; without it the first suitable one is found.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.setup-complete # written last: an environment without it is half built and is thrown away

# The stamp's three lines: where the environment stands (it cannot be moved), what is installed in it, how it was set up.
environment=$(pwd -P; cksum <requirements.lock)
complete=$(printf '%s\n' "$environment"; cat pyproject.toml scripts/setup.sh | cksum)

if [ -f "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    if [ "$(cat "$stamp")" = "$complete" ]; then exit 0; fi
    if [ "$(head -n 2 "$stamp")" = "$environment" ]; then keep=yes; fi
fi

suits() { # does this command run a Python that can build the environment, and that the lock has wheels for?
    "$1" -c 'import sys, ctypes, ensurepip, ssl, venv; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' >/dev/null 2>&1
}
wanted='Python 3.12, 3.13 or 3.14 with venv and ensurepip'

find_python() {
    # The versions that the lock is tested on come first; `python3` obeys .python-version where pyenv is installed.
    for candidate in python3.13 python3.12 python3.14 python3; do
        if suits "$candidate"; then command -v "$candidate" && return; fi
    done
    # A pyenv shim fails where another version is asked for; the interpreter behind it does not.
    versions=$(pyenv root 2>/dev/null || printf '%s' "${PYENV_ROOT:-${HOME:-}/.pyenv}")/versions
    for minor in 13 12 14; do
        for candidate in "$versions/3.$minor".*/bin/python3; do
            if suits "$candidate"; then printf '%s\n' "$candidate" && return; fi
        done
    done
    return 1
}

if [ "${keep:-no}" = no ]; then
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || {
            echo "setup: PYTHON=$PYTHON is not a $wanted" >&2
            exit 1
        }
        python=$PYTHON
    else
        python=$(find_python) || {
            echo "setup: no $wanted was found; install one or set PYTHON=/path/to/python" >&2
            exit 1
        }
    fi
    echo "setup: $venv with $("$python" --version) ($python)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    # Only what the lock names, only with its hashes, and only wheels: a source build would fetch unpinned tools.
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --quiet \
        --require-hashes --only-binary :all: -r requirements.lock
fi

rm -f "$stamp"
echo "setup: crlm_bayes, editable"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input --quiet \
    --no-deps --no-build-isolation --editable .
printf '%s\n' "$complete" >"$stamp"
