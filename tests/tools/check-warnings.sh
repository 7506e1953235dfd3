#!/bin/sh
# SPDX-License-Identifier: MIT
# The compiler had nothing to say about the library: what it said is kept beside each object.
set -eu

cd "$ASST_TOP"
if [ -z "$WERROR" ]; then
	echo "SKIP warnings: WERROR is empty"
	exit 77
fi
bad=0 seen=0
for tree in static shared; do
	for source in lib/*/*.c lib/*/*/*.c; do
		[ -f "$source" ] || continue
		said=$BUILD/$tree/${source%.c}.o.warn
		seen=$((seen + 1))
		if [ ! -f "$said" ]; then
			echo "$said is missing"
			bad=1
		elif [ -s "$said" ]; then
			cat "$said"
			bad=1
		fi
	done
done
if [ "$seen" -eq 0 ]; then
	echo "no sources"
	exit 1
fi
exit "$bad"
