#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the shells offer is what the program says, and what strangers named is never run.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
FOLDER=$SOURCE_DIR/completions

# The program as it is installed.
mkdir "$TMP/bin"
cat >"$TMP/bin/bpfhost" <<END
#!/bin/bash
exec "$BPFHOST" "\$@" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR"
END
chmod +x "$TMP/bin/bpfhost"
export PATH=$TMP/bin:$PATH

# in_bash LINE, in_zsh LINE: what may stand in the place of the line's last word, as one line
in_bash() {
	# shellcheck disable=SC2016 # for the shell inside
	bash --norc -c 'source "$2/bpfhost.bash"
		COMP_LINE=$1 COMP_POINT=${#1}
		_bpfhost
		printf "%s\n" "${COMPREPLY[@]}"' _ "$1" "$FOLDER" | words
}
in_zsh() {
	# shellcheck disable=SC2016 # for the shell inside
	zsh -f -c 'compadd() {
			local word
			[[ $1 == -S ]] && shift 2
			shift
			for word; do [[ $word != ${words[CURRENT]}* ]] || print -r -- $word; done
		}
		_files() { :; }
		words=(${(z)1}) folder=$2
		[[ $1 != *" " ]] || words+=("")
		CURRENT=$#words
		set --
		source $folder/_bpfhost' _ "$1" "$FOLDER" | words
}

# offers LINE BASH [ZSH]: which shows whole words where bash shows what comes behind : and =
offers() {
	expect "bash: $1" "$2" "$(in_bash "$1")"
	[ -z "$ZSH" ] || expect "zsh: $1" "${3-$2}" "$(in_zsh "$1")"
}

plugins=$(find "$PLUGIN_DIR" -name '*.so' -printf '%f\n' | sed 's,\.so$,,' | sort | words)
commands=$("$BPFHOST" --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | uniq | words)
ZSH=''
if command -v zsh >/dev/null; then
	ZSH=yes
	zsh -n "$FOLDER/_bpfhost" || fail "zsh does not understand its completion"
else
	note "zsh is missing: bash alone is tested"
fi

offers "bpfhost " "$commands"
offers "bpfhost doc" "doctor"
offers "bpfhost --pl" "--plugin --plugin-dir"
offers "bpfhost --plugin " "$plugins"
offers "bpfhost -p xd" "xdp"
offers "bpfhost probes " "$plugins"
offers "bpfhost probes xd" "xdp"
offers "bpfhost -p tracepoint --set " "probes= string_size="
offers "bpfhost -p xdp@a -p tracepoint@b --set st" "string_size="
offers "bpfhost --plugin xdp -s mode=" "auto native generic offload" \
	"mode= mode=auto mode=native mode=generic mode=offload"
offers "bpfhost -p xdp --set replace=f" "false" "replace=false"
offers "bpfhost --format " "text json"
offers "bpfhost -f j" "json"
offers "bpfhost --on-error " "continue abort"
offers "bpfhost --log-level d" "debug"
offers "bpfhost new mine --kind " "tracepoint uprobe usdt xdp custom"
offers "bpfhost new mine --kind u" "uprobe usdt"
if [ -r /sys/kernel/btf/vmlinux ]; then
	offers "bpfhost types " "struct union enum typedef"
	offers "bpfhost types un" "union $("$BPFHOST" types 'un*' | sed 's/.* //' | uniq | words)"
	offers "bpfhost types list_hea" "list_head"
	offers "bpfhost types sock struct list_hea" "list_head"
	offers "bpfhost types union list_hea" ""
	offers "bpfhost types task_" "$("$BPFHOST" types 'task_*' | sed 's/.* //' | uniq | words)"
	begin=${EPOCHREALTIME/[.,]/}
	in_bash "bpfhost types s" >/dev/null
	took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	note "names of types that begin with s: $took ms"
	[ $took -lt $((300 * SLOW)) ] || fail "names of types take $took ms"
else
	note "this kernel's BTF is missing (CONFIG_DEBUG_INFO_BTF): no names of types are tested"
fi
offers "bpfhost ctl " "status stats load replace unload enable disable reload log-level"
offers "bpfhost ctl un" "unload"
offers "bpfhost ctl load xd" "xdp"
offers "bpfhost ctl load xdp@a --set replace=f" "false" "replace=false"
events=$("$BPFHOST" probes tracepoint 'sched:sched_process_e*' --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR")
[ -n "$events" ] || fail "this kernel has no sched:sched_process_e*"
mapfile -t events <<<"$events"
behind=${events[*]#sched:} whole=${events[*]/#/probes=}
offers "bpfhost -p tracepoint --set probes=sched:sched_process_e" "$behind" "$whole"
offers "bpfhost probes tracepoint sched:sched_process_e" "$behind" "${events[*]}"
expect "bash, within quotes" "$whole" \
	"$(in_bash "bpfhost -p tracepoint --set 'probes=sched:sched_process_e")"

# Each option of the program is offered.
while read -r option; do
	in_bash "bpfhost $option" | tr ' ' '\n' | grep -qxe "$option" || fail "bash does not offer $option"
done < <("$BPFHOST" --help | sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+).*/\2/p')

# Whoever names a function may write into the names of probes what he likes.
cat >"$TMP/bin/bpfhost" <<END
#!/bin/bash
case \$1 in
probes) printf '%s\n' 'app:\$(touch $TMP/run)' 'app:\`touch $TMP/run\`' 'app:ns::f(int)' ;;
--help) printf 'options:\n  probes (probe)\n' ;;
esac
END
# shellcheck disable=SC2016 # which is the point
expect "bash: a name with a command in it" "\\\$\\(touch\\ $TMP/run\\)" "$(in_bash 'bpfhost -p uprobe --set probes=app:$')"
in_bash 'bpfhost -p uprobe --set probes=app:' >"$TMP/offered"
grep -qF 'f\(int\)' "$TMP/offered" || fail "a name with parentheses is not quoted: $(cat "$TMP/offered")"
[ -z "$ZSH" ] || in_zsh 'bpfhost -p uprobe --set probes=app:' >"$TMP/offered"
[ ! -e "$TMP/run" ] || fail "the name of a probe was run"

# And at a terminal, where zsh's own machinery is around it.
if [ -n "$ZSH" ]; then
	cat >"$TMP/bin/bpfhost" <<END
#!/bin/bash
exec "$BPFHOST" "\$@" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR"
END
	cat >"$TMP/terminal" <<'END'
zmodload zsh/zpty || exit 0
zpty shell zsh -f -i
zpty -w shell "PROMPT= fpath=($1 \$fpath); autoload -Uz compinit && compinit -u -D && print ready-\$((6 * 7))"
zpty -r shell seen '*ready-42*'
zpty -n -w shell $'bpfhost --plugin tracep\t'
zpty -r shell seen '*--plugin tracepoint*'
print -r -- ${seen##*$'\n'}
END
	timeout $((20 * SLOW)) zsh -f "$TMP/terminal" "$FOLDER" >"$TMP/seen" 2>&1 </dev/null
	grep -q -- '--plugin tracepoint' "$TMP/seen" || fail "zsh at a terminal: $(cat -v "$TMP/seen")"
fi
exit 0
