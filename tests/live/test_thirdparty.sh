#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A third party's plugins: bpfhost is installed to an empty prefix, the examples and a copy of a
# plugin of this tree are built elsewhere with nothing but that, listed and run.
set -euo pipefail
# shellcheck source=tests/live/programs.sh
. "$(dirname "$0")/programs.sh"

skip() { echo "skipped: needs $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

((EUID == 0)) || skip "root (CAP_BPF and CAP_PERFMON), to load BPF programs"
for tool in cmake jq; do
	command -v $tool >/dev/null || skip $tool
done

dir=$(mktemp -d)
host="" target=""
cleanup() {
	[[ -z $host ]] || kill -KILL "$host" 2>/dev/null || true
	[[ -z $target ]] || kill -KILL "$target" 2>/dev/null || true
	rm -rf "$dir"
}
trap cleanup EXIT
prefix=$dir/prefix plugins=$dir/plugins
mkdir "$plugins"

# ---- build --------------------------------------------------------------------------------------

generator=()
command -v ninja >/dev/null && generator=(-G Ninja)

# build COMPILER FOLDER: FOLDER is built by COMPILER, without a warning and without the source tree.
build() {
	local compiler=$1 folder=$2 build=$2/build-${1##*/}
	CC=$compiler cmake "${generator[@]}" -S "$folder" -B "$build" \
		-DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
		>"$dir/log" 2>&1 || { cat "$dir/log"; fail "configuring $folder with $compiler"; }
	cmake --build "$build" >"$dir/log" 2>&1 || { cat "$dir/log"; fail "building $build"; }
	! grep -i 'warning' "$dir/log" || fail "warnings in $build"
	! grep -F "$SOURCE_DIR/" -r "$build" --include='*.d' --include='*.json' ||
		fail "$build uses the source tree"
	(cd "$build" && ctest >"$dir/log" 2>&1) || { cat "$dir/log"; fail "testing $build"; }
	grep -q '100% tests passed, 0 tests failed out of [1-9]' "$dir/log" ||
		[[ ! -e $folder/$(basename "$folder")_test.c ]] || fail "no test ran in $build"
}

cmake --install "$BUILD_DIR" --prefix "$prefix" >"$dir/log" 2>&1 ||
	{ cat "$dir/log"; fail "installing"; }
! grep -rF "$SOURCE_DIR/" "$prefix/include" "$prefix/lib/cmake" || fail "installed paths"
cp -r "$SOURCE_DIR/examples" "$dir/elsewhere"
cp -r "$SOURCE_DIR/plugins/tracepoint" "$dir/elsewhere/"

# What is sanitized only fits the compiler that the SDK was built with.
compilers=("$CC")
if [[ ${CFLAGS-} != *-fsanitize* ]]; then
	compilers=()
	for compiler in gcc clang; do
		command -v $compiler >/dev/null && compilers+=("$compiler")
	done
fi
for compiler in "${compilers[@]}"; do
	for name in hello opens tracepoint; do
		build "$compiler" "$dir/elsewhere/$name"
		cp "$dir/elsewhere/$name/build-${compiler##*/}/plugins/$name.so" "$plugins/"
	done
done
echo "ok: built by ${compilers[*]##*/}"

# One symbol leaves a plugin.
for name in hello opens tracepoint; do
	exported=$(nm -D --defined-only "$plugins/$name.so" | awk '{ print $3 }' |
		grep -vE '^__(asan|ubsan|odr_asan)' || true)
	[[ $exported == bpfhost_plugin ]] || fail "$name.so exports: $exported"
done

# ---- list ---------------------------------------------------------------------------------------

bpfhost=("$prefix/bin/bpfhost" --plugin-dir "$plugins" --trust "$plugins")
listed=$("${bpfhost[@]}" --list --format json |
	jq -r --arg dir "$plugins" 'select(.path | startswith($dir)) | "\(.name) \(.version) \(.state)"')
expected=$'hello 1.0 ok\nopens 1.0 ok\ntracepoint '
[[ $listed == "$expected"*ok ]] || fail "--list: $listed"
echo "ok: listed"

# ---- run ----------------------------------------------------------------------------------------

! command -v bpftool >/dev/null || programs_remember '^(opens_|on_exec)'

# start_target PROGRAM [ARGUMENT]...: $target waits for its stdin to end.
start_target() {
	rm -f "$dir/go"
	mkfifo "$dir/go"
	"$@" <"$dir/go" >/dev/null &
	target=$!
	exec 5>"$dir/go"
}

# trace ARGUMENT...: events of $target, all of them, in $dir/out, the log in $dir/err.
trace() {
	local i
	: >"$dir/err" # the last run's must not be read while this one starts
	"${bpfhost[@]}" --format json --pid "$target" "$@" >"$dir/out" 2>"$dir/err" 5>&- &
	host=$!
	for ((i = 0; i < 600; i++)); do
		grep -q 'attached [1-9]' "$dir/err" && break
		kill -0 $host 2>/dev/null || break
		sleep 0.05
	done
	grep -q 'attached [1-9]' "$dir/err" || { cat "$dir/err"; fail "not attached: $*"; }
	exec 5>&-
	wait "$target" || true
	target=""
	kill -INT $host
	wait $host || { cat "$dir/err"; fail "exit status $? of: $*"; }
	host=""
}

# expect WHAT COUNT JQ: so many of the events in $dir/out match.
expect() {
	local found
	found=$(jq -s "[.[] | select($3)] | length" "$dir/out")
	[[ $found == "$2" ]] || { cat "$dir/out" "$dir/err"; fail "$1: $found, not $2"; }
	echo "ok: $1"
}

# stats WORD...: the last line accounts for exactly this.
stats() {
	local word
	for word in "$@"; do
		grep '^stats ' "$dir/err" | grep -qw -- "$word" ||
			{ cat "$dir/err"; fail "stats lack $word"; }
	done
}

printf -v long '/%0300d' 0
echo content >"$dir/present"
files=(7 "$dir/present" 3 "$dir/missing" 2 "$long")

start_target "$TARGETS_DIR/open_files" "${files[@]}"
trace --plugin opens --set summary=1h
expect 'every open is told' 12 '.event == "opens"'
expect 'existing files' 7 ".event == \"opens\" and .data.path == \"$dir/present\" and .data.ret >= 3"
expect 'missing files' 3 ".data.path == \"$dir/missing\" and .data.ret == -2"
expect 'long paths are cut' 2 \
	".data.ret == -36 and .data.path == \"${long:0:256}\" and .truncated == [\"path\"]"
expect 'flags and time' 12 '.data.flags == "RDONLY" and .data.latency_ns > 0'
expect 'pid and comm' 12 '.event == "opens" and .comm == "open_files" and .pid == .tid'
expect 'the totals at the end' 1 \
	'.event == "opens_summary" and .data.opens == 12 and .data.errors == 5 and .data.unmeasured == 0'
stats produced=13 delivered=13 filtered=0 lost=0 truncated=2

start_target "$TARGETS_DIR/open_files" "${files[@]}"
trace --plugin opens --set errors_only=true --set prefix="$dir/" --log-level debug
expect 'only errors below the prefix' 3 ".data.path == \"$dir/missing\" and .data.ret == -2"
expect 'nothing else' 3 true
stats produced=5 delivered=3 filtered=2 lost=0
[[ $(grep -c "opens: $dir/missing: error 2 (opens.bpf.c:" "$dir/err") == 3 ]] ||
	{ cat "$dir/err"; fail "the BPF programs' log"; }
echo "ok: the BPF programs' log"

start_target "$TARGETS_DIR/open_files" "${files[@]}"
trace --plugin tracepoint --set 'probes=syscalls:sys_enter_openat(filename)'
expect 'the copied plugin at work' 12 '.event == "syscalls:sys_enter_openat"'
stats produced=12 delivered=12 lost=0

# shellcheck disable=SC2016 # the inner shells' to expand
start_target sh -c 'read -r end; exec sh -c "exec sh -c \"exec true\""'
trace --plugin hello
expect 'three programs greeted' 3 '.event == "hello" and .data.greeting == "hello, world"'
expect 'and nobody else' 3 true
stats produced=3 delivered=3 lost=0

# ---- nothing is left ----------------------------------------------------------------------------

if command -v bpftool >/dev/null; then
	programs_suspect
	for ((i = 0; i < 30; i++)); do
		no_program_left && break
		sleep 0.1
	done
	[[ -z $programs_left ]] || fail "programs are left: $programs_left"
	echo "ok: nothing left attached"
fi
