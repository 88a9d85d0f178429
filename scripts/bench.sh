#!/usr/bin/env bash
# The figures of the README, on this machine: the engine, then each language, from release builds.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
PROFILE=release scripts/build.sh
step "bench: the engine"
(cd benches && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/benches" cargo bench 2>/dev/null | grep -E '^(decide|load)/|time:')
step "bench: Node and WebAssembly"
(cd bindings/js && npm run --silent bench)
step "bench: Python"
"$PYTHON" bindings/python/bench/bench.py
