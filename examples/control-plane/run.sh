#!/usr/bin/env bash
# The control plane on embedded storage, and examples/recruiters as a service that listens to it, until it is interrupted.
# `scripts/build.sh` has built both. What is kept is kept in one folder, and the next start goes on with it.
#
#   DATA=FOLDER PLANE=ADDRESS RECRUITERS=PORT CUTOVER=COMMAND examples/control-plane/run.sh
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
data="${DATA:-$root/.run}"
plane="${PLANE:-127.0.0.1:7300}"
port="${RECRUITERS:-4310}"
cutover="${CUTOVER:-${CARGO_TARGET_DIR:-$root/target}/fast/cutover}"
[[ -x $cutover ]] || { echo "there is no $cutover: scripts/build.sh builds it" >&2; exit 1; }
mkdir -p "$data"

children=()
finish() {
  trap '' INT TERM
  # The service first, so that it tells the control plane that it ends.
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    kill -TERM "${children[i]}" 2>/dev/null || true
    wait "${children[i]}" 2>/dev/null || true
  done
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

"$cutover" serve --listen "$plane" --data "$data/plane" --import "$root/examples/control-plane/rulesets" 2>"$data/plane.log" &
children+=($!)
ready=""
for _ in $(seq 300); do
  kill -0 "${children[0]}" 2>/dev/null || break
  # Only its own answer counts: another server may have the address.
  if grep -q "listening on" "$data/plane.log" && curl -fsS -o /dev/null "http://$plane/readyz" 2>/dev/null; then ready=yes; break; fi
  sleep 0.1
done
[[ -n $ready ]] || { echo "the control plane did not start:" >&2; cat "$data/plane.log" >&2; exit 1; }
admin="$(cat "$data/plane/admin-key")"

# The service has a key of its own, which is good for one environment and decides nothing.
if [[ ! -s $data/recruiters-key ]]; then
  order='{"name": "recruiters", "role": "server", "env": "production"}'
  (umask 077 && curl -fsS "http://$plane/v1/keys" -H "Authorization: Bearer $admin" -d "$order" \
    | node -p 'JSON.parse(require("node:fs").readFileSync(0)).key' >"$data/recruiters-key.new")
  mv "$data/recruiters-key.new" "$data/recruiters-key"
fi

cd "$root/examples/recruiters"
export CUTOVER_KEY
CUTOVER_KEY="$(cat "$data/recruiters-key")"
node dist/start.js --data "$data/recruiters" --port "$port" --cutover "http://$plane" --env production &
children+=($!)
cat <<SAID

  the page of the control plane   http://$plane/
  the key to sign in with         $admin
  its log, and all that is kept   $data

  The service that listens to it is examples/recruiters. Turn its reads, or stop everything:
  turn \`is\` of the switches of \`migrations.recruiters\` on the page, or
  curl -X POST http://$plane/admin/emergency-rollback -H 'Authorization: Bearer KEY' -d '{"migrations": ["recruiters"]}'
SAID
# Whichever ends first ends the other.
wait -n "${children[@]}"
