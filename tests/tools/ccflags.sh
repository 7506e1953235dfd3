#!/bin/sh
# SPDX-License-Identifier: MIT
# ccflags.sh compile|link FLAG...: print those flags that the compiler $CC takes.
set -eu

how=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo 'int probe(void); int probe(void) { return 0; }' >"$dir/probe.c"
out=
for flag in "$@"; do
	if [ "$how" = compile ]; then
		set -- -Werror "$flag" -c
	else
		set -- "$flag" -shared -fPIC
	fi
	# CC may hold several words, such as "ccache gcc"
	if ${CC:-cc} "$@" -o "$dir/probe.o" "$dir/probe.c" >/dev/null 2>&1; then
		out="$out $flag"
	fi
done
printf '%s\n' "${out# }"
