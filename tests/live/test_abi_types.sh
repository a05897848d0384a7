#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The types that cross between host and plugin are those of the day when their version was frozen: equal to
# the newest tests/data/abi-MAJOR.MINOR, and to the older ones but for what was added at ends. And the headers
# are as good for C++. Needs no privileges.
set -euo pipefail

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

headers=("-I$SOURCE_DIR/core/include" "-I$SOURCE_DIR/bpf/include")
if command -v g++ >/dev/null; then
	(cd "$SOURCE_DIR/core/include" && printf '#include <%s>\n' bpfhost/*.h) |
		g++ -std=c++17 -Wall -Wextra -Werror "${headers[@]}" -fsyntax-only -x c++ - ||
		fail "the headers cannot be read by C++"
	echo "ok: C++"
fi

machine=$(uname -m)
command -v abidiff >/dev/null || skip "abidiff is missing (abigail-tools)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read -r major minor < <(printf '#include <bpfhost/plugin.h>\nBPFHOST_ABI_MAJOR BPFHOST_ABI_MINOR\n' |
	"$CC" "${headers[@]}" -E - | tail -n 1)
newest=$SOURCE_DIR/tests/data/abi-$major.$minor
[[ -d $newest ]] || fail "ABI $major.$minor has no folder in tests/data: see tests/data/abi-1.0/README.md"
[[ -e $newest/types.$machine.abi ]] || skip "no types of $machine were frozen for ABI $major.$minor"

# Each struct is held, but for the records of the log, which stay within a plugin.
while read -r name; do
	[[ $name != log_* ]] || continue
	grep -q "^BPFHOST_LAYOUT_[A-Z]*($name, " "$SOURCE_DIR/core/include/bpfhost/layout.h" ||
		fail "<bpfhost/layout.h> does not hold struct bpfhost_$name"
	[[ $name != ext_* ]] || grep -q "struct bpfhost_$name " "$newest/types.c" ||
		fail "$newest/types.c has no struct bpfhost_$name"
done < <(cd "$SOURCE_DIR" && sed -nE 's/^struct bpfhost_(\w+) \{$/\1/p' core/include/bpfhost/{host,plugin,schema}.h \
	bpf/include/bpfhost/event.h)
echo "ok: all are held"

# dump FOLDER OUT: the headers of the folder as a library, for abidiff.
dump() {
	"$CC" -g -fPIC -shared "-I$1" "$newest/types.c" -o "$2"
}

# differ OLD LIBRARY [ARGUMENT]...: prints what differs; false where nothing does.
differ() {
	local status=0
	abidiff "${@:3}" "$1" "$2" >"$work/report" || status=$?
	((status & 3)) && fail "abidiff: $(cat "$work/report")"
	((status != 0))
}

# A copy of the headers that the test changes, without the assertions that would see it first.
fresh() {
	rm -rf "$work/headers"
	mkdir "$work/headers"
	cp -r "$SOURCE_DIR"/core/include/bpfhost "$SOURCE_DIR"/bpf/include/bpfhost "$work/headers"
	: >"$work/headers/bpfhost/layout.h"
}

fresh
dump "$work/headers" "$work/now.so"
! differ "$newest/types.$machine.abi" "$work/now.so" ||
	fail "not the types of ABI $major.$minor any more: $(cat "$work/report")"
for old in "$SOURCE_DIR/tests/data/abi-$major".*; do
	[[ $old != "$newest" && -e $old/types.$machine.abi ]] || continue
	! differ "$old/types.$machine.abi" "$work/now.so" --suppressions "$old/grown.suppr" ||
		fail "not what ${old##*/} promised: $(cat "$work/report")"
done
echo "ok: the types of ABI $major.$minor"

# ---- it sees what breaks, and only that ---------------------------------------------------------

# change FILE SED...: one change to the headers.
change() {
	fresh
	cp "$work/headers/bpfhost/$1" "$work/before"
	sed -i "$2" "$work/headers/bpfhost/$1"
	! cmp -s "$work/headers/bpfhost/$1" "$work/before" || fail "nothing is changed by: $2"
	dump "$work/headers" "$work/changed.so"
}

# breaks WHERE SED: seen.
breaks() {
	change "$@"
	differ "$newest/types.$machine.abi" "$work/changed.so" || fail "not seen: $2"
}
# Where the struct is one that may grow.
moves() {
	breaks "$@"
	differ "$newest/types.$machine.abi" "$work/changed.so" --suppressions "$work/grown.suppr" ||
		fail "not seen where it may grow: $2"
}
# Allowed, but for a minor version of its own.
grows() {
	breaks "$@"
	! differ "$newest/types.$machine.abi" "$work/changed.so" --suppressions "$work/grown.suppr" ||
		fail "seen, but allowed: $2: $(cat "$work/report")"
}
may_grow() {
	printf '[suppress_type]\n\tname = %s\n\thas_data_member_inserted_at = end\n' "$1" >"$work/grown.suppr"
}
# Enumerators that are added change no type.
added() {
	change "$@"
	! differ "$newest/types.$machine.abi" "$work/changed.so" || fail "seen, but allowed: $2"
}

may_grow bpfhost_host
grows host.h 's/^	const void \*(\*extension)(const struct.*/&\n	void (*more)(int number);/'
moves host.h 's/^	void (\*taken)(/	void (*more)(int number);\n&/'
moves host.h 's/^	void (\*plan)(.*//'
breaks host.h 's/(\*unwatch)(const struct bpfhost_host \*host, int fd)/(*unwatch)(const struct bpfhost_host *host, long fd)/'
may_grow bpfhost_plugin
grows plugin.h 's/^	const void \*(\*extension)(const char.*/&\n	const char *author;/'
breaks plugin.h 's/^	uint64_t needs;/	uint32_t needs;/'
may_grow bpfhost_ext_release
moves host.h 's/^	void (\*step)(.*//'
breaks plugin.h 's/^	int (\*poll)(/	int (*more)(void);\n&/'
breaks plugin.h 's/^	int64_t max;/	int32_t max;/'
breaks event.h 's/^	__u16 cpu;/	__u32 cpu;/'
breaks schema.h 's/^	uint16_t kind;/	uint32_t kind;/'
breaks plugin.h 's/BPFHOST_OPT_PROBE = 8/BPFHOST_OPT_PROBE = 9/'
added plugin.h 's/^	BPFHOST_OPT_PROBE = 8,.*/&\n	BPFHOST_OPT_FLOAT = 9,/'
echo "ok: sees what breaks, and lets grow what may"
