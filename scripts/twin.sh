#!/usr/bin/env bash
# The engine against its second implementation in Python, on generated rulesets: conformance/twin. A ruleset makes about
# ten decisions; `COUNT=1100000` is ten million of them, in half an hour on two cores.
source "$(dirname "$0")/common.sh"
seed="${SEED:-1}" count="${COUNT:-11000}"
step "twin: $count rulesets from seed $seed"
cargo build --quiet --profile fast -p cutover-testkit
cd conformance
"$PYTHON" -m twin --vectors
half=$((count / 2))
status=0
compare() { "$CARGO_TARGET_DIR/fast/differential" answers "$1" "$2" | "$PYTHON" -m twin; }
compare "$seed" "$half" & first=$!
compare "$((seed + half))" "$((count - half))" || status=1
wait "$first" || status=1
((status == 0)) || echo "reproduce with: SEED=$seed COUNT=$count make twin"
exit "$status"
