#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages are clean, and say of the library what its headers say.
set -eu
LC_ALL=C
export LC_ALL

cd "$ASST_TOP"
bad=0
set -- man/*.[357]
[ -f "$1" ] || { echo "no pages"; exit 1; }
for page in man/*; do
	case $page in
	*.[357]) ;;
	*) echo "$page: not a page of section 3, 5 or 7"; bad=1 ;;
	esac
done

if command -v mandoc >/dev/null 2>&1; then
	mandoc -T lint -W warning "$@" || bad=1
else
	echo "SKIP man: mandoc is missing, pages are not linted"
fi

# Every function is in the NAME section of one page.
sh tests/tools/api-names.sh include/assistant/*.h include/assistant/sys/*.h >"$TMPDIR/functions"
sh tests/tools/man-names.sh names "$@" >"$TMPDIR/names"
awk '{ print $2 }' "$TMPDIR/names" | sort >"$TMPDIR/named"
sort -u "$TMPDIR/named" >"$TMPDIR/named.once"
comm -23 "$TMPDIR/functions" "$TMPDIR/named.once" >"$TMPDIR/missing"
if [ -s "$TMPDIR/missing" ]; then
	sed 's/^/exported, but in the NAME section of no page: /' "$TMPDIR/missing"
	bad=1
fi
uniq -d "$TMPDIR/named" >"$TMPDIR/twice"
if [ -s "$TMPDIR/twice" ]; then
	sed 's/^/in the NAME sections of two pages: /' "$TMPDIR/twice"
	bad=1
fi
# What looks like a function there is one, or the name of the page itself.
awk 'NR == FNR { is[$1] = 1; next }
{ own = $1; sub(/\.[0-9]$/, "", own) }
$2 ~ /^asst_/ && !($2 in is) && $2 != own { print $1 ": no such function: " $2; bad = 1 }
END { exit bad }' "$TMPDIR/functions" "$TMPDIR/names" || bad=1
awk '{ own = $1; sub(/\.[0-9]$/, "", own); pages[$1]; if ($2 == own) has[$1] }
END { for (p in pages) if (!(p in has)) { print p ": its own name is not in NAME"; bad = 1 } exit bad }' \
	"$TMPDIR/names" || bad=1

# The synopses: each declaration is that of the header, up to white space.
sh tests/tools/api-names.sh -p include/assistant/*.h include/assistant/sys/*.h |
	sed 's/ //g' | sort >"$TMPDIR/declared"
awk '
function unquoted(text) { gsub(/"/, "", text); return text }
# the arguments of a macro line, those in quotes as one; returns their number
function arguments(line, to,   n, token) {
	n = 0
	sub(/^\.[A-Z][a-z] */, "", line)
	while (line != "") {
		if (match(line, /^"[^"]*"/)) token = substr(line, 2, RLENGTH - 2)
		else { match(line, /^[^ ]+/); token = substr(line, 1, RLENGTH) }
		line = substr(line, RLENGTH + 1)
		sub(/^ +/, "", line)
		to[++n] = token
	}
	return n
}
function show(text) { gsub(/ /, "", text); gsub(/\\\*|\\&/, "", text); print text, FILENAME }
FNR == 1 { section = ""; type = "" }
/^\.Sh / { section = $2 }
section != "SYNOPSIS" { next }
$1 == ".Ft" { type = unquoted(substr($0, 5)) }
$1 == ".Fn" {
	n = arguments($0, a)
	text = type a[1] "("
	for (i = 2; i <= n; i++) text = text (i > 2 ? "," : "") a[i]
	show(text ");")
}
$1 == ".Fo" { arguments($0, a); text = type a[1] "("; open = 1; some = 0 }
$1 == ".Fa" && open { n = arguments($0, a); for (i = 1; i <= n; i++) { text = text (some ? "," : "") a[i]; some = 1 } }
$1 == ".Fc" { open = 0; show(text ");") }
' "$@" >"$TMPDIR/synopses"
awk 'NR == FNR { is[$1] = 1; next }
!($1 in is) { print $2 ": SYNOPSIS differs from the headers: " $1; bad = 1 }
END { exit bad }' "$TMPDIR/declared" "$TMPDIR/synopses" || bad=1
awk 'NR == FNR { is[$1] = 1; next }
!($1 in is) { print "in the SYNOPSIS of no page: " $1; bad = 1 }
END { exit bad }' "$TMPDIR/synopses" "$TMPDIR/declared" || bad=1

# Statuses: those that pages name exist, and libassistant(3) has them all.
sed -n 's/^#define \(ASST_[A-Z0-9_]*\).*/\1/p' include/assistant/*.h include/assistant/sys/*.h |
	sort -u >"$TMPDIR/constants"
grep -E '^ASST_(OK|E[A-Z]+)$' "$TMPDIR/constants" >"$TMPDIR/statuses"
[ -s "$TMPDIR/statuses" ] || { echo "no statuses in the headers"; exit 1; }
awk 'NR == FNR { is[$1] = 1; next }
$1 == ".Dt" { next }
{
	line = $0
	while (match(line, /ASST_[A-Z0-9_]+/)) {
		name = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		# ASST_OP_ or ASST_E... stand for several; outside section 3 other macros may be meant
		if (name in is || name ~ /_$/ || line ~ /^\.\./ || (FILENAME !~ /\.3$/ && name !~ /^ASST_E[A-Z]+$/))
			continue
		print FILENAME ":" FNR ": no header has " name
		bad = 1
	}
}
END { exit bad }' "$TMPDIR/constants" "$@" || bad=1
while read -r status; do
	grep -q -w "$status" man/libassistant.3 || {
		echo "man/libassistant.3 does not name $status"
		bad=1
	}
done <"$TMPDIR/statuses"

# References to other pages of the library.
awk '$1 == ".Xr" && ($2 ~ /^asst_/ || $2 ~ /^libassistant/) { print $2 "." $3, FILENAME }' "$@" |
	sort -u >"$TMPDIR/references"
{
	for page in "$@"; do echo "${page#man/}"; done
	sh tests/tools/man-names.sh aliases "$@" | awk '{ print $2 }'
} | sort -u >"$TMPDIR/found"
awk 'NR == FNR { is[$1] = 1; next }
!($1 in is) { print $2 ": no such page: " $1; bad = 1 }
END { exit bad }' "$TMPDIR/found" "$TMPDIR/references" || bad=1
exit "$bad"
