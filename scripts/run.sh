#!/usr/bin/env bash
# Builds the packages and runs the example until it is stopped.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
step "examples/recruiters"
cd examples/recruiters
npm run --silent build
exec npm run --silent start
