# Sourced by the scripts of a migration. The key is not here: `~/.curlrc` has `header = "Authorization: Bearer KEY"`.
set -euo pipefail
SERVER="${SERVER:-http://127.0.0.1:7300}"
# Asks the control plane. What it refuses ends the script, with what it says.
plane() {
  local method="$1" path="$2" answer
  shift 2
  if answer="$(curl -sS --fail-with-body -X "$method" "$SERVER$path" "$@")"; then
    printf '%s\n' "$answer"
  else
    printf '%s %s: %s\n' "$method" "$path" "$answer" >&2
    return 1
  fi
}
share() { plane GET /admin/config | jq .v2_traffic_percentage; }
set_share() { plane POST /admin/config -d "{\"v2_traffic_percentage\": $1}" >/dev/null; }
