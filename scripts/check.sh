#!/usr/bin/env bash
# What needs no running: formatting, lints, documentation, dependencies, generated files, the length of files.
source "$(dirname "$0")/common.sh"
status=0
try() { echo "· $*"; "$@" || status=1; }

step "check: Rust"
try cargo fmt --all --check
try cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings
(cd fuzz && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz" cargo clippy --quiet --release --tests -- -D warnings) || status=1
(cd benches && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/benches" cargo clippy --quiet --all-targets -- -D warnings) || status=1
RUSTDOCFLAGS="-D warnings" try cargo doc --quiet --no-deps -p cutover -p cutover-decider -p cutover-regex -p cutover-safety -p cutover-compare -p cutover-paths -p cutover-delivery --all-features
try cargo check --quiet -p cutover --no-default-features

step "check: generated files"
cargo run --quiet -p cutover-cli -- schema | diff -u docs/ruleset.schema.json - \
  || { echo "docs/ruleset.schema.json is stale: cutover schema > docs/ruleset.schema.json"; status=1; }

step "check: dependencies"
have cargo-deny || cargo install --quiet --profile dev --root "$TOOLS" cargo-deny --version 0.20.2 --target-dir "$CARGO_TARGET_DIR/tools"
# Advisories need a database that is fetched from outside the registries; CI with that access runs `cargo deny check`.
try cargo deny --log-level error check licenses bans sources

step "check: what the packages export"
try scripts/api.sh

step "check: what is packed beside our own"
try "$PYTHON" scripts/notices.py --check
try "$PYTHON" -m pytest -q scripts/tests

step "check: length of files"
long=$(git ls-files '*.rs' '*.ts' '*.tsx' '*.py' '*.mjs' | grep -vE 'generated|\.d\.ts$|/dist/' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print }')
[[ -z $long ]] || { echo "longer than 500 lines:"; echo "$long"; status=1; }
exit "$status"
