#!/usr/bin/env bash
# The figures of the README on this machine, in Markdown tables on standard output: the engine, Node, browsers, Python,
# whole tables, sizes. What is measured is what would be published.
#
#   scripts/bench.sh [--quick] [engine|node|browser|python|sizes]...
#
# `--quick` takes the builds of the tests and few rounds, so that its figures are rough. Criterion measures the engine
# by itself: `cd benches && cargo bench`.
source "$(dirname "$0")/common.sh"
quick=false parts=()
for argument in "$@"; do
  case "$argument" in
    --quick) quick=true ;;
    engine | node | browser | python | sizes) parts+=("$argument") ;;
    *) echo "$argument: expected --quick, engine, node, browser, python or sizes" >&2; exit 2 ;;
  esac
done
((${#parts[@]})) || parts=(engine node browser python sizes)
wanted() { [[ " ${parts[*]} " == *" $1 "* ]]; }
rounds() { if $quick; then echo "$1"; else echo "$2"; fi; }

{
  scripts/setup.sh
  profile="$(rounds fast release)"
  if wanted node || wanted browser || wanted sizes || wanted python; then PROFILE="$profile" scripts/build.sh; fi
  if wanted engine; then
    step "bench: the engine ($(rounds count release))"
    # The profile of the budget is the one that is built already where the tests ran.
    (cd benches && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/benches" cargo build --quiet --profile "$(rounds count release)" \
      --example workloads --example load --example threads)
  fi
  step "bench: measuring"
} >&2

title() { printf '\n### %s\n\n' "$*"; }
# The table of `bench.mjs --json`.
columns() {
  node -e '
    const { where, results } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const columns = Object.keys(results).flatMap((build) => ["plain", "first", "again"].map((context) => [build, context]));
    const cell = (value) => (value === undefined ? "" : value.toFixed(value < 10 ? 1 : 0));
    console.log(`| ns a call, ${where} | ${columns.map((names) => names.join(", ")).join(" | ")} |`);
    console.log(`|---|${columns.map(() => "--:|").join("")}`);
    for (const name of Object.keys(results.wasm)) {
      console.log(`| ${name} | ${columns.map(([build, context]) => cell(results[build][name][context])).join(" | ")} |`);
    }'
}
# The table of `sizes.mjs --json`.
downloads() {
  node -e '
    const sizes = Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8")));
    const kinds = ["js", "wasm", "gzip", "brotli"];
    console.log(`| what a browser downloads, bytes | ${kinds.join(" | ")} |\n|---|${kinds.map(() => "--:|").join("")}`);
    for (const [name, of] of sizes) console.log(`| ${name} | ${kinds.map((kind) => of[kind] ?? "").join(" | ")} |`);'
}

processor="$(sed -n 's/^model name\s*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
echo "Measured on $(date -u +%F): $(getconf _NPROCESSORS_ONLN) × ${processor:-$(uname -m)}, $(uname -s), rustc $(rustc --version | cut -d' ' -f2)," \
  "Node $(node --version | cut -c2-), Python $("$PYTHON" -c 'import platform; print(platform.python_version())')," \
  "cutover $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1) at $(git rev-parse --short HEAD).$($quick && echo ' A quick run: rough.' || true)"

if wanted engine; then
  examples="$CARGO_TARGET_DIR/benches/$(rounds count release)/examples"
  title "The engine: a decision, the context prepared"
  "$examples/workloads" "$(rounds 10 100)"
  title "The engine: loading"
  "$examples/load" "$(rounds 5 30)"
  title "The engine: threads"
  "$examples/threads" "$(rounds 20 200)"
fi
if wanted node; then
  title "Node"
  (cd bindings/js && node bench/bench.mjs --json --rounds "$(rounds 50 1000)") | columns
fi
if wanted browser; then
  title "Browser"
  (cd bindings/js && node bench/bench.mjs --browser --json --rounds "$(rounds 50 1000)") | columns
fi
if wanted python; then
  title "Python"
  "$PYTHON" bindings/python/bench/workloads.py "$(rounds 30 400)"
  title "Python: loading"
  "$PYTHON" bindings/python/bench/load.py
  title "Python: whole tables"
  "$PYTHON" bindings/python/bench/batch.py "$(rounds 200000 2000000)" "$(rounds 3 10)"
fi
if wanted sizes; then
  title "Sizes"
  (cd bindings/js && node scripts/sizes.mjs --json) | downloads
fi
