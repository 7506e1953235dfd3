#!/bin/sh
# SPDX-License-Identifier: MIT
# What manual pages are about, from their NAME sections.
#
# man-names.sh names PAGE...     one line "page name" for each .Nm
# man-names.sh aliases PAGE...   one line "page alias" for each function of a page of
#                                section 3 that the page's own file name does not give
set -eu

mode=$1
shift
[ $# -gt 0 ] || exit 0
awk -v mode="$mode" '
FNR == 1 { section = ""; page = FILENAME; sub(/.*\//, "", page); own = page; sub(/\.[0-9]$/, "", own) }
/^\.Sh / { section = $2 }
section == "NAME" && $1 == ".Nm" && NF > 1 {
	if (mode == "names")
		print page, $2
	else if (page ~ /\.3$/ && $2 ~ /^asst_[a-z0-9_]+$/ && $2 != own)
		print page, $2 ".3"
}' "$@"
