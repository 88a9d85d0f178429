#!/usr/bin/env bash
# Cutover beside the engines that people use, in Markdown tables on standard output.
#
#   scripts/bench-peers.sh [--quick] [--language node|python|rust] [--only NAME[,NAME]]
#                          [--part evaluation|load|sizes] [--json FILE]
#
# Cutover is measured as it is published, from release builds; `--quick` takes the builds of the tests, so that its
# figures are rough. The other engines are installed under benches/peers, for this alone.
source "$(dirname "$0")/common.sh"
peers="$ROOT/benches/peers"
profile=release
language=all
before=""
for argument in "$@"; do
  [[ $argument == --quick ]] && profile=fast
  [[ $before == --language ]] && language="$argument"
  [[ $argument == --language=* ]] && language="${argument#*=}"
  before="$argument"
done
wanted() { [[ $language == all || $language == "$1" ]]; }

{
  scripts/setup.sh
  PROFILE="$profile" scripts/build.sh

  step "peers: npm"
  stamp="$peers/node_modules/.$(sha256sum "$peers/package-lock.json" | cut -c1-16)"
  if [[ ! -e $stamp ]]; then
    (cd "$peers" && npm ci --no-progress --loglevel=error)
    touch "$stamp"
  fi
  if wanted python; then
    step "peers: Python"
    venv="$peers/.venv"
    [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
    stamp="$venv/.$(sha256sum "$peers/requirements.txt" | cut -c1-16)"
    if [[ ! -e $stamp ]]; then
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$peers/requirements.txt"
      touch "$stamp"
    fi
  fi
  if wanted rust; then
    step "peers: Rust"
    (cd "$peers/rust" && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/peers" cargo build --quiet --release --locked)
  fi
  step "peers: measuring"
} >&2
PEERS_RUST="$CARGO_TARGET_DIR/peers/release/cutover-peers" exec node "$peers/run.mjs" "$@"
