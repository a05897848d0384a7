#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Types of this kernel, as C: they compile as they are, have the kernel's sizes and places, and nothing else comes
# with them.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_program bpftool
need_program clang
need_program python3
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel's BTF is missing (CONFIG_DEBUG_INFO_BTF)"

# compile FILE: as BPF, and by both compilers natively
compile() {
	clang -target bpf -g -O2 -Wall -Wextra -Werror -x c -c "$1" -o "$TMP/bpf.o" 2>"$TMP/log" ||
		fail "clang -target bpf refuses $1: $(head -n 3 "$TMP/log")"
	clang -Wall -Wextra -Werror -x c -fsyntax-only "$1" 2>"$TMP/log" ||
		fail "clang refuses $1: $(head -n 3 "$TMP/log")"
	! command -v gcc >/dev/null || gcc -Wall -Wextra -Werror -x c -fsyntax-only "$1" 2>"$TMP/log" ||
		fail "gcc refuses $1: $(head -n 3 "$TMP/log")"
}

# What this kernel has of structs, unions, enums and typedefs; and a type of each loaded module, as it comes.
bpftool btf dump file /sys/kernel/btf/vmlinux >"$TMP/btf"
names=()
for name in task_struct sk_buff sock tcp_sock file inode net_device bpf_prog socket_state tcp_ca_state pid_t \
	atomic_t __u128 list_head xdp_md bpf_attr kstatfs nls_table bpf_link_ops; do
	grep -qE "^\[[0-9]+\] (STRUCT|UNION|ENUM|ENUM64|TYPEDEF) '$name' " "$TMP/btf" && names+=("$name")
done
[ ${#names[@]} -ge 10 ] || fail "this kernel has only ${names[*]}"
modules=0
for module in /sys/kernel/btf/*; do
	[ "$module" != /sys/kernel/btf/vmlinux ] || continue
	modules=$((modules + 1))
	note "types of the module ${module##*/}"
	name=$(bpftool btf dump file "$module" -B /sys/kernel/btf/vmlinux 2>/dev/null |
		sed -nE "s/^\[[0-9]+\] STRUCT '([a-z_]+)' .*/\1/p" | head -n 1)
	[ -z "$name" ] || names+=("$name")
done
[ $modules -gt 0 ] || note "no module of this kernel is loaded and has types (CONFIG_DEBUG_INFO_BTF_MODULES): none is tested"

for name in "${names[@]}"; do
	"$BPFHOST" types "$name" >"$TMP/$name.h" || fail "no $name"
	compile "$TMP/$name.h"
done
"$BPFHOST" types "${names[@]}" >"$TMP/all.h" || fail "not all at once"
compile "$TMP/all.h"
printf '#include <stdbool.h>\n#include "%s"\n#include "%s"\nbool it = true;\n' "$TMP/all.h" "$TMP/all.h" >"$TMP/twice.c"
compile "$TMP/twice.c"
command -v gcc >/dev/null && gcc -std=c2x -Wall -Wextra -Werror -x c -fsyntax-only "$TMP/all.h" >"$TMP/log" 2>&1 ||
	! command -v gcc >/dev/null || fail "gcc -std=c2x: $(head -n 3 "$TMP/log")"

# ---- sizes and places are the kernel's

cat >"$TMP/assert.py" <<'END'
# _Static_assert for each struct and union that is defined in the file, by bpftool's words.
import re, sys
sizes, places, current = {}, {}, None
for line in open(sys.argv[1]):
    head = re.match(r"\[\d+\] (STRUCT|UNION) '(\w+)' size=(\d+)", line)
    member = re.match(r"\t'(\w+)' type_id=\d+ bits_offset=(\d+)(?! bitfield_size)", line)
    if line.startswith("["):
        current = (head[1].lower(), head[2]) if head else None
        if current:
            sizes.setdefault(current, []).append(int(head[3]))
            places.setdefault(current, []).append([])
    elif current and member and "bitfield_size" not in line and member[1] != "(anon)":
        places[current][-1].append((member[1], int(member[2])))
# What gives way to <linux/bpf.h> has the places of that.
own = re.sub(r"#if !\(__has_include.*?#endif", "", open(sys.argv[2]).read(), flags=re.S)
defined = set(re.findall(r"^(struct|union) (\w+) \{$", own, re.M))
print('#include "%s"' % sys.argv[2])
count = 0
for kind, name in sorted(defined):
    if len(sizes.get((kind, name), [])) != 1:
        continue  # there are several of this name, or a module has it
    print('_Static_assert(sizeof(%s %s) == %d, "%s");' % (kind, name, sizes[kind, name][0], name))
    for member, bits in places[kind, name][0]:
        print('_Static_assert(__builtin_offsetof(%s %s, %s) == %d, "%s.%s");'
              % (kind, name, member, bits // 8, name, member))
        count += 1
sys.exit(0 if count > 500 else "only %d members were compared" % count)
END
python3 "$TMP/assert.py" "$TMP/btf" "$TMP/all.h" >"$TMP/assert.c" || fail "what is to be compared"
compile "$TMP/assert.c"

# ---- for CO-RE: reading a field makes a relocation, which bpf_core_read's builtin does the same way

printf '#include "%s"\nint f(struct task_struct *t) { return t->pid; }\n' "$TMP/task_struct.h" >"$TMP/core.c"
compile "$TMP/core.c"
bpftool gen min_core_btf /sys/kernel/btf/vmlinux "$TMP/min.btf" "$TMP/bpf.o" 2>"$TMP/log" || fail "no relocations are read"
bpftool btf dump file "$TMP/min.btf" | grep -q "STRUCT 'task_struct'" || fail "t->pid is no CO-RE access"

# ---- nothing else

sed -n '/^struct/,/^}/p' "$TMP/list_head.h" >"$TMP/body"
expect "list_head" "struct list_head { struct list_head *next; struct list_head *prev; };" \
	"$(tr -s '\t\n' ' ' <"$TMP/body" | sed 's/ $//')"
expect "definitions for list_head" 1 "$(grep -cE '^(struct|union|enum|typedef)' "$TMP/list_head.h")"
cat >"$TMP/reach.py" <<'END'
# Each definition but those asked for is used by another: by value, or, if a typedef or an enum, at all.
import re, sys
text = open(sys.argv[1]).read()
asked = set(sys.argv[2:])
for chunk in text.split("\n\n"):
    head = re.match(r"(struct|union|enum) (\w+) \{", chunk) or re.match(r"()typedef .*?\b(\w+)(\[\w*\])*;$", chunk)
    if not head or head[2] in asked:
        continue
    rest = text.replace(chunk, "")
    word = (head[1] + " " if head[1] else r"\b") + head[2] + r"\b"
    star = r"(?! *\*)(?!;)" if head[1] in ("struct", "union") else ""
    if not re.search(word + star, rest):
        sys.exit("nobody needs " + chunk.split("\n")[0])
END
for name in task_struct sk_buff sock; do
	[ -e "$TMP/$name.h" ] || continue
	python3 "$TMP/reach.py" "$TMP/$name.h" "$name" >"$TMP/log" 2>&1 || fail "$name: $(cat "$TMP/log")"
done

# ---- mistakes

"$BPFHOST" types task_strct list_head sokc >"$TMP/out" 2>"$TMP/log"
expect "exit status for unknown names" 2 $?
expect "what is printed then" 0 "$(wc -c <"$TMP/out")"
grep -qF 'no type "task_strct"; did you mean "task_struct"?' "$TMP/log" || fail "no near match"
expect "errors" 2 "$(grep -c '^bpfhost: error: ' "$TMP/log")"
"$BPFHOST" types struct pid_t >"$TMP/out" 2>"$TMP/log"
expect "exit status for a kind that it is not" 2 $?
"$BPFHOST" types typedef pid_t struct list_head >"$TMP/out" || fail "kinds"

# No other program is run, and as any user it does the same.
if command -v strace >/dev/null && [ "$(id -u)" = 0 ]; then
	# Looking for leaks does not go with strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=execve -o "$TMP/trace" "$BPFHOST" types sock >/dev/null || fail "below strace"
	expect "programs that were run" 1 "$(grep -c 'execve(' "$TMP/trace")"
fi
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir "$TMP/nothing"
	# shellcheck disable=SC2016 # for the shell inside
	unshare -m sh -c 'mount --bind "$1" /sys/kernel/btf && exec "$2" types sock' _ "$TMP/nothing" "$BPFHOST" \
		>"$TMP/out" 2>"$TMP/log"
	expect "exit status without BTF" 1 $?
	grep -q 'does not tell its types: there is no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y makes it)' \
		"$TMP/log" || fail "not told that there is no BTF"
fi
# ---- in a plugin's program, beside our headers and the kernel's own ----------------------------------

# beside FILE: in front of and behind what every plugin includes
beside() {
	printf '#include <bpfhost/bpf.h>\n#include "%s"\n' "$1" >"$TMP/behind.c"
	printf '#include "%s"\n#include <bpfhost/bpf.h>\n' "$1" >"$TMP/before.c"
	for file in "$TMP"/behind.c "$TMP"/before.c; do
		clang -target bpf "-D__$(uname -m)__" -g -O2 -Wall -Wextra -Werror -I "$SOURCE_DIR/core/include" \
			-I "$SOURCE_DIR/bpf/include" -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$file" \
			-o "$TMP/bpf.o" 2>"$TMP/log" || fail "${file##*/} with $1: $(head -n 3 "$TMP/log")"
	done
}
for name in task_struct xdp_md bpf_attr bpf_link_ops all; do
	[ ! -e "$TMP/$name.h" ] || beside "$TMP/$name.h"
done

# ---- which there are

"$BPFHOST" types 'struct task_*' list_head >"$TMP/out" || fail "patterns"
sed -nE "s/^\[[0-9]+\] (STRUCT) '(task_.*|list_head)' .*/struct \2/p" "$TMP/btf" | LC_ALL=C sort -u >"$TMP/wanted"
[ "$modules" != 0 ] || diff "$TMP/wanted" "$TMP/out" >"$TMP/log" || fail "a pattern's types"
[ -z "$(comm -23 "$TMP/wanted" <(LC_ALL=C sort "$TMP/out"))" ] || fail "types that a pattern does not find"
"$BPFHOST" types 'struct list_head' | cmp - "$TMP/list_head.h" || fail "a kind and a name in one word"
