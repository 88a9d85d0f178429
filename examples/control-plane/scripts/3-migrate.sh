#!/usr/bin/env bash
# Weeks 5 to 8: a quarter, a half, three quarters, everybody, each validated and then watched for a while. What does not pass is
# rolled back. `VALIDATE` is the command that says whether a step is good: with 0 alone it goes on.
source "$(dirname "$0")/common.sh"
VALIDATE="${VALIDATE:-cutover-validate-migration --ruleset ruleset.yaml --metrics measured.json}"
STEPS="${STEPS:-25 50 75 100}"
WINDOW="${WINDOW:-48}" # hours
SETTLE="${SETTLE:-30}" # seconds until a step is in place
WATCH="${WATCH:-$((WINDOW * 3600))}"
for percent in $STEPS; do
  echo "going to $percent %"
  set_share "$percent"
  sleep "$SETTLE"
  if $VALIDATE --percentage="$percent" --window="$WINDOW"; then
    echo "$percent % is good"
    sleep "$WATCH"
  else
    echo "$percent % is not good: rolling back"
    plane POST /admin/rollback >/dev/null
    exit 1
  fi
done
echo "everybody has version 2"
