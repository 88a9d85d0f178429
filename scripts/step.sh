#!/usr/bin/env bash
# One suite, by name; what it needs is built already.
source "$(dirname "$0")/common.sh"
# What packages of registries carry of other systems' suites, unless somebody has brought more.
suites() {
  CUTOVER_SUITES="${CUTOVER_SUITES:-$(scripts/suites.sh)}"
  export CUTOVER_SUITES
}
case "${1:-}" in
  rust)
    suites
    if have cargo-nextest; then
      cargo nextest run --workspace --exclude cutover-python --exclude cutover-node --exclude cutover-wasm --features cutover/schema --no-fail-fast --status-level fail
    else
      cargo test --quiet --workspace --exclude cutover-python --exclude cutover-node --exclude cutover-wasm --features cutover/schema --all-targets
    fi
    cargo test --quiet --doc --workspace --exclude cutover-python --exclude cutover-node --exclude cutover-wasm --features cutover/schema
    ;;
  js)
    (cd bindings/js && npm run --silent check && npm run --silent test)
    ;;
  python)
    cd bindings/python
    "$PYTHON" -m pytest -q
    # Types and stubs are checked by the tests themselves: mypy, pyright and stubtest.
    ;;
  conformance)
    "$PYTHON" conformance/generate.py --check
    "$CARGO_TARGET_DIR/fast/cutover" conformance conformance
    # Those whose data is here; conformance/SCOREBOARD.md has all of them.
    suites
    "$CARGO_TARGET_DIR/fast/cutover" conformance conformance --suite
    node conformance/suites/differential/unleash.mjs "$CARGO_TARGET_DIR/fast/cutover" 1 300 100
    node conformance/suites/differential/launchdarkly.mjs "$CARGO_TARGET_DIR/fast/cutover" 1 300 100
    "$PYTHON" conformance/suites/differential/growthbook_sdk.py "$CARGO_TARGET_DIR/fast/cutover" 1 300 100
    node conformance/runner.mjs bindings/js/dist/index.js
    node conformance/runner.mjs bindings/js/dist/wasm.js
    "$PYTHON" conformance/runner.py conformance
    "$CARGO_TARGET_DIR/fast/differential" generate 1 1500 | "$PYTHON" conformance/check_schema.py
    ;;
  page)
    (cd page && npm run --silent check && npm run --silent test)
    ;;
  example)
    for folder in examples/recruiters examples/matching examples/incremental; do
      (cd "$folder" && npm run --silent build && npm test --silent)
    done
    "$PYTHON" -m pytest -q examples/till/tests
    # Apart, for both have a `conftest`.
    "$PYTHON" -m pytest -q examples/jobs/tests
    ;;
  docs)
    scripts/docs.sh
    ;;
  deploy)
    "$PYTHON" -m pytest -q deploy/tests
    ;;
  load)
    # That every client hears, and every request is answered; how fast is for a quiet machine: `make load`.
    RUNS=1 SECONDS_EACH=1 CLIENTS=500 ROUNDS=2 scripts/load.sh
    ;;
  *)
    echo "usage: scripts/step.sh rust|js|python|conformance|page|example|deploy|docs|load" >&2
    exit 2
    ;;
esac
