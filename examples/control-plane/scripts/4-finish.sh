#!/usr/bin/env bash
# Weeks 9 to 12: the first version is deprecated, and ends on a day: `4-finish.sh 2025-09-01`.
source "$(dirname "$0")/common.sh"
plane POST /admin/config -d "{\"api_v1_deprecated\": true, \"v1_sunset_date\": \"${1:?the day on which version 1 ends}\"}" \
  | jq '{api_v1_deprecated, v1_sunset_date}'
