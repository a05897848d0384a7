#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What cmake --install makes: where it puts what, whose configuration it leaves alone, whether the unit, the
# pkg-config file and the configuration are what they say.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_program cmake
need_program pkg-config

# install_to PREFIX: under $DESTDIR, where that is set
install_to() {
	(umask 002 && cmake --install "$BUILD_DIR" --prefix "$1") >"$TMP/log" 2>&1 || fail "cmake --install"
	: >"$TMP/log"
}

# ---- where what is --------------------------------------------------------------------------------

export DESTDIR=$TMP/root
install_to /usr
for file in etc/bpfhost/bpfhost.conf usr/bin/bpfhost usr/lib/bpfhost/{tracepoint,uprobe,usdt,xdp}.so \
	usr/lib/systemd/system/bpfhost.service usr/share/bpfhost/usdt.d/libc.probes \
	usr/share/bpfhost/uprobe.d/mysql.preset usr/share/doc/bpfhost/{README.md,LICENSE,examples/xdp.conf} \
	usr/share/doc/bpfhost/{docs/INSTALL.md,plugins/xdp/README.md} usr/share/doc/bpfhost-dev/docs/PLUGINS.md \
	usr/include/bpfhost/{plugin,event}.h usr/lib/{libbpfhost-sdk.a,cmake/bpfhost/bpfhost-config.cmake} \
	usr/lib/pkgconfig/bpfhost.pc; do
	[ -f "$DESTDIR/$file" ] || fail "not installed: $file"
done
expect "installed elsewhere" "etc usr" "$(find "$DESTDIR" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | words)"
expect "what others may write or not read" "" \
	"$(find "$DESTDIR" -mindepth 1 \( -perm /022 -o ! -perm -444 -o -type d ! -perm -111 \) -printf '%P %M\n')"
expect "paths of this tree" "" \
	"$(grep -rlF "$SOURCE_DIR/" "$DESTDIR"/{etc,usr/include,usr/lib/cmake,usr/lib/pkgconfig,usr/lib/systemd} || :)"
expect "links of documents that lead nowhere" "" \
	"$(bash "$SOURCE_DIR/tests/package/links.sh" "$DESTDIR"/usr/share/doc/{bpfhost,bpfhost-dev} 2>&1)"
grep -qx 'ExecStart=/usr/bin/bpfhost --control /run/bpfhost/control' "$DESTDIR/usr/lib/systemd/system/bpfhost.service" ||
	fail "the unit starts something else"

# An administrator's configuration stays, and the same is read by what stands below /usr/local.
echo '# mine' >"$DESTDIR/etc/bpfhost/bpfhost.conf"
install_to /usr/local
expect "the configuration" "# mine" "$(cat "$DESTDIR/etc/bpfhost/bpfhost.conf")"
grep -qx 'ExecStart=/usr/local/bin/bpfhost --control /run/bpfhost/control' "$DESTDIR/usr/local/lib/systemd/system/bpfhost.service" ||
	fail "the unit below /usr/local starts something else"
unset DESTDIR

# A trial keeps everything to itself.
prefix=$TMP/prefix
install_to "$prefix"
cmp -s "$prefix/etc/bpfhost/bpfhost.conf" "$SOURCE_DIR/packaging/bpfhost.conf" || fail "no configuration in the prefix"
"$prefix/bin/bpfhost" --version | grep -q '^bpfhost [0-9]' || fail "what is installed does not run"

# ---- bpfhost.pc -----------------------------------------------------------------------------------

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
expect "plugindir" "$prefix/lib/bpfhost" "$(readlink -m "$(pkg-config --variable=plugindir bpfhost)")"
cat >"$TMP/user.c" <<'END'
#include <bpfhost/plugin.h>
#include <bpfhost/sdk.h>
#include <bpfhost/unit.h>

int main(void)
{
	uint64_t ns = 0;

	return bpfhost_parse_time("250ms", &ns, NULL) || ns != 250000000;
}
END
read -r -a words <<<"$CC $CFLAGS $TMP/user.c -o $TMP/user $(pkg-config --cflags --libs bpfhost)"
"${words[@]}" || fail "building with bpfhost.pc"
"$TMP/user" || fail "what is built with bpfhost.pc"

# ---- the unit -------------------------------------------------------------------------------------

unit=$prefix/lib/systemd/system/bpfhost.service
if command -v systemd-analyze >/dev/null; then
	expect "complaints of systemd-analyze verify" "" "$(systemd-analyze verify --man=no "$unit" 2>&1)"
	systemd-analyze security --offline=true --threshold=40 --no-pager "$unit" >"$TMP/security" 2>&1 ||
		fail "systemd-analyze security: $(tail -n 1 "$TMP/security")"
	note "$(tail -n 1 "$TMP/security")"
else
	MISSING="the program systemd-analyze is missing"
fi

# ---- the configuration, as it is and with everything that is commented out ------------------------

need_kernel
# Each line that shows a plugin is taken; "comm" and the like, which are examples, are not.
{
	sed -n '1,/^plugins = /p' "$SOURCE_DIR/packaging/bpfhost.conf"
	sed '1,/^plugins = /d; /^);/q; s/^#\([^ ]\)/\1/' "$SOURCE_DIR/packaging/bpfhost.conf"
} >"$TMP/all.conf"
# dry_run CONFIG: in a network of its own, whose lo is the one that the file means
dry_run() {
	unshare --net "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --config "$1" --dry-run \
		>"$TMP/out" 2>"$TMP/log" || fail "bpfhost --config $1 --dry-run"
}
dry_run "$SOURCE_DIR/packaging/bpfhost.conf"
expect "what it would trace" "sched:sched_process_exec sched:sched_process_exit" \
	"$(sed -n 's/^tracepoint: would attach .* to //p' "$TMP/out" | sort | words)"
dry_run "$TMP/all.conf"
for instance in tracepoint names xdp; do
	grep -q "^$instance: would attach" "$TMP/out" || fail "$instance would attach nothing: $(cat "$TMP/out")"
done
[ -z "${MISSING-}" ] || skip "$MISSING"
