#!/usr/bin/env bash
# Weeks 1 and 2: the second version is there beside the first one, and nobody is sent to it.
source "$(dirname "$0")/common.sh"
plane POST /v2/health | jq -e '.status == "ok"' >/dev/null
set_share 0
[[ $(share) == 0 ]]
echo "version 2 is there, with 0 % of the requests"
