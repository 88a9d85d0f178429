#!/usr/bin/env bash
# Generated rulesets and contexts decided in Rust, Node, WebAssembly and Python, compared byte for byte.
source "$(dirname "$0")/common.sh"
seed="${SEED:-1}" count="${COUNT:-5000}"
step "differential: $count rulesets from seed $seed"
cargo build --quiet --profile fast -p cutover-testkit
cases="$(mktemp)"
trap 'rm -f "$cases"' EXIT
"$CARGO_TARGET_DIR/fast/differential" generate "$seed" "$count" >"$cases"
status=0
# Two at a time: that is what the smallest machines have cores for.
node conformance/differential.mjs bindings/js/dist/index.js <"$cases" & native=$!
"$PYTHON" conformance/differential.py <"$cases" || status=1
wait "$native" || status=1
node conformance/differential.mjs bindings/js/dist/wasm.js <"$cases" || status=1
((status == 0)) || echo "reproduce with: SEED=$seed COUNT=$count make differential"
exit "$status"
