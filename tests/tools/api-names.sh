#!/bin/sh
# SPDX-License-Identifier: MIT
# api-names.sh HEADER...: the functions that headers declare with ASST_API, one a line, sorted.
# api-names.sh -p HEADER...: the whole declarations, each on one line, white space squeezed.
set -eu

whole=0
if [ "$1" = -p ]; then
	whole=1
	shift
fi
# Comments go first; a declaration ends at its semicolon.
awk -v whole="$whole" '
{
	line = $0
	while (1) {
		if (comment) {
			at = index(line, "*/")
			if (!at) { line = ""; break }
			line = substr(line, at + 2)
			comment = 0
		}
		at = index(line, "/*")
		if (!at) break
		rest = substr(line, at + 2)
		line = substr(line, 1, at - 1)
		at = index(rest, "*/")
		if (at) line = line " " substr(rest, at + 2)
		else { comment = 1; break }
	}
	if (!inside && line ~ /^[ \t]*ASST_API[ \t]/) { inside = 1; text = "" }
	if (!inside) next
	text = text " " line
	if (line !~ /;/) next
	inside = 0
	sub(/;.*/, ";", text)
	gsub(/[ \t]+/, " ", text)
	sub(/^ *ASST_API /, "", text)
	if (whole) { print text; next }
	sub(/ *\(.*/, "", text)
	sub(/.*[ *]/, "", text)
	print text
}' "$@" | LC_ALL=C sort
