#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs tests and adds up what they say.
#
# run.sh suite RESULT NAME KIND NEED COMMAND...
#     Run one suite and write "passed failed skipped name" to RESULT, its output to
#     RESULT.log, which is shown when it fails. Always succeeds. KIND is
#       cmocka   tests are counted from what cmocka prints
#       counted  tests are counted from a last line "N passed, N failed"
#       script   one test: status 0 passed, 77 skipped, else failed
#       check    as script, but run where run.sh was called
#     All but checks run in a directory of their own, which is removed. Where the
#     program NEED is missing ("-": none), the suite is skipped.
# run.sh sum OUT GROUP [RESULT...] [-- GROUP [RESULT...]]...
#     Add up results; a group without any is a failure.
# run.sh total DIR MAKE GOALS...
#     Run make once for each argument and add up the last lines; logs go to DIR.
set -eu

limit=${ASST_TEST_TIMEOUT:-240}

# "passed failed skipped" from a log of cmocka. What was announced and neither passed nor
# was skipped has failed: also what a crash or a failed fixture kept from running.
count_cmocka() {
	awk '/^\[==========\] Running [0-9]+ test/ { all += $3 }
	/^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
	/^\[  SKIPPED \] [0-9]+ test/ { skipped += $4 }
	END { failed = all - passed - skipped
	print passed + 0, (failed > 0 ? failed : 0), skipped + 0 }' "$1"
}

# The same from a last line "N passed, N failed[, N skipped]"; "0 0 0" where there is none.
count_line() {
	awk '/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { p = $1; f = $3; s = $5 }
	END { print p + 0, f + 0, s + 0 }' "$1"
}

clean_up() {
	chmod -R u+rwx "$dir" 2>/dev/null || :
	rm -rf "$dir"
}

suite() {
	result=$1 name=$2 kind=$3 need=$4
	shift 4
	mkdir -p "$(dirname "$result")"
	rm -f "$result"
	if [ "$need" != - ] && ! command -v "$need" >/dev/null 2>&1; then
		echo "SKIP $name: $need is missing"
		echo "0 0 1 $name" >"$result"
		return 0
	fi

	ASST_TOP=$PWD
	log=$PWD/$result.log
	dir=$(mktemp -d "${TMPDIR:-/tmp}/asst.XXXXXX")
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	export ASST_TOP CMOCKA_MESSAGE_OUTPUT=STDOUT TMPDIR="$dir"
	unset CMOCKA_XML_FILE CMOCKA_TEST_ABORT || :
	status=0
	(
		if [ "$kind" != check ]; then cd "$dir"; fi
		if command -v timeout >/dev/null 2>&1; then
			# RUN_PREFIX is a few words or nothing
			exec timeout -k 5 "$limit" ${RUN_PREFIX:-} "$@"
		fi
		exec ${RUN_PREFIX:-} "$@"
	) >"$log" 2>&1 </dev/null || status=$?

	case $kind in
	cmocka) counts=$(count_cmocka "$log") ;;
	counted) counts=$(count_line "$log") ;;
	*)
		case $status in
		0) counts="1 0 0" ;;
		77) counts="0 0 1" ;;
		*) counts="0 1 0" ;;
		esac
		;;
	esac
	passed=${counts%% *} skipped=${counts##* } failed=${counts#* }
	failed=${failed% *}
	why=
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		why=", over $limit s or killed"
	elif [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		why=", status $status"
	fi
	if [ "$((passed + failed + skipped))" -eq 0 ]; then
		failed=1 why="$why, no test ran"
	elif [ -n "$why" ] && [ "$failed" -eq 0 ]; then
		failed=1
	fi

	if [ "$failed" -ne 0 ]; then
		echo "---- $name ($result.log)"
		tail -n 100 "$log"
		echo "FAIL $name: $passed passed, $failed failed$why"
	elif [ "$passed" -eq 0 ]; then
		grep '^SKIP' "$log" || echo "SKIP $name: $(tail -n 1 "$log")"
	else
		grep '^SKIP' "$log" || :
		echo "ok   $name: $passed"
	fi
	echo "$passed $failed $skipped $name" >"$result"
}

line() {
	if [ "$3" -gt 0 ]; then
		echo "$1 passed, $2 failed, $3 skipped"
	else
		echo "$1 passed, $2 failed"
	fi
}

sum() {
	out=$1
	shift
	total_passed=0 total_failed=0 total_skipped=0 bad=
	while [ $# -gt 0 ]; do
		group=$1 some=0
		shift
		while [ $# -gt 0 ]; do
			if [ "$1" = -- ]; then
				shift
				break
			fi
			some=1
			if [ -f "$1" ] && read -r passed failed skipped name <"$1"; then
				if [ "$failed" -ne 0 ]; then bad="$bad $name"; fi
			else
				passed=0 failed=1 skipped=0
				bad="$bad $1"
			fi
			total_passed=$((total_passed + passed))
			total_failed=$((total_failed + failed))
			total_skipped=$((total_skipped + skipped))
			shift
		done
		if [ "$some" -eq 0 ]; then
			total_failed=$((total_failed + 1))
			bad="$bad $group(nothing-to-run)"
		fi
	done
	if [ -n "$bad" ]; then echo "failed:$bad"; fi
	line "$total_passed" "$total_failed" "$total_skipped"
	if [ "$out" != - ]; then line "$total_passed" "$total_failed" "$total_skipped" >"$out"; fi
	[ "$total_failed" -eq 0 ]
}

total() {
	logs=$1 make=$2
	shift 2
	mkdir -p "$logs"
	total_passed=0 total_failed=0 total_skipped=0 bad=
	for goals in "$@"; do
		log=$logs/$(echo "$goals" | tr ' ' '-').log
		echo "==== make $goals"
		# make and goals are a few words each
		{ $make $goals 2>&1 && echo 0 >"$log.status" || echo 1 >"$log.status"; } </dev/null | tee "$log"
		counts=$(count_line "$log")
		passed=${counts%% *} skipped=${counts##* } failed=${counts#* }
		failed=${failed% *}
		read -r status <"$log.status"
		if [ "$((passed + failed + skipped))" -eq 0 ] ||
			{ [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
			failed=$((failed + 1))
		fi
		if [ "$failed" -ne 0 ]; then bad="$bad [$goals]"; fi
		total_passed=$((total_passed + passed))
		total_failed=$((total_failed + failed))
		total_skipped=$((total_skipped + skipped))
	done
	echo "===="
	if [ -n "$bad" ]; then echo "failed:$bad"; fi
	line "$total_passed" "$total_failed" "$total_skipped"
	[ "$total_failed" -eq 0 ]
}

mode=$1
shift
case $mode in
suite | sum | total) "$mode" "$@" ;;
*)
	echo "run.sh: suite, sum or total" >&2
	exit 2
	;;
esac
