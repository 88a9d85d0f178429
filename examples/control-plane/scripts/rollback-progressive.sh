#!/usr/bin/env bash
# Step by step: 75, 50, 25, nobody, each observed for a while. A step that is not stable is not waited for.
source "$(dirname "$0")/common.sh"
VALIDATE="${VALIDATE:-cutover-validate-migration --ruleset ruleset.yaml --metrics measured.json}"
OBSERVE="${OBSERVE:-300}" # seconds
current="$(share)"
for percent in 75 50 25 0; do
  # Shares may have fractions.
  jq -en "$percent < $current" >/dev/null || continue
  echo "back to $percent %"
  set_share "$percent"
  current="$percent"
  ((percent == 0)) && break
  sleep "$OBSERVE"
  if $VALIDATE --percentage="$percent" --window=1 >/dev/null; then
    echo "$percent % is stable"
  else
    echo "$percent % is not stable: going on down"
    OBSERVE=0
  fi
done
echo "rolled back"
