#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes and calls go downward only, as the table in tests/tools/layers says.
set -eu

cd "$ASST_TOP"
table=tests/tools/layers
files=$(find lib -name '*.[ch]' | LC_ALL=C sort)
[ -n "$files" ] || { echo "no sources"; exit 1; }

# Calls: "object room type symbol" for each symbol of each object that has its source.
find "$BUILD/static/lib" -name '*.o' | LC_ALL=C sort >"$TMPDIR/objects"
while read -r object; do
	source=${object#"$BUILD"/static/}
	room=${source#lib/}
	if [ -f "${source%.o}.c" ]; then
		$NM -g "$object" | awk -v object="$source" -v room="${room%%/*}" \
			'NF { print object, room, $(NF - 1), $NF }'
	fi
done <"$TMPDIR/objects" >"$TMPDIR/symbols"

# Includes: "room/file.h" from lib/, <assistant/...>, the C library, and those listed.
# shellcheck disable=SC2086
awk '
function fault(where, text) { print where ": " text; bad = 1 }
function line_fault(text) { fault(FILENAME ":" FNR, text) }
FILENAME == table {
	sub(/#.*/, "")
	name = $1
	if (name ~ /^</) rooms = " "
	else if (sub(/:$/, "", name)) rooms = " " name " "
	else if (NF) line_fault("neither a room nor a header: " $0)
	for (i = 2; i <= NF; i++) rooms = rooms $i " "
	if (name ~ /^</) foreign[substr(name, 2, length(name) - 2)] = rooms
	else if (NF) may[name] = rooms
	next
}
# first what each room defines, then what it uses
pass == 1 { if ($3 != "U") home[$4] = $2; next }
pass == 2 {
	if ($3 == "U" && ($4 in home)) {
		calls++
		if (!index(may[$2], " " home[$4] " "))
			fault($1, $2 " must not use " $4 " of " home[$4])
	}
	next
}
FNR == 1 {
	split(FILENAME, part, "/")
	room = part[2]
	if (!(room in may)) line_fault("the room \"" room "\" is not in " table)
}
/^[ \t]*#[ \t]*include/ {
	line = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
	if (line ~ /^"/) {
		split(substr(line, 2), part, "/")
		if (line !~ /^"[a-z0-9_]+\/[a-z0-9_\/]+\.h"/)
			line_fault("not of the form \"room/file.h\": " line)
		else if (!index(may[room], " " part[1] " "))
			line_fault(room " must not include " line)
	} else if (line ~ /^</) {
		low = tolower(line)
		for (word in foreign)
			if (index(low, word) && !index(foreign[word], " " room " "))
				line_fault(room " must not include " line)
	} else
		line_fault("not a plain include: " line)
}
END {
	if (!calls) fault("calls", "none seen between objects")
	exit bad
}' table="$table" "$table" $files pass=1 "$TMPDIR/symbols" pass=2 "$TMPDIR/symbols"
