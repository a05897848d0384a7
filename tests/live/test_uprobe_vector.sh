#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A traced program comes to what it comes to untraced. The kernel runs some vector instructions under a probe as
# another instruction, or not at all, and says nothing of it; the string functions of libc begin with them.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
# shellcheck source=tests/live/traced.sh
. "$(dirname "$0")/traced.sh"
need_program gcc
[ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
PROGRAM=$TMP/vector

# What the kernel takes for something else, and behind it what it does not.
# shellcheck disable=SC2016 # numbers of the assembler
mistaken='
vpor		vpor %xmm0,%xmm1,%xmm2
vpsubsb		vpsubsb %xmm0,%xmm1,%xmm2
vpsubsw		vpsubsw %xmm0,%xmm1,%xmm2
vpcmpeqd	vpcmpeqd %xmm0,%xmm0,%xmm2
vpshufd		vpshufd $0,%xmm0,%xmm2
vpslld		vpslld $3,%xmm0,%xmm2
vmovdqu		vmovdqu %xmm0,-24(%rsp); vmovdqa %xmm0,%xmm2
vcmpps		vcmpps $0,%xmm0,%xmm0,%xmm2
vfnmadd		vfnmadd132ss %xmm0,%xmm1,%xmm2
vpbroadcast	vpbroadcastb %xmm0,%xmm2
evpbroadcast	vpbroadcastb %edi,%ymm17; vmovdqa64 %ymm17,%ymm2
kmovw		kmovw -8(%rsp),%k1; kmovw %k1,%eax; vmovd %eax,%xmm2'
# shellcheck disable=SC2016
taken='
vxorps		vxorps %xmm0,%xmm1,%xmm2
vshufps		vshufps $0,%xmm0,%xmm0,%xmm2
vaddps		vaddps %xmm0,%xmm1,%xmm2'

names() {
	awk 'NF { print $1 }' <<<"$1"
}

assembly() {
	awk -F '\t+' 'NF { printf ".globl at_%s\n.type at_%s,@function\nat_%s: %s\nvmovd %%xmm2,%%eax\nret\n.size at_%s,.-at_%s\n",
		$1, $1, $1, $2, $1, $1 }
		END { print ".section .note.GNU-stack,\"\",@progbits" }'
}

program() {
	local name

	printf '#define _GNU_SOURCE\n#include <signal.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n'
	printf '#include <sys/wait.h>\n#include <unistd.h>\n'
	for name in $(names "$mistaken$taken"); do
		printf 'int at_%s(int);\n' "$name"
	done
	printf 'static const struct { const char *name; int (*call)(int); } functions[] = {\n'
	for name in $(names "$mistaken$taken"); do
		printf '{ "%s", at_%s },\n' "$name" "$name"
	done
	cat <<'END'
};
static int call(int (*function)(int))
{
	int result;
	__asm__ volatile("sub $128, %%rsp\n\tmovl $7, -8(%%rsp)\n\tmovl $0x00070005, %%ecx\n\tvmovd %%ecx, %%xmm0\n\t"
			 "movl $0x11223344, %%ecx\n\tvmovd %%ecx, %%xmm1\n\tvpxor %%xmm2, %%xmm2, %%xmm2\n\t"
			 "movl $7, -16(%%rsp)\n\tcall *%2\n\tadd $128, %%rsp"
			 : "=a"(result) : "D"(0x41), "r"(function)
			 : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "memory", "cc");
	return result;
}
static void strings(void)
{
	char text[200], copy[200];
	memset(text, 'a', sizeof(text));
	strcpy(text + 150, "%d, needle; end");
	memcpy(copy, text, sizeof(copy));
	memmove(copy + 1, copy, 180);
	printf("%zu %zu %td %td %td %d %d\n", strlen(text), strnlen(text, 70), strchr(text, '%') - text,
	       strchrnul(text, ';') - text, strstr(text, "needle") - text, strcmp(text, copy),
	       memcmp(text, copy, 100));
	printf("%td %td %zu %s\n", strrchr(text, ',') - text, (char *)memchr(text, 'e', 200) - text,
	       strcspn(text, ";"), strncpy(copy, "short", 50));
	free(memset(malloc(4000), 1, 4000));
}
int main(void)
{
	char line[8];
	alarm(60);
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("pid %d\n", (int)getpid());
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		int status;
		if (!fork()) {
			alarm(10);
			printf("%s %08x\n", functions[i].name, (unsigned)call(functions[i].call));
			_exit(0);
		}
		wait(&status);
		if (status)
			printf("%s ended by %d\n", functions[i].name, WTERMSIG(status));
	}
	strings();
	return 0;
}
END
}

program >"$TMP/vector.c"
assembly <<<"$mistaken$taken" >"$TMP/functions.s"
gcc -O1 -mno-red-zone -fno-builtin -w -o "$PROGRAM" "$TMP/vector.c" "$TMP/functions.s" ||
	fail "the program does not compile"
untraced=$("$PROGRAM" <<<go | tail -n +2)

# traced ARGUMENT...: what the program comes to while it is traced
traced() {
	beside "$@" -- "$PROGRAM"
	expect "exit status" 0 "$SAID_STATUS"
	expect "what the program comes to" "$untraced" "$(tail -n +2 "$TMP/said")"
	check_ledger
}

# ---- by a glob: the others are traced --------------------------------------------------------------

traced --set "probes=$PROGRAM:at_*" --comm vector --log-level debug
expect "events" "$(names "$taken" | sed 's/^/at_/' | sort | words)" "$(events | jq -r .data.function | sort | words)"
grep -q ": $(names "$mistaken" | wc -l) functions take no probe" "$TMP/log" || fail "not told how many are left out"

# ---- by name ------------------------------------------------------------------------------------

for name in $(names "$mistaken"); do
	host_run --plugin uprobe --set "probes=$PROGRAM:at_$name" --dry-run
	expect "exit status of $name" 2 "$STATUS"
	grep -q "the kernel takes no probe on the instruction at \"at_$name\" .*AVX" "$TMP/log" ||
		fail "not told why $name is not traced"
done

# ---- all of libc: in this one process, should it break what it touches ---------------------------------

traced --set 'probes=libc:*' --pid PID
[ "$(events | wc -l)" -gt 50 ] || fail "hardly any function of libc was traced"
