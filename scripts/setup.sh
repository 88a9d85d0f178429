#!/usr/bin/env bash
# Everything that building and testing need, installed once; a second run finds it all there.
source "$(dirname "$0")/common.sh"

step "setup: tools of the system"
missing=()
have chromium || missing+=(chromium)
have cc || missing+=(build-essential)
have make || missing+=(make)
# What the scripts of migrations are made of.
have curl || missing+=(curl)
have jq || missing+=(jq)
# What signs tokens where people sign in.
have openssl || missing+=(openssl)
have python3 || missing+=(python3 python3-venv)
# The outboxes are tested with a server of their own, which scripts/postgres.sh starts.
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || have postgres || missing+=(postgresql)
# Sources of rulesets are tested with a Redis of their own.
have redis-server || missing+=(redis-server)
# The alert rules that are written for Prometheus are checked by its own tool.
have promtool || missing+=(prometheus)
# Instructions are counted where the limits of budget.json hold.
[[ $(uname -sm) != "Linux x86_64" ]] || have valgrind || missing+=(valgrind)
if ((${#missing[@]})); then
  if have apt-get && [[ $(id -u) == 0 ]]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "please install: ${missing[*]}" >&2
    exit 1
  fi
fi
for tool in cargo rustup node npm python3; do
  have "$tool" || { echo "please install $tool (Rust 1.88 or later by rustup, Node 20 or later, Python 3.10 or later)" >&2; exit 1; }
done

step "setup: Rust"
rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
rustup component list --installed 2>/dev/null | grep -q '^clippy' || rustup component add clippy rustfmt

step "setup: Python"
[[ -x $PYTHON ]] || python3 -m venv "$VENV"
requirements="bindings/python/requirements-dev.txt"
stamp="$VENV/.$(sha256sum "$requirements" | cut -c1-16)"
if [[ ! -e $stamp ]]; then
  "$PYTHON" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  touch "$stamp"
fi

step "setup: npm"
for folder in bindings/js examples/recruiters examples/matching examples/incremental page docs conformance/suites; do
  stamp="$folder/node_modules/.$(sha256sum "$folder/package-lock.json" | cut -c1-16)"
  [[ -e $stamp ]] && continue
  (cd "$folder" && npm ci --no-progress --loglevel=error)
  touch "$stamp"
done
