#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Runs docs/PLUGINS.md: a code block with a file name becomes that file, a block of sh is run, each
# where the reader would be by then. bpfhost is installed to an empty prefix for that.
set -euo pipefail

skip() { echo "skipped: needs $*"; exit 77; }

((EUID == 0)) || skip "root (CAP_BPF and CAP_PERFMON), to load BPF programs"
command -v cmake >/dev/null || skip cmake

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cmake --install "$BUILD_DIR" --prefix "$dir/prefix" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
export PATH="$dir/prefix/bin:$PATH" CMAKE_PREFIX_PATH="$dir/prefix"

# One script out of the page: what it does is what the page says, in its order.
awk '
	/^```sh$/ { block = "sh"; print "set -x"; next }
	/^```[a-z]+ [A-Za-z0-9_.]+$/ { block = "file"; print "cat >" $2 " <<\"END OF FILE\""; next }
	/^```/ {
		if (block == "sh")
			print "{ set +x; } 2>/dev/null"
		if (block == "file")
			print "END OF FILE"
		block = block == "" ? "other" : ""
		next
	}
	block == "sh" || block == "file" { print }
' "$SOURCE_DIR/docs/PLUGINS.md" >"$dir/page.sh"
commands=$(grep -c '^set -x$' "$dir/page.sh")
files=$(grep -c '^cat >' "$dir/page.sh")
echo "$commands blocks of commands, $files files"
((commands >= 9 && files >= 7))

mkdir "$dir/reader"
(cd "$dir/reader" && bash -euo pipefail "$dir/page.sh") >"$dir/out" 2>"$dir/err" ||
	{ cat "$dir/out" "$dir/err"; echo "FAILED: a command of docs/PLUGINS.md" >&2; exit 1; }

# expect TEXT: the commands printed it.
expect() { grep -qF -- "$1" "$dir/out" || { cat "$dir/out" "$dir/err"; echo "FAILED: no $1" >&2; exit 1; }; }
expect 'greets every program that starts'
expect '"comm":"true","data":{"greeting":"hello, world"}}'
expect '"comm":"true","data":{"greeting":"moin"}}'
expect 'what is said, in up to 15 bytes'
expect 'build/plugins/hello.so: 20 checks, 0 errors, 0 warnings'
expect '100% tests passed, 0 tests failed out of 1'
expect 'would attach program on_exec to tracepoint/sched/sched_process_exec'
[[ $(grep -c '"event":"hello"' "$dir/out") == 2 ]]
echo "ok: every command of docs/PLUGINS.md"
