#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A plugin whose programs change what they trace is run only if it says so and the configuration lets it.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

need_bpf
remember_programs

# What is refused attaches nothing, and its neighbour runs.
refused() {
	local why=$1

	shift
	start_target 10
	start_host "$@"
	logged "$why" || until_true 5 logged "$why" || fail "not refused: $why"
	go_target
	until_true 20 target_done || fail "the target does not end"
	end_host 1
	end_target
	check_healthy 10
	check_nothing_left
}

refused 'signal_hidden.so: its programs send signals to what they trace, and it does not declare signal$' \
	--plugin signal_hidden --allow signal
refused 'signal_declared.so: its programs send signals to what they trace; --allow signal behind' \
	--plugin signal_declared
# What one instance is granted is not granted to the next, nor is one thing for another.
refused 'two: .*; --allow signal behind' \
	--plugin signal_declared --allow signal --plugin signal_declared@two --allow write_user
echo "ok refused"

runs() {
	start_target 10
	start_host "$@"
	until_true 10 logged 'signal_declared: attached 1 of 1' || fail "it does not run where it may"
	go_target
	until_true 20 target_done || fail "the target does not end"
	end_host 0
	end_target
	check_healthy 10
	check_ledger signal_declared
	(($(stat_of signal_declared delivered) == 10)) ||
		fail "$(stat_of signal_declared delivered) delivered, not 10"
	check_nothing_left
}

runs --plugin signal_declared --allow signal
cat >"$work/conf" <<'END'
plugins = ( { plugin = "signal_declared"; allow = [ "override", "signal" ]; } );
END
runs --config "$work/conf"
echo "ok allowed"

# ---- inspect says what is used, and what of it is not declared
inspect() { "$BPFHOST" inspect "$BAD_DIR/$1.so" --format json --trust "$BAD_DIR"; }
[[ $(inspect signal_hidden | jq -c '[.needs, .changes, .undeclared]') == '[[],["signal"],["signal"]]' ]] ||
	fail "inspect: $(inspect signal_hidden)"
[[ $(inspect signal_declared | jq -c '[.needs, .changes, .undeclared]') == '[["signal"],["signal"],[]]' ]] ||
	fail "inspect: $(inspect signal_declared)"
for plugin in "$PLUGIN_DIR"/*.so; do
	[[ $("$BPFHOST" inspect "$plugin" --format json --trust "$PLUGIN_DIR" |
		jq -c '[.changes, .undeclared]') == '[[],[]]' ]] || fail "$plugin changes what it traces"
done
"$BPFHOST" inspect "$BAD_DIR/signal_hidden.so" --trust "$BAD_DIR" | grep -q '^undeclared *signal' ||
	fail "the text of inspect does not flag it"
echo "ok inspect"

# ---- the word
"$BPFHOST" --plugin-dir "$BAD_DIR" --plugin signal_declared --allow signals 2>"$work/log"
(($? == 2)) || fail "a wrong word is taken"
logged 'signals.*did you mean "signal"' || fail "the nearest word is not named"
"$BPFHOST" --allow signal 2>"$work/log"
(($? == 2)) || fail "--allow without --plugin is taken"
echo "ok words"
