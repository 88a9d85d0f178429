#!/usr/bin/env bash
# The fuzzed properties: over random input on stable Rust, then a short run of each fuzzer where a nightly compiler
# is to be had. `FUZZ_SECONDS` lengthens the run.
source "$(dirname "$0")/common.sh"
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz"
step "fuzz: properties on stable Rust"
(cd fuzz && cargo test --quiet --release)

step "fuzz: the Python package"
if "$PYTHON" -c "import atheris" 2>/dev/null || "$PYTHON" -m pip install --quiet --disable-pip-version-check --only-binary :all: atheris==3.0.0; then
  "$PYTHON" fuzz/python/package.py -max_total_time="${FUZZ_SECONDS:-6}" -verbosity=0
else
  echo "atheris has no package for this machine: the Python package is not fuzzed here"
fi

# The fuzzers themselves need no nightly compiler, for they need no sanitizer: the properties are what they look for, and the
# code that is fuzzed has no `unsafe`. What instruments it for coverage are flags that rustc keeps for itself.
have cargo-fuzz || cargo install --quiet --profile dev --root "$TOOLS" cargo-fuzz --version 0.13.2 --target-dir "$CARGO_TARGET_DIR/tools"
for target in ${FUZZ_TARGETS:-ruleset decide program import compare shares machine question}; do
  step "fuzz: $target"
  corpus="fuzz/corpus/$target"
  mkdir -p "$corpus"
  case $target in
    ruleset)
      for example in examples/*/ruleset.yaml; do cp "$example" "$corpus/$(basename "$(dirname "$example")").yaml"; done
      jq -c '(.rulesets // {})[] | select(type == "object")' conformance/*.json | awk -v to="$corpus/vector-" '{ print > (to NR ".json"); close(to NR ".json") }'
      ;;
    import) cp -n fuzz/corpus-seeds/* "$corpus/" ;;
  esac
  (cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none --features fuzzing "$target" -- -max_total_time="${FUZZ_SECONDS:-6}" -max_len=4096 \
    -rss_limit_mb=4096 -timeout=20 -verbosity=0 -print_final_stats=1) 2>&1 | grep -vE '^(INFO|#|"|###|\s*Compiling|\s*Finished)' | tail -n 20
done
