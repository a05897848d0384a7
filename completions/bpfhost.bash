# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Completion of bpfhost for bash. Commands, options, plugins, their options and probes are asked of the program itself.

# The folders that the line names are looked into as well.
_bpfhost_ask() {
	local folders=() i

	for ((i = 0; i + 1 < ${#line[@]}; i++)); do
		[[ ${line[i]} != --plugin-dir && ${line[i]} != --trust ]] || folders+=("${line[i]}" "${line[i + 1]}")
	done
	timeout 5 "${line[0]}" "$@" "${folders[@]}" 2>/dev/null
}

_bpfhost_plugins() {
	_bpfhost_ask --list | awk 'NR > 1 && $4 == "ok" { print $1 }'
}

# KEY= of a plugin's options, and KEY=VALUE where there is a choice of values, or probes: PLUGIN WORD.
_bpfhost_keys() {
	local help

	help=$(_bpfhost_ask --help "$1")
	[[ $2 != *=* ]] || ! grep -q "^  ${2%%=*} (probe" <<<"$help" ||
		_bpfhost_ask probes "$1" "${2#*=}*" | sed "s/^/${2%%=*}=/"
	awk <<<"$help" '
		/^options:$/ { inside = 1; next }
		/^[^ ]/ { inside = 0 }
		!inside || !/^  [^ ]/ { next }
		{ print $1 "=" }
		$2 == "(bool)" { print $1 "=true"; print $1 "=false" }
		$2 == "(choice:" {
			sub(/\).*/, "")
			n = split($0, part, /: | \| /)
			for (i = 2; i <= n; i++) print $1 "=" part[i]
		}'
}

# The requests of ctl, and behind one that takes a plugin, plugins: PREVIOUS.
_bpfhost_requests() {
	case $1 in
	ctl) _bpfhost_ask --help | sed -nE 's/^  ctl ([a-z-]+).*/\1/p' ;;
	load | replace) _bpfhost_plugins ;;
	esac
}

# Types of the kernel: WORD PREVIOUS.
_bpfhost_types() {
	case $2 in
	struct | union | enum | typedef) ;;
	*) compgen -W 'struct union enum typedef' -- "$1" ;;
	esac
	# An empty word would be all of them, which are thousands.
	[[ ! $1 ]] || case $2 in
	struct | union | enum | typedef) _bpfhost_ask types "$2" "$1*" ;;
	*) _bpfhost_ask types "$1*" ;;
	esac | sed 's/^[a-z]* //' | uniq
}

# The line so far without its last word: the plugin that --set is about.
_bpfhost_plugin() {
	local i plugin=''

	for ((i = 0; i + 1 < ${#line[@]}; i++)); do
		case ${line[i]} in
		-p | --plugin) plugin=${line[i + 1]%%@*} ;;
		--plugin=*) plugin=${line[i]#*=} plugin=${plugin%%@*} ;;
		-p?*) plugin=${line[i]#-p} plugin=${plugin%%@*} ;;
		probes | load | replace) plugin=${line[i + 1]%%@*} ;;
		esac
	done
	echo "$plugin"
}

# What may stand behind an option, by what the help calls it: NAME, FILE, text|json.
_bpfhost_values() {
	local argument

	argument=$(_bpfhost_ask --help | sed -nE "s/^ +(-[a-zA-Z], )?(--[a-z-]+)( ([^ ]+))?.*/\1\2 \4/p" |
		sed -n "s/^\(.*, \)\{0,1\}$1 //p; s/^$1, [^ ]* //p")
	case $argument in
	*'|'*) compgen -W "${argument//|/ }" -- "$2" ;;
	KIND) _bpfhost_ask --help | sed -n 's/.*\[--kind \([a-z|]*\)\].*/\1/p' | tr '|' '\n' ;;
	LEVEL) compgen -W 'error warn info debug trace' -- "$2" ;;
	FILE) compgen -f -- "$2" ;;
	DIR | PATH) compgen -d -- "$2" ;;
	esac
}

_bpfhost_words() {
	local word=$1 previous=$2 command=$3

	case $previous in
	-p | --plugin) _bpfhost_plugins ;;
	-s | --set) _bpfhost_keys "$(_bpfhost_plugin)" "$word" ;;
	-*) _bpfhost_values "$previous" "$word" ;;
	esac
	[[ $previous != -* || ${line[*]} == *' --list '* ]] || return 0
	case $word in
	-*) _bpfhost_ask --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -e '--.*' ;;
	*)
		case $command in
		'') _bpfhost_ask --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | uniq ;;
		types) _bpfhost_types "$word" "$previous" ;;
		validate) compgen -f -- "$word" ;;
		ctl) _bpfhost_requests "$previous" ;;
		inspect | probes)
			if [[ $previous == "$command" ]]; then
				_bpfhost_plugins
				[[ $command != inspect ]] || compgen -f -- "$word"
			elif [[ $command == probes ]]; then
				_bpfhost_ask probes "$(_bpfhost_plugin)" "$word*"
			fi
			;;
		esac
		;;
	esac
}

# Of the words on stdin those that go on from the first, without the second. Names of probes are others': nothing in
# them is expanded, now or when the line is run.
_bpfhost_take() {
	local candidate

	COMPREPLY=()
	while IFS= read -r candidate; do
		[[ $candidate == "$1"* && $candidate != "$2" ]] || continue
		candidate=${candidate#"$2"}
		[[ $3 ]] || printf -v candidate %q "$candidate"
		COMPREPLY+=("$candidate")
	done
}

_bpfhost() {
	local text=${COMP_LINE:0:COMP_POINT} line word quoted='' command='' part

	read -ra line <<<"$text"
	[[ $text != *' ' ]] || line+=('')
	word=${line[${#line[@]} - 1]}
	# Within quotes bash leaves the word as it is.
	case $word in \'* | \"*) quoted=1 word=${word:1} ;; esac
	for part in "${line[@]:1:${#line[@]}-2}"; do
		case $part in run | inspect | probes | types | doctor | new | validate | ctl) command=$part && break ;; esac
	done
	# bash has cut a word without quotes at these; what stands before the last of them is there already.
	part=''
	[[ $quoted || $word != *[=:]* ]] || part=${word%"${word##*[=:]}"}
	_bpfhost_take "$word" "$part" "$quoted" < <(_bpfhost_words "$word" "${line[${#line[@]} - 2]}" "$command")
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _bpfhost bpfhost
