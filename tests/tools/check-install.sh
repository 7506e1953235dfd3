#!/bin/sh
# SPDX-License-Identifier: MIT
# What "make install" installs can be found, compiled against and run, shared and static,
# in directories with spaces, and "make uninstall" leaves nothing.
set -eu

cd "$ASST_TOP"
bad=0
fault() {
	echo "$1"
	bad=1
}

# The make that called this keeps its processors for itself.
MAKEFLAGS=$(printf '%s' "${MAKEFLAGS:-}" |
	sed -e 's/ *--jobserver-[a-z]*=[^ ]*//g' -e 's/ -j[0-9]*//g' -e 's/^-j[0-9]* *//')
export MAKEFLAGS
unset MFLAGS PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR || :

# flags DIR OPTION...: what pkg-config says of the library whose .pc is in DIR
flags() {
	dir=$1
	shift
	PKG_CONFIG_PATH="$dir" $PKG_CONFIG "$@" libassistant
}

# build OUT SOURCE PCDIR OPTION...: compile and link as a user would
build() {
	out=$1 source=$2 dir=$3
	shift 3
	flags "$dir" "$@" --cflags --libs >"$TMPDIR/flags"
	# pkg-config's output is shell text: spaces of paths are escaped in it
	eval "$CC -std=c99 -Wall -Wextra -pedantic -o '$out' '$source' $(cat "$TMPDIR/flags")"
}

# Nothing is left of it, but for the directory itself.
empty() {
	if [ -d "$1" ] && [ -n "$(ls -A "$1")" ]; then
		fault "left after uninstall:"
		find "$1" ! -type d -o -type d -empty
	fi
}

# 1. A prefix with a space.
prefix="$TMPDIR/pre fix"
$MAKE install DESTDIR= prefix="$prefix"
pc=$prefix/lib/pkgconfig
[ "$(flags "$pc" --modversion)" = "$VERSION" ] || fault "libassistant.pc has another version"
grep -q "^libdir=\${exec_prefix}/lib$" "$pc/libassistant.pc" || fault "libdir is not relative"
grep -q "^includedir=\${prefix}/include$" "$pc/libassistant.pc" || fault "includedir is not relative"
[ "$(readlink "$prefix/lib/libassistant.so")" = libassistant.so.0 ] || fault "libassistant.so leads elsewhere"
[ "$(readlink "$prefix/lib/libassistant.so.0")" = "libassistant.so.$VERSION" ] ||
	fault "libassistant.so.0 leads elsewhere"
for header in include/assistant/*.h include/assistant/sys/*.h; do
	cmp "$header" "$prefix/$header" || bad=1
done
# cJSON's own .pc must not be needed
if PKG_CONFIG_LIBDIR="$pc" flags "$pc" --cflags --libs --static >/dev/null 2>&1; then :; else
	fault "libassistant.pc needs another .pc"
fi

if build "$TMPDIR/shared" examples/demo.c "$pc"; then
	LD_LIBRARY_PATH="$prefix/lib" "$TMPDIR/shared" >"$TMPDIR/out" 2>&1 || {
		cat "$TMPDIR/out"
		fault "examples/demo.c fails with the shared library"
	}
	if readelf -d "$TMPDIR/shared" >"$TMPDIR/dynamic" 2>/dev/null; then
		grep -q 'NEEDED.*libassistant\.so\.0\]' "$TMPDIR/dynamic" || fault "not linked with the shared library"
	fi
else
	fault "examples/demo.c does not compile with the shared library"
fi

# The suite for backends compiles where it is installed.
conformance=$(flags "$pc" --variable=conformancedir)
# some pkg-configs escape the spaces of a variable, too
conformance=$(printf '%s' "$conformance" | sed 's/\\//g')
if [ -f "$conformance/asst_conformance.c" ]; then
	mkdir "$TMPDIR/conformance"
	flags "$pc" --cflags >"$TMPDIR/flags"
	for source in "$conformance"/*.c; do
		name=${source##*/}
		eval "$CC -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -c \
			-o '$TMPDIR/conformance/$name.o' '$source' $(cat "$TMPDIR/flags")" ||
			fault "installed $name does not compile"
	done
else
	fault "no asst_conformance.c in the directory that libassistant.pc names: $conformance"
fi

# Pages, and their other names.
for page in man/*.[357]; do
	[ -f "$page" ] || continue
	section=${page##*.}
	cmp "$page" "$prefix/share/man/man$section/${page#man/}" || bad=1
done
sh tests/tools/man-names.sh aliases man/*.3 >"$TMPDIR/aliases"
while read -r page alias; do
	[ "$(readlink "$prefix/share/man/man3/$alias")" = "$page" ] || fault "no alias $alias of $page"
done <"$TMPDIR/aliases"

# Static: where there is no shared library, -lassistant is the archive.
mv "$prefix/lib" "$TMPDIR/all"
mkdir "$prefix/lib"
mv "$TMPDIR/all/libassistant.a" "$TMPDIR/all/pkgconfig" "$prefix/lib/"
if build "$TMPDIR/static" examples/demo.c "$pc" --static; then
	env -u LD_LIBRARY_PATH "$TMPDIR/static" >"$TMPDIR/out" 2>&1 || {
		cat "$TMPDIR/out"
		fault "examples/demo.c fails with the archive"
	}
else
	fault "examples/demo.c does not compile with pkg-config --static"
fi
mv "$TMPDIR"/all/* "$prefix/lib/"

# Once more over itself, then away.
$MAKE install DESTDIR= prefix="$prefix"
$MAKE uninstall DESTDIR= prefix="$prefix"
empty "$prefix"

# 2. DESTDIR with a space, as packagers use it, with directories of their own.
dest="$TMPDIR/dest dir"
set -- DESTDIR="$dest" prefix=/usr libdir=/usr/lib/some-tuple
$MAKE install "$@"
pc=$dest/usr/lib/some-tuple/pkgconfig/libassistant.pc
[ -f "$pc" ] || fault "nothing at $pc"
[ -f "$dest/usr/include/assistant/assistant.h" ] || fault "no headers below DESTDIR"
[ -f "$dest/usr/lib/some-tuple/libassistant.so.$VERSION" ] || fault "no library below DESTDIR"
grep -q '^prefix=/usr$' "$pc" || fault "prefix is not /usr"
grep -q "^libdir=\${exec_prefix}/lib/some-tuple$" "$pc" || fault "libdir is not relative to prefix"
grep -q "^conformancedir=\${prefix}/share/libassistant/conformance$" "$pc" ||
	fault "conformancedir is not relative to prefix"
if grep -q -r "dest dir" "$dest/usr/lib/some-tuple/pkgconfig"; then fault "DESTDIR is in the .pc"; fi
# Someone else's file stays.
echo mine >"$dest/usr/include/assistant/mine.h"
$MAKE uninstall "$@"
[ -f "$dest/usr/include/assistant/mine.h" ] || fault "uninstall took what it did not install"
rm -f "$dest/usr/include/assistant/mine.h"
$MAKE install "$@"
$MAKE uninstall "$@"
empty "$dest"
exit "$bad"
