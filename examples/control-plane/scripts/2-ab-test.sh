#!/usr/bin/env bash
# Weeks 3 and 4: `2-ab-test.sh 10` gives a share of the requests to the second version, and says what both have counted.
source "$(dirname "$0")/common.sh"
set_share "${1:-5}"
plane GET /admin/ab-test-results \
  | jq '{share: .v2_traffic_percentage, v1, v2, recommendation: .report.recommendation}'
