#!/bin/sh
# SPDX-License-Identifier: MIT
# The program named by QUICKSTART compiles and runs as it stands, through pkg-config.
set -eu

cd "$ASST_TOP"
if [ ! -f "$QUICKSTART" ]; then
	echo "SKIP quickstart: there is no $QUICKSTART"
	exit 77
fi
$CC -std=c99 -Wall -Wextra -pedantic "@$BUILD/stage.cflags" -o "$TMPDIR/quickstart" "$QUICKSTART" \
	"@$BUILD/stage.libs"
"$TMPDIR/quickstart" >"$TMPDIR/out"
cat "$TMPDIR/out"
if [ "$(tail -n 1 "$TMPDIR/out")" != "quickstart ok" ]; then
	echo 'its last line is not "quickstart ok"'
	exit 1
fi
