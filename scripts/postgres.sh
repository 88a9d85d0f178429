#!/usr/bin/env bash
# A PostgreSQL for tests: prints the folder of its socket once it answers, and ends when its standard input does, so
# that it never outlives who started it. Its user and its database are `cutover`; nothing in it survives. Arguments go to
# the server: `-c wal_level=logical`.
set -euo pipefail
programs="$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -1)"
programs="$(dirname "${programs:-$(command -v initdb || true)}")"
[[ -x $programs/postgres ]] || { echo "PostgreSQL is not here: scripts/setup.sh installs it" >&2; exit 1; }

exec 3<&0 </dev/null
folder="$(mktemp -d "${TMPDIR:-/tmp}/cutover-postgres.XXXXXX")"
as=()
if [[ $(id -u) == 0 ]]; then
  # It refuses to run as root.
  chown postgres: "$folder"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
cd "$folder"
server=""
finish() {
  trap - EXIT
  [[ -z $server ]] || { kill -INT "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

"${as[@]}" "$programs/initdb" -D "$folder/data" -A trust -U cutover -E UTF8 --locale=C --no-sync >/dev/null
# It has a socket and no port. Nobody cuts its power.
"${as[@]}" "$programs/postgres" -D "$folder/data" -c unix_socket_directories="$folder" -c listen_addresses= \
  -c fsync=off -c full_page_writes=off -c max_connections=60 "$@" >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 300); do
  if "$programs/createdb" -h "$folder" -U cutover cutover 2>/dev/null; then
    echo "$folder"
    # Until whoever started it has ended, or it has.
    cat <&3 >/dev/null & reader=$!
    wait -n "$server" "$reader" || true
    kill "$reader" 2>/dev/null || true
    exit 0
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
cat "$folder/log" >&2
exit 1
