#!/bin/sh
# SPDX-License-Identifier: MIT
# sanitizer.sh LIST: print what test programs built with -fsanitize=LIST must be started
# with on this machine (mostly nothing); status 77 where they cannot be built or run.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo 'int main(void) { return 0; }' >"$dir/probe.c"
if ! ${CC:-cc} "-fsanitize=$1" -o "$dir/probe" "$dir/probe.c" >/dev/null 2>&1; then
	exit 77
fi
# Some kernels place memory where the sanitizer does not expect it; some containers do not
# allow what leak detection needs.
for prefix in "" "setarch -R" "setarch $(uname -m) -R" "env LSAN_OPTIONS=detect_leaks=0" \
	"env ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0"; do
	if $prefix "$dir/probe" >/dev/null 2>&1; then
		echo "$prefix"
		exit 0
	fi
done
exit 77
