#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone, once and twice, as C99, C11 and C++11, and keeps to
# the types that every language has; tests/headers/ holds programs that use them.
set -eu

cd "$ASST_TOP"
bad=0
headers=$(cd include && find assistant -name '*.h' | LC_ALL=C sort)
[ -n "$headers" ] || { echo "no headers"; exit 1; }

for header in $headers; do
	printf '#include <%s>\n#include <%s>\nextern int nothing;\n' "$header" "$header" >"$TMPDIR/one.c"
	cp "$TMPDIR/one.c" "$TMPDIR/one.cpp"
	for std in c99 c11; do
		$CC "-std=$std" -pedantic -Wall -Wextra -Wundef -Wstrict-prototypes -Werror -Iinclude \
			-fsyntax-only "$TMPDIR/one.c" || {
			echo "$header: not as $std"
			bad=1
		}
	done
	if command -v "${CXX%% *}" >/dev/null 2>&1; then
		$CXX -std=c++11 -pedantic -Wall -Wextra -Wundef -Werror -Iinclude -fsyntax-only \
			"$TMPDIR/one.cpp" || {
			echo "$header: not as C++11"
			bad=1
		}
	fi
done

# Words that do not belong there, outside of comments.
for header in $headers; do
	sed -e 's|/\*.*\*/||' "include/$header" | awk -v header="$header" '
	/\/\*/ { inside = 1 }
	!inside {
		line = $0
		gsub(/"[^"]*"/, "", line)
		if (match(line, /(^|[^A-Za-z0-9_])(bool|_Bool|long|short|time_t|ssize_t|off_t|mode_t|FILE|va_list|enum|union|inline|cJSON|uuid_t)([^A-Za-z0-9_]|$)/) ||
			line ~ /HAVE_/ || line ~ /\.\.\./ || line ~ /;[^;]*:[ \t]*[0-9]+[ \t]*;/) {
			print header ":" FNR ": not for a public header: " $0
			bad = 1
		}
	}
	/\*\// { inside = 0 }
	END { exit bad }' || bad=1
done

# The umbrella has every header but those of sys/.
for header in include/assistant/*.h; do
	header=${header##*/}
	[ "$header" = assistant.h ] || grep -q "^#include <assistant/$header>" include/assistant/assistant.h || {
		echo "assistant.h does not include $header"
		bad=1
	}
done

if command -v "${CXX%% *}" >/dev/null 2>&1; then
	# Every function is there under its C name for C++ programs, too.
	{
		sed 's|.*|#include <&>|' <<END
$headers
END
		echo 'typedef void (*function)();'
		echo 'extern function const all[];'
		echo 'function const all[] = {'
		sh tests/tools/api-names.sh include/assistant/*.h include/assistant/sys/*.h |
			sed 's/.*/	reinterpret_cast<function>(&),/'
		echo '};'
		echo 'int main() { return all[0] ? 0 : 1; }'
	} >"$TMPDIR/all.cpp"
	$CXX -std=c++11 -pedantic -Wall -Wextra "@$BUILD/stage.cflags" -o "$TMPDIR/all" "$TMPDIR/all.cpp" \
		"@$BUILD/stage.libs" && "$TMPDIR/all" || {
		echo "a C++ program does not link with every function"
		bad=1
	}
	for source in tests/headers/*.cpp; do
		[ -f "$source" ] || continue
		$CXX -std=c++11 -pedantic -Wall -Wextra -Werror "@$BUILD/stage.cflags" -o "$TMPDIR/host" "$source" \
			"@$BUILD/stage.libs" && "$TMPDIR/host" || {
			echo "$source failed"
			bad=1
		}
	done
else
	echo "SKIP headers as C++: no C++ compiler"
fi
exit "$bad"
