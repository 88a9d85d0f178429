#!/usr/bin/env bash
# The packages of all languages, as the tests use them: optimised, without the link-time optimisation of a release.
# `PROFILE=release` builds what would be published.
source "$(dirname "$0")/common.sh"
profile="${PROFILE:-fast}"

step "build: npm package ($profile)"
(cd bindings/js && npm run --silent "$([[ $profile == release ]] && echo build || echo build:fast)")

step "build: admin page"
# It holds the browser package, and the control plane holds it.
(cd page && npm run --silent build)

step "build: command line, test kit, load ($profile)"
cargo build --quiet --profile "$profile" -p cutover-cli -p cutover-testkit -p cutover-load

step "build: Python package ($profile)"
(cd bindings/python && VIRTUAL_ENV="$VENV" "$VENV/bin/maturin" develop --quiet --profile "$profile")
