#!/usr/bin/env bash
# The control plane under load, from a second process over loopback: how many requests for one flag it answers in a second,
# and how long a change takes to reach ten thousand clients that listen. `CLIENTS`, `SECONDS_EACH`, `RUNS` and `ROUNDS`
# say otherwise; with `PEER=1`, the server of Unleash is asked for the same flag in the same run.
source "$(dirname "$0")/common.sh"
profile="${PROFILE:-fast}"
cargo build --quiet --profile "$profile" -p cutover-cli -p cutover-testkit -p cutover-load
programs="$CARGO_TARGET_DIR/$profile"
folder="$(mktemp -d "${TMPDIR:-/tmp}/cutover-load.XXXXXX")"
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT
# Each client is an open file, on either side.
ulimit -n "$(ulimit -Hn)"

port="${PORT:-7399}"
to="127.0.0.1:$port"
mkdir "$folder/rulesets"
cat >"$folder/rulesets/production.yaml" <<'RULESET'
cutover: 1
flags:
  use_v2:
    rules:
      - { if: { all: [{ attribute: country, in: [FR, BE, CH] }, { attribute: age, at_least: 18 }] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
RULESET
export CUTOVER_ADMIN_KEY="a key of the load"
"$programs/cutover" serve --listen "$to" --data "$folder/data" --import "$folder/rulesets" --rate people=0 2>"$folder/log" &
server=$!
started+=("$server")
for _ in $(seq 100); do grep -q "listening on" "$folder/log" && break; sleep 0.1; done
grep -q "listening on" "$folder/log" || { cat "$folder/log" >&2; exit 1; }
key="$(curl -fsS "http://$to/v1/keys" -H "Authorization: Bearer $CUTOVER_ADMIN_KEY" \
  -d '{"name": "load", "role": "server", "env": "production"}' | jq -r .key)"

context='{"context":{"targetingKey":"user_123","userId":"user_123","country":"FR","age":42,"plan":"premium"}}'
step "one flag of $(nproc) cores, beside what asks"
for _ in $(seq "${RUNS:-3}"); do
  "$programs/cutover-load" ask --to "$to" --key "$key" --path /ofrep/v1/evaluate/flags/use_v2 --body "$context" \
    --expect '"value":true' --connections 32 --seconds "${SECONDS_EACH:-5}"
done
if [[ -n ${PEER:-} ]]; then
  source scripts/load-peer.sh
fi
step "${CLIENTS:-10000} clients that listen"
"$programs/cutover-load" listen --to "$to" --key "$CUTOVER_ADMIN_KEY" --env production --clients "${CLIENTS:-10000}" \
  --rounds "${ROUNDS:-5}" --pid "$server"
! grep -E "panicked|ERROR" "$folder/log" || exit 1
