#!/usr/bin/env bash
# The documentation: the reference made of the code, the site, and every page that says what to do, followed from its first line in
# an empty folder against the packages as they are packed.
#
#   scripts/docs.sh [--site]      `--site` builds the site in docs/.vitepress/dist, and follows nothing
source "$(dirname "$0")/common.sh"
cutover="$CARGO_TARGET_DIR/fast/cutover"

step "docs: reference"
api="$ROOT/docs/public/api"
rm -rf "$api"
mkdir -p "$api"
"$PYTHON" scripts/reference.py "$cutover" docs/reference
docs/node_modules/.bin/typedoc --options docs/typedoc.json --logLevel Warn
"$PYTHON" -m pdoc --no-show-source -o "$api/python" cutover cutover.migrate cutover.source cutover.asgi
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps -p cutover -p cutover-decider
cp -R "$CARGO_TARGET_DIR/doc" "$api/rust"

step "docs: site"
(cd docs && npm run --silent build)
[[ ${1:-} == --site ]] && exit 0

step "docs: what is packed"
packed="$(mktemp -d)"
trap 'rm -rf "$packed"' EXIT
mkdir "$packed/bin" "$packed/crates"
ln -s "$cutover" "$packed/bin/cutover"
(cd bindings/js && npm pack --silent --ignore-scripts --pack-destination "$packed" >/dev/null)
(cd bindings/python && VIRTUAL_ENV="$VENV" "$VENV/bin/maturin" build --quiet --profile fast --out "$packed")
"$PYTHON" -m twine check --strict "$packed"/*.whl
for file in LICENSE THIRD-PARTY.md; do
  "$PYTHON" -m zipfile --list "$packed"/*.whl | grep -q "dist-info/licenses/$file " || { echo "the wheel has no $file"; exit 1; }
done
published=()
for crate in $(cargo tree -p cutover --edges normal --prefix none --format '{p}' | sed -n 's/^\(cutover[a-z-]*\) .*/\1/p' | sort -u); do
  published+=(-p "$crate")
done
# That they build is seen below, where somebody uses them.
cargo package --quiet --no-verify --allow-dirty "${published[@]}"
for crate in "$CARGO_TARGET_DIR"/package/cutover*.crate; do tar xzf "$crate" -C "$packed/crates"; done

step "docs: followed"
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/follow"
"$PYTHON" scripts/follow.py --artefacts "$packed" docs/hash-contract.md docs/tutorials/*.md docs/guides/*.md docs/fr/guides/*.md
