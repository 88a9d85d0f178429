#!/usr/bin/env bash
# Every suite. A suite that fails does not stop the others; what failed is said in the end.
source "$(dirname "$0")/common.sh"
failed=()
run() {
  local name="$1"
  shift
  step "$name"
  if "$@"; then echo "ok: $name"; else failed+=("$name"); echo "FAILED: $name"; fi
}
run setup scripts/setup.sh
run build scripts/build.sh
run check scripts/check.sh
for suite in rust js python conformance page example deploy docs load; do run "$suite" scripts/step.sh "$suite"; done
run budget scripts/budget.sh
run differential env SEED="${SEED:-$((RANDOM * 32768 + RANDOM))}" COUNT="${COUNT:-5000}" scripts/differential.sh
run twin env SEED="${SEED:-$((RANDOM * 32768 + RANDOM))}" scripts/twin.sh
run soak env SOAK_SECONDS="${SOAK_SECONDS:-60}" scripts/soak.sh
run fuzz scripts/fuzz.sh
step "done"
if ((${#failed[@]})); then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "all suites passed in ${SECONDS}s"
