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
  if wanted node; then
    step "peers: the npm package ($profile)"
    (cd bindings/js && npm run --silent "$([[ $profile == release ]] && echo build || echo build:fast)")
  fi
  if wanted python; then
    step "peers: the Python package ($profile)"
    (cd bindings/python && VIRTUAL_ENV="$VENV" "$VENV/bin/maturin" develop --quiet --profile "$profile")
  fi

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
      # One by one, so that one that does not install here takes no other with it: it will be a row with the reason.
      installed=true
      while read -r requirement; do
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$requirement" || installed=false
      done <"$peers/requirements.txt"
      ! $installed || touch "$stamp"
    fi
  fi
  if wanted rust; then
    step "peers: Rust"
    export PEERS_TARGET="$CARGO_TARGET_DIR/peers"
    build() { (cd "$peers/rust" && CARGO_TARGET_DIR="$PEERS_TARGET" cargo build --quiet --release "$@"); }
    build -p peers-own
    build -p peers-others || echo "the peers in Rust do not build; see the features of benches/peers/rust/others"
  fi
  step "peers: measuring"
} >&2
exec node "$peers/run.mjs" "$@"
