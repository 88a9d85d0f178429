#!/usr/bin/env bash
# What a decision, a load and a download may cost, against the limits of budget.json: instructions and bytes, never time.
#
#   scripts/budget.sh             # instructions, and the sizes of release builds that are there and of these sources
#   scripts/budget.sh --all       # builds what would be published first, so that every size is checked
#   scripts/budget.sh --update    # writes what is measured plus 3 % as limits; with --all: all of them
source "$(dirname "$0")/common.sh"
scripts/setup.sh >&2
{
  if [[ " $* " == *" --all "* ]]; then
    step "budget: the npm package and the wheel (release)"
    (cd bindings/js && npm run --silent build)
    rm -rf "$CARGO_TARGET_DIR/wheels"
    (cd bindings/python && "$VENV/bin/maturin" build --quiet --release --interpreter "$PYTHON" --out "$CARGO_TARGET_DIR/wheels")
  fi
  step "budget: what is counted"
  # One profile and no incremental state: a count depends on what the compiler inlines.
  (cd benches && CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$CARGO_TARGET_DIR/benches" \
    cargo build --quiet --profile count --example workloads --example load)
  step "budget: measuring"
} >&2
exec "$PYTHON" scripts/budget.py "$@"
