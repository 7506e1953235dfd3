#!/bin/sh
# SPDX-License-Identifier: MIT
# check-abi.sh check|baseline: compare the built library with tests/abi/libassistant.abi,
# or write that file. Needs abidw and abidiff, and a build with -g.
set -eu

baseline=tests/abi/libassistant.abi
skip() {
	echo "SKIP check-abi: $1"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

command -v abidw >/dev/null 2>&1 || skip "abidw is missing"
if [ "$1" = baseline ]; then
	abidw --headers-dir include --out-file "$baseline" "$BUILD/libassistant.so"
	exit 0
fi
[ -f "$baseline" ] || skip "no release is recorded in $baseline yet"
# 0: the same; 4: added to, which needs a line in tests/abi/accepted; 8 and 12: broken
status=0
abidiff --headers-dir2 include "$baseline" "$BUILD/libassistant.so" >"$BUILD/abidiff" || status=$?
if [ "$status" -eq 0 ]; then
	echo "1 passed, 0 failed"
	exit 0
fi
cat "$BUILD/abidiff"
if [ "$status" -eq 4 ] && [ -f tests/abi/accepted ] &&
	grep -q -F -x "$(cksum <"$BUILD/abidiff")" tests/abi/accepted; then
	echo "1 passed, 0 failed"
	exit 0
fi
if [ "$status" -eq 4 ]; then
	echo "an addition: accept it by this line in tests/abi/accepted: $(cksum <"$BUILD/abidiff")"
fi
echo "0 passed, 1 failed"
exit 1
