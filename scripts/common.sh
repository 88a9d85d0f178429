# Sourced by the other scripts: strict mode, paths, and how steps are shown.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
VENV="$ROOT/.venv"
TOOLS="$ROOT/.tools"
PYTHON="$VENV/bin/python"
export PATH="$TOOLS/bin:$PATH"

step() { printf '\n\033[1m── %s\033[0m (%ss)\n' "$*" "$SECONDS"; }
have() { command -v "$1" >/dev/null 2>&1; }
