#!/usr/bin/env bash
# Builds what is needed, and runs the control plane with the example as its client until it is stopped.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
step "examples/recruiters"
(cd examples/recruiters && npm run --silent build)
step "the control plane, and examples/recruiters as its client"
exec examples/control-plane/run.sh
