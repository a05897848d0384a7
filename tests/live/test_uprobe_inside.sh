#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each byte of functions: where an instruction begins, by objdump, a probe is attached and the program comes to what
# it comes to untraced; inside of one a probe is refused, and the nearest places are told.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program objdump
[ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/inside
CALLS=25

cat >"$TMP/inside.c" <<'EOF'
#include <stdio.h>
#include <unistd.h>
long steps(long number);
__asm__(".pushsection .text\n.globl steps\n.type steps,@function\nsteps:\n"
	"push %rbp; mov %rsp,%rbp; sub $0x10,%rsp; movl $0x90,%eax; lea 0x20(%rdi,%rax,2),%rax\n"
	"imul $0x333,%rax,%rax; testb $1,%dil; setne %cl; movzbl %cl,%ecx; mov %rcx,-8(%rbp)\n"
	"movabs $0x1122334455667788,%rdx; xor %rdx,%rax; movw $0x1234,%cx; add %rcx,%rax\n"
	"movd %edi,%xmm0; pshufd $0,%xmm0,%xmm1; movd %xmm1,%ecx; add -8(%rbp),%rax\n"
	"nopw 0x200(%rax,%rax); sub %rcx,%rax; add $0x10,%rsp; pop %rbp; ret\n"
	".size steps,.-steps\n.popsection");
__attribute__((noinline)) unsigned mix(unsigned n, const char *text)
{
	unsigned sum = n * 2654435761u;
	for (; *text; text++)
		sum = *text == 'x' ? sum % 1000003 : (sum << 5 | sum >> 27) ^ (unsigned char)*text;
	return n & 1 ? sum / 7 : sum + 0x12345678;
}
int main(int argc, char **argv)
{
	char line[8];
	unsigned mixed = 0;
	long all = 0;
	alarm(60);
	printf("pid %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (int i = 0; i < 25; i++) {
		all = all * 3 + steps(i);
		mixed = mixed * 3 + mix((unsigned)i, argv[argc - 1]);
	}
	printf("steps %lx mix %x\ndone\n", all, mixed);
	fflush(stdout);
	fgets(line, sizeof(line), stdin);
	return 0;
}
EOF
"$CC" -O2 -o "$TARGET_PROGRAM" "$TMP/inside.c" || fail "the program does not compile"

# Offsets at which the instructions of a function begin, in decimal digits.
begins() {
	local begin

	begin=$((0x$(nm "$TARGET_PROGRAM" | awk -v name="$1" '$3 == name { print $1 }')))
	objdump -d --insn-width=16 "--disassemble=$1" "$TARGET_PROGRAM" |
		sed -n 's/^ *\([0-9a-f]*\):\t.*/\1/p' | while read -r address; do
		echo $((0x$address - begin))
	done
}

size_of() {
	echo $((0x$(nm -S "$TARGET_PROGRAM" | awk -v name="$1" '$4 == name { print $2 }')))
}

# go ARGUMENT...: what the program comes to, into $SAID; its events in $TMP/out
go() {
	target_start textxtext
	host_start --plugin uprobe "$@"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	target_end
	SAID=$(grep '^steps' "$TMP/target.out")
}

target_start textxtext
target_go
target_end
untraced=$(grep '^steps' "$TMP/target.out")
[ -n "$untraced" ] || fail "the program says nothing"

# ---- where instructions begin --------------------------------------------------------------------

for function in steps mix; do
	probes=()
	for offset in $(begins $function); do
		probes+=(--set "probes=$TARGET_PROGRAM:$function+$offset")
	done
	[ ${#probes[@]} -gt 40 ] || fail "$function has few instructions"
	go "${probes[@]}"
	expect "what the program comes to with all of $function traced" "$untraced" "$SAID"
	grep -q 'lies inside\|is not known' "$TMP/log" && fail "there is doubt about $function"
done

# steps has no branch: each of its instructions runs in each call.
probes=()
for offset in $(begins steps); do
	probes+=(--set "probes=$TARGET_PROGRAM:steps+$offset")
done
go "${probes[@]}"
expect "events" "$(begins steps | while read -r offset; do echo "$CALLS $TARGET_PROGRAM:steps+$offset"; done | sort)" \
	"$(events | jq -r .event | sort | uniq -c | sed 's/^ *//' | sort)"

# ---- inside of one -------------------------------------------------------------------------------

refusals=0
for function in steps mix; do
	mapfile -t known < <(begins $function)
	size=$(size_of $function)
	for ((i = 0; i < ${#known[@]}; i++)); do
		begin=${known[i]} end=${known[i + 1]:-$size}
		at=$function+$begin
		[ "$begin" != 0 ] || at=$function
		# Of long ones the first and the last byte.
		for offset in $(printf '%s\n' $((begin + 1)) $((end - 1)) | sort -nu); do
			if [ "$offset" -le "$begin" ] || [ "$offset" -ge "$end" ]; then continue; fi
			host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:$function+$offset" --dry-run
			expect "exit status of $function+$offset" 2 "$STATUS"
			expect "errors of $function+$offset" 1 "$(grep -c ': error: ' "$TMP/log")"
			words="\"$function+$offset\" lies inside of the instruction at $at, of $((end - begin)) bytes; instructions begin at $at"
			[ "$end" = "$size" ] || words+=" and $function+$end"
			grep -qF "$words" "$TMP/log" || fail "no \"$words\""
			refusals=$((refusals + 1))
		done
	done
done
[ "$refusals" -gt 60 ] || fail "only $refusals places were refused"
note "$refusals places were refused"

# ---- force ---------------------------------------------------------------------------------------

# The value of mov $0x90,%eax, a nop by itself, becomes that of a breakpoint, 0xcc.
go --set "probes=$TARGET_PROGRAM:steps+9" --set force=true
expect "words of warning" 1 "$(grep -c 'warning: .*"steps+9" lies inside of the instruction at steps+8' "$TMP/log")"
expect "events" 0 "$(events | wc -l)"
[ "$SAID" != "$untraced" ] || fail "a breakpoint inside of an instruction is of no harm"

# ---- what cannot be known ------------------------------------------------------------------------

offset=$(printf '0x%x' $((0x$(nm "$TARGET_PROGRAM" | awk '$3 == "steps" { print $1 }') + 8)))
go --set "probes=$TARGET_PROGRAM:&$offset"
expect "words of doubt" 0 "$(grep -c 'is not known' "$TMP/log")"
strip "$TARGET_PROGRAM"
go --set "probes=$TARGET_PROGRAM:&$offset"
expect "what the program comes to without symbols" "$untraced" "$SAID"
expect "events" $CALLS "$(events | wc -l)"
expect "words of doubt" 1 "$(grep -c "warning: .*whether an instruction begins at \"&$offset\" is not known, as no function is known that holds it" "$TMP/log")"
