#!/usr/bin/env bash
# The fuzzed properties: over random input on stable Rust, then a short run of each fuzzer where a nightly compiler
# is to be had. `FUZZ_SECONDS` lengthens the run.
source "$(dirname "$0")/common.sh"
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz"
step "fuzz: properties on stable Rust"
(cd fuzz && cargo test --quiet --release)

toolchain=nightly
if ! rustup run "$toolchain" rustc --version >/dev/null 2>&1; then
  rustup toolchain install "$toolchain" --profile minimal >/dev/null 2>&1 || {
    echo "no nightly compiler is to be had here: the fuzzers themselves are left out"
    exit 0
  }
fi
have cargo-fuzz || cargo install --quiet --profile dev --root "$TOOLS" cargo-fuzz --version 0.13.2 --target-dir "$CARGO_TARGET_DIR/tools"
for target in ruleset decide program; do
  step "fuzz: $target"
  mkdir -p "fuzz/corpus/$target"
  [[ $target == ruleset ]] && cp -n examples/recruiters/ruleset.yaml crates/cutover/tests/rulesets/*.yaml "fuzz/corpus/$target/"
  (cd fuzz && cargo "+$toolchain" fuzz run --features fuzzing "$target" -- -max_total_time="${FUZZ_SECONDS:-6}" -max_len=4096 -rss_limit_mb=4096 -timeout=20 -verbosity=0 -print_final_stats=1) \
    2>&1 | grep -vE '^(INFO|#|"|###|\s*Compiling|\s*Finished)' | tail -n 20
done
