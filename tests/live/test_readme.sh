#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What README.md shows is real: questions and answers are those of docs/COOKBOOK.md, which test_cookbook.sh asks, and
# all other output comes, but for its numbers. That its commands work is seen to by test_docs.sh.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
README=$SOURCE_DIR/README.md
COOKBOOK=$SOURCE_DIR/docs/COOKBOOK.md

# Blocks of a document, one a line each, language first; new lines are \001.
blocks() {
	awk '/^```/ && inside { print text; inside = 0; next }
		inside { text = text "\001" $0 }
		/^```/ && !inside { inside = 1; text = substr($0, 4) }' "$1"
}
shape() {
	sed -E 's/[0-9]+/N/g; s/ +/ /g'
}
# shown WORD FILE: the README's block with this word has come
shown() {
	local line

	blocks "$README" | grep -v '^sh' | grep -F -- "$1" | tr '\001' '\n' | tail -n +2 | shape >"$TMP/shown"
	[ -s "$TMP/shown" ] || fail "README.md shows no $1"
	shape <"$2" >"$TMP/came"
	while read -r line; do
		grep -qF -- "$line" "$TMP/came" || fail "README.md shows what does not come: $line"
	done <"$TMP/shown"
}

# ---- questions and answers

blocks "$COOKBOOK" | tr '\n' '\002' | sed 's/\x02text/\x02/g' >"$TMP/cookbook"
pairs=0
while read -r command && read -r answer; do
	grep -qF -- "${command#sh}"$'\002'"${answer#text}"$'\002' "$TMP/cookbook" ||
		fail "in README.md, but not in the cookbook: $(tr '\001' '\n' <<<"$command$answer")"
	pairs=$((pairs + 1))
done < <(sed -n '/^## What it shows/,/^Several/p' "$README" >"$TMP/questions"; blocks "$TMP/questions")
expect_between "questions in README.md" 3 6 "$pairs"

# ---- the rest

host=("$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR")
command=$(blocks "$README" | grep '^sh.*tracepoint@opens' | tr '\001' '\n' | tail -n +2)
[ -n "$command" ] || fail "README.md runs no two instances"
command=${command/sudo bpfhost/\"\$@\"}
(sleep 0.7; cat /etc/hostname >/dev/null) &
bash -c "$command" _ "${host[@]}" >"$TMP/out" 2>"$TMP/log" || fail "two instances"
shown '"kind":"event"' "$TMP/out"
shown 'stats instance=' <(sed 's/=opens/=tracepoint/' "$TMP/log")
"${host[@]}" doctor >"$TMP/doctor"
shown 'will work here' "$TMP/doctor"
# The number of the argument too: what only a test needs stands behind the others.
blocks "$README" | grep '^text.*did you mean' | tr '\001' '\n' | tail -n +2 >"$TMP/mistake"
command=$(sed -n 's/^\$ sudo bpfhost //p' "$TMP/mistake")
[ -n "$command" ] || fail "README.md makes no mistake"
bash -c "\"\$BPFHOST\" $command --plugin-dir \"\$PLUGIN_DIR\" --trust \"\$PLUGIN_DIR\"" >"$TMP/out" 2>"$TMP/log"
expect "exit status of README's mistake" 2 $?
expect "README's mistake" "$(grep -v '^\$' "$TMP/mistake")" "$(grep '^bpfhost: error: ' "$TMP/log")"
exit 0
