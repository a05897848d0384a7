#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What `bpfhost new` writes, of each kind, builds against the installed package as it is, passes its own
# test and the conformance suite, and prints an event.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
need_kernel
need_program cmake
need_program ping
net_up

try() {
	"$@" >"$TMP/build.log" 2>&1 || fail "$* ends with $?: $(tail -n 40 "$TMP/build.log")"
}

try cmake --install "$BUILD_DIR" --prefix "$TMP/prefix"
BPFHOST=$TMP/prefix/bin/bpfhost
export CMAKE_PREFIX_PATH=$TMP/prefix CMAKE_BUILD_PARALLEL_LEVEL=2 CMAKE_COMPILE_WARNING_AS_ERROR=ON
[ -z "$(command -v ninja)" ] || export CMAKE_GENERATOR=Ninja
export CFLAGS CC CXXFLAGS=$CFLAGS
mkdir "$TMP/author" "$TMP/author/all"
cd "$TMP/author" || exit 1

# ---- three commands ---------------------------------------------------------------------------

# The second and third are what the first prints.
"$BPFHOST" new hello-1 >"$TMP/told" || fail "new ends with $?"
expect "lines" 2 "$(wc -l <"$TMP/told")"
expect "the folder" 'CMakeLists.txt README.md hello-1.bpf.c hello-1.c hello-1.conf hello-1_event.h hello-1_test.c' \
	"$(find hello-1 -type f -printf '%P\n' | LC_ALL=C sort | words)"
expect "left of the template" "" "$(grep -ril 'newname\|newident' hello-1)"
(PATH=$TMP/prefix/bin:$PATH && umask 022 && try bash -c "$(head -n 1 "$TMP/told")") || exit 1
run=$(sed -n '2s/^sudo bpfhost //p' "$TMP/told")
cp /bin/true "$TMP/started"
# shellcheck disable=SC2086 # several words
"$BPFHOST" $run --comm started --format json --duration 20s --count 1 >"$TMP/out" 2>"$TMP/log" &
host=$!
wait_until 10 grep -q 'attached 1 of 1' "$TMP/log" || fail "not attached"
"$TMP/started"
wait "$host" || fail "the host ends with $?"
expect "the event" "hello_1 $TMP/started" "$(jq -r '"\(.event) \(.data.path)"' "$TMP/out")"
note "ok: three commands"

# ---- all kinds, in one build --------------------------------------------------------------------

cd all || exit 1
kinds='custom tracepoint uprobe usdt xdp'
validators=()
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.24)
project(all C)
enable_testing()
file(GLOB folders */CMakeLists.txt)
foreach(file IN LISTS folders)
	get_filename_component(folder ${file} DIRECTORY)
	add_subdirectory(${folder})
endforeach()
END
for kind in $kinds; do
	"$BPFHOST" new "my_$kind" --kind "$kind" >"$TMP/told" || fail "new --kind $kind ends with $?"
done
# And one of them goes on in C++.
plugins=5
if [ -n "$(command -v g++)" ]; then
	"$BPFHOST" new my_cxx >"$TMP/told" || fail "new ends with $?"
	printf '%s\n' 'cmake_minimum_required(VERSION 3.24)' 'project(my_cxx C CXX)' 'find_package(bpfhost REQUIRED)' \
		'bpfhost_add_plugin(my_cxx SOURCES my_cxx.c core.cc)' >my_cxx/CMakeLists.txt
	cat >my_cxx/core.cc <<'END'
#include <string>

#include <bpfhost/sdk.h>

extern "C" int cxx_load(struct bpfhost_instance *self)
{
	std::string name = self->host->instance;

	bpfhost_info(self, "%s", (name + " in C++").c_str());
	return bpfhost_default_load(self);
}
END
	cat >my_cxx/my_cxx.c <<'END'
#include <bpfhost/plugin.h>

int cxx_load(struct bpfhost_instance *self);

BPFHOST_PLUGIN(.name = "my_cxx", .version = "1.0", .license = "MIT", .description = "in C++",
	       .vtable = { .load = cxx_load });
END
	plugins=6
fi
try cmake -B build
try cmake --build build
! grep -i 'warning' "$TMP/build.log" || fail "warnings"
if pkg-config --exists cmocka; then
	try ctest --test-dir build
	grep -q "100% tests passed, 0 tests failed out of $plugins" "$TMP/build.log" ||
		fail "their tests: $(cat "$TMP/build.log")"
fi
PLUGIN_DIR=$PWD/build/plugins
note "ok: built, and their own tests"

expect "listed" "my_custom $([ $plugins = 5 ] || echo "my_cxx ")my_tracepoint my_uprobe my_usdt my_xdp" "$("$BPFHOST" --list --format json \
	--plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" |
	jq -r --arg dir "$PLUGIN_DIR" 'select(.state == "ok" and (.path | startswith($dir))) | .name' | words)"

# Each takes seconds of waiting for the kernel, so all at once.
for kind in $kinds; do
	nsenter "--net=/run/netns/$NET_HERE" "$BPFHOST" validate "$PLUGIN_DIR/my_$kind.so" --trust "$PLUGIN_DIR" \
		--call-limit $((20 * SLOW))s >"$TMP/valid.$kind" 2>&1 &
	validators[$!]=$kind
done
for pid in "${!validators[@]}"; do
	wait "$pid" || fail "validate: $(cat "$TMP/valid.${validators[pid]}")"
	grep -q ': 20 checks, 0 errors, ' "$TMP/valid.${validators[pid]}" ||
		fail "validate: $(cat "$TMP/valid.${validators[pid]}")"
done
expect "warnings, but for usdt where there is no such library" "" \
	"$(grep -h ': warning: ' "$TMP"/valid.[!u]* "$TMP/valid.uprobe")"
note "ok: what every plugin has to keep"

# ---- they print events --------------------------------------------------------------------------

# printed KIND NUMBER FILTER
printed() {
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger "my_$1"
	expect "events of my_$1" "$2" "$(count "$3")"
	check_json
	check_clean
	note "ok: $1 prints events"
}

host_start --plugin my_tracepoint --comm started
"$TMP/started"
printed tracepoint 1 ".data.path == \"$TMP/started\""

if [ $plugins = 6 ]; then
	host_start --plugin my_cxx --comm started
	"$TMP/started"
	printed cxx 1 ".data.path == \"$TMP/started\""
	grep -q 'my_cxx in C++' "$TMP/log" || fail "what is written in C++ does not run"
fi

# The C library of this shell, which may be another's than that of the test's.
host_start --plugin my_uprobe --filter "path == \"$TMP/started\""
bash -c "exec '$TMP/started'"
bash -c "exec '$TMP/started'"
printed uprobe 2 '.comm == "bash" and .event == "my_uprobe"'

cat >throws.cc <<'END'
int main()
{
	for (int i = 0; i < 3; i++)
		try {
			throw 1L;
		} catch (long) {
		}
}
END
if g++ -o throws throws.cc 2>/dev/null &&
	readelf -n "$(ldd throws | awk '/libstdc\+\+/ { print $3 }')" | grep -q 'Provider: libstdcxx'; then
	host_start --plugin my_usdt --comm throws
	./throws
	printed usdt 3 '.data.type == "l" and .data.object != "0x0"'
else
	note "not tried: usdt (no C++ library with static probes here)"
fi

host_start --plugin my_xdp --set iface=eth --filter 'type == 0x0800'
there ping -q -n -c 3 -i 0.05 10.9.0.1 >"$TMP/ping" || fail "ping: $(cat "$TMP/ping")"
source=$(ip -n "$NET_THERE" -j link show eth | jq -r '.[0].address')
printed xdp 3 ".data.length == 98 and .data.source == \"$source\""

host_start --plugin my_custom --comm started --set interval=10ms
for _ in 1 2 3 4; do "$TMP/started"; done
wait_until 5 grep -q '"starts":4' "$TMP/out" || fail "nothing is told from time to time"
host_stop
expect "exit status" 0 "$STATUS"
expect "the last totals" "4 4" "$(tail -n 1 "$TMP/out" | jq -r '"\(.data.starts) \(.data.ends)"')"
check_ledger my_custom
check_clean
note "ok: custom prints events"

# ---- what is refused ----------------------------------------------------------------------------

# refused STATUS WORDS ARGUMENT...
refused() {
	local status=$1 words=$2

	shift 2
	"$BPFHOST" new "$@" >"$TMP/told" 2>"$TMP/log"
	expect "exit status of new $*" "$status" $?
	expect "printed by new $*" "" "$(cat "$TMP/told")"
	grep -qF -- "$words" "$TMP/log" || fail "new $*: does not say: $words"
}

mkdir taken
ln -s nowhere linked
: >file
before=$(find . -path ./build -prune -o -printf '%p %i %s %T@\n' | sort)
refused 1 'failed to make the folder taken: File exists' taken
refused 1 'failed to make the folder linked: File exists' linked
refused 1 'failed to make the folder file: File exists' file
refused 1 'failed to make the folder my_xdp: File exists' my_xdp
refused 2 'unknown kind "xpd"; did you mean "xdp"?' fresh --kind xpd
refused 2 'can be no plugin'"'"'s name' ../fresh
refused 2 'can be no plugin'"'"'s name' Fresh
refused 2 'may not begin with -' -- -fresh
expect "what was there" "$before" "$(find . -path ./build -prune -o -printf '%p %i %s %T@\n' | sort)"
# All or nothing: the disk is full behind the first file.
mkdir small && mount -t tmpfs -o size=4k,mode=755 tmpfs small 2>/dev/null && {
	(cd small && refused 1 'failed to write full/' full)
	status=$?
	left=$(ls small)
	umount small
	[ $status = 0 ] || exit 1
	expect "left of what could not be written" "" "$left"
}
note "ok: what is refused"
