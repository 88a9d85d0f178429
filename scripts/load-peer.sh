# Sourced by load.sh: the server of Unleash, of the registry of npm, on a PostgreSQL of its own, is asked for the same flag by the
# same load. Its frontend API evaluates on the server, as OFREP does. The version is the last one that runs on Node 20.
step "the same flag of unleash-server 6.4.1"
peer="${PEER_FOLDER:-$TOOLS/unleash}"
if [[ ! -d $peer/node_modules/unleash-server ]]; then
  mkdir -p "$peer"
  (cd "$peer" && echo '{"private": true}' >package.json && npm install --loglevel=error --ignore-scripts unleash-server@6.4.1)
fi
mkfifo "$folder/postgres"
scripts/postgres.sh <"$folder/postgres" >"$folder/socket" &
started+=($!)
exec 9>"$folder/postgres" # while it is open, the PostgreSQL runs
for _ in $(seq 300); do [[ -s $folder/socket ]] && break; sleep 0.1; done
unleash="http://127.0.0.1:7398"
token="default:development.0123456789abcdef"
DATABASE_HOST="$(cat "$folder/socket")" DATABASE_NAME=cutover DATABASE_USERNAME=cutover DATABASE_PASSWORD=none DATABASE_SSL=false \
  NODE_ENV=production AUTH_TYPE=none LOG_LEVEL=error CHECK_VERSION=false SEND_TELEMETRY=false INIT_FRONTEND_API_TOKENS="$token" \
  HTTP_HOST=127.0.0.1 HTTP_PORT=7398 node "$peer/node_modules/unleash-server/dist/server.js" >"$folder/unleash.log" 2>&1 &
started+=($!)
for _ in $(seq 600); do curl -fs -o /dev/null "$unleash/health" && break; sleep 0.1; done
order() { curl -sS --fail-with-body -o /dev/null -X POST "$unleash/api/admin/$1" -H 'Content-Type: application/json' -d "$2"; }
environment="projects/default/features/use_v2/environments/development"
for field in age country; do order context "{\"name\": \"$field\"}"; done
order projects/default/features '{"name": "use_v2", "type": "release"}'
order "$environment/strategies" '{"name": "default", "constraints": [{"contextName": "country", "operator": "IN", "values": ["FR", "BE", "CH"]},
  {"contextName": "age", "operator": "NUM_GTE", "value": "18"}]}'
order "$environment/strategies" '{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "use_v2"}}'
order "$environment/on" '{}'
sleep 3
for _ in $(seq "${RUNS:-3}"); do
  "$programs/cutover-load" ask --to 127.0.0.1:7398 --authorization "$token" --expect '"name":"use_v2","enabled":true' \
    --path "/api/frontend?userId=user_123&properties%5Bcountry%5D=FR&properties%5Bage%5D=42&properties%5Bplan%5D=premium" \
    --connections 32 --seconds "${SECONDS_EACH:-5}"
done
exec 9>&-
