#!/bin/sh
# SPDX-License-Identifier: MIT
# The exported names are those of the headers, of the map, of tests/abi/symbols and of the
# built library; the archive shows no foreign names; nothing is imported that a library
# inside someone else's program must not use; sizes and numbers are the released ones.
set -eu
LC_ALL=C
export LC_ALL

cd "$ASST_TOP"
bad=0
so=$BUILD/libassistant.so.$VERSION

# same WHAT_A A WHAT_B B: two sorted lists are equal
same() {
	comm -23 "$2" "$4" >"$TMPDIR/left"
	comm -13 "$2" "$4" >"$TMPDIR/right"
	if [ -s "$TMPDIR/left" ]; then
		sed "s|^|in $1, not in $3: |" "$TMPDIR/left"
		bad=1
	fi
	if [ -s "$TMPDIR/right" ]; then
		sed "s|^|in $3, not in $1: |" "$TMPDIR/right"
		bad=1
	fi
}

sh tests/tools/api-names.sh include/assistant/*.h include/assistant/sys/*.h >"$TMPDIR/headers"
uniq -d "$TMPDIR/headers" >"$TMPDIR/twice"
if [ -s "$TMPDIR/twice" ]; then
	sed 's/^/declared twice: /' "$TMPDIR/twice"
	bad=1
fi
awk '/^LIBASSISTANT_[0-9.]+ *\{/ { node = $1; sub(/\{.*/, "", node); next }
	/\*;/ { next }
	/^[ \t]*asst_[a-z0-9_]+;/ { sub(/;.*/, "", $1); print $1, node; next }
	/^[ \t]*[a-zA-Z_0-9]+[ \t]*;/ { print $1, node }' lib/libassistant.map | sort >"$TMPDIR/map"
if grep -v '^asst_[a-z0-9_]* ' "$TMPDIR/map"; then
	echo "names of the map that do not begin with asst_"
	bad=1
fi
# The list is kept sorted, so that a change of it is easy to read.
if ! sort -c tests/abi/symbols; then bad=1; fi
sort tests/abi/symbols >"$TMPDIR/frozen"
# name@@NODE; the nodes themselves are absolute symbols
$NM -D --defined-only --with-symbol-versions "$so" |
	awk '$2 != "A" { n = $3; sub(/@.*/, "", n); v = $3; sub(/^[^@]*@*/, "", v); print n, v }' |
	sort >"$TMPDIR/built"
[ -s "$TMPDIR/built" ] || { echo "$so exports nothing"; exit 1; }

cut -d ' ' -f 1 "$TMPDIR/map" | sort >"$TMPDIR/map.names"
same "the headers" "$TMPDIR/headers" "the map" "$TMPDIR/map.names"
same "the map" "$TMPDIR/map" "tests/abi/symbols" "$TMPDIR/frozen"
same "tests/abi/symbols" "$TMPDIR/frozen" "$so" "$TMPDIR/built"

# The archive has no other scope than the host's program.
$NM -g --defined-only "$BUILD/libassistant.a" |
	awk 'NF == 3 && $3 !~ /^asst_/ && $3 !~ /^__x86\.get_pc_thunk/ { print $3 }' |
	sort -u >"$TMPDIR/strange"
if [ -s "$TMPDIR/strange" ]; then
	sed 's/^/global in the archive, without asst_: /' "$TMPDIR/strange"
	bad=1
fi

# Imports, also under the names that fortified builds give them.
$NM -D -u "$so" | awk '{ n = $NF; sub(/@.*/, "", n); sub(/^__isoc[0-9]+_/, "", n); print n
	if (sub(/^__/, "", n) && sub(/_chk$/, "", n)) print n }' | sort -u >"$TMPDIR/imports"
[ -s "$TMPDIR/imports" ] || { echo "$so imports nothing"; exit 1; }
cat >"$TMPDIR/forbidden" <<'END'
exit|_exit|_Exit|quick_exit|abort|__assert_fail|__assert|atexit|raise|kill
printf|vprintf|fprintf|vfprintf|dprintf|vdprintf|puts|putchar|putc|fputs|fputc|fwrite|perror
stdout|stderr|stdin|syslog|vsyslog
rand|srand|rand_r|random|srandom|drand48|lrand48|mrand48|srand48
setlocale|uselocale|strtok|strerror|localtime|gmtime|asctime|ctime|getenv
cJSON_Parse.*|cJSON_Print.*|cJSON_InitHooks|cJSON_Compare|cJSON_ReplaceItem.*|cJSON_Duplicate
cJSON_Minify|cJSON_GetErrorPtr
uuid_generate.*
signal|sigaction|sigprocmask|alarm|setitimer
chdir|fchdir|umask|setenv|putenv|unsetenv|clearenv
pthread_atfork|__register_atfork|fork|vfork|system|popen|execv.*
END
pattern=$(tr '\n' '|' <"$TMPDIR/forbidden")
if grep -E -x "(${pattern%|})" "$TMPDIR/imports" >"$TMPDIR/found"; then
	sed 's/^/imported, but not for a library to use: /' "$TMPDIR/found"
	bad=1
fi

# The name that programs record, and the chain to it.
soname=$(readelf -d "$so" 2>/dev/null | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
if [ -n "$soname" ] && [ "$soname" != libassistant.so.0 ]; then
	echo "soname is $soname"
	bad=1
fi

# Sizes, offsets, numbers.
$CC -std=c11 -Iinclude -Wall -Wextra -Wpedantic -Werror -fsyntax-only tests/abi/pins.c || bad=1
for name in $(sed -n 's/^#define \(ASST_[A-Z0-9_]*\) .*/\1/p' include/assistant/*.h include/assistant/sys/*.h |
	grep -v -E '^ASST_(API|DEPRECATED|VERSION_.*)$'); do
	grep -q "^IS($name, " tests/abi/pins.c || {
		echo "tests/abi/pins.c does not pin $name"
		bad=1
	}
done
exit "$bad"
