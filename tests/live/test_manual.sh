#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The manual: man has nothing to say against its pages, each plugin has one, and all options that there are stand in
# them, as they do in the README.md of their plugin.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_program man
need_program scdoc
PAGES=$BUILD_DIR/man
[ -f "$PAGES/bpfhost.8" ] || fail "there is no bpfhost(8) although there is scdoc"

# options_of PLUGIN: as its file has them
options_of() {
	"$BPFHOST" --help "$1" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" |
		sed -n '/^options:$/,/^in a/s/^  \([^ ]*\) (.*/\1/p'
}

# text PAGE: as a reader has it, each word once set
text() {
	MANWIDTH=100 LC_ALL=C.UTF-8 man -E UTF-8 --nh --nj -l "$PAGES/$1" | sed 's/.\x08//g'
}

pages='bpfhost.8 bpfhost.conf.5 bpfhost-plugin.7'
plugins=$(find "$PLUGIN_DIR" -name '*.so' -printf '%f\n' | sed 's,\.so$,,' | sort)
[ -n "$plugins" ] || fail "no plugins"
for plugin in $plugins; do
	[ ! -d "$SOURCE_DIR/plugins/$plugin" ] || pages+=" bpfhost-$plugin.7"
done

for page in $pages; do
	[ -s "$PAGES/$page" ] || fail "there is no $page"
	LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$PAGES/$page" 2>&1 >/dev/null | head -n 5 >"$TMP/warnings"
	[ ! -s "$TMP/warnings" ] || fail "$page: $(cat "$TMP/warnings")"
	text "$page" >"$TMP/$page" || fail "man refuses $page"
	for part in NAME 'SEE ALSO'; do
		grep -qx "$part" "$TMP/$page" || fail "$page has no $part"
	done
	grep -q '@[A-Z_]*@' "$TMP/$page" && fail "$page: something was not filled in"
	grep -q "^       ${page%.*} - ." "$TMP/$page" || fail "$page does not say what it is about"
done

"$BPFHOST" --help | sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+).*/\2/p' >"$TMP/options"
[ "$(wc -l <"$TMP/options")" -ge 25 ] || fail "the program has hardly any option"
while read -r option; do
	grep -qE "^       (-[a-zA-Z], )?$option( |\$)" "$TMP/bpfhost.8" || fail "bpfhost(8) has no $option"
done <"$TMP/options"
"$BPFHOST" --help | sed -nE 's/^  (ctl [a-z-]+|[a-z]+)( .*)?$/\1/p' >"$TMP/commands"
while read -r command; do
	grep -qE "^       $command( |\$)" "$TMP/bpfhost.8" || fail "bpfhost(8) has no command $command"
done <"$TMP/commands"
"$BPFHOST" --help | sed -nE 's/^  ctl ([a-z-]+).*/\1/p' >"$TMP/requests"
[ "$(wc -l <"$TMP/requests")" -ge 9 ] || fail "there is hardly anything to ask a host for"
while read -r request; do
	grep -qE "^       ctl $request( |\$)" "$TMP/bpfhost.8" || fail "bpfhost(8) has no ctl $request"
done <"$TMP/requests"

# A setting that the page has is one that a file may have.
sed -nE '/^SETTINGS$/,/^EXAMPLE$/s/^       ([a-z_]+) = .*/\1/p' "$TMP/bpfhost.conf.5" >"$TMP/settings"
[ "$(wc -l <"$TMP/settings")" -ge 15 ] || fail "bpfhost.conf(5) has hardly any setting"
while read -r setting; do
	echo "$setting = ();" >"$TMP/one.conf"
	"$BPFHOST" --config "$TMP/one.conf" >"$TMP/out" 2>&1
	grep -q 'unknown setting' "$TMP/out" && fail "bpfhost.conf(5) has $setting, which is none: $(cat "$TMP/out")"
done <"$TMP/settings"
for setting in pid comm filter ring_size plugin_dir log_level; do
	grep -qx $setting "$TMP/settings" || fail "bpfhost.conf(5) has no $setting"
done

for plugin in $plugins; do
	[ -d "$SOURCE_DIR/plugins/$plugin" ] || continue
	options_of "$plugin" >"$TMP/options"
	[ -s "$TMP/options" ] || fail "$plugin has no option"
	while read -r option; do
		grep -q "^       $option (" "$TMP/bpfhost-$plugin.7" || fail "bpfhost-$plugin(7) has no $option"
	done <"$TMP/options"
	# shellcheck disable=SC2016 # the backquotes are the README's
	expect "options in plugins/$plugin/README.md" "$(sort "$TMP/options" | words)" \
		"$(sed -nE '/^## Options$/,/^## /s/^\| (`[^|]*`) \|.*/\1/p' "$SOURCE_DIR/plugins/$plugin/README.md" |
			head -n "$(wc -l <"$TMP/options")" | tr -d '`' | sort | words)"
done
exit 0
