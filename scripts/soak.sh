#!/usr/bin/env bash
# Decisions, changes of the ruleset and executor traffic in Node and in Python, side by side: memory stays flat, and nothing is left
# open. `SOAK_SECONDS=3600` is an hour.
source "$(dirname "$0")/common.sh"
seconds="${SOAK_SECONDS:-3600}"
step "soak: $seconds seconds"
status=0
(cd bindings/js && node --expose-gc bench/soak.mjs --seconds "$seconds") & node=$!
"$PYTHON" bindings/python/bench/soak.py --seconds "$seconds" || status=1
wait "$node" || status=1
exit "$status"
