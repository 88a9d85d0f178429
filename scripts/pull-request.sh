#!/usr/bin/env bash
# What a change of rulesets does, as Markdown: for the discussion of a pull request, in any system of CI, or at a desk.
#
#   scripts/pull-request.sh --base main rulesets/*.yaml
#
# It needs git, and the command `cutover` (or another one, in CUTOVER). Each ruleset is compared with what it was where this
# branch began. It ends with 0 where nothing needs a decision, with 1 where a ruleset is refused or a move has a hazard that
# nobody has accepted, and with 2 where it is used wrongly.
#
#   --base REF          what the branch goes back to                          [default: origin/main]
#   --head REF          the state to look at; without it, the files as they are
#   --population FILE   contexts, one a line: who moves is counted over them
#   --accept CODE,…     hazards that are accepted
#   --output FILE       where to write the Markdown                           [default: standard output]
#   --comment NUMBER    write it to that pull request of GitHub, in place of what was written there before; it takes
#                       GITHUB_TOKEN and GITHUB_REPOSITORY, curl and jq
set -euo pipefail

CUTOVER=${CUTOVER:-cutover}
MARK='<!-- cutover: blast radius -->'
# The longest comment that GitHub takes, in characters, less what is said where one is cut.
LONGEST=65000

wrong() { echo "pull-request.sh: $1" >&2; exit 2; }
value() { [[ $2 -ge 2 ]] || wrong "$1 needs a value"; }

base=origin/main head='' population='' accept='' output='' number='' rulesets=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --base) value "$1" $#; base=$2; shift ;;
    --head) value "$1" $#; head=$2; shift ;;
    --population) value "$1" $#; population=$2; shift ;;
    --accept) value "$1" $#; accept=$2; shift ;;
    --output) value "$1" $#; output=$2; shift ;;
    --comment) value "$1" $#; number=$2; shift ;;
    --) shift; rulesets+=("$@"); break ;;
    -*) wrong "there is no option $1" ;;
    *) rulesets+=("$1") ;;
  esac
  shift
done
[[ ${#rulesets[@]} -gt 0 ]] || wrong "name the rulesets"
[[ -z $population || -r $population ]] || wrong "$population cannot be read"
[[ -z $number || $number =~ ^[0-9]+$ ]] || wrong "a pull request has a number, not $number"
command -v "$CUTOVER" >/dev/null || wrong "there is no command $CUTOVER"
root=$(git rev-parse --show-prefix) || wrong "this is no repository of git"
git rev-parse --quiet --verify "$base^{commit}" >/dev/null || wrong "there is no $base: fetch it, with its history"
began=$(git merge-base "$base" "${head:-HEAD}") || wrong "$base and this branch have no commit in common: fetch the whole history"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0 changed=0

# A ruleset of a commit; one that was not there is one without flags.
of_commit() { git show "$1:$root$2" 2>/dev/null || echo "cutover: 1"; }

one() {
  local file=$1 code=0
  of_commit "$began" "$file" >"$work/before"
  if [[ -n $head ]]; then of_commit "$head" "$file" >"$work/after"
  elif [[ -e $file ]]; then cat -- "$file" >"$work/after"
  else echo "cutover: 1" >"$work/after"; fi
  cmp -s "$work/before" "$work/after" && return 0
  changed=1
  local options=(--markdown --name "$file")
  [[ -z $population ]] || options+=(--population "$population")
  [[ -z $accept ]] || options+=(--accept "$accept")
  if "$CUTOVER" check --color never "$work/after" >"$work/problems" 2>&1; then
    "$CUTOVER" diff --color never "${options[@]}" "$work/before" "$work/after" >"$work/page" 2>"$work/why" || code=$?
    case $code in
      0) ;;
      1) status=1 ;;
      *) status=1; refused "$file" "cannot be compared" "$work/why"; return 0 ;;
    esac
    # What was refused before has nothing to be compared with.
    if [[ -s $work/page ]]; then cat "$work/page"; else status=1; refused "$file" "cannot be compared" "$work/why"; fi
  else
    status=1
    refused "$file" "is refused" "$work/problems"
  fi
}

refused() {
  local fence='````'
  while grep -qF -- "$fence" "$3"; do fence+='`'; done
  # The name of a file stays on its line, and in its code.
  printf '### `%s` %s\n\n%stext\n' "$(tr -d '`\n\r' <<<"$1")" "$2" "$fence"
  FROM=$work/after TO=$1 WAS=$work/before awk '
    function put(line, from, to,    out, at) {
      out = ""
      while ((at = index(line, from)) > 0) { out = out substr(line, 1, at - 1) to; line = substr(line, at + length(from)) }
      return out line
    }
    { print put(put($0, ENVIRON["FROM"], ENVIRON["TO"]), ENVIRON["WAS"], ENVIRON["TO"] " (before)") }' "$3"
  printf '%s\n' "$fence"
}

{
  echo "$MARK"
  for file in "${rulesets[@]}"; do one "$file"; echo; done
  [[ $changed = 1 ]] || echo "No ruleset has changed."
} >"$work/all"

if [[ -n $output ]]; then cp "$work/all" "$output"
elif [[ -z $number ]]; then cat "$work/all"; fi

if [[ -n $number ]]; then
  [[ -n ${GITHUB_TOKEN:-} && -n ${GITHUB_REPOSITORY:-} ]] || wrong "--comment takes GITHUB_TOKEN and GITHUB_REPOSITORY"
  api=${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY/issues
  # The token is read from a file, for the list of processes is everybody's.
  ( umask 077; printf 'header = "%s"\n' "Authorization: Bearer $GITHUB_TOKEN" "Accept: application/vnd.github+json" >"$work/curl" )
  call() { curl --silent --show-error --fail --retry 3 --max-time 60 --config "$work/curl" "$@"; }
  jq -Rs --argjson longest "$LONGEST" --arg cut $'\n\n… cut here; the whole of it is in the log.' \
    '{body: (if length > $longest then .[:$longest] + $cut else . end)}' "$work/all" >"$work/body"
  known='' page=1
  while [[ -z $known ]]; do
    call "$api/$number/comments?per_page=100&page=$page" >"$work/comments"
    known=$(jq -r --arg mark "$MARK" 'map(select(.body | startswith($mark))) | first | .id // empty' "$work/comments")
    [[ $(jq length "$work/comments") = 100 ]] || break
    page=$((page + 1))
  done
  if [[ -n $known ]]; then call --request PATCH --data-binary "@$work/body" "$api/comments/$known" >/dev/null
  # A pull request that touches no ruleset is left alone.
  elif [[ $changed = 1 ]]; then call --data-binary "@$work/body" "$api/$number/comments" >/dev/null; fi
fi
exit "$status"
