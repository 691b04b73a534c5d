#!/bin/sh
# Make the results of this folder again, and compare them with those that are here.
#
#   sh rerun.sh           sample as the run records say: exact rows must be equal, sampled ones within Monte Carlo error
#   sh rerun.sh --exact   sample nothing: the exact rows alone, in minutes
#
# An environment is built in .venv from the pinned versions, for which packages are downloaded. PYTHON names the
# interpreter for it (else python3); CRLM_BAYES_PYTHON one that has the program already, and nothing is installed.
set -eu
cd "$(dirname "$0")"
exact=
case "${1:-}" in
    --exact) exact=--exact ;;
    "") ;;
    *) echo "usage: sh rerun.sh [--exact]" >&2; exit 2 ;;
esac

if [ -n "${CRLM_BAYES_PYTHON:-}" ]; then
    python=$CRLM_BAYES_PYTHON
else
    [ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
    python=.venv/bin/python
    echo "rerun: packages of the pinned versions into .venv" >&2
@INSTALL@
fi

rm -rf again
@FIT@

"$python" compare.py results again $exact
