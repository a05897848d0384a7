# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# (What run.sh uses of this is not seen from here.)
#
# What is measured, each as the arrays
#
#   caller    the traced program and what it calls (traced/traced.h)
#   minimal, bpfhost, script   the tracers; script are the words behind bpftrace's own
#
# run.sh adds where the events go. Beside the header, each prints the arguments.

: "${BUILD_DIR:?}" "${bin:?}"

host=("$BUILD_DIR/bpfhost" --plugin-dir "$BUILD_DIR/plugins" --trust "$BUILD_DIR/plugins")
json='{\"time\":%llu,\"cpu\":%d,\"pid\":%d,\"tid\":%d,\"uid\":%d,\"comm\":\"%s\"'
header='nsecs, cpu, pid, tid, uid, comm'

# address_of SYMBOL: of the calling program, as its file has it.
address_of() {
	nm "$bin/caller" | awk -v name="$1" '$3 == name { print "0x" $1 }'
}

# The static probe's address, or nothing where its arguments are not where minimal.bpf.c looks.
address_of_usdt() {
	LC_ALL=C readelf -n "$bin/caller" | awk '
		/Location:/ { sub(",", "", $2); address = $2 }
		/Arguments: (-4@%edi 8@%rsi|-4@w0 8@x1)$/ { print address }'
}

# case_function CASE FUNCTION KIND PROBE-TAIL FORMAT ARGUMENTS
case_function() {
	caller=("$bin/caller" "${2#bench_}" 1)
	minimal=("$bin/minimal" "$bin/minimal.bpf.o" "$3" @PID@ uprobe "$bin/caller:$2"
		"$bin/caller:$(address_of "$2")")
	bpfhost=("${host[@]}" --plugin uprobe --set "probes=$bin/caller:$2$4" --pid @PID@
		--format json)
	script=(-p @PID@ -e "uprobe:$bin/caller:$2 {
		printf(\"$json,\\\"value\\\":%d}\n\", $header, arg0); }")
}

# A call: its begin and, in one event with that, its end.
case_call() {
	case_function call bench_push call '(value: i32) -> i32'
	script=(-p @PID@ -e "uprobe:$bin/caller:bench_push { @value[tid] = arg0; @began[tid] = nsecs; }
		uretprobe:$bin/caller:bench_push /@began[tid]/ {
		printf(\"$json,\\\"value\\\":%d,\\\"ret\\\":%d,\\\"latency\\\":%llu}\n\", $header,
			@value[tid], retval, nsecs - @began[tid]);
		delete(@value[tid]); delete(@began[tid]); }")
}

case_getppid() {
	caller=("$bin/caller" getppid 1)
	minimal=("$bin/minimal" "$bin/minimal.bpf.o" event @PID@ tracepoint
		syscalls:sys_enter_getppid -)
	bpfhost=("${host[@]}" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
		--pid @PID@ --format json)
	script=(-e "tracepoint:syscalls:sys_enter_getppid /pid == @PID@/ {
		printf(\"$json}\n\", $header); }")
}

case_usdt() {
	local address
	address=$(address_of_usdt)
	[[ $address ]] || { echo "bench: the static probe has its arguments elsewhere" >&2; return 1; }
	caller=("$bin/caller" usdt 1)
	minimal=("$bin/minimal" "$bin/minimal.bpf.o" text @PID@ usdt bench:fired
		"$bin/caller:$address")
	bpfhost=("${host[@]}" --plugin usdt --set "probes=$bin/caller:bench:fired(number, text: str)"
		--pid @PID@ --format json)
	script=(-p @PID@ -e "usdt:$bin/caller:bench:fired {
		printf(\"$json,\\\"number\\\":%d,\\\"text\\\":\\\"%s\\\"}\n\", $header, arg0, str(arg1)); }")
}

# case_set CASE: sets the arrays; fails where it cannot be measured.
case_set() {
	case $1 in
	getppid) case_getppid ;;
	usdt | usdt_two) case_usdt || return ;;
	call) case_call ;;
	*) case_function "$1" "bench_${1%_two}" value '(value: i32)' ;;
	esac
	[[ $1 != *_two ]] || caller[2]=2
}

# attach_set COUNT: the first so many functions of many.c. bpftrace refuses more than 512 otherwise.
attach_set() {
	local glob
	case $1 in
	1) glob=many_10000 ;;
	100) glob='many_100*' ;;
	1000) glob='many_10*' ;;
	10000) glob='many_1*' ;;
	esac
	export BPFTRACE_MAX_PROBES=$1
	bpfhost=("${host[@]}" --plugin uprobe --set "probes=$bin/many:$glob" --format json
		--output /dev/null)
	script=(-p @PID@ -e "uprobe:$bin/many:$glob { printf(\"%s\n\", probe); }")
}
