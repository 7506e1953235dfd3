#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh BUILD: lines of lib/ that ran in a build with --coverage, the static and the
# shared objects taken together. Lines that did not run are in BUILD/uncovered.
set -eu

build=$1
find "$build/static" "$build/shared" -name '*.gcda' | LC_ALL=C sort >"$build/gcda"
[ -s "$build/gcda" ] || { echo "nothing ran"; exit 1; }
while read -r data; do
	${GCOV:-gcov} -t "$data" 2>/dev/null
done <"$build/gcda" | awk -F : -v out="$build/uncovered" '
{ gsub(/ /, "", $1); gsub(/ /, "", $2) }
$2 == 0 { if ($3 == "Source") file = $4; next }
file ~ /^lib\// && $1 != "-" {
	key = file ":" $2
	if (!(key in seen)) { seen[key] = 1; lines[file]++; all++ }
	if ($1 !~ /^[#=]/ && !(key in ran)) { ran[key] = 1; hit[file]++; hits++ }
}
END {
	for (key in seen) if (!(key in ran)) print key > out
	for (file in lines)
		printf "%6.1f %%  %4d of %4d  %s\n", 100 * hit[file] / lines[file], hit[file], lines[file], file | "sort -n"
	close("sort -n")
	if (all) printf "%6.1f %%  %4d of %4d  lines in all\n", 100 * hits / all, hits, all
}'
