#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Searches with libFuzzer for inputs that break a fuzz target, or lists the targets:
#
#	tests/fuzz/run.sh [TARGET [LIBFUZZER ARGUMENT]...]
#	tests/fuzz/run.sh all SECONDS
#
# One target runs until something is found or it is interrupted, or as long as -max_total_time=SECONDS says.
# It begins with the corpus in the tree; what it finds to be new goes to build/fuzz/found/TARGET, and what
# broke it to build/fuzz/found/TARGET.broken. "all" gives each target its seconds, as many at a time as
# there are CPUs, and says which one broke; it keeps nothing new but what broke.
#
#	BUILD_DIR    the build, of the preset fuzz
set -euo pipefail

source_dir=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
build_dir=${BUILD_DIR:-$source_dir/build/fuzz}
found=$build_dir/found

die() { echo "fuzz: $*" >&2; exit 1; }

targets() {
	local source

	for source in "$source_dir"/tests/fuzz/fuzz_*.c; do
		basename "$source" .c
	done | sed 's/^fuzz_//'
}

# search TARGET FOLDER [LIBFUZZER ARGUMENT]...: what is new goes to the folder
search() {
	local target=$1 folder=$2
	shift 2

	mkdir -p "$folder" "$found/$target.broken"
	"$build_dir/fuzz/fuzz_$target" -artifact_prefix="$found/$target.broken/" -timeout=30 \
		-rss_limit_mb=2560 "$@" "$folder" "$source_dir/tests/fuzz/corpus/$target"
}

# One line for a target that held, all that it said for one that did not.
search_briefly() {
	local target=$1 seconds=$2 log=$found/$1.log status=0

	rm -rf "$found/$target.once"
	search "$target" "$found/$target.once" -max_total_time="$seconds" -print_final_stats=1 \
		>"$log" 2>&1 || status=$?
	rm -rf "$found/$target.once"
	if ((status)); then
		echo "--- $target"
		cat "$log"
	else
		echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
	fi
	return $status
}

search_all() {
	local target

	[[ ${1-} =~ ^[1-9][0-9]*$ ]] || die "how many seconds for each?"
	mkdir -p "$found"
	for target in $(targets); do
		echo "$target"
	done | xargs -P "$(nproc)" -I TARGET "$0" --briefly TARGET "$1" ||
		die "something broke; the inputs are in $found"
}

target=${1-}
shift || true
[[ -d $source_dir/tests/fuzz/corpus/$target ]] || [[ $target == --briefly ]] || [[ $target == all ]] ||
	die "there is no target '$target'; there are: $(targets | paste -sd ' ' -)"
case $target in
'') targets ;;
all) search_all "$@" ;;
--briefly) search_briefly "$@" ;;
*) search "$target" "$found/$target" "$@" ;;
esac
