#!/usr/bin/env bash
# The data of other systems' suites that packages of a registry carry: fetched at pinned versions, checked, and unpacked where
# `cutover conformance --suite --data` looks for it. None of it is kept here; conformance/README.md says where each is from.
#
#   scripts/suites.sh     prints the folder; on standard error, what is not there
source "$(dirname "$0")/common.sh"
cache="$TOOLS/suites"
mkdir -p "$cache"

# crate NAME VERSION SHA256 FOLDER TO: a folder of a crate as it is published, which `cargo info` brings into the cache of cargo.
crate() {
  local name="$1" version="$2" sha256="$3" folder="$4" to="$5" file
  local stamp="$cache/.$to-$sha256"
  [[ -e $stamp && -d $cache/$to ]] && return
  file="$(packed "$name-$version")"
  if [[ -z $file ]]; then
    cargo info --quiet "$name@$version" >/dev/null 2>&1 || true
    file="$(packed "$name-$version")"
  fi
  if [[ -z $file ]]; then
    echo "NOT RUN: the suite $to, for $name $version cannot be downloaded" >&2
    return
  fi
  if ! echo "$sha256  $file" | sha256sum --check --quiet --strict >&2; then
    echo "$name $version: expected an archive whose SHA-256 is $sha256; its publisher or the registry has changed it" >&2
    exit 1
  fi
  rm -rf "$cache/.new" "${cache:?}/$to"
  mkdir "$cache/.new"
  tar xzf "$file" -C "$cache/.new" "$name-$version/$folder"
  mv "$cache/.new/$name-$version/$folder" "$cache/$to"
  rm -rf "$cache/.new"
  touch "$stamp"
}

packed() { compgen -G "${CARGO_HOME:-$HOME/.cargo}/registry/cache/*/$1.crate" | head -1 || true; }

crate open-feature-flagd 0.3.0 c35123d6b138c7e222a046ea1db93b516db487d6aab35579645e1168fb2a44f8 flagd-testbed flagd-testbed
crate growthbook-rust 0.4.0 508c5029c74a2f08edd38f2082c4cd862bc664aa8e3e9ae3929d4bf811756a59 tests/cases growthbook
for suite in eppo datadog; do
  [[ -d ${CUTOVER_SUITES:-/nowhere}/$suite ]] || echo "NOT RUN: the suite $suite, which no package carries (conformance/README.md)" >&2
done
echo "$cache"
