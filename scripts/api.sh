#!/usr/bin/env bash
# What the packages export, as committed listings in api/: whoever changes it does so on purpose.
#
#   scripts/api.sh [--update]     without `--update` nothing is written, and what differs is shown
source "$(dirname "$0")/common.sh"
crates=(cutover cutover-decider cutover-openfeature cutover-dialects cutover-compare cutover-delivery cutover-gates cutover-paths
  cutover-plans cutover-reconcile cutover-regex cutover-safety cutover-time cutover-work)
mode="${1:---check}"
status=0
folder="$CARGO_TARGET_DIR/api"
mkdir -p "$folder"

# What rustdoc says in JSON, as one line for each item. The stable compiler is asked as a nightly one would be, and rustdoc alone: what
# is built is the same as ever.
rust() {
  printf '#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc "$@"\n' >"$folder/rustdoc"
  chmod +x "$folder/rustdoc"
  RUSTDOC="$folder/rustdoc" RUSTDOCFLAGS="-Z unstable-options --output-format json" \
    cargo doc --quiet --locked --no-deps --all-features "${crates[@]/#/-p}"
  rm -rf "$folder/rust"
  mkdir "$folder/rust"
  local files=()
  for crate in "${crates[@]}"; do files+=("$CARGO_TARGET_DIR/doc/${crate//-/_}.json"); done
  cargo run --quiet -p xtask -- public-api "$folder/rust" "${files[@]}"
  rustc --version | cut -d. -f1,2 >"$folder/rust/compiler.txt"
  # The folder is one of pages otherwise.
  rm -f "${files[@]}"
}

if [[ $mode == --update ]]; then
  rust
  rm -rf api/rust
  mkdir -p api
  mv "$folder/rust" api/rust
  node bindings/js/scripts/api.mjs
  "$PYTHON" scripts/api_python.py
  exit
fi
written="$(cat api/rust/compiler.txt)"
if [[ $(rustc --version) == "$written."* ]]; then
  rust
  diff -ru api/rust "$folder/rust" || status=1
else
  # Another compiler writes its own types in other words.
  echo "NOT COMPARED: api/rust is of $written, and this is $(rustc --version); scripts/api.sh --update writes it anew"
fi
node bindings/js/scripts/api.mjs --check || status=1
"$PYTHON" scripts/api_python.py --check || status=1
((status == 0)) || echo "what the packages export has changed: if that is meant, scripts/api.sh --update, and a line in CHANGELOG.md"
exit "$status"
